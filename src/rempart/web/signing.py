"""The signer: a process of its own that looks again at every new leaf and what it proves, and only then signs.

It reads the door, and writes nothing there; the public process cannot reach its key. A leaf that contradicts its row stops the signing for
good: later checkpoints wait until a person has looked (Source: reference/security.md §6, verify-before-sign).
"""

import hashlib
import logging
import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from rempart.errors import Damaged, RempartError
from rempart.evidence.ledger.checkpoints import sign_checkpoint
from rempart.evidence.ledger.leaves import Leaf as Entry
from rempart.evidence.ledger.leaves import commit, decode
from rempart.evidence.ledger.notes import Signer, parse_signer
from rempart.evidence.ledger.tiles import TileLog
from rempart.web.config import Site
from rempart.web.door.actions import about_deposit
from rempart.web.door.models import Deposit, ExhibitRow, Head, Leaf, Message, StatusChange

BATCH = 2_000
PAUSE_S = 0.5
_log = logging.getLogger("rempart.signer")


class RefusedToSign(Damaged):
    """A leaf contradicts the row that it proves, or leaves are missing; nothing was signed."""


def load_signer(site: Site) -> Signer:
    """The ledger's private key. Raises: OSError, BadKey."""
    return parse_signer((site.keys / "signer.key").read_text("ascii"))


def sign_new_leaves(log: TileLog, *, signer: Signer) -> int:
    """Checks and signs what was received since the last checkpoint; gives the number of new leaves.

    An empty ledger gets a checkpoint too, so that a witness can hold it from the first day.
    Raises: RefusedToSign, Forked, NotKept, Busy.
    """
    _refuse_rollback(log)
    rows = list(Leaf.objects.filter(seq__gte=log.size).order_by("seq")[:BATCH])
    entries = [_checked(row, seq) for seq, row in enumerate(rows, start=log.size)]
    _check_subjects(entries)
    if not rows and log.is_published:
        return 0
    log.append([bytes(row.data) for row in rows])
    log.publish(sign_checkpoint(log.head(signer.name), signer=signer))
    return len(rows)


def run_signer(site: Site) -> None:
    """Signs twice a second until it is asked to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    signer = load_signer(site)
    with TileLog(site.ledger, vkey=signer.vkey) as log:
        while not stop.is_set():
            if not _sign_or_say(lambda: sign_new_leaves(log, signer=signer)):
                stop.wait(PAUSE_S)


def _sign_or_say(sign: Callable[[], int]) -> int:
    try:
        return sign()
    except RempartError as error:
        _log.error("%s", error)  # a sentence of ours: no words of anybody
        return 0


def _refuse_rollback(log: TileLog) -> None:
    size = Head.objects.get(id=1).size
    if size < log.size:
        raise RefusedToSign(
            "The database holds {rows} leaves, the signed ledger {signed}: the database was set back. Nothing was signed; "
            "compare it with its last backup.",
            rows=size,
            signed=log.size,
        )


def _checked(row: Leaf, seq: int) -> tuple[Entry, UUID]:
    """The leaf of a row. Raises: RefusedToSign if it does not stand at its place."""
    entry = decode(bytes(row.data))
    if row.seq != seq or entry.seq != seq or row.subject is None:
        raise _contradiction(seq)
    return entry, row.subject


def _check_subjects(entries: Sequence[tuple[Entry, UUID]]) -> None:
    found = find_subjects(subject for _, subject in entries)
    for entry, subject in entries:
        if found.get(subject) != (entry.object, entry.blob):
            raise _contradiction(entry.seq)


def find_subjects(ids: Iterable[UUID]) -> dict[UUID, tuple[str, str | None]]:
    """What the leaf of each row must say, computed again from the row: (commitment, SHA-256 of the sealed bytes)."""
    wanted = list(ids)
    found: dict[UUID, tuple[str, str | None]] = {}
    for deposit in Deposit.objects.filter(id__in=wanted):
        found[deposit.id] = commit(about_deposit(deposit), salt=bytes(deposit.salt)), _sha256(bytes(deposit.sealed))
    for exhibit in ExhibitRow.objects.filter(id__in=wanted):
        found[exhibit.id] = commit(exhibit.id.bytes, salt=bytes(exhibit.salt)), exhibit.address
    for message in Message.objects.filter(id__in=wanted):
        found[message.id] = commit(message.id.bytes, salt=bytes(message.salt)), _sha256(bytes(message.sealed))
    for change in StatusChange.objects.filter(id__in=wanted):
        found[change.id] = commit(change.id.bytes, salt=bytes(change.salt)), None
    return found


def _contradiction(seq: int) -> RefusedToSign:
    return RefusedToSign(
        "Leaf {seq} contradicts what it proves, or a leaf before it is missing. Nothing was signed; `rempart verify` "
        "names what was changed.",
        seq=seq,
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
