"""The analysis of an exhibit of a dossier: asked for by a person, made by the worker (`web/analysing`), read sealed row by sealed row.

Nothing that it found is a fact: its outline suggests, and counts no points until a person states a fact. Outline, messages and
words to search are sealed to the key of the dossier; `open_analysis` unwraps that key once for a request.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import router, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rempart.analysis.folded import find_folded
from rempart.analysis.outline import Outline, Row, decode_chunk, decode_outline
from rempart.analysis.paged import CHUNK
from rempart.analysis.sections import (
    IDENTITIES,
    KNOWN,
    NETWORK,
    SPOTS,
    IdentitiesSection,
    KnownSection,
    MemberSpots,
    NetworkSection,
    decode_identities,
    decode_known,
    decode_network,
    decode_spots,
    spots_name,
)
from rempart.errors import BadInput
from rempart.web.cases.dossiers import NotThere, contents, tell
from rempart.web.cases.keys import identity_for
from rempart.web.cases.models import Analysis, AnalysisPart, Chunk, Dossier, FoldedChunk
from rempart.web.cases.packing import unpack
from rempart.web.cases.reports import By
from rempart.web.door.models import ExhibitRow


class State(StrEnum):
    """How far an analysis is. A waiting one may have been begun before: the worker takes it up again."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Stage(StrEnum):
    """What the worker does now, in this order; `Analysis.done` of `total` are bytes for the first three, then messages, files for
    `likening`; the next three are told without a share.
    """

    UNSEALING = "unsealing"
    CHECKING = "checking"
    READING = "reading"
    LOOKING = "looking"
    LIKENING = "likening"
    LISTS = "lists"
    ACCOUNTS = "accounts"
    NETWORK = "network"
    PLACING = "placing"
    SEALING = "sealing"


class Failure(StrEnum):
    """Why an analysis failed; its row keeps the name."""

    UNKNOWN_FORMAT = "unknown_format"
    REFUSED_ARCHIVE = "refused_archive"
    DAMAGED_EXPORT = "damaged_export"
    EXHIBIT_GONE = "exhibit_gone"
    EXHIBIT_DAMAGED = "exhibit_damaged"
    OTHER_KEY = "other_key"
    LISTS = "lists"
    NO_SPACE = "no_space"
    TOO_LARGE = "too_large"
    STOPPED = "stopped"
    ERASED = "erased"
    INTERNAL = "internal"


UNDER_WAY = (State.WAITING, State.RUNNING)
STAGES: dict[Stage, Promise] = {
    Stage.UNSEALING: _("The file is being unsealed"),
    Stage.CHECKING: _("The file is being hashed"),
    Stage.READING: _("The messages are being read"),
    Stage.LOOKING: _("Signals are being looked for"),
    Stage.LIKENING: _("Pictures and films are being compared, unseen"),
    Stage.LISTS: _("Files are being compared with the lists"),
    Stage.ACCOUNTS: _("Accounts are being compared"),
    Stage.NETWORK: _("Who shares with whom is being looked at"),
    Stage.PLACING: _("The messages are being put in order"),
    Stage.SEALING: _("The result is being sealed"),
}
FAILURES: dict[Failure, Promise] = {
    Failure.UNKNOWN_FORMAT: _(
        "This file is not a conversation export that Rempart knows. It is kept as it came; read it with another tool, or "
        "ask for another export."
    ),
    Failure.REFUSED_ARCHIVE: _(
        "This archive is built in a way that could harm the machine, so it was not opened. It is kept as it came."
    ),
    Failure.DAMAGED_EXPORT: _(
        "This export is damaged or cut so that nothing can be read of it. It is kept as it came; ask for it again."
    ),
    Failure.EXHIBIT_GONE: _("The file is no longer in the vault. Take it from the backup, then try again."),
    Failure.EXHIBIT_DAMAGED: _(
        "The sealed file has changed since it was kept. Take it from the backup, then try again."
    ),
    Failure.OTHER_KEY: _(
        "The file is sealed for a key that does not lie here. Bring the key of its month back, then try again."
    ),
    Failure.LISTS: _(
        "A list of known files could not be opened, so nothing was looked up. Take it from the backup or remove it, then "
        "try again."
    ),
    Failure.NO_SPACE: _("There is not enough room to work on this file. Make room on the machine, then try again."),
    Failure.TOO_LARGE: _(
        "The analysis needed more memory or time than it may take, and was stopped. The file is intact; try again when "
        "the machine is quiet, or analyse its conversations one by one."
    ),
    Failure.STOPPED: _("The analysis was interrupted three times. The file is intact; try again."),
    Failure.ERASED: _("The words of this dossier were erased, so nothing can be sealed for it any more."),
    Failure.INTERNAL: _(
        "The analysis failed for a reason that Rempart did not foresee. The file is intact; try again."
    ),
}


