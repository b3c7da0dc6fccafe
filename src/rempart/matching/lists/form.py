"""What every form of list has in common: how it is recognised, what it yields, and the rules that every row passes.

A form yields batches of columns as it finds them; here digests are brought into one form and checked, days are read, and what
cannot be looked up is counted with its place. Columns, not rows: a list has millions of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import md5, sha1, sha256
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from rempart.conversations.parts import Head, Part
from rempart.matching.listing import DIGESTS, LISTINGS, NotRead, Standing

BATCH_ROWS = 65_536
_EMPTY = {
    "sha256": sha256(b"").hexdigest(),
    "sha1": sha1(b"", usedforsecurity=False).hexdigest(),
    "md5": md5(b"", usedforsecurity=False).hexdigest(),
}
_FLAGS = dict.fromkeys(("true", "t", "yes", "y", "1"), True) | dict.fromkeys(("false", "f", "no", "n", "0"), False)


class RawRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One item as a form finds it. number: what its place is made of; digests, dates and flags as written."""

    number: int
    sha256: str | None = None
    sha1: str | None = None
    md5: str | None = None
    pdq: str | None = None
    item_id: str | None = None
    media_kind: str | None = None
    member_id: str | None = None
    member: str | None = None
    scheme: str | None = None
    country: str | None = None
    code: str | None = None
    listed: str | None = None
    feedback: str | None = None
    series: str | None = None
    victim_identified: bool | None = None
    offender_identified: bool | None = None
    distributed: bool | None = None
    tombstone: bool = False
    replaces: bool = False


_FIELDS = tuple(name for name in RawRow.__struct_fields__ if name != "number")
Values = Sequence[object]  # or an Arrow array, which has no types


