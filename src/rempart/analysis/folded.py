"""The words of a chunk as a search sees them: folded once, when the analysis is made, so that looking for words only compares.

Finds what `finding.search_chunk` finds in the same rows.
"""

from collections.abc import Iterator, Sequence

import msgspec

from rempart.analysis.finding import fold_plain
from rempart.analysis.outline import Row

_END = "\n"  # of a line; no folded text holds it


class _Folded(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Lines of folded words, and the position of the message of each."""

    positions: tuple[int, ...]
    lines: str


_DECODER = msgspec.msgpack.Decoder(_Folded)


def fold_rows(rows: Sequence[Row]) -> bytes:
    """The texts of the rows and the names of their media, folded; to be sealed."""
    told = [(row.position, fold_plain(text)) for row in rows for text in _texts(row)]
    folded = _Folded(positions=tuple(position for position, _ in told), lines=_END.join(line for _, line in told))
    return msgspec.msgpack.encode(folded)


def find_folded(raw: bytes, needle: str) -> list[int]:
    """Positions of the messages that hold the needle, in order; none for an empty needle.

    Raises: msgspec.ValidationError when the bytes are not those of `fold_rows`.
    """
    wanted, folded = fold_plain(needle.strip()), _DECODER.decode(raw)
    return list(dict.fromkeys(folded.positions[line] for line in _lines(folded.lines, wanted))) if wanted else []


def _lines(lines: str, wanted: str) -> Iterator[int]:
    """Numbers of the lines that hold the word."""
    line = start = 0
    at = lines.find(wanted)
    while at >= 0:
        line += lines.count(_END, start, at)
        yield line
        start = lines.find(_END, at)
        at = lines.find(wanted, start) if start >= 0 else -1


def _texts(row: Row) -> Iterator[str]:
    if row.text:
        yield row.text
    yield from (medium.name for medium in row.media if medium.name)
