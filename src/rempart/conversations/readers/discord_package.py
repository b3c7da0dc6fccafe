"""Discord's own data package: `Messages/c<id>/messages.json`, in older ones `messages.csv`, and the files beside them.

It holds the messages of the person who asked for it and of nobody else: every conversation is marked incomplete.
`channel.json` gives the kind, the server and the people of a direct message; `index.json` the titles; `user.json`
the owner and the people of the friend list. Each is recognised by its content and may be handed over alone.
The id of a message tells its time: it stands in when `Timestamp` is absent, and where the two differ by more than
two seconds the time by the id is kept in `extra` as `time_by_id_us`.

Source: formats.md 6.4; seanbreckenridge/discord_data, parse.py (fields and manners of dates); Discord's developer
reference, "Snowflakes" (epoch 1420070400000) and "Channel Types"; ishnz/bulk_deletion_helper, issue 17 (folders
are named in the owner's language since 2025, files are not).
Tier: unexercised: no public package was found; the fixtures are synthetic.
Not covered: `activity/` events, server files, tickets; replies, edits and reactions (the package has none).
Traps: `ID` is a number in JSON; `Timestamp` has no zone and is UTC; attachments are web addresses parted by blanks.
"""

import io
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal

from rempart.conversations.forms.delimited_text import Record, read_records, sniff_delimiter
from rempart.conversations.forms.fields import (
    clean_text,
    extra_of,
    file_kind,
    id_of,
    is_newest_first,
    iso_instant_of,
    json_of,
    object_of,
    text_of,
)
from rempart.conversations.forms.json_stream import Damage, JsonStream, Path, Value
from rempart.conversations.parts import HEAD_BYTES, Bundle, Head, Part
from rempart.conversations.reader import Reader
from rempart.conversations.rows import Account, Conversation, Media, Member, Message, Row, Structure, Unread, UnreadCode
from rempart.records import Tier

_Shape = Literal["messages", "table", "channel", "index", "account", ""]

_EPOCH_MS = 1_420_070_400_000
_AGREE_US = 2_000_000
_COLUMNS = ("ID", "Timestamp", "Contents", "Attachments")
_TOLD: Mapping[str, type] = dict.fromkeys(("Timestamp", "Contents", "Attachments"), str)
_ID = re.compile(r"[0-9]{15,20}")
_CHANNEL_FOLDER = re.compile(r"c?([0-9]{15,20})")
_TITLE = re.compile(r'\s*\{\s*"[0-9]{15,20}"\s*:\s*(?:null|")')  # an index begins with an id and its title
_MESSAGE_ID = re.compile(r'"ID"\s*:\s*"?([0-9]{15,20})\b')
_CHANNEL_FIELDS = frozenset({"id", "type", "name", "guild", "recipients", "owner_id", "icon", "topic", "parent_id"})
_KINDS = {"DM": "one_to_one", "GROUP_DM": "group", "GUILD_NEWS": "channel", "GUILD_ANNOUNCEMENT": "channel"}
_TYPES = {0: "GUILD_TEXT", 1: "DM", 2: "GUILD_VOICE", 3: "GROUP_DM", 5: "GUILD_ANNOUNCEMENT"}
_TYPE_WORD = re.compile(r"(?:GUILD|PUBLIC|PRIVATE|ANNOUNCEMENT|NEWS)_[A-Z_]{1,30}|DM|GROUP_DM")
_ACCOUNT_FIELDS = frozenset(
    {"email", "verified", "flags", "global_name", "avatar_hash", "relationships", "phone", "ip"}
)
_DIRECT = "Direct Message with "
_NOBODY = "owner of this package"  # the account when no user.json says who it is


def recognises(head: Head) -> bool:
    """One of the five files: messages (JSON or CSV), a channel, the index of channels, the account."""
    return _shape(head) != ""


def read(part: Part, bundle: Bundle) -> Iterator[Row]:
    """Rows of one file of the package."""
    shape = _shape(part.head())
    if shape == "table":
        yield from _table(part, bundle)
        return
    with part.open() as file:
        stream = JsonStream(file)
        if shape == "messages":
            yield from _messages(part, bundle, stream)
        elif shape == "channel":
            yield from _channel_file(part, bundle, stream)
        elif shape == "index":
            yield from _index(part, bundle, stream)
        else:
            yield from _account_file(stream)
        yield Structure(byte_start=0, byte_end=stream.structure_bytes)


