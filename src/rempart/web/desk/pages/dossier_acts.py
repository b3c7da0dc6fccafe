"""The verbs of a dossier: one address each, each with its author, reason and instant; success and refusal are told on a page of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rempart.web.cases import dossiers, facts
from rempart.web.cases.checklists import review_points
from rempart.web.cases.dossiers import NotComplete, NotThere, NotWritten, contents, missing_points
from rempart.web.cases.lifecycle import DOSSIER_STEPS
from rempart.web.cases.models import Dossier
from rempart.web.cases.reports import By
from rempart.web.desk.acting import by_of, require_sure
from rempart.web.desk.declaring import act, actor
from rempart.web.desk.dossier_frame import answered, dossier_act, moved, place_of
from rempart.web.desk.dossier_words import STAGES
from rempart.web.desk.words import dossier_number, report_number, word
from rempart.web.people.access import (
    NotKnown,
    access_colleague,
    access_dossier,
    access_report,
    access_team,
    visible_dossiers,
)
from rempart.web.people.models import Person
from rempart.web.people.roles import Permission
from rempart.web.people.signing_in import sudo
from rempart.web.public.languages import language

_P = Permission
_MOST_DIGITS = 12


class StateFact(Protocol):
    """A verb that states a fact: `facts.state_fact`, or one that does more with it."""

    def __call__(self, dossier: Dossier, *, by: By, words_told: Mapping[str, object]) -> UUID:
        """The id of the statement."""


class ReviewOpen(NotComplete):
    """The step waits for points of the exculpatory review, which are named."""


@dossier_act(_P.WRITE_DOSSIER, to="dossier")
def rename(request: HttpRequest, dossier: Dossier, by: By) -> str:
    """Another title."""
    dossiers.rename(dossier, title=_told(request, "title"), by=by)
    return _("The title was changed.")


@dossier_act(_P.WRITE_DOSSIER, to="dossier_work")
def write_note(request: HttpRequest, dossier: Dossier, by: By) -> str:
    """A note."""
    dossiers.write_note(dossier, text=_told(request, "text"), by=by)
    return _("The note is kept.")


@dossier_act(_P.WRITE_DOSSIER, to="dossier_work")
def add_task(request: HttpRequest, dossier: Dossier, by: By) -> str:
    """Something to do."""
    to = _member(dossier, _told(request, "to")) if _told(request, "to") else None
    dossiers.add_task(dossier, text=_told(request, "title"), due_date=_day(_told(request, "due")), to=to, by=by)
    return _("The task is added.")


@dossier_act(_P.WRITE_DOSSIER, to="dossier_work")
def finish_task(request: HttpRequest, dossier: Dossier, by: By, *, task: UUID) -> str:
    """A task is done."""
    dossiers.finish_task(dossier, task, by=by)
    return _("The task is done.")


@dossier_act(_P.WRITE_DOSSIER, to="dossier_people")
def add_person(request: HttpRequest, dossier: Dossier, by: By) -> str:
    """Somebody of whom the dossier speaks."""
    dossiers.add_person(
        dossier, label=_told(request, "label"), role=_told(request, "role"), note=_told(request, "note"), by=by
    )
    return _("The person is added.")


@dossier_act(_P.WRITE_DOSSIER, to="dossier_people")
def add_identity(request: HttpRequest, dossier: Dossier, by: By) -> str:
    """A name, number or account of a person, with its source."""
    told = {name: _told(request, name) for name in ("kind", "value", "since", "until", "source")}
    dossiers.add_identity(dossier, _uuid(_told(request, "person")), by=by, words_told=told)
    return _("The identity is added. It counts as a statement until somebody judges it.")


@dossier_act(_P.WRITE_DOSSIER, to="dossier_people")
def judge_identity(request: HttpRequest, dossier: Dossier, by: By, *, identity: UUID) -> str:
    """What somebody finds of an identity, with a reason."""
    dossiers.judge_identity(dossier, identity, judgement=_told(request, "judgement"), by=by)
    return _("The judgement is kept; a later one may replace it.")


@dossier_act(_P.WRITE_DOSSIER, to="dossier_people")
def add_account(request: HttpRequest, dossier: Dossier, by: By) -> str:
    """An account of a service."""
    told = {name: _told(request, name) for name in ("service", "name", "person", "source")}
    dossiers.add_account(dossier, by=by, words_told=told)
    return _("The account is added.")


@dossier_act(_P.WRITE_DOSSIER, to="dossier_timeline")
def add_moment(request: HttpRequest, dossier: Dossier, by: By) -> str:
    """A line of the timeline."""
    dossiers.add_moment(
        dossier, text=_told(request, "text"), moment=_told(request, "moment"), source=_told(request, "source"), by=by
    )
    return _("The line is added.")


@dossier_act(_P.STATE_FACT, to="dossier")
def state_fact(request: HttpRequest, dossier: Dossier, by: By) -> str:
    """A gate or factor, with reason and evidence; tells what it did to the place."""
    return stated(request, dossier, by)


@dossier_act(_P.REVIEW_DOSSIER, to="dossier_review")
def answer_checks(request: HttpRequest, dossier: Dossier, by: By) -> str:
    """The answers of the exculpatory review that are new or changed."""
    known, kept = contents(dossier).checks, 0
    for point in review_points():
        answer, said = _told(request, point.code), _told(request, f"{point.code}-note")
        before = known.get(point.code)
        if answer and (before is None or (answer, said.strip()) != (before.answer, before.words)):
            dossiers.answer_check(dossier, point=point.code, answer=answer, said=said, by=by)
            kept += 1
    left = len(missing_points(contents(dossier)))
    told = ngettext("%(count)s answer is kept.", "%(count)s answers are kept.", kept) % {"count": kept}
    rest = ngettext("%(count)s point is without an answer.", "%(count)s points are without an answer.", left)
    return f"{told} {rest % {'count': left}}"


@dossier_act(_P.WRITE_DOSSIER, to="dossier_reports")
def attach(request: HttpRequest, dossier: Dossier, by: By) -> str:
    """Puts a report in, by its number."""
    number = _number(_told(request, "report"))
    try:
        report = access_report(by.actor, number, need=Permission.READ_REPORT)
    except NotKnown:
        raise NotThere(
            "There is no report {number}, or it is not for you. Nothing was changed.", number=report_number(number)
        ) from None
    before = place_of(dossier)
    dossiers.attach_report(dossier, report, by=by)
    return moved(dossier, before, _("{number} is in the dossier.").format(number=report_number(number)))


@dossier_act(_P.WRITE_DOSSIER, to="dossier_reports")
def detach(request: HttpRequest, dossier: Dossier, by: By) -> str:
    """Takes a report out, with a reason."""
    report = access_report(by.actor, _number(_told(request, "report")), need=Permission.READ_REPORT)
    before = place_of(dossier)
    dossiers.detach_report(dossier, report, by=by)
    return moved(
        dossier, before, _("{number} is no longer in the dossier.").format(number=report_number(report.number))
    )


@act(_P.WRITE_DOSSIER)
def take_back(request: HttpRequest, number: int, entry: UUID) -> HttpResponse:
    """Takes an entry back, with a reason, and goes to where it stands; a stated fact asks for the right to state facts."""
    dossier = access_dossier(actor(request), number, need=_P.WRITE_DOSSIER)
    told = contents(dossier)
    if any(item.id == entry for item in told.facts):
        access_dossier(actor(request), number, need=_P.STATE_FACT)
    before = place_of(dossier)

    def verb() -> str:
        dossiers.take_back(dossier, entry, by=by_of(request))
        return moved(dossier, before, _("The entry was taken back. It stays to be seen, and no longer counts."))

    return answered(request, verb, to=_home_of(request, number))


@act(_P.READ_DOSSIER)
def step(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """One step of its life; the step itself asks for its permission."""
    dossier = access_dossier(actor(request), number, need=_P.READ_DOSSIER)
    if name not in DOSSIER_STEPS:
        raise NotKnown("There is no such step.")
    access_dossier(actor(request), number, need=DOSSIER_STEPS[name].permission)
    leaves_the_house = DOSSIER_STEPS[name].permission is _P.EXPORT
    return (sudo(_step) if leaves_the_house else _step)(request, dossier, name)


def _step(request: HttpRequest, dossier: Dossier, name: str) -> HttpResponse:
    def verb() -> str:
        try:
            row = dossiers.step(dossier, name, by=by_of(request))
        except NotComplete:
            raise _review_open(dossier) from None
        return _("The dossier is now: {state}.").format(state=word(STAGES, row.status))

    return answered(request, verb, to=reverse("dossier", args=[dossier.number]))


@dossier_act(_P.HOLD, to="dossier")
def hold(request: HttpRequest, dossier: Dossier, by: By) -> str:
    """Places or lifts a legal hold."""
    require_sure(request)
    dossiers.hold(dossier, is_held=not dossier.is_held, by=by)
    return _("The legal hold was lifted.") if dossier.is_held else _("The legal hold is on.")


@act(_P.CHANGE_MEMBERS)
def restrict(request: HttpRequest, number: int) -> HttpResponse:
    """Restricts the dossier to its members, or lifts that; goes to the list when one no longer sees it."""
    dossier = access_dossier(actor(request), number, need=_P.CHANGE_MEMBERS)
    by = by_of(request)

    def verb() -> str:
        require_sure(request)
        dossiers.restrict(dossier, is_restricted=not dossier.is_restricted, by=by)
        told = _("{number} is no longer restricted.") if dossier.is_restricted else _("{number} is now restricted.")
        return told.format(number=dossier_number(number))

    answer = answered(request, verb, to=reverse("dossier_members", args=[number]))
    if not visible_dossiers(by.actor).filter(pk=dossier.pk).exists():
        answer["Location"] = reverse("dossiers")
    return answer


@act(_P.CHANGE_OWN_MEMBERS)
def add_member(request: HttpRequest, number: int) -> HttpResponse:
    """A colleague works on it from now on; its lead says so, or who may so on any dossier."""
    dossier, by = access_team(actor(request), number), by_of(request)

    def verb() -> str:
        dossiers.add_member(dossier, _colleague(request, by), by=by)
        return _("The colleague is added.")

    return answered(request, verb, to=reverse("dossier_members", args=[number]))


@act(_P.CHANGE_OWN_MEMBERS)
def end_membership(request: HttpRequest, number: int) -> HttpResponse:
    """A colleague no longer works on it."""
    dossier, by = access_team(actor(request), number), by_of(request)

    def verb() -> str:
        dossiers.end_membership(dossier, _colleague(request, by), by=by)
        return _("The colleague no longer works on this dossier.")

    return answered(request, verb, to=reverse("dossier_members", args=[number]))


def stated(request: HttpRequest, dossier: Dossier, by: By, *, state: StateFact = facts.state_fact) -> str:
    """States what a form says, by this verb; evidence: a line each. Raises: NotWritten, NoReason, NotThere."""
    told: dict[str, object] = {name: _told(request, name) for name in ("code", "state", "subject")}
    told["event_at"] = _instant(_told(request, "event_at"))
    count = _told(request, "at_least").strip()
    told["at_least"] = int(count) if count.isascii() and count.isdecimal() and len(count) <= _MOST_DIGITS else None
    told["evidence"] = [line.strip() for line in _told(request, "evidence").splitlines() if line.strip()]
    before = place_of(dossier)
    state(dossier, by=by, words_told=told)
    return moved(dossier, before, _("The statement is kept."))


def _review_open(dossier: Dossier) -> ReviewOpen:
    titles = {point.code: point.title(language()) for point in review_points()}
    missing = "; ".join(titles[code] for code in missing_points(contents(dossier)))
    return ReviewOpen(
        "Points of the exculpatory review are without an answer: {points}. Nothing was changed.", points=missing
    )


def _home_of(request: HttpRequest, number: int) -> str:
    """The page of the dossier where the entry stands; only a name of ours is taken from the form."""
    pages = ("dossier_work", "dossier_people", "dossier_timeline", "dossier_exhibits")
    told = _told(request, "page")
    return reverse(told if told in pages else "dossier", args=[number])


def _told(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "")


def _uuid(told: str) -> UUID:
    try:
        return UUID(told)
    except ValueError:
        raise _wrong("person") from None


def _number(told: str) -> int:
    digits = told.strip().upper().removeprefix("R-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS):
        raise _wrong("report")
    return int(digits)


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told.strip()) if told.strip() else None
    except ValueError:
        raise _wrong("due") from None


def _instant(told: str) -> str:
    """What a field of date and hour sends, which names no zone: it is asked for in UTC."""
    try:
        at = datetime.fromisoformat(told.strip()) if told.strip() else None
    except ValueError:
        raise _wrong("event_at") from None
    if at is None:
        return ""
    return at.isoformat() if at.tzinfo else f"{at.isoformat()}+00:00"


def _member(dossier: Dossier, told: str) -> Person:
    found = dossier.members.select_related("person").filter(until_at=None, person=_digits(told)).first()
    if found is None:
        raise NotThere("Only a colleague who works on the dossier can be given a task. Nothing was changed.")
    return found.person


def _colleague(request: HttpRequest, by: By) -> Person:
    try:
        return access_colleague(by.actor, _digits(_told(request, "person")), need=Permission.CHANGE_OWN_MEMBERS)
    except NotKnown:
        raise NotThere("There is no such colleague. Nothing was changed.") from None


def _digits(told: str) -> int:
    return int(told) if told.isascii() and told.isdecimal() and len(told) <= _MOST_DIGITS else 0


def _wrong(field: str) -> NotWritten:
    return dossiers.wrong_value(field)
