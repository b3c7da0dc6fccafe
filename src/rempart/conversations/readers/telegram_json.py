"""Telegram Desktop JSON: one chat, a whole account, groups, supergroups, channels; every schema since June 2020.

Source: telegramdesktop/tdesktop, Telegram/SourceFiles/export/output/export_output_json.cpp (field names, service
actions, the `\\xNN` control characters that are not JSON). Tier: source-verified; public fixtures exercised it.
Not covered: the meaning of poll answers, games and invoices, which are kept as JSON in `extra`.
Trap: `date` has no zone (local time of the exporting computer); `date_unixtime`, since June 2022, is trusted.
"""

import re
from collections.abc import Iterator
from typing import Any

from rempart.conversations.forms.fields import (
    clean_text,
    id_of,
    instant_of,
    iso_instant_of,
    items_of,
    json_of,
    text_of,
    whole_of,
)
from rempart.conversations.forms.json_stream import Close, Damage, Event, JsonStream, Open, Path, Value
from rempart.conversations.parts import Bundle, Head, Part
from rempart.conversations.reader import Reader
from rempart.conversations.rows import (
    Account,
    Conversation,
    Media,
    Member,
    Message,
    MessageKind,
    Reaction,
    Row,
    Structure,
    Unread,
    UnreadCode,
    Zone,
)
from rempart.records import Tier

_KINDS = {
    "saved_messages": "saved",
    "replies": "saved",
    "verification_codes": "saved",
    "personal_chat": "one_to_one",
    "bot_chat": "one_to_one",
    "private_group": "group",
    "private_supergroup": "group",
    "public_supergroup": "group",
    "private_channel": "channel",
    "public_channel": "channel",
}
_MEDIA_KINDS = {
    "sticker": "sticker",
    "video_message": "video",
    "video_file": "video",
    "voice_message": "voice",
    "audio_file": "audio",
    "animation": "animation",
}
_CHAT_TYPE = re.compile(rf'"type"\s*:\s*"(?:{"|".join(_KINDS)})"')
_MESSAGE_MARKS = frozenset({"date", "date_unixtime", "from", "from_id", "actor", "actor_id", "text_entities"})
# Fields that have a column or a row of their own; every other field goes to `extra`.
_TOLD = frozenset(
    [
        "id",
        "type",
        "date",
        "date_unixtime",
        "edited",
        "edited_unixtime",
        "from",
        "from_id",
        "actor",
        "actor_id",
        "text",
        "text_entities",
        "action",
        "reply_to_message_id",
        "forwarded_from",
        "reactions",
        "photo",
        "photo_file_size",
        "file",
        "file_name",
        "file_size",
        "media_type",
        "mime_type",
        "duration_seconds",
        "width",
        "height",
    ]
)


def recognises(head: Head) -> bool:
    """A chat (`messages` with `type` of a chat or messages with `date`/`from`) or an account (`personal_information`)."""
    keys = head.json_keys
    if head.json_kind != "object" or "sender_name" in keys or "guild" in keys:
        return False
    if "personal_information" in keys or ({"chats", "list"} <= keys and "messages" in keys):
        return True
    if "chats" in keys and "about" in keys:
        return True
    if "messages" not in keys:
        return False
    if _CHAT_TYPE.search(head.text):
        return True
    return {"type", "text"} <= keys and len(keys & _MESSAGE_MARKS) >= 2


def read(part: Part, bundle: Bundle) -> Iterator[Row]:
    """Rows of the part; a chat of an account export is a conversation of its own."""
    with part.open() as file:
        stream = JsonStream(file)
        yield from _Chats(part, bundle).rows(stream)
        yield Structure(byte_start=0, byte_end=stream.structure_bytes)


def _descend(path: Path) -> bool:
    """Open the root, the lists of chats, each chat and its messages; read everything else whole."""
    if path == () or path in (("messages",), ("chats",), ("left_chats",)):
        return True
    return path[0] in ("chats", "left_chats") and (
        path[1:] in (("list",), ("list", "[]")) or path[1:] == ("list", "[]", "messages")
    )


