"""Runs one reader over bytes in memory, and holds what it promises about them; for tests of many small files."""

import io
import tracemalloc
from collections.abc import Mapping

import msgspec

from rempart.conversations.parts import Bundle, Part
from rempart.conversations.reader import Reader
from rempart.conversations.rows import Message, Row, Structure, Unread


def part_of(data: bytes, name: str = "") -> Part:
    """A part with these bytes."""
    return Part(name=name, size_bytes=len(data), opener=lambda: io.BytesIO(data))


def read_rows(reader: Reader, data: bytes, *, name: str = "", beside: Mapping[str, bytes] | None = None) -> list[Row]:
    """The rows of the bytes, after asserting that slices rise and that every byte is accounted for."""
    part = part_of(data, name)
    others = [part_of(other, path) for path, other in (beside or {}).items()]
    rows = list(reader.read(part, Bundle([part, *others])))
    msgspec.json.encode(rows)  # a half letter (lone surrogate) would raise here, as it would in a table
    end = 0
    for row in rows:
        if isinstance(row, Message | Unread):
            assert row.byte_start >= end, "two rows share bytes"
            end = row.byte_end
    spans = [row for row in rows if isinstance(row, Message | Unread | Structure)]
    assert sum(row.byte_end - row.byte_start for row in spans) == len(data), "every byte is accounted for"
    return rows


def peak_bytes(reader: Reader, data: bytes) -> int:
    """The most memory that reading took, besides the bytes themselves; the rows are let go as they come."""
    part = part_of(data)
    bundle = Bundle([part])
    tracemalloc.start()
    for _ in reader.read(part, bundle):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def messages_of(rows: list[Row]) -> list[Message]:
    """The messages among the rows."""
    return [row for row in rows if isinstance(row, Message)]


def unread_of(rows: list[Row]) -> list[Unread]:
    """What was not read, among the rows."""
    return [row for row in rows if isinstance(row, Unread)]
