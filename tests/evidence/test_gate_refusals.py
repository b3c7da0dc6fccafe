"""The gate refuses crooked archives before anything is inflated; each one is written here, field by field."""

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest

from rempart.evidence import zip_member
from rempart.evidence.gate import RefusedArchive
from tests.evidence.crafted import (
    MIB,
    STREAMED,
    TEXT,
    WIDE,
    ZIP64,
    ZIP64_SHORT,
    Item,
    archive,
    central_header,
    deflate,
    field64,
    forbidden,
    local_header,
    opened,
    quoted_overlap,
    unicode_path,
)

LINK, DEVICE, SOCKET = 0o120777, 0o060644, 0o140644


def bomb() -> bytes:
    """About 11 KB that hold 100 overlapping entries of 2 MiB: 200 MiB."""
    return quoted_overlap(100, bytes(2 * MIB))


def shared_kernel() -> bytes:
    """Two entries at the same place."""
    item = Item(data=TEXT)
    return archive(item, replace(item, name=b"other.txt", offset=0), end={})


def two_ends() -> bytes:
    """An archive whose comment is the end of another directory."""
    hidden = archive(Item(data=b"hidden"))
    return archive(Item(), comment=hidden[-22:])


def ends_in_each_others_comment() -> bytes:
    """Both ends reach exactly to the end of the file."""
    last = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, 0, 0, 0)
    return archive(Item(), comment=last)


def inside_the_directory() -> bytes:
    """An entry whose data runs into the directory."""
    honest = archive(Item(data=b"x" * 50, method=0))
    grown = replace(
        Item(data=b"x" * 60, method=0), packed=b"x" * 50, local={"packed_bytes": 60}, central={"packed_bytes": 60}
    )
    assert len(honest) == len(archive(grown))
    return archive(grown)


def big(size: int, packed: int) -> Item:
    """An entry that declares `size` bytes in `packed` bytes."""
    return Item(packed=b"\0" * packed, local={"size": size}, central={"size": size})


def wide(local: dict[str, int | bytes] | None = None, central: dict[str, int | bytes] | None = None) -> bytes:
    return archive(replace(WIDE, local={**WIDE.local, **(local or {})}, central={**WIDE.central, **(central or {})}))


def lying_directory(raw: bytes, at: int, value: bytes) -> bytes:
    """The archive with some bytes of its end replaced, counted from the end."""
    return raw[: len(raw) - at] + value + raw[len(raw) - at + len(value) :]


def cut_record() -> bytes:
    """A directory whose one record says that its name is longer than the directory."""
    item = Item()
    local = local_header(item, deflate(b"hello")) + deflate(b"hello")
    record = bytearray(central_header(item, deflate(b"hello"), 0))
    record[28:30] = (500).to_bytes(2, "little")
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(record), len(local), 0)
    return local + bytes(record) + end


