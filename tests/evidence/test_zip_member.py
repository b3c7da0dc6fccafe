"""Streams of members: positions, damage that shows while reading, and any damage anywhere."""

import contextlib
import io
import os
import threading
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.evidence import gate, zip_member
from rempart.evidence.gate import DamagedMember, RefusedArchive
from tests.evidence.crafted import MIB, STREAMED, TEXT, Item, archive, contents, deflate, noise, opened, read_all


def test_reads_members_at_once_and_again() -> None:
    """Each stream has its own position, and a member may be opened many times."""
    found = opened(archive(Item(name=b"a", data=b"1234"), Item(name=b"b", data=b"abcd", method=0)))
    first, second = found.members

    with found.open(first) as one, found.open(second) as two, found.open(first) as again:
        pieces = [one.read(2), two.read(2), again.read(3), one.read(2), two.read(2), again.read(2), one.read(2)]

    assert pieces == [b"12", b"ab", b"123", b"34", b"cd", b"4", b""]


def test_reads_members_from_several_threads() -> None:
    """Streams of one archive may be read from several threads."""
    files = {f"{n}.txt": os.urandom(64) * 3000 for n in range(6)}
    found = opened(archive(*(Item(name=name.encode(), data=data) for name, data in files.items())))
    read: dict[str, bytes] = {}
    threads = [threading.Thread(target=lambda m=m: read.update({m.name: read_all(found, m)})) for m in found.members]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert read == files


@pytest.mark.parametrize("method", [0, 8])
@settings(max_examples=15, deadline=None)
@given(places=st.lists(st.integers(0, 3 * MIB), max_size=6))
def test_seeks_like_a_file(method: int, places: list[int]) -> None:
    """A stream gives the same bytes at every place as a file would, with marks and without."""
    data = noise(3 * MIB)
    packed = archive(Item(data=data, method=method))
    member = opened(packed).members[0]
    marks = gate.Marks()

    with gate.open_member(io.BytesIO(packed), member, marks=marks) as marked, opened(packed).open(member) as plain:
        for place in places:
            expected = data[place : place + 1000]
            assert (marked.seek(place), marked.read(1000), marked.tell()) == (place, expected, place + len(expected))
            assert (plain.seek(place - len(data), io.SEEK_END), plain.read(1000)) == (place, expected)


