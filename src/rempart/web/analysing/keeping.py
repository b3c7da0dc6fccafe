"""What the confined process made becomes sealed rows, some chunks a transaction; and how an analysis ends.

The process has read what strangers wrote, so nothing of it is believed: every message must be there once, in its place.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
from django.db import models, router, transaction

from rempart.analysis.outline import Outline, decode_chunk, decode_outline
from rempart.analysis.paged import CHUNK
from rempart.analysis.sections import decode_identities, decode_known, decode_network, decode_spots
from rempart.web.analysing.holding import MOST_TRIES, Hold, Lost
from rempart.web.analysing.job import OUTLINE, Told, chunk_path, folded_path, part_names, part_path, write_whole
from rempart.web.analysing.process import Failed
from rempart.web.cases.analyses import Failure, Stage, State
from rempart.web.cases.events import WORKER, Act, Subject, record
from rempart.web.cases.models import Analysis, AnalysisPart, Chunk, FoldedChunk, SubjectKey
from rempart.web.cases.packing import pack

BATCH = 16  # chunks a transaction
PAUSE = timedelta(seconds=20)  # before the next attempt, times the attempts so far
AGAIN = frozenset({Failure.NO_SPACE, Failure.TOO_LARGE, Failure.STOPPED, Failure.INTERNAL})  # what may pass by itself
_SEALED = "sealed"  # how many chunks this folder has given to the tables


def recipient_of_dossier(dossier: UUID) -> str:
    """To whom its words are sealed; never makes a key, because an erased dossier must not get a new one. Raises: Failed."""
    recipient = SubjectKey.objects.filter(subject=dossier).values_list("recipient", flat=True).first()
    if recipient is None:
        raise Failed(Failure.ERASED)
    return recipient


def keep(folder: Path, hold: Hold, *, recipient: str) -> None:
    """Seals everything in the folder and ends the analysis well. Raises: Failed, Lost, Stopping."""
    raw = (folder / OUTLINE).read_bytes()
    outline = _outline(raw)
    count = -(-outline.messages // CHUNK)
    for first in range(_sealed_so_far(folder), count, BATCH):
        batch = list(_packed(folder, range(first, min(first + BATCH, count)), outline, recipient))
        hold.watch(Told(stage=Stage.SEALING, done=min(first * CHUNK, outline.messages), total=outline.messages))
        with transaction.atomic(using=_alias()):
            hold.renew()
            _write(Chunk, [Chunk(analysis_id=hold.claim.id, number=n, sealed=chunk) for n, chunk, _ in batch])
            _write(
                FoldedChunk, [FoldedChunk(analysis_id=hold.claim.id, number=n, sealed=words) for n, _, words in batch]
            )
        write_whole(folder / _SEALED, str(first + len(batch)).encode("ascii"))
    _keep_parts(folder, hold, recipient)
    _finish(hold, outline, pack(raw, recipient=recipient))


def give_back(hold: Hold) -> None:
    """The worker stops: the attempt does not count."""
    hold.row().update(state=State.WAITING, running_until=None, tries=hold.claim.tries - 1)


def fail(hold: Hold, failure: Failure) -> bool:
    """Ends an attempt that failed; True when it is tried again by itself. Nothing is done when another worker holds it."""
    now, claim = hold.clock(), hold.claim
    if failure in AGAIN and claim.tries < MOST_TRIES:
        until = now + claim.tries * PAUSE
        return bool(hold.row().update(state=State.WAITING, running_until=until, failure=failure))
    with transaction.atomic(using=_alias()):
        ended = {"state": State.FAILED, "running_until": None, "ended_at": now, "failure": failure}
        if hold.row().update(**ended):
            said: dict[str, object] = {"analysis": str(claim.id), "exhibit": claim.exhibit, "failure": str(failure)}
            _tell(hold, "analysis_failed", now, None if failure is Failure.ERASED else said)
    return False


def _finish(hold: Hold, outline: Outline, sealed: bytes) -> None:
    now = hold.clock()
    with transaction.atomic(using=_alias()):
        recipient_of_dossier(hold.claim.dossier)
        is_mine = hold.row().update(
            state=State.DONE,
            stage="",
            done=outline.messages,
            total=outline.messages,
            running_until=None,
            ended_at=now,
            failure="",
            messages=outline.messages,
            alerts=len(outline.alerts),
            outline=sealed,
        )
        if not is_mine:
            raise Lost
        said = {
            "analysis": str(hold.claim.id),
            "exhibit": hold.claim.exhibit,
            "messages": outline.messages,
            "accounts": len(outline.accounts),
            "conversations": len(outline.conversations),
            "alerts": len(outline.alerts),
            "unread_share": outline.totals.unread_share,
        }
        _tell(hold, "analysis_done", now, said)


def _tell(hold: Hold, action: str, at: datetime, said: dict[str, object] | None) -> None:
    subject = Subject(kind="dossier", id=hold.claim.dossier)
    record(Act(action=action, actor=WORKER, at=at, payload=said), subject=subject)


def _outline(raw: bytes) -> Outline:
    try:
        return decode_outline(raw)
    except msgspec.MsgspecError:
        raise Failed(Failure.INTERNAL) from None


def _packed(folder: Path, numbers: range, outline: Outline, recipient: str) -> Iterator[tuple[int, bytes, bytes]]:
    """(number, messages, words to search) of chunks, sealed. Raises: Failed when a message is not in its place."""
    for number in numbers:
        raw, words = chunk_path(folder, number).read_bytes(), folded_path(folder, number).read_bytes()
        _require_places(raw, number, outline)
        yield number, pack(raw, recipient=recipient), pack(words, recipient=recipient)


def _keep_parts(folder: Path, hold: Hold, recipient: str) -> None:
    """What was found over all messages together, sealed, some pieces a transaction."""
    names = part_names(folder)
    for first in range(0, len(names), BATCH):
        rows = [
            AnalysisPart(analysis_id=hold.claim.id, name=name, sealed=pack(_piece(folder, name), recipient=recipient))
            for name in names[first : first + BATCH]
        ]
        with transaction.atomic(using=_alias()):
            hold.renew()
            AnalysisPart.objects.bulk_create(
                rows, update_conflicts=True, unique_fields=["analysis", "name"], update_fields=["sealed"]
            )


def _piece(folder: Path, name: str) -> bytes:
    """A piece that is what its name says. Raises: Failed."""
    raw = part_path(folder, name).read_bytes()
    kind = name.partition("-")[0]
    try:
        _DECODERS[kind](raw)
    except (KeyError, msgspec.MsgspecError):
        raise Failed(Failure.INTERNAL) from None
    return raw


_DECODERS: dict[str, Callable[[bytes], object]] = {
    "known": decode_known,
    "identities": decode_identities,
    "network": decode_network,
    "spots": decode_spots,
}


def _require_places(raw: bytes, number: int, outline: Outline) -> None:
    try:
        places = [row.position for row in decode_chunk(raw)]
    except msgspec.MsgspecError:
        raise Failed(Failure.INTERNAL) from None
    first = number * CHUNK
    if places != list(range(first, min(first + CHUNK, outline.messages))):
        raise Failed(Failure.INTERNAL)


def _write(model: type[models.Model], rows: list[models.Model]) -> None:
    """Rows of an earlier attempt are replaced: it may have been of another version."""
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=["analysis", "number"], update_fields=["sealed"]
    )


def _sealed_so_far(folder: Path) -> int:
    path = folder / _SEALED
    return int(path.read_text("ascii")) if path.exists() else 0


def _alias() -> str:
    return router.db_for_write(Analysis)
