"""Reads a list of known files, whatever its form: recognised from its content, streamed, every row accounted for.

Damaged rows are counted and named with their place; the others are kept. Memory is bounded by one batch of rows.
"""

import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.compute as pc

from rempart.conversations.parts import Exhibit, Part, open_exhibit
from rempart.errors import BadInput
from rempart.matching.listing import (
    DIGESTS,
    LISTINGS,
    MOST_PLACES,
    Listing,
    ListPart,
    NotRead,
    NotReadCount,
    Standing,
    Tally,
)
from rempart.matching.lists import FORMS, mapped
from rempart.matching.lists.form import Edition, Given, ListForm, ListOptions, RawBatch, settle

Progress = Callable[[int], None]


class UnknownList(BadInput):
    """No form of list is recognised; below the sentence stands what was looked for."""

    def __init__(self, template: str, /, *, looked_for: tuple[str, ...] = (), **fields: object) -> None:
        super().__init__(template, **fields)
        self.looked_for = looked_for

    def sentence(self, *, translate: Callable[[str], str] = str, fill: Callable[..., str] = str.format) -> str:
        """The sentence, and a line for each form."""
        lines = (f"  - {translate(text)}" for text in self.looked_for)
        return "\n".join((super().sentence(translate=translate, fill=fill), *lines))


class NothingListed(BadInput):
    """The list was recognised, and no row of it can be looked up."""


class ListReading:
    """A list while it is read: iterate once for its rows, then ask what was found and what was not read.

    progress: told the bytes, first of the hashing, then, on top of them, of the reading: twice the size in all.

    Raises, when made: NotReadable, UnknownList. While read: BadMap, UnclearDigest, UnsafeXml, NoRds.
    """

    def __init__(self, path: Path, *, options: ListOptions | None = None, progress: Progress | None = None) -> None:
        self.exhibit = open_exhibit(path, progress=progress)
        options = options or ListOptions()
        self.form, parts, others = _recognise(self.exhibit, options)
        self._given = Given(parts=_watched(parts, progress, self.exhibit.size_bytes), path=path, options=options)
        self._counts: Counter[str] = Counter({"rows": 0})
        self._faults: dict[str, tuple[int, list[str]]] = {}
        self._days: list[date] = []
        self.edition: str | None = None
        for part in others:
            self._note(NotRead(place=part.name, code="other_form"))

    @property
    def standing(self) -> Standing:
        """What the form says of its lists."""
        return self.form.standing

    def __iter__(self) -> Iterator[pa.Table]:
        """The rows in order, LISTINGS, in tables of at most BATCH_ROWS."""
        for given in self.form.read(self._given):
            if isinstance(given, NotRead):
                self._note(given)
            elif isinstance(given, Edition):
                self.edition = given.version
            else:
                yield from self._settle(given)

    def _settle(self, raw: RawBatch) -> Iterator[pa.Table]:
        table, not_read = settle(raw, first_row=self._counts["rows"] + 1, options=self._given.options)
        for place in not_read:
            self._note(place)
        if not table.num_rows:
            return
        self._counts["rows"] += table.num_rows
        self._counts["tombstones"] += int(pc.sum(pc.cast(table["tombstone"], pa.int64())).as_py() or 0)
        for kind in DIGESTS:
            self._counts[kind] += table.num_rows - int(table[kind].null_count)
        days = pc.min_max(table["listed_on"]).as_py()
        self._days = [day for day in (*self._days, days["min"], days["max"]) if day]
        self._days = [min(self._days), max(self._days)] if self._days else []
        yield table

    def _note(self, place: NotRead) -> None:
        count, places = self._faults.get(place.code, (0, []))
        self._faults[place.code] = (count + 1, places if len(places) >= MOST_PLACES else [*places, place.place])

    @property
    def tally(self) -> Tally:
        """What was found so far, and what was not read because of what."""
        return Tally(
            rows=self._counts["rows"],
            tombstones=self._counts["tombstones"],
            digests={kind: self._counts[kind] for kind in DIGESTS if self._counts[kind]},
            first_on=self._days[0] if self._days else None,
            last_on=self._days[-1] if self._days else None,
            not_read=tuple(
                NotReadCount(code=code, count=count, places=tuple(places))
                for code, (count, places) in sorted(self._faults.items())
            ),
        )


def load_list(path: Path, *, name: str, options: ListOptions | None = None) -> tuple[Listing, Tally]:
    """A whole list in memory, kept nowhere, and what reading it gave. Raises: as ListReading, NothingListed."""
    reading = ListReading(path, options=options)
    table = pa.concat_tables([LISTINGS.empty_table(), *reading])
    require_rows(reading)
    part = ListPart(load=lambda: table, version=reading.edition)
    listing = Listing(
        list_id=name, name=name, parts=(part,), standing=reading.standing, replacing=reading.form.replacing
    )
    return listing, reading.tally


def require_rows(reading: ListReading) -> None:
    """Refuses a list of which nothing can be looked up. Raises: NothingListed."""
    if not reading.tally.rows:
        raise NothingListed(
            "{name} was recognised, but none of its rows can be looked up; nothing was kept.", name=reading.exhibit.name
        )


def _recognise(exhibit: Exhibit, options: ListOptions) -> tuple[ListForm, tuple[Part, ...], tuple[Part, ...]]:
    """(the form of the first file that any form knows, the files of that form, the others)."""
    parts = exhibit.bundle.parts
    if options.columns:
        return mapped.FORM, parts, ()
    heads = {part.name: part.head() for part in parts}
    for part in parts:
        if form := next((form for form in FORMS if form.recognises(heads[part.name])), None):
            mine = tuple(one for one in parts if form.recognises(heads[one.name]))
            return form, mine, tuple(one for one in parts if one not in mine)
    looked_for = tuple(form.looked_for for form in FORMS)
    if not exhibit.size_bytes:
        raise UnknownList("{name} is empty. Looked for:", looked_for=looked_for, name=exhibit.name)
    raise UnknownList(
        "{name} is not a list of known files that Rempart knows. Looked for:", looked_for=looked_for, name=exhibit.name
    )


class _WatchedFile(io.BufferedIOBase):
    """A file that tells what is read of it."""

    def __init__(self, file: BinaryIO, tell: Progress) -> None:
        self._file, self._tell = file, tell

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        data = self._file.read(-1 if size is None else size)
        self._tell(len(data))
        return data

    def close(self) -> None:
        self._file.close()
        super().close()


def _watched(parts: Sequence[Part], progress: Progress | None, before: int) -> tuple[Part, ...]:
    """The parts; `progress` is told the bytes that were read of all of them, after `before`."""
    done = before

    def tell(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress(done)

    return tuple(replace(part, opener=partial(_open_watched, part, tell)) for part in parts)


def _open_watched(part: Part, tell: Progress) -> BinaryIO:
    return cast("BinaryIO", _WatchedFile(part.open(), tell))  # typeshed keeps the two apart
