"""What reading gave: per part and per exhibit, with what became of every byte."""

from collections import Counter
from dataclasses import dataclass

from rempart.conversations.parts import Exhibit, Part
from rempart.conversations.rows import Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class PartReading:
    """One part and what became of its bytes: `bytes_by_class` sums to `size_bytes`. `reader` None: nobody's format."""

    name: str
    size_bytes: int
    reader: str | None
    messages: int
    bytes_by_class: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of one exhibit. `unread` are the rows of the unread table; `messages` takes service lines in."""

    exhibit: Exhibit
    parts: tuple[PartReading, ...]
    messages: int
    accounts: int
    conversations: int
    media: int
    unread: tuple[tuple[str, Unread], ...]

    @property
    def readers(self) -> tuple[str, ...]:
        """Names of the readers that recognised a part, sorted."""
        return tuple(sorted({part.reader for part in self.parts if part.reader}))

    @property
    def bytes_by_class(self) -> dict[str, int]:
        """Bytes per class over all parts, largest first."""
        total: Counter[str] = Counter()
        for part in self.parts:
            total.update(dict(part.bytes_by_class))
        return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))

    @property
    def unread_share(self) -> float:
        """Share of the bytes of all parts that could not be read, in [0, 1]."""
        total = sum(part.size_bytes for part in self.parts)
        return self.bytes_by_class.get("unread", 0) / total if total else 0.0

    @property
    def is_complete(self) -> bool:
        """True when no content may be lost."""
        return not any(row.loss for _, row in self.unread)


def part_reading(part: Part, reader: str | None, messages: int, classes: Counter[str]) -> PartReading:
    """The account of one part, its classes in alphabetical order."""
    counted = sorted(classes.items())
    return PartReading(
        name=part.name, size_bytes=part.size_bytes, reader=reader, messages=messages, bytes_by_class=tuple(counted)
    )
