"""Pages to enter a report for somebody: the questions of the form on one page, and at the end the receipt to read out, shown once.

Everything travels in the page, as on the public face; nothing is kept before “Keep this report”, but for files.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rempart.errors import RempartError
from rempart.intake.advice import advise, situation_of
from rempart.intake.answers import Problem, read_answers
from rempart.intake.paths import Path, Screen, Text, path_screens, warning
from rempart.intake.report import Channel, Report
from rempart.web.desk.declaring import page
from rempart.web.doors.onbehalf import Typist, receive_on_behalf
from rempart.web.people.roles import Permission
from rempart.web.public.chrome import shown_advice
from rempart.web.public.files import take_files
from rempart.web.public.languages import language
from rempart.web.public.means import means
from rempart.web.public.shown import ShownField, shown_fields, shown_files
from rempart.web.public.state import Form, new_form, read_form, sign_files, step

CHANNELS: Mapping[Channel, str | Promise] = {
    Channel.PHONE: gettext_lazy("By telephone"),
    Channel.LETTER: gettext_lazy("By letter"),
    Channel.VISIT: gettext_lazy("In person"),
    Channel.OTHER: gettext_lazy("In another way"),
}
_FIRST = "kind"  # the question that is asked before the page is made, because it opens others
_NOT_HERE = ("tick", "file")
_LOG = logging.getLogger("rempart.desk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question on the page. is_unknown: “I don't know” is ticked; None where it cannot be."""

    name: str
    text: str
    lead: str
    fields: tuple[ShownField, ...]
    is_unknown: bool | None


@page(Permission.ENTER_REPORT, methods=("GET", "POST"))
def enter(request: HttpRequest) -> HttpResponse:
    """Asks what it is about, then shows the form; or keeps the report."""
    sent = request.POST if request.method == "POST" else request.GET
    path = next((known for known in Path if known == sent.get("path")), None)
    kinds = _kinds()
    if path is None or (path is Path.ADULT and sent.get(_FIRST) not in kinds):
        return render(request, "desk/onbehalf_start.html", {"kinds": kinds.items()})
    if request.method != "POST":
        form = new_form(path)
        return _form_page(request, replace(form, answers={_FIRST: sent[_FIRST]} if path is Path.ADULT else {}))
    told = request.POST.dict() | {"unknown": ",".join(request.POST.getlist("unknown"))}
    return _take(request, read_form(told, path=path), go=request.POST.get("go", ""))


def _take(request: HttpRequest, form: Form, *, go: str) -> HttpResponse:
    """What a press of a button does."""
    after, refusal = take_files(request, form, go=go)
    if refusal:
        return _form_page(request, form, problems=[refusal], status=400)
    if go.startswith("drop:"):
        return _form_page(request, step(form, go=go)[0])
    if go != "keep" or after.files != form.files:
        return _form_page(request, after, notice=_("The file is kept. Go on, then press “Keep this report”."))
    if not form.has_token:
        return _form_page(
            request, form, notice=_("The page was incomplete. Press “Keep this report” again."), status=400
        )
    report = read_answers(form.answers, given=form.given(language()))
    problems = list(report) if not isinstance(report, Report) else []
    channel = _channel(request)
    if channel is None:
        sentence = _("Say how it reached you.")
        problems.insert(0, Problem(screen="channel", field="channel", sentence=Text(en=sentence, fr=sentence)))
    if channel is None or not isinstance(report, Report):
        return _form_page(request, form, problems=problems, status=400)
    return _keep(request, form, report, channel)


def _keep(request: HttpRequest, form: Form, report: Report, channel: Channel) -> HttpResponse:
    """The receipt; or the form again when the report could not be kept."""
    typist = Typist(number=int(request.user.pk or 0), name=request.user.get_username(), channel=channel)
    try:
        receipt = receive_on_behalf(
            report,
            typist=typist,
            token=bytes.fromhex(form.token),
            means=means(),
            exhibits=form.files.exhibits,
        )
    except (DatabaseError, OSError, RempartError) as error:
        _LOG.error("report not kept: %s", type(error).__name__)
        notice = _(
            "The report could not be kept just now. Everything is still on this page: wait a minute, then try again."
        )
        return _form_page(request, form, notice=notice, status=503)
    shown = {
        "groups": receipt.code.split("-"),
        "advice": shown_advice(advise(situation_of(report)), language()),
        "is_child": form.path is Path.CHILD,
    }
    return render(request, "desk/onbehalf_receipt.html", shown)


def _form_page(
    request: HttpRequest, form: Form, *, problems: Sequence[Problem] = (), notice: str = "", status: int = 200
) -> HttpResponse:
    lang = language()
    file_field = next((field for screen in form.screens for field in screen.fields if field.type == "file"), None)
    chosen = request.POST.get("channel", "")
    context = {
        "path": form.path,
        "kind": form.answers.get(_FIRST, ""),
        "kind_label": _kinds().get(form.answers.get(_FIRST, ""), ""),
        "token": form.token,
        "kept_files": sign_files(form.files),
        "files": shown_files(form, lang),
        "file_label": file_field.label.told_in(lang) if file_field and file_field.label else "",
        "file_hint": file_field.hint.told_in(lang) if file_field and file_field.hint else "",
        "channels": [(channel, label, channel == chosen) for channel, label in CHANNELS.items()],
        "questions": [_question(screen, form, problems) for screen in form.screens if _is_shown(screen)],
        "warnings": [warning(name).told_in(lang) for name in ("danger", "no_copy")],
        "problems": [(problem.field, problem.told_in(lang)) for problem in problems],
        "told": {problem.field: problem.told_in(lang) for problem in problems},
        "notice": notice,
    }
    return render(request, "desk/onbehalf.html", context, status=status)


def _is_shown(screen: Screen) -> bool:
    return screen.name != _FIRST


def _question(screen: Screen, form: Form, problems: Sequence[Problem]) -> Question:
    lang = language()
    fields = shown_fields(screen, form, problems, lang)
    return Question(
        name=screen.name,
        text=screen.question.told_in(lang),
        lead=screen.lead.told_in(lang) if screen.lead else "",
        fields=tuple(field for field in fields if field.type not in _NOT_HERE),
        is_unknown=screen.name in form.unknown if screen.unknown else None,
    )


def _kinds() -> dict[str, str]:
    """The answers to the first question of the adult path."""
    first = next(screen for screen in path_screens(Path.ADULT) if screen.name == _FIRST)
    return {option.value: option.told_in(language()) for field in first.fields for option in field.options}


def _channel(request: HttpRequest) -> Channel | None:
    return next((channel for channel in CHANNELS if channel == request.POST.get("channel")), None)
