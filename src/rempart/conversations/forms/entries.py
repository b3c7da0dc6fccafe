"""The entries of a table in text: CSV with a header, or JSON Lines; where its columns are, and every record or line.

Invariant: the byte ranges of the entries touch and make up the whole file.
Source: RFC 4180 (October 2005); jsonlines.org. Excel writes `sep=;` as a first line.
"""

import io
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

import msgspec

from rempart.conversations.forms.columns import ColumnMap, find_columns, guess_columns
from rempart.conversations.forms.delimited_text import Record, read_records, sniff_delimiter
from rempart.conversations.forms.lines import Line, read_lines
from rempart.conversations.parts import HEAD_BYTES, Head
from rempart.conversations.rows import UnreadCode

_SEPARATOR = re.compile(r"sep=(.)")
_SAMPLE_LINES = 50  # lines of JSON looked at for the names of fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the head of a file tells: its columns, and for CSV the delimiter and the header. JSON Lines: no delimiter."""

    columns: ColumnMap
    delimiter: str = ""
    header: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # the header's, made unique
    header_number: int = 0
    needed: int = 0  # cells that a record must have for its text and author
    ends_in_text: bool = False  # the text is the last column, and takes in delimiters that nobody quoted


class Entry(msgspec.Struct, frozen=True):
    """One record or line: its fields, or (code, reason) why it has none, or neither: it holds no message."""

    start: int
    end: int
    fields: Mapping[str, object] | None = None
    fault: tuple[UnreadCode, str] | None = None
    repair: str | None = None


# -- recognition ------------------------------------------------------------------------------------


def find_layout(head: Head, wanted: ColumnMap | None) -> Layout | None:
    """The layout, None for what is no table, or a table without the columns that are wanted or guessed."""
    if head.is_binary or head.json_kind == "array":
        return None
    layout = _json_layout(head, wanted) if head.json_kind == "object" else _csv_layout(head, wanted)
    return layout if layout and layout.columns.text != layout.columns.author else None


def _csv_layout(head: Head, wanted: ColumnMap | None) -> Layout | None:
    first = next((line for line in head.text.split("\n") if line.strip()), "").rstrip("\r")
    told = _SEPARATOR.fullmatch(first)
    delimiter = told[1] if told else sniff_delimiter(first)
    for record in read_records(io.BytesIO(head.raw), delimiter):
        if record.is_blank or (told and record.cells[0] in ("sep=", first)):
            continue
        names = _unique(record.cells)
        columns = find_columns(wanted, names) if wanted else guess_columns(names)
        if columns is None or record.cut or len(names) < 2:
            return None
        return Layout(
            columns=columns,
            delimiter=delimiter,
            header=record.cells,
            names=names,
            header_number=record.number,
            needed=1 + max(_places(columns.text, names) + _places(columns.author, names)),
            ends_in_text=columns.text == names[-1],
        )
    return None


def _places(column: str, names: tuple[str, ...]) -> list[int]:
    """Where the column stands, or the two that it joins."""
    return [place for place, name in enumerate(names) if name == column or name in column.split("+")]


def _unique(cells: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the columns; the second `Name` is `Name#2`, one without a name `column 3`."""
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = plain = cell.strip() or f"column {place}"
        while name in names:
            name = f"{plain}#{place}"
            plain = name
        names.append(name)
    return tuple(names)


def _json_layout(head: Head, wanted: ColumnMap | None) -> Layout | None:
    """Every whole line of the head is an object, and together they have the columns."""
    names: dict[str, None] = {}
    lines = [line.strip() for line in head.text.split("\n")[: _SAMPLE_LINES + 1]]
    whole = lines[:-1] if len(lines) > _SAMPLE_LINES or len(head.raw) >= HEAD_BYTES else lines
    for number, line in enumerate(whole):
        item = _object(line)
        if line and item is None and number == 0:
            return None
        names |= dict.fromkeys(item or ())
    columns = find_columns(wanted, names, nested=True) if wanted else guess_columns(names)
    return Layout(columns=columns) if columns else None


def _object(line: str) -> dict[str, object] | None:
    try:
        item = json.loads(line, parse_constant=str, parse_float=_number)  # NaN and Infinity are not JSON: kept as words
    except (ValueError, RecursionError):
        return None
    return item if isinstance(item, dict) else None


def _number(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


# -- entries ----------------------------------------------------------------------------------------


def read_entries(file: BinaryIO, layout: Layout, size_bytes: int) -> Iterator[Entry]:
    """Every record or line of the file; their ranges touch and make up the whole file."""
    if layout.delimiter:
        for record in read_records(file, layout.delimiter):
            yield _of_record(record, layout, at_end=record.end == size_bytes)
    else:
        for line in read_lines(file):
            yield _of_line(line, at_end=line.end == size_bytes)


def _of_record(record: Record, layout: Layout, *, at_end: bool) -> Entry:
    start, end, cells, repair = record.start, record.end, record.cells, record.repair
    width = len(layout.names)
    if record.number <= layout.header_number or cells == layout.header or not any(cells):
        return Entry(start, end)
    if at_end and (record.cut or len(cells) < width):
        return Entry(start, end, fault=("cut", "the file ends in the middle of a record"))
    if record.cut:
        return Entry(start, end, fault=("damaged", "a quote is opened and never closed"))
    if len(cells) > width and layout.ends_in_text:
        cells = (*cells[: width - 1], layout.delimiter.join(cells[width - 1 :]))
        repair = "; ".join(filter(None, (repair, "delimiter in text")))
    if not layout.needed <= len(cells) <= width:
        return Entry(start, end, fault=("damaged", f"the record has {len(cells)} cells, the header has {width}"))
    return Entry(start, end, fields=dict(zip(layout.names, cells, strict=False)), repair=repair)


def _of_line(line: Line, *, at_end: bool) -> Entry:
    text = line.text.strip()
    if not text:
        return Entry(line.start, line.end)
    item = _object(text)
    if item is not None:
        return Entry(line.start, line.end, fields=item, repair=line.repair)
    if at_end and not text.endswith("}"):
        return Entry(line.start, line.end, fault=("cut", "the file ends in the middle of a line"))
    return Entry(line.start, line.end, fault=("damaged", "this line is not one JSON object, or longer than 1 MiB"))
