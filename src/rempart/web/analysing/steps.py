"""The steps from an unsealed export to its outline and messages, in files of one folder; runs in the confined process.

What stands in the folder from an earlier attempt is not made again, and the files are the same bytes however often it was cut short.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pyarrow as pa

from rempart.analysis.document import Analysis, ExhibitRead
from rempart.analysis.folded import fold_rows
from rempart.analysis.outline import decode_chunk, encode_outline
from rempart.analysis.paged import chunks, make_outline
from rempart.analysis.positions import find_positions
from rempart.analysis.walk import Options, conclude, exhibits_read, read_exhibits, save_document
from rempart.conversations.reading import UnknownFormat
from rempart.errors import BadInput, OutsideFailure
from rempart.evidence.gate import RefusedArchive
from rempart.web.analysing.job import DOCUMENT, EXHIBIT, OUTLINE, READ, Job, Told, chunk_path, folded_path, write_whole

EVERY_S = 0.2  # how often progress is told
Tell = Callable[[Told], None]


class Telling:
    """Tells how far a stage is, now and then, under our names: those that the walk gives to its stages name the exhibit."""

    def __init__(self, tell: Tell, stages: Iterator[str]) -> None:
        self._tell, self._stages = tell, stages
        self._now, self._total, self._told_s = "", 0, 0.0

    def stage(self, _name: str, total: int) -> None:
        """The next stage begins; after the last one nothing more is told."""
        self._now, self._total = next(self._stages, ""), total
        self._say(0)

    def advance(self, done: int) -> None:
        """How far it is."""
        if time.monotonic() - self._told_s >= EVERY_S or done >= self._total:
            self._say(done)

    def _say(self, done: int) -> None:
        self._told_s = time.monotonic()
        if self._now:
            self._tell(Told(stage=self._now, done=done, total=self._total))


def analyse_export(folder: Path, job: Job, *, tell: Tell) -> None:
    """Makes what is not there yet of the files of `job`. Raises: BadInput, OutsideFailure, OSError, MemoryError."""
    options = Options(lang=job.language, profile=job.profile)
    if not (folder / READ).exists():
        _read(folder, job, options, Telling(tell, iter(("checking", "reading"))))
    if not (folder / DOCUMENT).exists():
        _look(folder, options, Telling(tell, iter(("looking",))))
    _place(folder, Telling(tell, iter(("placing",))))


def failure_of(error: Exception) -> str:
    """The name of a failure in `analyses.Failure`."""
    names: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
        (UnknownFormat, "unknown_format"),
        (RefusedArchive, "refused_archive"),
        (BadInput, "damaged_export"),
        ((MemoryError, pa.ArrowMemoryError), "too_large"),
        ((OSError, OutsideFailure), "no_space"),
    )
    return next((name for kinds, name in names if isinstance(error, kinds)), "internal")


def _read(folder: Path, job: Job, options: Options, observer: Telling) -> None:
    readings = read_exhibits([folder / EXHIBIT], out=folder / "tables", options=options, observer=observer)
    read = [msgspec.structs.replace(exhibit, name=job.name) for exhibit in exhibits_read(readings)]
    write_whole(folder / READ, msgspec.json.encode(read))
    (folder / EXHIBIT).unlink()  # nothing needs it any more


def _look(folder: Path, options: Options, observer: Telling) -> None:
    read = msgspec.json.decode((folder / READ).read_bytes(), type=tuple[ExhibitRead, ...])
    save_document(folder, conclude(read, out=folder, options=options, observer=observer).document)


def _place(folder: Path, observer: Telling) -> None:
    """Outline and messages; goes on after the last chunk that is whole."""
    positions = find_positions(folder / "tables")
    observer.stage("", len(positions))
    if not (folder / OUTLINE).exists():
        document = msgspec.json.decode((folder / DOCUMENT).read_bytes(), type=Analysis)
        write_whole(folder / OUTLINE, encode_outline(make_outline(positions, document)))
    start = sum(1 for _ in folder.glob("chunk-??????"))
    for number, raw in enumerate(chunks(positions, start=start), start=start):
        rows = decode_chunk(raw)
        write_whole(folded_path(folder, number), fold_rows(rows))
        write_whole(chunk_path(folder, number), raw)
        observer.advance(rows[-1].position + 1)
