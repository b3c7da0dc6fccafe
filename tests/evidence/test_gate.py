"""The gate accepts good archives with identical bytes, keeps names as text, and holds its limits."""

import io
import os
import zipfile
from dataclasses import replace
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.evidence.gate import LIMITS, RefusedArchive, is_archive
from tests.evidence.crafted import (
    MIB,
    STREAMED,
    TEXT,
    WIDE,
    Item,
    archive,
    contents,
    deflate,
    field64,
    forbidden,
    opened,
    unicode_path,
)

GO = replace(WIDE, central={**WIDE.central, "extra": field64(len(TEXT), len(deflate(TEXT)), 0)})
GOOD: dict[str, tuple[bytes, dict[str, bytes]]] = {
    "one deflated member": (archive(Item(data=TEXT)), {"chat.txt": TEXT}),
    "one stored member": (archive(Item(data=TEXT, method=0)), {"chat.txt": TEXT}),
    "two members": (archive(Item(), Item(name=b"b/c.json", data=b"{}")), {"chat.txt": b"hello", "b/c.json": b"{}"}),
    "no member": (archive(), {}),
    "no member, with a comment": (archive(comment=b"nothing here"), {}),
    "an empty member, stored": (archive(Item(data=b"", method=0)), {"chat.txt": b""}),
    "an empty member, deflated": (archive(Item(data=b"")), {"chat.txt": b""}),
    "a comment": (archive(Item(data=TEXT), comment=b"made by a phone"), {"chat.txt": TEXT}),
    "the longest comment": (archive(Item(), comment=b"x" * 0xFFFF), {"chat.txt": b"hello"}),
    "a folder": (
        archive(Item(name=b"a/", data=b"", method=0, mode=0o040755), Item()),
        {"a/": b"", "chat.txt": b"hello"},
    ),
    "a folder listed twice": (archive(*[Item(name=b"a/", data=b"", method=0)] * 2), {"a/": b""}),
    "sizes behind the data": (archive(STREAMED, Item(name=b"b")), {"chat.txt": TEXT, "b": b"hello"}),
    "sizes behind the data, without signature": (
        archive(replace(STREAMED, behind=STREAMED.behind[4:])),
        {"chat.txt": TEXT},
    ),
    "ZIP64 sizes": (archive(WIDE), {"chat.txt": TEXT}),
    "ZIP64 sizes with the offset that Go adds": (archive(GO), {"chat.txt": TEXT}),
    "a ZIP64 end": (archive(Item(data=TEXT), zip64={}), {"chat.txt": TEXT}),
    "a ZIP64 end beside a full end": (archive(Item(), zip64={}, end={"entries": 1, "here": 1}), {"chat.txt": b"hello"}),
    "an empty ZIP64 archive": (archive(zip64={}), {}),
    "a locator that counts no disk": (archive(Item(), zip64={"disks": 0}), {"chat.txt": b"hello"}),
    "a pipe, as `zip -` writes it": (archive(Item(name=b"-", mode=0o010600)), {"-": b"hello"}),
    "a folder of no type, as Plexus writes it": (
        archive(Item(name=b"a/", data=b"", method=0, mode=0o177777)),
        {"a/": b""},
    ),
    "no file type": (archive(Item(mode=0)), {"chat.txt": b"hello"}),
    "a name in UTF-8, flagged": (archive(Item(name="é.txt".encode(), flags=1 << 11)), {"é.txt": b"hello"}),
    "a name in UTF-8, not flagged": (archive(Item(name="é.txt".encode())), {"é.txt": b"hello"}),
    "a name in code page 437": (archive(Item(name=b"\x82t\x82.txt")), {"été.txt": b"hello"}),
    "a name in the Unicode path field": (
        archive(Item(name=b"?.txt", central={"extra": unicode_path(b"?.txt", "🙂.txt")})),
        {"🙂.txt": b"hello"},
    ),
    "a Unicode path of another name": (
        archive(Item(central={"extra": unicode_path(b"other", "🙂.txt")})),
        {"chat.txt": b"hello"},
    ),
    "a name flagged UTF-8 that is not": (archive(Item(name=b"\x82.txt", flags=1 << 11)), {"é.txt": b"hello"}),
    "a reserved name": (archive(Item(name=b"CON"), Item(name=b"aux.txt")), {"CON": b"hello", "aux.txt": b"hello"}),
    "names that differ in case": (archive(Item(name=b"A"), Item(name=b"a")), {"A": b"hello", "a": b"hello"}),
    "names that differ in Unicode form": (
        archive(Item(name="é".encode()), Item(name="e\u0301".encode())),
        {"é": b"hello", "e\u0301": b"hello"},
    ),
    "backslashes": (archive(Item(name=rb"inbox\message_1.json")), {r"inbox\message_1.json": b"hello"}),
    "a folder with a backslash": (archive(Item(name=b"inbox\\", data=b"", method=0)), {"inbox\\": b""}),
    "dots in a name": (archive(Item(name=b"..a/b.../...")), {"..a/b.../...": b"hello"}),
    "a direction mark": (archive(Item(name="a\u202egnp.txt".encode())), {"a\u202egnp.txt": b"hello"}),
    "a line end in a name": (archive(Item(name=b"a\nb")), {"a\nb": b"hello"}),
    "the signature of an end inside a stored member": (
        archive(Item(data=archive(Item()), method=0)),
        {"chat.txt": archive(Item())},
    ),
    "extra fields that end in padding": (archive(Item(central={"extra": b"\0" * 3})), {"chat.txt": b"hello"}),
}


