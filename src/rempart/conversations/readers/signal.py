"""Signal through signal-export (`sigexport`): chat.md or index.md, data.json, and the members' list meta.json.

Source: carderne/signal-export, sigexport.py (2019) to sigexport/models.py, create.py, main.py (2026): the Markdown
line `[2019-05-29, 15:04] Me: text`, with seconds and without the comma since 2023; one JSON object per line.
Tier: source-verified; a public fixture exercised the Markdown.
Not covered: its HTML pages (the same messages: hand over chat.md or data.json), the plain text of a message's quote
in Markdown when the message was merged from an older export (it stays in the text).
Traps: no zone (local time of the exporting computer, taken as if UTC); no ids: names are weak, the exporting person
is `Me`, `No-Sender` is nobody; a name ends at its first colon; a line of a message that is written like the beginning
of one is read as one; text removed from messages by the exporter (back quotes) is lost to everybody.
"""

import json
import posixpath
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from rempart.conversations.forms.fields import extra_of, file_kind, iso_instant_of, items_of, json_of, text_of
from rempart.conversations.forms.instants import to_us
from rempart.conversations.forms.lines import Line, read_lines
from rempart.conversations.forms.signal_marks import MAX_LINKS, take_end, take_quote, take_reactions, take_sticker
from rempart.conversations.parts import Bundle, Head, Part
from rempart.conversations.reader import Reader
from rempart.conversations.rows import (
    Account,
    Conversation,
    Media,
    Member,
    Message,
    Reaction,
    Row,
    Structure,
    Unread,
    UnreadCode,
)
from rempart.records import Tier

_START = re.compile(r"\[(\d{4}-\d\d-\d\d),? (\d\d:\d\d(?::\d\d)?)\] ?([^:\n]{0,200}): ?(.*)", re.DOTALL)
_HALF_START = re.compile(r"\[[\d,: -]{0,21}(?:\] ?[^:\n]{0,200})?")
_LOG = re.compile(  # what server logs write where a name stands: `INFO`, `production.ERROR`, `sshd[12]`
    r"(?:[\w.-]{1,60}\.)?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|ALERT|EMERGENCY)|.{1,60}\[\d{1,8}\]",
    re.IGNORECASE,
)
_DELETED = "(This message was deleted)"
_NOBODY = frozenset({"", "No-Sender"})
_MAX_MESSAGE_BYTES = 4 << 20  # no message is longer; what runs on beyond this is no message
_MAX_LINES = 100_000
_FIELDS = {"date", "sender", "body", "quote", "attachments"}
_TOLD: dict[str, type] = {
    "date": str,
    "sender": str,
    "body": str,
    "quote": str,
    "reactions": list,
    "attachments": list,
    "sticker": dict,
    "deleted": bool,
    "call": bool,
}
_CHAT_FILES = frozenset({"chat.md", "index.md", "data.json", "index.html", "meta.json"})


def recognises(head: Head) -> bool:
    """Lines that begin messages by their shape; objects with the fields of data.json; the list of members; a page."""
    if head.is_binary:
        return False
    if head.json_kind == "object":
        return head.json_keys >= _FIELDS or head.json_keys >= {"exported_by", "exported_on", "members"}
    return _is_page(head) or _is_markdown(head)


def _is_page(head: Head) -> bool:
    text = head.text.replace('"', "").replace("'", "")
    return text.lstrip().lower().startswith("<!doctype html") and "../style.css" in text and "<div class=msg" in text


def _is_markdown(head: Head) -> bool:
    lines = [line.rstrip("\r") for line in head.text.split("\n")]
    first = next((line for line in lines if line.strip()), "")
    if not _START.fullmatch(first):
        return False
    senders = [found[3] for line in lines if (found := _START.fullmatch(line))]
    return sum(_LOG.fullmatch(sender) is not None for sender in senders) * 2 < len(senders)


