"""DiscordChatExporter JSON: authors, replies, reactions, forwards, system messages; fixtures are invented."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.conversations.parts import Head
from rempart.conversations.readers import discord_exporter
from tests.conversations.case import Read, read_bytes, read_files
from tests.conversations.memory import messages_of, peak_bytes, read_rows, unread_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("\udce9"),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "name", "url", "emoji", "users"]), inner)
    ),
    max_leaves=4,
)


def user(native: str, name: str, nickname: str | None = None, **fields: Any) -> dict[str, Any]:
    plain = {"id": native, "name": name, "discriminator": "0000", "nickname": nickname or name}
    return {**plain, "color": None, "isBot": False, "roles": [], "avatarUrl": "", **fields}


ALICE, BOB = user("1001", "alice.m", "Alice"), user("1002", "bob", "Bob")


def message(native: int, content: str, author: dict[str, Any] = ALICE, **fields: Any) -> dict[str, Any]:
    stamps = {"timestamp": f"2024-01-31T13:{native:02}:00.5+00:00", "timestampEdited": None, "callEndedTimestamp": None}
    lists: dict[str, Any] = {
        name: [] for name in ("attachments", "embeds", "stickers", "reactions", "mentions", "inlineEmojis")
    }
    head = {"id": str(native), "type": "Default", **stamps, "isPinned": False, "content": content, "author": author}
    return {**head, **lists, **fields}


def channel(*messages: dict[str, Any], kind: str = "GuildTextChat", **fields: Any) -> dict[str, Any]:
    """A file as the program writes it."""
    head = {
        "guild": {"id": "5", "name": "Club", "iconUrl": ""},
        "channel": {"id": "77", "type": kind, "categoryId": None, "category": None, "name": "general", "topic": None},
        "dateRange": {"after": None, "before": None},
        "exportedAt": "2024-02-01T00:00:00+00:00",
    }
    return {**head, "messages": list(messages), "messageCount": len(messages), **fields}


def written(document: object) -> bytes:
    return json.dumps(document, indent=2, ensure_ascii=False).encode()


def read(document: object, work: Path) -> Read:
    return read_bytes(written(document), work)


# -- what is not of this format ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "guild, channel and messages with exportedAt",
        '[{"guild": {}, "channel": {}, "messages": [], "exportedAt": ""}]',
        '{"guild": {}, "channel": {}, "messages": []}',
        '{"name": "x", "type": "personal_chat", "id": 1, "messages": []}',
        '{"messages": [{"sender_name": "Bob", "timestamp_ms": 1}]}',
        '{"id": "502291754930929684", "type": "GUILD_TEXT", "guild": {"id": "1", "name": "x"}}',
    ],
)
def test_other_formats_are_not_recognised(text: str) -> None:
    """Words of the format in another shape do not make it the format."""
    assert not discord_exporter.recognises(Head(text.encode()))


@pytest.mark.parametrize("absent", [(), ("exportedAt",), ("exportedAt", "dateRange")])
def test_files_of_every_year_are_recognised(absent: tuple[str, ...]) -> None:
    """Fields that older versions did not write are not asked for."""
    document = {key: value for key, value in channel(message(1, "x")).items() if key not in absent}

    assert discord_exporter.recognises(Head(written(document)))


def test_an_empty_channel_is_a_conversation(tmp_path: Path) -> None:
    """No message is a finding too."""
    read_back = read(channel(), tmp_path)

    assert (read_back.messages, len(read_back.tables["conversations"])) == ([], 1)


# -- messages ---------------------------------------------------------------------------------------


def test_a_message_keeps_id_author_text_and_instant(tmp_path: Path) -> None:
    """The platform's own ids, the time with its offset, the text as written."""
    read_back = read(channel(message(1, "hello", timestampEdited="2024-01-31T15:00:00+01:00")), tmp_path)

    row = read_back.messages[0]
    assert (row["message_id"], row["account_id"], row["text"]) == ("1", "discord:1001", "hello")
    assert (row["sent_at"].isoformat(), row["zone"]) == ("2024-01-31T13:01:00.500000+00:00", "offset")
    assert row["edited_at"].isoformat() == "2024-01-31T14:00:00+00:00"
    assert row["extra"] is None


