"""Signal through sigtop: JSON, text and short text, one file per conversation.

Source: tbvdm/sigtop, fmt_json.go, fmt_text.go, fmt_text_short.go (2021 to 2026); the JSON is Signal Desktop's own
record of a message (ts/model-types.d.ts, as sigtop's signal/*.go reads it). Tier: source-verified; no real export
has exercised it.
Not covered: the people who react in JSON (a number of Signal Desktop's own; kept in `extra`), files saved by
`export-attachments` (their names tell of no message), names in JSON (it has ids only).
Traps: a text stands bare in the text forms, see sigtop_text.py; times have their zone in text, none in short text;
`You` is the exporting person; in newer databases the JSON record lacks fields that moved to columns.
"""

import re
from collections.abc import Iterator
from typing import Any

from rempart.conversations.forms.fields import (
    extra_of,
    file_kind,
    id_of,
    instant_of,
    items_of,
    json_of,
    text_of,
    whole_of,
)
from rempart.conversations.forms.instants import to_us
from rempart.conversations.forms.json_stream import Close, JsonStream, Open, Value
from rempart.conversations.forms.lines import Line, read_lines
from rempart.conversations.forms.sigtop_text import (
    FIELD,
    HEADER,
    SHORT,
    ends_in_half_short,
    half_block,
    is_block,
    person_of,
    read_block,
    split_blocks,
    split_details,
    split_short,
)
from rempart.conversations.forms.sigtop_text import instant_of as text_instant_of
from rempart.conversations.parts import Bundle, Head, Part
from rempart.conversations.reader import Reader
from rempart.conversations.rows import Account, Conversation, Media, Message, Reaction, Row, Structure, Unread
from rempart.records import Tier

_KEYS = {"conversationId", "type"}
_TIMES = {"sent_at", "received_at", "received_at_ms", "timestamp"}
_BLOCK = re.compile(r"^Type: [a-z][a-z0-9-]{0,60}\r?\n(?:Sent|Received): ", re.MULTILINE)
_TYPE_ONLY = re.compile(r"\[([a-z][a-z0-9-]{0,60}) message\]")
_ATTACHMENT = re.compile(r"(.*) \(([\w.+-]{1,80}/[\w.+-]{1,80}), (\d{1,18}) bytes\)")
_ACTIONS = {"call-history": "phone_call", "timer-notification": "set_messages_ttl"}
_SPOKEN = frozenset({"incoming", "outgoing", "story"})
_VOICE = 1  # AttachmentPointer.Flags.VOICE_MESSAGE of Signal's protocol
_YOU = Account(id="You", id_kind="name", name="You")
_TOLD: dict[str, type] = {
    "id": str,
    "type": str,
    "body": str,
    "conversationId": str,
    "sent_at": int,
    "source": str,
    "sourceUuid": str,
    "sourceServiceId": str,
    "attachments": list,
    "sticker": dict,
    "deletedForEveryone": bool,
}
_QUIET: dict[str, object] = {
    "flags": 0,
    "hasAttachments": 0,
    "isViewOnce": False,
    "mentionsMe": False,
    "isErased": False,
    "expireTimer": 0,
}


def recognises(head: Head) -> bool:
    """A list of Signal Desktop's message records; blocks of fields; lines of the short form, some of them by `You`."""
    if head.is_binary:
        return False
    if head.json_kind:
        return head.json_kind == "array" and head.json_keys >= _KEYS and bool(head.json_keys & _TIMES)
    return _is_blocks(head) or _is_short(head)


def _first_line(head: Head) -> str:
    return next((line.rstrip("\r") for line in head.text.split("\n") if line.strip()), "")


def _is_blocks(head: Head) -> bool:
    first = _first_line(head)
    return (HEADER.fullmatch(first) or FIELD.fullmatch(first)) is not None and _BLOCK.search(head.text) is not None


def _is_short(head: Head) -> bool:
    found = (SHORT.fullmatch(line.rstrip("\r")) for line in head.text.split("\n"))
    return SHORT.fullmatch(_first_line(head)) is not None and any(line and line[2] == "You" for line in found)


