"""Walks a JSON document of any size with flat memory, telling the bytes of every value.

Python's own C scanner decodes one value at a time from a sliding window of text, so a 2 GB export costs
one message of memory, and every message comes with its byte range. A cut or damaged document gives all
that can be read and says which bytes could not.

Invariant: the `Value`, `Damage` ranges and `structure_bytes` together make up the whole file.
"""

import codecs
import json
import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import msgspec

from rempart.conversations.rows import UnreadCode

Path = tuple[str, ...]  # keys from the root; "[]" stands for an element of an array
_WINDOW_BYTES = 1 << 20
_MAX_VALUE_CHARS = 64 << 20  # one value larger than this is refused: no message is
_MAX_SKIP_CHARS = 4 << 20  # how far a next whole element is looked for after damage
_BLANK = re.compile(r"[ \t\n\r]*")
_BAD_CONTROL = re.compile(r"\\x[0-9a-fA-F]{2}")  # Telegram Desktop writes control characters so; not JSON
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|.)", re.DOTALL)
_NEXT_ELEMENT = re.compile(r"[}\]]\s*,\s*(?=[{\[])")
_NEW_LIST = re.compile(r'"messages"\s*:\s*\[')
_HEADER_FIELD = re.compile(r'\s*(?:"messages"\s*:\s*(\[)|"(?:[^"\\]|\\.){0,80}"\s*:\s*)')
_HEADER_FIELDS = 12  # fields of a chat that may stand before its list of messages
_PEERS = 40  # objects looked at to tell a message from its inner objects, when none was read before
_SURE = 8  # characters behind a value that show that its number does not go on in the next window
_BOM = "\ufeff"


class Value(msgspec.Struct, frozen=True):
    """A value read whole: its path, what it is, its bytes [start, end), and whether it needed repair."""

    path: Path
    value: Any
    start: int
    end: int
    repaired: bool = False


class Open(msgspec.Struct, frozen=True):
    """A container that the caller asked to descend into begins."""

    path: Path
    start: int


class Close(msgspec.Struct, frozen=True):
    """That container ends."""

    path: Path
    end: int


class Damage(msgspec.Struct, frozen=True):
    """Bytes [start, end) that are not JSON (`damaged`), or that the file no longer has (`cut`)."""

    path: Path
    start: int
    end: int
    code: UnreadCode
    reason: str


Event = Value | Open | Close | Damage
Descend = Callable[[Path], bool]


class _DecodeError(Exception):
    """The value at the cursor cannot be decoded; `cut` when the file ends inside it."""

    def __init__(self, *, cut: bool, at: int, reason: str) -> None:
        super().__init__(reason)
        self.cut, self.at, self.reason = cut, at, reason


