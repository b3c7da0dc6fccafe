"""The tree of a log judged against a signed root: every entry hashed, every tile recomputed, what differs located.

Each tile is known twice: as it is stored, and as the level below (for level 0, the entries) makes it. Where both agree
nothing is kept. Where they differ, the hash stored in the tile above decides which is right; at the right edge, where
nothing is above, the signed root decides. So one change anywhere is found and named.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from rempart.errors import reason_of
from rempart.evidence.ledger import merkle
from rempart.evidence.ledger.bundles import BundleHashes, Stray, compare_entries, hash_bundle, name_moved
from rempart.evidence.ledger.faults import Code, Fault, fault
from rempart.evidence.ledger.files import Source
from rempart.evidence.ledger.layout import (
    CHECKPOINT,
    ENTRIES,
    MOST_BUNDLE_BYTES,
    TILE_BYTES,
    TILE_WIDTH,
    Tile,
    levels_of,
    width_of,
)
from rempart.evidence.ledger.merkle import HASH_BYTES

Places = Mapping[tuple[int, int], Sequence[int]]  # (level, number) -> widths of the files there, in order


@dataclass(slots=True, kw_only=True)
class _Doubt:
    """A tile on which its two forms differ. made: None when the level below is incomplete. right: None: unknown."""

    tile: Tile
    made: bytes | None
    stored: bytes | None
    bundle: BundleHashes | None
    right: bytes | None = None

    @property
    def candidates(self) -> list[bytes]:
        """The forms that could be right."""
        forms = [self.made, self.stored]
        return [form for form in forms if form is not None and len(form) == self.tile.width * HASH_BYTES]


class TreeAudit:
    """Judges the entries and tiles of a log of `size` entries; what it says is in `faults` after `judge`."""

    def __init__(self, source: Source, *, size: int, places: Places) -> None:
        self._source, self._size, self._places = source, size, places
        self._doubts: dict[tuple[int, int], _Doubt] = {}
        self._edges: dict[int, bytes | None] = {}
        self._last: dict[int, tuple[int, bytes | None]] = {}  # the tile read last of each level
        self._files: list[Fault] = []
        self._said: set[Fault] = set()
        self._strays: list[Stray] = []
        self.is_signed = False

    @property
    def faults(self) -> list[Fault]:
        """What is wrong, files first."""
        return [*self._files, *name_moved(self._strays)]

    def judge(self, root: bytes) -> None:
        """Reads everything and compares it with the signed root."""
        roots: list[bytes | None] = []
        for level in levels_of(self._size):
            roots = self._judge_level(level, roots)
        self._settle(root)
        for doubt in self._doubts.values():
            self._tell(doubt)
        for (level, number), widths in self._places.items():
            width = width_of(level, number, size=self._size)
            for narrower in widths:
                if narrower < width:
                    self._judge_partial(Tile(level=level, number=number, width=narrower))

    def node(self, height: int, number: int) -> bytes | None:
        """The root of the complete subtree of 2**height leaves from leaf number * 2**height; None: not known."""
        level, up = divmod(height, 8)
        tile, at = divmod(number << up, TILE_WIDTH)
        hashes = self._right(level, tile)
        wanted = hashes[at * HASH_BYTES : (at + (1 << up)) * HASH_BYTES] if hashes else b""
        return merkle.subtree(wanted) if len(wanted) == HASH_BYTES << up else None

    # -- level by level ---------------------------------------------------------------------------------

    def _judge_level(self, level: int, below: list[bytes | None]) -> list[bytes | None]:
        """The roots of the full tiles of a level; None where neither form is there."""
        roots: list[bytes | None] = []
        held = self._size >> 8 * level
        for number in range(-(-held // TILE_WIDTH)):
            width = width_of(level, number, size=self._size)
            tile = Tile(level=level, number=number, width=width)
            stored = self._stored(level, number)
            bundle = self._bundle(tile) if level == 0 else None
            if level == 0:
                made = bundle.hashes if bundle and bundle.is_whole and bundle.count == width else None
            else:
                made = _join(below[number * TILE_WIDTH : number * TILE_WIDTH + width], stored)
            agreed = made is not None and made == stored
            right = made if agreed else self._doubt(_Doubt(tile=tile, made=made, stored=stored, bundle=bundle))
            if tile.is_full:
                roots.append(merkle.subtree(right) if right else self._parent(tile))
            else:
                self._edges[level] = right
        return roots

    def _doubt(self, doubt: _Doubt) -> bytes | None:
        """Keeps a tile whose forms differ, and the form that fits the tile above; at the edge `_settle` decides."""
        forms, tile = doubt.candidates, doubt.tile
        doubt.right = forms[0] if forms else None
        if tile.is_full and forms:
            parent = self._parent(tile)
            doubt.right = next((form for form in forms if merkle.subtree(form) == parent), forms[0])
        self._doubts[tile.level, tile.number] = doubt
        return doubt.right

    def _parent(self, tile: Tile) -> bytes | None:
        """What the tile above says of a full tile."""
        number, at = divmod(tile.number, TILE_WIDTH)
        above = self._stored(tile.level + 1, number) or b""
        told = above[at * HASH_BYTES : (at + 1) * HASH_BYTES]
        return told if len(told) == HASH_BYTES else None

    def _settle(self, root: bytes) -> None:
        """Chooses the forms of the right edge that lead to the signed root."""
        levels = sorted(self._edges, reverse=True)
        doubts = [self._doubts.get((level, (self._size >> 8 * level) // TILE_WIDTH)) for level in levels]
        forms = [
            doubt.candidates if doubt else [self._edges[level] or b""]
            for level, doubt in zip(levels, doubts, strict=True)
        ]
        for chosen in product(*forms):
            if merkle.fold([peak for edge in chosen for peak in merkle.peaks(edge)]) == root:
                self.is_signed = True
                for doubt, form in zip(doubts, chosen, strict=True):
                    if doubt:
                        doubt.right = form
                return
        if all(forms):
            self._files.append(fault(Code.ROOT_WRONG, CHECKPOINT))

    # -- saying what is wrong ---------------------------------------------------------------------------

    def _tell(self, doubt: _Doubt) -> None:
        tile, right = doubt.tile, doubt.right
        expected = tile.width * HASH_BYTES
        if doubt.stored is not None and len(doubt.stored) != expected:
            self._files.append(fault(Code.TILE_SIZE, tile.path, found=len(doubt.stored), expected=expected))
        elif doubt.stored is not None and right is not None and doubt.stored != right:
            wrong = list(_differing(doubt.stored, right))
            self._files.append(fault(Code.TILE_ALTERED, tile.path, count=len(wrong), position=wrong[0]))
        if doubt.bundle and doubt.made != right:
            bundle = Tile(level=ENTRIES, number=tile.number, width=tile.width)
            self._strays += compare_entries(doubt.bundle, right=right or b"", tile=bundle)
        elif not doubt.bundle and doubt.made is not None and right is not None:
            self._files += self._subtrees(tile, doubt.made, right)

    @staticmethod
    def _subtrees(tile: Tile, made: bytes, right: bytes) -> Iterator[Fault]:
        for at in _differing(made, right):
            child = Tile(level=tile.level - 1, number=tile.number * TILE_WIDTH + at)
            yield fault(Code.SUBTREE_WRONG, child.path, entry=child.first_entry)

    def _judge_partial(self, tile: Tile) -> None:
        """Compares a partial tile that was left behind with the wider one that replaced it."""
        right = self._right(max(tile.level, 0), tile.number)
        data = self._read(tile)
        if data is None or right is None:
            return
        if tile.level == ENTRIES:
            bundle = hash_bundle(data)
            data = bundle.hashes if bundle.is_whole else b""
        if data != right[: tile.width * HASH_BYTES]:
            self._files.append(fault(Code.PARTIAL_ALTERED, tile.path))

    # -- files ------------------------------------------------------------------------------------------

    def _right(self, level: int, number: int) -> bytes | None:
        doubt = self._doubts.get((level, number))
        return doubt.right if doubt else self._stored(level, number)

    def _stored(self, level: int, number: int) -> bytes | None:
        """The hashes of a tile as they are stored, of any length; None when there is none."""
        last = self._last.get(level)
        if not last or last[0] != number:
            last = self._last[level] = number, self._at_place(level, number)
        return last[1]

    def _bundle(self, tile: Tile) -> BundleHashes | None:
        data = self._at_place(ENTRIES, tile.number)
        return None if data is None else hash_bundle(data)

    def _at_place(self, level: int, number: int) -> bytes | None:
        """The file of the width that belongs there, or the beginning of a wider one."""
        width = width_of(level, number, size=self._size)
        found = next((one for one in self._places.get((level, number), ()) if one >= width), None)
        if found is None:
            path = Tile(level=level, number=number, width=width).path
            self._once(fault(Code.FILE_MISSING, path))
            return None
        data = self._read(Tile(level=level, number=number, width=found))
        if data is None or found == width:
            return data
        return _beginning(data, width) if level == ENTRIES else data[: width * HASH_BYTES]

    def _read(self, tile: Tile) -> bytes | None:
        most = MOST_BUNDLE_BYTES if tile.level == ENTRIES else TILE_BYTES
        try:
            return self._source.read(tile.path, most_bytes=most + 1)
        except OSError as error:
            self._once(fault(Code.FILE_UNREADABLE, tile.path, reason=reason_of(error)))
            return None

    def _once(self, one: Fault) -> None:
        """A file may be looked at again, for the tile below it."""
        if one not in self._said:
            self._said.add(one)
            self._files.append(one)


def _join(roots: Sequence[bytes | None], stored: bytes | None) -> bytes | None:
    """The tile that the level below makes; where that level has a hole the stored hash stands in."""
    if None not in roots:
        return b"".join(root for root in roots if root)
    if stored is None or len(stored) != len(roots) * HASH_BYTES:
        return None
    return b"".join(root or stored[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at, root in enumerate(roots))


def _differing(one: bytes, other: bytes) -> Iterator[int]:
    """The positions at which two tiles of one width hold different hashes."""
    for at in range(len(one) // HASH_BYTES):
        place = slice(at * HASH_BYTES, (at + 1) * HASH_BYTES)
        if one[place] != other[place]:
            yield at


def _beginning(bundle: bytes, width: int) -> bytes:
    """The first `width` entries of a bundle."""
    at = 0
    for _ in range(width):
        at += 2 + int.from_bytes(bundle[at : at + 2], "big")
    return bundle[:at]