def test_marks_keep_seeking_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """With marks, reading 200 places from the last to the first inflates near each place, not from the start."""
    data = noise(24 * MIB)
    packed = archive(Item(data=data))
    member, marks = opened(packed).members[0], gate.Marks()
    fed = 0
    source_of = zip_member.source_of

    def counted(file: BinaryIO) -> Callable[[int, int], bytes]:
        read_at = source_of(file)

        def read(offset: int, size: int) -> bytes:
            nonlocal fed
            fed += size
            return read_at(offset, size)

        return read

    monkeypatch.setattr(zip_member, "source_of", counted)
    with gate.open_member(io.BytesIO(packed), member, marks=marks) as file:
        file.seek(len(data) - 1)
        file.read(1)
        fed = 0
        for place in range(len(data) - 100, 0, -len(data) // 200):
            file.seek(place)
            assert file.read(50) == data[place : place + 50]

    assert fed < 200 * len(packed) // 24 * 2


SIZE = len(deflate(TEXT))
HALF = len(deflate(noise(100_000))) // 2
DAMAGED: dict[str, tuple[Item, str]] = {
    "more bytes than declared": (
        Item(packed=deflate(TEXT), data=TEXT[:100], local={"packed_bytes": SIZE}, central={"packed_bytes": SIZE}),
        "more bytes than",
    ),
    "fewer bytes than declared": (Item(packed=deflate(b"short"), data=TEXT), "fewer bytes than"),
    "no byte at all": (Item(packed=deflate(b""), data=TEXT), "fewer bytes than"),
    "cut data": (Item(packed=deflate(noise(100_000))[:HALF], data=noise(100_000)), "is cut"),
    "compressed data that makes no sense": (Item(packed=b"\xff" * 50, data=TEXT), "makes no sense"),
    "bytes behind the compressed data": (Item(packed=deflate(TEXT) + b"more", data=TEXT), "bytes follow the end"),
    "a wrong check sum": (Item(data=TEXT, local={"crc32": 1}, central={"crc32": 1}), "check sum"),
    "a wrong check sum of a stored member": (
        Item(data=TEXT, method=0, local={"crc32": 1}, central={"crc32": 1}),
        "check sum",
    ),
    "a wrong check sum of nothing": (Item(data=b"", method=0, local={"crc32": 1}, central={"crc32": 1}), "check sum"),
    "nothing declared, and yet something": (
        Item(packed=deflate(TEXT), data=b"", local={"packed_bytes": SIZE}, central={"packed_bytes": SIZE}),
        "more bytes than",
    ),
}


@pytest.mark.parametrize("case", DAMAGED)
@pytest.mark.parametrize("size", [1, 1000, 1 << 20, -1])
def test_tells_damage_while_reading(case: str, size: int) -> None:
    """A member that is not as declared raises a clear sentence, never a silent end, whatever the size of the reads."""
    item, because = DAMAGED[case]
    found = opened(archive(item))

    with found.open(found.members[0]) as file, pytest.raises(DamagedMember, match=f"Entry 1 .*{because}"):
        deque(iter(lambda: file.read(size), b""), maxlen=0)


def test_never_gives_more_than_declared() -> None:
    """A member that would inflate to 50 MiB gives no byte beyond the size declared."""
    packed = deflate(bytes(50 * MIB))
    item = Item(packed=packed, data=bytes(1000))
    found = opened(archive(item))

    with found.open(found.members[0]) as file:
        assert file.read(10 * MIB) == bytes(1000)
        with pytest.raises(DamagedMember):
            file.read(1)


@settings(max_examples=60, deadline=None)
@given(size=st.integers(0, 60_000), step=st.sampled_from([100, 4096, 1 << 20]), method=st.sampled_from([0, 8]))
def test_gives_everything_before_the_cut(size: int, step: int, method: int) -> None:
    """When the file ends inside a member, all bytes before the cut are given, then the cut is told."""
    data = noise(60_000)
    packed = archive(Item(data=data, method=method))
    member = opened(packed).members[0]
    end = member.data_start + min(size, member.compressed_bytes)
    expected = data[:size] if method == 0 else zlib.decompressobj(-15).decompress(packed[member.data_start : end])
    told: list[str] = []

    with gate.open_member(io.BytesIO(packed[:end]), member, on_damage=lambda damage: told.append(str(damage))) as file:
        read = b"".join(iter(lambda: file.read(step), b""))

    assert read == expected
    assert bool(told) == (end < member.data_start + member.compressed_bytes)


def test_gives_the_bytes_before_a_damaged_block() -> None:
    """Bytes before the place where compressed data stops making sense are given first."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(TEXT) + packer.flush(zlib.Z_FULL_FLUSH) + b"\xff" * 20
    found = opened(archive(Item(packed=packed, data=TEXT + b"lost")))

    with found.open(found.members[0]) as file:
        assert file.read(MIB) == TEXT
        with pytest.raises(DamagedMember, match="makes no sense"):
            file.read(MIB)


def test_a_closed_stream_cannot_be_read() -> None:
    """A closed stream says so, and closing twice is harmless; the owned file is closed once."""
    data = archive(Item())
    file = io.BytesIO(data)
    stream = gate.open_member(file, opened(data).members[0])

    stream.close()
    stream.close()

    assert file.closed
    with pytest.raises(ValueError, match="closed"):
        stream.read(1)


SMALL = archive(
    Item(name=b"a.txt", data=TEXT[:60]),
    Item(name=b"b/", data=b"", method=0, mode=0o040755),
    replace(STREAMED, name="é.txt".encode()),
    Item(name=b"c.bin", data=b"stored", method=0),
    comment=b"hi",
)
SMALL_FILES = {"a.txt": TEXT[:60], "b/": b"", "é.txt": TEXT, "c.bin": b"stored"}


def test_every_truncation_is_refused() -> None:
    """A small archive cut at any byte is refused in one sentence, never with another error."""
    assert contents(SMALL) == SMALL_FILES
    for cut in range(len(SMALL)):
        with pytest.raises(RefusedArchive):
            opened(SMALL[:cut])


def test_every_flipped_bit_is_refused_or_harmless() -> None:
    """Whatever single bit is flipped: refused, told as damage, or the very same bytes; never other bytes, never a crash."""
    true = set(SMALL_FILES.values())
    for place in range(len(SMALL)):
        for bit in range(8):
            flipped = bytearray(SMALL)
            flipped[place] ^= 1 << bit
            try:
                read = contents(bytes(flipped))
            except RefusedArchive:
                continue
            assert set(read.values()) <= true


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.integers(0, len(SMALL)), st.integers(0, 60))
def test_spliced_bytes_never_crash(noise_bytes: bytes, place: int, lost: int) -> None:
    """Random bytes put anywhere into an archive end in a refusal or a reading."""
    with contextlib.suppress(RefusedArchive):
        contents(SMALL[:place] + noise_bytes + SMALL[place + lost :])