def read(part: Part, bundle: Bundle) -> Iterator[Row]:
    """Rows of the part; of two files with the same messages the one that tells more is read."""
    head = part.head()
    if head.json_keys >= {"exported_by", "exported_on", "members"}:
        yield from _Chat(part, bundle).members()
    elif head.json_kind == "object":
        yield from _Chat(part, bundle).objects()
    elif _is_page(head):
        yield _page(part, bundle)
    elif _is_told_by(_twin(part, bundle), part):
        reason = "data.json beside it holds the same messages and tells more; they are not read twice"
        yield Unread(byte_start=0, byte_end=part.size_bytes, code="same_messages", reason=reason, loss=False)
    else:
        yield from _Chat(part, bundle).lines()


def _twin(part: Part, bundle: Bundle) -> Part | None:
    twin = bundle.beside(part, "data.json") if part.base in _CHAT_FILES else None
    return twin if twin and twin.head().json_keys >= _FIELDS else None


def _is_told_by(twin: Part | None, part: Part) -> bool:
    """True when `twin` holds at least as many messages as the Markdown `part`: none of them is lost with it."""
    if twin is None:
        return False
    with twin.open() as file, part.open() as markdown:
        objects = sum(line.text.endswith("}") for line in read_lines(file))
        return objects >= sum(_START.fullmatch(line.text) is not None for line in read_lines(markdown))


def _page(part: Part, bundle: Bundle) -> Unread:
    beside = any(bundle.beside(part, name) for name in ("data.json", "chat.md", "index.md"))
    reason = "a page of signal-export; its messages are read from the file beside it"
    if not beside:
        reason = (
            "a page of signal-export; hand over chat.md or data.json of the same folder, which tell the same messages"
        )
    return Unread(byte_start=0, byte_end=part.size_bytes, code="same_messages", reason=reason, loss=not beside)


# -- one chat ---------------------------------------------------------------------------------------


