"""The two logs of a site: the ledger of what was received, and the journal of what is done at the desk.

Both are signed by one process, with a key each; neither is signed before each new leaf was computed again from its row.
They are apart because they are kept for other reasons and for other times (Source: reference/security.md §6, §9).
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast
from uuid import UUID

from django.db.models import Model

from rempart.evidence.keyring import Keyring
from rempart.evidence.ledger.leaves import Leaf as Entry
from rempart.evidence.ledger.leaves import commit
from rempart.web.cases import models as desk
from rempart.web.cases.events import about_event
from rempart.web.config import Site
from rempart.web.door import models as door
from rempart.web.door.acts import about_deposit, about_tombstone


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a row says of an act beside what its leaf commits to. seq: its place. at: to the second, as leaves say it."""

    seq: int
    actor: str
    action: str
    motive: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What the leaf of a row must say, computed again from the row.

    object, blob: the commitment, and the SHA-256 of the sealed bytes. told: None where the row repeats nothing of it. is_erased:
    a rule emptied the row; then nothing can be computed, and a leaf of its own says who did it.
    """

    object: str = ""
    blob: str | None = None
    told: Told | None = None
    is_erased: bool = False

    def fits(self, entry: Entry) -> bool:
        """Whether a leaf says what this row says."""
        is_same = (self.object, self.blob) == (entry.object, entry.blob)
        return self.is_erased or (is_same and self.tells(entry))

    def tells(self, entry: Entry) -> bool:
        """Whether the row names the same act, or names none."""
        said = Told(seq=entry.seq, actor=entry.actor, action=entry.action, motive=entry.motive, at=entry.at)
        return self.told is None or self.told == said


AnyLeaf = door.Leaf | desk.Leaf
Subjects = Callable[[Iterable[UUID]], Mapping[UUID, Proved]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLog:
    """One of the two. rows: the tables of which every row has its leaf, and which column names the row in that leaf."""

    name: str
    leaves: type[door.Leaf] | type[desk.Leaf]
    heads: type[door.Head] | type[desk.Head]
    rows: tuple[tuple[type[Model], str], ...]
    subjects: Subjects

    def leaves_from(self, seq: int, *, most: int) -> "list[AnyLeaf]":
        """The leaves from a number on, in order."""
        rows = self.leaves.objects.filter(seq__gte=seq).order_by("seq")[:most]
        return cast("list[AnyLeaf]", list(rows))  # both tables have the same columns

    def folder(self, site: Site) -> Path:
        """Where its tiles are."""
        return site.folder / self.name

    def key(self, site: Site) -> Path:
        """The private key that signs it."""
        ring = Keyring(site.keys)
        return ring.journal_path if self is JOURNAL else ring.signer_path


def _received(ids: Iterable[UUID]) -> Mapping[UUID, Proved]:
    """Rows of the door."""
    wanted = list(ids)
    erased = _erased(wanted)
    found: dict[UUID, Proved] = {}
    for deposit in door.Deposit.objects.filter(id__in=wanted):
        found[deposit.id] = _sealed(about_deposit(deposit), deposit, erased)
    for message in door.Message.objects.filter(id__in=wanted):
        found[message.id] = _sealed(message.id.bytes, message, erased)
    for exhibit in door.ExhibitRow.objects.filter(id__in=wanted):
        found[exhibit.id] = Proved(object=commit(exhibit.id.bytes, salt=bytes(exhibit.salt)), blob=exhibit.address)
    for change in door.StatusChange.objects.filter(id__in=wanted):
        found[change.id] = Proved(object=commit(change.id.bytes, salt=bytes(change.salt)))
    for stone in door.Tombstone.objects.filter(proof__in=wanted):
        found[stone.proof] = Proved(object=commit(about_tombstone(stone), salt=bytes(stone.salt)))
    return found


def _sealed(about: bytes, row: door.Deposit | door.Message, erased: set[UUID]) -> Proved:
    sealed, salt = bytes(row.sealed), bytes(row.salt)
    if not sealed and not salt and row.id in erased:
        return Proved(is_erased=True)
    return Proved(object=commit(about, salt=salt), blob=_sha256(sealed))


def _erased(ids: Iterable[UUID]) -> set[UUID]:
    """Of these rows, those that were emptied by a rule: their tombstone is there, and a leaf for it."""
    stones = dict(door.Tombstone.objects.filter(subject__in=list(ids)).values_list("proof", "subject"))
    proved = door.Leaf.objects.filter(subject__in=list(stones)).values_list("subject", flat=True)
    return {stones[proof] for proof in proved if proof in stones}


def _done(ids: Iterable[UUID]) -> Mapping[UUID, Proved]:
    """Events of the desk."""
    return {event.id: _event(event) for event in desk.Event.objects.filter(id__in=list(ids))}


def _event(event: desk.Event) -> Proved:
    return Proved(
        object=commit(about_event(event), salt=bytes(event.salt)),
        blob=None if event.sealed is None else _sha256(bytes(event.sealed)),
        told=Told(
            seq=event.seq,
            actor=event.actor,
            action=event.action,
            motive=event.motive or None,
            at=event.at.replace(microsecond=0),
        ),
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


LEDGER = SiteLog(
    name="ledger",
    leaves=door.Leaf,
    heads=door.Head,
    rows=(
        (door.Deposit, "id"),
        (door.ExhibitRow, "id"),
        (door.Message, "id"),
        (door.StatusChange, "id"),
        (door.Tombstone, "proof"),
    ),
    subjects=_received,
)
JOURNAL = SiteLog(name="journal", leaves=desk.Leaf, heads=desk.Head, rows=((desk.Event, "id"),), subjects=_done)
LOGS = (LEDGER, JOURNAL)
