"""Invented lists for tests, in the forms that lists come in; every digest is that of a made-up text."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from rempart.matching.lists.form import ListOptions
from rempart.matching.reading import ListReading

VICS_20 = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#Media"
VICS_20_CASES = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/CUSTOM/$metadata#Cases"
VICS_13 = "http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#Media"
VICS_12 = "http://github.com/ICMEC/ProjectVic/DataModels/1.2.xml#Media"
ICSE = "MD5;SHA1;PhotoDNA;Image ID;Is distributed;Victim identified;Offender identified;Series name;Number of submissions;File Available;Media Type;Baseline"
NSRL = '"SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode","SpecialCode"'
SPACE = "https://hashsharing.ncmec.org/hashsharing/v2"


def md5(text: str) -> str:
    """The MD5 of an invented file."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def sha1(text: str) -> str:
    """The SHA-1 of an invented file."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def sha256(text: str) -> str:
    """The SHA-256 of an invented file."""
    return hashlib.sha256(text.encode()).hexdigest()


def medium(text: str, **more: object) -> dict[str, object]:
    """One entry of a Project VIC list, its digests in capitals as lists have them."""
    return {"MediaID": 7, "Category": 1, "MD5": md5(text).upper(), "SHA1": sha1(text).upper(), **more}


def vics(media: Iterable[object], *, model: str = VICS_20) -> bytes:
    """A list of Project VIC."""
    key = "odata.metadata" if "ICMEC" in model else "@odata.context"
    return json.dumps({key: model, "value": list(media)}).encode()


def entry(
    text: str, *, item: str, member: str = "42", code: str = "A1", kind: str = "image", on: str = "2020-01-02"
) -> str:
    """One entry of a page of NCMEC."""
    return (
        f'<{kind}><member id="{member}">Member {member}</member><timestamp>{on}T15:00:00Z</timestamp><id>{item}</id>'
        f"<classification>{code}</classification><fingerprints><md5>{md5(text)}</md5><pdna>AAAA</pdna></fingerprints></{kind}>"
    )


def tombstone(item: str, *, member: str = "42", kind: str = "deletedImage") -> str:
    """What takes an entry back."""
    return (
        f'<{kind}><member id="{member}">M</member><id>{item}</id><timestamp>2020-03-04T15:00:00Z</timestamp></{kind}>'
    )


def page(*entries: str, count: int | None = None, more: bool = False) -> bytes:
    """A page of NCMEC."""
    said = len(entries) if count is None else count
    following = "<paging><next>/v2/entries?start=2</next></paging>" if more else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<queryResult xmlns="{SPACE}"><images count="{said}" maxTimestamp="2020-03-04T15:00:00Z">\n'
        + "\n".join(entries)
        + f"</images>{following}</queryResult>"
    ).encode()


def rds3(path: Path, texts: Iterable[str], *, version: str = "2024.03.1") -> Path:
    """An RDS 3 of NSRL."""
    base = sqlite3.connect(path)
    base.execute(
        "CREATE TABLE FILE (sha256 TEXT, sha1 TEXT, md5 TEXT, file_name TEXT, file_size INTEGER, package_id INTEGER)"
    )
    base.execute(
        "CREATE TABLE VERSION (version TEXT, build_set TEXT, build_date TEXT, release_date TEXT, description TEXT)"
    )
    base.execute("INSERT INTO VERSION VALUES (?, '', '', '', '')", (version,))
    base.executemany("INSERT INTO FILE VALUES (?, ?, ?, 'a.txt', 1, 1)", [(sha256(t), sha1(t), md5(t)) for t in texts])
    base.commit()
    base.close()
    return path


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """A folder of these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def read_list(path: Path, *, options: ListOptions | None = None) -> tuple[list[dict[str, Any]], ListReading]:
    """The rows of a list, and its reading; the list itself is not touched."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    before = {file: file.read_bytes() for file in files if file.is_file()}
    reading = ListReading(path, options=options)
    rows = [row for table in reading for row in table.to_pylist()]
    assert {file: file.read_bytes() for file in before} == before, "a list was changed by reading it"
    assert [row["listing_row"] for row in rows] == list(range(1, len(rows) + 1))
    return rows, reading


def read_bytes(
    folder: Path, data: bytes, *, options: ListOptions | None = None
) -> tuple[list[dict[str, Any]], ListReading]:
    """The rows of one file; its name says nothing."""
    (folder / "list").write_bytes(data)
    return read_list(folder / "list", options=options)


def not_read(reading: ListReading) -> dict[str, tuple[str, ...]]:
    """Why and where."""
    return {fault.code: fault.places for fault in reading.tally.not_read}


def media_of(*texts: str) -> pa.Table:
    """The media table of an exhibit with these files, one a message."""
    return pa.table(
        {
            "exhibit_sha256": ["e" * 64] * len(texts),
            "row": pa.array(range(1, len(texts) + 1), pa.int64()),
            "sha256": pa.array(map(sha256, texts), pa.string()),
            "sha1": pa.array(map(sha1, texts), pa.string()),
            "md5": pa.array(map(md5, texts), pa.string()),
        }
    )
