"""The end of a term: words are erased by destroying their key and emptying what was received; numbers, enums and leaves stay.

What belongs together goes together: a report in a dossier with the dossier, a duplicate after the report that it repeats, a dossier after
the last of its reports has reached its own term. A legal hold stops everything. Early, only two people together erase.
Every step may be cut short and is finished by the next call: the door is emptied first, inside the transaction of the desk.
Not covered: backups keep what they held until they are themselves at their end (docs/site.md); what people wrote elsewhere about a report
stays where they wrote it; an analysis belongs to its dossier, whichever report brought the file.
Source: Regulation (EU) 2016/679, article 17; reference/security.md §4 P12; reference/workflow.md §5.1 (anonymise).
"""

import contextlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import router, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from rempart.errors import BadInput, NotAllowed
from rempart.web.cases.events import WORKER, Act, Subject, of_dossier, of_report, record
from rempart.web.cases.lifecycle import Stage, Status
from rempart.web.cases.models import Analysis, Dossier, Event, Report, SubjectKey, Tombstone, Trace
from rempart.web.cases.reports import By, required_reason
from rempart.web.door.acts import Means
from rempart.web.door.erasing import AlreadyErased, erase_deposit, erase_files
from rempart.web.people.access import NotForYou
from rempart.web.people.roles import Permission

TERM, TWO_PEOPLE = "term", "two_people"
ASKED = "erasure_asked"
ASKED_FOR = timedelta(days=7)  # within which the second person confirms


class Ground(StrEnum):
    """Why something is erased early. It stays in the journal, where the words of the reason are erased with the rest."""

    PERSON_ASKS = "person_asks"  # the person concerned asks, and no duty to keep stands against it
    NO_BASIS = "no_basis"  # it should never have been kept
    ORDER = "order"  # a court or an authority orders it


class IsHeld(NotAllowed):
    """A legal hold is on it."""


class NotClosed(NotAllowed):
    """Only what is closed is erased."""


class IsKept(NotAllowed):
    """It belongs to something that is kept."""


class NotDue(NotAllowed):
    """Its term has not come."""


class ErasedBefore(NotAllowed):
    """It was erased before."""


class NotAsked(BadInput):
    """Nobody has asked for it, or too long ago."""


