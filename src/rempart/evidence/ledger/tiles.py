"""A log that grows on disk, in the layout of tlog-tiles: `checkpoint`, `tile/<level>/…`, `tile/entries/…`.

Invariant: the files of the size that `checkpoint` tells are whole and durable before `checkpoint` tells it. A crash at
any point leaves a log that opens at its last checkpoint; what was appended after it is appended again, and must be the
same then: an entry that was once written is never replaced by another.
Only the widest partial tile of a place is kept; narrower ones, which a server owes to those who hold an older
checkpoint, are its beginning, and `resource` gives them.
Source: C2SP tlog-tiles, commit 0ad71eb. Tier: source-verified.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rempart.errors import BadInput, Damaged
from rempart.evidence.ledger import files, merkle
from rempart.evidence.ledger.checkpoints import open_checkpoint, read_checkpoint
from rempart.evidence.ledger.files import INCOMING, Lock
from rempart.evidence.ledger.layout import (
    CHECKPOINT,
    ENTRIES,
    TILE_BYTES,
    TILE_WIDTH,
    Tile,
    levels_of,
    pack_entries,
    width_of,
)
from rempart.evidence.ledger.notes import Vkey
from rempart.evidence.ledger.stored import BrokenLog, NoSuchEntry, StoredLog

__all__ = ["BrokenLog", "Forked", "NoSuchEntry", "TileLog", "WrongHead"]


class Forked(Damaged):
    """Entries to append differ from entries that were already written at their place."""


class WrongHead(BadInput):
    """A checkpoint to publish is not the head of this log."""


class TileLog(StoredLog):
    """A log that one process may append to. The first `append` or `publish` takes the folder, until `close`.

    What the disk refused may be tried again. Raises: BrokenLog, WrongSignature, NotKept.
    """

    def __init__(self, folder: Path, *, vkey: Vkey | None = None) -> None:
        self._lock: Lock | None = None
        super().__init__(folder, vkey=vkey)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets another process append."""
        if self._lock:
            self._lock.close()
            self._lock = None

    @property
    def is_published(self) -> bool:
        """True when `checkpoint` tells all that was appended; False for an empty log without a checkpoint."""
        return self.signed is not None and self.signed.checkpoint.size == self.size

    def append(self, leaves: Sequence[bytes]) -> None:
        """Adds entries and makes them durable; `checkpoint` tells the old size until `publish`.

        Raises: EntryTooLarge; Forked when other entries were already written at these places; NotKept, Busy. In each
        case `checkpoint` and what it tells of are intact.
        """
        pack_entries(leaves)
        self._take()
        grown, edges, size = self._grow(leaves)
        self._refuse_fork(grown)
        files.write_files(self.folder, {tile.path: data for tile, data in grown.items()})
        self._edges, self.size = edges, size

    def publish(self, note: bytes) -> None:
        """Puts a note in the place of `checkpoint`; its size and root must be the log's.

        The same head may be published again, with more signatures.
        Raises: WrongHead, BadNote, BadCheckpoint, WrongSignature, NotKept, Busy.
        """
        signed = open_checkpoint(note, vkey=self._vkey) if self._vkey else read_checkpoint(note)
        self._take()
        if (signed.checkpoint.size, signed.checkpoint.root) != (self.size, self.root):
            raise WrongHead("This checkpoint is not the head of the ledger; nothing was changed.")
        files.write_files(self.folder, {CHECKPOINT: note})
        old_size = self.signed.checkpoint.size if self.signed else 0
        self.signed = signed
        files.remove_files(list(self._replaced(old_size)))

    def _take(self) -> None:
        """Takes the folder for this process, and reads it again: another may have written it since."""
        if not self._lock:
            self._lock = Lock(self.folder)
            self._load()
            incoming = self.folder / INCOMING
            files.remove_files(list(incoming.iterdir()) if incoming.is_dir() else [])
            files.remove_files(list(self._replaced(0)))

    def _grow(self, leaves: Sequence[bytes]) -> tuple[dict[Tile, bytes], dict[int, bytearray], int]:
        """(files to write, edges after it, size after it): full tiles in the order in which they fill, then partial ones."""
        edges = {level: bytearray(edge) for level, edge in self._edges.items()}
        grown: dict[Tile, bytes] = {}
        size, done = self.size, 0
        while done < len(leaves):
            taken = leaves[done : done + TILE_WIDTH - size % TILE_WIDTH]
            edges.setdefault(ENTRIES, bytearray()).extend(pack_entries(taken))
            edges.setdefault(0, bytearray()).extend(b"".join(map(merkle.leaf_hash, taken)))
            size, done = size + len(taken), done + len(taken)
            if not size % TILE_WIDTH:
                _close_tiles(edges, size, grown)
        for level, edge in edges.items():
            if edge and edge != self._edges.get(level):
                number = (size >> 8 * max(level, 0)) // TILE_WIDTH
                grown[Tile(level=level, number=number, width=width_of(level, number, size=size))] = bytes(edge)
        return grown, edges, size

    def _refuse_fork(self, grown: dict[Tile, bytes]) -> None:
        """What an append that was cut left at these places must begin like ours: nobody's entry is written over."""
        for tile, data in grown.items():
            for place in self._at_place(tile):
                there = self._read(place)
                short, long = (there, data) if place.width <= tile.width else (data, there)
                if not long.startswith(short) or (place == tile and there != data):
                    raise Forked(
                        "The ledger already holds other entries at {place} than those to append; nothing was written. "
                        "Compare it with the database and with the checkpoint of a witness before anything is signed.",
                        place=place.path,
                    )

    def _at_place(self, tile: Tile) -> Iterator[Tile]:
        """The files on disk at the place of a tile, full and partial."""
        full = Tile(level=tile.level, number=tile.number)
        if (self.folder / full.path).exists():
            yield full
        for width in self._widths(full):
            yield Tile(level=tile.level, number=tile.number, width=width)

    def _replaced(self, old_size: int) -> Iterator[Path]:
        """The partial tiles that wider ones, of the size that `checkpoint` tells, replaced since `old_size`."""
        size = self.signed.checkpoint.size if self.signed else 0
        for level in (ENTRIES, *levels_of(size)):
            up = 8 * max(level, 0)
            for number in range((old_size >> up) // TILE_WIDTH, (size >> up) // TILE_WIDTH + 1):
                full = Tile(level=level, number=number)
                wanted = Tile(level=level, number=number, width=width_of(level, number, size=size) or TILE_WIDTH)
                if (self.folder / wanted.path).exists():
                    narrower = (width for width in self._widths(full) if width < wanted.width)
                    yield from (self.folder / f"{full.path}.p" / str(width) for width in narrower)


def _close_tiles(edges: dict[int, bytearray], size: int, grown: dict[Tile, bytes]) -> None:
    """Turns the edges that are full at `size` into tiles, and their roots into hashes of the level above."""
    grown[Tile(level=ENTRIES, number=size // TILE_WIDTH - 1)] = bytes(edges[ENTRIES])
    edges[ENTRIES] = bytearray()
    level = 0
    while len(edges.get(level, b"")) == TILE_BYTES:
        full = bytes(edges[level])
        grown[Tile(level=level, number=(size >> 8 * (level + 1)) - 1)] = full
        edges[level] = bytearray()
        level += 1
        edges.setdefault(level, bytearray()).extend(merkle.subtree(full))
