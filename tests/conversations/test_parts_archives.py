"""Archives as parts: their members, archives inside them, hostile and damaged ones; nothing left open."""

import hashlib
import zipfile
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from rempart.conversations.parts import open_exhibit
from rempart.evidence import gate, zip_member
from rempart.evidence.gate import LIMITS, RefusedArchive
from tests.conversations.boxes import contents, names, write, zipped
from tests.conversations.case import read_path
from tests.evidence.crafted import MIB, Item, archive, deflate, noise, quoted_overlap

CHAT = b'{"name": "Alice", "type": "personal_chat", "id": 1, "messages": [%s]}'
LINE = b'{"id": %d, "type": "message", "date_unixtime": "17000000%02d", "from": "Alice", "from_id": "user1", "text": "hello"}'
TELEGRAM = CHAT % b",".join(LINE % (n, n) for n in range(40))


# -- archives ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_gives_its_members(method: int, tmp_path: Path) -> None:
    """The members of an archive are parts, in natural order, whatever the name of the file."""
    files = {"chat10.txt": b"ten", "chat2.txt": b"two" * 1000, "photos/1.jpg": b"\xff\xd8"}
    path = tmp_path / "export.dat"
    path.write_bytes(zipped(files, method))

    exhibit = open_exhibit(path)

    assert exhibit.kind == "archive"
    assert exhibit.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert names(exhibit) == ["chat2.txt", "chat10.txt", "photos/1.jpg"]
    assert contents(exhibit) == files


