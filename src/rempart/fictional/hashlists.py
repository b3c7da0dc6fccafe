"""Invented hash lists that know some files of the case: VICS 2.0, NCMEC with withdrawals, plain SHA-1, NSRL.

Codes, members, dates and the rows that fill a list up stand for nothing; no row comes from a real list. What each list says of
which file follows from the file's number, so that the truth can say it too.
"""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from rempart.fictional.files import Printed, SharedFile

VICS, NCMEC, SHA1, NSRL = "vics2.json", "ncmec", "sha1.txt", "nsrl.csv"
PAGE = 1000  # entries of a page of the NCMEC interface
_HEAD = (
    '{"@odata.context":"http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/CUSTOM/$metadata#Media","value":['
)
_CHUNK = 10_000
_XML_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2">\n'


def lists_of(file: SharedFile) -> tuple[str, ...]:
    """Which lists know the file, in the order of their names; a withdrawn one stands in NCMEC's alone, and is taken back there."""
    if file.fate == "withdrawn":
        return ("ncmec",)
    if file.fate == "good":
        return ("nsrl",)
    if file.fate != "listed":
        return ()
    place = file.number % 10
    told = (("ncmec", 4 <= place <= 7), ("sha1", place >= 7), ("vics2", place < 6))
    return tuple(name for name, is_told in told if is_told)


def write_lists(folder: Path, files: Sequence[SharedFile], printed: dict[int, Printed], *, rows: int) -> None:
    """Writes the four lists; that of VICS is filled up to `rows` rows with digests of nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    held = {name: [file for file in files if name in lists_of(file)] for name in ("vics2", "ncmec", "sha1", "nsrl")}
    with (folder / VICS).open("wb") as target:
        _write_vics(target, held["vics2"], printed, rows)
    _write_ncmec(folder, held["ncmec"], printed)
    (folder / SHA1).write_text("".join(f"{printed[file.number].sha1}\n" for file in held["sha1"]), "utf-8")
    (folder / NSRL).write_text("".join(_nsrl(held["nsrl"], printed)), "iso-8859-1", newline="\r\n")


def _write_vics(target: BinaryIO, files: Sequence[SharedFile], printed: dict[int, Printed], rows: int) -> None:
    target.write(_HEAD.encode())
    lines = _vics(files, printed, rows)
    separator = ""
    while chunk := ",\n".join(islice(lines, _CHUNK)):
        target.write(f"{separator}\n{chunk}".encode())
        separator = ","
    target.write(b"\n]}\n")


def _vics(files: Sequence[SharedFile], printed: dict[int, Printed], rows: int) -> Iterator[str]:
    for number, file in enumerate(files, start=1):
        told = printed[file.number]
        yield _medium(number, told.md5, told.sha1, told.size_bytes)
    for number in range(len(files) + 1, rows + 1):
        seed = b"filled up %d" % number
        md5 = hashlib.md5(seed, usedforsecurity=False).hexdigest()
        yield _medium(number, md5, hashlib.sha1(seed, usedforsecurity=False).hexdigest(), 1000 + number % 99_991)


def _medium(number: int, md5: str, sha1: str, size_bytes: int) -> str:
    return (
        f'{{"MediaID":{number},"Category":{1 + number % 3},"MD5":"{md5.upper()}","SHA1":"{sha1.upper()}",'
        f'"MediaSize":{size_bytes},"DateUpdated":"2026-01-{1 + number % 28:02d}T00:00:00"}}'
    )


def _write_ncmec(folder: Path, files: Sequence[SharedFile], printed: dict[int, Printed]) -> None:
    """Pages in order; what is withdrawn stands first as listed, and on the last page as deleted."""
    gone = [file for file in files if file.fate == "withdrawn"]
    entries = [_image(file, printed[file.number]) for file in files]
    deleted = [_deleted(file) for file in gone]
    pages = [entries[at : at + PAGE] for at in range(0, len(entries), PAGE)]
    pages.append(deleted)
    (folder / NCMEC).mkdir(exist_ok=True)
    for number, page in enumerate(pages, start=1):
        text = _page(page, number, is_last=number == len(pages))
        (folder / NCMEC / f"page{number:03d}.xml").write_text(text, "utf-8")


def _page(entries: Sequence[str], number: int, *, is_last: bool) -> str:
    start = number * PAGE + 1
    following = f"<paging><next>/v2/entries?start={start}&amp;size={PAGE}</next></paging>\n" if not is_last else ""
    images = f'<images count="{len(entries)}" maxTimestamp="2026-02-28T12:00:00Z">\n{"".join(entries)}</images>\n'
    return f"{_XML_HEAD}{images}{following}</queryResult>\n"


def _image(file: SharedFile, told: Printed) -> str:
    kind = "A1" if file.number % 2 else "B2"
    return (
        f'<image><member id="{900 + file.number % 3}">Invented member {file.number % 3}</member>'
        f"<timestamp>2026-01-{1 + file.number % 28:02d}T12:00:00Z</timestamp><id>invented{file.number}</id>"
        f"<classification>{kind}</classification><fingerprints><md5>{told.md5}</md5><sha1>{told.sha1}</sha1></fingerprints>"
        "<feedback/></image>\n"
    )


def _deleted(file: SharedFile) -> str:
    return (
        f'<deletedImage><member id="{900 + file.number % 3}">Invented member {file.number % 3}</member>'
        f"<id>invented{file.number}</id><timestamp>2026-02-28T12:00:00Z</timestamp></deletedImage>\n"
    )


def _nsrl(files: Sequence[SharedFile], printed: dict[int, Printed]) -> Iterator[str]:
    yield '"SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode","SpecialCode"\n'
    for file in files:
        told = printed[file.number]
        yield f'"{told.sha1.upper()}","{told.md5.upper()}","00000000","{file.name}",{told.size_bytes},1,"362",""\n'
