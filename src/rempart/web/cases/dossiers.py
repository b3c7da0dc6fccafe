"""Verbs on a dossier: each is one transaction with its author and instant, and one event with its words, sealed.

The caller has passed a door of `people.access`. What a dossier holds is read from its events (`folding`).
"""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import router, transaction
from django.db.models import Max

from rempart.errors import BadInput, NotAllowed
from rempart.web.cases.checklists import ANSWERS, review_points
from rempart.web.cases.events import Act, Motive, of_dossier, of_report, record, words
from rempart.web.cases.folding import TAKEN_BACK, Contents, Item, fold
from rempart.web.cases.lifecycle import Stage, require_step
from rempart.web.cases.models import Dossier, Member, Report, Task
from rempart.web.cases.ranking import rank_dossier, rank_report
from rempart.web.cases.reports import KEEP_CLOSED, By, required_reason
from rempart.web.people.access import NotForYou, actor_of
from rempart.web.people.models import Person
from rempart.web.people.roles import Permission

MAX_CHARS = 20_000
ROLES = ("person_of_interest", "child", "reporter", "witness", "professional")
IDENTITY_KINDS = ("name", "nickname", "phone", "email", "account", "address", "birth_date", "other")
JUDGEMENTS = ("positive", "negative", "unsure")


class NotComplete(NotAllowed):
    """The exculpatory review has points without an answer."""


class NotWritten(BadInput):
    """A field that is needed was left empty, or is none of those allowed."""


class CannotRead(NotAllowed):
    """A colleague could not open what they would work on."""


class NotThere(BadInput):
    """The entry is not in this dossier, or was taken back."""


def open_dossier(*, title: str, purpose: str, by: By, reports: tuple[Report, ...] = ()) -> Dossier:
    """A new dossier of this person's organisation, led by them, with these reports in it. Raises: NotWritten."""
    told = _needed(title, "title")
    with transaction.atomic(using=_alias()):
        last = Dossier.objects.aggregate(last=Max("number"))["last"] or 0
        dossier = Dossier.objects.create(
            id=UUID(bytes=secrets.token_bytes(16), version=4),
            number=last + 1,
            organisation=by.person.organisation,
            lead=by.person,
            status=Stage.OPEN,
            opened_at=by.at,
            level=4,
            points_min=0.0,
            points_max=0.0,
            reasons="",
        )
        Member.objects.create(dossier=dossier, person=by.person, since_at=by.at)
        tell(dossier, "dossier_opened", by, {"title": told, "purpose": purpose.strip()[:MAX_CHARS]})
        for report in reports:
            attach_report(dossier, report, by=by)
    dossier.refresh_from_db()
    return dossier


def attach_report(dossier: Dossier, report: Report, *, by: By) -> None:
    """Puts a report into a dossier; both tell it. Raises: NotThere when it is in another one or of another organisation."""
    with transaction.atomic(using=_alias()):
        row = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
        if row.dossier_id not in (None, dossier.pk) or row.organisation_id != dossier.organisation_id:
            raise NotThere("This report is in another dossier. Nothing was changed; take it out there first.")
        row.dossier = dossier
        row.save(update_fields=["dossier"])
        said = {"report": row.number, "reason": by.reason.strip()[:MAX_CHARS]}
        tell(dossier, "report_attached", by, said)
        record(
            Act(action="attached", actor=by.actor.pseudonym, at=by.at, payload={"dossier": dossier.number, **said}),
            subject=of_report(row),
        )
        rank_report(row, now=by.at)
        rank_dossier(dossier, now=by.at)


