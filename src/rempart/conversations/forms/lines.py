"""Streams the lines of a text file with their byte ranges, whatever its encoding.

The ladder: byte order mark (UTF-8, UTF-16), else UTF-8 line by line, and a line that is not UTF-8 is read
as Windows-1252 and marked as repaired. Lines end at \\n, \\r\\n or a lone \\r is kept inside the line.
"""

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

_WINDOW_BYTES = 1 << 20
MAX_LINE_BYTES = 1 << 20  # a longer line is given in pieces: no chat line is, and memory stays flat


class Line(msgspec.Struct, frozen=True):
    """One line without its ending; `start` and `end` are bytes and take the ending in; `number` counts from 1.

    `ended`: a line feed ends it; False where the file ends first, or the limit.
    """

    number: int
    text: str
    start: int
    end: int
    repair: str | None = None
    ended: bool = True


def read_lines(file: BinaryIO) -> Iterator[Line]:
    """Every line of the file in order; their byte ranges touch and make up the whole file."""
    head = file.read(3)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16-le" if head[:2] == b"\xff\xfe" else "utf-16-be"
        yield from _split(file, head[2:], encoding=encoding, start=2)
    elif head == b"\xef\xbb\xbf":
        yield from _split(file, b"", encoding="utf-8", start=3)
    else:
        yield from _split(file, head, encoding="utf-8", start=0)


def _split(file: BinaryIO, rest: bytes, *, encoding: str, start: int) -> Iterator[Line]:
    newline = {"utf-16-le": b"\n\x00", "utf-16-be": b"\x00\n"}.get(encoding, b"\n")
    number, at, offset = 0, 0, 0 if start == 0 else start
    begin = 0  # the byte order mark belongs to the first line
    while True:
        chunk = file.read(_WINDOW_BYTES)
        rest, at = rest[at:] + chunk, 0
        while (cut := _ending(rest, at, newline)) is not None or len(rest) - at > MAX_LINE_BYTES + 1:
            if cut is None or cut - at > MAX_LINE_BYTES:
                cut = _before_letter(rest, at + MAX_LINE_BYTES, encoding)
            number += 1
            yield _line(number, rest[at:cut], begin, offset + cut - at, encoding)
            offset += cut - at
            begin, at = offset, cut
        if not chunk:
            break
    if rest[at:] or begin != offset:
        yield _line(number + 1, rest[at:], begin, offset + len(rest) - at, encoding)


def _ending(data: bytes, at: int, newline: bytes) -> int | None:
    """Place behind the next newline, aligned to the width of the encoding; None: none left."""
    width = len(newline)
    while (found := data.find(newline, at)) >= 0:
        if (found - at) % width == 0:
            return found + width
        at = found + 1 if width == 1 else found + 1 - ((found + 1 - at) % width) + width
    return None


def _before_letter(data: bytes, cut: int, encoding: str) -> int:
    """The place at most three bytes before `cut` that divides no letter."""
    if encoding == "utf-8":
        return next((place for place in range(cut, cut - 4, -1) if data[place] & 0xC0 != 0x80), cut)
    cut -= cut % 2
    high = data[cut + 1] if encoding == "utf-16-le" else data[cut]
    return cut - 2 if high & 0xFC == 0xDC else cut  # the second half of a letter that UTF-16 writes in two


def _line(number: int, raw: bytes, start: int, end: int, encoding: str) -> Line:
    repair = None
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        repair = "encoding: windows-1252" if encoding == "utf-8" else f"encoding: damaged {encoding}"
        text = raw.decode("cp1252" if encoding == "utf-8" else encoding, "replace")
    return Line(number, text.removesuffix("\n").removesuffix("\r"), start, end, repair, text.endswith("\n"))
