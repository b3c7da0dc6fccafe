"""What every verb of the door shares: the means of the world, and acts that become leaves in the transaction of their rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connections, router

from rempart.evidence.ledger.leaves import Leaf as Entry
from rempart.evidence.ledger.leaves import commit, encode
from rempart.web.door.models import Deposit, Leaf, Tombstone

Draw = Callable[[int], bytes]  # so many random bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a verb needs of the world: whom to seal to, the instant (aware, UTC), and randomness."""

    recipients: tuple[str, ...]
    at: datetime
    draw: Draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a leaf says of the row `subject`. about: what it commits to; b"" stands for the id of the row. motive: a code."""

    action: str
    subject: UUID
    salt: bytes
    blob: str | None
    about: bytes = b""
    motive: str | None = None


def about_deposit(deposit: Deposit) -> bytes:
    """What the leaf of a report commits to: the row and the hash of its code, so that who holds the code can prove it."""
    return deposit.id.bytes + bytes(deposit.lookup)


def about_tombstone(row: Tombstone) -> bytes:
    """What the leaf of an erasure commits to: what was erased, when, and by which rule."""
    return row.subject.bytes + f"{row.erased_at.timestamp():.0f} {row.ground}".encode("ascii")


def append(acts: Sequence[Act], *, actor: str, at: datetime) -> int:
    """Writes the leaves and gives the number of the first; the row lock of Head makes the numbers gapless and in order."""
    with connections[alias()].cursor() as cursor:
        cursor.execute("UPDATE door_head SET size = size + %s WHERE id = 1 RETURNING size", [len(acts)])
        first = int(cursor.fetchone()[0]) - len(acts)
    Leaf.objects.bulk_create(
        Leaf(seq=first + place, data=encode(_entry(act, seq=first + place, actor=actor, at=at)), subject=act.subject)
        for place, act in enumerate(acts)
    )
    return first


def _entry(act: Act, *, seq: int, actor: str, at: datetime) -> Entry:
    return Entry(
        seq=seq,
        at=at,
        actor=actor,
        action=act.action,
        object=commit(act.about or act.subject.bytes, salt=act.salt),
        motive=act.motive,
        blob=act.blob,
    )


def alias() -> str:
    """The database of the door."""
    return router.db_for_write(Deposit)


def new_uuid(means: Means) -> UUID:
    """A number that says nothing."""
    return UUID(bytes=means.draw(16), version=4)


def minute_of(at: datetime) -> datetime:
    """Rounded down."""
    return at.replace(second=0, microsecond=0)