# -- which file -------------------------------------------------------------------------------------


def _shape(head: Head) -> _Shape:
    keys = head.json_keys
    if head.json_kind == "array":
        return "messages" if {"ID", "Timestamp", "Contents"} <= keys else ""
    if not head.json_kind:
        first = head.text.partition("\n")[0].rstrip("\r")
        return "table" if _names(first.split(sniff_delimiter(first)))[:4] == _COLUMNS else ""
    if _TITLE.match(head.text) and all(_ID.fullmatch(key) for key in keys):
        return "index"
    if {"id", "username", "discriminator"} <= keys and len(_owner_fields(head)) >= 2:
        return "account"
    return "channel" if {"id", "type"} <= keys <= _CHANNEL_FIELDS and _channel_of(head) else ""


def _names(cells: list[str]) -> tuple[str, ...]:
    return tuple(cell.strip().strip('"') for cell in cells)


def _owner_fields(head: Head) -> set[str]:
    """Fields at the top of an object that are those of an account, if it has id and user name."""
    top = set(_top_of(head))
    return top & _ACCOUNT_FIELDS if {"id", "username", "discriminator"} <= top else set()


def _top_of(head: Head) -> dict[str, object]:
    """Fields of the object that the head begins, as far as it shows them."""
    fields: dict[str, object] = {}
    for event in JsonStream(io.BytesIO(head.raw)).walk(lambda path: len(path) < 2):
        if not isinstance(event, Damage) and event.path:
            fields.setdefault(event.path[0], event.value if isinstance(event, Value) and len(event.path) == 1 else None)
    return fields


def _channel_of(head: Head) -> dict[str, object]:
    """The fields of a channel.json; an empty object when it is none."""
    try:
        item = json.loads(head.text) if len(head.raw) < HEAD_BYTES else {}
    except (ValueError, RecursionError):
        return {}
    fields: dict[str, object] = object_of(item)
    is_channel = _ID.fullmatch(id_of(fields.get("id")) or "") and _type_word(fields.get("type"))
    return fields if is_channel else {}


def _type_word(value: object) -> str:
    """The word for the type of a channel; older packages have its number; "" for what is none."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 16:
        return _TYPES.get(value, f"type {value}")
    return value if isinstance(value, str) and _TYPE_WORD.fullmatch(value) else ""


# -- what belongs to the messages -------------------------------------------------------------------


def _owner(part: Part, bundle: Bundle) -> Account:
    """The person whose package holds `part`, by its user.json; a stand-in when there is none."""
    around = [(root, owner) for root, owner in _owners(bundle) if not root or part.name.startswith(f"{root}/")]
    return max(around, key=lambda pair: len(pair[0]))[1] if around else Account(id=_NOBODY, id_kind="name")


@lru_cache(maxsize=4)
def _owners(bundle: Bundle) -> tuple[tuple[str, Account], ...]:
    """(top folder, owner) of every package in the bundle; the folders between have a name in the owner's language."""
    files = ((part.folder.rpartition("/")[0], part.head()) for part in bundle.parts if part.base == "user.json")
    people = ((root, _person(_top_of(head))) for root, head in files if _shape(head) == "account")
    return tuple((root, owner) for root, owner in people if owner)


def _person(fields: Mapping[str, object]) -> Account | None:
    native = id_of(fields.get("id"))
    handle = text_of(fields.get("username"))
    if native is None:
        return None
    number = id_of(fields.get("discriminator")) or ""
    return Account(
        id=native,
        id_kind="platform",
        name=text_of(fields.get("global_name")) or handle,
        handle=f"{handle}#{number.zfill(4)}" if handle and number.strip("0") else handle,
        phone=text_of(fields.get("phone")),
        is_bot=False if "email" in fields else None,
    )


def _conversation(part: Part, bundle: Bundle) -> Conversation:
    """The channel in whose folder `part` lies, as its channel.json tells it."""
    beside = bundle.beside(part, "channel.json")
    channel = _channel_of(beside.head()) if beside and beside.folder == part.folder else {}
    channel = channel or _channel_of(part.head())
    folder = _CHANNEL_FOLDER.fullmatch(part.folder.rpartition("/")[2])
    name, guild = text_of(channel.get("name")), text_of(object_of(channel.get("guild")).get("name"))
    word = _type_word(channel.get("type"))
    return Conversation(
        id=id_of(channel.get("id")) or (folder[1] if folder else part.name or "channel"),
        title=f"{name} in {guild}" if name and guild else name,
        kind=_KINDS.get(word, "group" if word else "unknown"),
        native_kind=word or None,
        newest_first=_newest_first(part, bundle),
        complete=False,
    )