def read(part: Part, bundle: Bundle) -> Iterator[Row]:
    """Rows of the part, in the form that its head shows."""
    head, chat = part.head(), _Chat(part)
    with part.open() as file:
        if head.json_kind:
            stream = JsonStream(file)
            yield from chat.records(stream)
            yield Structure(byte_start=0, byte_end=stream.structure_bytes)
        elif _is_blocks(head):
            yield from chat.blocks(read_lines(file))
        else:
            yield from chat.short(read_lines(file))


class _Chat:
    """Reading state of one file, which is one conversation."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._id = part.name or "chat"
        self._title = part.base.rpartition(".")[0] or None
        self._chats: set[str] = set()
        self._known: dict[str, str] = {}  # display name -> account
        self._begun = False

    def _account(self, account: Account | None) -> Iterator[Account]:
        if account and self._known.get(account.name or account.id) != account.id:
            self._known[account.name or account.id] = account.id
            yield account

    # -- JSON ---------------------------------------------------------------------------------------

    def records(self, stream: JsonStream) -> Iterator[Row]:
        """Messages from Signal Desktop's records."""
        for event in stream.walk(lambda path: path == ()):
            if isinstance(event, Value) and isinstance(event.value, dict) and event.value.keys() >= _KEYS:
                yield from self._record(event.value, event)
            elif isinstance(event, Value):
                reason = "an entry of the list is not a message"
                yield Unread(byte_start=event.start, byte_end=event.end, code="damaged", reason=reason)
            elif not isinstance(event, Open | Close):
                yield Unread(byte_start=event.start, byte_end=event.end, code=event.code, reason=event.reason)

    def _record(self, item: dict[str, Any], event: Value) -> Iterator[Row]:
        conversation = text_of(item.get("conversationId")) or self._id
        if conversation not in self._chats:
            self._chats.add(conversation)
            yield Conversation(id=conversation, title=self._title)
        kind = text_of(item.get("type")) or "unknown"
        account = _source(item, is_own=kind == "outgoing")
        yield from self._account(account)
        sent = next((item[key] for key in ("sent_at", "timestamp", "received_at_ms") if whole_of(item.get(key))), None)
        sent_us = instant_of(sent, unit_us=1000)
        deleted = item.get("deletedForEveryone") is True
        ranges = [
            text_of(part.get("mentionAci")) or text_of(part.get("mentionUuid"))
            for part in items_of(item.get("bodyRanges"))
        ]
        edits = [instant_of(edit.get("timestamp"), unit_us=1000) for edit in items_of(item.get("editHistory"))]
        yield Message(
            conversation=conversation,
            byte_start=event.start,
            byte_end=event.end,
            kind="message" if kind in _SPOKEN else "service",
            id=id_of(item.get("id")),
            account=account.id if account else None,
            text=text_of(item.get("body")) or "",
            sent_us=sent_us,
            sent_text=id_of(sent),
            zone="unknown" if sent_us is None else "utc",
            edited_us=edits[0] if len(edits) > 1 else None,
            mentions=tuple(person for person in ranges if person),
            action="message_deleted" if deleted else _action(kind),
            repair="control-escape" if event.repaired else None,
            extra=_extra(item),
            media=tuple(_record_media(item)),
            reactions=tuple(_record_reactions(item)),
        )

    # -- text ---------------------------------------------------------------------------------------

    def blocks(self, lines: Iterator[Line]) -> Iterator[Row]:
        """Messages from blocks of fields."""
        last: list[Line] = []
        for held in split_blocks(lines):
            if last:
                yield from self._block(last)
            last = held
        whole = len(last) - half_block(last)
        last, half = last[:whole], last[whole:]
        fields_only = is_block(last) and all(FIELD.fullmatch(line.text) for line in last)
        if fields_only and not half:  # the writer puts a blank line behind the fields
            yield _cut(last[0].start, last[-1].end, "the file ends in the fields of a message")
            return
        if last:
            yield from self._block(last)
        if half:
            yield _cut(half[0].start, half[-1].end, "the file ends in the fields of a message")
        elif last and not last[-1].ended:
            yield _cut(last[-1].end, last[-1].end, "the file ends without the line feed of its writer")

    def _block(self, held: list[Line]) -> Iterator[Row]:
        if not is_block(held):
            yield from self._before(held)
            return
        if not self._begun:
            self._begun = True
            yield Conversation(id=self._id, title=self._title)
        fields = read_block([line.text for line in held])
        account = _YOU if fields.sender == "You" else person_of(fields.sender) if fields.sender else None
        yield from self._account(account)
        reactions: list[Reaction] = []
        for written in fields.reactions:
            emoji, _, name = written.partition(" from ")
            person = None if name in self._known else person_of(name)
            yield from self._account(person)
            reactions.append(Reaction(emoji=emoji, account=person.id if person else self._known.get(name)))
        sent_us = text_instant_of(fields.sent)
        yield Message(
            conversation=self._id,
            byte_start=held[0].start,
            byte_end=held[-1].end,
            kind="message" if fields.type in _SPOKEN else "service",
            account=account.id if account else None,
            text=fields.text,
            sent_us=sent_us,
            sent_text=fields.sent,
            zone="unknown" if sent_us is None else "offset",
            action=_action(fields.type),
            repair=next((line.repair for line in held if line.repair), None),
            extra=json_of(fields.extra),
            media=tuple(_attachment(written) for written in fields.attachments),
            reactions=tuple(reactions),
        )

    def _conversation(self, header: str) -> Iterator[Row]:
        """The conversation, by what the first line of the file says of it: `Garden (group)`, `Alice (+33…)`."""
        self._begun = True
        is_group = header.endswith(" (group)")
        other = None if is_group else person_of(header)
        known = other is not None and other.id_kind == "platform"
        title = header.removesuffix(" (group)") if is_group or not other else other.name or other.id
        yield Conversation(id=self._id, title=title, kind="group" if is_group else "one_to_one" if known else "unknown")
        yield from self._account(other if known else None)

    def _before(self, held: list[Line]) -> Iterator[Row]:
        """What stands before the first message: the name of the conversation; or what belongs to no message."""
        start, end, begun = held[0].start, held[-1].end, self._begun
        spoken = [line.text for line in held if line.text.strip()]
        header = HEADER.fullmatch(spoken[0]) if spoken and not begun else None
        if header:
            yield from self._conversation(header[1])
        if not spoken or (header and len(spoken) == 1):
            yield Structure(byte_start=start, byte_end=end)
        else:
            reason, at = "the lines belong to no message", f"line {held[0].number}"
            yield Unread(
                byte_start=start, byte_end=end, code="too_large" if begun else "damaged", reason=reason, locator=at
            )

    def short(self, lines: Iterator[Line]) -> Iterator[Row]:
        """Messages from lines of the short form."""
        yield Conversation(id=self._id, title=self._title)
        last: list[Line] = []
        for held in split_short(lines):
            yield from self._short_lines(last)
            last = held
        half = last.pop() if ends_in_half_short(last) else None
        yield from self._short_lines(last)
        if half:
            yield _cut(half.start, half.end, "the file ends in the line that begins a message")
        elif last and not last[-1].ended:
            yield _cut(last[-1].end, last[-1].end, "the file ends without the line feed of its writer")

    def _short_lines(self, held: list[Line]) -> Iterator[Row]:
        found = SHORT.fullmatch(held[0].text) if held else None
        if found:
            yield from self._short(found, held)
        elif held:
            yield from self._before(held)

    def _short(self, found: re.Match[str], held: list[Line]) -> Iterator[Row]:
        self._begun = True
        account = _YOU if found[2] == "You" else person_of(found[2])
        yield from self._account(account)
        details, text = split_details("\n".join((found[3] or "", *(line.text for line in held[1:]))).rstrip("\n"))
        only = _TYPE_ONLY.fullmatch(text)
        date, _, clock = found[1].partition(" ")
        count = sum(int(detail.split()[0]) for detail in details if "attachment" in detail)
        reason = "the short form of sigtop names no file"
        yield Message(
            conversation=self._id,
            byte_start=held[0].start,
            byte_end=held[-1].end,
            kind="service" if only else "message",
            account=account.id if account else None,
            text=text,
            sent_us=to_us(date, clock, order="year_first") if clock else None,
            sent_text=found[1],
            action=_action(only[1]) if only else None,
            repair=next((line.repair for line in held if line.repair), None),
            extra=json_of({"details": details} if details else {}),
            media=(Media(kind="unknown", state="missing", reason=reason),) * min(count, 100),
        )


