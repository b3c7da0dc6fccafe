"""Compares a whole site with its two logs: every row, every sealed file, every leaf, and the signed trees.

What `rempart verify DATA_FOLDER` runs beside the check of the logs' own files. It reads only, and needs no private key. A report
that a rule erased is counted as such: its tombstone stands, and a leaf says who, when and by which rule.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from rempart.errors import RempartError
from rempart.evidence.ledger.leaves import decode
from rempart.evidence.ledger.tiles import TileLog
from rempart.evidence.vault import Vault
from rempart.web.config import Site
from rempart.web.door.erasing import erased_addresses
from rempart.web.door.models import ExhibitRow, Tombstone
from rempart.web.logs import JOURNAL, LEDGER, AnyLeaf, Proved, SiteLog
from rempart.web.row_faults import RowCode, SiteFault, exhibit_fault, leaf_fault, unproved_fault

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """How much was compared, how many leaves wait for a signature still, and everything that is wrong.

    leaves: of the ledger. events: leaves of the journal. erased: reports and messages that a rule emptied. unsigned: of both logs.
    """

    leaves: int
    events: int
    exhibits: int
    erased: int
    unsigned: int
    faults: tuple[SiteFault, ...]


def audit_site(site: Site) -> Audit:
    """Every leaf against its row and against the signed log, every row against its leaf, every sealed file against its address.

    Raises: BrokenLog, NotKept when the files of a log cannot be read; `verify_log` tells more then.
    """
    logs = [(of, TileLog(of.folder(site))) for of in (LEDGER, JOURNAL)]
    faults = [fault for of, log in logs for fault in _log_faults(of, log)]
    return Audit(
        leaves=LEDGER.leaves.objects.count(),
        events=JOURNAL.leaves.objects.count(),
        exhibits=ExhibitRow.objects.count(),
        erased=Tombstone.objects.count(),
        unsigned=sum(max(_head(of) - log.size, 0) for of, log in logs),
        faults=(*faults, *_exhibits(Vault(site.exhibits))),
    )


def _log_faults(of: SiteLog, log: TileLog) -> Iterator[SiteFault]:
    head = _head(of)
    yield from _missing_leaves(of, head)
    yield from _leaves_and_rows(of, log)
    for seq in range(head, log.size):
        yield _fault(of, RowCode.LEAF_LOST, seq)
    yield from _rows_without_leaf(of)


def _head(of: SiteLog) -> int:
    return of.heads.objects.get(id=1).size


def _fault(of: SiteLog, code: RowCode, seq: int, *, told: Mapping[str, str | int] | None = None) -> SiteFault:
    return leaf_fault(code, seq, told=told, is_journal=of is JOURNAL)


def _missing_leaves(of: SiteLog, head: int) -> Iterator[SiteFault]:
    there = set(of.leaves.objects.values_list("seq", flat=True))
    for seq in sorted(set(range(head)) - there):
        yield _fault(of, RowCode.LEAF_MISSING, seq)
    for seq in sorted(there - set(range(head))):
        yield _fault(of, RowCode.LEAF_ADDED, seq)


def _leaves_and_rows(of: SiteLog, log: TileLog) -> Iterator[SiteFault]:
    """Leaves that differ from the signed log, or from the row that they prove."""
    for batch in _batches(of):
        found = of.subjects(row.subject for row in batch if row.subject)
        for row in batch:
            if row.seq < log.size and log.entry(row.seq) != bytes(row.data):
                yield _fault(of, RowCode.LEAF_ALTERED, row.seq)
            yield from _against_row(of, row, found)


def _against_row(of: SiteLog, row: AnyLeaf, found: Mapping[UUID, Proved]) -> Iterator[SiteFault]:
    try:
        entry = decode(bytes(row.data))
    except RempartError:
        yield _fault(of, RowCode.LEAF_BROKEN, row.seq)
        return
    if entry.seq != row.seq:
        yield _fault(of, RowCode.LEAF_MISPLACED, row.seq, told={"other": entry.seq})
    said = found.get(row.subject) if row.subject else None
    if said is None:
        yield _fault(of, RowCode.ROW_MISSING, row.seq)
    elif said.is_erased:
        return
    elif said.blob != entry.blob:
        yield _fault(of, RowCode.ROW_BYTES_ALTERED, row.seq)
    elif not said.fits(entry):
        yield _fault(of, RowCode.EVENT_ALTERED if of is JOURNAL else RowCode.ROW_ALTERED, row.seq)


def _rows_without_leaf(of: SiteLog) -> Iterator[SiteFault]:
    proved = set(of.leaves.objects.values_list("subject", flat=True))
    for model, column in of.rows:
        for key in model._default_manager.values_list(column, flat=True).order_by(column):
            if key not in proved:
                yield unproved_fault(model._meta.db_table, key=str(key))


def _exhibits(vault: Vault) -> Iterator[SiteFault]:
    erased = set(erased_addresses())
    for address in ExhibitRow.objects.values_list("address", flat=True).order_by("address").distinct():
        if address in erased:
            if vault.has(address):
                yield exhibit_fault(RowCode.EXHIBIT_LEFT, address)
            continue
        try:
            if not vault.check(address):
                yield exhibit_fault(RowCode.EXHIBIT_MISSING, address)
        except RempartError:
            yield exhibit_fault(RowCode.EXHIBIT_ALTERED, address)


def _batches(of: SiteLog) -> Iterator[list[AnyLeaf]]:
    first = 0
    while batch := of.leaves_from(first, most=BATCH):
        first = batch[-1].seq + 1
        yield batch