class _Chat:
    """Reading state of one file of a chat."""

    def __init__(self, part: Part, bundle: Bundle) -> None:
        self._part, self._bundle = part, bundle
        own = part.folder and part.base in _CHAT_FILES
        alone = part.base == "data.json" or _twin(part, bundle) is None
        self._id = (part.folder if own and alone else part.name) or "chat"
        name = part.folder.rpartition("/")[2] if own else part.base.rpartition(".")[0]
        self._title = name if name and not name.endswith("!") else None
        self._known: set[str] = set()
        self._begun = False
        self._spaced = False  # the two blanks were met that the exporter writes behind every text

    def _conversation(self) -> Conversation:
        return Conversation(id=self._id, title=self._title)

    def _account(self, name: str | None) -> Iterator[Account]:
        if name and name not in self._known:
            self._known.add(name)
            yield Account(id=name, id_kind="name", name=name)

    def _medium(self, name: str, path: str, *, kind: str = "") -> Media:
        """The medium of a link; a path that leaves the exhibit is kept as written and means no file."""
        inside = (posixpath.normpath(posixpath.join(self._part.folder, piece)) for piece in (unquote(path), path))
        held = next((found for place in inside if (found := self._bundle.named(place))), None)
        kind, path = kind or file_kind(path), held.name if held else path
        return Media(kind=kind, state="in_export" if held else "referenced", name=name, path=path)

    # -- Markdown -----------------------------------------------------------------------------------

    def lines(self) -> Iterator[Row]:
        """Messages from the lines of chat.md; a message runs up to the next line that begins one."""
        yield self._conversation()
        held: list[Line] = []
        with self._part.open() as file:
            for line in read_lines(file):
                starts = _START.fullmatch(line.text) is not None
                too_long = bool(held) and (line.end - held[0].start > _MAX_MESSAGE_BYTES or len(held) == _MAX_LINES)
                if held and (starts or too_long):
                    yield from self._lines_held(held)
                    held = []
                held.append(line)
        if held and not held[-1].ended and self._is_half(held):
            half = held.pop()
            yield from self._lines_held(held)
            reason = "the file ends in the line that begins a message"
            yield Unread(
                byte_start=half.start, byte_end=half.end, code="cut", reason=reason, locator=f"line {half.number}"
            )
            return
        yield from self._lines_held(held)
        if held and not held[-1].ended and self._spaced:
            reason = (
                "the file does not end with the line feed of its writer: the end of its last message may be missing"
            )
            yield Unread(byte_start=held[-1].end, byte_end=held[-1].end, code="cut", reason=reason)

    def _is_half(self, held: list[Line]) -> bool:
        alone = len(held) > 1 or _START.fullmatch(held[0].text) is None
        return alone and _HALF_START.fullmatch(held[-1].text) is not None and bool(held[-1].text)

    def _lines_held(self, held: list[Line]) -> Iterator[Row]:
        """One message; or lines that belong to none: before the first one, or beyond the limit of one."""
        if not held:
            return
        start, end = held[0].start, held[-1].end
        found = _START.fullmatch(held[0].text)
        if found:
            yield from self._message(found, held)
        elif all(not line.text.strip() for line in held):
            yield Structure(byte_start=start, byte_end=end)
        else:
            code: UnreadCode = "too_large" if self._begun else "damaged"
            reason = "the lines belong to no message: none begins before them"
            if self._begun:
                reason = "the lines run on behind a message of 4 MiB"
            yield Unread(byte_start=start, byte_end=end, code=code, reason=reason, locator=f"line {held[0].number}")

    def _message(self, found: re.Match[str], held: list[Line]) -> Iterator[Row]:
        self._begun = True
        lines = [found[4], *(line.text for line in held[1:])]
        while len(lines) > 1 and not lines[-1].strip():
            lines.pop()
        sender = found[3].strip()
        account = None if sender in _NOBODY else sender
        extra: dict[str, Any] = {}
        if quote := take_quote(lines):
            extra["quote"] = quote
        media = tuple(self._take_media(lines))[::-1]
        if sticker := take_sticker(lines):
            extra["sticker"] = sticker
        reactions = take_reactions(lines)
        self._spaced = self._spaced or lines[-1].endswith("  ")
        text = "\n".join(lines).removesuffix("  ")
        deleted = text == _DELETED
        if deleted:
            extra["notice"] = text
        for name in (account, *(reaction.account for reaction in reactions)):
            yield from self._account(name)
        yield Message(
            conversation=self._id,
            byte_start=held[0].start,
            byte_end=held[-1].end,
            account=account,
            text="" if deleted else text,
            sent_us=to_us(found[1], found[2], order="year_first"),
            sent_text=held[0].text[: found.start(3)].strip("[] "),
            action="message_deleted" if deleted else None,
            repair=next((line.repair for line in held if line.repair), None),
            extra=json_of(extra),
            media=media,
            reactions=tuple(reactions),
        )

    def _take_media(self, lines: list[str]) -> Iterator[Media]:
        """Takes the files off the end of the text, the last one first."""
        for _ in range(MAX_LINKS):
            found = take_end(lines)
            if found is None:
                return
            what, name, path = found
            if what == "left_out":
                yield Media(kind="file", state="missing", reason=f"{name} not exported")
            else:
                yield self._medium(name, path, kind="sticker" if what == "sticker" else "")

    # -- data.json ----------------------------------------------------------------------------------

    def objects(self) -> Iterator[Row]:
        """Messages from the lines of data.json, one object per line."""
        yield self._conversation()
        with self._part.open() as file:
            for line in read_lines(file):
                if not line.text.strip():
                    yield Structure(byte_start=line.start, byte_end=line.end)
                    continue
                item = _object(line.text)
                if item is not None and "date" in item and "body" in item:
                    yield from self._object_message(item, line)
                    continue
                cut = item is None and not line.ended and line.end >= self._part.size_bytes
                reason = "the file ends in the middle of a message" if cut else "the line is not a message of data.json"
                yield Unread(
                    byte_start=line.start,
                    byte_end=line.end,
                    code="cut" if cut else "damaged",
                    reason=reason,
                    locator=f"line {line.number}",
                )

    def _object_message(self, item: dict[str, Any], line: Line) -> Iterator[Row]:
        sender = text_of(item.get("sender"))
        account = None if sender is None or sender in _NOBODY else sender
        reactions = tuple(_named_reactions(item.get("reactions")))
        sent_us, zone = iso_instant_of(item.get("date"))
        deleted = item.get("deleted") is True
        for name in (account, *(reaction.account for reaction in reactions)):
            yield from self._account(name)
        yield Message(
            conversation=self._id,
            byte_start=line.start,
            byte_end=line.end,
            kind="service" if item.get("call") is True else "message",
            account=account,
            text=(text_of(item.get("body")) or "").removesuffix("  "),
            sent_us=sent_us,
            sent_text=text_of(item.get("date")),
            zone=zone,
            action="phone_call" if item.get("call") is True else "message_deleted" if deleted else None,
            repair=line.repair,
            extra=_extra(item),
            media=tuple(self._object_media(item)),
            reactions=reactions,
        )

    def _object_media(self, item: dict[str, Any]) -> Iterator[Media]:
        for attachment in items_of(item.get("attachments")):
            name, path = text_of(attachment.get("name")), text_of(attachment.get("path"))
            if missing := text_of(attachment.get("missing_kind")):
                yield Media(kind=file_kind(name), state="missing", reason=f"{missing} not exported", name=name)
            elif path:
                yield self._medium(name or path.rpartition("/")[2], path)
        sticker = item.get("sticker")
        if isinstance(sticker, dict) and sticker:
            pack, number, ending = (text_of(sticker.get(key)) for key in ("packId", "id", "extension"))
            emoji = text_of(sticker.get("emoji"))
            if pack and number and ending:
                yield self._medium(emoji or "sticker", f"../exported_stickers/{pack}/{number}.{ending}", kind="sticker")
            else:
                yield Media(kind="sticker", state="referenced", name=emoji)

    # -- meta.json ----------------------------------------------------------------------------------

    def members(self) -> Iterator[Row]:
        """Members of a group, with their phone numbers, as `--chat-members` writes them."""
        with self._part.open() as file:
            raw = file.read(_MAX_MESSAGE_BYTES)
        item = _object(raw.decode("utf-8", "replace")) if len(raw) == self._part.size_bytes else None
        if item is None:
            reason = "the list of members cannot be read: it is cut, damaged or larger than 4 MiB"
            yield Unread(byte_start=0, byte_end=self._part.size_bytes, code="damaged", reason=reason)
            return
        yield Conversation(id=self._id, title=text_of(item.get("name")) or self._title, kind="group")
        for member in items_of(item.get("members")):
            phone = text_of(member.get("number"))
            name = text_of(member.get("name")) or text_of(member.get("display_name")) or phone
            if name:
                yield Account(id=name, id_kind="name", name=name, phone=phone)
                yield Member(conversation=self._id, account=name, basis="listed")
        yield Structure(byte_start=0, byte_end=self._part.size_bytes, kind="account")


