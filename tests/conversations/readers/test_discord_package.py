"""Discord's data package: one person's own messages, and the files that say where and who; fixtures are synthetic."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.conversations.parts import Head
from rempart.conversations.readers import discord_package
from tests.conversations.case import Read, read_bytes, read_files
from tests.conversations.memory import messages_of, peak_bytes, read_rows, unread_of

OWNER, OTHER, DIRECT, SERVER = "247424274304991233", "192775384276664320", "502291754930929684", "600100200300400500"
SENT_MS = 1_634_139_346_000  # 2021-10-13 15:35:46 UTC
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("\udce9"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def snowflake(seconds: int = 0) -> int:
    return (SENT_MS + seconds * 1000 - 1_420_070_400_000) << 22


def message(seconds: int, contents: str, **fields: Any) -> dict[str, Any]:
    moment = f"2021-10-13 15:{35 + (46 + seconds) // 60:02}:{(46 + seconds) % 60:02}"
    return {"ID": snowflake(seconds), "Timestamp": moment, "Contents": contents, "Attachments": "", **fields}


def written(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def account(**fields: Any) -> bytes:
    friend = {
        "id": OTHER,
        "type": 1,
        "nickname": "Bobby",
        "user": {"id": OTHER, "username": "bob", "global_name": "Bob"},
    }
    plain = {
        "id": OWNER,
        "username": "alice.m",
        "discriminator": 0,
        "email": "alice@example.org",
        "global_name": "Alice",
    }
    return written({**plain, "flags": [], "phone": "+33100000000", "relationships": [friend], **fields})


def package(messages: str = "Messages", people: str = "Account") -> dict[str, bytes]:
    """A package with a direct message and a channel of a server."""
    server = {
        "id": SERVER,
        "type": "GUILD_TEXT",
        "name": "general",
        "guild": {"id": "184315303323238400", "name": "Club"},
    }
    return {
        f"{people}/user.json": account(),
        f"{messages}/index.json": written(
            {DIRECT: "Direct Message with bob#0", SERVER: "general in Club", "386213310258741249": None}
        ),
        f"{messages}/c{DIRECT}/channel.json": written({"id": DIRECT, "type": "DM", "recipients": [OWNER, OTHER]}),
        f"{messages}/c{DIRECT}/messages.json": written([message(60, "two"), message(0, "one")]),
        f"{messages}/c{SERVER}/channel.json": written(server),
        f"{messages}/c{SERVER}/messages.json": written([message(5, "here")]),
        "Servers/index.json": written({"184315303323238400": "Club"}),
    }


def conversations(read_back: Read) -> dict[str, dict[str, Any]]:
    return {row["conversation_id"].partition("/")[2]: row for row in read_back.tables["conversations"]}


# -- what is not of this format ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "ID, Timestamp, Contents",
        "id,timestamp,contents,attachments\n1,2,3,4\n",
        "AuthorID,Author,Date,Content,Attachments,Reactions\n",
        '[{"id": 1, "timestamp": "", "contents": ""}]',
        '{"ID": 1, "Timestamp": "", "Contents": ""}',
        '{"1234": "short ids"}',
        '{"502291754930929684": ["a list"]}',
        '{"id": "502291754930929684", "type": "personal_chat", "name": "x"}',
        '{"id": "502291754930929684", "type": "DM", "messages": []}',
        '{"id": "12", "type": "DM"}',
        '{"id": "502291754930929684", "type": true}',
        '{"id": "502291754930929684", "username": "x", "discriminator": "0", "discord_id": "1"}',
        '{"user": {"id": "1", "username": "x", "discriminator": "0", "email": "", "flags": 0}}',
        '{"name": "x", "type": "personal_chat", "id": 1, "messages": []}',
    ],
)
def test_other_formats_are_not_recognised(text: str) -> None:
    """Words of the format in another shape do not make it the format."""
    assert not discord_package.recognises(Head(text.encode()))


@pytest.mark.parametrize("name", package())
def test_every_file_of_a_package_is_recognised_alone(name: str) -> None:
    """Each file says by its content what it is."""
    assert discord_package.recognises(Head(package()[name]))


# -- the whole package ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("messages", "people"), [("Messages", "Account"), ("messages", "account"), ("Wiadomości", "Konto")]
)
@pytest.mark.parametrize("zipped", [False, True])
def test_a_package_is_read_in_every_language_of_its_folders(
    messages: str, people: str, tmp_path: Path, *, zipped: bool
) -> None:
    """Messages, owner and titles are found although the folders have other names."""
    read_back = read_files(package(messages, people), tmp_path, zipped=zipped)

    assert sorted(read_back.texts) == ["here", "one", "two"]
    assert {row["account_id"] for row in read_back.messages} == {f"discord:{OWNER}"}
    assert not read_back.unread


def test_every_conversation_of_a_package_is_marked_incomplete(tmp_path: Path) -> None:
    """The package holds one side only, and the tables say so."""
    rows = conversations(read_files(package(), tmp_path))

    assert {row["complete"] for row in rows.values()} == {False}
    assert {key: (row["kind"], row["native_kind"], row["title"]) for key, row in rows.items()} == {
        DIRECT: ("one_to_one", "DM", "Direct Message with bob#0"),
        SERVER: ("group", "GUILD_TEXT", "general in Club"),
    }


def test_the_people_of_a_direct_message_are_told(tmp_path: Path) -> None:
    """The owner, the other person with the names of index and friend list, and both as members."""
    read_back = read_files(package(), tmp_path)

    people = {row["native_id"]: row for row in read_back.tables["accounts"]}
    assert (people[OWNER]["handle"], people[OWNER]["names"], people[OWNER]["phone"]) == (
        "alice.m",
        ["Alice"],
        "+33100000000",
    )
    assert (people[OTHER]["handle"], sorted(people[OTHER]["names"])) == ("bob", ["Bob", "Bobby", "bob"])
    members = {(row["account_id"], row["basis"]) for row in read_back.tables["memberships"]}
    assert {(f"discord:{OWNER}", "wrote"), (f"discord:{OTHER}", "listed")} <= members


def test_the_index_of_servers_makes_no_conversation(tmp_path: Path) -> None:
    """It looks like the index of channels; only what has a folder is a channel."""
    assert set(conversations(read_files(package(), tmp_path))) == {DIRECT, SERVER}


def test_two_packages_keep_their_owners_apart(tmp_path: Path) -> None:
    """Two people's packages in one folder are not mixed."""
    second = {**package(), "Account/user.json": account(id="300000000000000000", username="zoe")}
    files = {f"a/{name}": data for name, data in package().items()} | {
        f"b/{name}": data for name, data in second.items()
    }

    read_back = read_files(files, tmp_path)

    owners = {row["part"][:1]: row["account_id"] for row in read_back.messages}
    assert owners == {"a": f"discord:{OWNER}", "b": "discord:300000000000000000"}