def _cut(start: int, end: int, reason: str) -> Unread:
    return Unread(byte_start=start, byte_end=end, code="cut", reason=reason)


def _action(kind: str) -> str | None:
    return None if kind in _SPOKEN else _ACTIONS.get(kind, kind.replace("-", "_"))


def _source(item: dict[str, Any], *, is_own: bool) -> Account | None:
    """Who wrote: the service id, else the phone number; the exporting person may be told by neither."""
    phone = text_of(item.get("source"))
    native = text_of(item.get("sourceServiceId")) or text_of(item.get("sourceUuid")) or phone
    if native is None:
        return _YOU if is_own else None
    return Account(id=native, id_kind="platform", phone=phone if phone and phone.startswith("+") else None)


def _extra(item: dict[str, Any]) -> str | None:
    rest = extra_of(item, told=_TOLD, quiet=_QUIET)
    if captions := [caption for file in items_of(item.get("attachments")) if (caption := text_of(file.get("caption")))]:
        rest["captions"] = captions
    try:
        return json_of(rest)
    except RecursionError:
        return json_of({"left_out": "a field whose values are nested too deeply"})


def _record_media(item: dict[str, Any]) -> Iterator[Media]:
    for attachment in items_of(item.get("attachments")):
        yield _attached(attachment)
    sticker = item.get("sticker")
    if isinstance(sticker, dict) and sticker:
        data = sticker.get("data")
        path = text_of(data.get("path")) if isinstance(data, dict) else None
        yield Media(kind="sticker", state="referenced", name=text_of(sticker.get("emoji")), path=path)


