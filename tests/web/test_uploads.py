"""Uploads: exports are sealed, everything else is refused with a sentence, and nothing unsealed touches the disk."""

import io
import os
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from rempart.conversations.reading import Profile
from rempart.evidence.keys import recipient_of
from rempart.evidence.vault import Vault
from rempart.web.uploads import Accepted, HeldUpload, RefusedUpload, accept_exports
from tests.web.conftest import INTAKE

CHAT = b"17/04/2026 18:20 - Camille: Bonsoir, la reprise de samedi est maintenue ?\n17/04/2026 18:21 - Fred: Oui\n"
PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200)  # the head of a picture, without a picture
FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(200)


_OPEN: list[HeldUpload] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """The memory of every upload is given back, as Django does at the end of a request."""
    yield
    while _OPEN:
        _OPEN.pop().held.close()


def held(data: bytes, name: str = "chat.txt") -> HeldUpload:
    """A file as the form hands it over."""
    file = os.fdopen(os.memfd_create("test"), "w+b", buffering=0)
    file.write(data)
    file.seek(0)
    _OPEN.append(HeldUpload(file, name=name, size_bytes=len(data)))
    return _OPEN[-1]


def zipped(**members: bytes) -> bytes:
    """An archive; `__` in a name stands for a dot."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return file.getvalue()


def accept(vault: Path, uploads: Sequence[HeldUpload], profile: Profile = "hotline") -> Accepted:
    """Hands the files to the door."""
    return accept_exports(uploads, profile=profile, vault=Vault(vault), recipients=[recipient_of(INTAKE)])


@pytest.mark.parametrize("profile", ["association", "hotline"])
@pytest.mark.parametrize(
    "data",
    [
        PICTURE,
        FILM,
        zipped(chat__txt=CHAT, photo__jpg=PICTURE),
        zipped(_chat__txt=CHAT, notes__txt=FILM),
        zipped(a__png=PICTURE),
    ],
)
def test_media_are_refused_whatever_their_name(tmp_path: Path, data: bytes, profile: Profile) -> None:
    """Pictures and films do not come in, alone or in an archive; the sentence says what to give instead."""
    with pytest.raises(RefusedUpload) as refusal:
        accept(tmp_path, [held(data)], profile)

    assert "the account name" in str(refusal.value)
    assert not list(Vault(tmp_path).addresses())


@pytest.mark.parametrize("data", [b"", b"just a few words", b"<html><body>a page</body></html>"])
def test_what_is_no_export_is_refused(tmp_path: Path, data: bytes) -> None:
    """The words of a conversation can be pasted instead, and the sentence says so."""
    with pytest.raises(RefusedUpload) as refusal:
        accept(tmp_path, [held(data)])

    assert "text box" in str(refusal.value)


def test_a_hostile_archive_is_refused(tmp_path: Path) -> None:
    """The gate for archives stands at the door too."""
    bomb = zipped(chat__txt=bytes(60_000_000))

    with pytest.raises(RefusedUpload) as refusal:
        accept(tmp_path, [held(bomb)])

    assert "archive" in str(refusal.value)


def test_one_bad_file_keeps_none(tmp_path: Path) -> None:
    """All files of a form are taken, or none."""
    with pytest.raises(RefusedUpload):
        accept(tmp_path, [held(CHAT), held(PICTURE)])

    assert not list(Vault(tmp_path).addresses())


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    """Six files at once are one too many."""
    with pytest.raises(RefusedUpload):
        accept(tmp_path, [held(CHAT)] * 6)


@pytest.mark.parametrize("data", [CHAT, zipped(_chat__txt=CHAT)])
def test_an_export_is_sealed_and_named(tmp_path: Path, data: bytes) -> None:
    """The vault holds the very bytes; the outside name is text only, its folders gone."""
    accepted = accept(tmp_path / "vault", [held(data, "C:\\Users\\x\\..\\/etc/Chat de Camille.txt")])

    (exhibit,), (attachment,) = accepted.exhibits, accepted.attachments
    Vault(tmp_path / "vault").unseal_to(exhibit.address, identities=[INTAKE], target=tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == data
    assert (attachment.name, attachment.reader, attachment.address) == (
        "Chat de Camille.txt",
        "whatsapp",
        exhibit.address,
    )


def test_a_judicial_site_takes_media_inside_an_export(tmp_path: Path) -> None:
    """Only the profile enquete holds media bytes, sealed, never rendered."""
    accepted = accept(tmp_path, [held(zipped(_chat__txt=CHAT, photo__jpg=PICTURE))], "enquete")

    assert len(accepted.exhibits) == 1


def test_nothing_unsealed_is_on_the_disk(tmp_path: Path) -> None:
    """What is uploaded lives in anonymous memory: no file anywhere holds its words."""
    upload = held(CHAT)

    accept(tmp_path, [upload])

    assert "memfd:" in str(upload.path.readlink())
    assert all(b"Camille" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