class UnderWay(BadInput):
    """This exhibit is being analysed already."""


class NotFailed(BadInput):
    """Only an analysis that failed can be begun again."""


class NotReady(BadInput):
    """The analysis has no result yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where words stand. positions: in order, the first of them; total: of all from the place where the search began."""

    positions: tuple[int, ...]
    total: int


def ask(dossier: Dossier, *, exhibit: str, by: By) -> Analysis:
    """Asks for the analysis of an exhibit (its address in the vault) of this dossier or of one of its reports.

    Raises: NotThere, UnderWay.
    """
    with transaction.atomic(using=_alias()):
        row = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier.pk)
        if exhibit not in addresses(row):
            raise NotThere("This file is not in this dossier. Nothing was changed.")
        _require_none(row.pk, exhibit)
        analysis = Analysis.objects.create(
            id=UUID(bytes=secrets.token_bytes(16), version=4),
            dossier=row,
            exhibit=exhibit,
            state=State.WAITING,
            asked_at=by.at,
        )
        tell(row, "analysis_asked", by, _words(analysis))
    return analysis


def again(analysis: Analysis, *, by: By) -> Analysis:
    """Begins an analysis that failed again. Raises: NotFailed, UnderWay."""
    with transaction.atomic(using=_alias()):
        dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=analysis.dossier_id)
        row = Analysis.objects.defer("outline").get(pk=analysis.pk)
        if row.state != State.FAILED:
            raise NotFailed("This analysis has not failed. Nothing was changed.")
        _require_none(dossier.pk, row.exhibit)
        fresh = {"state": State.WAITING, "failure": "", "stage": "", "done": 0, "total": 0, "tries": 0}
        Analysis.objects.filter(pk=row.pk).update(**fresh, running_until=None, ended_at=None)
        tell(dossier, "analysis_again", by, _words(row))
    row.refresh_from_db()
    return row


def addresses(dossier: Dossier) -> dict[str, str]:
    """The exhibits of a dossier and of its reports: their addresses, each with the name that the dossier gives it, or ""."""
    deposits = dossier.reports.values_list("pk", flat=True).order_by("pk")
    known = dict.fromkeys(ExhibitRow.objects.filter(deposit__in=list(deposits)).values_list("address", flat=True), "")
    known.update((item.text("address"), item.text("name")) for item in contents(dossier).exhibits)
    return known


def outline(analysis: Analysis) -> Outline:
    """The outline of a finished analysis. Raises: NotReady, Erased."""
    return open_analysis(analysis).outline()


def chunk(analysis: Analysis, number: int) -> tuple[Row, ...]:
    """The rows at positions [number * CHUNK, number * CHUNK + CHUNK). Raises: NotReady, NotThere, Erased."""
    return open_analysis(analysis).chunk(number)


def find(analysis: Analysis, needle: str, *, limit: int, from_: int = 0) -> Found:
    """Where the needle stands, whatever its case and accents, from the position `from_` on. Raises: NotReady, Erased."""
    return open_analysis(analysis).find(needle, limit=limit, from_=from_)


def open_analysis(analysis: Analysis) -> "Opened":
    """A finished analysis, to read for one request. Raises: NotReady, Erased."""
    if analysis.state != State.DONE:
        raise NotReady("This analysis has no result yet. Its progress is shown in the dossier.")
    return Opened(analysis, identity_for(analysis.dossier_id))


