"""The two text forms of sigtop: blocks of fields (`text`) and one line per message (`text-short`).

Source: tbvdm/sigtop, fmt_text.go and fmt_text_short.go, signal/recipient.go (2021 to 2026).
A block: `From`, `Type`, `Sent`, `Received`, `Attachment`…, `Reaction`…; then, each behind a blank line, the message
answered with `> ` before its lines, and the text. An edited message has its versions, newest first, behind `| `.
Trap: the text of a message stands bare; one that holds a whole block, or a line in the short form, is read as two.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from rempart.conversations.forms.instants import to_us
from rempart.conversations.forms.lines import Line
from rempart.conversations.rows import Account

HEADER = re.compile(r"Conversation: (.{1,400})")
FIELD = re.compile(r"(From|Type|Sent|Received|Attachment|Reaction|Edited): (.*)")
SHORT = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d|unknown) (?!- )([^:\n]{1,200}):(?: (.*))?")
_FROM = re.compile(r"From: .")
_TYPE = re.compile(r"Type: [a-z][a-z0-9-]{0,60}")
_DATE = re.compile(r"(?:Sent|Received): (?:unknown|[A-Z][a-z]{2}, \d)")
_INSTANT = re.compile(r"[A-Z][a-z]{2}, (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d:\d\d) ([+-]\d{4})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PERSON = re.compile(r"(.*) \(([^()]{1,200})\)")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DETAILS = re.compile(r"\[([^\[\]]{1,600})\](?: (.*))?", re.DOTALL)
_DETAIL = re.compile(r"reply to .{1,200} on (?:\d{4}-\d\d-\d\d \d\d:\d\d|unknown)|edited|\d{1,4} attachments?")
_HALF = re.compile(r"F|Fr|Fro|From|From:.{0,400}|T|Ty|Typ|Type|Type:.{0,80}")
_HALF_TYPE = re.compile(r"T|Ty|Typ|Type|Type: ?")
_HALF_SHORT = re.compile(r"\d{1,4}|\d{4}-[\d-]{0,5}(?: [\d:]{0,5}(?: [^:\n]{0,200})?)?|unknown(?: [^:\n]{0,200})?")
_MAX_LINES = 100_000
_MAX_BYTES = 4 << 20


class Fields(msgspec.Struct, frozen=True, kw_only=True):
    """What one block says; `person` is None where the message is the exporting person's own or nobody's."""

    type: str
    sender: str | None
    sent: str | None
    text: str
    attachments: tuple[str, ...]
    reactions: tuple[str, ...]
    extra: dict[str, Any]


def split_blocks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """The lines of each block; the first list may hold what stands before the first block."""
    held: list[Line] = []
    for line, following in _with_next(lines):
        blank_before = not held or not held[-1].text.strip()
        starts = blank_before and following is not None and _starts(line.text, following.text)
        full = len(held) == _MAX_LINES or (held and line.end - held[0].start > _MAX_BYTES)
        if held and (starts or full):
            yield held
            held = []
        held.append(line)
    if held:
        yield held


def split_short(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """The lines of each message of the short form; the first list may hold what stands before the first one."""
    held: list[Line] = []
    for line in lines:
        full = len(held) == _MAX_LINES or (held and line.end - held[0].start > _MAX_BYTES)
        if held and (full or SHORT.fullmatch(line.text)):
            yield held
            held = []
        held.append(line)
    if held:
        yield held


def is_block(held: list[Line]) -> bool:
    """True when the lines begin a block."""
    return len(held) > 1 and _starts(held[0].text, held[1].text)


def half_block(held: list[Line]) -> int:
    """How many of the last lines, 0 to 2, are (the beginning of) the fields of a block that the file no longer has."""
    if len(held) > 1 and not held[-2].text.strip():
        return int((_FROM.match if held[-1].ended else _HALF.fullmatch)(held[-1].text) is not None)
    if len(held) > 2 and not held[-3].text.strip() and not held[-1].ended and _FROM.match(held[-2].text):
        return 2 * (_HALF_TYPE.fullmatch(held[-1].text) is not None)
    return 0


def ends_in_half_short(held: list[Line]) -> bool:
    """True when the last line is the beginning of a line of the short form."""
    return len(held) > 1 and not held[-1].ended and _HALF_SHORT.fullmatch(held[-1].text) is not None


def _starts(line: str, following: str) -> bool:
    if _FROM.match(line):
        return _TYPE.fullmatch(following) is not None
    return _TYPE.fullmatch(line) is not None and _DATE.match(following) is not None


def _with_next(lines: Iterable[Line]) -> Iterator[tuple[Line, Line | None]]:
    before: Line | None = None
    for line in lines:
        if before is not None:
            yield before, line
        before = line
    if before is not None:
        yield before, None


def read_block(lines: list[str]) -> Fields:
    """The fields of a block and its text."""
    told: dict[str, list[str]] = {}
    place = 0
    while place < len(lines) and (field := FIELD.fullmatch(lines[place])):
        told.setdefault(field[1], []).append(field[2])
        place += 1
    rest = lines[place:]
    extra: dict[str, Any] = {}
    if "Received" in told:
        extra["received"] = told["Received"][0]
    if "Edited" in told:
        extra["edits"] = "\n".join(line for line in rest if line.strip())
        rest = _newest_version(rest)
    quote, text = _split_quote(rest)
    if quote:
        extra["quote"] = quote
    return Fields(
        type=told.get("Type", ["unknown"])[0],
        sender=told.get("From", [None])[0],
        sent=told.get("Sent", [None])[0],
        text=text,
        attachments=tuple(told.get("Attachment", ())),
        reactions=tuple(told.get("Reaction", ())),
        extra=extra,
    )


def _newest_version(rest: list[str]) -> list[str]:
    """What stands behind the fields of the first version, without the bar."""
    bare = [line.removeprefix("|").removeprefix(" ") for line in rest if line.startswith("|")]
    begin = next((place for place, line in enumerate(bare) if place and not line), len(bare))
    end = next((place for place, line in enumerate(bare) if place and line.startswith("Version: ")), len(bare))
    return bare[begin:end]


def _split_quote(rest: list[str]) -> tuple[str, str]:
    """(message answered, text) of what stands behind the fields."""
    lines = [*rest]
    while lines and not lines[-1].strip():
        lines.pop()
    lines = lines[1:] if lines and not lines[0] else lines
    if not lines or not lines[0].startswith("> From: "):
        return "", "\n".join(lines)
    end = next((place for place, line in enumerate(lines) if not line.startswith(">")), len(lines))
    quote = "\n".join(line.removeprefix(">").removeprefix(" ") for line in lines[:end])
    return quote, "\n".join(lines[end + 1 :])


def instant_of(written: str | None) -> int | None:
    """Microseconds since 1970-01-01 UTC of `Mon, 2 Jan 2006 15:04:05 -0700`."""
    found = _INSTANT.fullmatch(written or "")
    if not found or found[2] not in _MONTHS:
        return None
    date = f"{found[3]}-{_MONTHS.index(found[2]) + 1:02}-{found[1]}"
    return to_us(date, found[4], order="year_first", offset=found[5])


def person_of(written: str) -> Account | None:
    """The account of `Alice (+33600000000)`, `Alice (alice.01)`, `Alice (<uuid>)`, `Alice`; None for `Unknown`."""
    found = _PERSON.fullmatch(written)
    if not found or found[2] == "group":
        return None if written == "Unknown" else Account(id=written, id_kind="name", name=written)
    name, detail = found[1], found[2]
    is_phone, is_uuid = detail.startswith("+"), _UUID.fullmatch(detail) is not None
    return Account(
        id=detail,
        id_kind="platform",
        name=name if name != detail else None,
        phone=detail if is_phone else None,
        handle=None if is_phone or is_uuid else detail,
    )


def split_details(text: str) -> tuple[list[str], str]:
    """(details, text) of what stands behind the name in the short form: `[edited, 2 attachments] hello`."""
    found = _DETAILS.fullmatch(text)
    details = found[1].split(", ") if found else []
    if not found or not all(_DETAIL.fullmatch(detail) for detail in details):
        return [], text
    return details, found[2] or ""