SIZES = (len(TEXT), len(deflate(TEXT)))
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    # bombs
    "10 KB that declare 200 MiB": (bomb, "times its compressed size"),
    "one entry over its ratio": (lambda: archive(big(201 * 8000, 8000)), "more than 200 times its compressed size"),
    "one entry out of nothing": (lambda: archive(big(2 * MIB, 0)), "more than 200 times"),
    "zeros, honestly declared": (lambda: archive(Item(data=bytes(4 * MIB))), "more than 200 times"),
    "many entries under the ratio of one": (
        lambda: archive(*(replace(big(900 * 1024, 5000), name=b"%d" % n) for n in range(20))),
        "more than 100 times",
    ),
    "300 GiB declared": (lambda: archive(*(giant(n) for n in range(3))), "322,122,547,200 bytes in all"),
    "2^64 bytes declared": (lambda: wide(central={"extra": field64(2**64 - 1, SIZES[1])}), "more than 200 times"),
    # overlaps
    "two entries at one place": (shared_kernel, "shares bytes with another entry"),
    "quoted overlap, small": (lambda: quoted_overlap(5, TEXT), "shares bytes with another entry"),
    "an entry inside another's data": (
        lambda: archive(Item(data=archive(Item(name=b"in"))[:40], method=0), Item(name=b"in", offset=38)),
        "shares bytes",
    ),
    "an entry inside another's extra field": (
        lambda: archive(
            Item(local={"extra": b"\xfe\xca\x40\x00" + local_header(Item(name=b"in"), deflate(b"hello"))[:60].ljust(64, b"\0")}),
            Item(name=b"in", offset=42),
        ),
        "shares bytes",
    ),
    "data that runs into the directory": (inside_the_directory, "reaches into the directory"),
    "an entry behind the directory": (lambda: archive(Item(offset=10**6)), "bytes stand before its first entry"),
    "a second entry behind the directory": (lambda: archive(Item(), Item(name=b"b", offset=10**6)), "reaches into the directory"),
    "an entry at 2^64": (
        lambda: archive(Item(), Item(name=b"b", offset=ZIP64, central={"extra": field64(2**64 - 1)})),
        "reaches into the directory",
    ),
    # ends
    "nothing but a beginning": (lambda: b"PK\x03\x04", "its end is missing"),
    "no directory end": (lambda: archive(Item())[:-22], "its end is missing"),
    "half an end": (lambda: archive(Item())[:-10], "its end is missing"),
    "a cut comment": (lambda: archive(Item(), comment=b"x" * 50)[:-1], "its end is missing"),
    "bytes behind the end": (lambda: archive(Item(), tail=b"more"), "bytes follow its end"),
    "another archive behind the end": (lambda: archive(Item()) + archive(Item(name=b"b")), "its directory is not where"),
    "an end in the comment": (two_ends, "two ends"),
    "two ends that claim the file": (ends_in_each_others_comment, "two ends"),
    "an end signature in the comment": (lambda: archive(Item(), comment=b"PK\x05\x06" + b"x" * 30), "two ends"),
    "an end signature at the end of the comment": (lambda: archive(Item(), comment=b"xxPK\x05\x06"), "two ends"),
    "bytes before the archive": (lambda: b"PK\x03\x04" + archive(Item()), "its directory is not where"),
    "bytes before the archive, well counted": (lambda: archive(Item(), prefix=b"PK\x03\x04xxx"), "bytes stand before"),
    "a program in front": (lambda: archive(Item(), prefix=b"MZ\x90\x00"), "does not begin like a ZIP file"),
    "a page in front": (lambda: archive(Item(), prefix=b"<html></html>"), "does not begin like a ZIP file"),
    "a hidden first entry": (lambda: archive(Item(), prefix=archive(Item(name=b"h"))[:40]), "bytes stand before"),
    "bytes between directory and end": (lambda: archive(Item(), before_end=b"gap"), "its directory is not where"),
    "a directory start beyond the file": (lambda: archive(Item(), end={"start": 10**6}), "its directory is not where"),
    "a directory that is too small": (lambda: archive(Item(), end={"size": 10}), "its directory is not where"),
    "more entries than listed": (lambda: archive(Item(), end={"entries": 2, "here": 2}), "fewer entries than it says"),
    "fewer entries than listed": (lambda: archive(Item(), Item(name=b"b"), end={"entries": 1, "here": 1}), "more than it says"),
    "entries without number": (lambda: archive(Item(), end={"entries": 0, "here": 0}), "lists no entry"),
    "two numbers of entries": (lambda: archive(Item(), end={"here": 2}), "number of entries"),
    "one volume of several": (lambda: archive(Item(), end={"disk": 1, "first_disk": 1}), "one volume of a split archive"),
    "a directory of another volume": (lambda: archive(Item(), end={"first_disk": 3}), "one volume of a split archive"),
    "volumes told by ZIP64 without ZIP64": (
        lambda: archive(Item(), end={"disk": ZIP64_SHORT, "first_disk": ZIP64_SHORT}),
        "one volume of a split archive",
    ),
    "an entry of another volume": (lambda: archive(Item(central={"disk": 2})), "another volume"),
    # ZIP64 against 32 bits
    "a ZIP64 end without ZIP64 end": (lambda: archive(Item(), end={"start": ZIP64, "size": ZIP64}), "its directory is not where"),
    "a locator that points elsewhere": (lambda: archive(Item(), zip64={"at": 0}), "not where its locator says"),
    "a locator that points beyond": (lambda: archive(Item(), zip64={"at": 2**63}), "not where its locator says"),
    "a locator of several volumes": (lambda: archive(Item(), zip64={"disks": 2}), "not where its locator says"),
    "a locator of another volume": (lambda: archive(Item(), zip64={"locator_disk": 1}), "not where its locator says"),
    "a ZIP64 end of another size": (lambda: archive(Item(), zip64={"record": 60}), "ZIP64 end contradicts"),
    "a ZIP64 end of another volume": (lambda: archive(Item(), zip64={"disk": 1}), "ZIP64 end contradicts"),
    "two numbers of entries in the ZIP64 end": (lambda: archive(Item(), zip64={"here": 5}), "ZIP64 end contradicts"),
    "ends that count differently": (lambda: archive(Item(), zip64={}, end={"entries": 7, "here": 7}), "ZIP64 end contradicts"),
    "ends with two directories": (lambda: archive(Item(), zip64={}, end={"start": 3}), "ZIP64 end contradicts"),
    "ends with two sizes": (lambda: archive(Item(), zip64={}, end={"size": 3}), "ZIP64 end contradicts"),
    "a ZIP64 end that skips the directory": (lambda: archive(Item(), zip64={"start": 0}), "its directory is not where"),
    "sizes in a missing ZIP64 field": (lambda: wide(central={"extra": b""}), "lacks the ZIP64 sizes"),
    "sizes in half a ZIP64 field": (lambda: wide(central={"extra": field64(SIZES[0])}), "lacks the ZIP64 sizes"),
    "two ZIP64 fields": (lambda: wide(central={"extra": field64(*SIZES) * 2}), "same extra field twice"),
    "a ZIP64 field that contradicts": (lambda: archive(Item(central={"extra": field64(1, 2)})), "contradicts"),
    "an offset that the ZIP64 field contradicts": (lambda: wide(central={"extra": field64(*SIZES, 9)}), "contradicts"),
    "a ZIP64 field that is too long": (lambda: wide(central={"extra": field64(*SIZES, 0, 0, 0)}), "contradicts"),
    "a local header without its ZIP64 field": (lambda: wide(local={"extra": b""}), "lacks the ZIP64 sizes"),
    "a local header with half a ZIP64 field": (lambda: wide(local={"extra": field64(SIZES[0])}), "lacks the ZIP64 sizes"),
    "a local ZIP64 field that contradicts": (lambda: wide(local={"extra": field64(1, 2)}), "other sizes at its place"),
    "a local header at odds with its ZIP64 field": (lambda: wide(local={"size": 77}), "contradicts"),
    # local header against directory
    "no local header": (lambda: archive(Item(local={"mark": b"PK\x03\x05"}), prefix=b""), "does not begin like"),
    "no second local header": (lambda: archive(Item(), Item(name=b"b", local={"mark": b"XXXX"})), "not where the directory says"),
    "two names": (lambda: archive(Item(name=b"good.txt", local={"name": b"evil.exe"})), "two names"),
    "a longer name at its place": (lambda: archive(Item(local={"name": b"chat.txt.exe"})), "two names"),
    "two methods": (lambda: archive(Item(local={"method": 0})), "packed otherwise"),
    "encrypted only at its place": (lambda: archive(Item(local={"flags": 1})), "packed otherwise"),
    "two sizes": (lambda: archive(Item(local={"size": 4})), "other sizes"),
    "two compressed sizes": (lambda: archive(Item(local={"packed_bytes": 4})), "other sizes"),
    "two check sums": (lambda: archive(Item(local={"crc32": 4})), "other sizes"),
    "zeros without a descriptor": (lambda: archive(Item(local={"size": 0, "packed_bytes": 0, "crc32": 0})), "other sizes"),
    "a wrong size before a descriptor": (lambda: archive(replace(STREAMED, local={"size": 9})), "other sizes"),
    # what an entry may be
    "an encrypted entry": (lambda: archive(Item(flags=1)), "entry 1 is encrypted"),
    "a strongly encrypted entry": (lambda: archive(Item(flags=1 << 6)), "is encrypted"),
    "an encrypted directory": (lambda: archive(Item(flags=1 << 13)), "is encrypted"),
    "AES": (lambda: archive(Item(method=99)), "method 99"),
    "deflate64": (lambda: archive(Item(), Item(name=b"b", method=9)), "entry 2 is packed by method 9"),
    "bzip2": (lambda: archive(Item(method=12)), "method 12"),
    "lzma": (lambda: archive(Item(method=14)), "method 14"),
    "zstandard": (lambda: archive(Item(method=93)), "method 93"),
    "a patch": (lambda: archive(Item(flags=1 << 5)), "is packed by method"),
    "a symbolic link": (lambda: archive(Item(data=b"/etc/passwd", mode=LINK)), "a link or a device"),
    "a device": (lambda: archive(Item(mode=DEVICE)), "a link or a device"),
    "a socket": (lambda: archive(Item(mode=SOCKET)), "a link or a device"),
    "a folder that holds bytes": (lambda: archive(Item(name=b"a/")), "name of a folder and holds bytes"),
    "stored with two sizes": (lambda: archive(Item(method=0, packed=b"hell")), "stored as it is and yet"),
    "a directory record that is cut": (cut_record, "is cut"),
    # names
    "no name": (lambda: archive(Item(name=b"")), "has no name"),
    "a name over the limit": (lambda: archive(Item(name=b"n" * 4097)), "longer than 4,096"),
    "a climb": (lambda: archive(Item(name=b"../evil")), "leads out of the archive"),
    "a climb in the middle": (lambda: archive(Item(name=b"a/../../evil")), "leads out"),
    "a climb at the end": (lambda: archive(Item(name=b"a/..")), "leads out"),
    "a climb with backslashes": (lambda: archive(Item(name=rb"a\..\..\evil")), "leads out"),
    "a climb in the Unicode path": (lambda: archive(Item(central={"extra": unicode_path(b"chat.txt", "../evil")})), "leads out"),
    "a climb that the Unicode path hides": (
        lambda: archive(Item(name=b"../evil", central={"extra": unicode_path(b"../evil", "good")})),
        "leads out",
    ),
    "an absolute name": (lambda: archive(Item(name=b"/etc/passwd")), "leads out"),
    "an absolute name with a backslash": (lambda: archive(Item(name=rb"\windows\system.ini")), "leads out"),
    "a share": (lambda: archive(Item(name=rb"\\host\share\x")), "leads out"),
    "a drive": (lambda: archive(Item(name=b"C:/x")), "leads out"),
    "a drive with a backslash": (lambda: archive(Item(name=b"c:\\x")), "leads out"),
    "NUL in a name": (lambda: archive(Item(name=b"a.txt\0.exe")), "leads out"),
    "one name twice": (lambda: archive(Item(), Item()), "the name of an entry before it"),
    "one name twice, written in two ways": (
        lambda: archive(Item(name="é".encode()), Item(name=b"\x82")),
        "the name of an entry before it",
    ),
}  # fmt: skip


def giant(number: int) -> Item:
    """An entry that declares 100 GiB in 1 GiB: too much with two more like it. Its bytes are never looked at."""
    size = field64(100 << 30, 1 << 30)
    return Item(name=b"%d" % number, packed=b"", central={"size": ZIP64, "packed_bytes": ZIP64, "extra": size})


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_before_inflating(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crooked archive is refused in one plain sentence, with nothing inflated and no text of it in the sentence."""
    make, because = REFUSED[case]
    data = make()
    monkeypatch.setattr(zip_member, "open_member", forbidden)

    with pytest.raises(RefusedArchive) as refused:
        opened(data)

    sentence = str(refused.value)
    assert because in sentence
    assert sentence.startswith("The archive is refused and nothing of it was read: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "evil" not in sentence
    assert refused.value.exit_code == 2


def test_refuses_the_bomb_that_older_pythons_inflate() -> None:
    """Eleven kilobytes that Python 3.11.7 turns into 200 MiB are refused."""
    data = bomb()

    assert len(data) < 12_000
    with zipfile.ZipFile(io.BytesIO(data)) as other:
        assert sum(info.file_size for info in other.infolist()) > 200 * MIB
    with pytest.raises(RefusedArchive):
        opened(data)
