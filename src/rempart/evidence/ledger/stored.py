"""A log on disk as readers see it: its head, entries and proofs, from the layout of tlog-tiles.

Nothing is trusted but the checkpoint: opening recomputes the root from the right edge of the tiles. Whoever needs every
byte judged calls `verify`.
Source: C2SP tlog-tiles, commit 0ad71eb. Tier: source-verified.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from rempart.errors import BadInput, Damaged
from rempart.evidence.ledger import files, merkle
from rempart.evidence.ledger.checkpoints import Checkpoint, Signed, open_checkpoint, read_checkpoint
from rempart.evidence.ledger.layout import (
    CHECKPOINT,
    ENTRIES,
    MOST_BUNDLE_BYTES,
    TILE_BYTES,
    TILE_WIDTH,
    BrokenBundle,
    Tile,
    levels_of,
    pack_entries,
    parse_path,
    split_bundle,
    width_of,
)
from rempart.evidence.ledger.merkle import HASH_BYTES, Frontier
from rempart.evidence.ledger.notes import MOST_NOTE_BYTES, Vkey

_KEPT_TILES = 64  # tiles held for the next proof: half a megabyte
_TRIES = 3  # a writer may put a wider tile in the place of the one that is looked for


class BrokenLog(Damaged):
    """The files of the log contradict its checkpoint or each other."""


class NoSuchEntry(BadInput):
    """The log has no such entry or size."""


class StoredLog:
    """A log, open at the checkpoint on disk, or empty where there is none.

    With `vkey`, a checkpoint that this key did not sign is refused. Raises: BrokenLog, WrongSignature, NotKept.
    """

    def __init__(self, folder: Path, *, vkey: Vkey | None = None) -> None:
        self.folder, self._vkey = folder, vkey
        self._load()

    def _load(self) -> None:
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._edges: dict[int, bytearray] = {}
        self.signed: Signed | None = self._read_checkpoint()
        self.size = self.signed.checkpoint.size if self.signed else 0
        self._edges = {level: bytearray(self._edge(level)) for level in (ENTRIES, *levels_of(self.size))}
        if self.signed and self.root != self.signed.checkpoint.root:
            raise _broken(CHECKPOINT)
        if b"".join(map(merkle.leaf_hash, split_bundle(bytes(self._edges[ENTRIES])))) != self._edges.get(0, b""):
            raise _broken(Tile(level=ENTRIES, number=self.size // TILE_WIDTH, width=self.size % TILE_WIDTH).path)

    def _read_checkpoint(self) -> Signed | None:
        try:
            note = files.read_file(self.folder / CHECKPOINT, most_bytes=MOST_NOTE_BYTES)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise files.unreadable(CHECKPOINT, error) from error
        return self._opened(note)

    def _opened(self, note: bytes) -> Signed:
        try:
            return open_checkpoint(note, vkey=self._vkey) if self._vkey else read_checkpoint(note)
        except BadInput as error:
            raise _broken(CHECKPOINT) from error

    def _edge(self, level: int) -> bytes:
        """The bytes of the partial tile or bundle at the right end of a level; empty when the level ends full."""
        number = (self.size >> 8 * max(level, 0)) // TILE_WIDTH
        width = width_of(level, number, size=self.size)
        if not width:
            return b""
        if level == ENTRIES:
            return pack_entries(self._bundle(number, width=width))
        return self._tile(level, number, width=width)

    # -- the tree ---------------------------------------------------------------------------------------

    @property
    def frontier(self) -> Frontier:
        """The peaks of the tree."""
        edges = [bytes(self._edges[level]) for level in reversed(levels_of(self.size))]
        return Frontier(size=self.size, peaks=tuple(peak for edge in edges for peak in merkle.peaks(edge)))

    @property
    def root(self) -> bytes:
        """The root of the tree."""
        return self.frontier.root

    def head(self, origin: str) -> Checkpoint:
        """The checkpoint that says what the log holds now."""
        return Checkpoint(origin=origin, size=self.size, root=self.root)

    def root_at(self, size: int) -> bytes:
        """The root that the log had at an earlier size. Raises: NoSuchEntry, BrokenLog, NotKept."""
        _require(0 <= size <= self.size)
        return merkle.prefix_root(size, node=self.node)

    def inclusion(self, index: int, *, size: int | None = None) -> tuple[bytes, ...]:
        """The proof that entry `index` is in the log of `size`, by default of its present size.

        Raises: NoSuchEntry, BrokenLog, NotKept.
        """
        size = self.size if size is None else size
        _require(0 <= index < size <= self.size)
        return merkle.inclusion_proof(index, size=size, node=self.node)

    def consistency(self, old_size: int, *, size: int | None = None) -> tuple[bytes, ...]:
        """The proof that the log of `size` begins with the log of `old_size`.

        Raises: NoSuchEntry, BrokenLog, NotKept.
        """
        size = self.size if size is None else size
        _require(0 <= old_size <= size <= self.size)
        return merkle.consistency_proof(old_size, size=size, node=self.node)

    def node(self, height: int, number: int) -> bytes:
        """The root of the complete subtree of 2**height leaves from leaf number * 2**height."""
        level, up = divmod(height, 8)
        tile, at = divmod(number << up, TILE_WIDTH)
        hashes = self._tile(level, tile, width=at + (1 << up))
        return merkle.subtree(hashes[at * HASH_BYTES :])

    def entry(self, index: int) -> bytes:
        """The entry at a place, from 0. Raises: NoSuchEntry, BrokenLog, NotKept."""
        return next(self.entries(index, index + 1))

    def entries(self, start: int, end: int) -> Iterator[bytes]:
        """The entries [start, end), in order. Raises: NoSuchEntry, BrokenLog, NotKept."""
        _require(0 <= start <= end <= self.size)
        for number in range(start // TILE_WIDTH, -(-end // TILE_WIDTH)):
            first = number * TILE_WIDTH
            bundle = self._bundle(number, width=min(TILE_WIDTH, end - first))
            yield from bundle[max(start - first, 0) :]

    # -- files ------------------------------------------------------------------------------------------

    def resource(self, untrusted_path: str) -> bytes | None:
        """The bytes that a server answers with for a path of the specification; None where the log has none.

        Partial tiles of every size up to the checkpoint's are given; on disk only the widest stands.
        """
        if not self.signed:
            return None
        if untrusted_path == CHECKPOINT:
            return self.signed.note.data
        tile = parse_path(untrusted_path)
        if not tile or tile.width > width_of(tile.level, tile.number, size=self.signed.checkpoint.size):
            return None
        if tile.level == ENTRIES:
            return pack_entries(self._bundle(tile.number, width=tile.width))
        return self._tile(tile.level, tile.number, width=tile.width)

    def _tile(self, level: int, number: int, *, width: int) -> bytes:
        """The first `width` hashes of a tile."""
        wanted = width * HASH_BYTES
        edge = self._edges.get(level, b"")
        if number == (self.size >> 8 * level) // TILE_WIDTH and len(edge) >= wanted:
            return bytes(edge[:wanted])
        hashes = self._tiles.get((level, number), b"")
        if len(hashes) < wanted:
            hashes = self._read(Tile(level=level, number=number, width=width))
            if len(self._tiles) >= _KEPT_TILES:
                self._tiles.clear()
            self._tiles[level, number] = hashes
        if len(hashes) < wanted:
            raise _broken(Tile(level=level, number=number, width=width).path)
        return hashes[:wanted]

    def _bundle(self, number: int, *, width: int) -> list[bytes]:
        """The first `width` entries of a bundle."""
        tile = Tile(level=ENTRIES, number=number, width=width)
        try:
            entries = split_bundle(self._read(tile))
        except BrokenBundle as error:
            raise _broken(tile.path) from error
        if len(entries) < width:
            raise _broken(tile.path)
        return entries[:width]

    def _read(self, tile: Tile) -> bytes:
        """The bytes of a tile, or of a wider one at its place."""
        most = MOST_BUNDLE_BYTES if tile.level == ENTRIES else TILE_BYTES
        for _ in range(_TRIES):
            for found in self._candidates(tile):
                try:
                    return files.read_file(self.folder / found.path, most_bytes=most)
                except (FileNotFoundError, NotADirectoryError):
                    continue
                except OSError as error:
                    raise files.unreadable(found.path, error) from error
        raise _broken(tile.path)

    def _candidates(self, tile: Tile) -> Iterator[Tile]:
        """The tile, the full tile at its place, and the wider partial ones, the widest first."""
        yield tile
        full = Tile(level=tile.level, number=tile.number)
        yield full
        for width in reversed(self._widths(full)):
            if width > tile.width:
                yield Tile(level=tile.level, number=tile.number, width=width)

    def _widths(self, full: Tile) -> list[int]:
        """The widths of the partial tiles on disk at the place of a full one, in order."""
        try:
            found = os.listdir(self.folder / f"{full.path}.p")  # noqa: PTH208 - names alone
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise files.unreadable(full.path, error) from error
        tiles = (parse_path(f"{full.path}.p/{name}") for name in found)
        return sorted(tile.width for tile in tiles if tile)


def _require(possible: bool) -> None:
    if not possible:
        raise NoSuchEntry("The ledger has no such entry, or was never of that size.")


def _broken(place: str) -> BrokenLog:
    return BrokenLog(
        "The ledger is damaged at {place}; nothing was changed. `rempart verify` says what is intact.", place=place
    )
