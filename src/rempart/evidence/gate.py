"""The gate that every archive passes before a byte of it is inflated; nothing is ever extracted.

The directory of the ZIP file is read here, by the specification, and the archive is refused when it breaks a
limit or contradicts itself (`zip_records`). Python's zipfile is not used: before 3.11.8, 3.12.2 and 3.13 it
inflates overlapping entries (CVE-2024-0450), before 3.13.10 it accepts a crooked ZIP64 end (CVE-2025-8291).
Members are then streams that stop at the size declared (`zip_member`).

Names are stored text: members are read into memory or hashed, never written under their name. So
  refused: an empty name, NUL, an absolute path, a drive (`C:/`), `..` as a step, with `/` or `\\` alike, the same
           name twice, and names over `LIMITS.name_bytes`: no export has them, and other programs would be misled;
  kept as text: other backslashes, reserved names (CON, aux.txt), names that differ only in case or Unicode form,
           control and direction marks, trailing dots and spaces, an empty folder listed twice.
Bytes before the first entry (a self-extracting program, two files in one) are refused: the same bytes would be
read one way here and another way elsewhere. Bytes between entries that no entry holds are never read; they are
counted (`Archive.unlisted_bytes`), because some tools leave holes when they replace an entry.

Source: PKWARE APPNOTE.TXT 6.3.10; D. Fifield, "A better zip bomb", WOOT 2019 (overlaps, quoted overlaps).
Tier: source-verified; tried on crafted archives, on those of Info-ZIP, Java, git, libarchive, Perl and Python, and on
2,457 jars and wheels: the same bytes as zipfile's for all but one, which packs an entry over 200 times.
Not covered: archives over 4 GiB of macOS's Archive Utility, which carry no ZIP64 records; refused, with advice.
"""

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self

from rempart.evidence import zip_member
from rempart.evidence.zip_member import DamagedMember, Marks, Member, Opening
from rempart.evidence.zip_records import (
    STREAMED,
    Directory,
    Entry,
    ReadAt,
    RefusedArchive,
    check_entry,
    find_data,
    find_directory,
    read_entries,
)

__all__ = [
    "LIMITS",
    "Archive",
    "DamagedMember",
    "Limits",
    "Marks",
    "Member",
    "RefusedArchive",
    "is_archive",
    "open_archive",
    "open_member",
]
_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06")  # an entry; an empty archive; an empty ZIP64 archive
_DRIVE = re.compile(r"[A-Za-z]:/")
_DESCRIPTOR_BYTES = (12, 16, 20, 24)  # APPNOTE 4.3.9: with or without signature, 32 or 64 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an archive may declare. Ratios are bytes out per byte in."""

    entries: int = 100_000  # one network's export holds 23,000 media files
    total_bytes: int = 256 << 30  # all members together; they are streamed, so memory does not follow
    entry_ratio: int = 200  # text of a chat reaches 20; deflate's own limit is 1,032
    entry_ratio_from_bytes: int = 1 << 20  # smaller members cannot harm
    total_ratio: int = 100
    total_ratio_from_bytes: int = 10 << 20
    directory_bytes: int = 64 << 20  # 100,000 entries with names of 600 bytes; it is held in memory
    name_bytes: int = 4_096  # PATH_MAX of Linux
    nesting: int = 1  # archives inside archives that are opened: one level


LIMITS = Limits()