def test_an_account_has_its_user_name_display_name_and_nature(tmp_path: Path) -> None:
    """The user name is the handle; the name in the server is a name; the old number stays with the handle."""
    helper = user("1003", "helper", discriminator="0420", isBot=True)

    accounts = {
        row["native_id"]: row
        for row in read(channel(message(1, "x"), message(2, "y", helper)), tmp_path).tables["accounts"]
    }

    assert (accounts["1001"]["handle"], accounts["1001"]["names"]) == ("alice.m", ["Alice"])
    assert (accounts["1003"]["handle"], accounts["1003"]["is_bot"]) == ("helper#0420", True)
    assert {row["id_kind"] for row in accounts.values()} == {"platform"}


def test_a_change_of_name_is_kept(tmp_path: Path) -> None:
    """A person who renames herself keeps both names."""
    read_back = read(channel(message(1, "x"), message(2, "y", user("1001", "alice.m", "Ally"))), tmp_path)

    assert read_back.tables["accounts"][0]["names"] == ["Alice", "Ally"]


def test_roles_and_avatar_are_told_once_and_when_they_change(tmp_path: Path) -> None:
    """What belongs to the author stays in the export's words, without filling every message."""
    first, second = (
        user("1", "zoe", roles=[{"id": "9", "name": "staff"}]),
        user("1", "zoe", avatarUrl="https://cdn.example.org/2"),
    )

    rows = read(channel(message(1, "a", first), message(2, "b", first), message(3, "c", second)), tmp_path).messages

    assert [row["extra"] and json.loads(row["extra"]) for row in rows] == [
        {"author": {"roles": [{"id": "9", "name": "staff"}]}},
        None,
        {"author": {"avatarUrl": "https://cdn.example.org/2"}},
    ]


def test_a_reply_names_the_message_answered(tmp_path: Path) -> None:
    """The reference of a reply is its column."""
    reference = {"type": "Default", "messageId": "1", "channelId": "77", "guildId": "5"}

    row = read(channel(message(1, "a"), message(2, "b", BOB, type="Reply", reference=reference)), tmp_path).messages[1]

    assert (row["kind"], row["reply_to"], row["extra"]) == ("message", "1", None)


def test_reactions_name_people_and_count_the_others(tmp_path: Path) -> None:
    """Three reactions of whom one is named are one person and two without a name."""
    reactions = [
        {"emoji": {"id": "", "name": "👍", "code": "thumbsup"}, "count": 3, "users": [BOB]},
        {"emoji": {"id": "66", "name": "wave"}, "count": 1},
    ]

    read_back = read(channel(message(1, "a", reactions=reactions)), tmp_path)

    rows = [(row["emoji"], row["count"], row["account_id"]) for row in read_back.tables["reactions"]]
    assert rows == [("👍", 1, "discord:1002"), ("👍", 2, None), ("<:wave:66>", 1, None)]


def test_mentions_are_accounts(tmp_path: Path) -> None:
    """Who is named in a text is told by id."""
    assert read(channel(message(1, "@Bob", mentions=[BOB])), tmp_path).messages[0]["mentions"] == ["discord:1002"]


@pytest.mark.parametrize(
    ("kind", "mentions", "action"),
    [
        ("RecipientAdd", [BOB], "invite_members"),
        ("RecipientRemove", [BOB], "remove_members"),
        ("RecipientRemove", [ALICE], "leave"),
        ("Call", [], "phone_call"),
        ("ChannelNameChange", [], "edit_group_title"),
        ("ChannelIconChange", [], "edit_group_photo"),
        ("ChannelPinnedMessage", [], "pin_message"),
        ("GuildMemberJoin", [], "join"),
        ("ThreadCreated", [], "topic_created"),
        ("8", [], "8"),
    ],
)
def test_system_messages_are_service_lines(kind: str, mentions: list[Any], action: str, tmp_path: Path) -> None:
    """What the service says is not what a person wrote; its sentence stays."""
    row = read(channel(message(1, "a sentence", type=kind, mentions=mentions)), tmp_path).messages[0]

    assert (row["kind"], row["action"], row["text"]) == ("service", action, "a sentence")


@pytest.mark.parametrize("kind", ["Default", "Reply", "20", None, ["Call"]])
def test_what_a_person_wrote_is_a_message(kind: object, tmp_path: Path) -> None:
    """Kinds that carry somebody's words, and no kind at all."""
    assert read(channel(message(1, "x", type=kind)), tmp_path).messages[0]["kind"] == "message"


