"""Compares a whole site with its ledger: every row, every sealed file, every leaf, and the signed tree.

What `rempart verify DATA_FOLDER` runs beside the check of the ledger's own files. It reads only, and needs no private key.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from rempart.errors import RempartError
from rempart.evidence.ledger.leaves import decode
from rempart.evidence.ledger.tiles import TileLog
from rempart.evidence.vault import Vault
from rempart.web.config import Site
from rempart.web.door.models import Deposit, ExhibitRow, Head, Leaf, Message, StatusChange
from rempart.web.signing import find_subjects

BATCH = 500
_PROVED = (Deposit, ExhibitRow, Message, StatusChange)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFault:
    """One thing that is not as it was received: where (leaf, row or exhibit), and a sentence."""

    place: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """How much was compared, how many leaves wait for a signature still, and everything that is wrong."""

    leaves: int
    exhibits: int
    unsigned: int
    faults: tuple[SiteFault, ...]


def audit_site(site: Site) -> Audit:
    """Every leaf against its row and against the signed ledger, every row against its leaf, every sealed file against its address.

    Raises: BrokenLog, NotKept when the ledger's files cannot be read; `verify_log` tells more then.
    """
    log = TileLog(site.ledger)
    vault = Vault(site.exhibits)
    leaves, head = Leaf.objects.count(), Head.objects.get(id=1).size
    faults = [
        *_missing_leaves(head),
        *_leaves_and_rows(log),
        *_lost_leaves(log, head),
        *_rows_without_leaf(),
        *_exhibits(vault),
    ]
    exhibits = ExhibitRow.objects.count()
    return Audit(leaves=leaves, exhibits=exhibits, unsigned=max(head - log.size, 0), faults=tuple(faults))


def _missing_leaves(head: int) -> Iterator[SiteFault]:
    there = set(Leaf.objects.values_list("seq", flat=True))
    for seq in sorted(set(range(head)) - there):
        yield SiteFault(place=f"leaf {seq}", sentence="This leaf is missing from the database.")
    for seq in sorted(there - set(range(head))):
        yield SiteFault(place=f"leaf {seq}", sentence="This leaf was added behind the counter of the database.")


def _leaves_and_rows(log: TileLog) -> Iterator[SiteFault]:
    """Leaves that differ from the signed ledger, or from the row that they prove."""
    for batch in _batches():
        found = find_subjects(row.subject for row in batch if row.subject)
        for row in batch:
            place, data = f"leaf {row.seq}", bytes(row.data)
            if row.seq < log.size and log.entry(row.seq) != data:
                yield SiteFault(place=place, sentence="This leaf differs from the one that was signed.")
            yield from _against_row(place, data, row, found)


def _against_row(place: str, data: bytes, row: Leaf, found: dict[UUID, tuple[str, str | None]]) -> Iterator[SiteFault]:
    try:
        entry = decode(data)
    except RempartError:
        yield SiteFault(place=place, sentence="These bytes are not a leaf.")
        return
    if entry.seq != row.seq:
        yield SiteFault(place=place, sentence=f"This leaf says that it is leaf {entry.seq}.")
    said = found.get(row.subject) if row.subject else None
    if said is None:
        yield SiteFault(place=place, sentence="The row that this leaf proves is missing.")
    elif said[1] != entry.blob:
        yield SiteFault(place=place, sentence="The sealed bytes of the row that this leaf proves were changed.")
    elif said[0] != entry.object:
        yield SiteFault(
            place=place, sentence="The number, the code or the salt of the row that this leaf proves was changed."
        )


def _lost_leaves(log: TileLog, head: int) -> Iterator[SiteFault]:
    for seq in range(head, log.size):
        yield SiteFault(
            place=f"leaf {seq}", sentence="This leaf was signed, and the database no longer has it: it was set back."
        )


def _rows_without_leaf() -> Iterator[SiteFault]:
    proved = set(Leaf.objects.values_list("subject", flat=True))
    for model in _PROVED:
        for key in model.objects.values_list("pk", flat=True).order_by("pk"):
            if key not in proved:
                yield SiteFault(place=f"{model._meta.db_table} {key}", sentence="No leaf proves this row.")


def _exhibits(vault: Vault) -> Iterator[SiteFault]:
    for address in ExhibitRow.objects.values_list("address", flat=True).order_by("address").distinct():
        place = f"exhibit {address[:12]}"
        try:
            if not vault.check(address):
                yield SiteFault(place=place, sentence="The sealed file is missing from the vault.")
        except RempartError:
            yield SiteFault(place=place, sentence="The sealed file was changed: its bytes no longer match its address.")


def _batches() -> Iterator[list[Leaf]]:
    last = -1
    while batch := list(Leaf.objects.filter(seq__gt=last).order_by("seq")[:BATCH]):
        last = batch[-1].seq
        yield batch
