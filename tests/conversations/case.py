"""Reads invented exports in tests, and holds what every reader promises about bytes and evidence."""

import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rempart.conversations.parts import open_exhibit
from rempart.conversations.reader import Reader
from rempart.conversations.readers import READERS
from rempart.conversations.reading import Profile, Reading, read_exhibit
from rempart.conversations.store import TableWriter, load_table
from rempart.conversations.tables import TABLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A reading and its tables as lists of dicts."""

    reading: Reading
    tables: dict[str, list[dict[str, Any]]]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.tables["messages"]

    @property
    def texts(self) -> list[str]:
        return [row["text"] for row in self.messages]

    @property
    def unread(self) -> list[dict[str, Any]]:
        return self.tables["unread"]


def read_path(path: Path, work: Path, *, readers: Sequence[Reader] = READERS, profile: Profile = "association") -> Read:
    """Reads the export and asserts the promises: every byte accounted for, the evidence untouched."""
    before = _hashes(path)
    with TableWriter(work / "tables") as writer:
        reading = read_exhibit(open_exhibit(path), writer=writer, readers=readers, profile=profile)
    assert _hashes(path) == before, "a reader changed the evidence"
    for part in reading.parts:
        assert sum(size for _, size in part.bytes_by_class) == part.size_bytes
    tables = {name: load_table(work / "tables", name).to_pylist() for name in TABLES}
    assert not [row for row in tables["unread"] if row["code"] == "not_accounted"], "a reader forgot bytes"
    _check_slices(path, reading, tables["messages"])
    return Read(reading=reading, tables=tables)


def read_bytes(data: bytes, work: Path, *, name: str = "export", readers: Sequence[Reader] = READERS) -> Read:
    """Reads one file of these bytes; the name says nothing of the format."""
    path = work / name
    path.write_bytes(data)
    return read_path(path, work, readers=readers)


def read_files(
    files: Mapping[str, bytes], work: Path, *, zipped: bool = False, profile: Profile = "association"
) -> Read:
    """Reads a folder, or a zip, of these files."""
    if zipped:
        path = work / "export.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
    else:
        path = work / "export"
        for name, data in files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(data)
    return read_path(path, work, profile=profile)


def _hashes(path: Path) -> dict[str, str]:
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _check_slices(path: Path, reading: Reading, messages: list[dict[str, Any]]) -> None:
    """Slices of one part rise and never overlap."""
    ends: dict[str, int] = {}
    for row in messages:
        assert row["byte_start"] >= ends.get(row["part"], 0), "two messages share bytes"
        assert row["byte_end"] > row["byte_start"]
        ends[row["part"]] = row["byte_end"]