class Opened:
    """A finished analysis with the key of its dossier, for one request; it holds no words longer than they are asked for."""

    def __init__(self, analysis: Analysis, identity: str) -> None:
        self._analysis, self._identity = analysis, identity
        self._outline: Outline | None = None

    def outline(self) -> Outline:
        """The outline, opened once."""
        if self._outline is None:
            self._outline = decode_outline(self._open(bytes(self._analysis.outline or b"")))
        return self._outline

    def chunk(self, number: int) -> tuple[Row, ...]:
        """The rows at positions [number * CHUNK, number * CHUNK + CHUNK). Raises: NotThere."""
        rows = Chunk.objects.filter(analysis=self._analysis.pk, number=number)
        sealed = rows.values_list("sealed", flat=True).first() if self._has(number) else None
        if sealed is None:
            raise NotThere("This analysis has no such messages.")
        return decode_chunk(self._open(bytes(sealed)))

    def known(self) -> KnownSection | None:
        """Known files; None when it was made before Rempart looked at them."""
        raw = self._part(KNOWN)
        return decode_known(raw) if raw is not None else None

    def identities(self) -> IdentitiesSection | None:
        """What is proposed of accounts; None when it was made before Rempart compared them."""
        raw = self._part(IDENTITIES)
        return decode_identities(raw) if raw is not None else None

    def network(self) -> NetworkSection | None:
        """Who shares with whom; None when it was made before Rempart looked at it."""
        raw = self._part(NETWORK)
        return decode_network(raw) if raw is not None else None

    def member_spots(self, member: int) -> MemberSpots | None:
        """The messages behind the measures of a member, by its place in the network; None when there is no such member."""
        raw = self._part(spots_name(member)) if member >= 0 else None
        rows = decode_spots(raw) if raw is not None else ()
        return rows[member % SPOTS] if member % SPOTS < len(rows) else None

    def find(self, needle: str, *, limit: int, from_: int = 0) -> Found:
        """Where the needle stands in texts and names of media; the first `limit` positions, and how many there are."""
        positions: list[int] = []
        total = 0
        for raw in self._folded(from_ // CHUNK) if needle.strip() else ():
            found = [position for position in find_folded(raw, needle) if position >= from_]
            total += len(found)
            positions += found[: limit - len(positions)]
        return Found(positions=tuple(positions), total=total)

    def _folded(self, first: int) -> Iterator[bytes]:
        rows = FoldedChunk.objects.filter(analysis=self._analysis.pk, number__gte=first).order_by("number")
        for number, sealed in rows.values_list("number", "sealed").iterator(chunk_size=16):
            if self._has(number):
                yield self._open(bytes(sealed))

    def _part(self, name: str) -> bytes | None:
        rows = AnalysisPart.objects.filter(analysis=self._analysis.pk, name=name)
        sealed = rows.values_list("sealed", flat=True).first()
        return self._open(bytes(sealed)) if sealed is not None else None

    def _has(self, number: int) -> bool:
        """Whether messages of this analysis stand there; rows after its end are of an earlier attempt."""
        return 0 <= number * CHUNK < self._analysis.messages

    def _open(self, sealed: bytes) -> bytes:
        return unpack(sealed, identity=self._identity)


def stage_told(analysis: Analysis) -> str:
    """What the worker does now, as a sentence; "" before it has begun."""
    return str(STAGES[Stage(analysis.stage)]) if analysis.stage in set(Stage) else ""


def share_done(analysis: Analysis) -> float | None:
    """How much of the stage is done, in [0, 1]; None while that is not known."""
    return min(1.0, analysis.done / analysis.total) if analysis.total > 0 else None


def failure_told(analysis: Analysis) -> str:
    """Why it failed, as a sentence for a page; "" when it did not."""
    if analysis.state != State.FAILED:
        return ""
    known = analysis.failure if analysis.failure in set(Failure) else Failure.INTERNAL
    return str(FAILURES[Failure(known)])


def _require_none(dossier: UUID, exhibit: str) -> None:
    if Analysis.objects.filter(dossier=dossier, exhibit=exhibit, state__in=UNDER_WAY).exists():
        raise UnderWay("This file is being analysed already. Its progress is shown in the dossier.")


def _words(analysis: Analysis) -> dict[str, object]:
    return {"analysis": str(analysis.pk), "exhibit": analysis.exhibit}


def _alias() -> str:
    return router.db_for_write(Analysis)