def detach_report(dossier: Dossier, report: Report, *, by: By) -> None:
    """Takes a report out again, with a reason. Raises: NoReason, NotThere."""
    reason = required_reason(by)
    with transaction.atomic(using=_alias()):
        row = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
        if row.dossier_id != dossier.pk:
            raise NotThere("This report is not in this dossier. Nothing was changed.")
        row.dossier = None
        row.save(update_fields=["dossier"])
        said = {"report": row.number, "reason": reason}
        tell(dossier, "report_detached", by, said)
        record(
            Act(action="detached", actor=by.actor.pseudonym, at=by.at, payload={"dossier": dossier.number, **said}),
            subject=of_report(row),
        )
        rank_report(row, now=by.at)
        rank_dossier(dossier, now=by.at)


def look(dossier: Dossier, *, motive: Motive, by: By) -> None:
    """Writes that somebody looked, once a call, with the motive."""
    record(Act(action="consulted", actor=by.actor.pseudonym, at=by.at, motive=str(motive)), subject=of_dossier(dossier))


def contents(dossier: Dossier) -> Contents:
    """What the dossier holds now."""
    return fold(words(of_dossier(dossier)))


def rename(dossier: Dossier, *, title: str, by: By) -> None:
    """Another title. Raises: NotWritten."""
    tell(dossier, "dossier_renamed", by, {"title": _needed(title, "title")})


def write_note(dossier: Dossier, *, text: str, by: By) -> UUID:
    """A note for colleagues; it never leaves the house by itself. Raises: NotWritten."""
    return tell(dossier, "note_written", by, {"text": _needed(text, "text")})


def add_task(dossier: Dossier, *, text: str, by: By, due_date: date | None = None, to: Person | None = None) -> UUID:
    """Something to do. Raises: NotWritten."""
    said = {"text": _needed(text, "text"), "due": due_date.isoformat() if due_date else None, "to": to and to.pseudonym}
    with transaction.atomic(using=_alias()):
        event = tell(dossier, "task_added", by, said)
        Task.objects.create(id=event, dossier=dossier, assigned_to=to, due_date=due_date)
    return event


def finish_task(dossier: Dossier, task: UUID, *, by: By) -> None:
    """The task is done. Raises: NotThere."""
    with transaction.atomic(using=_alias()):
        if not Task.objects.filter(pk=task, dossier=dossier, done_at=None).update(done_at=by.at):
            raise NotThere("This task is done already, or is not of this dossier. Nothing was changed.")
        tell(dossier, "task_done", by, {}, supersedes=task)


def add_person(dossier: Dossier, *, label: str, role: str, by: By, note: str = "") -> UUID:
    """Somebody whom the dossier speaks of, by role; a label such as “account 3”, a name only where it must be. Raises: NotWritten."""
    if role not in ROLES:
        raise wrong_value("role")
    return tell(
        dossier,
        "person_added",
        by,
        {"label": _needed(label, "label"), "role": role, "note": note.strip()[:MAX_CHARS]},
    )


def add_identity(dossier: Dossier, person: UUID, *, by: By, words_told: Mapping[str, str]) -> UUID:
    """A name, number or account that somebody bears or bore: kind, value, since, until (days, "" unknown), source.

    It is a statement with its source; a judgement of a person is another entry. Raises: NotThere, NotWritten.
    """
    require_item(contents(dossier).people, person)
    kind = words_told.get("kind", "")
    if kind not in IDENTITY_KINDS:
        raise wrong_value("kind")
    said: dict[str, object] = {
        "person": str(person),
        "kind": kind,
        "value": _needed(words_told.get("value", ""), "value"),
        "source": _needed(words_told.get("source", ""), "source"),
        "since": _day(words_told.get("since", "")),
        "until": _day(words_told.get("until", "")),
    }
    return tell(dossier, "identity_added", by, said)


def judge_identity(dossier: Dossier, identity: UUID, *, judgement: str, by: By) -> None:
    """Positive, negative or unsure, with a reason; the last judgement counts, the earlier stay. Raises: NoReason, NotThere."""
    reason = required_reason(by)
    require_item(contents(dossier).identities, identity)
    if judgement not in JUDGEMENTS:
        raise wrong_value("judgement")
    tell(dossier, "identity_judged", by, {"judgement": judgement, "reason": reason}, supersedes=identity)


