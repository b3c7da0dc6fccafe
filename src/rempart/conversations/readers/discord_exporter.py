"""DiscordChatExporter JSON (Tyrrrz): one channel per file or per run of files (`… [part 2].json`), 2019 to 2026.

Files of one channel are one conversation, by the channel's id. System messages are service lines; their text is the
English sentence that the program writes. A forward has no text of its own: it shows the forwarded text, and the
whole forwarded message stays in `extra`. An author's roles and avatar stand in `extra` where they are first met or
change. The `messageCount` that closes the file is compared with the messages read.

Source: Tyrrrz/DiscordChatExporter, DiscordChatExporter.Core/Exporting/JsonMessageWriter.cs (read at 08524e9, 2026),
PlainTextMessageExtensions.cs, Discord/Data/MessageKind.cs, ChannelKind.cs. Tier: source-verified.
Not covered: the HTML and plain-text exports. Components, embeds, polls and interactions are kept as JSON in `extra`.
Traps: `name` is the user name, `nickname` the display name in that server; a kind of message that the program does
not know is written as a number; `[part 2]` sorts before the first part by name, so order by time, not by row.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rempart.conversations.forms.fields import (
    clean_text,
    extra_of,
    file_kind,
    id_of,
    is_newest_first,
    iso_instant_of,
    items_of,
    json_of,
    object_of,
    text_of,
    whole_of,
)
from rempart.conversations.forms.json_stream import Close, Damage, Event, JsonStream, Open, Path, Value
from rempart.conversations.parts import Bundle, Head, Part
from rempart.conversations.reader import Reader
from rempart.conversations.rows import (
    Account,
    Conversation,
    IdKind,
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

_KINDS = {
    "DirectTextChat": "one_to_one",
    "DirectGroupTextChat": "group",
    "GuildNews": "channel",
    "GuildAnnouncement": "channel",
}
_SPOKEN = frozenset({"Default", "Reply", "ChatInputCommand", "ContextMenuCommand", "20", "23"})
_ACTIONS = {
    "RecipientAdd": "invite_members",
    "RecipientRemove": "remove_members",
    "Call": "phone_call",
    "ChannelNameChange": "edit_group_title",
    "ChannelIconChange": "edit_group_photo",
    "ChannelPinnedMessage": "pin_message",
    "GuildMemberJoin": "join",
    "ThreadCreated": "topic_created",
}
_HEADER = frozenset({"guild", "channel", "dateRange", "exportedAt", "messageCount"})
_TOLD: Mapping[str, type] = {
    **dict.fromkeys(("id", "timestamp", "timestampEdited", "content"), str),
    **dict.fromkeys(("attachments", "stickers", "reactions", "mentions"), list),
    **dict.fromkeys(("author", "reference"), dict),
}
_TOLD_OF_AUTHOR = dict.fromkeys(("id", "name", "nickname", "discriminator"), str)
_TOLD_OF_MEDIA: Mapping[str, type] = dict.fromkeys(("url", "fileName", "name", "sourceUrl"), str) | {
    "fileSizeBytes": int
}
_QUIET = {"isPinned": False, "type": "Default"}
_PART_NUMBER = re.compile(r" \[part \d{1,6}\](?=\.[^.]*$|$)")
_INSTANT = re.compile(r'"type"\s*:\s*"[^"\\]*"\s*,\s*"timestamp"\s*:\s*"([^"\\]{10,40})"')  # embeds have no type before


def recognises(head: Head) -> bool:
    """An object with `guild`, `channel` and `messages`, and a field that only this program writes."""
    keys = head.json_keys
    if head.json_kind != "object" or not {"guild", "channel", "messages"} <= keys:
        return False
    return bool(keys & {"dateRange", "exportedAt", "timestampEdited", "messageCount"})


def read(part: Part, bundle: Bundle) -> Iterator[Row]:
    """Rows of one file of a channel."""
    with part.open() as file:
        stream = JsonStream(file)
        yield from _Channel(part, bundle).rows(stream)
        yield Structure(byte_start=0, byte_end=stream.structure_bytes)


def _descend(path: Path) -> bool:
    return path in ((), ("messages",))


class _Channel:
    """Reading state: the channel, the accounts met, and how many messages were read."""

    def __init__(self, part: Part, bundle: Bundle) -> None:
        self._part, self._bundle = part, bundle
        self._header: dict[str, object] = {}
        self._id = _PART_NUMBER.sub("", part.name) or "channel"
        self._accounts: dict[str, object] = {}
        self._authors: dict[str, object] = {}
        self._messages = 0

    def rows(self, stream: JsonStream) -> Iterator[Row]:
        for event in stream.walk(_descend):
            yield from self._row(event)

    def _row(self, event: Event) -> Iterator[Row]:
        if isinstance(event, Value):
            yield from self._on_value(event)
        elif isinstance(event, Damage):
            where = self._id if event.path else None
            yield Unread(
                byte_start=event.start, byte_end=event.end, code=event.code, reason=event.reason, locator=where
            )
        elif isinstance(event, Open) and event.path == ("messages",):
            self._id = id_of(self._field("channel", "id")) or self._id
            yield self._conversation()
        elif isinstance(event, Close) and event.path == ():
            yield self._conversation()  # again: a field may stand behind the messages

    def _on_value(self, event: Value) -> Iterator[Row]:
        if event.path == ("messages", "[]") and isinstance(event.value, dict):
            self._messages += 1
            try:
                yield from self._message(event, event.value)
            except RecursionError:
                yield _unread(event, "too_deep", "values are nested too deeply in this message")
        elif event.path[:1] == ("messages",):
            yield _unread(event, "damaged", "an entry of the list of messages is not a message")
        elif event.path[:1] and event.path[0] in _HEADER:
            self._header[event.path[0]] = event.value
            yield self._header_row(event)
        else:
            yield _unread(event, "not_a_conversation", "a field that is not part of the conversation", loss=False)

    def _header_row(self, event: Value) -> Row:
        declared = whole_of(event.value)
        if event.path == ("messageCount",) and declared is not None and declared != self._messages:
            reason = f"the file says that it holds {declared} messages, and {self._messages} were met"
            return _unread(event, "count_differs", reason, loss=declared > self._messages)
        if event.path == ("channel",) and self._field("channel", "topic"):
            reason = "the description of the channel has no column"
            return _unread(event, "not_a_conversation", reason, loss=False)
        return Structure(byte_start=event.start, byte_end=event.end)

    def _field(self, of: str, name: str) -> object:
        return object_of(self._header.get(of)).get(name)

    def _conversation(self) -> Conversation:
        native = text_of(self._field("channel", "type"))
        name, guild = text_of(self._field("channel", "name")), text_of(self._field("guild", "name"))
        is_direct = (native or "").startswith("Direct") or id_of(self._field("guild", "id")) == "0"
        instants = (iso_instant_of(text)[0] for text in _INSTANT.findall(self._part.head().text))
        return Conversation(
            id=self._id,
            title=f"{name} in {guild}" if name and guild and not is_direct else name,
            kind=_KINDS.get(native or "", "group" if (native or "").startswith("Guild") else "unknown"),
            native_kind=native,
            newest_first=is_newest_first(instant for instant in instants if instant is not None),
        )

    # -- one message --------------------------------------------------------------------------------

    def _message(self, event: Value, item: dict[str, Any]) -> Iterator[Row]:
        author = object_of(item.get("author"))
        account = _account(author)
        mentions = [mention for user in items_of(item.get("mentions")) if (mention := _account(user))]
        reactors: list[Account] = []
        reactions = tuple(_reactions(item, reactors))
        for person in (account, *mentions, *reactors):
            if person and self._accounts.get(person.id, "") != person.name:
                self._accounts[person.id] = person.name
                yield person
        if item.get("type") in ("RecipientAdd", "RecipientRemove"):
            for mention in mentions:
                yield Member(conversation=self._id, account=mention.id, basis="service")
        action = _action(item, account, mentions)
        text, encoding = clean_text(_text(item))
        sent_us, zone = iso_instant_of(item.get("timestamp"))
        yield Message(
            conversation=self._id,
            byte_start=event.start,
            byte_end=event.end,
            kind="service" if action else "message",
            id=id_of(item.get("id")),
            account=account.id if account else None,
            text=text,
            sent_us=sent_us,
            sent_text=text_of(item.get("timestamp")),
            zone=zone,
            edited_us=iso_instant_of(item.get("timestampEdited"))[0],
            reply_to=_reply_to(item),
            forwarded_from="(unknown)" if isinstance(item.get("forwardedMessage"), dict) else None,
            mentions=tuple(mention.id for mention in mentions),
            action=action,
            repair="; ".join(filter(None, ("control-escape" if event.repaired else "", encoding))) or None,
            extra=json_of({**self._extra(item), **self._author_extra(author, account)}),
            media=tuple(self._media(item)),
            reactions=reactions,
        )

    def _extra(self, item: dict[str, Any]) -> dict[str, Any]:
        rest = extra_of(item, told=_TOLD, quiet=_QUIET)
        if (kind := text_of(rest.get("type"))) == "Reply" or kind in _ACTIONS:
            del rest["type"]
        reference = item.get("reference")
        if isinstance(reference, dict) and (not _reply_to(item) or reference.get("channelId") != self._id):
            rest["reference"] = reference
        for field in ("attachments", "stickers"):
            left = [extra_of(entry, told=_TOLD_OF_MEDIA, quiet={}) for entry in items_of(item.get(field))]
            if any(left):
                rest[field] = left
        return rest

    def _author_extra(self, author: dict[str, Any], account: Account | None) -> dict[str, Any]:
        """Roles, colour and avatar, where they are met for the first time or have changed."""
        rest = extra_of(author, told=_TOLD_OF_AUTHOR, quiet={"isBot": author.get("isBot")})
        key = account.id if account else ""
        if not rest or self._authors.get(key) == rest:
            return {}
        self._authors[key] = rest
        return {"author": rest}

    def _media(self, item: dict[str, Any]) -> Iterator[Media]:
        """Attachments and stickers, of the message and of the one that it forwards."""
        for holder in (item, object_of(item.get("forwardedMessage"))):
            for entry in items_of(holder.get("attachments")):
                name = text_of(entry.get("fileName"))
                size = whole_of(entry.get("fileSizeBytes"))
                yield self._medium(text_of(entry.get("url")), file_kind(name or text_of(entry.get("url"))), name, size)
            for entry in items_of(holder.get("stickers")):
                yield self._medium(text_of(entry.get("sourceUrl")), "sticker", text_of(entry.get("name")), None)

    def _medium(self, url: str | None, kind: str, name: str | None, size_bytes: int | None) -> Media:
        path = url if url is None or "://" in url else url.replace("\\", "/")  # a path when the export has the media
        held = self._bundle.beside(self._part, path) if path and "://" not in path else None
        return Media(
            kind=kind,
            state="in_export" if held else "referenced",
            name=name,
            path=held.name if held else path,
            size_bytes=size_bytes,
        )


# -- fields -----------------------------------------------------------------------------------------


def _account(user: Mapping[str, object]) -> Account | None:
    """The account of a user object; None when it has neither id nor name."""
    name, nickname, native = text_of(user.get("name")), text_of(user.get("nickname")), id_of(user.get("id"))
    if not native and not name:
        return None
    kind: IdKind = "platform" if native else "name"
    number = text_of(user.get("discriminator"))
    is_bot = user.get("isBot")
    return Account(
        id=native or str(name),
        id_kind=kind,
        name=nickname or name,
        handle=f"{name}#{number}" if name and number and number.strip("0") else name,
        is_bot=is_bot if isinstance(is_bot, bool) else None,
    )


def _action(item: Mapping[str, object], account: Account | None, mentions: list[Account]) -> str | None:
    """What a system message tells; None for what somebody wrote."""
    kind = text_of(item.get("type"))
    if kind is None or kind in _SPOKEN:
        return None
    left = kind == "RecipientRemove" and account and mentions and mentions[0].id == account.id
    return "leave" if left else _ACTIONS.get(kind, kind)


def _text(item: Mapping[str, object]) -> str:
    """What was written, and under it what was forwarded."""
    texts = (item.get("content"), object_of(item.get("forwardedMessage")).get("content"))
    return "\n".join(text for text in texts if isinstance(text, str) and text)


def _reply_to(item: Mapping[str, object]) -> str | None:
    """The message answered; None for a pin, a forward, a thread: their reference is kept in `extra`."""
    reference = item.get("reference")
    if item.get("type") != "Reply" or not isinstance(reference, dict):
        return None
    return id_of(reference.get("messageId"))


def _reactions(item: Mapping[str, object], reactors: list[Account]) -> Iterator[Reaction]:
    """One reaction per named person, and a count for the others; the persons are added to `reactors`."""
    for entry in items_of(item.get("reactions")):
        emoji = object_of(entry.get("emoji"))
        name, native = text_of(emoji.get("name")), id_of(emoji.get("id"))
        shown = f"<:{name}:{native}>" if native else name or "(unknown)"
        users = [account for user in items_of(entry.get("users")) if (account := _account(user))]
        reactors.extend(users)
        for user in users:
            yield Reaction(emoji=shown, account=user.id)
        others = (whole_of(entry.get("count")) or 0) - len(users)
        if others > 0:
            yield Reaction(emoji=shown, count=others)


def _unread(event: Value, code: UnreadCode, reason: str, *, loss: bool = True) -> Unread:
    where = ".".join(event.path)
    return Unread(byte_start=event.start, byte_end=event.end, code=code, reason=reason, locator=where, loss=loss)


READER = Reader(
    name="discord-exporter",
    platform="discord",
    looked_for="DiscordChatExporter JSON: an object with `guild`, `channel` and `messages`",
    tier=Tier.SOURCE_VERIFIED,
    source="Tyrrrz/DiscordChatExporter, JsonMessageWriter.cs",
    recognises=recognises,
    read=read,
)
