"""The signer: a process of its own that looks again at every new leaf and what it proves, and only then signs.

It signs two logs, the ledger of the door and the journal of the desk, with a key for each. It reads both databases and writes
nothing there; the public process cannot reach its keys. A leaf that contradicts its row stops the signing of that log for
good: later checkpoints wait until a person has looked (Source: reference/security.md §6, verify-before-sign).
"""

import logging
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from uuid import UUID

from rempart.errors import BadInput, Damaged, RempartError
from rempart.evidence.ledger.checkpoints import sign_checkpoint
from rempart.evidence.ledger.leaves import BadLeaf, decode
from rempart.evidence.ledger.leaves import Leaf as Entry
from rempart.evidence.ledger.notes import Signer, parse_signer
from rempart.evidence.ledger.tiles import TileLog
from rempart.web.config import Site
from rempart.web.logs import JOURNAL, LEDGER, LOGS, AnyLeaf, SiteLog

BATCH = 2_000
PAUSE_S = 0.5
_log = logging.getLogger("rempart.signer")
_Work = Callable[[], int]


class RefusedToSign(Damaged):
    """A leaf contradicts the row that it proves, or leaves are missing; nothing was signed."""


class NoKeyToSign(BadInput):
    """The private key of a log is not there."""


def load_signer(site: Site, *, of: SiteLog = LEDGER) -> Signer:
    """The private key of a log. Raises: NoKeyToSign, OSError, BadKey."""
    path = of.key(site)
    try:
        return parse_signer(path.read_text("ascii"))
    except FileNotFoundError:
        raise NoKeyToSign(
            "{name} is missing: what it signs waits, and nothing is lost. Run `rempart keys init`, or take it from the backup.",
            name=path.name,
        ) from None


def sign_new_leaves(log: TileLog, *, signer: Signer, of: SiteLog = LEDGER) -> int:
    """Checks and signs what came into a log since its last checkpoint; gives the number of new leaves.

    An empty log gets a checkpoint too, so that a witness can hold it from the first day.
    Raises: RefusedToSign, Forked, NotKept, Busy.
    """
    _refuse_rollback(log, of)
    rows = of.leaves_from(log.size, most=BATCH)
    _check_subjects([_checked(row, seq) for seq, row in enumerate(rows, start=log.size)], of)
    if not rows and log.is_published:
        return 0
    log.append([bytes(row.data) for row in rows])
    log.publish(sign_checkpoint(log.head(signer.name), signer=signer))
    return len(rows)


def run_signer(site: Site) -> None:
    """Signs both logs twice a second until it is asked to stop; what stops one of them does not stop the other."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as stack:
        works = [_work(site, of, stack) for of in LOGS]
        while not stop.is_set():
            if not sum([_sign_or_say(work) for work in works]):
                stop.wait(PAUSE_S)


def sign_all(site: Site) -> int:
    """Signs everything that waits in both logs; how many leaves. Raises: as `load_signer` and `sign_new_leaves`."""
    count = 0
    with ExitStack() as stack:
        for of in LOGS:
            work = _signing(site, of, stack)
            while done := work():
                count += done
    return count


def _work(site: Site, of: SiteLog, stack: ExitStack) -> _Work:
    """The signing of a log; a journal without a key waits for one, and the ledger is signed meanwhile."""
    try:
        return _signing(site, of, stack)
    except NoKeyToSign as error:
        if of is not JOURNAL:
            raise
        _log.error("%s", error)
        return lambda: 0


def _signing(site: Site, of: SiteLog, stack: ExitStack) -> _Work:
    signer = load_signer(site, of=of)
    log = stack.enter_context(TileLog(of.folder(site), vkey=signer.vkey))
    return lambda: sign_new_leaves(log, signer=signer, of=of)


def _sign_or_say(sign: _Work) -> int:
    try:
        return sign()
    except RempartError as error:
        _log.error("%s", error)  # a sentence of ours: no words of anybody
        return 0


def _refuse_rollback(log: TileLog, of: SiteLog) -> None:
    size = of.heads.objects.get(id=1).size
    if size < log.size and of is JOURNAL:
        raise RefusedToSign(
            "The database holds {rows} leaves, the signed journal {signed}: the database was set back. Nothing was signed; "
            "compare it with its last backup.",
            rows=size,
            signed=log.size,
        )
    if size < log.size:
        raise RefusedToSign(
            "The database holds {rows} leaves, the signed ledger {signed}: the database was set back. Nothing was signed; "
            "compare it with its last backup.",
            rows=size,
            signed=log.size,
        )


def _checked(row: AnyLeaf, seq: int) -> tuple[Entry, UUID]:
    """The leaf of a row. Raises: RefusedToSign if it does not stand at its place."""
    try:
        entry = decode(bytes(row.data))
    except BadLeaf:
        raise _contradiction(seq) from None
    if row.seq != seq or entry.seq != seq or row.subject is None:
        raise _contradiction(seq)
    return entry, row.subject


def _check_subjects(entries: Sequence[tuple[Entry, UUID]], of: SiteLog) -> None:
    found = of.subjects(subject for _, subject in entries)
    for entry, subject in entries:
        proved = found.get(subject)
        if proved is None or not proved.fits(entry):
            raise _contradiction(entry.seq)


def _contradiction(seq: int) -> RefusedToSign:
    return RefusedToSign(
        "Leaf {seq} contradicts what it proves, or a leaf before it is missing. Nothing was signed; `rempart verify` "
        "names what was changed.",
        seq=seq,
    )
