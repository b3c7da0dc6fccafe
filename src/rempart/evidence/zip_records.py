"""The records of a ZIP file, read by the specification; a contradiction is refused, never resolved.

Tolerant readers disagree on crooked archives, and what one shows another hides. Here every value that is
written twice must agree: end record with ZIP64 end record, directory with local headers, 32 with 64 bits.

Source: PKWARE APPNOTE.TXT 6.3.10: 4.3.6 (order of the records), 4.3.7 (local header), 4.3.9 (data descriptor),
4.3.12 (central header), 4.3.14 to 4.3.16 (ends), 4.4.4 (flags), 4.4.5 (methods), 4.5.3 (ZIP64), 4.6.9 (Unicode path).
Not covered, refused: split archives, encryption (4.3.10, 7), methods other than stored and deflate, digital
signatures (4.3.13), a ZIP64 end record with an extensible data sector.
"""

import stat
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from rempart.errors import BadInput

ReadAt = Callable[[int, int], bytes]  # (offset, size) -> bytes; fewer only where the file ends
STORED, DEFLATED = 0, 8
_END = struct.Struct("<4s4H2LH")  # 4.3.16
_LOCATOR = struct.Struct("<4sLQL")  # 4.3.15
_END64 = struct.Struct("<4sQ2H2L4Q")  # 4.3.14
_CENTRAL = struct.Struct("<4s6H3L5H2L")  # 4.3.12
_LOCAL = struct.Struct("<4s5H3L2H")  # 4.3.7
_MAX_COMMENT = 0xFFFF
_IN_ZIP64, _IN_ZIP64_SHORT = 0xFFFFFFFF, 0xFFFF  # "look into the ZIP64 field"
_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13
STREAMED, _PATCH, _UTF8 = 1 << 3, 1 << 5, 1 << 11
_ZIP64_FIELD, _UNICODE_PATH_FIELD = 0x0001, 0x7075
# A pipe is no danger here (`… | zip out.zip -` writes one), nor is the type 0o170000 that Plexus gives to folders.
_NOT_FILES = (stat.S_IFLNK, stat.S_IFBLK, stat.S_IFCHR, stat.S_IFSOCK)


class RefusedArchive(BadInput):
    """The archive breaks a limit or contradicts itself; nothing of it is read, and the file is intact.

    What is told is a clause without a full stop and without text of the archive.
    """

    frame: ClassVar[str | None] = "The archive is refused and nothing of it was read: {told}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Where the central directory lies, [start, end), and how many entries it says that it holds."""

    start: int
    end: int
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One record of the central directory, its ZIP64 values put in; `number` counts from 1."""

    number: int
    raw_name: bytes
    name: str
    flags: int
    method: int
    crc32: int
    compressed_bytes: int
    size_bytes: int
    offset: int  # of the local header
    mode: int  # Unix file type and permissions; 0 where the writer gives none

    @property
    def is_folder(self) -> bool:
        """True for a name that ends like a folder's."""
        return self.name.endswith("/") or (self.name.endswith("\\") and not self.size_bytes)


# -- the end of the file --------------------------------------------------------------------------------


def find_directory(read_at: ReadAt, *, file_bytes: int) -> Directory:
    """The one central directory of the file. Raises: RefusedArchive."""
    at, end = _end_record(read_at, file_bytes)
    _, disk, first_disk, here, entries, size, start, _ = end
    locator = read_at(at - _LOCATOR.size, _LOCATOR.size) if at >= _LOCATOR.size else b""
    has_zip64 = locator.startswith(b"PK\x06\x07")
    if {disk, first_disk} - {0, _IN_ZIP64_SHORT if has_zip64 else 0}:
        raise RefusedArchive("it is one volume of a split archive; join the volumes and try again")
    if here != entries:
        raise RefusedArchive("its end contradicts itself on the number of entries")
    behind = at
    if has_zip64:
        behind, (entries, size, start) = _end64_record(read_at, locator, at, (entries, size, start))
    if start + size != behind:
        raise RefusedArchive(
            "its directory is not where its end says; the file is damaged, or made to mislead; if you trust it, "
            "unpack it with the program that made it and give the folder"
        )
    if not entries and start:
        raise RefusedArchive("it lists no entry and yet holds bytes")
    return Directory(start=start, end=behind, entries=entries)


def _end_record(read_at: ReadAt, file_bytes: int) -> tuple[int, tuple[bytes, int, int, int, int, int, int, int]]:
    """(offset, fields) of the end record: the last signature, whose comment reaches exactly to the end."""
    window = min(file_bytes, _END.size + _MAX_COMMENT)
    tail = read_at(file_bytes - window, window)
    last = tail.rfind(b"PK\x05\x06")
    ends = [at for at in _end_signatures(tail) if at + _END.size + _END.unpack_from(tail, at)[7] == len(tail)]
    if ends and ends != [last]:
        raise RefusedArchive("it has two ends that contradict each other")
    if not ends:
        whole = 0 <= last <= len(tail) - _END.size
        if whole and last + _END.size + _END.unpack_from(tail, last)[7] < len(tail):
            raise RefusedArchive("bytes follow its end; the file is damaged, or two files in one")
        raise RefusedArchive("its end is missing, the file was cut; ask for it again")
    return file_bytes - window + last, _END.unpack_from(tail, last)


