"""Writes ZIP files field by field, so that a test can make any of them lie. Layout: APPNOTE 6.3.10, 4.3."""

import hashlib
import io
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from rempart.evidence.gate import LIMITS, Archive, Limits, Member, open_archive

NOTHING: Mapping[str, int] = {}
ZIP64_SHORT, ZIP64 = 0xFFFF, 0xFFFFFFFF
TEXT = b"12/03/2026 10:02 - Alice: bonjour\n" * 40
MIB = 1 << 20


def deflate(data: bytes) -> bytes:
    """Raw deflate, level 9."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def field64(*values: int) -> bytes:
    """A ZIP64 extra field with these 64-bit values."""
    return struct.pack("<2H", 1, 8 * len(values)) + struct.pack(f"<{len(values)}Q", *values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry. `local` and `central` override header fields by name; `packed` the compressed bytes."""

    name: bytes = b"chat.txt"
    data: bytes = b"hello"
    method: int = 8
    flags: int = 0
    packed: bytes | None = None
    mode: int = 0o100644
    local: Mapping[str, int | bytes] = field(default_factory=dict)
    central: Mapping[str, int | bytes] = field(default_factory=dict)
    behind: bytes = b""  # a data descriptor, or a hole
    offset: int | None = None  # told in the directory instead of the true one


def archive(
    *items: Item,
    prefix: bytes = b"",
    before_end: bytes = b"",
    comment: bytes = b"",
    end: Mapping[str, int] = NOTHING,
    zip64: Mapping[str, int] | None = None,
    tail: bytes = b"",
) -> bytes:
    """The archive of these entries. `end`, `zip64` override fields of the end records; `zip64` None: no ZIP64 end."""
    out, directory = bytearray(prefix), bytearray()
    for item in items:
        offset = len(out)
        packed = item.packed if item.packed is not None else deflate(item.data) if item.method == 8 else item.data
        out += local_header(item, packed) + packed + item.behind
        directory += central_header(item, packed, offset if item.offset is None else item.offset)
    start = len(out)
    out += directory
    wide_at = len(out)
    told = {"entries": len(items), "size": len(directory), "start": start}
    if zip64 is not None:
        out += _zip64_end(told, wide_at, zip64)
        told = {"entries": ZIP64_SHORT, "size": ZIP64, "start": ZIP64}
    out += before_end
    told |= {"disk": 0, "first_disk": 0, "here": told["entries"], "comment_bytes": len(comment), **end}
    out += struct.pack(
        "<4s4H2LH",
        b"PK\x05\x06",
        *(told[key] for key in ("disk", "first_disk", "here", "entries", "size", "start", "comment_bytes")),
    )
    return bytes(out + comment + tail)


def _zip64_end(told: Mapping[str, int], at: int, lies: Mapping[str, int]) -> bytes:
    wide = {"record": 44, "disk": 0, "first_disk": 0, "at": at, "disks": 1, "locator_disk": 0, **told, **lies}
    here = wide.get("here", wide["entries"])
    record = struct.pack("<4sQ2H2L", b"PK\x06\x06", wide["record"], 45, 45, wide["disk"], wide["first_disk"])
    record += struct.pack("<4Q", here, wide["entries"], wide["size"], wide["start"])
    return record + struct.pack("<4sLQL", b"PK\x06\x07", wide["locator_disk"], wide["at"], wide["disks"])


def local_header(item: Item, packed: bytes) -> bytes:
    """The local header of the entry (4.3.7)."""
    told = _told(item, packed) | dict(item.local)
    name, extra = told["name"], told["extra"]
    assert isinstance(name, bytes)
    assert isinstance(extra, bytes)
    fixed = struct.pack(
        "<4s5H3L2H",
        told.get("mark", b"PK\x03\x04"),
        20,
        *(told[key] for key in ("flags", "method", "time", "date", "crc32", "packed_bytes", "size")),
        len(name),
        len(extra),
    )
    return fixed + name + extra