@pytest.mark.parametrize("case", GOOD)
def test_accepts_with_identical_bytes(case: str) -> None:
    """An archive within the specification gives exactly the bytes that went in."""
    data, files = GOOD[case]

    assert contents(data) == files


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("stream", [False, True])
@settings(max_examples=40, deadline=None)
@given(
    files=st.dictionaries(
        st.text("abcé🙂_-/", min_size=1).filter(lambda n: n.strip("/") == n), st.binary(max_size=5000)
    )
)
def test_gives_the_bytes_that_another_program_packed(files: dict[str, bytes], method: int, *, stream: bool) -> None:
    """What Python's zipfile writes, in one piece or through a pipe, is read back byte for byte."""
    data = by_zipfile(files, method=method, stream=stream)

    assert contents(data) == files


def test_finds_an_archive_by_its_first_bytes() -> None:
    """An archive is told from its bytes, an empty one too, and the file is left at its first byte."""
    for data in (archive(Item()), archive(), archive(zip64={}), b"PK\x03\x04"):
        file = io.BytesIO(data)
        file.seek(2)
        assert (is_archive(file), file.tell()) == (True, 0)


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"PK\x01\x02", b"[12/03/2026] Alice: PK\x03\x04", b"MZ" + archive(Item())]
)
def test_other_bytes_are_no_archive(data: bytes) -> None:
    """Text, an empty file, a program with an archive behind it: none of them is an archive."""
    file = io.BytesIO(data)

    assert not is_archive(file)
    assert file.tell() == 0


def test_counts_bytes_that_no_entry_holds() -> None:
    """A hole between entries is never read; its size is told."""
    holed = opened(archive(Item(name=b"a", behind=b"x" * 100), Item(name=b"b"), before_end=b""))
    tidy = opened(archive(STREAMED, Item(name=b"b")))

    assert (holed.unlisted_bytes, tidy.unlisted_bytes) == (100, 0)


def test_opens_many_entries() -> None:
    """An export with 23,000 media files opens."""
    files = {f"media/{n}.jpg": b"x" for n in range(23_000)}

    assert len(opened(by_zipfile(files, method=zipfile.ZIP_STORED)).members) == 23_000


def by_zipfile(files: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED, stream: bool = False) -> bytes:
    out = io.BytesIO()
    target: BinaryIO = OneWay(out) if stream else out  # type: ignore[assignment]  # a file that cannot seek
    with zipfile.ZipFile(target, "w", method) as writer:
        for name, data in files.items():
            writer.writestr(name, data)
    return out.getvalue()


class OneWay(io.RawIOBase):
    """A pipe: zipfile then writes data descriptors."""

    def __init__(self, out: io.BytesIO) -> None:
        super().__init__()
        self._out = out

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # the buffers that zipfile gives are bytes
        return self._out.write(data)


def test_refuses_more_entries_than_the_limit() -> None:
    """The number of entries is limited, before the directory is read."""
    with pytest.raises(RefusedArchive, match="declares 3 entries, more than 2"):
        opened(archive(Item(), Item(name=b"b"), Item(name=b"c")), limits=replace(LIMITS, entries=2))


def test_refuses_a_directory_over_the_limit() -> None:
    """The directory is held in memory, so its size is limited."""
    with pytest.raises(RefusedArchive, match="its directory takes"):
        opened(archive(Item()), limits=replace(LIMITS, directory_bytes=20))


def test_allows_high_ratios_of_small_members() -> None:
    """A short file of one letter is no bomb: ratios count above 1 MiB only."""
    assert contents(archive(Item(data=b"a" * MIB))) == {"chat.txt": b"a" * MIB}


STEPS = st.sampled_from(
    ["..", ".", "", "a", "CON", "C:", "~", "…", "\u202e", "aux.txt", " ", "é", "e\u0301", "*", "nul"]
)
NAMES = st.one_of(
    st.lists(STEPS, min_size=1, max_size=6).flatmap(
        lambda steps: st.sampled_from(["/", "\\"]).map(lambda sep: sep.join(steps))
    ),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=30),
)


@settings(max_examples=2000, deadline=None)
@given(name=NAMES)
def test_no_name_leads_anywhere(name: str) -> None:
    """Two thousand names, hostile ones among them: each is refused or kept as text, and no file is ever opened."""
    folder = name.endswith(("/", "\\"))
    data = archive(Item(name=name.encode(), data=b"" if folder else b"x", method=0, flags=1 << 11))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.open", forbidden)
        patch.setattr(os, "open", forbidden)
        patch.setattr(io, "open", forbidden)
        try:
            read = contents(data)
        except RefusedArchive:
            return

    assert list(read) == [name]
    assert ".." not in name.replace("\\", "/").split("/")
    assert not name.startswith(("/", "\\"))
