"""An invented group that passes files round, with its lists: who brought what is known by construction."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from rempart.analysis.walk import Options, Outcome, analyse
from rempart.matching.listing import LISTINGS, Listing, ListPart
from tests.analysis.case import Silent

START = 1_767_600_000  # 2026-01-05 08:00:00 UTC
MEMBERS = 9
LISTED, NEW, SOFTWARE = 1, 2, 3  # files: one that a list names, one that no list knows, one of known software
BRINGER = "telegram:user2"  # sends every file first
CHILD = "telegram:user9"


def data_of(file: int) -> bytes:
    """The bytes of a file: plain text, no picture."""
    return f"invented file {file}\n".encode() * 3


def write_export(folder: Path) -> Path:
    """The group as Telegram Desktop exports it: user2 brings eight files, the others send them on, user9 says to be 12."""
    files = folder / "files"
    files.mkdir(parents=True)
    rows: list[dict[str, object]] = []
    for file in range(1, 9):
        (files / f"f{file}.bin").write_bytes(data_of(file))
        for member in (2, *(other for other in range(3, MEMBERS) if (file + other) % 3)):
            rows.append(_row(len(rows) + 1, member, text="", file=file))
    rows.append(_row(len(rows) + 1, 9, text="I am 12 years old"))
    rows.append(_row(len(rows) + 1, 2, text="hello to you", reply_to=len(rows)))
    rows.append(_row(len(rows) + 1, 4, text="j'habite dans le 69"))
    chat = {"name": "Garden", "type": "private_supergroup", "id": 77, "messages": rows}
    (folder / "result.json").write_text(json.dumps(chat, ensure_ascii=False), "utf-8")
    return folder


def _row(
    number: int, member: int, *, text: str, file: int | None = None, reply_to: int | None = None
) -> dict[str, object]:
    row: dict[str, object] = {
        "id": number,
        "type": "message",
        "date_unixtime": str(START + number * 60),
        "from": f"Member {member}",
        "from_id": f"user{member}",
        "text": text,
    }
    if file is not None:
        row |= {"file": f"files/f{file}.bin", "file_name": f"f{file}.bin", "file_size": len(data_of(file))}
        row |= {"mime_type": "application/octet-stream"}
    return row | ({"reply_to_message_id": reply_to} if reply_to else {})


def listing(name: str, *files: int, known_good: bool = False) -> Listing:
    """A list that names these files by SHA-1."""
    rows = [
        {
            "listing_row": number,
            "sha1": hashlib.sha1(data_of(file), usedforsecurity=False).hexdigest(),
            "member": "Invented member",
            "scheme": "Scheme A",
            "code": "2",
            "listed_on": date(2026, 1, 3),
            "tombstone": False,
            "replaces": False,
        }
        for number, file in enumerate(files, 1)
    ]
    part = ListPart(load=lambda: pa.Table.from_pylist(rows, schema=LISTINGS), version="7")
    return Listing(list_id=name.lower(), name=name, parts=(part,), standing="known_good" if known_good else "listed")


class Opener:
    """Opens the two lists, and remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[tuple[str, ...], int]] = []

    def __call__(self, exhibits: tuple[str, ...], media: int) -> Sequence[Listing]:
        self.told.append((exhibits, media))
        return (listing("Demo", LISTED), listing("Software", SOFTWARE, known_good=True))


def walked(work: Path, *, options: Options | None = None) -> Outcome:
    """The walk over the group in profile enquete; without lists unless the options open some."""
    export = write_export(work / "export")
    chosen = replace(options or Options(), profile="enquete")
    return analyse([export], out=work / "out", options=chosen, observer=Silent())