def _newest_first(part: Part, bundle: Bundle) -> bool:
    """By the ids of the messages, in the folder of `part`."""
    beside = (bundle.beside(part, name) for name in ("messages.json", "messages.csv"))
    holder = next((other for other in beside if other and other.folder == part.folder), part)
    head = holder.head()
    if head.json_kind:
        return is_newest_first(int(found) for found in _MESSAGE_ID.findall(head.text))
    records = read_records(io.BytesIO(head.raw), sniff_delimiter(head.text))
    return is_newest_first(int(record.cells[0]) for record in records if _ID.fullmatch(record.cells[0]))


# -- messages ---------------------------------------------------------------------------------------


def _messages(part: Part, bundle: Bundle, stream: JsonStream) -> Iterator[Row]:
    owner = _owner(part, bundle)
    conversation = _conversation(part, bundle)
    yield owner
    yield conversation
    for event in stream.walk(lambda path: path == ()):
        if isinstance(event, Damage):
            yield Unread(byte_start=event.start, byte_end=event.end, code=event.code, reason=event.reason)
        elif isinstance(event, Value) and isinstance(event.value, dict):
            try:
                yield _message(event.value, conversation.id, owner.id, (event.start, event.end), None)
            except RecursionError:
                yield _unread(event.start, event.end, "too_deep", "values are nested too deeply in this message")
        elif isinstance(event, Value):
            yield _unread(event.start, event.end, "damaged", "an entry of the list of messages is not a message")


def _table(part: Part, bundle: Bundle) -> Iterator[Row]:
    owner = _owner(part, bundle)
    conversation = _conversation(part, bundle)
    yield owner
    yield conversation
    names: tuple[str, ...] = ()
    delimiter = sniff_delimiter(part.head().text.partition("\n")[0])
    with part.open() as file:
        for record in read_records(file, delimiter):
            if record.is_blank or not names:
                names = names or _names(list(record.cells))
                yield Structure(byte_start=record.start, byte_end=record.end)
            elif record.cut or len(record.cells) != len(names):
                yield _cut_or_damaged(record, len(names), at_end=record.end == part.size_bytes)
            else:
                item = dict(zip(names, record.cells, strict=True))
                yield _message(item, conversation.id, owner.id, (record.start, record.end), record.repair)


def _message(
    item: Mapping[str, object], conversation: str, account: str, span: tuple[int, int], repair: str | None
) -> Message:
    native, written = id_of(item.get("ID")), item.get("Timestamp")
    by_id = _instant_of_id(native)
    sent_us, zone = iso_instant_of(written, bare="utc")
    rest = extra_of(item, told=_TOLD, quiet={"ID": item.get("ID") if native else None})
    if sent_us is None and by_id is not None:
        sent_us, zone = by_id, "utc"
    elif sent_us is not None and by_id is not None and abs(sent_us - by_id) > _AGREE_US:
        rest["time_by_id_us"] = by_id
    contents = item.get("Contents")
    text, encoding = clean_text(contents if isinstance(contents, str) else "")
    return Message(
        conversation=conversation,
        byte_start=span[0],
        byte_end=span[1],
        id=native,
        account=account,
        text=text,
        sent_us=sent_us,
        sent_text=text_of(written),
        zone=zone,
        repair=repair or encoding,
        extra=json_of(rest),
        media=tuple(_media(text_of(item.get("Attachments")) or "")),
    )


def _instant_of_id(native: str | None) -> int | None:
    """Microseconds UTC that a snowflake tells; None for what is none."""
    if native is None or not _ID.fullmatch(native):
        return None
    return ((int(native) >> 22) + _EPOCH_MS) * 1000


def _media(cell: str) -> Iterator[Media]:
    for url in cell.split():
        name = url.partition("?")[0].rpartition("/")[2]
        yield Media(kind=file_kind(name), state="referenced", name=name or None, path=url)


# -- the other files --------------------------------------------------------------------------------


def _channel_file(part: Part, bundle: Bundle, stream: JsonStream) -> Iterator[Row]:
    conversation = _conversation(part, bundle)
    yield conversation
    for recipient in _recipients(_channel_of(part.head())):
        yield Account(id=recipient, id_kind="platform")
        yield Member(conversation=conversation.id, account=recipient, basis="listed")
    yield from _spans(stream, kind="structure")