class SamePerson(NotAllowed):
    """Two people erase, not one twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """By which rule, on which day, and by whom something is erased."""

    ground: str
    at: datetime
    actor: str


def due_reports(*, until_date: date) -> QuerySet[Report]:
    """Closed reports past their term on that day, not held, in no dossier that is kept, repeating no report that is; the oldest first."""
    kept = Q(dossier__isnull=False) & ~Q(dossier__status=Stage.ARCHIVED)
    repeats = Q(status=Status.DUPLICATE) & Q(duplicate_of__isnull=False) & ~Q(duplicate_of__status=Status.ANONYMISED)
    rows = Report.objects.filter(erase_date__lte=until_date, is_open=False, is_held=False)
    return rows.exclude(status=Status.ANONYMISED).exclude(kept).exclude(repeats).order_by("erase_date", "number")


def due_dossiers(*, until_date: date) -> QuerySet[Dossier]:
    """Closed dossiers past their term on that day, not held, of which every report is past its own and not held; the oldest first."""
    inside = Report.objects.filter(dossier=OuterRef("pk")).exclude(status=Status.ANONYMISED)
    young = Q(is_open=True) | Q(is_held=True) | Q(erase_date=None) | Q(erase_date__gt=until_date)
    rows = Dossier.objects.filter(~Exists(inside.filter(young)), erase_date__lte=until_date)
    return rows.filter(is_held=False, status=Stage.CLOSED).order_by("erase_date", "number")


def erase_due(*, now: datetime, limit: int = 200) -> int:
    """Erases what is due, at most `limit` of each kind; how many. May be cut short at any point and called again.

    What somebody holds or opens meanwhile is left. Another failure does not stop the rest, and is raised at the end.
    """
    rule = _Rule(ground=TERM, at=now, actor=WORKER)
    dossiers = due_dossiers(until_date=now.date())[:limit]
    done, failures = _erase_each(dossiers, lambda row: _erase_dossier(row, rule))
    reports = due_reports(until_date=now.date())[:limit]
    more, others = _erase_each(reports, lambda row: _erase_report(row, rule))
    if failures or others:
        raise (*failures, *others)[0]
    return done + more


def ask_erasure(report: Report, *, ground: Ground, by: By) -> None:
    """The first of two people asks, with a reason. Raises: NotForYou, NoReason, IsHeld, NotClosed, IsKept, ErasedBefore."""
    _require_right(by)
    reason = required_reason(by)
    with transaction.atomic(using=_alias()):
        row = _locked(report)
        _require_free(row)
        act = Act(action=ASKED, actor=by.actor.pseudonym, at=by.at, motive=str(ground), payload={"reason": reason})
        record(act, subject=of_report(row))


def confirm_erasure(report: Report, *, by: By) -> None:
    """Another person confirms within a week of a demand; then it is erased.

    Raises: NotForYou, NotAsked, SamePerson, IsHeld, NotClosed, IsKept, ErasedBefore.
    """
    _require_right(by)
    actors = set(asked_for(report, now=by.at).values_list("actor", flat=True))
    if not actors:
        raise NotAsked("Nobody has asked for it within a week. Nothing was erased.")
    if actors == {by.actor.pseudonym}:
        raise SamePerson("Two people erase together; somebody else has to confirm. Nothing was erased.")
    _erase_report(report, _Rule(ground=TWO_PEOPLE, at=by.at, actor=by.actor.pseudonym))


def may_be_erased(report: Report) -> bool:
    """Whether somebody may ask for it now."""
    try:
        _require_free(report)
    except NotAllowed:
        return False
    return True


def asked_for(report: Report, *, now: datetime) -> QuerySet[Event]:
    """Demands to erase this report that somebody else may still confirm, the newest first; who reopens a report ends them."""
    since = max(report.closed_at or now, now - ASKED_FOR)
    return Event.objects.filter(subject=report.pk, action=ASKED, at__gte=since).order_by("-seq")


def _erase_each(rows: "Iterable[Report | Dossier]", erase: Callable[..., None]) -> tuple[int, list[Exception]]:
    done, failures = 0, list[Exception]()
    for row in rows:
        try:
            erase(row)
            done += 1
        except (IsHeld, NotClosed, IsKept, NotDue, ErasedBefore):  # somebody was faster
            continue
        except Exception as error:  # noqa: BLE001 - raised again by the caller, after the others
            failures.append(error)
    return done, failures


def _erase_report(report: Report, rule: _Rule) -> None:
    with transaction.atomic(using=_alias()):
        row = _locked(report)
        _require_free(row)
        _empty_report(row, rule)


def _erase_dossier(dossier: Dossier, rule: _Rule) -> None:
    """Report by report, so that nobody waits long for the database; the dossier itself when nothing is left in it."""
    for report in dossier.reports.exclude(status=Status.ANONYMISED).order_by("number"):
        with transaction.atomic(using=_alias()):
            _require_due(dossier, rule)
            _empty_report(_locked(report), rule)
    with transaction.atomic(using=_alias()):
        row = _require_due(dossier, rule)
        if row.reports.exclude(status=Status.ANONYMISED).exists():
            raise IsKept("A report was put into this dossier meanwhile. The dossier was not erased.")
        with contextlib.suppress(AlreadyErased):  # an earlier call was cut short after the door
            erase_files(row.pk, ground=rule.ground, means=_means(rule), actor=rule.actor)
        _bury(of_dossier(row), rule)
        Analysis.objects.filter(dossier=row).update(outline=None)
        gone = {"erase_date": None, "rank_again_at": None, "due_at": None}
        Dossier.objects.filter(pk=row.pk).update(status=Stage.ARCHIVED, **gone)


def _empty_report(row: Report, rule: _Rule) -> None:
    """Inside a transaction of the desk: when that is cut short after the door, the row is as before and the next call finishes it."""
    _require_closed(row)
    if rule.ground == TERM and (row.erase_date is None or row.erase_date > rule.at.date()):
        raise NotDue("The term of this report has not come. Nothing was erased.")
    with contextlib.suppress(AlreadyErased):
        erase_deposit(row.pk, ground=rule.ground, means=_means(rule), actor=rule.actor)
    _bury(of_report(row), rule)
    Trace.objects.filter(report=row).delete()
    gone = {"erase_date": None, "assigned_to": None, "locked_until": None, "rank_again_at": None, "due_at": None}
    Report.objects.filter(pk=row.pk).update(status=Status.ANONYMISED, lookup=b"", **gone)


def _bury(subject: Subject, rule: _Rule) -> None:
    """Destroys the key of a subject; the tombstone first, which the trigger asks for."""
    buried: dict[str, UUID | None] = {"subject": subject.id}
    Tombstone.objects.create(**buried, erased_at=rule.at, ground=rule.ground)
    SubjectKey.objects.filter(**buried).delete()
    record(Act(action="erased", actor=rule.actor, at=rule.at, motive=rule.ground), subject=subject)


def _require_right(by: By) -> None:
    if not by.actor.may(Permission.ERASE):
        raise NotForYou("Your roles do not allow this. Nothing was changed.")


def _require_free(row: Report) -> None:
    """A closed report that stands for itself."""
    if row.dossier is not None and row.dossier.status != Stage.ARCHIVED:
        raise IsKept("This report is in a dossier, and goes with it. Nothing was erased; take it out there first.")
    _require_closed(row)


def _require_closed(row: Report) -> None:
    if row.status == Status.ANONYMISED:
        raise ErasedBefore("The words of this report were erased before. Nothing was changed.")
    if row.is_held:
        raise IsHeld("A legal hold is on this report. Nothing was erased.")
    if row.is_open:
        raise NotClosed("Only a closed report is erased. Nothing was erased.")


def _require_due(dossier: Dossier, rule: _Rule) -> Dossier:
    """The row as it is now, and nobody else changes it before we are done."""
    row = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier.pk)
    if row.is_held or row.reports.filter(is_held=True).exists():
        raise IsHeld("A legal hold is on this dossier or on a report in it. Nothing more was erased.")
    if row.status != Stage.CLOSED or row.reports.filter(is_open=True).exists():
        raise NotClosed("Only a closed dossier with closed reports is erased. Nothing more was erased.")
    if row.erase_date is None or row.erase_date > rule.at.date():
        raise NotDue("The term of this dossier has not come. Nothing more was erased.")
    return row


def _locked(report: Report) -> Report:
    """The row as it is now, and nobody else changes it before we are done."""
    return Report.objects.select_for_update(of=("self",)).select_related("dossier").get(pk=report.pk)


def _means(rule: _Rule) -> Means:
    return Means(recipients=(), at=rule.at, draw=secrets.token_bytes)


def _alias() -> str:
    return router.db_for_write(Report)
