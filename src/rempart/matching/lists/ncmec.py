"""NCMEC hash sharing, version 2: pages of XML, in the order of their names, with tombstones.

An entry is `<image>` or `<video>`; a later one of the same member and id takes the place of the earlier, `<deletedImage>` and
`<deletedVideo>` take it back. Every page says whether another follows; when the last one does, the list is not whole.
A document type declaration is refused at its first byte: no entity is ever expanded, nothing outside is ever opened.
Source: python-threatexchange, hash_api.py and its tests (BSD). Tier: source-verified.
Not covered: PhotoDNA, NetClean, Videntifier, TMK+PDQF, SSVH: counted, not compared.
"""

import json
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from rempart.conversations.parts import Head, Part
from rempart.errors import BadInput
from rempart.matching.listing import NotRead
from rempart.matching.lists.form import Edition, Given, ListForm, RawRow, Yielded, in_batches, in_part

SPACE = "https://hashsharing.ncmec.org/hashsharing/v2"
SCHEME = "NCMEC hash sharing v2"
_WINDOW_BYTES = 1 << 20
_DEPTH = 32  # an entry is nine deep; deeper is no page of this form
_ENTRIES = {"image": "image", "video": "video", "deletedImage": "image", "deletedVideo": "video"}
_DIGESTS = frozenset({"md5", "sha1", "sha256", "pdq"})
_MOST_TEXT = 4096  # of one element; PhotoDNA has 288


class UnsafeXml(BadInput):
    """The XML declares entities or a document type."""


def _recognises(head: Head) -> bool:
    return SPACE in head.text[:4096] and "<queryResult" in head.text[:4096]


def _read(given: Given) -> Iterator[Yielded]:
    page: _Page | None = None
    newest = ""
    for part in given.parts:
        page = _Page(part)
        yield from in_batches(page.rows(), place=in_part(part, "line {number}"))
        newest = max(newest, page.newest)
    if page is not None and page.has_next:
        yield NotRead(place=page.place, code="more_pages")
    if newest:
        yield Edition(newest)


class _TooDeep(Exception):
    """Elements inside elements, deeper than any page has them."""


class _Page:
    """One page, read with flat memory."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self.place = part.name or "queryResult"
        self.has_next, self.newest = False, ""  # newest: the latest instant that the page tells
        self._path: list[str] = []
        self._entry: _Entry | None = None
        self._rows: list[RawRow | NotRead] = []
        self._said, self._held = 0, 0  # entries as counted by the page, and by us
        self._text = ""
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._refuse

    def rows(self) -> Iterator[RawRow | NotRead]:
        """Every entry that could be read, then what could not."""
        broken: str | None = None
        with self._part.open() as file:
            while broken is None:
                window = file.read(_WINDOW_BYTES)
                try:
                    self._parser.Parse(window, not window)
                except (expat.ExpatError, _TooDeep):
                    broken = "damaged" if window else "cut"  # only the end of the file shows that it is cut
                yield from self._rows
                self._rows = []
                if not window:
                    break
        if broken:
            line = self._parser.CurrentLineNumber
            yield NotRead(place=in_part(self._part, f"line {line}").format(), code=broken)
        elif self._said != self._held:
            yield NotRead(place=self.place, code="short_page")

    def _refuse(self, *_told: object) -> None:
        raise UnsafeXml("{name} declares a document type, which no page of a list does. Nothing was kept of it.", name=self.place)  # fmt: skip

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        self._path.append(name)
        self._text = ""
        if len(self._path) > _DEPTH:
            raise _TooDeep
        if self._entry is not None:
            self._entry.start(self._path, attributes)
        elif name in _ENTRIES and len(self._path) == 3:
            self._entry = _Entry(name, self._parser.CurrentLineNumber)
            self._held += 1
        elif len(self._path) == 2 and name in {"images", "videos"}:
            self._said += int(count) if (count := attributes.get("count", "")).isdecimal() else 0
            self.newest = max(self.newest, attributes.get("maxTimestamp", ""))

    def _end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if self._entry is not None:
            if len(self._path) == 3:
                self._rows.append(self._entry.row())
                self._entry = None
            else:
                self._entry.end(self._path, self._text.strip())
        elif name == "next" and self._path[-2:-1] == ["paging"]:
            self.has_next = self.has_next or bool(self._text.strip())
        self._path.pop()
        self._text = ""

    def _characters(self, text: str) -> None:
        if len(self._text) < _MOST_TEXT:
            self._text += text


class _Entry:
    """One entry while it is read."""

    def __init__(self, name: str, line: int) -> None:
        self._name, self._line = name, line
        self._told: dict[str, str] = {}
        self._digests: dict[str, str] = {}
        self._feedback: list[dict[str, Any]] = []

    def start(self, path: list[str], attributes: dict[str, str]) -> None:
        name, depth = path[-1], len(path)
        if depth == 4 and name == "member":
            self._told["member_id"] = attributes.get("id", "")
        elif depth == 5 and path[3] == "feedback":
            told: dict[str, Any] = {"kind": name}
            told |= {key: attributes[key] for key in ("type", "lastUpdateTimestamp") if key in attributes}
            self._feedback.append(told)
        elif self._feedback and "feedback" in path and name in {"reason", "member"}:
            self._feedback[-1].setdefault(name, []).append(attributes.get("name") or attributes.get("id", ""))

    def end(self, path: list[str], text: str) -> None:
        name = path[-1]
        if len(path) == 4:
            self._told[name] = text
        elif len(path) == 5 and path[3] == "fingerprints" and name in _DIGESTS and text:
            self._digests[name] = text

    def row(self) -> RawRow:
        told = {name: text or None for name, text in self._told.items()}
        return RawRow(
            number=self._line,
            item_id=told.get("id"),
            media_kind=_ENTRIES[self._name],
            member_id=told.get("member_id"),
            member=told.get("member"),
            scheme=SCHEME,
            code=told.get("classification"),
            listed=told.get("timestamp"),
            feedback=json.dumps(self._feedback, ensure_ascii=False) if self._feedback else None,
            tombstone=self._name.startswith("deleted"),
            replaces=True,
            md5=self._digests.get("md5"),
            sha1=self._digests.get("sha1"),
            sha256=self._digests.get("sha256"),
            pdq=self._digests.get("pdq"),
        )


FORM = ListForm(
    name="ncmec",
    looked_for="NCMEC hash sharing version 2: pages of XML, <queryResult>",
    source="python-threatexchange hash_api.py",
    recognises=_recognises,
    read=_read,
    replacing=True,
)