def _object(text: str) -> dict[str, Any] | None:
    try:
        item = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return item if isinstance(item, dict) else None


def _named_reactions(value: object) -> Iterator[Reaction]:
    """`[["Alice", "👍"]]`, as the exporter writes its pairs, or objects with `name` and `emoji`."""
    for entry in value if isinstance(value, list) else ():
        pair = [entry.get("name"), entry.get("emoji")] if isinstance(entry, dict) else entry
        if isinstance(pair, list) and len(pair) == 2:
            emoji, name = text_of(pair[1]), text_of(pair[0])
            if emoji:
                yield Reaction(emoji=emoji, account=name)


def _extra(item: dict[str, Any]) -> str | None:
    rest = extra_of(item, told=_TOLD, quiet={"missed": False, "deleted": False, "call": False})
    if quote := text_of(item.get("quote")):
        rest["quote"] = "\n".join(line.removeprefix("> ") for line in quote.strip("\n").split("\n"))
    try:
        return json_of(rest)
    except RecursionError:
        return json_of({"left_out": "a field whose values are nested too deeply"})


READER = Reader(
    name="signal-export",
    platform="signal",
    looked_for="Signal by signal-export: lines like `[2026-03-12 10:02:11] Name: text`, or data.json with `sender` and `body`",
    tier=Tier.SOURCE_VERIFIED,
    source="carderne/signal-export, sigexport/models.py and create.py",
    recognises=recognises,
    read=read,
)
