"""The verbs on a report, one address each: every one has the permission of its row in the life cycle, and needs a reason.

Whoever may not read reports may not act on one either: the door asks for both before it looks for the row.
"""

from datetime import UTC, datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from rempart.errors import BadInput, NotAllowed
from rempart.web.cases import answering, care, dossiers, facts, reports
from rempart.web.cases.lifecycle import REPORT_VERBS, Closure, Outcome
from rempart.web.cases.models import Report
from rempart.web.cases.reports import By, Finding
from rempart.web.desk.acting import by_of, done, require_sure
from rempart.web.desk.declaring import View, act
from rempart.web.desk.histories import ACTIONS, moved_sentence, name_of
from rempart.web.desk.queries.report import read_words
from rempart.web.desk.words import OUTCOMES, STATUSES, dossier_number, level_of, reason_title, report_number, word
from rempart.web.people.access import (
    Actor,
    NotKnown,
    access_colleague,
    access_dossier,
    access_report,
    actor_of,
    visible_reports,
)
from rempart.web.people.models import Person
from rempart.web.people.roles import Permission
from rempart.web.people.signing_in import sudo

_P = Permission
_OWN_VIEW = frozenset({"qualify", "close"})
_MOST_COUNT = 10**15
_MOST_EVIDENCE = 50


class NotChosen(BadInput):
    """A choice of a form was left open, or is none of those offered."""


class CannotWork(NotAllowed):
    """A colleague could not work on what they would be given."""


def report_of(by: By, number: int) -> Report:
    """The report, for somebody who may read it. Raises: NotForYou, NotKnown."""
    return access_report(by.actor, number, need=_P.READ_REPORT)


def step_view(name: str) -> View:
    """The view of one plain step of the life cycle; what leaves the house asks again who one is."""
    permission = REPORT_VERBS[name].permission

    def view(request: HttpRequest, number: int) -> HttpResponse:
        by = by_of(request)
        row = reports.step(report_of(by, number), name, by=by)
        told = _("{number}: {done}. It is now: {state}.")
        return _back(
            request,
            row,
            told.format(number=report_number(number), done=word(ACTIONS, name), state=word(STATUSES, row.status)),
        )

    view.__name__ = f"report_{name}"
    view.__doc__ = f"The step {name} of a report, with a reason."
    return act(permission)(sudo(view) if permission is _P.REFER else view)


# The views of the plain steps, by the names of their addresses.
STEPS: dict[str, View] = {f"report_{name}": step_view(name) for name in REPORT_VERBS if name not in _OWN_VIEW}


@act(_P.QUALIFY_REPORT)
def qualify(request: HttpRequest, number: int) -> HttpResponse:
    """What the reader found; its files are marked as assessed, so that nobody has to look again."""
    by = by_of(request)
    outcome = next((one for one in Outcome if one == request.POST.get("outcome")), None)
    if outcome is None:
        raise NotChosen("Choose what you found. Nothing was changed.")
    finding = Finding(
        outcome=outcome, basis=request.POST.get("basis", "").strip(), needs_second=request.POST.get("second") == "1"
    )
    report = report_of(by, number)
    row = reports.qualify(report, finding=finding, by=by)
    told = read_words(row)
    for file in told.attachments if told else ():
        care.mark_assessed("file", file.sha256, by=by)
    sentence = _("{number} was qualified: {outcome}. It is now: {state}.")
    return _back(
        request,
        row,
        sentence.format(
            number=report_number(number), outcome=word(OUTCOMES, str(outcome)), state=word(STATUSES, row.status)
        ),
    )


@act(REPORT_VERBS["close"].permission)
def close(request: HttpRequest, number: int) -> HttpResponse:
    """Closes a report for a reason of the table."""
    by = by_of(request)
    closure = next((one for one in Closure if one == request.POST.get("choice")), None)
    if closure is None:
        raise NotChosen("Choose why it is closed. Nothing was changed.")
    row = reports.close(report_of(by, number), closure=closure, by=by)
    return _back(request, row, _("{number} is closed.").format(number=report_number(number)))


