"""The steps from an unsealed export to its outline and messages, in files of one folder; runs in the confined process.

What stands in the folder from an earlier attempt is not made again, and the files are the same bytes however often it was cut short.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from rempart.analysis.document import Analysis, ExhibitRead
from rempart.analysis.folded import fold_rows
from rempart.analysis.outline import decode_chunk, encode_outline
from rempart.analysis.paged import chunks, make_outline
from rempart.analysis.positions import find_positions
from rempart.analysis.sections_made import make_sections
from rempart.analysis.walk import Options, conclude, exhibits_read, read_exhibits, save_document
from rempart.conversations.parts import open_exhibit
from rempart.conversations.reading import UnknownFormat
from rempart.engine.queries import DuckEngine
from rempart.errors import BadInput, OutsideFailure
from rempart.evidence.gate import RefusedArchive
from rempart.matching.likeness import Opener, open_parts
from rempart.matching.listing import LISTINGS, Listing, ListPart
from rempart.web.analysing.job import (
    DOCUMENT,
    EXHIBIT,
    LISTS,
    OUTLINE,
    READ,
    GivenList,
    Job,
    Told,
    chunk_path,
    folded_path,
    part_path,
    write_whole,
)
from rempart.wording import wording

EVERY_S = 0.2  # how often progress is told
Tell = Callable[[Told], None]
# Stages of the walk by their names in English; it tells them in the language of the job.
LOOKS: Mapping[str, str] = {
    "Looking at the messages": "looking",
    "Looking at pictures and films": "likening",
    "Comparing files with lists": "lists",
    "Comparing accounts": "accounts",
    "Looking at who shares with whom": "network",
}


class Telling:
    """Tells how far a stage is, now and then, under our names: those that the walk gives to its stages may name the exhibit.

    stages: in their order, or ours by those of the walk; a stage that is not among them tells nothing.
    """

    def __init__(self, tell: Tell, stages: Sequence[str] | Mapping[str, str]) -> None:
        self._tell, self._stages = tell, stages
        self._now, self._total, self._told_s, self._number = "", 0, 0.0, 0

    def stage(self, name: str, total: int) -> None:
        """The next stage begins; after the last one nothing more is told."""
        if isinstance(self._stages, Mapping):
            self._now = self._stages.get(name, "")
        else:
            self._now = self._stages[self._number] if self._number < len(self._stages) else ""
            self._number += 1
        self._total = total
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
        _read(folder, job, options, Telling(tell, ("checking", "reading")))
    if not (folder / DOCUMENT).exists():
        words = wording(job.language)
        _look(folder, options, Telling(tell, {words.text(name): ours for name, ours in LOOKS.items()}))
    (folder / EXHIBIT).unlink(missing_ok=True)  # nothing needs it any more
    _place(folder, Telling(tell, ("placing",)))


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
    if job.profile != "enquete":
        (folder / EXHIBIT).unlink()  # only that profile looks at the bytes of media


def _look(folder: Path, options: Options, observer: Telling) -> None:
    """The document, and the pieces of what was found over all messages together, which come first: the document ends this step."""
    read = msgspec.json.decode((folder / READ).read_bytes(), type=tuple[ExhibitRead, ...])
    options = replace(options, open_lists=lambda _exhibits, _media: given_lists(folder))
    found = conclude(read, out=folder, options=options, observer=observer, opener=_opener(folder))
    if found.joined is not None:
        positions = find_positions(folder / "tables")
        for name, raw in make_sections(found.document, found.joined, positions, engine=DuckEngine()):
            write_whole(part_path(folder, name), raw)
    save_document(folder, found.document)


def _opener(folder: Path) -> Opener | None:
    """Gives the bytes of media, where the profile left the exhibit in the folder."""
    path = folder / EXHIBIT
    return open_parts([open_exhibit(path)]) if path.exists() else None


def given_lists(folder: Path) -> list[Listing]:
    """The lists that the worker opened for this analysis, read part by part when they are looked up; none when it gave none."""
    path = folder / LISTS
    told = msgspec.json.decode(path.read_bytes(), type=tuple[GivenList, ...]) if path.exists() else ()
    return [
        Listing(
            list_id=one.list_id,
            name=one.name,
            standing=one.standing,
            replacing=one.replacing,
            parts=tuple(
                ListPart(load=_Rows(folder / part.file), version=part.version, issued_on=part.issued_on)
                for part in one.parts
            ),
        )
        for one in told
    ]


class _Rows:
    """Loads the rows of a file when they are asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> pa.Table:
        return pq.read_table(self._path, schema=LISTINGS)


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