class _Chats:
    """Reading state: which chat the messages at the cursor belong to."""

    def __init__(self, part: Part, bundle: Bundle) -> None:
        self._part, self._bundle = part, bundle
        self._header: dict[str, Any] = {}
        self._spans: list[Structure] = []
        self._chat = 0
        self._current = "chat 0"
        self._names: dict[str, str | None] = {}

    def rows(self, stream: JsonStream) -> Iterator[Row]:
        for event in stream.walk(_descend):
            yield from self._row(event)

    def _row(self, event: Event) -> Iterator[Row]:
        if isinstance(event, Value):
            yield from self._on_value(event)
        elif isinstance(event, Open):
            if event.path[-1:] == ("messages",):
                native = id_of(self._header.get("id"))
                self._current = native or f"{self._part.name + ' ' if self._part.name else ''}chat {self._chat}"
                yield self._conversation()
            elif event.path == () or event.path[-2:] == ("list", "[]"):
                self._header, self._chat = {}, self._chat + 1
        elif isinstance(event, Close):
            if self._header and (event.path[-2:] == ("list", "[]") or event.path == ()):
                yield self._conversation()  # again: the title may stand behind the messages
        else:
            yield self._damage(event)

    def _on_value(self, event: Value) -> Iterator[Row]:
        path = event.path
        if path[-2:] == ("messages", "[]"):
            if isinstance(event.value, dict):
                yield from self._message(event)
            else:
                yield _unread(event, "damaged", "an entry of the list of messages is not a message")
        elif path[-1:] in (("name",), ("type",), ("id",)) and (len(path) == 1 or path[-3:-1] == ("list", "[]")):
            self._header[path[-1]] = event.value
            yield Structure(byte_start=event.start, byte_end=event.end)
        elif path == ("contacts",):
            yield from _contacts(event)
        elif path[-1:] == ("about",):
            yield Structure(byte_start=event.start, byte_end=event.end)
        elif path == ("personal_information",) and isinstance(event.value, dict):
            yield from _owner(event)
        else:
            yield _unread(
                event, "not_a_conversation", f"`{path[0] if path else 'root'}` holds no conversation", loss=False
            )

    def _conversation(self) -> Conversation:
        native = self._header.get("type")
        native_kind = native if isinstance(native, str) else None
        title = text_of(self._header.get("name"))
        return Conversation(
            id=self._current, title=title, kind=_KINDS.get(native_kind or "", "unknown"), native_kind=native_kind
        )

    def _damage(self, event: Damage) -> Unread:
        where = self._current if event.path else None
        return Unread(byte_start=event.start, byte_end=event.end, code=event.code, reason=event.reason, locator=where)

    def _message(self, event: Value) -> Iterator[Row]:
        item: dict[str, Any] = event.value
        account, name = _author(item)
        if account and self._names.get(account, "") != name:
            self._names[account] = name
            yield Account(id=account, id_kind="platform" if _sender_id(item) else "name", name=name)
        text, mentions = _flatten(item)
        if item.get("type") == "service":
            yield from self._service_members(item)
        sent_us, zone = _instant(item, "date")
        edited_us, _ = _instant(item, "edited")
        clean, repair = _clean(text, repaired=event.repaired)
        yield Message(
            conversation=self._current,
            byte_start=event.start,
            byte_end=event.end,
            kind=_kind(item),
            id=id_of(item.get("id")),
            account=account,
            text=clean,
            sent_us=sent_us,
            sent_text=text_of(item.get("date")) or text_of(item.get("date_unixtime")),
            zone=zone,
            edited_us=edited_us,
            reply_to=id_of(item.get("reply_to_message_id")),
            forwarded_from=_forward(item),
            mentions=mentions,
            action=text_of(item.get("action")),
            repair=repair,
            extra=_extra(item),
            media=tuple(self._media(item)),
            reactions=tuple(_reactions(item)),
        )

    def _service_members(self, item: dict[str, Any]) -> Iterator[Row]:
        members = item.get("members")
        for member in members if isinstance(members, list) else ():
            if isinstance(member, str) and member:
                yield Account(id=_clean(member)[0], id_kind="name", name=_clean(member)[0])
                yield Member(conversation=self._current, account=_clean(member)[0], basis="service")

    def _media(self, item: dict[str, Any]) -> Iterator[Media]:
        for key in ("photo", "file"):
            path = item.get(key)
            if isinstance(path, str):
                yield self._medium(item, key, _clean(path)[0])
        if "contact_information" in item:
            yield Media(kind="contact", state="referenced", path=text_of(item.get("contact_vcard")))
        if "location_information" in item:
            yield Media(kind="location", state="referenced", name=text_of(item.get("place_name")))

    def _medium(self, item: dict[str, Any], key: str, path: str) -> Media:
        missing = path.startswith("(") and path.endswith(")")  # "(File not included. Change data …)" instead of a path
        held = None if missing else self._bundle.beside(self._part, path)
        kind = "photo" if key == "photo" else _MEDIA_KINDS.get(str(item.get("media_type")), "file")
        return Media(
            kind=kind,
            state="missing" if missing else "in_export" if held else "referenced",
            reason=path.strip("()") if missing else None,
            name=text_of(item.get("file_name")) or (None if missing else path.rpartition("/")[2]),
            path=None if missing else held.name if held else path,
            mime_type=text_of(item.get("mime_type")),
            size_bytes=whole_of(item.get("photo_file_size" if key == "photo" else "file_size")),
            width_px=whole_of(item.get("width")),
            height_px=whole_of(item.get("height")),
            duration_s=_number(item.get("duration_seconds")),
        )


# -- fields -----------------------------------------------------------------------------------------


