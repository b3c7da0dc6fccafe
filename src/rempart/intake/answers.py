"""Untrusted fields of the form become a Report, or say which field cannot be taken and why.

Nothing typed is changed but what browsers add: line ends become one sign, blanks around a text go. Three answers stay apart: an
unanswered question is None, "no" is a value, "I don't know" is a value or, for texts, a name in `Report.said_unknown`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rempart.intake.paths import UNKNOWN, Field, Path, Screen, Text, refusal, screens_for
from rempart.intake.report import (
    MAX_ITEMS,
    MAX_LINE_CHARS,
    Account,
    AgeBand,
    Answer,
    Attachment,
    Category,
    Contact,
    Kind,
    Report,
    ReporterKind,
    Urgency,
)
from rempart.wording import Lang

_Value = TypeVar("_Value")
_CONTACT = ("contact_name", "contact_email", "contact_phone", "contact_hours")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An answer that cannot be taken. most: the limit that the sentence tells, if it tells one."""

    screen: str
    field: str
    sentence: Text
    most: int = 0

    def told_in(self, lang: Lang) -> str:
        """The sentence for the person."""
        return self.sentence.told_in(lang).format(most=self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What came with the texts. unknown: the screens answered "I don't know"; attachments: already in the vault."""

    path: Path
    language: Lang
    unknown: frozenset[str] = frozenset()
    attachments: tuple[Attachment, ...] = ()


def clean(untrusted_text: str) -> str:
    """A text as it is kept: line ends are `\\n`, no blanks around, nothing that UTF-8 or a database cannot hold."""
    text = untrusted_text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
    return text.encode("utf-8", "replace").decode("utf-8")


def problems_on(screen: Screen, *, untrusted: Mapping[str, str]) -> tuple[Problem, ...]:
    """What cannot be taken of one screen; empty when it can be left."""
    found = [_problem_in(field, clean(untrusted.get(field.name, "")), screen) for field in screen.fields]
    if screen.name == "contact":
        found.append(_unsafe_contact(screen, untrusted))
    return tuple(problem for problem in found if problem)


def read_answers(untrusted: Mapping[str, str], *, given: Given) -> Report | tuple[Problem, ...]:
    """The report that the answers make; or what cannot be taken, in the order of the screens.

    Answers to questions that the path no longer asks are left out.
    """
    screens = screens_for(given.path, answers=untrusted)
    if problems := [problem for screen in screens for problem in problems_on(screen, untrusted=untrusted)]:
        return tuple(problems)
    asked = {field.name for screen in screens for field in screen.fields}
    answers = {name: text for name in asked if (text := clean(untrusted.get(name, "")))}
    unknown = tuple(screen.name for screen in screens if _is_unknown(screen, answers, given.unknown))
    report = _report(answers, unknown, given)
    if not (set(answers) - {"keep", "kind"} or unknown or given.attachments):
        return (Problem(screen=screens[0].name, field=screens[0].fields[0].name, sentence=refusal("empty")),)
    return report


def read_partly(untrusted: Mapping[str, str], *, given: Given) -> Report | None:
    """The report that an unfinished form makes so far, without what cannot be taken; None when there is nothing yet."""
    refused = {
        problem.field
        for screen in screens_for(given.path, answers=untrusted)
        for problem in problems_on(screen, untrusted=untrusted)
    }
    kept = {name: text for name, text in untrusted.items() if name not in refused}
    report = read_answers(kept, given=given)
    return report if isinstance(report, Report) else None


def _problem_in(field: Field, text: str, screen: Screen) -> Problem | None:
    lines = text.split("\n")
    tests: Iterable[tuple[str, int, bool]] = (
        ("no_choice", 0, bool(text and field.options and not field.option_of(text))),
        ("too_long", field.most_chars, len(text) > field.most_chars),
        ("too_long", MAX_LINE_CHARS, field.type == "lines" and max(map(len, lines)) > MAX_LINE_CHARS),
        ("too_many", MAX_ITEMS, field.type == "lines" and len(list(filter(str.strip, lines))) > MAX_ITEMS),
        ("no_mail", 0, bool(text and field.mode == "email" and "@" not in text)),
    )
    for name, most, fails in tests:
        if fails:
            return Problem(screen=screen.name, field=field.name, sentence=refusal(name), most=most)
    return None


def _unsafe_contact(screen: Screen, untrusted: Mapping[str, str]) -> Problem | None:
    """Refuses an address of a person who says that writing there is dangerous: nobody may use it by mistake."""
    given = [name for name in ("contact_email", "contact_phone") if clean(untrusted.get(name, ""))]
    if untrusted.get("contact_safe") == Answer.NO and given:
        return Problem(screen=screen.name, field=given[0], sentence=refusal("not_safe"))
    return None


def _is_unknown(screen: Screen, answers: Mapping[str, str], unknown: frozenset[str]) -> bool:
    """True for "I don't know": pressed and nothing written, or the option of that name."""
    if screen.unknown:
        return screen.name in unknown and not any(field.name in answers for field in screen.fields)
    return any(answers.get(field.name) == UNKNOWN for field in screen.fields)


def _report(answers: Mapping[str, str], unknown: Sequence[str], given: Given) -> Report:
    reporter = ReporterKind.CHILD if given.path is Path.CHILD else ReporterKind(answers.get("reporter", UNKNOWN))
    kind = answers.get("kind", UNKNOWN)
    return Report(
        kind=Kind.SITUATION if kind == UNKNOWN else Kind(kind),
        reporter=reporter,
        language=given.language,
        category=_one(Category, answers.get("category")),
        urgency=_urgency(answers.get("urgency")),
        age_band=_one(AgeBand, answers.get("age_band")),
        contact_going_on=_one(Answer, answers.get("ongoing")),
        knows_person=_one(Answer, answers.get("knows")),
        narrative=answers.get("words"),
        addresses=tuple(filter(None, map(str.strip, answers.get("addresses", "").split("\n")))),
        accounts=_accounts(answers),
        seen_at=answers.get("seen_at"),
        told_somebody=answers.get("told"),
        wishes=answers.get("wishes"),
        attachments=given.attachments,
        contact=_contact(answers),
        said_unknown=tuple(unknown),
    )


def _one(kind: Callable[[str], _Value], text: str | None) -> _Value | None:
    return None if text is None else kind(text)


def _urgency(text: str | None) -> Urgency:
    return Urgency.NONE_STATED if text in (None, UNKNOWN) else Urgency(int(text))


def _accounts(answers: Mapping[str, str]) -> tuple[Account, ...]:
    service, name = answers.get("service", ""), answers.get("account", "")
    return (Account(service=service, name=name),) if service or name else ()


def _contact(answers: Mapping[str, str]) -> Contact | None:
    if not any(name in answers for name in _CONTACT):
        return None
    return Contact(
        name=answers.get("contact_name"),
        email=answers.get("contact_email"),
        phone=answers.get("contact_phone"),
        is_safe=_one(Answer, answers.get("contact_safe")),
        safe_hours=answers.get("contact_hours"),
    )
