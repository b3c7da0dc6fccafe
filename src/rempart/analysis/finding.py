"""Finds words in the rows of a conversation, whatever the case and the accents."""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rempart.analysis.outline import Row

# Letters that no decomposition makes plain, and apostrophes, dashes and spaces that are typed in several ways.
_PLAIN = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "’": "'", "‘": "'", "ʼ": "'", "`": "'",
                        "–": "-", "—": "-", "‑": "-", "\n": " ", "\t": " ", "\r": " "})  # fmt: skip


def fold_plain(text: str) -> str:
    """The text without case, accents and other ways of typing the same letter."""
    if text.isascii():
        return text.lower().translate(_PLAIN)
    return "".join(map(_fold_letter, text))


def search_chunk(chunk: Sequence[Row], needle: str) -> list[int]:
    """Positions of the messages whose text, or the name of whose media, holds the needle; none for an empty needle."""
    wanted = fold_plain(needle.strip())
    if not wanted:
        return []
    return [row.position for row in chunk if any(wanted in fold_plain(text) for text in _texts(row))]


def spans_of(text: str, needle: str) -> list[tuple[int, int]]:
    """Where the needle stands in the text: ranges [start, end) of its letters, in order, not overlapping."""
    wanted = fold_plain(needle.strip())
    folded = list(map(_fold_letter, text))
    letters = [index for index, letter in enumerate(folded) for _ in letter]
    plain, spans = "".join(folded), list[tuple[int, int]]()
    at = plain.find(wanted) if wanted else -1
    while at >= 0:
        spans.append((letters[at], letters[at + len(wanted) - 1] + 1))
        at = plain.find(wanted, at + len(wanted))
    return spans


def _texts(row: Row) -> Iterator[str]:
    yield row.text
    for medium in row.media:
        if medium.name:
            yield medium.name


@lru_cache(maxsize=1 << 14)
def _fold_letter(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", letter.casefold().translate(_PLAIN))
    return "".join(part for part in plain if not unicodedata.combining(part)).translate(_PLAIN)
