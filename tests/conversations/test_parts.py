"""Exhibits as parts: files and folders; nothing written, nothing followed, nothing silently left out."""

import hashlib
import io
import os
from pathlib import Path

import pytest

from rempart.conversations.parts import HEAD_BYTES, Bundle, NotReadable, Part, open_exhibit
from tests.conversations.boxes import contents, names, write

# -- one file -------------------------------------------------------------------------------------------


def test_a_file_is_one_part_without_a_name(tmp_path: Path) -> None:
    """An exhibit of one file has one part, named "", under the SHA-256 of the file."""
    path = tmp_path / "chat.txt"
    path.write_bytes(b"hello")

    exhibit = open_exhibit(path)

    assert (exhibit.kind, exhibit.name, exhibit.size_bytes) == ("file", "chat.txt", 5)
    assert exhibit.sha256 == hashlib.sha256(b"hello").hexdigest()
    assert contents(exhibit) == {"": b"hello"}


def test_an_empty_file_is_read(tmp_path: Path) -> None:
    """An empty file is an exhibit of zero bytes, not an error."""
    (tmp_path / "empty").touch()

    assert contents(open_exhibit(tmp_path / "empty")) == {"": b""}


def test_a_path_to_nothing_is_told(tmp_path: Path) -> None:
    """A path that leads nowhere gives one sentence with the name."""
    with pytest.raises(NotReadable, match=r"missing\.zip is neither a file nor a folder"):
        open_exhibit(tmp_path / "missing.zip")


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    """A folder without a file is not an exhibit."""
    (tmp_path / "box" / "in").mkdir(parents=True)

    with pytest.raises(NotReadable, match="The folder box holds no file"):
        open_exhibit(tmp_path / "box")


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_an_unreadable_path_is_told(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system refuses to open ends in one sentence, not in a traceback or a silent gap."""
    write(tmp_path / "box" / "in", {"chat.txt": b"hello"})

    def refuse(*_: object, **__: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open" if kind == "file" else "os.scandir", refuse)

    with pytest.raises(NotReadable, match=r"box cannot be read: Permission denied\. Nothing was changed\."):
        open_exhibit(tmp_path / "box")


def test_tells_the_bytes_hashed(tmp_path: Path) -> None:
    """Progress rises to the size of the exhibit."""
    write(tmp_path / "box", {"a": b"x" * 10, "b": b"y" * 20})
    told: list[int] = []

    open_exhibit(tmp_path / "box", progress=told.append)

    assert told == [10, 30]


# -- folders ----------------------------------------------------------------------------------------------


def test_a_folder_gives_its_files_in_natural_order(tmp_path: Path) -> None:
    """messages2 stands before messages10, and folders below are read too."""
    write(tmp_path / "box", {f"messages{n}.html": b"" for n in (10, 2, 1)} | {"photos/1.jpg": b"x"})

    exhibit = open_exhibit(tmp_path / "box")

    assert exhibit.kind == "folder"
    assert names(exhibit) == ["messages1.html", "messages2.html", "messages10.html", "photos/1.jpg"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Links to files and folders, inside or outside, are passed over; so are pipes."""
    write(tmp_path / "outside", {"secret.txt": b"secret"})
    box = write(tmp_path / "box", {"chat.txt": b"hello"})
    (box / "link.txt").symlink_to(tmp_path / "outside" / "secret.txt")
    (box / "folder").symlink_to(tmp_path / "outside")
    (box / "loop").symlink_to(box)
    (box / "dangling").symlink_to(tmp_path / "nowhere")
    os.mkfifo(box / "pipe")

    assert contents(open_exhibit(box)) == {"chat.txt": b"hello"}


def test_the_manifest_of_a_folder_is_stable(tmp_path: Path) -> None:
    """The SHA-256 of a folder depends on paths and bytes, not on its own name or on the order of writing."""
    files = {"b.txt": b"2", "a/é.txt": b"1", "a.txt": b"3"}
    one = open_exhibit(write(tmp_path / "one", files))
    two = open_exhibit(write(tmp_path / "two", dict(reversed(files.items()))))
    other = open_exhibit(write(tmp_path / "other", files | {"a.txt": b"4"}))
    lines = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  1  {name}\n" for name in ("a.txt", "a/é.txt", "b.txt"))

    assert one.sha256 == two.sha256 == hashlib.sha256(lines.encode()).hexdigest()
    assert one.sha256 != other.sha256
    assert one.size_bytes == 3


def test_a_name_cannot_imitate_a_line_of_the_manifest(tmp_path: Path) -> None:
    """A line end in a file name is escaped in the manifest: two different folders never share a SHA-256."""
    b = hashlib.sha256(b"2").hexdigest()
    honest = write(tmp_path / "honest", {"a": b"1", "b": b"2"})
    forged = write(tmp_path / "forged", {f"a\n{b}  1  b": b"1"})

    assert open_exhibit(honest).sha256 != open_exhibit(forged).sha256


def test_a_name_that_is_not_utf8_is_kept_as_text(tmp_path: Path) -> None:
    """A file name in another encoding is read, and its odd bytes are shown as \\xNN."""
    box = tmp_path / "box"
    box.mkdir()
    path = os.fsencode(box) + b"/caf\xe9.txt"
    with open(path, "wb") as file:  # noqa: PTH123 (pathlib cannot name these bytes)
        file.write(b"hello")

    assert contents(open_exhibit(box)) == {"caf\\xe9.txt": b"hello"}


# -- finding parts --------------------------------------------------------------------------------------------


def part(name: str) -> Part:
    return Part(name=name, size_bytes=0, opener=io.BytesIO)


def test_finds_parts_as_messages_name_them() -> None:
    """A path is read from the folder of the part that names it, then from the top; a name alone finds the first."""
    bundle = Bundle([part("a/result.json"), part("a/photos/1.jpg"), part("photos/1.jpg"), part("b/2.jpg")])
    chat = bundle.parts[1]

    assert chat.name == "a/result.json"
    assert bundle.beside(chat, "photos/1.jpg") == part("a/photos/1.jpg")
    assert bundle.beside(chat, "./photos/1.jpg") == part("a/photos/1.jpg")
    assert bundle.beside(chat, "b/2.jpg") == part("b/2.jpg")
    assert bundle.beside(chat, "../../etc/passwd") is None
    assert bundle.with_base("1.jpg") == part("a/photos/1.jpg")
    assert bundle.named("1.jpg") is None


# -- heads ----------------------------------------------------------------------------------------------------


def test_a_head_is_64_kib_of_text_and_less_of_a_photo(tmp_path: Path) -> None:
    """Text is looked at to 64 KiB; a binary file shows itself sooner, so that 23,000 photos stay cheap."""
    photo = b"\xff\xd8\xff\xe0\0" + b"x" * 100_000
    box = write(tmp_path / "box", {"chat.txt": b"t" * 100_000, "photo.jpg": photo})

    text, binary = (found.head() for found in open_exhibit(box).bundle.parts)

    assert (len(text.raw), text.is_binary) == (HEAD_BYTES, False)
    assert (len(binary.raw), binary.is_binary) == (4096, True)