def _recipients(channel: Mapping[str, object]) -> list[str]:
    listed = channel.get("recipients")
    found = (id_of(entry) for entry in listed) if isinstance(listed, list) else iter(())
    return [native for native in found if native and _ID.fullmatch(native)]


def _index(part: Part, bundle: Bundle, stream: JsonStream) -> Iterator[Row]:
    """Titles of the channels whose folders are here (the index of servers looks the same, and has none)."""
    owner = _owner(part, bundle).id
    for event in stream.walk(lambda path: path == ()):
        if isinstance(event, Damage):
            yield Unread(byte_start=event.start, byte_end=event.end, code=event.code, reason=event.reason)
        elif isinstance(event, Value):
            channel = event.path[0] if event.path else ""
            title = text_of(event.value)
            if title and (held := _in_folder(part, bundle, channel)):
                yield Conversation(id=channel, title=title, complete=False)
                yield from _other(title, held, owner)
            if title or event.value in (None, ""):
                yield Structure(byte_start=event.start, byte_end=event.end)
            else:
                yield _unread(event.start, event.end, "damaged", "an entry of the index is no title")


def _in_folder(part: Part, bundle: Bundle, channel: str) -> Part | None:
    """A file of the folder of the channel, channel.json if it has one."""
    names = (
        f"{folder}/{name}"
        for name in ("channel.json", "messages.json", "messages.csv")
        for folder in (f"c{channel}", channel)
    )
    return next((held for name in names if (held := bundle.beside(part, name))), None)


def _other(title: str, held: Part, owner: str) -> Iterator[Account]:
    """The other person of a direct message: the id from channel.json, the user name from the title."""
    others = [native for native in _recipients(_channel_of(held.head())) if native != owner]
    if title.startswith(_DIRECT) and len(others) == 1:
        handle = title.removeprefix(_DIRECT).removesuffix("#0")
        yield Account(id=others[0], id_kind="platform", name=handle, handle=handle)


def _account_file(stream: JsonStream) -> Iterator[Row]:
    fields: dict[str, object] = {}
    for event in stream.walk(lambda path: len(path) < 2):
        if isinstance(event, Damage):
            yield Unread(byte_start=event.start, byte_end=event.end, code=event.code, reason=event.reason)
        elif isinstance(event, Value):
            if len(event.path) == 1:
                fields[event.path[0]] = event.value
            elif event.path == ("relationships", "[]"):
                yield from _friend(object_of(event.value))
            yield Structure(byte_start=event.start, byte_end=event.end, kind="account")
    if owner := _person(fields):
        yield owner


def _friend(entry: Mapping[str, object]) -> Iterator[Account]:
    """Somebody of the friend list; also who was blocked or asked."""
    account = _person({"id": entry.get("id"), **object_of(entry.get("user"))})
    nickname = text_of(entry.get("nickname"))
    if account:
        yield account
        if nickname:
            yield Account(id=account.id, id_kind="platform", name=nickname)


def _spans(stream: JsonStream, *, kind: Literal["structure", "account"]) -> Iterator[Row]:
    """The bytes of a file whose content is told otherwise."""
    for event in stream.walk(_never):
        if isinstance(event, Damage):
            yield Unread(byte_start=event.start, byte_end=event.end, code=event.code, reason=event.reason)
        elif isinstance(event, Value):
            yield Structure(byte_start=event.start, byte_end=event.end, kind=kind)


def _never(path: Path) -> bool:
    return False


def _cut_or_damaged(record: Record, width: int, *, at_end: bool) -> Unread:
    cut = at_end and (record.cut or len(record.cells) < width)
    reason = (
        "the file ends in the middle of a message"
        if cut
        else f"the record has {len(record.cells)} cells, a message has {width}"
    )
    return _unread(record.start, record.end, "cut" if cut else "damaged", reason)


def _unread(start: int, end: int, code: UnreadCode, reason: str) -> Unread:
    return Unread(byte_start=start, byte_end=end, code=code, reason=reason)


READER = Reader(
    name="discord-package",
    platform="discord",
    looked_for="Discord data package: messages with ID, Timestamp and Contents; channel.json, index.json, user.json",
    tier=Tier.UNEXERCISED,
    source="Discord developer documentation (snowflakes, channel types); synthetic fixtures",
    recognises=recognises,
    read=read,
)
