"""A table of many reports (CSV) becomes Reports, row by row; a row that cannot be taken is named with its line, its column and why.

Nothing in a cell is ever calculated: what begins like a formula is text like any other. A row is taken whole or not at all, and rows know
nothing of each other. What a column is called and which words are understood stands in `columns.toml`.
Invariant: `Row.key` depends on the words of the row alone, so that a table given twice is recognised.
Source: RFC 4180; spreadsheets' own habits (`sep=`, semicolons in French, UTF-16 text). Tier: source-verified.
"""

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import msgspec

from rempart.errors import BadInput
from rempart.intake.columns import LEFT_OUT, fold, known_names, load_columns
from rempart.intake.paths import Text
from rempart.intake.report import Report, encode
from rempart.intake.rows import Headings, RefusedRow, read_row
from rempart.wording import Lang

MAX_BYTES = 64_000_000
MAX_COLUMNS = 200
_SEPARATORS = ";,\t"
_REMARK = re.compile(r"sep=.?")  # a spreadsheet's own remark on the separator, before the heading
_SHOWN_NAMES, _SHOWN_CHARS = 10, 60


class NotATable(BadInput):
    """The file is not text, is too large, or has no heading that is understood."""


class UnknownColumns(BadInput):
    """The heading has names that are not understood, or several of one meaning: nothing is left out silently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row that was taken. line: where it begins in the file, from 1. key: 32 bytes, of its words alone."""

    line: int
    report: Report
    key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A row that was not taken, and the first reason. column: as the heading calls it; None for the whole row."""

    line: int
    column: str | None
    code: str
    sentence: Text
    fields: Mapping[str, int] = field(default_factory=dict)

    def told_in(self, lang: Lang) -> str:
        """The sentence for the person."""
        return self.sentence.told_in(lang).format(**self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a file held, in the order of its lines."""

    rows: tuple[Row, ...]
    refusals: tuple[Refusal, ...]


def read_table(untrusted_bytes: bytes, *, language: Lang, columns: Mapping[str, str] | None = None) -> Table:
    """The reports of a table, and the rows that are none.

    language: of rows that tell none. columns: heading → field, for names that are not in the list; LEFT_OUT leaves a column out.
    Raises: NotATable, UnknownColumns.
    """
    text = _decoded(untrusted_bytes)
    separator, headings = _headings(text, columns or {})
    rows: list[Row] = []
    refusals: list[Refusal] = []
    for line, cells in islice(_records(text, separator), 1, None):
        try:
            if isinstance(cells, int):
                raise RefusedRow("broken", last=cells)
            report = read_row(cells, headings, language=language)
            rows.append(Row(line=line, report=report, key=_key(report)))
        except RefusedRow as refused:
            refusals.append(_refusal(line, refused))
    return Table(rows=tuple(rows), refusals=tuple(refusals))


def _key(report: Report) -> bytes:
    """Of the words; the language may be the site's, which may change."""
    return hashlib.sha256(encode(msgspec.structs.replace(report, language="xx"))).digest()


def _refusal(line: int, refused: RefusedRow) -> Refusal:
    sentence = load_columns().refusals[refused.code]
    return Refusal(line=line, column=refused.column, code=refused.code, sentence=sentence, fields=refused.fields)


def _decoded(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or the Windows code page of Western Europe."""
    if len(data) > MAX_BYTES:
        raise NotATable("This file is larger than {most} bytes. Nothing was kept; split it.", most=MAX_BYTES)
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise NotATable("This file is not a table as text. Save it as CSV (UTF-8) and give it again; nothing was kept.")


def _encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if b"\0" in data[:200]:  # UTF-16 without its mark: the heading is mostly ASCII, one byte of each pair is zero
        return ("utf-16-le", "utf-16-be") if data[1:2] == b"\0" else ("utf-16-be", "utf-16-le")
    return ("utf-8", "cp1252")


def _headings(text: str, columns: Mapping[str, str]) -> tuple[str, Headings]:
    """The separator, and the headings; the separator under which most names are understood is it."""
    known = known_names() | {fold(heading): name for heading, name in columns.items()}
    tried: list[tuple[int, int, str, list[str]]] = []
    for separator in _SEPARATORS:
        _, first = next(_records(text, separator), (1, 0))
        cells = [] if isinstance(first, int) else [cell.strip() for cell in first]
        tried.append((sum(fold(cell) in known for cell in cells), len(cells), separator, cells))
    understood, count, separator, cells = max(tried, key=lambda one: one[:2])
    if not understood or count > MAX_COLUMNS:
        raise NotATable(
            "The first line has no name of a column that is understood; docs/columns.md lists them. Nothing was kept."
        )
    _refuse_unknown([cell for cell in cells if fold(cell) and fold(cell) not in known])
    headings = tuple((known.get(fold(cell), LEFT_OUT), cell) for cell in cells)
    _refuse_doubles(headings)
    return separator, headings


def _refuse_unknown(names: Sequence[str]) -> None:
    if names:
        raise UnknownColumns(
            "These columns are not understood: {names}. Say what they are with --columns FIELD=HEADING, or leave one out "
            "with --columns none=HEADING. Nothing was kept.",
            names=_told(names),
        )


def _refuse_doubles(headings: Headings) -> None:
    fields = [name for name, _ in headings if name != LEFT_OUT]
    if doubles := [heading for name, heading in headings if fields.count(name) > 1]:
        raise UnknownColumns(
            "Several columns mean the same: {names}. Leave all but one out with --columns none=HEADING. Nothing was kept.",
            names=_told(doubles),
        )


def _told(names: Sequence[str]) -> str:
    """A few names, each short enough to read."""
    shown = ", ".join(name[:_SHOWN_CHARS] for name in names[:_SHOWN_NAMES])
    return f"{shown}, …" if len(names) > _SHOWN_NAMES else shown


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str] | int]]:
    """(line of its beginning, cells) of each record that is not empty.

    A broken record is the last: the number of the last line stands for its cells, because what follows can no longer be told apart.
    """
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = lines.line_num + 1
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error:
            yield line, sum(1 for _ in io.StringIO(text, newline=""))
            return
        if any(map(str.strip, cells)) and not (line == 1 and _REMARK.fullmatch(separator.join(cells).strip())):
            yield line, cells