def test_no_file_stays_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening and reading an exhibit of many archives leaves no file open: hundreds of zipped chats are one folder."""
    inner = zipped({"x": b"y"})
    write(tmp_path / "box", {f"{n}.zip": zipped({"chat.txt": b"hello", "in.zip": inner}) for n in range(30)})
    files: list[BinaryIO] = []
    open_path = Path.open

    def tracked(path: Path, mode: str = "rb") -> BinaryIO:
        files.append(cast("BinaryIO", open_path(path, mode)))  # opened in binary mode
        return files[-1]

    monkeypatch.setattr(Path, "open", tracked)
    exhibit = open_exhibit(tmp_path / "box")
    at_rest = [file.closed for file in files]
    contents(exhibit)

    assert len(exhibit.bundle.parts) == 60
    assert all(at_rest)
    assert all(file.closed for file in files)


def test_a_refused_archive_is_told(tmp_path: Path) -> None:
    """An exhibit that is itself a bomb, or a cut archive, is refused in one sentence."""
    for data in (quoted_overlap(20, bytes(2 * MIB)), zipped({"a": b"b"})[:-5]):
        (tmp_path / "export.zip").write_bytes(data)
        with pytest.raises(RefusedArchive, match=r"^The archive is refused and nothing of it was read: .*\.$"):
            open_exhibit(tmp_path / "export.zip")


def test_a_document_is_one_closed_file(tmp_path: Path) -> None:
    """Office documents, books and programs are ZIP files too; they stay one file, as they would be sent in a chat."""
    document = zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})
    (tmp_path / "letter.docx").write_bytes(document)
    files = {"chat.txt": b"hello", "letter.docx": document, "app.apk": zipped({"AndroidManifest.xml": b""})}
    (tmp_path / "export.zip").write_bytes(zipped(files))

    alone, among = open_exhibit(tmp_path / "letter.docx"), open_exhibit(tmp_path / "export.zip")

    assert (alone.kind, contents(alone)) == ("file", {"": document})
    assert contents(among) == files
    assert all(part.closed is None for part in among.bundle.parts)


# -- archives inside ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("outer", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("inner", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_in_an_archive_is_opened(outer: int, inner: int, tmp_path: Path) -> None:
    """One level of nesting is opened, stored or deflated, and its members are parts named by both."""
    files = {"messages/1.json": noise(3 * MIB), "messages/2.json": b"{}"}
    path = tmp_path / "export.zip"
    path.write_bytes(zipped({"part.zip": zipped(files, inner), "note.txt": b"hello"}, outer))

    exhibit = open_exhibit(path)

    assert contents(exhibit) == {f"part.zip!/{name}": data for name, data in files.items()} | {"note.txt": b"hello"}


def test_an_archive_in_a_folder_is_opened(tmp_path: Path) -> None:
    """Zipped chats beside each other in a folder are opened."""
    box = write(tmp_path / "box", {"a.zip": zipped({"chat.txt": b"hello"}), "b.txt": b"note"})

    assert contents(open_exhibit(box)) == {"a.zip!/chat.txt": b"hello", "b.txt": b"note"}


def test_the_second_level_stays_closed(tmp_path: Path) -> None:
    """An archive in an archive in an archive is a part of its own, with the reason."""
    deep = zipped({"deep.txt": b"x"})
    path = tmp_path / "export.zip"
    path.write_bytes(zipped({"a.zip": zipped({"b.zip": deep, "c.txt": b"y"})}))

    exhibit = open_exhibit(path)

    assert contents(exhibit) == {"a.zip!/b.zip": deep, "a.zip!/c.txt": b"y"}
    assert exhibit.bundle.parts[0].closed == "An archive inside an archive inside an archive is not opened."


INNER = {
    "bomb": (quoted_overlap(20, bytes(2 * MIB)), "times its compressed size"),
    "cut": (zipped({"a": b"b"})[:-5], "the file was cut"),
    "climbing": (archive(Item(name=b"../evil")), "leads out of the archive"),
    "encrypted": (archive(Item(flags=1)), "is encrypted"),
    "only a beginning": (b"PK\x03\x04", "the file was cut"),
}


@pytest.mark.parametrize("case", INNER)
@pytest.mark.parametrize("where", ["folder", "archive"])
def test_a_hostile_attachment_does_not_close_the_export(case: str, where: str, tmp_path: Path) -> None:
    """Somebody may have sent a bomb: it stays closed, with the reason, and everything else is read."""
    data, because = INNER[case]
    files = {"result.json": TELEGRAM, "sent.zip": data}
    path = write(tmp_path / "box", files)
    if where == "archive":
        path = tmp_path / "export.zip"
        path.write_bytes(zipped(files))

    read = read_path(path, tmp_path)

    assert len(read.messages) == 40
    (row,) = read.unread
    assert (row["part"], row["code"], row["loss"]) == ("sent.zip", "archive_refused", True)
    assert because in row["reason"]
    assert (row["byte_start"], row["byte_end"]) == (0, len(data))


def test_bombs_in_series_are_refused(tmp_path: Path) -> None:
    """Ratios multiply over levels: the members of inner archives count against the limits of the outermost."""
    inner = archive(*(Item(name=b"%d" % n, data=bytes(MIB)) for n in range(9)))
    path = tmp_path / "export.zip"
    path.write_bytes(zipped({f"{n}.zip": inner for n in range(40)}))

    exhibit = open_exhibit(path)
    closed = [part.closed or "" for part in exhibit.bundle.parts if part.closed]

    assert sum(part.size_bytes for part in exhibit.bundle.parts) <= LIMITS.total_ratio_from_bytes
    assert len(closed) == 39
    assert all("bytes in all, more than" in reason for reason in closed)


def test_inner_archives_share_the_number_of_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries of all archives of an exhibit count together; what is too much stays closed."""
    monkeypatch.setattr(gate, "LIMITS", gate.Limits(entries=5))
    inner = zipped({f"{n}": b"x" for n in range(3)})
    box = write(tmp_path / "box", {"a.zip": inner, "b.zip": inner})

    exhibit = open_exhibit(box)

    assert names(exhibit) == ["a.zip!/0", "a.zip!/1", "a.zip!/2", "b.zip"]
    assert "more than 2" in (exhibit.bundle.parts[3].closed or "")


