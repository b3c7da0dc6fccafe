"""Uploads: a file that is sent is held in memory, looked at, sealed, and forgotten; unsealed it never touches a disk.

Only what a reader recognises as a conversation export is taken. In the profiles association and hotline every part of it must be text:
pictures, films, sounds and programs are refused at the door, whatever their name says, with what to give instead.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from rempart.conversations.parts import Exhibit as Export
from rempart.conversations.parts import Part, open_exhibit
from rempart.conversations.readers import READERS
from rempart.conversations.reading import Profile, UnknownFormat, recognise
from rempart.errors import BadInput
from rempart.evidence.gate import RefusedArchive
from rempart.evidence.vault import Exhibit, Vault
from rempart.intake.report import MAX_LINE_CHARS, Attachment

MAX_FILES = 5
_CONTROLS = bytes(set(range(32)) - {9, 10, 12, 13, 27})


class RefusedUpload(BadInput):
    """A file that the door does not take; nothing of it was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Files that are in the vault, as the report names them."""

    exhibits: tuple[Exhibit, ...] = ()
    attachments: tuple[Attachment, ...] = ()


class HeldUpload(UploadedFile):  # type: ignore[type-arg]  # generic in the stubs only
    """A file in the memory of this process, reachable by a path that no other process and no disk has."""

    def __init__(self, held: BinaryIO, *, name: str, size_bytes: int) -> None:
        super().__init__(file=held, name=name, size=size_bytes)
        self.held = held

    @property
    def path(self) -> Path:
        """The path of the bytes while the request lasts."""
        return Path(f"/proc/self/fd/{self.held.fileno()}")


class SealedUploadHandler(FileUploadHandler):
    """Django's hook: holds what is sent in anonymous memory, and stops reading at the limit of the site."""

    _file: BinaryIO
    _limit = 0
    _held = 0

    def new_file(self, *args: object, **kwargs: object) -> None:
        """Opens anonymous memory for the next file of the form."""
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]  # Django's signature is passed on unchanged
        from rempart.web.settings import SITE  # noqa: PLC0415 - settings exist once Django runs

        self._limit, self._held = SITE.config.max_upload_bytes, 0
        self._file = os.fdopen(os.memfd_create("upload", os.MFD_CLOEXEC), "w+b", buffering=0)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keeps a piece. Raises: StopUpload past the limit; the form then says so."""
        self._held = start + len(raw_data)
        if self._held > self._limit:
            self._file.close()
            raise StopUpload(connection_reset=True)
        self._file.write(raw_data)

    def file_complete(self, file_size: int) -> HeldUpload:
        """The whole file, from its first byte."""
        self._file.seek(0)
        return HeldUpload(self._file, name=self.file_name or "", size_bytes=file_size)


def accept_exports(
    uploads: Sequence[HeldUpload], *, profile: Profile, vault: Vault, recipients: Sequence[str]
) -> Accepted:
    """Seals the conversation exports of a form into the vault, all or none.

    Raises: RefusedUpload with the sentence for the person, when one of them is no export, holds media, or is a hostile archive.
    """
    if len(uploads) > MAX_FILES:
        raise RefusedUpload(
            "At most {count} files can be sent at once. Nothing was kept; send the others later.", count=MAX_FILES
        )
    looked = [(upload, _look(upload, profile)) for upload in uploads]
    kept = [_keep(upload, reader, vault, recipients) for upload, reader in looked]
    return Accepted(
        exhibits=tuple(exhibit for exhibit, _ in kept), attachments=tuple(attachment for _, attachment in kept)
    )


def _look(upload: HeldUpload, profile: Profile) -> str:
    """The reader that takes the file."""
    try:
        export = _named(upload)
        taken = recognise(export, READERS)
    except UnknownFormat:
        if profile != "enquete" and not _is_text(upload.held):
            raise _no_media() from None
        raise RefusedUpload(
            "This file is not a conversation export that we can read. Nothing was kept of it. You can copy the "
            "words of the conversation into the text box instead."
        ) from None
    except RefusedArchive as error:
        raise RefusedUpload(
            "This archive cannot be taken: {reason} Nothing was kept of it.", reason=str(error)
        ) from error
    if profile != "enquete":
        for part in export.bundle.parts:
            if part.name not in taken and not _part_is_text(part):
                raise _no_media()
    return min(reader.name for reader in taken.values())


def _named(upload: HeldUpload) -> Export:
    return replace(open_exhibit(upload.path), name=_shown_name(upload))


def _no_media() -> RefusedUpload:
    return RefusedUpload(
        "Pictures, films and sounds are not taken here, also not inside an archive. Nothing was kept. Give the address, "
        "the account name, the date and the hour instead; from an export, send only the file of the messages."
    )


def _keep(upload: HeldUpload, reader: str, vault: Vault, recipients: Sequence[str]) -> tuple[Exhibit, Attachment]:
    upload.seek(0)
    exhibit = vault.put(upload.held, recipients=recipients)
    attachment = Attachment(
        name=_shown_name(upload),
        sha256=exhibit.sha256,
        size_bytes=exhibit.size_bytes,
        address=exhibit.address,
        reader=reader,
    )
    return exhibit, attachment


def _shown_name(upload: HeldUpload) -> str:
    """The outside name, as text only."""
    untrusted_name = PurePosixPath((upload.name or "").replace("\\", "/")).name or "file"
    return untrusted_name.encode("utf-8", "replace").decode("utf-8")[:MAX_LINE_CHARS]


def _part_is_text(part: Part) -> bool:
    with part.open() as file:
        return _is_text(file)


def _is_text(file: BinaryIO) -> bool:
    """Whether the first 64 KiB are text: UTF-8 or UTF-16 with its mark, without control signs."""
    if file.seekable():
        file.seek(0)
    raw = file.read(1 << 16)
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "\0" not in raw.decode("utf-16", "replace")
    if any(control in raw for control in (bytes([value]) for value in _CONTROLS)):
        return False
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(raw) - 4
    return True
