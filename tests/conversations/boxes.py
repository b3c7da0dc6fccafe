"""Folders and archives of invented files, and what an exhibit of them holds."""

import io
import zipfile
from pathlib import Path

from rempart.conversations.parts import Exhibit


def write(folder: Path, files: dict[str, bytes]) -> Path:
    """Writes the files below the folder, and gives it."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP file of these files, as Python writes it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as writer:
        for name, data in files.items():
            writer.writestr(name, data)
    return out.getvalue()


def names(exhibit: Exhibit) -> list[str]:
    """The names of the parts, in order."""
    return [part.name for part in exhibit.bundle.parts]


def contents(exhibit: Exhibit) -> dict[str, bytes]:
    """The bytes of every part."""
    read = {}
    for part in exhibit.bundle.parts:
        with part.open() as file:
            read[part.name] = file.read()
    return read