def test_who_was_added_is_a_member(tmp_path: Path) -> None:
    """The people whom a system message names belong to the conversation."""
    read_back = read(channel(message(1, "x", type="RecipientAdd", mentions=[BOB])), tmp_path)

    assert {row["account_id"]: row["basis"] for row in read_back.tables["memberships"]} == {
        "discord:1001": "wrote",
        "discord:1002": "service",
    }


def test_a_forward_shows_the_forwarded_text_and_media(tmp_path: Path) -> None:
    """A forward has no words of its own; those of the message forwarded are not lost."""
    forwarded = {
        "timestamp": "2020-01-01T00:00:00+00:00",
        "content": "old words",
        "attachments": [{"id": "9", "url": "https://cdn.example.org/a.png", "fileName": "a.png", "fileSizeBytes": 4}],
    }
    reference = {"type": "Forward", "messageId": "44", "channelId": "78", "guildId": "5"}

    read_back = read(channel(message(1, "", forwardedMessage=forwarded, reference=reference)), tmp_path)

    row = read_back.messages[0]
    assert (row["text"], row["forwarded_from"], row["reply_to"]) == ("old words", "(unknown)", None)
    assert json.loads(row["extra"]) == {"forwardedMessage": forwarded, "reference": reference}
    assert read_back.tables["media"][0]["name"] == "a.png"


def test_media_beside_the_file_are_found(tmp_path: Path) -> None:
    """An export with its media names them by a path from the file, with either slash."""
    attachment = {"id": "9", "url": "general.json_Files\\a-1.png", "fileName": "a.png", "fileSizeBytes": 5}
    sticker = {"id": "3", "name": "wave", "format": "Png", "sourceUrl": "https://cdn.example.org/3.png"}
    files = {
        "club/general.json": written(channel(message(1, "", attachments=[attachment], stickers=[sticker]))),
        "club/general.json_Files/a-1.png": b"\x89PNG\x00",
    }

    read_back = read_files(files, tmp_path)

    held, named = read_back.tables["media"]
    assert (held["state"], held["path"], held["kind"], held["size_bytes"]) == (
        "in_export",
        "club/general.json_Files/a-1.png",
        "photo",
        5,
    )
    assert (named["state"], named["path"], named["kind"]) == ("referenced", "https://cdn.example.org/3.png", "sticker")
    assert not read_back.unread


def test_embeds_and_what_is_yet_to_come_are_kept(tmp_path: Path) -> None:
    """Fields without a column stay with the message; empty ones do not."""
    fields: dict[str, Any] = {
        "embeds": [{"title": "a page", "url": "https://example.org"}],
        "isPinned": True,
        "poll": {"question": "?"},
    }

    assert json.loads(read(channel(message(1, "x", **fields)), tmp_path).messages[0]["extra"]) == fields


# -- the channel ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("native", "kind", "title"),
    [
        ("GuildTextChat", "group", "general in Club"),
        ("GuildPublicThread", "group", "general in Club"),
        ("GuildNews", "channel", "general in Club"),
        ("DirectTextChat", "one_to_one", "general"),
        ("DirectGroupTextChat", "group", "general"),
        ("Unheard", "unknown", "general in Club"),
    ],
)
def test_the_kind_of_channel_is_told(native: str, kind: str, title: str, tmp_path: Path) -> None:
    """The program's word is kept beside ours."""
    row = read(channel(message(1, "x"), kind=native), tmp_path).tables["conversations"][0]

    assert (row["kind"], row["native_kind"], row["title"]) == (kind, native, title)


def test_files_of_one_channel_are_one_conversation(tmp_path: Path) -> None:
    """A long channel is written in parts; they are told by the channel's id."""
    files = {
        "general.json": written(channel(message(1, "one"))),
        "general [part 2].json": written(channel(message(2, "two"))),
    }

    read_back = read_files(files, tmp_path)

    assert [row["messages"] for row in read_back.tables["conversations"]] == [2]


def test_a_channel_exported_in_reverse_keeps_its_time(tmp_path: Path) -> None:
    """The program can write the newest first; `sequence` rises with time all the same."""
    rows = read(channel(message(2, "second"), message(1, "first")), tmp_path).messages

    assert [row["text"] for row in sorted(rows, key=lambda row: row["sequence"])] == ["first", "second"]


