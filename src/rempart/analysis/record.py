"""What every record of `analysis.json` is, and the two that stand in all its sections: what was not looked at, and messages.

A message is named `sha256:<12 hex digits of its exhibit>/row:<its row>`; with both, tables/messages.parquet leads to the sealed bytes.
"""

from collections.abc import Iterable

import msgspec

MessageRef = tuple[str, int]  # (exhibit_sha256, row), as the tables have them


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every record of the document."""


class Unexamined(Document, frozen=True, kw_only=True):
    """Something that was not looked at, and why."""

    what: str
    reason: str


class Messages(Document, frozen=True, kw_only=True):
    """Messages behind a number: how many there are, and the first of them by name; the tables hold them all."""

    total: int
    first: tuple[str, ...]


def name_messages(refs: Iterable[MessageRef], *, most: int) -> Messages:
    """These messages in their order, the first `most` of them by name."""
    known = tuple(refs)
    return Messages(total=len(known), first=tuple(f"sha256:{exhibit[:12]}/row:{row}" for exhibit, row in known[:most]))
