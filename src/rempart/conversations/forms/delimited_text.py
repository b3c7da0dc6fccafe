"""Streams the records of a delimited text file (CSV, TSV) with their byte ranges, whatever its encoding.

Quotes by RFC 4180: a cell that begins with `"` may hold delimiters, line ends and `""` for one quote; a quote
elsewhere is an ordinary character. Line ends inside a cell become `\\n`; the raw bytes stay in the exhibit.
Encoding, byte order mark and the cap on the length of a line: `lines.py`. One delimiter: `,` `;` tab or `|`.

A quote that is never closed does not swallow the file: where a later line, read alone, has as many cells as the
first record and the record it stands in has not, the record ends before that line and is marked `cut`.

Source: RFC 4180 (October 2005). Not covered: lines that end with a lone `\\r` (they stay inside a cell); a line
longer than `lines.MAX_LINE_BYTES` comes in pieces, each read as a line.

Invariant: the byte ranges of the records touch and make up the whole file.
"""

from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from rempart.conversations.forms.lines import Line, read_lines

DELIMITERS = (",", ";", "\t", "|")
MAX_RECORD_BYTES = 4 << 20  # a record that grows larger is ended there and marked: memory stays flat
_MAX_WIDTH = 64  # wider tables are not searched for the line that ends an open quote: keeps hostile files linear


class Record(msgspec.Struct, frozen=True):
    """One record, header and blank lines included (a blank line is one empty cell).

    `number` counts from 1; `start` and `end` are bytes and take the line ends in; `repair` tells what was done to
    read the bytes; `cut`: a quote was opened and not closed, the last cell is what there is of it.
    """

    number: int
    cells: tuple[str, ...]
    start: int
    end: int
    repair: str | None = None
    cut: bool = False

    @property
    def is_blank(self) -> bool:
        """True for a line that holds nothing."""
        return self.cells == ("",)


def read_records(file: BinaryIO, delimiter: str) -> Iterator[Record]:
    """Every record of the file in order; memory is bounded by `MAX_RECORD_BYTES`."""
    lines = _Lines(file)
    number, width = 0, 0
    while (first := lines.take()) is not None:
        held, row = _gather(first, lines, delimiter, width)
        number += 1
        width = width or (len(row.cells) if len(row.cells) > 1 else 0)
        repair = next((line.repair for line in held if line.repair), None)
        yield Record(number, tuple(row.cells), held[0].start, held[-1].end, repair, row.cut)


def sniff_delimiter(text: str) -> str:
    """The delimiter that gives the first record of `text` the most cells; `,` when none gives two."""
    best, most = DELIMITERS[0], 1
    for delimiter in DELIMITERS:
        row = _Row(delimiter)
        for line in text.split("\n"):
            row.add(line)
            if not row.is_open:
                break
        if len(row.cells) > most:
            best, most = delimiter, len(row.cells)
    return best


def _gather(first: Line, lines: "_Lines", delimiter: str, width: int) -> tuple[list[Line], "_Row"]:
    """The lines of the record that begins with `first`, and its cells; gives back lines that are not of it."""
    row, held = _row_of([first], delimiter), [first]
    resume = 0  # place in `held` of the first line that could be a record of its own
    while row.is_open and held[-1].end - first.start < MAX_RECORD_BYTES:
        line = lines.take()
        if line is None:
            break
        if not resume and 1 < width <= _MAX_WIDTH and _is_record(line, delimiter, width):
            resume = len(held)
        held.append(line)
        row.add(line.text)
        if resume and len(row.cells) > width:
            break
    if resume and (row.is_open or len(row.cells) != width):
        lines.give_back(held[resume:])
        held = held[:resume]
        row = _row_of(held, delimiter)
    row.close()
    return held, row


def _is_record(line: Line, delimiter: str, width: int) -> bool:
    row = _row_of([line], delimiter)
    return not row.is_open and len(row.cells) == width


def _row_of(lines: list[Line], delimiter: str) -> "_Row":
    row = _Row(delimiter)
    for line in lines:
        row.add(line.text)
    return row


class _Lines:
    """The lines of the file, with room for those that were looked at too early."""

    def __init__(self, file: BinaryIO) -> None:
        self._lines = read_lines(file)
        self._back: deque[Line] = deque()

    def take(self) -> Line | None:
        return self._back.popleft() if self._back else next(self._lines, None)

    def give_back(self, lines: list[Line]) -> None:
        self._back.extendleft(reversed(lines))


class _Row:
    """The cells of one record while its lines arrive."""

    def __init__(self, delimiter: str) -> None:
        self.cells: list[str] = []
        self.cut = False
        self._delimiter = delimiter
        self._open: list[str] | None = None  # pieces of the quoted cell that is not closed yet

    @property
    def is_open(self) -> bool:
        return self._open is not None

    def add(self, text: str) -> None:
        """Takes in the next line; the record is whole when `is_open` is false after it."""
        at = 0
        if self._open is not None:
            self._open.append("\n")
            at = self._quoted(text, 0)
        elif '"' not in text:
            self.cells.extend(text.split(self._delimiter))
            return
        while 0 <= at <= len(text):
            if text.startswith('"', at):
                self._open = []
                at = self._quoted(text, at + 1)
            else:
                end = _place(text, self._delimiter, at)
                self.cells.append(text[at:end])
                at = end + 1

    def close(self) -> None:
        """Ends the record where it stands."""
        if self._open is not None:
            self.cells.append("".join(self._open))
            self._open, self.cut = None, True

    def _quoted(self, text: str, at: int) -> int:
        """Reads on in a quoted cell; place behind the delimiter that ends it, -1 when the line ends first."""
        pieces = self._open if self._open is not None else []
        while (quote := text.find('"', at)) >= 0:
            pieces.append(text[at:quote])
            if not text.startswith('"', quote + 1):
                end = _place(text, self._delimiter, quote)
                self.cells.append("".join(pieces) + text[quote + 1 : end])
                self._open = None
                return end + 1
            pieces.append('"')
            at = quote + 2
        pieces.append(text[at:])
        return -1


def _place(text: str, delimiter: str, at: int) -> int:
    """Place of the next delimiter, the end of the line when there is none."""
    found = text.find(delimiter, at)
    return found if found >= 0 else len(text)