def _end_signatures(tail: bytes) -> Iterator[int]:
    """Places of the signatures that a whole end record can follow."""
    at = tail.find(b"PK\x05\x06")
    while 0 <= at <= len(tail) - _END.size:
        yield at
        at = tail.find(b"PK\x05\x06", at + 1)


def _end64_record(
    read_at: ReadAt, locator: bytes, locator_end: int, narrow: tuple[int, int, int]
) -> tuple[int, tuple[int, int, int]]:
    """(offset, (entries, directory size, directory start)) of the ZIP64 end record that `locator` points to."""
    _, disk, at, disks = _LOCATOR.unpack(locator)
    beside = at + _END64.size + _LOCATOR.size == locator_end
    raw = read_at(at, _END64.size) if beside else b""
    if disk or disks > 1 or not raw.startswith(b"PK\x06\x06"):
        raise RefusedArchive("its ZIP64 end is not where its locator says")
    _, size, _, _, this_disk, first_disk, here, entries, directory_bytes, start = _END64.unpack(raw)
    wide = (entries, directory_bytes, start)
    agrees = all(
        short in (long, sentinel)
        for short, long, sentinel in zip(narrow, wide, (_IN_ZIP64_SHORT, _IN_ZIP64, _IN_ZIP64), strict=True)
    )
    if size != _END64.size - 12 or this_disk or first_disk or here != entries or not agrees:
        raise RefusedArchive("its ZIP64 end contradicts its end")
    return at, wide


# -- the central directory ------------------------------------------------------------------------------


def read_entries(raw: bytes, directory: Directory) -> Iterator[Entry]:
    """The entries of the directory whose bytes are `raw`, in its order. Raises: RefusedArchive."""
    at = 0
    for number in range(1, directory.entries + 1):
        if at + _CENTRAL.size > len(raw) or not raw.startswith(b"PK\x01\x02", at):
            raise RefusedArchive(
                "its directory holds fewer entries than it says; the file is damaged; if you trust it, "
                "unpack it with the program that made it and give the folder"
            )
        entry, at = _entry(raw, at, number)
        yield entry
    if at != len(raw):
        raise RefusedArchive(
            "its directory holds more than it says; the file is damaged; if you trust it, "
            "unpack it with the program that made it and give the folder"
        )


def _entry(raw: bytes, at: int, number: int) -> tuple[Entry, int]:
    fields = _CENTRAL.unpack_from(raw, at)
    _, _, _, flags, method, _, _, crc32, compressed, size, name_bytes, extra_bytes, comment_bytes = fields[:13]
    disk, _, attributes, offset = fields[13:]
    name_at = at + _CENTRAL.size
    extra_at = name_at + name_bytes
    end = extra_at + extra_bytes + comment_bytes
    if end > len(raw):
        raise RefusedArchive("entry {number} of its directory is cut", number=number)
    raw_name, extra = raw[name_at:extra_at], raw[extra_at : extra_at + extra_bytes]
    size, compressed, offset = _widened(extra, (size, compressed, offset), disk, number)
    entry = Entry(
        number=number,
        raw_name=raw_name,
        name=_decoded_name(raw_name, extra, utf8=bool(flags & _UTF8)),
        flags=flags,
        method=method,
        crc32=crc32,
        compressed_bytes=compressed,
        size_bytes=size,
        offset=offset,
        mode=attributes >> 16,
    )
    return entry, end


def _widened(extra: bytes, narrow: tuple[int, int, int], disk: int, number: int) -> tuple[int, int, int]:
    """(size, compressed size, offset) with ZIP64 values where the 32-bit field asks for them (4.5.3).

    Go's writer adds values that the 32-bit fields hold too; these are accepted when they agree.
    """
    field = _extra_field(extra, _ZIP64_FIELD, number) or b""
    values, used = list(narrow), 0
    for place, value in enumerate(narrow):
        if value == _IN_ZIP64:
            if used + 8 > len(field):
                raise RefusedArchive("entry {number} lacks the ZIP64 sizes that it points to", number=number)
            values[place] = int.from_bytes(field[used : used + 8], "little")
            used += 8
    if used < len(field) and not struct.pack("<3QL", *values, disk).startswith(field):
        raise RefusedArchive("entry {number} gives two sizes, its ZIP64 field contradicts it", number=number)
    if disk:
        raise RefusedArchive(
            "entry {number} lies in another volume of a split archive; join the volumes and try again", number=number
        )
    return values[0], values[1], values[2]