def _attached(item: dict[str, Any]) -> Media:
    name, mime_type, path = (text_of(item.get(key)) for key in ("fileName", "contentType", "path"))
    missing = path is None
    return Media(
        kind=_kind(mime_type, name, is_voice=whole_of(item.get("flags")) == _VOICE),
        state="missing" if missing else "referenced",
        reason="Signal Desktop had not loaded the file" if missing else None,
        name=name,
        path=path,
        mime_type=mime_type,
        size_bytes=whole_of(item.get("size")),
        width_px=whole_of(item.get("width")),
        height_px=whole_of(item.get("height")),
    )


def _kind(mime_type: str | None, name: str | None, *, is_voice: bool = False) -> str:
    broad = (mime_type or "").partition("/")[0]
    if broad == "audio":
        return "voice" if is_voice else "audio"
    if mime_type == "image/gif":
        return "animation"
    return {"image": "photo", "video": "video"}.get(broad) or file_kind(name)


def _record_reactions(item: dict[str, Any]) -> Iterator[Reaction]:
    for reaction in items_of(item.get("reactions")):
        if emoji := text_of(reaction.get("emoji")):
            yield Reaction(emoji=emoji, reacted_us=instant_of(reaction.get("timestamp"), unit_us=1000))


def _attachment(written: str) -> Media:
    """A file of `photo.jpg (image/jpeg, 123 bytes)`; sigtop saves files elsewhere, under other names."""
    found = _ATTACHMENT.fullmatch(written)
    name = found[1] if found else written
    name_or_none = None if name == "no filename" else name
    return Media(
        kind=_kind(found[2] if found else None, name_or_none),
        state="referenced",
        name=name_or_none,
        mime_type=found[2] if found else None,
        size_bytes=int(found[3]) if found else None,
    )


READER = Reader(
    name="sigtop",
    platform="signal",
    looked_for="Signal by sigtop: a list of records with `conversationId`, blocks of `From:` and `Type:`, or lines by `You`",
    tier=Tier.SOURCE_VERIFIED,
    source="tbvdm/sigtop, fmt_json.go, fmt_text.go and fmt_text_short.go",
    recognises=recognises,
    read=read,
)
