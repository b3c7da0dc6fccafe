"""The files that go round in the case: pictures, copies of them in other bytes, and small documents; all invented.

Invariant: one number is one content, the same on every machine; two numbers never have the same bytes.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rempart.fictional.pictures import paint

Fate = Literal["unlisted", "listed", "withdrawn", "good", "copy"]
_SIDES = (128, 112, 96)  # pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFile:
    """A file that members share. community: None where it goes round everywhere.

    copy_of: the number of the picture that this one shows too, in other bytes. fate: what the hash lists of the case say of it:
    nothing, listed, listed and withdrawn, known as harmless, or nothing because it is a copy.
    """

    number: int
    community: int | None
    is_photo: bool
    fate: Fate
    copy_of: int | None = None

    @property
    def name(self) -> str:
        """The file's name, the same wherever it is shared."""
        return f"photo_{self.number:06d}.png" if self.is_photo else f"notes_{self.number:06d}.bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """Digests in lower-case hex digits, and the size in bytes."""

    sha256: str
    sha1: str
    md5: str
    size_bytes: int


def content(file: SharedFile) -> bytes:
    """The bytes of the file."""
    if not file.is_photo:
        return hashlib.shake_128(b"notes %d" % file.number).digest(1024 + file.number * 37 % 2048)
    if file.copy_of is None:
        return paint(file.number, side=_SIDES[file.number % 3])
    side, note = _SIDES[file.copy_of % 3], f"copy {file.number}"
    match file.number % 3:
        case 0:
            return paint(file.copy_of, side=side, note=note)
        case 1:
            return paint(file.copy_of, side=side, lighter=4, note=note)
        case _:
            return paint(file.copy_of, side=side - 16, note=note)


class Shelf:
    """The files with their bytes: saves them beside the chats, and keeps the digests of those saved."""

    def __init__(self) -> None:
        self.printed: dict[int, Printed] = {}

    def save(self, file: SharedFile, path: Path) -> Printed:
        """Writes the file to the path; its digests."""
        data = content(file)
        if file.number not in self.printed:
            self.printed[file.number] = Printed(
                sha256=hashlib.sha256(data).hexdigest(),
                sha1=hashlib.sha1(data, usedforsecurity=False).hexdigest(),
                md5=hashlib.md5(data, usedforsecurity=False).hexdigest(),
                size_bytes=len(data),
            )
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return self.printed[file.number]