@act(_P.TRIAGE_REPORT)
def take_this(request: HttpRequest, number: int) -> HttpResponse:
    """Takes this report."""
    by = by_of(request)
    report = report_of(by, number)
    reports.take(report, by=by)
    return _back(request, report, _("{number} is yours now.").format(number=report_number(number)))


@act(_P.TRIAGE_REPORT)
def let_go(request: HttpRequest, number: int) -> HttpResponse:
    """Gives a report back to the queue."""
    by = by_of(request)
    reports.let_go(report_of(by, number), by=by)
    return done(request, _("{number} is back in the queue.").format(number=report_number(number)), to=reverse("home"))


@act(_P.TRIAGE_REPORT)
def assign(request: HttpRequest, number: int) -> HttpResponse:
    """Gives a report to a colleague who may sort it and may know of it."""
    by = by_of(request)
    report = report_of(by, number)
    to = _colleague(by.actor, request.POST.get("choice", ""))
    theirs = actor_of(to)
    if not (theirs.may(_P.READ_REPORT) and visible_reports(theirs).filter(pk=report.pk).exists()):
        raise CannotWork("This colleague could not open this report. Nothing was changed.")
    reports.assign(report, to=to, by=by)
    told = _("{number} was given to {name}.").format(number=report_number(number), name=name_of(to))
    return _back(request, report, told)


@act(_P.HOLD)
def hold(request: HttpRequest, number: int) -> HttpResponse:
    """Places a legal hold."""
    by = by_of(request)
    report = report_of(by, number)
    require_sure(request)
    reports.hold(report, is_held=True, by=by)
    return _back(
        request, report, _("{number}: nothing of it is erased from now on.").format(number=report_number(number))
    )


@act(_P.HOLD)
def unhold(request: HttpRequest, number: int) -> HttpResponse:
    """Lifts a legal hold."""
    by = by_of(request)
    report = report_of(by, number)
    require_sure(request)
    reports.hold(report, is_held=False, by=by)
    return _back(request, report, _("The legal hold on {number} is lifted.").format(number=report_number(number)))


@act(_P.ANSWER_REPORTER)
def answer(request: HttpRequest, number: int) -> HttpResponse:
    """Answers the person who reported."""
    by = by_of(request)
    report = report_of(by, number)
    answering.answer(report, request.POST.get("text", ""), by=by)
    return _back(request, report, _("The answer is kept. The person reads it when they come back with their code."))


@act(_P.ANSWER_REPORTER)
def close_mailbox(request: HttpRequest, number: int) -> HttpResponse:
    """Closes the mailbox of the person who reported."""
    by = by_of(request)
    report = report_of(by, number)
    answering.close_mailbox(report, by=by)
    return _back(request, report, _("The mailbox is closed: the code opens nothing from now on."))


@act(_P.ANSWER_REPORTER)
def open_mailbox(request: HttpRequest, number: int) -> HttpResponse:
    """Opens it again."""
    by = by_of(request)
    report = report_of(by, number)
    answering.open_mailbox(report, by=by)
    return _back(request, report, _("The mailbox is open again: the code opens it."))


@act(_P.STATE_FACT)
def state_fact(request: HttpRequest, number: int) -> HttpResponse:
    """A gate or factor that the reader states, with reason and evidence; tells what it did to the level."""
    by = by_of(request)
    report = report_of(by, number)
    before, known = report.level, report.reasons.split()
    facts.state_fact_on_report(report, by=by, words_told=_fact_told(request))
    return _moved(request, report, before, known)


@act(_P.STATE_FACT)
def take_back_fact(request: HttpRequest, number: int, entry: UUID) -> HttpResponse:
    """Takes a statement back; it stays in the history."""
    by = by_of(request)
    report = report_of(by, number)
    before, known = report.level, report.reasons.split()
    facts.take_back_on_report(report, entry, by=by)
    return _moved(request, report, before, known)