def test_the_newest_message_first_is_turned_round(tmp_path: Path) -> None:
    """The ids tell the order of the file; `sequence` rises with time."""
    rows = [row for row in read_files(package(), tmp_path).messages if row["conversation_id"].endswith(DIRECT)]

    assert [row["text"] for row in sorted(rows, key=lambda row: row["sequence"])] == ["one", "two"]


# -- messages ---------------------------------------------------------------------------------------


def test_messages_alone_have_a_stand_in_for_their_owner(tmp_path: Path) -> None:
    """Without the account file nobody is named, and nobody is invented."""
    read_back = read_bytes(written([message(0, "one")]), tmp_path)

    person = read_back.tables["accounts"][0]
    assert (person["native_id"], person["id_kind"], person["names"]) == ("owner of this package", "name", [])


def test_a_time_without_zone_is_utc(tmp_path: Path) -> None:
    """The package writes UTC and does not say so."""
    row = read_bytes(written([message(0, "one")]), tmp_path).messages[0]

    assert (row["sent_at"].isoformat(), row["zone"], row["extra"]) == ("2021-10-13T15:35:46+00:00", "utc", None)
    assert row["message_id"] == str(snowflake())


@pytest.mark.parametrize("absent", ["", None, "soon"])
def test_the_id_gives_the_time_when_it_is_absent(absent: str | None, tmp_path: Path) -> None:
    """A snowflake holds the millisecond of its message."""
    row = read_bytes(written([message(0, "one", Timestamp=absent)]), tmp_path).messages[0]

    assert (row["sent_at"].isoformat(), row["zone"], row["sent_text"]) == (
        "2021-10-13T15:35:46+00:00",
        "utc",
        absent or None,
    )