@dataclass(frozen=True, slots=True, kw_only=True)
class RawBatch:
    """Items as columns. numbers: of each item; place: template with `{number}`; a column that is not there is null."""

    numbers: Sequence[int]
    place: str
    columns: dict[str, Values]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOptions:
    """What the person who adds a list tells about it.

    kind: digest of a list of bare lines, where its length does not tell. columns: LISTINGS column -> column of the file.
    scheme, country: where the list itself does not say.
    """

    kind: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    scheme: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was given: the files of one form, in order; `path`: where the whole of it lies."""

    parts: tuple[Part, ...]
    path: Path
    options: ListOptions

    def file_of(self, part: Part) -> Path | None:
        """The file on disk that a part is; None for a member of an archive."""
        path = self.path / part.name if part.name else self.path
        return path if path.is_file() else None


@dataclass(frozen=True, slots=True)
class Edition:
    """The version that a list gives itself."""

    version: str


Yielded = RawBatch | NotRead | Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class ListForm:
    """One form of list. looked_for: what the reader is told when nothing is recognised. replacing: as in Listing."""

    name: str
    looked_for: str
    source: str
    recognises: Callable[[Head], bool]
    read: Callable[[Given], Iterator[Yielded]]
    standing: Standing = "listed"
    replacing: bool = False


def in_batches(rows: Iterator[RawRow | NotRead], *, place: str) -> Iterator[Yielded]:
    """The rows as batches of columns; what was not read passes by."""
    held: list[RawRow] = []
    for row in rows:
        if isinstance(row, NotRead):
            yield row
            continue
        held.append(row)
        if len(held) >= BATCH_ROWS:
            yield _batch(held, place)
            held = []
    if held:
        yield _batch(held, place)


def _batch(rows: list[RawRow], place: str) -> RawBatch:
    columns: dict[str, Values] = {name: [getattr(row, name) for row in rows] for name in _FIELDS}
    return RawBatch(numbers=[row.number for row in rows], place=place, columns=columns)


def in_part(part: Part, place: str) -> str:
    """The template of a place, with the name of the file that it is in."""
    name = part.name.replace("{", "{{").replace("}", "}}")
    return f"{name}: {place}" if name else place


def flag_of(value: object) -> bool | None:
    """A yes or no, as lists write it; None for anything else."""
    if isinstance(value, bool) or value is None:
        return value
    return _FLAGS.get(value.strip().lower()) if isinstance(value, str) else _FLAGS.get(str(value))


def text_of(value: object) -> str | None:
    """A value as text, to be trimmed with its column; None for what is none."""
    if type(value) is str:
        return value
    return None if value is None or isinstance(value, (dict, list)) else str(value)


def settle(raw: RawBatch, *, first_row: int, options: ListOptions) -> tuple[pa.Table, list[NotRead]]:
    """The rows of a batch that can be looked up, LISTINGS, numbered from `first_row`, and the places of the others."""
    size = len(raw.numbers)
    columns, not_read, spoilt = _digests(raw, size)
    tombstone = _flags(raw, "tombstone", size)
    has_digest = _any([pc.is_valid(columns[kind]) for kind in DIGESTS])
    columns |= _provenance(raw, size, options)
    has_item = pc.is_valid(columns["item_id"])
    kept = pc.or_(pc.and_(tombstone, has_item), pc.and_(has_digest, pc.invert(tombstone)))
    bare = pc.and_(pc.invert(pc.or_(tombstone, has_digest)), pc.invert(spoilt))
    not_read += _places(raw, pc.and_(tombstone, pc.invert(has_item)), "no_item") + _places(raw, bare, "no_digest")
    columns |= {"tombstone": tombstone, "replaces": pc.or_(tombstone, _flags(raw, "replaces", size))}
    columns["listing_row"] = pa.array(range(first_row, first_row + size), pa.int64())
    table = pa.table([columns[name] for name in LISTINGS.names], schema=LISTINGS).filter(kept)
    count = table.num_rows
    numbered = pa.array(range(first_row, first_row + count), pa.int64())
    return table.set_column(0, LISTINGS.field(0), numbered), not_read


def _digests(raw: RawBatch, size: int) -> tuple[dict[str, pa.Array], list[NotRead], pa.Array]:
    """(each kind as checked lower-case digits, places of what is none, which rows had one taken away)."""
    columns: dict[str, pa.Array] = {}
    not_read: list[NotRead] = []
    spoilt = pa.array([False] * size)
    for kind, digits in DIGESTS.items():
        told = pc.utf8_lower(_texts(raw, kind, size))
        fits = pc.fill_null(pc.match_substring_regex(told, f"^[0-9a-f]{{{digits}}}$"), fill_value=True)
        empty = pc.fill_null(pc.equal(told, _EMPTY.get(kind, "")), fill_value=False)
        bad = pc.invert(fits)
        not_read += _places(raw, bad, "bad_digest") + _places(raw, empty, "empty_file")
        gone = pc.or_(bad, empty)
        columns[kind], spoilt = pc.if_else(gone, None, told), pc.or_(spoilt, gone)
    return columns, not_read, spoilt


def _provenance(raw: RawBatch, size: int, options: ListOptions) -> dict[str, pa.Array]:
    names = ("item_id", "media_kind", "member_id", "member", "scheme", "country", "code", "feedback", "series")
    columns = {name: _texts(raw, name, size) for name in names}
    for name, told in (("scheme", options.scheme), ("country", options.country)):
        if told:
            columns[name] = pc.fill_null(columns[name], told)
    for name in ("victim_identified", "offender_identified", "distributed"):
        columns[name] = pa.array(raw.columns.get(name, [None] * size), pa.bool_())
    listed = _texts(raw, "listed", size)
    days = pc.strptime(pc.utf8_slice_codeunits(listed, 0, 10), format="%Y-%m-%d", unit="s", error_is_null=True)
    columns["listed_on"] = pc.cast(days, pa.date32())
    columns["listed_text"] = pc.if_else(pc.is_null(days), listed, None)
    return columns


def _texts(raw: RawBatch, name: str, size: int) -> pa.Array:
    """A column as texts without blanks around them; an empty one is none."""
    values = raw.columns.get(name)
    if values is None:
        return pa.nulls(size, pa.string())
    trimmed = pc.utf8_trim_whitespace(pa.array(values, pa.string()))
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed)


def _flags(raw: RawBatch, name: str, size: int) -> pa.Array:
    return pa.array(raw.columns.get(name, [False] * size), pa.bool_())


def _any(masks: Sequence[pa.Array]) -> pa.Array:
    first, *others = masks
    for mask in others:
        first = pc.or_(first, mask)
    return first


def _places(raw: RawBatch, mask: pa.Array, code: str) -> list[NotRead]:
    return [
        NotRead(place=raw.place.format(number=raw.numbers[index]), code=code)
        for index in pc.indices_nonzero(mask).to_pylist()
    ]
