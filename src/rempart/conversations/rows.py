"""What a reader yields, in the order of the file: rows of the conversation tables and spans of bytes.

Invariant: the byte ranges of `Message`, `Unread` and `Structure` rows of one part never overlap and
leave no byte out; `reading.read_exhibit` checks it, and turns what a reader forgot into an unread row.

Ids are local to the exhibit here (`user123`, a display name); `reading` makes them unique over exhibits.
Instants are integers, microseconds since 1970-01-01 UTC; None means that the file does not tell.
These are msgspec structs, not dataclasses: a 2 GB export makes five million of them.
"""

from typing import Literal

import msgspec

IdKind = Literal["platform", "name"]
MessageKind = Literal["message", "service", "unsupported"]
Zone = Literal["utc", "offset", "unknown"]
MediaState = Literal["in_export", "referenced", "missing"]
SpanKind = Literal["structure", "continuation", "media", "account"]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account as the export names it; yielded again it adds names, it never replaces."""

    id: str
    id_kind: IdKind  # "name": only a display name is known, a weak identity
    name: str | None = None
    handle: str | None = None
    phone: str | None = None
    is_bot: bool | None = None


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation; yielded before its messages."""

    id: str
    title: str | None = None
    kind: str = "unknown"  # one_to_one, group, channel, saved, unknown
    native_kind: str | None = None  # the word of the export, e.g. public_supergroup
    newest_first: bool = False  # the file lists the newest message first
    complete: bool = True  # False: the export holds one side only (Discord package)


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody listed, invited or removed; people who write are members without this row."""

    conversation: str
    account: str
    basis: Literal["listed", "service"]


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """A medium named by a message: never opened, never shown."""

    kind: str  # photo, video, voice, audio, animation, sticker, file, contact, location, unknown
    state: MediaState
    reason: str | None = None  # why missing, in the words of the export
    name: str | None = None
    path: str | None = None
    mime_type: str | None = None
    size_bytes: int | None = None
    width_px: int | None = None
    height_px: int | None = None
    duration_s: float | None = None


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """A reaction to the message; `account` None: the export counts without naming."""

    emoji: str
    count: int = 1
    account: str | None = None
    reacted_us: int | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message or service line, with the bytes that hold it, [byte_start, byte_end) of its part."""

    conversation: str
    byte_start: int
    byte_end: int
    kind: MessageKind = "message"
    id: str | None = None  # the platform's own id; None when the format has none
    account: str | None = None  # None: deleted account, or the system speaks
    text: str = ""
    sent_us: int | None = None
    sent_text: str | None = None  # the date as written
    zone: Zone = "unknown"  # utc, offset: known; unknown: local time taken as if UTC
    edited_us: int | None = None
    reply_to: str | None = None  # id of the message answered
    forwarded_from: str | None = None
    mentions: tuple[str, ...] = ()  # accounts or @handles named in the text
    action: str | None = None  # service action (join, take_screenshot, phone_call …)
    repair: str | None = None  # what was repaired to read the text: mojibake, control-escape, encoding
    extra: str | None = None  # JSON of the fields that have no column
    media: tuple[Media, ...] = ()
    reactions: tuple[Reaction, ...] = ()


UnreadCode = Literal[
    "ambiguous_dates", "archive_refused", "before_first_message", "count_differs", "cut", "damaged",
    "not_a_conversation", "not_accounted", "other_layout", "same_messages", "too_deep", "too_large", "unknown_format",
]  # fmt: skip


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that could not be read, or that hold no conversation, and why."""

    byte_start: int
    byte_end: int
    code: UnreadCode
    reason: str  # one sentence
    locator: str | None = None  # a place that people understand: line 12, chats.list[3]
    loss: bool = True  # False: understood and set aside (settings, contact pictures); True: content may be lost


class Structure(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes read that hold no message: brackets, field names, blank lines, headers, continuation lines."""

    byte_start: int
    byte_end: int
    kind: SpanKind = "structure"


Row = Account | Conversation | Member | Message | Unread | Structure