def test_a_time_that_the_id_contradicts_is_told(tmp_path: Path) -> None:
    """Both times are kept when they differ by more than two seconds."""
    near, far = message(0, "near", ID=snowflake(1)), message(0, "far", ID=str(snowflake(-60)))

    rows = read_bytes(written([near, far]), tmp_path).messages

    assert [row["extra"] for row in rows] == [None, json.dumps({"time_by_id_us": (SENT_MS - 60_000) * 1000})]


@pytest.mark.parametrize("native", [None, "12", 5, True, -1, [1]])
def test_an_id_that_is_no_snowflake_tells_no_time(native: object, tmp_path: Path) -> None:
    """Nothing is computed from what is not an id of the platform."""
    assert read_bytes(written([message(0, "one", ID=native, Timestamp="")]), tmp_path).messages[0]["sent_at"] is None


def test_attachments_are_addresses_parted_by_blanks(tmp_path: Path) -> None:
    """The package holds no media; it names where they lay."""
    urls = "https://cdn.example.org/1/a.png?ex=0 https://cdn.example.org/2/b.mp4"

    rows = read_bytes(written([message(0, "", Attachments=urls)]), tmp_path).tables["media"]

    assert [(row["kind"], row["state"], row["name"]) for row in rows] == [
        ("photo", "referenced", "a.png"),
        ("video", "referenced", "b.mp4"),
    ]


def test_fields_without_a_column_are_kept(tmp_path: Path) -> None:
    """What a later package adds stays with the message."""
    assert json.loads(read_bytes(written([message(0, "x", Poll={"a": 1})]), tmp_path).messages[0]["extra"]) == {
        "Poll": {"a": 1}
    }


# -- the older table --------------------------------------------------------------------------------

TABLE = b"ID,Timestamp,Contents,Attachments\r\n"


def test_the_older_table_is_read(tmp_path: Path) -> None:
    """The same fields as a table, times with an offset, folders without a letter before the id."""
    line = f'{snowflake()},2021-10-13 15:35:46.250000+00:00,"one,\ntwo",https://cdn.example.org/a.png\r\n'.encode()
    files = {
        "account/user.json": account(),
        f"messages/{SERVER}/channel.json": written({"id": SERVER, "type": 0, "name": "general"}),
        f"messages/{SERVER}/messages.csv": TABLE + line,
    }

    read_back = read_files(files, tmp_path)

    row = read_back.messages[0]
    assert (row["text"], row["sent_at"].isoformat(), row["zone"]) == (
        "one,\ntwo",
        "2021-10-13T15:35:46.250000+00:00",
        "offset",
    )
    assert (row["account_id"], conversations(read_back)[SERVER]["native_kind"]) == (f"discord:{OWNER}", "GUILD_TEXT")


def test_a_folder_without_a_channel_file_gives_the_id(tmp_path: Path) -> None:
    """The id of the channel stands in the name of its folder."""
    assert set(conversations(read_files({f"messages/c{SERVER}/messages.csv": TABLE + b"1,,x,\r\n"}, tmp_path))) == {
        SERVER
    }


def test_a_broken_line_of_the_table_costs_itself_alone(tmp_path: Path) -> None:
    """The lines before and behind are read."""
    read_back = read_bytes(TABLE + b"1,,one,\r\n2,,open \r\n3,,three,\r\n", tmp_path)

    assert (read_back.texts, [row["code"] for row in read_back.unread]) == (["one", "three"], ["damaged"])


# -- damaged, hostile, foreign, large ---------------------------------------------------------------

WHOLE = written([message(60, "un 😀"), message(30, 'a "quote" \\'), message(0, "trois")])


@given(cut=st.integers(min_value=WHOLE.index(b"Attachments"), max_value=len(WHOLE) - 1))
def test_messages_cut_anywhere_give_what_stands_before(cut: int) -> None:
    """Every message before the cut, and one row that says where it is."""
    rows = read_rows(discord_package.READER, WHOLE[:cut])

    texts = [row.text for row in messages_of(rows)]
    assert texts == ["un 😀", 'a "quote" \\', "trois"][: len(texts)]
    assert [row.code for row in unread_of(rows)] == ["cut"]