def add_account(dossier: Dossier, *, by: By, words_told: Mapping[str, str]) -> UUID:
    """An account as an export or a report names it: service, name, and whose it is said to be. Raises: NotWritten."""
    said = {
        "service": _needed(words_told.get("service", ""), "service"),
        "name": _needed(words_told.get("name", ""), "name"),
        "person": words_told.get("person", ""),
        "source": words_told.get("source", "").strip()[:MAX_CHARS],
    }
    return tell(dossier, "account_added", by, said)


def add_moment(dossier: Dossier, *, text: str, moment: str, source: str, by: By) -> UUID:
    """A dated line of the timeline; moment: the date as written, which is kept as it is. Raises: NotWritten."""
    said = {"text": _needed(text, "text"), "moment": _needed(moment, "moment"), "source": source.strip()[:MAX_CHARS]}
    return tell(dossier, "moment_added", by, said)


def add_exhibit(dossier: Dossier, *, by: By, words_told: Mapping[str, object]) -> UUID:
    """A sealed file of the vault that belongs here: address, name, size_bytes, sha256, reader, from which report."""
    return tell(dossier, "exhibit_added", by, words_told)


def answer_check(dossier: Dossier, *, point: str, answer: str, said: str, by: By) -> None:
    """The answer to a point of the exculpatory review, with words. Raises: NotWritten."""
    if point not in {known.code for known in review_points()} or answer not in ANSWERS:
        raise wrong_value("answer")
    tell(dossier, "check_answered", by, {"point": point, "answer": answer, "words": _needed(said, "words")})


def take_back(dossier: Dossier, entry: UUID, *, by: By) -> None:
    """Takes an entry back, with a reason; the history keeps both, and the order is made anew. Raises: NoReason, NotThere."""
    reason = required_reason(by)
    events = words(of_dossier(dossier))
    if entry not in {event.id for event in events} or any(
        event.supersedes == entry and event.action == TAKEN_BACK for event in events
    ):
        raise NotThere("This entry is not in this dossier, or was taken back already. Nothing was changed.")
    with transaction.atomic(using=_alias()):
        tell(dossier, TAKEN_BACK, by, {"reason": reason}, supersedes=entry)
        Task.objects.filter(pk=entry, dossier=dossier, done_at=None).update(done_at=by.at)
        rank_all(dossier, by.at)


def step(dossier: Dossier, name: str, *, by: By, words_told: Mapping[str, object] | None = None) -> Dossier:
    """One step of its life, with a reason. Raises: WrongState, NoReason, NotForYou, NotComplete."""
    reason = required_reason(by)
    with transaction.atomic(using=_alias()):
        row = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier.pk)
        found = require_step(name, status=row.status)
        if not by.actor.may(found.permission):
            raise NotForYou("Your roles do not allow this. Nothing was changed.")
        if found.needs_review:
            _require_review(row)
        before, row.status = row.status, str(found.to)
        is_closed = found.to is Stage.CLOSED
        row.closed_at = by.at if is_closed else None
        row.erase_date = (by.at + KEEP_CLOSED).date() if is_closed else None
        row.save(update_fields=["status", "closed_at", "erase_date"])
        tell(row, f"step_{name}", by, {"reason": reason, "from": before, "to": row.status, **(words_told or {})})
    return row


def hold(dossier: Dossier, *, is_held: bool, by: By) -> None:
    """A legal hold: nothing of the dossier is erased while it is on. Raises: NoReason, NotThere."""
    reason = required_reason(by)
    with transaction.atomic(using=_alias()):
        if not Dossier.objects.filter(pk=dossier.pk, is_held=not is_held).update(is_held=is_held):
            raise NotThere("That is so already. Nothing was changed.")
        tell(dossier, "hold_set" if is_held else "hold_lifted", by, {"reason": reason})