def _extra_field(extra: bytes, wanted: int, number: int) -> bytes | None:
    """The extra field of this header ID (4.5.1); None: absent. What follows a field that overruns is padding."""
    found: bytes | None = None
    at = 0
    while at + 4 <= len(extra):
        tag, size = struct.unpack_from("<2H", extra, at)
        if at + 4 + size > len(extra):
            break
        if tag == wanted:
            if found is not None:
                raise RefusedArchive("entry {number} gives the same extra field twice", number=number)
            found = extra[at + 4 : at + 4 + size]
        at += 4 + size
    return found


def _decoded_name(raw: bytes, extra: bytes, *, utf8: bool) -> str:
    """The name as text: Unicode path field, else UTF-8 (flagged or not, as phones and Macs write), else code page 437."""
    field = b"" if utf8 else _extra_field(extra, _UNICODE_PATH_FIELD, 0) or b""
    if len(field) > 5 and field[0] == 1 and int.from_bytes(field[1:5], "little") == zlib.crc32(raw):
        raw = field[5:]
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp437")


# -- what one entry may be ------------------------------------------------------------------------------


def check_entry(entry: Entry) -> None:
    """Raises RefusedArchive for an entry that is encrypted, packed by an unknown method, or no plain file or folder."""
    number = entry.number
    if entry.flags & _ENCRYPTED:
        raise RefusedArchive(
            "entry {number} is encrypted; unpack it with the program that made it and give the folder", number=number
        )
    if entry.flags & _PATCH or entry.method not in (STORED, DEFLATED):
        raise RefusedArchive(
            "entry {number} is packed by method {method}, only 0 and 8 are read; "
            "unpack it with the program that made it and give the folder",
            number=number,
            method=entry.method,
        )
    if stat.S_IFMT(entry.mode) in _NOT_FILES:
        raise RefusedArchive("entry {number} is a link or a device, not a file", number=number)
    if entry.name.endswith("/") and entry.size_bytes:
        raise RefusedArchive("entry {number} has the name of a folder and holds bytes", number=number)
    if entry.method == STORED and entry.compressed_bytes != entry.size_bytes:
        raise RefusedArchive("entry {number} is stored as it is and yet gives two sizes", number=number)


def find_data(read_at: ReadAt, entry: Entry) -> int:
    """Offset of the entry's first compressed byte, behind a local header that agrees with the directory.

    A streamed entry (flag bit 3) may leave zeros there, its sizes follow the data (4.3.9). Raises: RefusedArchive.
    """
    number, name_bytes = entry.number, len(entry.raw_name)
    raw = read_at(entry.offset, _LOCAL.size + name_bytes)
    if len(raw) < _LOCAL.size + name_bytes or not raw.startswith(b"PK\x03\x04"):
        raise RefusedArchive(
            "entry {number} is not where the directory says; the file is damaged; if you trust it, "
            "unpack it with the program that made it and give the folder",
            number=number,
        )
    _, _, flags, method, _, _, crc32, compressed, size, local_name_bytes, extra_bytes = _LOCAL.unpack_from(raw)
    if local_name_bytes != name_bytes or raw[_LOCAL.size :] != entry.raw_name:
        raise RefusedArchive("entry {number} has two names, one in the directory and one at its place", number=number)
    if method != entry.method or flags & (_ENCRYPTED | _PATCH):
        raise RefusedArchive("entry {number} is packed otherwise than the directory says", number=number)
    streamed = bool((flags | entry.flags) & STREAMED)
    extra_at = entry.offset + len(raw)
    if _IN_ZIP64 in (compressed, size):
        extra = read_at(extra_at, extra_bytes)
        size, compressed = _local_sizes(extra, (size, compressed), number, streamed=streamed)
    told = ((size, entry.size_bytes), (compressed, entry.compressed_bytes), (crc32, entry.crc32))
    if not all(local == central or (streamed and not local) for local, central in told):
        raise RefusedArchive("entry {number} gives other sizes at its place than in the directory", number=number)
    data_start: int = extra_at + extra_bytes
    return data_start


def _local_sizes(extra: bytes, narrow: tuple[int, int], number: int, *, streamed: bool) -> tuple[int, int]:
    """(size, compressed size) of a local header whose 32-bit fields point to its ZIP64 field, which holds both."""
    field = _extra_field(extra, _ZIP64_FIELD, number) or b""
    if not field and streamed:
        return 0, 0
    if len(field) < 16:
        raise RefusedArchive("entry {number} lacks the ZIP64 sizes that it points to", number=number)
    size, compressed = int.from_bytes(field[:8], "little"), int.from_bytes(field[8:16], "little")
    if narrow[0] not in (size, _IN_ZIP64) or narrow[1] not in (compressed, _IN_ZIP64):
        raise RefusedArchive("entry {number} gives two sizes, its ZIP64 field contradicts it", number=number)
    return size, compressed