def _unread(event: Value, code: UnreadCode, reason: str, *, loss: bool = True) -> Unread:
    return Unread(
        byte_start=event.start, byte_end=event.end, code=code, reason=reason, locator=".".join(event.path), loss=loss
    )


def _sender_id(item: dict[str, Any]) -> str | None:
    """`user123`, `chat123`, `channel123`; plain integers before April 2021."""
    raw = item.get("from_id", item.get("actor_id"))
    if isinstance(raw, int) and not isinstance(raw, bool):
        return f"user{raw}"
    return raw if isinstance(raw, str) and raw else None


def _author(item: dict[str, Any]) -> tuple[str | None, str | None]:
    """(account, display name): the platform's id, else the display name, else (None, None): deleted or the system."""
    name = text_of(item.get("from", item.get("actor")))
    native = _sender_id(item)
    return (_clean(native)[0] if native else name), name


def _kind(item: dict[str, Any]) -> MessageKind:
    kind = item.get("type")
    return "service" if kind == "service" else "unsupported" if kind == "unsupported" else "message"


def _flatten(item: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The text as one string, and the accounts mentioned in it (`user123` or `@handle`)."""
    text = item.get("text")
    pieces = text if isinstance(text, list) else [text] if isinstance(text, str) else []
    entities = item.get("text_entities")
    if not pieces and isinstance(entities, list):
        pieces = entities
    words: list[str] = []
    mentions: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            words.append(piece)
        elif isinstance(piece, dict):
            inner = piece.get("text")
            words.append(inner if isinstance(inner, str) else "")
            if piece.get("type") == "mention_name" and piece.get("user_id"):
                mentions.append(f"user{piece['user_id']}")
            elif piece.get("type") == "mention" and isinstance(inner, str):
                mentions.append(inner)
    return "".join(words), tuple(_clean(mention)[0] for mention in mentions)


def _instant(item: dict[str, Any], key: str) -> tuple[int | None, Zone]:
    """(microseconds UTC, zone): from `<key>_unixtime`, else from `<key>` taken as if UTC, zone unknown."""
    told = instant_of(item.get(f"{key}_unixtime"), unit_us=1_000_000)
    return (told, "utc") if told is not None else iso_instant_of(item.get(key))


def _reactions(item: dict[str, Any]) -> Iterator[Reaction]:
    for reaction in items_of(item.get("reactions")):
        emoji = text_of(reaction.get("emoji")) or id_of(reaction.get("document_id")) or str(reaction.get("type"))
        named = items_of(reaction.get("recent"))
        for who in named:
            moment, _ = _instant(who, "date")
            yield Reaction(emoji=_clean(emoji)[0], account=_author(who)[0], reacted_us=moment)
        rest = (whole_of(reaction.get("count")) or 0) - len(named)
        if rest > 0:
            yield Reaction(emoji=_clean(emoji)[0], count=rest)


def _contacts(event: Value) -> Iterator[Row]:
    """The address book of the exporting account: accounts without ids, told by name and phone."""
    listed = event.value.get("list") if isinstance(event.value, dict) else None
    for contact in items_of(listed):
        name = " ".join(piece for key in ("first_name", "last_name") if (piece := text_of(contact.get(key))))
        phone = text_of(contact.get("phone_number"))
        if name or phone:
            yield Account(id=name or str(phone), id_kind="name", name=name or None, phone=phone)
    yield Structure(byte_start=event.start, byte_end=event.end, kind="account")


def _owner(event: Value) -> Iterator[Row]:
    """The exporting account itself."""
    item = event.value
    native = whole_of(item.get("user_id"))
    if native is not None:
        name = " ".join(piece for key in ("first_name", "last_name") if (piece := text_of(item.get(key))))
        handle = text_of(item.get("username"))
        yield Account(
            id=f"user{native}",
            id_kind="platform",
            name=name or None,
            handle=handle.removeprefix("@") if handle else None,
            phone=text_of(item.get("phone_number")),
        )
    yield Structure(byte_start=event.start, byte_end=event.end, kind="account")


def _forward(item: dict[str, Any]) -> str | None:
    if "forwarded_from" not in item:
        return None
    return text_of(item["forwarded_from"]) or "(unknown)"


def _extra(item: dict[str, Any]) -> str | None:
    rest = {key: value for key, value in item.items() if key not in _TOLD}
    return json_of(rest)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _clean(text: str, *, repaired: bool = False) -> tuple[str, str | None]:
    """The text without lone surrogates (bytes that are not UTF-8), and what was repaired."""
    clean, repair = clean_text(text)
    return clean, repair or ("control-escape" if repaired else None)


READER = Reader(
    name="telegram-json",
    platform="telegram",
    looked_for="Telegram Desktop JSON: an object with `messages` (a chat) or `personal_information` and `chats` (an account)",
    tier=Tier.SOURCE_VERIFIED,
    source="telegramdesktop/tdesktop, export_output_json.cpp",
    recognises=recognises,
    read=read,
)