@given(name=st.sampled_from(sorted(package())), cut=st.integers(min_value=0))
def test_every_byte_of_any_file_cut_anywhere_is_told(name: str, cut: int) -> None:
    """Whatever a package lost, the rest is accounted for."""
    data = package()[name]
    read_rows(discord_package.READER, data[: cut % len(data)], name=name, beside=package())


@pytest.mark.parametrize("entry", [1, "words", None, []])
def test_an_entry_that_is_no_message_is_told(entry: object, tmp_path: Path) -> None:
    """What stands among the messages and is none is one unread row."""
    read_back = read_bytes(written([message(0, "one"), entry, message(1, "two")]), tmp_path)

    assert (read_back.texts, [row["code"] for row in read_back.unread]) == (["one", "two"], ["damaged"])


def test_an_entry_of_the_index_that_is_no_title_is_told(tmp_path: Path) -> None:
    """A list where a title should stand is one unread row."""
    read_back = read_bytes(written({DIRECT: "a title", SERVER: ["words"]}), tmp_path)

    assert [row["code"] for row in read_back.unread] == ["damaged"]


@pytest.mark.parametrize("depth", [*range(300, 1000, 20), 5000])
def test_values_nested_without_end_are_set_apart(depth: int) -> None:
    """However deep a value is, the next message is read."""
    deep = json.dumps(message(1, "deep"))[:-1] + ', "new": ' + "[" * depth + "]" * depth + "}"

    rows = read_rows(
        discord_package.READER,
        f"[{json.dumps(message(2, 'before'))}, {deep}, {json.dumps(message(0, 'next'))}]".encode(),
    )

    assert messages_of(rows)[-1].text == "next"


@given(item=st.dictionaries(st.sampled_from(["ID", "Timestamp", "Contents", "Attachments", "New"]), JSON))
def test_any_value_may_stand_in_any_field(item: dict[str, object]) -> None:
    """Nothing in a field stops the reading, and every text can be written to a table."""
    rows = read_rows(
        discord_package.READER, written([message(0, "one")])[:-1] + b"," + json.dumps(item).encode() + b"]"
    )

    assert len(messages_of(rows)) == 2


@given(
    fields=st.dictionaries(
        st.sampled_from(["id", "username", "relationships", "phone", "discriminator", "global_name"]), JSON
    )
)
def test_any_value_may_stand_in_the_account(fields: dict[str, object]) -> None:
    """A hostile account file is accounted for like any other."""
    data = json.dumps({**json.loads(account()), **fields}).encode()

    if discord_package.recognises(Head(data)):
        assert messages_of(read_rows(discord_package.READER, data)) == []


@given(fields=st.dictionaries(st.sampled_from(["name", "guild", "recipients", "type"]), JSON))
def test_any_value_may_stand_in_the_channel(fields: dict[str, object]) -> None:
    """A hostile channel file beside the messages does not stop them."""
    hostile = {f"m/c{DIRECT}/channel.json": json.dumps({"id": DIRECT, "type": "DM", **fields}).encode()}

    rows = read_rows(
        discord_package.READER, written([message(0, "one")]), name=f"m/c{DIRECT}/messages.json", beside=hostile
    )

    assert [row.conversation for row in messages_of(rows)] == [DIRECT]


@pytest.mark.parametrize(("encoding", "repair"), [("cp1252", "encoding: windows-1252"), ("utf-16", None)])
def test_other_encodings_are_read(encoding: str, repair: str | None, tmp_path: Path) -> None:
    """A file saved again in another encoding costs no letter."""
    row = read_bytes(written([message(0, "à bientôt")]).decode().encode(encoding), tmp_path).messages[0]

    assert (row["text"], row["repair"]) == ("à bientôt", repair)


def test_a_large_file_is_read_with_flat_memory() -> None:
    """Twenty-five thousand messages cost the memory of a few; their rows alone would be more."""
    item = json.dumps(message(0, "an ordinary sentence"))

    assert peak_bytes(discord_package.READER, f"[{','.join([item] * 25_000)}]".encode()) < 8 << 20
