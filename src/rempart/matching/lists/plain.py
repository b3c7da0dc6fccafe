"""Lists of bare digests, one a line, as md5sum and its like write them too; what stands behind a digest is not kept.

32 digits are MD5, 40 SHA-1; 64 are SHA-256 or PDQ, which nothing tells apart: whoever adds the list says which.
Lines that begin with # and one heading are passed over. Tier: source-verified (coreutils).
"""

import re
from collections.abc import Iterator

from rempart.conversations.forms.lines import read_lines
from rempart.conversations.parts import Head, Part
from rempart.errors import BadInput
from rempart.matching.listing import DIGESTS
from rempart.matching.lists.form import BATCH_ROWS, Given, ListForm, RawBatch, Values, Yielded, in_part

_LINE = re.compile(r"\\?(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64})(?:\s.*)?")
_LOOKED_AT = 20
_BY_LENGTH = {32: "md5", 40: "sha1"}
_HEADING = re.compile(r"[A-Za-z][\w -]{0,30}")


class UnclearDigest(BadInput):
    """Digests of 64 digits may be of two kinds."""


def _recognises(head: Head) -> bool:
    if head.is_binary or head.json_kind:
        return False
    lines = [line.strip() for line in head.text.splitlines()[:_LOOKED_AT]]
    told = [line for line in lines if line and not line.startswith("#")]
    if told and _HEADING.fullmatch(told[0]) and not _LINE.fullmatch(told[0]):
        told = told[1:]
    whole = told if len(head.text.splitlines()) <= len(lines) else told[:-1]  # the head may end inside a line
    return (
        bool(told) and any(map(_LINE.fullmatch, told)) and sum(map(bool, map(_LINE.fullmatch, whole))) * 2 >= len(whole)
    )


def _read(given: Given) -> Iterator[Yielded]:
    for part in given.parts:
        yield from _batches(part, given.options.kind)


def _batches(part: Part, kind: str | None) -> Iterator[Yielded]:
    numbers: list[int] = []
    tokens: list[str] = []
    with part.open() as file:
        for line in read_lines(file):
            text = line.text.strip()
            if not text or text[0] == "#" or (not numbers and _is_heading(text)):
                continue
            numbers.append(line.number)
            tokens.append(text.split(None, 1)[0].lstrip("\\"))
            if len(numbers) >= BATCH_ROWS:
                yield _batch(part, numbers, tokens, kind)
                numbers, tokens = [], []
    if numbers:
        yield _batch(part, numbers, tokens, kind)


def _is_heading(text: str) -> bool:
    return bool(_HEADING.fullmatch(text)) and not _LINE.fullmatch(text)


def _batch(part: Part, numbers: list[int], tokens: list[str], kind: str | None) -> RawBatch:
    kinds = [_kind_of(token, kind) for token in tokens]
    columns: dict[str, Values] = {
        name: [token if found == name else None for token, found in zip(tokens, kinds, strict=True)]
        for name in set(kinds)
    }
    return RawBatch(numbers=numbers, place=in_part(part, "line {number}"), columns=columns)


def _kind_of(token: str, kind: str | None) -> str:
    """The kind of a digest; what has another length than any is taken for the kind told, where it is found to be none."""
    length = len(token)
    if length == 64 and kind not in {"sha256", "pdq"}:
        raise UnclearDigest("64 hexadecimal digits may be SHA-256 or PDQ: say which with --kind sha256 or --kind pdq.")
    if kind and DIGESTS[kind] == length:
        return kind
    return _BY_LENGTH.get(length, kind or "md5")


FORM = ListForm(
    name="plain",
    looked_for="bare digests, one a line: MD5, SHA-1, SHA-256 or PDQ",
    source="coreutils md5sum",
    recognises=_recognises,
    read=_read,
)
