"""A screen of the form as its template needs it: fields with their values and problems, and the review of all answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from rempart.intake.answers import Problem, clean
from rempart.intake.paths import Field, Screen
from rempart.web.public.state import Form
from rempart.wording import Lang, wording


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOption:
    """An answer that is offered."""

    value: str
    label: str
    hint: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownField:
    """A field. described_by: ids of its hint and its problem."""

    name: str
    type: str
    mode: str
    label: str
    hint: str
    value: str
    most_chars: int
    options: tuple[ShownOption, ...]
    problem: str

    @property
    def described_by(self) -> str:
        """For aria-describedby; empty when nothing describes the field."""
        parts = ((self.hint, f"{self.name}-hint"), (self.problem, f"{self.name}-problem"))
        return " ".join(name for text, name in parts if text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAnswer:
    """A question of the review. told: what will be sent; empty when nothing was answered."""

    screen: str
    question: str
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """A file that is in the vault already."""

    number: int
    name: str
    size: str


def shown_fields(screen: Screen, form: Form, problems: Sequence[Problem], lang: Lang) -> list[ShownField]:
    """The fields of a screen with what is answered so far."""
    told = {problem.field: problem.told_in(lang) for problem in problems}
    return [_field(field, form, told.get(field.name, ""), lang) for field in screen.fields]


def shown_answers(form: Form, lang: Lang) -> list[ShownAnswer]:
    """Every question that was asked, with its answer."""
    return [
        ShownAnswer(screen=screen.name, question=screen.question.told_in(lang), told=tuple(_told(screen, form, lang)))
        for screen in form.screens
    ]


def shown_files(form: Form, lang: Lang) -> list[ShownFile]:
    """The files given so far."""
    return [
        ShownFile(number=number, name=file.name, size=wording(lang).size(file.size_bytes))
        for number, file in enumerate(form.files.attachments)
    ]


def _field(field: Field, form: Form, problem: str, lang: Lang) -> ShownField:
    value = form.answers.get(field.name, "")
    return ShownField(
        name=field.name,
        type=field.type,
        mode=field.mode,
        label=field.label.told_in(lang) if field.label else "",
        hint=field.hint.told_in(lang) if field.hint else "",
        value=value,
        most_chars=field.most_chars,
        options=tuple(
            ShownOption(
                value=option.value,
                label=option.told_in(lang),
                hint=option.hint.told_in(lang) if option.hint else "",
                is_chosen=option.value == value,
            )
            for option in field.options
        ),
        problem=problem,
    )


def _told(screen: Screen, form: Form, lang: Lang) -> list[str]:
    lines: list[str] = []
    for field in screen.fields:
        text = clean(form.answers.get(field.name, ""))
        option = field.option_of(text)
        if field.type == "file":
            lines += [f"{file.name} ({file.size})" for file in shown_files(form, lang)]
        elif field.type == "tick" or not text:
            continue
        elif option:
            lines.append(f"{field.label.told_in(lang)} {option.told_in(lang)}" if field.label else option.told_in(lang))
        else:
            lines.append(text)
    return lines or ([_("I don't know")] if screen.name in form.unknown else [])