def central_header(item: Item, packed: bytes, offset: int) -> bytes:
    """The record of the entry in the directory (4.3.12)."""
    told = _told(item, packed) | {"disk": 0, "offset": offset, "mode": item.mode, "comment": b""} | dict(item.central)
    name, extra, comment, mode = told["name"], told["extra"], told["comment"], told["mode"]
    assert isinstance(name, bytes)
    assert isinstance(extra, bytes)
    assert isinstance(comment, bytes)
    assert isinstance(mode, int)
    fixed = struct.pack(
        "<4s6H3L5H2L",
        b"PK\x01\x02",
        0x0314,
        20,
        *(told[key] for key in ("flags", "method", "time", "date", "crc32", "packed_bytes", "size")),
        len(name),
        len(extra),
        len(comment),
        told["disk"],
        0,
        mode << 16,
        told["offset"],
    )
    return fixed + name + extra + comment


def _told(item: Item, packed: bytes) -> dict[str, int | bytes]:
    return {
        "flags": item.flags,
        "method": item.method,
        "time": 0,
        "date": 33,
        "crc32": zlib.crc32(item.data),
        "packed_bytes": len(packed),
        "size": len(item.data),
        "name": item.name,
        "extra": b"",
    }


def quoted_overlap(entries: int, kernel: bytes) -> bytes:
    """Fifield's bomb: the data of each entry begins with a stored block that quotes the next local header."""
    packed, data = deflate(kernel), kernel
    items: list[tuple[Item, bytes]] = []
    for number in range(entries, 0, -1):
        item = Item(name=b"%04d" % number, data=data)
        items.insert(0, (item, packed))
        header = local_header(item, packed)
        size = len(header)
        packed = struct.pack("<B2H", 0, size, size ^ 0xFFFF) + header + packed
        data = header + data
    return _overlapping(items)


def _overlapping(items: Sequence[tuple[Item, bytes]]) -> bytes:
    """One chain of bytes in which the first entry's data holds all other entries."""
    first, packed = items[0]
    out = bytearray(local_header(first, packed) + packed)
    directory = bytearray()
    for item, its_packed in items:
        directory += central_header(item, its_packed, len(out) - len(its_packed) - len(local_header(item, its_packed)))
    start = len(out)
    out += directory
    out += struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, len(items), len(items), len(directory), start, 0)
    return bytes(out)


def noise(size: int) -> bytes:
    """Bytes that deflate packs about 2 to 1; always the same."""
    block = b"".join(hashlib.sha256(b"%d" % n).hexdigest().encode() for n in range(700))
    return (block * (size // len(block) + 1))[:size]


def unicode_path(raw: bytes, name: str) -> bytes:
    """The Unicode path field (4.6.9) that gives the name `raw` as `name`."""
    field = struct.pack("<BL", 1, zlib.crc32(raw)) + name.encode()
    return struct.pack("<2H", 0x7075, len(field)) + field


STREAMED = Item(
    data=TEXT,
    flags=8,
    local={"crc32": 0, "packed_bytes": 0, "size": 0},
    behind=struct.pack("<4s3L", b"PK\x07\x08", zlib.crc32(TEXT), len(deflate(TEXT)), len(TEXT)),
)
WIDE = Item(
    data=TEXT,
    local={"packed_bytes": ZIP64, "size": ZIP64, "extra": field64(len(TEXT), len(deflate(TEXT)))},
    central={"packed_bytes": ZIP64, "size": ZIP64, "extra": field64(len(TEXT), len(deflate(TEXT)))},
)


def opened(data: bytes, *, limits: Limits = LIMITS) -> Archive:
    """The archive of these bytes, through the gate."""
    return open_archive(io.BytesIO(data), limits=limits)


def contents(data: bytes, *, limits: Limits = LIMITS) -> dict[str, bytes]:
    """Every member's bytes."""
    with opened(data, limits=limits) as found:
        return {member.name: read_all(found, member) for member in found.members}


def read_all(found: Archive, member: Member) -> bytes:
    """The member's bytes, read in pieces of 1,000 to the end."""
    with found.open(member) as file:
        return b"".join(iter(lambda: file.read(1000), b""))


def forbidden(*_: object, **__: object) -> BinaryIO:
    """Stands where nothing may be opened."""
    raise AssertionError("something was opened")