class JsonStream:
    """A cursor over one JSON document, UTF-8 or UTF-16 with its mark; `walk` gives its events once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._mark = file.read(2)
        wide = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(self._mark)
        self._encoding = wide or "utf-8"
        self._errors, self._unit = ("surrogatepass", 2) if wide else ("surrogateescape", 1)
        self._decoder = codecs.getincrementaldecoder(self._encoding)(self._errors)
        self._scan = json.JSONDecoder(strict=False).raw_decode
        self._text = ""
        self._base = 0  # characters dropped before _text, so that places outlive a new window
        self._ascii = True
        self._at = 0  # cursor in _text
        self._byte = 0  # byte offset of the cursor in the file
        self._mended: deque[int] = deque()  # places of repairs not yet passed, each two characters longer than written
        self._ended = False
        self.structure_bytes = 0
        self.repairs = 0

    def walk(self, descend: Descend) -> Iterator[Event]:
        """Events in the order of the file; containers for which `descend(path)` is true are opened,
        every other value is read whole. Ends after the root value, or at the first damage that cannot
        be passed; what lies behind it is then one last `Damage`.
        """
        self._blank()
        if self._peek() == _BOM:
            self._structure(1)
        self._blank()
        try:
            yield from self._value((), descend)
        except _DecodeError as broken:
            yield self._rest((), broken)
            return
        self._blank()
        start, more = self._byte, self._peek()
        self._drain()
        if more:
            yield Damage((), start, self._byte, "damaged", "bytes follow the end of the document")
        elif self._byte > start:
            yield Damage((), start, self._byte, "cut", "the file ends in the middle of a letter")

    # -- the window ---------------------------------------------------------------------------------

    def _fill(self) -> bool:
        """Reads at least one more letter behind the cursor; false at the end of the file.

        Reads as much again as is waiting, so that a value of many windows is not decoded once per window.
        """
        more = ""
        while not more and not self._ended:
            chunk = self._mark + self._file.read(max(_WINDOW_BYTES, len(self._text) - self._at))
            self._mark, self._ended = b"", not chunk
            more = self._decoder.decode(chunk, final=self._ended and self._unit == 1)
        if more:
            self._base += self._at
            self._text = self._text[self._at :] + more
            self._at = 0
            self._ascii = self._text.isascii()
        return bool(more)

    def _peek(self) -> str:
        if self._at >= len(self._text):
            self._fill()
        return self._text[self._at : self._at + 1]

    def _advance(self, to: int) -> int:
        """Moves the cursor to `to` in the window; gives the repairs passed."""
        size = (to - self._at) * self._unit
        if not self._ascii:
            size = len(self._text[self._at : to].encode(self._encoding, self._errors))
        repairs = 0
        while self._mended and self._mended[0] < self._base + to:
            self._mended.popleft()
            repairs += 1
        self._at = to
        self._byte += size - 2 * repairs * self._unit
        self.repairs += repairs
        return repairs

    def _structure(self, chars: int) -> None:
        start = self._byte
        self._advance(self._at + chars)
        self.structure_bytes += self._byte - start

    def _blank(self) -> None:
        while True:
            match = _BLANK.match(self._text, self._at)
            end = match.end() if match else self._at
            if end > self._at:
                self._structure(end - self._at)
            if self._at < len(self._text) or not self._fill():
                return

    def _drain(self) -> None:
        """Passes everything up to the end of the file."""
        self._advance(len(self._text))
        while self._fill():
            self._advance(len(self._text))
        self._byte += len(self._decoder.getstate()[0])  # half a letter of UTF-16
        self._decoder.reset()

    # -- values -------------------------------------------------------------------------------------

    def _value(self, path: Path, descend: Descend) -> Iterator[Event]:
        head = self._peek()
        if head in ("{", "[") and head and descend(path):
            yield Open(path, self._byte)
            self._structure(1)
            yield from self._members(path, descend) if head == "{" else self._elements(path, descend)
            yield Close(path, self._byte)
            return
        start = self._byte
        value, repaired = self._decode()
        yield Value(path, value, start, self._byte, repaired)

    def _ends(self, mark: str) -> bool:
        """Passes blanks and commas; true when `mark` closes the container there."""
        self._blank()
        while self._peek() == ",":
            self._structure(1)
            self._blank()
        if self._peek() != mark:
            return False
        self._structure(1)
        return True

    def _members(self, path: Path, descend: Descend) -> Iterator[Event]:
        while not self._ends("}"):
            start = self._byte
            key, _ = self._decode()
            self.structure_bytes += self._byte - start
            self._blank()
            if not isinstance(key, str) or self._peek() != ":":
                where = self._base + self._at
                raise _DecodeError(cut=not self._peek(), at=where, reason="a field name is not followed by a value")
            self._structure(1)
            self._blank()
            yield from self._value((*path, key), descend)

    def _elements(self, path: Path, descend: Descend) -> Iterator[Event]:
        inner, last = (*path, "[]"), frozenset[str]()
        while not self._ends("]"):
            try:
                for event in self._value(inner, descend):
                    if isinstance(event, Value) and event.path == inner and isinstance(event.value, dict):
                        last = frozenset(event.value)
                    yield event
            except _DecodeError as broken:
                start = self._byte
                if broken.cut or not self._resume(broken, last, lists=descend(inner)):
                    raise
                yield Damage(inner, start, self._byte, "damaged", broken.reason)

    def _decode(self) -> tuple[Any, bool]:
        """The value at the cursor, and whether it was repaired; the cursor moves behind it. Raises: _DecodeError."""
        while True:
            try:
                value, end = self._scan(self._text, self._at)
            except (ValueError, RecursionError) as error:
                self._mend(error)
            else:
                if end + _SURE <= len(self._text) or not self._fill():
                    return value, self._advance(end) > 0

    def _mend(self, error: Exception) -> None:
        """Reads on or repairs, so that decoding can be tried again. Raises: _DecodeError if neither helps."""
        behind = self._base + self._at + 1
        if isinstance(error, RecursionError):
            raise _DecodeError(cut=False, at=behind, reason="values are nested too deeply") from None
        if not isinstance(error, json.JSONDecodeError):
            raise _DecodeError(cut=False, at=behind, reason="a number is too long to be one") from None
        bad = _BAD_CONTROL.match(self._text, error.pos) or _BAD_CONTROL.match(self._text, max(error.pos - 1, 0))
        if bad and error.msg.startswith("Invalid \\"):
            self._repair(bad.start())
            return
        where = self._base + error.pos
        near_end = error.pos >= len(self._text) - 16 or error.msg.startswith("Unterminated string")
        if not near_end:
            raise _DecodeError(cut=False, at=where, reason="the file is damaged here: this is not JSON") from None
        if len(self._text) - self._at > _MAX_VALUE_CHARS:
            raise _DecodeError(cut=False, at=behind, reason="one value is larger than 64 MiB") from None
        if not self._fill():
            raise _DecodeError(cut=True, at=where, reason="the file ends in the middle of a value") from None

    def _repair(self, at: int) -> None:
        """Writes `\\xNN` as `\\u00NN` from `at` to the end of the window; only there when a later one was repaired."""
        text, place = self._text, self._base + at
        later = [mended for mended in self._mended if mended > place]
        pieces, done = [text[:at]], at
        found = [match for match in _ESCAPE.finditer(text, at) if match[1]] if not later else [_ESCAPE.match(text, at)]
        kept = [mended for mended in self._mended if mended < place]
        for count, match in enumerate(match for match in found if match):
            pieces += (text[done : match.start()], "\\u00", match[1])
            kept.append(self._base + match.start() + 2 * count)
            done = match.end()
        self._mended = deque([*kept, *(mended + 2 for mended in later)])
        self._text = "".join(pieces) + text[done:]

    # -- damage -------------------------------------------------------------------------------------

    def _resume(self, broken: _DecodeError, last: frozenset[str], *, lists: bool) -> bool:
        """Moves the cursor to the comma before the next whole element like the ones before; False: none in reach.

        lists: the elements hold lists of messages, and the next one is meant. Otherwise never passes the start of
        another list of messages: what follows could then be told of the wrong chat.
        """
        while self._base + len(self._text) - broken.at < _MAX_SKIP_CHARS and self._fill():
            pass
        after = max(broken.at - 1 - self._base, self._at)
        found = self._next_list(after) if lists else self._next_like(after, last)
        if found is not None:
            self._advance(found)
        return found is not None

    def _next_like(self, after: int, last: frozenset[str]) -> int | None:
        """Place before the next object with the fields of `last`, or, after none, with about the most of its peers."""
        peers: list[tuple[int, int]] = []
        for match in _NEXT_ELEMENT.finditer(self._text, after):
            if len(peers) == _PEERS or _NEW_LIST.search(self._text, after, match.end()):
                break
            after = match.start()
            try:
                value, _ = self._scan(self._text, match.end())
            except (ValueError, RecursionError):
                continue
            if not isinstance(value, dict) or isinstance(value.get("messages"), list):
                continue
            if not last:
                peers.append((match.start() + 1, len(value)))
            elif len(last & value.keys()) * 2 >= len(last):
                return match.start() + 1
        most = max((size for _, size in peers), default=0)
        return next((place for place, size in peers if size * 2 >= most), None)

    def _next_list(self, after: int) -> int | None:
        """Place before the next object that holds a list of messages behind its plain fields."""
        for match in _NEXT_ELEMENT.finditer(self._text, after):
            if self._begins_list(match.end()):
                return match.start() + 1
        return None

    def _begins_list(self, at: int) -> bool:
        for _ in range(_HEADER_FIELDS):
            field = _HEADER_FIELD.match(self._text, at + 1)
            if not field or field[1]:
                return field is not None
            try:
                _, at = self._scan(self._text, field.end())
            except (ValueError, RecursionError):
                return False
            blank = _BLANK.match(self._text, at)
            at = blank.end() if blank else at
            if self._text[at : at + 1] != ",":
                return False
        return False

    def _rest(self, path: Path, broken: _DecodeError) -> Damage:
        start = self._byte
        self._drain()
        code: UnreadCode = "cut" if broken.cut else "damaged"
        return Damage(path, start, self._byte, code, broken.reason)
