"""The journal: every act and every consultation is one event, with its leaf in the same transaction.

What is said in an event is sealed to the key of its subject. The state of a report or dossier is what its events tell, read in
order; nothing is changed or deleted, a later event takes back an earlier one.
Source: reference/security.md §4 P11 (one call, one event), §6.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from django.db import connections, router, transaction

from rempart.evidence.ledger.leaves import Leaf as Entry
from rempart.evidence.ledger.leaves import commit, encode
from rempart.evidence.sealing import seal, unseal
from rempart.web.cases.keys import identities_for, identity_for, recipient_for
from rempart.web.cases.models import Dossier, Event, Leaf, Report
from rempart.web.people.models import Person

WORKER = "worker"
# What somebody does who only looks: there are thousands of them on a dossier, and they change nothing of what it holds.
LOOKS = ("consulted", "shown", "motive_told", "conversation_searched")
Payload = Mapping[str, object]


class Motive(StrEnum):
    """Why somebody looks at a report or dossier; asked once a visit, written with each look."""

    TRIAGE = "triage"
    FOLLOW_UP = "follow_up"
    SECOND_READING = "second_reading"
    SUPERVISION = "supervision"
    AUTHORITY = "authority"  # asked for by a judge or another authority
    REPORTER = "reporter"  # the person who reported asks
    LINKED = "linked"  # belongs with something that this person works on


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an event is about."""

    kind: str
    id: UUID | None


SITE = Subject(kind="site", id=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event with its words. payload: {} when it has none or they were erased (then is_erased)."""

    id: UUID
    at: datetime
    actor: str
    action: str
    motive: str
    payload: Payload
    supersedes: UUID | None
    is_erased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody does. actor: a pseudonym, or WORKER. payload: words, sealed; nothing that a mailbox may not hold is refused."""

    action: str
    actor: str
    at: datetime
    motive: str = ""
    payload: Payload | None = None
    supersedes: UUID | None = None
    id: UUID | None = None


def of_report(report: Report) -> Subject:
    """A report as the subject of an event."""
    return Subject(kind="report", id=report.pk)


def of_dossier(dossier: Dossier) -> Subject:
    """A dossier as the subject of an event."""
    return Subject(kind="dossier", id=dossier.pk)


def of_person(person: Person) -> Subject:
    """A colleague as the subject of an event: a UUID made from the number of the account."""
    return Subject(kind="person", id=UUID(int=person.pk))


def record(act: Act, *, subject: Subject) -> Event:
    """Keeps one event and its leaf, in the transaction of the caller or in one of its own."""
    return record_all([(act, subject)])[0]


def record_all(acts: "list[tuple[Act, Subject]]") -> list[Event]:
    """Keeps many events in one transaction, in the order given."""
    with transaction.atomic(using=_alias()):
        events = [_event(act, subject) for act, subject in acts]
        _append(events)
    return events


def history(subject: Subject) -> tuple[Told, ...]:
    """Every event of a subject with its words, the oldest first; consultations among them."""
    rows = list(Event.objects.filter(subject=subject.id).order_by("seq"))
    return _open(rows, subject)


def words(subject: Subject, *, actions: "frozenset[str] | None" = None) -> tuple[Told, ...]:
    """The events of a subject that hold words, the oldest first: of these actions, or of all but those of who only looked."""
    rows = Event.objects.filter(subject=subject.id, sealed__isnull=False).order_by("seq")
    wanted = rows.exclude(action__in=LOOKS) if actions is None else rows.filter(action__in=actions)
    return _open(list(wanted), subject)


def some_of(subjects: Iterable[Subject], *, actions: frozenset[str]) -> dict[UUID, tuple[Told, ...]]:
    """The events of these actions of many subjects of one kind, with their words, the oldest first, in two questions for all."""
    ids = [subject.id for subject in subjects if subject.id is not None]
    identities = identities_for(ids)
    found: dict[UUID, tuple[Told, ...]] = {}
    for row in Event.objects.filter(subject__in=ids, action__in=actions).order_by("seq"):
        if row.subject is not None:
            identity = identities.get(row.subject)
            told = _told(row, identity, is_erased=row.sealed is not None and identity is None)
            found[row.subject] = (*found.get(row.subject, ()), told)
    return found


def latest(subject: Subject, *, most: int, before: int | None = None) -> list[tuple[int, Told]]:
    """The latest events of a subject with their words and the numbers of their leaves, the newest first; before: a number of a leaf."""
    rows = Event.objects.filter(subject=subject.id).order_by("-seq")
    listed = list((rows if before is None else rows.filter(seq__lt=before))[:most])
    return [(row.seq, told) for row, told in zip(listed, _open(listed, subject), strict=True)]


def about_event(event: Event) -> bytes:
    """What the leaf of an event commits to: the row, its instant, its kind of subject, its subject, and what it takes back."""
    told = (f"{event.at.timestamp():.6f}", event.subject_kind, event.subject or "", event.supersedes or "")
    return event.id.bytes + " ".join(map(str, told)).encode("ascii")


def _open(rows: list[Event], subject: Subject) -> tuple[Told, ...]:
    from rempart.web.cases.keys import Erased  # noqa: PLC0415 - beside its only use

    identity: str | None = None
    is_erased = False
    if subject.id is not None and any(row.sealed is not None for row in rows):
        try:
            identity = identity_for(subject.id)
        except Erased:
            is_erased = True
    return tuple(_told(row, identity, is_erased=is_erased) for row in rows)


def _told(row: Event, identity: str | None, *, is_erased: bool) -> Told:
    payload: Payload = {}
    if row.sealed is not None and identity is not None:
        payload = msgspec.json.decode(unseal(bytes(row.sealed), identities=[identity]), type=dict[str, object])
    return Told(
        id=row.id,
        at=row.at,
        actor=row.actor,
        action=row.action,
        motive=row.motive,
        payload=payload,
        supersedes=row.supersedes,
        is_erased=is_erased and row.sealed is not None,
    )


def _event(act: Act, subject: Subject) -> Event:
    sealed = None
    if act.payload is not None and subject.id is not None:
        sealed = seal(msgspec.json.encode(act.payload), recipients=[recipient_for(subject.id)])
    return Event(
        id=act.id or UUID(bytes=secrets.token_bytes(16), version=4),
        at=act.at,
        actor=act.actor,
        action=act.action,
        subject_kind=subject.kind,
        subject=subject.id,
        motive=act.motive,
        sealed=sealed,
        supersedes=act.supersedes,
        salt=secrets.token_bytes(16),
    )


def _append(events: list[Event]) -> None:
    """Writes the rows and their leaves; the row lock of Head makes their numbers gapless and in order."""
    with connections[_alias()].cursor() as cursor:
        cursor.execute("UPDATE desk_head SET size = size + %s WHERE id = 1 RETURNING size", [len(events)])
        first = int(cursor.fetchone()[0]) - len(events)
    for seq, event in enumerate(events, start=first):
        event.seq = seq
    Event.objects.bulk_create(events)
    Leaf.objects.bulk_create(Leaf(seq=event.seq, data=encode(_entry(event)), subject=event.id) for event in events)


def _entry(event: Event) -> Entry:
    return Entry(
        seq=event.seq,
        at=event.at,
        actor=event.actor,
        action=event.action,
        object=commit(about_event(event), salt=bytes(event.salt)),
        motive=event.motive or None,
        blob=hashlib.sha256(bytes(event.sealed)).hexdigest() if event.sealed is not None else None,
    )


def _alias() -> str:
    return router.db_for_write(Event)
