"""Reads one member of a ZIP file as a stream that trusts nothing declared.

Bytes are inflated as they are asked for, never beyond the declared size; at the end the size, the end of the
compressed data and the CRC-32 must be those declared. What stands before damage is given first, then the damage
is told. Memory: one window.

Invariant: `_at` bytes have been produced by the decoder at hand, from `_fed` compressed bytes.
Source: RFC 1951 (deflate); APPNOTE 6.3.10, 4.4.7 (CRC-32).
"""

import io
import threading
import zlib
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO, ClassVar, Protocol, cast

from rempart.evidence.zip_records import DEFLATED, ReadAt, RefusedArchive

_FIRST_FEED_BYTES = 1 << 14  # small, because most members are only looked at by their head
_FEED_BYTES = 1 << 17
_SKIP_BYTES = 1 << 18
_MAX_MARKS = 256  # a mark costs about 40 KiB (the 32 KiB window of deflate and its tables)
_MARK_BYTES = 1 << 20


class DamagedMember(RefusedArchive):
    """The bytes of a member are not those that the archive declares; what was read before is as declared."""

    frame: ClassVar[str | None] = "Entry {number} of the archive is damaged: {told}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file or folder of an archive. `name` is text to show, never a path to write to."""

    name: str
    size_bytes: int
    compressed_bytes: int
    is_folder: bool
    number: int  # from 1, in the order of the directory
    method: int  # 0 stored, 8 deflate
    crc32: int
    data_start: int  # offset of the first compressed byte in the archive


