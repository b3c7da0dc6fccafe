"""Meta JSON: Instagram, Facebook and Messenger exports (`message_1.json` … `message_N.json`), and Messenger's
end-to-end export, which has other field names.

One platform name, `meta`, for all of them: most threads hold nothing that tells the service, and the two kinds of
export write the same fields; a thread that does tell (`your_instagram_activity/…` in the path of a medium, the
end-to-end form) says so in the conversation's `native_kind`, before the box: `instagram/message_requests`.
A thread is named by `thread_path` (`threadName`), wherever it stands in the file; a file cut before it, by the files
beside it, else by its folder: all `message_N.json` of a folder are one conversation.

Source: formats.md 6.3; the classical form as joweich/chat-miner's fixture has it, the end-to-end form as
abrignoni/RLEAPP reads it (scripts/artifacts/facebookE2EMessages.py). Meta publishes no description.
Tier: source-verified for the classical form; the end-to-end form is unexercised, no public export of it was found.

Not covered: HTML exports; Instagram's `messages.json` of before 2020; replies (the export does not write them).
Traps: accounts are display names; every deleted account bears the same one ("Facebook user", "Instagram User").
`Liked a message`, `Reacted … to your message` and `X named the group` are ordinary messages: only words, in the
language of the account, tell them apart, so they stay messages. Calls, joins and leaves are told by fields.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rempart.conversations.forms.fields import (
    clean_text,
    extra_of,
    file_kind,
    instant_of,
    is_newest_first,
    items_of,
    json_of,
    text_of,
    whole_of,
)
from rempart.conversations.forms.json_stream import Close, Damage, Event, JsonStream, Open, Path, Value
from rempart.conversations.forms.mojibake import REPAIR, mend_object, mend_text
from rempart.conversations.parts import HEAD_BYTES, Bundle, Head, Part
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

_MEDIA_KINDS = {
    "photos": "photo",
    "videos": "video",
    "audio_files": "audio",
    "gifs": "animation",
    "files": "file",
    "sticker": "sticker",
    "media": "",  # end-to-end form: the ending of the name tells
}
_ACTIONS = {"Call": "phone_call", "Subscribe": "join", "Unsubscribe": "leave"}
_HEADER = frozenset({"participants", "title", "thread_path", "thread_type", "threadName", "joinable_mode"})
_FURNITURE = frozenset({"is_still_participant", "is_pending", "magic_words", "image"})
_TOLD: Mapping[str, type] = {
    **dict.fromkeys(("sender_name", "senderName", "content", "text"), str),
    **dict.fromkeys(("timestamp_ms", "timestamp"), int),
    **dict.fromkeys(("photos", "videos", "audio_files", "gifs", "files", "media", "reactions"), list),
    "sticker": dict,
}
_QUIET = {
    "type": "Generic",
    "is_geoblocked_for_viewer": False,
    "is_unsent_image_by_messenger_kid_parent": False,
    "is_taken_down": False,
    "is_unsent": False,
    "bumped_message_metadata": {"is_bumped": False},
}
_QUIET_END_TO_END = {"type": "text", "isUnsent": False}
_SERVICES = (
    ("your_instagram_activity/", "instagram"),
    ("your_facebook_activity/", "messenger"),
    ("your_activity_across_facebook/", "messenger"),
)
_ONLY_NAMES = re.compile(r'\s*\{\s*"participants"\s*:\s*\[\s*\{\s*"name"\s*:')
_THREAD = re.compile(r'"(?:thread_path|threadName)"\s*:\s*("(?:[^"\\]|\\.)*")')
_INSTANT = re.compile(r'"timestamp(?:_ms)?"\s*:\s*(\d{12,17})\b')  # seconds, which reactions have, are shorter
_NUMBERED = re.compile(r"message_\d{1,9}\.json")
_FAILED = "Failed to download media"  # stands in place of a path in the end-to-end form
_MAX_STEPS = 12  # folders of a path that are tried; real paths have six


def recognises(head: Head) -> bool:
    """`messages` with `sender_name` and `timestamp_ms`, or with `senderName` and `timestamp`; or a thread without any."""
    keys = head.json_keys
    if head.json_kind != "object" or "guild" in keys:
        return False
    if "messages" not in keys:  # more participants than the head holds
        return len(head.raw) == HEAD_BYTES and keys == {"participants", "name"} and bool(_ONLY_NAMES.match(head.text))
    classical = {"sender_name", "timestamp_ms"} <= keys or {"participants", "thread_path"} <= keys
    end_to_end = {"senderName", "timestamp"} <= keys or {"participants", "threadName"} <= keys
    return classical or end_to_end


def read(part: Part, bundle: Bundle) -> Iterator[Row]:
    """Rows of one file of a thread; the other files of the thread give the same conversation."""
    with part.open() as file:
        stream = JsonStream(file)
        yield from _Thread(part, bundle).rows(stream)
        yield Structure(byte_start=0, byte_end=stream.structure_bytes)


def _descend(path: Path) -> bool:
    return path in ((), ("messages",))


class _Thread:
    """Reading state: the conversation, the names met, and what tells the service."""

    def __init__(self, part: Part, bundle: Bundle) -> None:
        self._part, self._bundle = part, bundle
        self._thread = _thread_path(part)
        self._id = self._thread or _fallback_id(part, bundle)
        self._names: set[str] = set()
        self._header: dict[str, object] = {}
        self._service = ""

    def rows(self, stream: JsonStream) -> Iterator[Row]:
        for event in stream.walk(_descend):
            yield from self._row(event)

    def _row(self, event: Event) -> Iterator[Row]:
        if isinstance(event, Value):
            yield from self._on_value(event)
        elif isinstance(event, Damage):
            yield Unread(byte_start=event.start, byte_end=event.end, code=event.code, reason=event.reason)
        elif isinstance(event, Open) and event.path == ("messages",):
            stamps = (int(stamp) for stamp in _INSTANT.findall(self._part.head().text))
            yield self._conversation(newest_first=is_newest_first(stamps))
        elif isinstance(event, Close) and event.path == ():
            yield self._conversation(last=True)  # again: title, box and service are known only now

    def _on_value(self, event: Value) -> Iterator[Row]:
        if event.path == ("messages", "[]") and isinstance(event.value, dict):
            try:
                yield from self._message(event)
            except RecursionError:
                yield _unread(event, "too_deep", "values are nested too deeply in this message")
        elif event.path[:1] == ("messages",):
            yield _unread(event, "damaged", "an entry of the list of messages is not a message")
        elif event.path[:1] and event.path[0] in _HEADER | _FURNITURE:
            yield from self._on_header(event)
        else:
            reason = "a field that is not part of the conversation"
            yield _unread(event, "not_a_conversation", reason, loss=False)

    def _on_header(self, event: Value) -> Iterator[Row]:
        field = event.path[0]
        self._header[field] = event.value
        if field == "participants":
            for name in _participants(event.value):
                yield from self._account(name)
                yield Member(conversation=self._id, account=name, basis="listed")
        yield Structure(
            byte_start=event.start, byte_end=event.end, kind="account" if field == "participants" else "structure"
        )

    def _conversation(self, *, newest_first: bool = False, last: bool = False) -> Conversation:
        people = len(_participants(self._header.get("participants")))
        group = people > 2 or "joinable_mode" in self._header or self._header.get("thread_type") == "RegularGroup"
        box = self._thread.partition("/")[0] if "/" in self._thread else ""
        service = "messenger/end_to_end" if "threadName" in self._header else self._service
        title = text_of(self._header.get("title", self._header.get("threadName")))
        return Conversation(
            id=self._id,
            title=mend_text(title) if title and "title" in self._header else title,
            kind="group" if group else "one_to_one" if people == 2 else "unknown",
            native_kind="/".join(word for word in (service, box) if word) or None if last else None,
            newest_first=newest_first,
        )

    def _account(self, name: str) -> Iterator[Row]:
        if name not in self._names:
            self._names.add(name)
            yield Account(id=name, id_kind="name", name=name)

    def _message(self, event: Value) -> Iterator[Row]:
        end_to_end = "senderName" in event.value
        item, mended = (event.value, False) if end_to_end else mend_object(event.value)
        sender = text_of(item.get("sender_name", item.get("senderName")))
        reactions = tuple(_reactions(item))
        for name in (sender, *(reaction.account for reaction in reactions)):
            if name:
                yield from self._account(name)
        yield from self._members(item)
        media, left = self._media(item)
        text, encoding = clean_text(_text(item))
        repairs = (REPAIR if mended else "", "control-escape" if event.repaired else "", encoding)
        instant = item.get("timestamp_ms", item.get("timestamp"))
        action = _action(item)
        yield Message(
            conversation=self._id,
            byte_start=event.start,
            byte_end=event.end,
            kind="service" if action in _ACTIONS.values() else "message",
            account=sender,
            text=text,
            sent_us=instant_of(instant, unit_us=1000),
            sent_text=None if instant is None else clean_text(str(instant)[:40])[0],
            zone="utc" if whole_of(instant) is not None else "unknown",
            action=action,
            repair="; ".join(filter(None, repairs)) or None,
            extra=json_of({**extra_of(item, told=_TOLD, quiet=_QUIET_END_TO_END if end_to_end else _QUIET), **left}),
            media=media,
            reactions=reactions,
        )

    def _members(self, item: Mapping[str, object]) -> Iterator[Row]:
        """Who joined or left, where the export names them."""
        for name in _participants(item.get("users")):
            yield from self._account(name)
            yield Member(conversation=self._id, account=name, basis="service")

    def _media(self, item: Mapping[str, object]) -> tuple[tuple[Media, ...], dict[str, object]]:
        """The media of the message, and per field what the entries tell besides the path."""
        media: list[Media] = []
        left: dict[str, object] = {}
        for field, value in item.items():
            if (kind := _MEDIA_KINDS.get(field)) is None:
                continue
            entries = value if isinstance(value, list) else [value] if isinstance(value, dict) else []
            media.extend(self._medium(entry["uri"], kind) for entry in items_of(entries) if text_of(entry.get("uri")))
            rest = [
                extra_of(entry, told={"uri": str}, quiet={}) if isinstance(entry, dict) else entry for entry in entries
            ]
            if any(rest):
                left[field] = rest
        return tuple(media), left

    def _medium(self, uri: str, kind: str) -> Media:
        path = clean_text(uri)[0]
        if path.startswith(_FAILED):
            return Media(kind=kind or "unknown", state="missing", reason=path)
        self._service = self._service or next((service for mark, service in _SERVICES if path.startswith(mark)), "")
        held = _find(path, self._part, self._bundle)
        return Media(
            kind=kind or file_kind(path),
            state="in_export" if held else "referenced",
            name=path.partition("?")[0].rpartition("/")[2] or None,
            path=held.name if held else path,
        )


# -- the thread -------------------------------------------------------------------------------------


def _thread_path(part: Part) -> str:
    """`inbox/name_123`, from the end of the file or its head; "" when the file does not tell."""
    head = part.head()
    found = _THREAD.findall(head.text + _tail(part, head))
    try:
        path = json.loads(found[-1], strict=False) if found else ""
    except ValueError:
        return ""
    return clean_text(mend_text(path))[0].strip().strip("/")


def _tail(part: Part, head: Head) -> str:
    """The end of the file, as much as a head; shorter when a damaged archive does not give it all."""
    encoding = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(head.raw[:2], "utf-8")
    with part.open() as file:
        file.seek(max(0, part.size_bytes - HEAD_BYTES) & ~1)
        return file.read(HEAD_BYTES).decode(encoding, "replace")


def _fallback_id(part: Part, bundle: Bundle) -> str:
    """The thread of the first numbered files of the folder, else the folder, else the file itself."""
    if not _NUMBERED.fullmatch(part.base):
        return part.name or "thread"
    beside = (bundle.beside(part, f"message_{number}.json") for number in range(1, 10))
    threads = {_thread_path(other) for other in beside if other and other.folder == part.folder} - {""}
    return threads.pop() if len(threads) == 1 else part.folder or "thread"


def _participants(value: object) -> list[str]:
    """Names of a list of `{name}` (repaired) or of names."""
    names: list[str] = []
    for entry in value if isinstance(value, list) else ():
        name = text_of(entry.get("name") if isinstance(entry, dict) else entry)
        if name:
            names.append(mend_text(name) if isinstance(entry, dict) else name)
    return names


# -- the message ------------------------------------------------------------------------------------


def _text(item: Mapping[str, object]) -> str:
    text = item.get("content", item.get("text"))
    return text if isinstance(text, str) else ""


def _action(item: Mapping[str, object]) -> str | None:
    """`phone_call`, `join`, `leave` as fields tell them; `unsend` for a message taken back by its author."""
    if item.get("is_unsent") is True or item.get("isUnsent") is True:
        return "unsend"
    kind = item.get("type")
    told = _ACTIONS.get(kind) if isinstance(kind, str) else None
    return told or ("phone_call" if "call_duration" in item else None)


def _reactions(item: Mapping[str, Any]) -> Iterator[Reaction]:
    for entry in items_of(item.get("reactions")):
        emoji = text_of(entry.get("reaction"))
        if emoji:
            moment = instant_of(entry.get("timestamp"), unit_us=1_000_000)
            yield Reaction(emoji=emoji, account=text_of(entry.get("actor")), reacted_us=moment)


def _find(uri: str, part: Part, bundle: Bundle) -> Part | None:
    """The part that `uri` means: a path from the top of the export, which may be any folder above `part`."""
    path = uri.removeprefix("./")
    steps = path.split("/")
    if len(steps) > _MAX_STEPS or "://" in path:
        return None
    folders = [part.folder]
    while folders[-1] and len(folders) <= _MAX_STEPS:
        folders.append(folders[-1].rpartition("/")[0])
    for folder in folders:
        if held := bundle.named(f"{folder}/{path}" if folder else path):
            return held
    for first in range(1, len(steps) - 1):  # only the folder of the thread was handed over, not the whole export
        if held := bundle.beside(part, "/".join(steps[first:])):
            return held
    other = bundle.with_base(steps[-1])  # another archive of the same export holds it
    return other if other and other.name.endswith(f"/{path}") else None


def _unread(event: Value, code: UnreadCode, reason: str, *, loss: bool = True) -> Unread:
    where = ".".join(event.path)
    return Unread(byte_start=event.start, byte_end=event.end, code=code, reason=reason, locator=where, loss=loss)


READER = Reader(
    name="meta-json",
    platform="meta",
    looked_for="Instagram, Facebook or Messenger JSON: `messages` with `sender_name` and `timestamp_ms`, or with `senderName`",
    tier=Tier.SOURCE_VERIFIED,
    source="abrignoni/RLEAPP, facebookE2EMessages.py and facebookArchive.py; joweich/chat-miner, test fixture",
    recognises=recognises,
    read=read,
)
