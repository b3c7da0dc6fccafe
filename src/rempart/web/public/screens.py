"""Renders the screen that a form is at: a question, or the review of all answers."""

from collections.abc import Mapping, Sequence

from django.http import HttpResponse

from rempart.intake.answers import Problem
from rempart.intake.paths import Path, warning
from rempart.web.public.chrome import page
from rempart.web.public.languages import language
from rempart.web.public.proof import form_of
from rempart.web.public.shown import shown_answers, shown_fields, shown_files
from rempart.web.public.state import Form, hidden_fields

PLACES: Mapping[Path, str] = {Path.ADULT: "a", Path.CHILD: "b"}
_REVIEW_WARNINGS: Mapping[Path, tuple[str, ...]] = {
    Path.ADULT: ("no_publish", "good_faith"),
    Path.CHILD: ("not_your_fault",),
}


def screen_page(form: Form, *, problems: Sequence[Problem] = (), notice: str = "", status: int = 200) -> HttpResponse:
    """The page of the screen that the form is at; with problems, a summary of them first."""
    lang, screen = language(), form.screen
    names = screen.warnings if screen else _REVIEW_WARNINGS[form.path]
    context: dict[str, object] = {
        "place": PLACES[form.path],
        "is_child": form.path is Path.CHILD,
        "is_first": form.place == 1,
        "hidden": hidden_fields(form),
        "warnings": [warning(name).told_in(lang) for name in names],
        "step": form.place,
        "steps": form.steps,
        "notice": notice,
    }
    if screen is None:
        shown = {"answers": shown_answers(form, lang), "form_name": form_of(form.token)}
        return page("review", context=context | shown, status=status)
    context |= {
        "screen": screen,
        "question": screen.question.told_in(lang),
        "lead": screen.lead.told_in(lang) if screen.lead else "",
        "fields": shown_fields(screen, form, problems, lang),
        "is_choice": screen.fields[0].type == "choice",
        "is_unknown": screen.name in form.unknown,
        "files": shown_files(form, lang) if screen.takes_file else [],
        "problems": [(problem.field, problem.told_in(lang)) for problem in problems],
    }
    return page("screen", context=context, status=status)
