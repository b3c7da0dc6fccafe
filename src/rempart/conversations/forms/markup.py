"""Reads HTML of unknown origin down to elements, their classes and their text; nothing is run, fetched or given back.

A page is cut into blocks by its bytes, and each block is read alone, so that a page of any size costs the memory
of one block. The scan is linear: a tag is what stands between `<` and `>`, with no other bracket in it. (The
standard library's html.parser is not used: crafted input makes it quadratic, CVE-2025-6069.)
"""

import html
import re
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

_WINDOW_BYTES = 1 << 20
MAX_BLOCK_BYTES = 4 << 20  # no message is longer; of a longer block only this much is kept
_MAX_DEPTH = 200  # elements deeper than this are taken as text of the one that holds them
_TAG = re.compile(r"<(?:(/)?([a-zA-Z][a-zA-Z0-9]{0,15})(?![a-zA-Z0-9])([^<>]*)>|!(?:--)?[^<>]*>)")
_ATTRIBUTE = re.compile(r"([\w:-]{1,40})\s{0,4}=\s{0,4}(?:\"([^\"]*)\"|'([^']*)')")
_CONTROL = re.compile(r"&#x(0[1-9A-Fa-f]|1[0-9A-Fa-f]);")  # html.unescape drops these; they were in the text
_VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


class Block(msgspec.Struct, frozen=True):
    """Bytes [start, end) of a page; `raw` is shorter than that when the block is larger than MAX_BLOCK_BYTES."""

    start: int
    end: int
    raw: bytes

    @property
    def is_whole(self) -> bool:
        """True when `raw` is all of the block."""
        return len(self.raw) == self.end - self.start


class Element(msgspec.Struct):
    """An element: its parts in order are texts, unescaped, and elements. `end`: place behind its closing tag."""

    tag: str
    attributes: dict[str, str] = msgspec.field(default_factory=dict)
    classes: frozenset[str] = frozenset()
    parts: "list[Element | str]" = msgspec.field(default_factory=list)
    end: int | None = None  # None: never closed

    def all(self) -> "Iterator[Element]":
        """Every element inside, in order of appearance."""
        waiting = list(reversed(self.parts))
        while waiting:
            part = waiting.pop()
            if isinstance(part, Element):
                yield part
                waiting.extend(reversed(part.parts))

    def all_with(self, name: str) -> "Iterator[Element]":
        """Every element inside that has the class `name`."""
        return (element for element in self.all() if name in element.classes)

    def first(self, *names: str) -> "Element | None":
        """The first element inside that has all the classes."""
        wanted = frozenset(names)
        return next((element for element in self.all() if wanted <= element.classes), None)

    def text(self, *, without: str = "") -> str:
        """The text inside, `<br>` as a line feed, blanks at both ends left out; not that of the class `without`."""
        pieces: list[str] = []
        waiting = list(reversed(self.parts))
        while waiting:
            part = waiting.pop()
            if isinstance(part, str):
                pieces.append(part)
            elif part.tag == "br":
                pieces.append("\n")
            elif without not in part.classes:
                waiting.extend(reversed(part.parts))
        return "".join(pieces).strip(" \t\r\n")

    def link(self) -> str:
        """Target of the first link inside, or of this one; "" when there is none."""
        targets = (element.attributes.get("href", "") for element in (self, *self.all()) if element.tag == "a")
        return next((target for target in targets if target), "")


def split_blocks(file: BinaryIO, *, mark: bytes) -> Iterator[Block]:
    """What stands before the first `mark`, which may be nothing, then every piece from a mark up to the next one.

    The blocks touch and make up the whole file.
    """
    held, base, at, search, start = b"", 0, 0, 0, 0  # held[at:] is the block at hand; held begins at byte `base`
    kept: bytes | None = None  # the beginning of a block that is too large
    while True:
        chunk = file.read(_WINDOW_BYTES)
        held, base, search, at = held[at:] + chunk, base + at, search - at, 0
        while (found := held.find(mark, search)) >= 0:
            yield Block(start, base + found, held[at:found] if kept is None else kept)
            start, at, search, kept = base + found, found, found + len(mark), None
        if not chunk:
            break
        search = max(search, len(held) - len(mark) + 1)
        if len(held) - at > MAX_BLOCK_BYTES + len(mark):
            kept = held[at : at + MAX_BLOCK_BYTES] if kept is None else kept
            at = len(held) - len(mark)
    yield Block(start, base + len(held), held[at:] if kept is None else kept)


def parse(markup: str) -> Element:
    """The elements of a piece of a page, under a root without name. Never raises: what is no tag is text."""
    root = Element("")
    open_ = [root]
    done = over = 0
    for match in _TAG.finditer(markup):
        if match.start() > done:
            open_[-1].parts.append(_unescape(markup[done : match.start()]))
        done = match.end()
        if not match[2]:
            continue
        tag = match[2].lower()
        if match[1] and over:
            over -= 1
        elif match[1]:
            _close(open_, tag, done)
        elif len(open_) > _MAX_DEPTH:
            over += tag not in _VOID and not match[3].endswith("/")
        else:
            _open(open_, tag, match[3])
    if done < len(markup):
        open_[-1].parts.append(_unescape(markup[done:]))
    return root


def _open(open_: list[Element], tag: str, inside: str) -> None:
    attributes = {name.lower(): html.unescape(double or single) for name, double, single in _ATTRIBUTE.findall(inside)}
    element = Element(tag, attributes, frozenset(attributes.get("class", "").split()))
    open_[-1].parts.append(element)
    if tag not in _VOID and not inside.endswith("/"):
        open_.append(element)


def _close(open_: list[Element], tag: str, end: int) -> None:
    """Closes the innermost open element of this tag, and what was left open in it; a stray closing tag does nothing."""
    for depth in range(len(open_) - 1, 0, -1):
        if open_[depth].tag == tag:
            open_[depth].end = end
            del open_[depth:]
            return


def _unescape(text: str) -> str:
    if "&" not in text:
        return text
    return html.unescape(_CONTROL.sub(lambda match: chr(int(match[1], 16)), text))