def restrict(dossier: Dossier, *, is_restricted: bool, by: By) -> None:
    """Only members know of a restricted dossier and of its reports. Raises: NoReason, NotThere."""
    reason = required_reason(by)
    with transaction.atomic(using=_alias()):
        if not Dossier.objects.filter(pk=dossier.pk, is_restricted=not is_restricted).update(
            is_restricted=is_restricted
        ):
            raise NotThere("That is so already. Nothing was changed.")
        tell(dossier, "restricted" if is_restricted else "restriction_lifted", by, {"reason": reason})


def add_member(dossier: Dossier, person: Person, *, by: By) -> None:
    """Lets a colleague of the same organisation, who may read dossiers, work on it, with a reason. Raises: NoReason, NotThere, CannotRead."""
    reason = required_reason(by)
    if person.organisation_id != dossier.organisation_id:
        raise NotThere("Only somebody of the same organisation can be added. Nothing was changed.")
    if not (person.user.is_active and actor_of(person).may(Permission.READ_DOSSIER)):
        raise CannotRead("This colleague has no role that reads dossiers. Nothing was changed.")
    with transaction.atomic(using=_alias()):
        if Member.objects.filter(dossier=dossier, person=person, until_at=None).exists():
            raise NotThere("This person works on the dossier already. Nothing was changed.")
        Member.objects.create(dossier=dossier, person=person, since_at=by.at)
        tell(dossier, "member_added", by, {"person": person.pseudonym, "reason": reason})


def end_membership(dossier: Dossier, person: Person, *, by: By) -> None:
    """Ends it, with a reason; the lead stays. Raises: NoReason, NotThere."""
    reason = required_reason(by)
    with transaction.atomic(using=_alias()):
        rows = Member.objects.filter(dossier=dossier, person=person, until_at=None).exclude(person=dossier.lead_id)
        if not rows.update(until_at=by.at):
            raise NotThere("This person leads the dossier or does not work on it. Nothing was changed.")
        tell(dossier, "member_ended", by, {"person": person.pseudonym, "reason": reason})


def missing_points(told: Contents) -> tuple[str, ...]:
    """Codes of the points of the exculpatory review that nobody has answered."""
    return tuple(point.code for point in review_points() if point.code not in told.checks)


def require_item(items: list[Item], wanted: UUID) -> Item:
    """The entry of this id. Raises: NotThere."""
    for item in items:
        if item.id == wanted:
            return item
    raise NotThere("This entry is not in this dossier, or was taken back. Nothing was changed.")


def _require_review(dossier: Dossier) -> None:
    missing = missing_points(contents(dossier))
    if missing:
        raise NotComplete(
            "The exculpatory review has {count} points without an answer. Nothing was changed.", count=len(missing)
        )


def rank_all(dossier: Dossier, at: datetime) -> None:
    """Orders the dossier and its open reports anew."""
    for report in dossier.reports.filter(is_open=True):
        rank_report(report, now=at)
    rank_dossier(dossier, now=at)


def tell(dossier: Dossier, action: str, by: By, said: Mapping[str, object], *, supersedes: UUID | None = None) -> UUID:
    """Writes one event of a dossier; its id."""
    act = Act(action=action, actor=by.actor.pseudonym, at=by.at, payload=said, supersedes=supersedes)
    return record(act, subject=of_dossier(dossier)).id


def _needed(text: str, field: str) -> str:
    told = text.strip()[:MAX_CHARS]
    if not told:
        raise NotWritten("The field “{field}” is empty. Nothing was changed.", field=field)
    return told


def wrong_value(field: str) -> NotWritten:
    """The error for a field with a value that it cannot have."""
    return NotWritten(
        "The field “{field}” holds none of the values that it may have. Nothing was changed.", field=field
    )


def _day(text: str) -> str | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise wrong_value("date") from None


def _alias() -> str:
    return router.db_for_write(Dossier)