def test_messages_that_the_file_counts_and_does_not_hold_are_told(tmp_path: Path) -> None:
    """The program's own count is compared with what was read."""
    read_back = read(channel(message(1, "x"), messageCount=3), tmp_path)

    assert [(row["code"], row["loss"]) for row in read_back.unread] == [("count_differs", True)]
    assert "3 messages" in read_back.unread[0]["reason"]


def test_the_description_of_a_channel_is_set_aside_in_the_open(tmp_path: Path) -> None:
    """A text without a column is not passed over in silence."""
    document = channel(message(1, "x"))
    document["channel"]["topic"] = "words about the channel"

    assert [row["locator"] for row in read(document, tmp_path).unread] == ["channel"]


# -- damaged, hostile, foreign, large ---------------------------------------------------------------

WHOLE = written(channel(message(1, "un 😀"), message(2, 'a "quote" \\'), message(3, "trois")))


@given(cut=st.integers(min_value=1, max_value=len(WHOLE) - 1))
def test_a_file_cut_anywhere_gives_what_stands_before(cut: int) -> None:
    """Every message before the cut, and one row that says where it is."""
    rows = read_rows(discord_exporter.READER, WHOLE[:cut])

    texts = [row.text for row in messages_of(rows)]
    assert texts == ["un 😀", 'a "quote" \\', "trois"][: len(texts)]
    assert [row.code for row in unread_of(rows) if row.code != "count_differs"] == ["cut"]


def test_a_broken_message_costs_itself_alone(tmp_path: Path) -> None:
    """The messages before and behind the damage are read, and the count is told to differ."""
    data = written(channel(message(1, "one"), message(2, "BROKEN"), message(3, "three")))

    read_back = read_bytes(data.replace(b'"BROKEN"', b"BRO KEN"), tmp_path)

    assert read_back.texts == ["one", "three"]
    assert [row["code"] for row in read_back.unread] == ["damaged", "count_differs"]


@pytest.mark.parametrize("entry", [1, "words", None, []])
def test_an_entry_that_is_no_message_is_told(entry: object, tmp_path: Path) -> None:
    """What stands among the messages and is none is one unread row."""
    document = channel(message(1, "one"))
    document["messages"].append(entry)

    assert [row["code"] for row in read(document, tmp_path).unread] == ["damaged"]


@pytest.mark.parametrize("depth", [*range(300, 1000, 20), 5000])
def test_values_nested_without_end_are_set_apart(depth: int) -> None:
    """However deep a value is, the next message is read."""
    deep = json.dumps(message(1, "deep"))[:-1] + ', "new": ' + "[" * depth + "]" * depth + "}"
    data = f'{{"guild": {{}}, "channel": {{}}, "messages": [{deep}, {json.dumps(message(2, "next"))}]}}'.encode()

    assert messages_of(read_rows(discord_exporter.READER, data))[-1].text == "next"


@given(
    item=st.dictionaries(st.sampled_from([*message(1, ""), "reference", "forwardedMessage"]), JSON),
    head=st.dictionaries(st.sampled_from(["guild", "channel", "messageCount"]), JSON),
)
def test_any_value_may_stand_in_any_field(item: dict[str, object], head: dict[str, object]) -> None:
    """Nothing in a field stops the reading, and every text can be written to a table."""
    rows = read_rows(discord_exporter.READER, json.dumps({**head, "messages": [item]}).encode())

    assert len(messages_of(rows)) == 1


def test_a_file_in_another_encoding_is_read_and_told(tmp_path: Path) -> None:
    """Windows-1252 instead of UTF-8 costs no letter; the message says that bytes were repaired."""
    row = read_bytes(written(channel(message(1, "à bientôt"))).decode().encode("cp1252"), tmp_path).messages[0]

    assert (row["text"], row["repair"]) == ("à bientôt", "encoding: windows-1252")


def test_utf16_is_read(tmp_path: Path) -> None:
    """A file saved again as UTF-16 keeps its messages."""
    assert read_bytes(written(channel(message(1, "é"))).decode().encode("utf-16"), tmp_path).texts == ["é"]


def test_a_large_channel_is_read_with_flat_memory() -> None:
    """Sixteen thousand messages cost the memory of a few; their rows alone would be more."""
    item = json.dumps(message(1, "an ordinary sentence"), indent=2)
    data = f'{{"guild": {{}}, "channel": {{"id": "7"}}, "messages": [{",".join([item] * 16_000)}]}}'.encode()

    assert peak_bytes(discord_exporter.READER, data) < 8 << 20
