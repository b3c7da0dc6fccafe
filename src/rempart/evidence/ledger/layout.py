"""Where a log keeps what: tiles of 256 hashes, bundles of 256 entries, and their paths.

Level 0 holds leaf hashes, level n + 1 the roots of the full tiles of level n; bundles stand beside level 0. The last
tile of a level may be partial: its path says its width.
Source: C2SP tlog-tiles (c2sp.org/tlog-tiles), commit 0ad71eb. Tier: source-verified; the paths of the specification
and of Go's sumdb/tlog are in the tests.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rempart.errors import BadInput, Damaged
from rempart.evidence.ledger.merkle import HASH_BYTES

TILE_WIDTH = 256
TILE_BYTES = TILE_WIDTH * HASH_BYTES
MOST_ENTRY_BYTES = 0xFFFF  # its length is told in two bytes
MOST_BUNDLE_BYTES = TILE_WIDTH * (2 + MOST_ENTRY_BYTES)
ENTRIES = -1  # the level of bundles
CHECKPOINT = "checkpoint"
_PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([0-9]{1,3}))?", re.ASCII)


class EntryTooLarge(BadInput):
    """An entry is longer than the format of the log can tell."""


class BrokenBundle(Damaged):
    """The bytes are not a sequence of entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One tile or bundle: level (ENTRIES for a bundle), number within the level from 0, width 1..256."""

    level: int
    number: int
    width: int = TILE_WIDTH

    @property
    def is_full(self) -> bool:
        """True for a tile that will never change."""
        return self.width == TILE_WIDTH

    @property
    def path(self) -> str:
        """The path below the log's folder, with `/` on every system."""
        parts, rest = [f"{self.number % 1000:03}"], self.number // 1000
        while rest:
            parts.append(f"x{rest % 1000:03}")
            rest //= 1000
        level = "entries" if self.level == ENTRIES else self.level
        return f"tile/{level}/{'/'.join(reversed(parts))}{'' if self.is_full else f'.p/{self.width}'}"

    @property
    def first_entry(self) -> int:
        """The number of the first leaf below this tile."""
        return self.number << 8 * (max(self.level, 0) + 1)


def parse_path(untrusted_path: str) -> Tile | None:
    """The tile at a path; None for a path that no tile has."""
    found = _PATH.fullmatch(untrusted_path)
    if not found:
        return None
    level = ENTRIES if found[1] == "entries" else int(found[1])
    tile = Tile(
        level=level,
        number=int(found[2].replace("x", "").replace("/", "")),
        width=int(found[3]) if found[3] else TILE_WIDTH,
    )
    if level > 63 or not tile.width or (found[3] and tile.width > 255):
        return None
    return tile if tile.path == untrusted_path else None  # one tile has one path: no leading zeroes


def width_of(level: int, number: int, *, size: int) -> int:
    """How many hashes (or entries) of this tile a log of `size` leaves has; 0 for none."""
    held = size >> 8 * max(level, 0)
    return max(0, min(TILE_WIDTH, held - number * TILE_WIDTH))


def levels_of(size: int) -> range:
    """The levels of hashes that a log of `size` leaves has."""
    return range((size.bit_length() + 7) // 8)


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile and bundle of a log of `size` leaves: bundles first, then the levels from below."""
    for level in (ENTRIES, *levels_of(size)):
        held = size >> 8 * max(level, 0)
        for number in range(-(-held // TILE_WIDTH)):
            yield Tile(level=level, number=number, width=width_of(level, number, size=size))


def pack_entries(entries: Sequence[bytes]) -> bytes:
    """The entries as a bundle holds them, or as they are appended to one. Raises: EntryTooLarge."""
    for entry in entries:
        if len(entry) > MOST_ENTRY_BYTES:
            raise EntryTooLarge(
                "An entry of the ledger has {size:,} bytes, more than {most:,}; nothing was written.",
                size=len(entry),
                most=MOST_ENTRY_BYTES,
            )
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def split_bundle(untrusted_bundle: bytes) -> list[bytes]:
    """The entries of a bundle. Raises: BrokenBundle when its lengths do not lead to its end."""
    entries, at, end = [], 0, len(untrusted_bundle)
    while at + 2 <= end:
        stop = at + 2 + (untrusted_bundle[at] << 8 | untrusted_bundle[at + 1])
        entries.append(untrusted_bundle[at + 2 : stop])
        at = stop
    if at != end:
        raise BrokenBundle(
            "A bundle of entries of the ledger is broken; `rempart verify` says which entries are concerned."
        )
    return entries