class _Decoder(Protocol):
    """What zlib.decompressobj gives; the class itself has no public name."""

    @property
    def unconsumed_tail(self) -> bytes: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def eof(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes: ...
    def copy(self) -> "_Decoder": ...


_Mark = tuple[int, int, _Decoder]  # (place, compressed bytes fed, the decoder then)


@dataclass(slots=True, eq=False)
class Marks:
    """Places of one deflated member from where it can be inflated again: random access without a copy of it.

    May be shared by many streams of the same member, one after another or at once.
    """

    _marks: list[_Mark] = field(default_factory=list)
    _left: _Mark | None = None  # where the last stream was closed: neighbours are mostly read one after another
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, at: int, fed: int, decoder: _Decoder, *, size_bytes: int) -> None:
        """Remembers the state at `at` bytes, `fed` of the compressed bytes given, if no mark is near."""
        with self._lock:
            last = self._marks[-1][0] if self._marks else 0
            if at - last >= max(_MARK_BYTES, size_bytes // _MAX_MARKS):
                self._marks.append((at, fed, decoder.copy()))

    def leave(self, at: int, fed: int, decoder: _Decoder) -> None:
        """Remembers where a stream was closed; `decoder` is given away."""
        with self._lock:
            self._left = (at, fed, decoder)

    def clear(self) -> None:
        """Forgets all marks; streams go on, and set new ones."""
        with self._lock:
            self._marks.clear()
            self._left = None

    def between(self, after: int, until: int) -> _Mark | None:
        """The last mark in (after, until], with a decoder of its own; None: there is none."""
        with self._lock:
            index = bisect_right(self._marks, until, key=lambda mark: mark[0]) - 1
            mark = self._marks[index] if index >= 0 else None
            if self._left and (mark[0] if mark else 0) < self._left[0] <= until:
                mark = self._left
            if mark is None or mark[0] <= after:
                return None
            return mark[0], mark[1], mark[2].copy()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a member is opened.

    marks: makes seeking backwards fast. on_close: called once, at close.
    on_damage: told of damage, and the stream then ends there as if it were cut; None: reading raises DamagedMember.
    """

    marks: Marks | None = None
    on_close: Callable[[], None] | None = None
    on_damage: Callable[[DamagedMember], None] | None = None


def open_member(read_at: ReadAt, member: Member, *, opening: Opening | None = None) -> BinaryIO:
    """A stream of the member's bytes, at its first byte; what stands before damage is given first.

    read_at: gives bytes of the archive. opening: None for one that raises DamagedMember.
    """
    stream = _MemberStream(read_at, member, opening or Opening())
    return cast("BinaryIO", stream)  # it does all that BinaryIO asks; BufferedIOBase lacks only `name` and `mode`


class _MemberStream(io.BufferedIOBase):
    def __init__(self, read_at: ReadAt, member: Member, opening: Opening) -> None:
        super().__init__()
        self._read_at, self._member = read_at, member
        self._marks, self._on_close, self._on_damage = opening.marks, opening.on_close, opening.on_damage
        self._packed = member.method == DEFLATED
        self._wanted = 0  # where the next read begins
        self._crc32, self._summed = 0, 0  # CRC-32 of the first `_summed` bytes
        self._restart()

    def _restart(self) -> None:
        self._at, self._fed, self._broken = 0, 0, False
        self._decoder: _Decoder = zlib.decompressobj(-zlib.MAX_WBITS)

    # -- what a file does -------------------------------------------------------------------------------

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._wanted

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._wanted, io.SEEK_END: self._member.size_bytes}[whence]
        self._wanted = max(base + offset, 0)
        return self._wanted

    def read(self, size: int | None = -1, /) -> bytes:
        """Up to `size` bytes. Damage behind the first byte is told by the next read, so that nothing is lost;
        reading to the end at once (`size` None or negative) tells it immediately.
        """
        if self.closed:
            raise ValueError("read of a closed file")
        to_end = size is None or size < 0
        left = max(self._member.size_bytes - self._wanted, 0)
        limit = left if size is None or size < 0 else min(size, left)
        data = bytearray()
        try:
            while len(data) < limit:
                piece = self._next(limit - len(data))
                data += piece
                self._wanted += len(piece)
            if (to_end or (size and not left)) and self._at == self._wanted == self._member.size_bytes:
                self._check_end()
        except DamagedMember as damage:
            if self._on_damage:
                self._on_damage(damage)
            elif to_end or not data:
                raise
        return bytes(data)

    def read1(self, size: int = -1, /) -> bytes:
        return self.read(_SKIP_BYTES if size < 0 else size)

    def close(self) -> None:
        if not self.closed:
            if self._marks is not None and self._packed and not self._broken:
                self._marks.leave(self._at, self._fed, self._decoder)
            if self._on_close:
                self._on_close()
        super().close()

    # -- decoding ---------------------------------------------------------------------------------------

    def _next(self, limit: int) -> bytes:
        """At least one and at most `limit` bytes at the wanted place; the decoder is brought there first."""
        if not self._packed:
            self._at = self._wanted
        elif self._at > self._wanted:
            self._restart()
        if self._marks and self._at < self._wanted and (mark := self._marks.between(self._at, self._wanted)):
            (self._at, self._fed, self._decoder), self._broken = mark, False
        while self._at < self._wanted:
            self._produce(min(self._wanted - self._at, _SKIP_BYTES))
        return self._produce(limit)

    def _produce(self, limit: int) -> bytes:
        data = self._decode(limit) if self._packed else self._copy(limit)
        if not data:
            raise DamagedMember("it holds fewer bytes than the archive declares", number=self._member.number)
        if self._at == self._summed:
            self._crc32 = zlib.crc32(data, self._crc32)
            self._summed += len(data)
        self._at += len(data)
        if self._marks is not None and self._packed and not self._broken:
            self._marks.add(self._at, self._fed, self._decoder, size_bytes=self._member.size_bytes)
        return data

    def _copy(self, limit: int) -> bytes:
        return self._read_at(self._member.data_start + self._at, limit)

    def _decode(self, limit: int) -> bytes:
        """Up to `limit` bytes; none only behind the end that the compressed data gives itself."""
        while not self._decoder.eof:
            feed = self._decoder.unconsumed_tail or self._feed()
            before = self._decoder.copy()
            try:
                data = b"" if self._broken else self._decoder.decompress(feed, limit)
            except zlib.error:
                data, self._broken = _salvaged(before, feed, limit), True
            if data:
                return data
            if self._broken or not feed:
                number = self._member.number
                if self._broken:
                    raise DamagedMember("its compressed data makes no sense", number=number)
                raise DamagedMember("its compressed data is cut", number=number)
        return b""

    def _feed(self) -> bytes:
        size = min(_FEED_BYTES if self._at else _FIRST_FEED_BYTES, self._member.compressed_bytes - self._fed)
        data = self._read_at(self._member.data_start + self._fed, size)
        self._fed += len(data)
        return data

    def _check_end(self) -> None:
        member = self._member
        if self._packed:
            if self._decode(1):
                raise DamagedMember("it holds more bytes than the archive declares", number=self._member.number)
            if self._fed - len(self._decoder.unused_data) != member.compressed_bytes:
                raise DamagedMember("bytes follow the end of its compressed data", number=self._member.number)
        if self._summed == member.size_bytes and self._crc32 != member.crc32:
            raise DamagedMember("its check sum (CRC-32) is not the one declared", number=self._member.number)


def _salvaged(decoder: _Decoder, feed: bytes, limit: int) -> bytes:
    """What `decoder` gives of `feed` before the byte that makes no sense; zlib itself would drop it."""
    data = bytearray()
    for place in range(len(feed)):
        if len(data) >= limit:
            break
        try:
            data += decoder.decompress(feed[place : place + 1], limit - len(data))
        except zlib.error:
            break
    return bytes(data)


def source_of(file: BinaryIO) -> ReadAt:
    """Reads at any place of a seekable file, for one user at a time."""

    def read_at(offset: int, size: int) -> bytes:
        file.seek(offset)
        return file.read(size)

    return read_at