class Archive:
    """An archive that passed the gate. `members` in the order of its directory, folders included.

    Members may be opened one after another, at once and from several threads; each stream has its own position.
    The file stays the caller's: it must live as long as the streams, and is not closed here.
    """

    def __init__(self, file: BinaryIO, members: Sequence[Member], *, unlisted_bytes: int) -> None:
        self._file = file
        self._lock = threading.Lock()
        self.members = tuple(members)
        self.unlisted_bytes = unlisted_bytes  # bytes between entries that no entry holds; 0 in a tidy archive

    def open(self, member: Member) -> BinaryIO:
        """A new stream at the first byte of `member`. Reading raises DamagedMember where the bytes are not as declared."""
        return zip_member.open_member(self._read_at, member)

    def close(self) -> None:
        """Closes the file; streams of members cannot be read any more."""
        self._file.close()

    def _read_at(self, offset: int, size: int) -> bytes:
        with self._lock:
            self._file.seek(offset)
            return self._file.read(size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def is_archive(file: BinaryIO) -> bool:
    """True for bytes that begin like a ZIP file, an empty one too; leaves the file at its first byte.

    A ZIP file behind other bytes is not one here: the first bytes say what a file is.
    """
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    return start in _STARTS


def open_archive(file: BinaryIO, *, limits: Limits = LIMITS) -> Archive:
    """The archive in the seekable `file`, checked without inflating anything.

    Raises: RefusedArchive, one sentence, when it breaks a limit, contradicts itself or is cut.
    """
    read_at = zip_member.source_of(file)
    if not is_archive(file):
        raise RefusedArchive("it does not begin like a ZIP file; it is damaged, or a program that unpacks itself")
    file_bytes = file.seek(0, 2)
    directory = find_directory(read_at, file_bytes=file_bytes)
    entries = _entries(read_at, directory, limits)
    members, unlisted_bytes = _placed(read_at, entries, directory)
    return Archive(file, members, unlisted_bytes=unlisted_bytes)


def open_member(
    file: BinaryIO,
    member: Member,
    *,
    marks: Marks | None = None,
    on_damage: Callable[[DamagedMember], None] | None = None,
) -> BinaryIO:
    """A stream of `member` that owns `file`, the archive opened once more, and closes it with itself.

    For long-lived parts: no file stays open between two readings. `marks`, kept by the caller, makes an archive
    that is itself deflated readable at any place. `on_damage`: told of damage, where the stream then ends.
    """
    opening = Opening(marks=marks, on_close=file.close, on_damage=on_damage)
    return zip_member.open_member(zip_member.source_of(file), member, opening=opening)


# -- the directory against the limits -------------------------------------------------------------------


def _entries(read_at: ReadAt, directory: Directory, limits: Limits) -> list[Entry]:
    if directory.entries > limits.entries:
        raise RefusedArchive(
            "it declares {count:,} entries, more than {most:,}; split it and try again",
            count=directory.entries,
            most=limits.entries,
        )
    size = directory.end - directory.start
    if size > limits.directory_bytes:
        raise RefusedArchive(
            "its directory takes {size:,} bytes, more than {most:,}", size=size, most=limits.directory_bytes
        )
    entries = list(read_entries(read_at(directory.start, size), directory))
    names: set[str] = set()
    for entry in entries:
        check_entry(entry)
        _check_name(entry, names, limits)
        _check_ratio(entry, limits)
    _check_total(entries, limits)
    return entries


def _check_name(entry: Entry, names: set[str], limits: Limits) -> None:
    """Refuses what no export has; everything else is kept as text."""
    number = entry.number
    if not entry.name or len(entry.raw_name) > limits.name_bytes:
        raise RefusedArchive(
            "entry {number} has no name, or one longer than {most:,} bytes", number=number, most=limits.name_bytes
        )
    for name in {entry.name, entry.raw_name.decode("cp437")}:  # the Unicode path field must not hide the plain one
        path = name.replace("\\", "/")
        if "\0" in path or path.startswith("/") or _DRIVE.match(path) or ".." in path.split("/"):
            raise RefusedArchive("entry {number} has a name that leads out of the archive", number=number)
    if entry.name in names and not entry.is_folder:
        raise RefusedArchive("entry {number} has the name of an entry before it", number=number)
    names.add(entry.name)


def _check_ratio(entry: Entry, limits: Limits) -> None:
    large = entry.size_bytes > limits.entry_ratio_from_bytes
    if large and entry.size_bytes > limits.entry_ratio * entry.compressed_bytes:
        raise RefusedArchive(
            "entry {number} declares more than {most} times its compressed size",
            number=entry.number,
            most=limits.entry_ratio,
        )


def _check_total(entries: Sequence[Entry], limits: Limits) -> None:
    size = sum(entry.size_bytes for entry in entries)
    compressed = sum(entry.compressed_bytes for entry in entries)
    if size > limits.total_bytes:
        raise RefusedArchive(
            "it declares {size:,} bytes in all, more than {most:,}", size=size, most=limits.total_bytes
        )
    if size > limits.total_ratio_from_bytes and size > limits.total_ratio * compressed:
        raise RefusedArchive("it declares more than {most} times its compressed size", most=limits.total_ratio)


# -- the entries against each other ---------------------------------------------------------------------


def _placed(read_at: ReadAt, entries: Sequence[Entry], directory: Directory) -> tuple[list[Member], int]:
    """(members in the order of the directory, bytes between entries that none holds).

    Entries may lie in any order, but [local header, last compressed byte] never share a byte (Fifield's overlaps).
    """
    starts: dict[int, int] = {}
    free, unlisted, streamed = 0, 0, False
    for entry in sorted(entries, key=lambda entry: (entry.offset, entry.number)):
        gap = entry.offset - free
        if gap < 0:
            raise RefusedArchive("entry {number} shares bytes with another entry", number=entry.number)
        if gap and not free:
            raise RefusedArchive(
                "bytes stand before its first entry; two files in one, or a program that unpacks itself"
            )
        unlisted += 0 if streamed and gap in _DESCRIPTOR_BYTES else gap
        start = find_data(read_at, entry) if entry.offset < directory.start else directory.end
        free = start + entry.compressed_bytes
        if free > directory.start:
            raise RefusedArchive("entry {number} reaches into the directory or beyond the file", number=entry.number)
        starts[entry.number] = start
        streamed = bool(entry.flags & STREAMED)
    gap = directory.start - free
    unlisted += 0 if streamed and gap in _DESCRIPTOR_BYTES else gap
    return [_member(entry, starts[entry.number]) for entry in entries], unlisted


def _member(entry: Entry, data_start: int) -> Member:
    return Member(
        name=entry.name,
        size_bytes=entry.size_bytes,
        compressed_bytes=entry.compressed_bytes,
        is_folder=entry.is_folder,
        number=entry.number,
        method=entry.method,
        crc32=entry.crc32,
        data_start=data_start,
    )