def test_names_stay_unique(tmp_path: Path) -> None:
    """A file that bears the name of a member of an archive beside it does not hide it."""
    path = tmp_path / "export.zip"
    path.write_bytes(zipped({"a.zip!/x": b"file", "a.zip": zipped({"x": b"member"})}))

    assert contents(open_exhibit(path)) == {"a.zip!/x": b"file", "a.zip!/x!": b"member"}


# -- damaged members ----------------------------------------------------------------------------------------


def test_a_damaged_chat_is_read_up_to_the_damage(tmp_path: Path) -> None:
    """A chat in an archive whose bytes are damaged is read to there; the rest is told as damaged, nothing is raised."""
    cut = deflate(TELEGRAM)[:-40]
    path = tmp_path / "export.zip"
    path.write_bytes(archive(Item(name=b"result.json", data=TELEGRAM, packed=cut), Item(name=b"b.txt", data=b"?")))

    read = read_path(path, tmp_path)

    assert 30 < len(read.messages) < 40
    damaged = [row for row in read.unread if row["code"] == "damaged"]
    assert "Entry 1 of the archive is damaged" in damaged[-1]["reason"]
    assert damaged[-1]["byte_end"] == len(TELEGRAM)
    assert all(row["loss"] for row in damaged)


def test_a_wrong_check_sum_is_told_with_all_messages(tmp_path: Path) -> None:
    """When only the check sum is wrong, every message is read, and the damage is told."""
    lie: dict[str, int | bytes] = {"crc32": 7}
    path = tmp_path / "export.zip"
    path.write_bytes(archive(Item(name=b"result.json", data=TELEGRAM, local=lie, central=lie)))

    read = read_path(path, tmp_path)

    assert len(read.messages) == 40
    assert [(row["code"], row["byte_start"], row["byte_end"]) for row in read.unread] == [
        ("damaged", len(TELEGRAM), len(TELEGRAM))
    ]


def test_a_damaged_photo_has_no_hash(tmp_path: Path) -> None:
    """In the profile that hashes media, a damaged medium has no SHA-256 but the reason, and the chat is read."""
    lie: dict[str, int | bytes] = {"crc32": 7}
    message = LINE % (1, 1)
    chat = CHAT % (message[:-1] + b', "photo": "photos/1.jpg"}')
    path = tmp_path / "export.zip"
    photo = Item(name=b"photos/1.jpg", data=b"\xff\xd8\0\0", local=lie, central=lie)
    path.write_bytes(archive(Item(name=b"result.json", data=chat), photo))

    (medium,) = read_path(path, tmp_path, profile="enquete").tables["media"]

    assert medium["sha256"] is None
    assert "check sum" in medium["reason"]


def test_an_attached_archive_is_found_by_its_name(tmp_path: Path) -> None:
    """An archive that was opened is still the medium that a message names, with its own size."""
    inner = zipped({"x.txt": b"y"})
    path = tmp_path / "export.zip"
    path.write_bytes(zipped({"files/sent.zip": inner, "result.json": b"{}"}))

    bundle = open_exhibit(path).bundle
    found = bundle.named("files/sent.zip")

    assert found is not None
    assert found.size_bytes == len(inner)
    assert found not in bundle.parts


def test_peeking_into_many_members_inflates_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening an export of 3,000 photos inflates a few bytes of each, not the photos."""
    path = tmp_path / "export.zip"
    photo = noise(4000)
    path.write_bytes(archive(*(Item(name=b"%d.jpg" % n, data=photo) for n in range(3000))))
    sizes: list[int] = []
    produce = zip_member._MemberStream._produce

    def counted(stream: zip_member._MemberStream, limit: int) -> bytes:
        sizes.append(limit)
        return produce(stream, limit)

    monkeypatch.setattr(zip_member._MemberStream, "_produce", counted)

    assert len(open_exhibit(path).bundle.parts) == 3000
    assert sizes == [4] * 3000