@act(_P.OPEN_DOSSIER)
def open_dossier(request: HttpRequest, number: int) -> HttpResponse:
    """Opens a dossier with this report in it, led by the reader."""
    by = by_of(request)
    report = report_of(by, number)
    dossier = dossiers.open_dossier(
        title=request.POST.get("title", ""), purpose=request.POST.get("purpose", ""), by=by, reports=(report,)
    )
    told = _("{dossier} is open, with {report} in it. You lead it.")
    return _back(request, report, told.format(dossier=dossier_number(dossier.number), report=report_number(number)))


@act(_P.WRITE_DOSSIER)
def attach(request: HttpRequest, number: int) -> HttpResponse:
    """Puts the report into a dossier on which the reader works."""
    by = by_of(request)
    report = report_of(by, number)
    dossier = access_dossier(by.actor, _number(request.POST.get("choice", "")), need=_P.WRITE_DOSSIER)
    dossiers.attach_report(dossier, report, by=by)
    told = _("{report} is in {dossier} now.")
    return _back(request, report, told.format(report=report_number(number), dossier=dossier_number(dossier.number)))


@act(_P.WRITE_DOSSIER)
def detach(request: HttpRequest, number: int) -> HttpResponse:
    """Takes the report out of its dossier."""
    by = by_of(request)
    report = report_of(by, number)
    if report.dossier is None:
        raise dossiers.NotThere("This report is in no dossier. Nothing was changed.")
    dossier = access_dossier(by.actor, report.dossier.number, need=_P.WRITE_DOSSIER)
    dossiers.detach_report(dossier, report, by=by)
    told = _("{report} is no longer in {dossier}.")
    return _back(request, report, told.format(report=report_number(number), dossier=dossier_number(dossier.number)))


def _fact_told(request: HttpRequest) -> dict[str, object]:
    """The fields of the form; the clock of the form is UTC, as the page says."""
    told = request.POST.get("event_at", "").strip()
    count = request.POST.get("at_least", "").strip()
    lines = [line.strip() for line in request.POST.get("evidence", "").splitlines()]
    return {
        "subject": "",
        "code": request.POST.get("code", ""),
        "state": request.POST.get("state", ""),
        "event_at": _instant(told),
        "at_least": _count(count),
        "evidence": [line for line in lines if line][:_MOST_EVIDENCE],
    }


def _instant(told: str) -> datetime | None:
    if not told:
        return None
    try:
        instant = datetime.fromisoformat(told)
    except ValueError:
        raise dossiers.wrong_value("event_at") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _count(told: str) -> int | None:
    if not told:
        return None
    if not (told.isascii() and told.isdecimal() and len(told) < 20 and 0 < int(told) <= _MOST_COUNT):
        raise dossiers.wrong_value("at_least")
    return int(told)


def _moved(request: HttpRequest, report: Report, before: int, known: list[str]) -> HttpResponse:
    """What a statement did: P2 → P0 because …"""
    number = report_number(report.number)
    if report.level == before:
        level = level_of(report.level)
        stays = _("not ranked") if level == "unranked" else level
        return _back(
            request, report, _("It is stated. The level of {number} stays {level}.").format(number=number, level=stays)
        )
    because = [reason_title(code) for code in report.reasons.split() if code not in known]
    told = f"{number}: {moved_sentence(before, report.level, because)}"
    return _back(request, report, told, is_warning=report.level < before)


def _colleague(actor: Actor, untrusted_number: str) -> Person:
    try:
        return access_colleague(actor, _number(untrusted_number), need=_P.TRIAGE_REPORT)
    except NotKnown:
        raise NotChosen("Choose a colleague of your organisation. Nothing was changed.") from None


def _number(untrusted: str) -> int:
    if not (untrusted.isascii() and untrusted.isdecimal() and len(untrusted) < 18):
        raise NotChosen("Choose one of the list. Nothing was changed.")
    return int(untrusted)


def _back(request: HttpRequest, report: Report, sentence: str, *, is_warning: bool = False) -> HttpResponse:
    return done(request, sentence, to=reverse("report", args=[report.number]), is_warning=is_warning)
