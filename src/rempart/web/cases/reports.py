"""Verbs on a report: each is one transaction with its author, reason and instant, and one event in the journal.

A verb locks the row, looks whether the step is still open, changes the columns and writes the event. The caller has passed
a door of `people.access`, which holds the permission; what depends on the person (a second reader is somebody else) is here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import router, transaction
from django.db.models import Q

from rempart.errors import BadInput, NotAllowed
from rempart.web.cases.events import Act, Motive, of_report, record
from rempart.web.cases.lifecycle import (
    AT_REST,
    ILLEGAL,
    Closure,
    Outcome,
    Status,
    Verb,
    WrongState,
    require_verb,
)
from rempart.web.cases.models import Report
from rempart.web.people.access import Actor, NotForYou, visible_reports
from rempart.web.people.models import Person
from rempart.web.people.roles import Permission

LOCK = timedelta(minutes=20)  # a report takes about eighteen minutes (reference/volumes.md); every page renews it
KEEP_CLOSED = timedelta(days=365)  # until it is erased; docs/site.md: a policy of the site
MAX_REASON_CHARS = 4_000


class NoReason(BadInput):
    """The step needs a reason."""


class Held(NotAllowed):
    """Somebody else works on this report now."""


class OwnReading(NotAllowed):
    """A second reading is made by somebody else than the first."""


class NothingThere(BadInput):
    """No report waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who does it, why, and when."""

    actor: Actor
    at: datetime
    reason: str = ""

    @property
    def person(self) -> Person:
        """The person."""
        return self.actor.person


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a person found when qualifying. needs_second: a named suspect or a notice of a trusted flagger is concerned."""

    outcome: Outcome
    basis: str = ""
    needs_second: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """What a verb changes: columns, and words that the event keeps beside the reason."""

    status: Status
    columns: Mapping[str, object] = field(default_factory=dict)
    words: Mapping[str, object] = field(default_factory=dict)


def take_next(by: By) -> Report:
    """The most urgent report that nobody holds, now held by this person. Raises: NothingThere.

    Two people who press at once get two reports: the row is claimed by an update that only one can make.
    """
    free = Q(locked_until=None) | Q(locked_until__lte=by.at) | Q(assigned_to=by.person.pk)
    waiting = visible_reports(by.actor).filter(
        free, is_open__in=(True,), status__in=FOR_TAKING
    )  # a list: so that SQLite takes the index
    for row in waiting.order_by("order", "received_at", "pk").only("pk")[:50]:
        if Report.objects.filter(free, pk=row.pk, is_open=True).update(
            assigned_to=by.person.pk, locked_until=by.at + LOCK
        ):
            report = Report.objects.get(pk=row.pk)
            record(Act(action="report_taken", actor=by.actor.pseudonym, at=by.at), subject=of_report(report))
            return report
    raise NothingThere("Nothing waits that you could take. New reports appear here by themselves.")


def take(report: Report, *, by: By) -> None:
    """Takes this report. Raises: Held."""
    with transaction.atomic(using=_alias()):
        row = _locked(report)
        _require_free(row, by)
        row.assigned_to, row.locked_until = by.person, by.at + LOCK
        row.save(update_fields=["assigned_to", "locked_until"])
        record(Act(action="report_taken", actor=by.actor.pseudonym, at=by.at), subject=of_report(row))


def let_go(report: Report, *, by: By) -> None:
    """Gives a report back to the queue, with a reason. Raises: Held, NoReason."""
    reason = required_reason(by)
    with transaction.atomic(using=_alias()):
        row = _locked(report)
        if row.assigned_to_id not in (None, by.person.pk):
            raise _held()
        row.assigned_to, row.locked_until = None, None
        row.save(update_fields=["assigned_to", "locked_until"])
        _record(row, "report_let_go", by, {"reason": reason})


def assign(report: Report, *, to: Person, by: By) -> None:
    """Gives a report to a colleague of the same organisation. Raises: NoReason, WrongState."""
    reason = required_reason(by)
    if to.organisation_id != report.organisation_id:
        raise WrongState("Only somebody of the same organisation can be given this report. Nothing was changed.")
    with transaction.atomic(using=_alias()):
        row = _locked(report)
        row.assigned_to, row.locked_until = to, None
        row.save(update_fields=["assigned_to", "locked_until"])
        _record(row, "report_assigned", by, {"reason": reason, "to": to.pseudonym})


def look(report: Report, *, motive: Motive, by: By) -> None:
    """Writes that somebody looked, once a call, with the motive; and keeps the lock of who works on it."""
    Report.objects.filter(pk=report.pk, assigned_to=by.person.pk, is_open=True).update(locked_until=by.at + LOCK)
    record(Act(action="consulted", actor=by.actor.pseudonym, at=by.at, motive=str(motive)), subject=of_report(report))


def step(report: Report, verb_name: str, *, by: By, words: Mapping[str, object] | None = None) -> Report:
    """One of the plain steps of the life cycle. words: what else the event keeps (whom somebody was sent to, an answer).

    Raises: WrongState, NoReason, Held, OwnReading.
    """
    with transaction.atomic(using=_alias()):
        row = _locked(report)
        verb = _open_verb(row, verb_name, by)
        if verb.to is None:
            raise WrongState("This step needs more than a reason. Nothing was changed.")
        _require_other_reader(row, verb, by)
        return _apply(row, verb, _Change(status=verb.to, words=words or {}), by)


def qualify(report: Report, *, finding: Finding, by: By) -> Report:
    """What a person finds: illegal goes to a second reader when it must, not illegal is closed at once, undetermined stays that.

    Raises: WrongState, NoReason, Held. Source: reference/workflow.md §5.1 (seconde_lecture; “indéterminé”).
    """
    with transaction.atomic(using=_alias()):
        row = _locked(report)
        verb = _open_verb(row, "qualify", by)
        to = _after(finding)
        columns: dict[str, object] = {"outcome": str(finding.outcome)}
        if to is Status.CLOSED:
            columns["closure"] = str(Closure.NOT_ILLEGAL)
        words = {"outcome": str(finding.outcome), "basis": finding.basis[:MAX_REASON_CHARS]}
        return _apply(row, verb, _Change(status=to, columns=columns, words=words), by)


def close(report: Report, *, closure: Closure, by: By) -> Report:
    """Closes a report for one of the reasons of the table. Raises: WrongState, NoReason, Held."""
    with transaction.atomic(using=_alias()):
        row = _locked(report)
        verb = _open_verb(row, "close", by)
        change = _Change(status=Status.CLOSED, columns={"closure": str(closure)}, words={"closure": str(closure)})
        return _apply(row, verb, change, by)


def hold(report: Report, *, is_held: bool, by: By) -> None:
    """A legal hold: nothing of the report is erased while it is on. Raises: NoReason, WrongState when it is so already."""
    reason = required_reason(by)
    with transaction.atomic(using=_alias()):
        row = _locked(report)
        if row.is_held is is_held:
            raise WrongState("That is so already. Nothing was changed.")
        row.is_held = is_held
        row.save(update_fields=["is_held"])
        _record(row, "hold_set" if is_held else "hold_lifted", by, {"reason": reason})


def required_reason(by: By) -> str:
    """The reason, without blanks around it. Raises: NoReason."""
    reason = by.reason.strip()[:MAX_REASON_CHARS]
    if not reason:
        raise NoReason("Say why. A few words are enough; nothing was changed yet.")
    return reason


def _apply(row: Report, verb: Verb, change: _Change, by: By) -> Report:
    reason = required_reason(by)
    before = row.status
    row.status = str(change.status)
    row.is_open = change.status not in AT_REST
    for name, value in change.columns.items():
        setattr(row, name, value)
    if row.is_open:
        row.closed_at, row.erase_date = None, None
        if verb.name == "reopen":
            row.closure, row.outcome = "", ""
    else:
        row.closed_at, row.erase_date = by.at, (by.at + KEEP_CLOSED).date()
        row.assigned_to, row.locked_until = None, None
    if not row.is_open and not row.closure:
        row.closure = str(_CLOSURE_OF.get(change.status, ""))
    row.save()
    _record(row, verb.name, by, {"reason": reason, "from": before, "to": row.status, **change.words})
    return row


def _after(finding: Finding) -> Status:
    if finding.outcome is Outcome.NOT_ILLEGAL:
        return Status.CLOSED
    second = finding.outcome is Outcome.BASELINE or (finding.outcome in ILLEGAL and finding.needs_second)
    return Status.SECOND_READING if second else Status.QUALIFIED


def _open_verb(row: Report, name: str, by: By) -> Verb:
    """The verb, when it is open, for this person, on this row."""
    verb = require_verb(name, status=row.status)
    if not by.actor.may(verb.permission):
        raise NotForYou("Your roles do not allow this. Nothing was changed.")
    _require_free(row, by)
    if verb.name in ("refer", "police_first") and row.outcome not in ILLEGAL:
        raise WrongState(
            "Only what a person found illegal can be referred; undetermined stays undetermined. Nothing was changed."
        )
    return verb


def _require_free(row: Report, by: By) -> None:
    is_others = row.assigned_to_id not in (None, by.person.pk)
    if is_others and row.locked_until is not None and row.locked_until > by.at:
        raise _held()


def _require_other_reader(row: Report, verb: Verb, by: By) -> None:
    """Nobody confirms their own reading, whatever their roles (Primero's self_approve stays off)."""
    if verb.permission is not Permission.SECOND_READ:
        return
    from rempart.web.cases.events import words as told  # noqa: PLC0415 - beside its only use

    readings = told(of_report(row), actions=frozenset({"qualify"}))
    if readings and readings[-1].actor == by.actor.pseudonym:
        raise OwnReading("A second reading is made by somebody else than the first. Nothing was changed.")


def _locked(report: Report) -> Report:
    """The row as it is now, and nobody else changes it before we are done."""
    return Report.objects.select_for_update(of=("self",)).get(pk=report.pk)


def _record(row: Report, action: str, by: By, words: Mapping[str, object]) -> None:
    record(Act(action=action, actor=by.actor.pseudonym, at=by.at, payload=words), subject=of_report(row))


def _held() -> Held:
    return Held("A colleague works on this report now. Nothing was changed; ask them, or wait until they let it go.")


def _alias() -> str:
    return router.db_for_write(Report)


FOR_TAKING = (Status.TO_TRIAGE, Status.REOPENED, Status.TO_QUALIFY, Status.TO_CAPTURE, Status.CAPTURE_IMPOSSIBLE)
_CLOSURE_OF: Mapping[Status, Closure] = {
    Status.OUT_OF_REMIT: Closure.OUT_OF_REMIT,
    Status.WITHDRAWN: Closure.WITHDRAWN,
    Status.DUPLICATE: Closure.DUPLICATE,
}
