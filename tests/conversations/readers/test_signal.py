"""signal-export's Markdown, data.json and members: invented chats, written as the program writes them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.conversations.parts import Head
from rempart.conversations.readers import signal
from tests.conversations.case import Read, read_bytes, read_files

OLD = b"""[2019-05-29, 15:04] Me: How is everyone?
[2019-05-29, 15:10] Aya: We're great!
[2019-05-29, 15:20] Jim: I'm not.
"""


def written(
    body: str = "",
    *,
    sender: str = "Aya",
    date: str = "2026-03-12 10:02:11",
    quote: str = "",
    reactions: str = "",
    sticker: str = "",
    files: str = "",
) -> str:
    """One message as Message.to_md writes it, with the line feed of print."""
    quoted = "\n\n> " + quote.replace("\n", "\n> ") + "\n\n" if quote else ""
    body = f"{quoted}{body}  "
    body += f"\n(- {reactions} -)" if reactions else ""
    body += sticker + files
    return f"[{date}] {sender}: {body}\n\n"


def item(**fields: Any) -> bytes:
    """One message as Message.dict_str writes it."""
    base: dict[str, Any] = {
        "date": "2026-03-12T10:02:11.500000",
        "sender": "Aya",
        "body": "hello  ",
        "quote": "",
        "sticker": None,
        "reactions": [],
        "attachments": [],
        "deleted": False,
        "call": False,
        "missed": False,
        "edits": [],
    }
    return json.dumps(base | fields, ensure_ascii=False).encode() + b"\n"


def read_md(text: str, tmp_path: Path) -> Read:
    return read_bytes(text.encode(), tmp_path)


def names(read: Read) -> list[str | None]:
    return [row["account_id"].rpartition("/")[2] if row["account_id"] else None for row in read.messages]


def extra(read: Read, row: int = 0) -> Any:
    return json.loads(read.messages[row]["extra"])


# -- what is not of this format ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"[1, 2]",
        b"[2026-03-12 10:02:11] production.ERROR: Undefined index\n[2026-03-12 10:02:12] production.INFO: started\n",
        b"[2026-03-12 10:02:11] sshd[412]: accepted\n",
        b"12/03/2026 10:02 - Alice: hello\n",
        b"[12/03/2026 10:02:11] Alice: hello\n",
        b"He wrote to me:\n[2026-03-12 10:02:11] Alice: hello\n",
        b"[2026-03-12 10:02:11] no name here\n",
        b'{"messages": [], "sender": "a", "date": "b"}',
        b"<!doctype html><div class=msg>x</div>",
        b"[2026-03-12\x00 10:02] Me: x",
    ],
)
def test_leaves_other_formats_alone(data: bytes) -> None:
    """Server logs, WhatsApp, prose that quotes a chat, and other JSON are not taken."""
    assert not signal.recognises(Head(data))


def test_a_line_without_a_beginning_is_part_of_the_message_before(tmp_path: Path) -> None:
    """Brackets, dates and colons inside of a message do not end it."""
    read = read_md("[2026-03-12 10:02:11] Aya: one\n[note] two: three\n[2026-03-12] four: five\n", tmp_path)

    assert read.texts == ["one\n[note] two: three\n[2026-03-12] four: five"]


def test_parentheses_written_by_people_are_no_reactions(tmp_path: Path) -> None:
    """Only names with an emoji each are reactions; what looks alike stays text."""
    bodies = ["yes  \n(- I think so: maybe -)", "list  \n(- a -)", "(- Aya: 👍 -)"]

    read = read_md("".join(f"[2026-03-12 10:02:11] Aya: {body}\n\n" for body in bodies), tmp_path)

    assert read.tables["reactions"] == []
    assert read.texts == ["yes  \n(- I think so: maybe -)", "list  \n(- a -)", "(- Aya: 👍 -)"]


def test_a_link_written_by_people_is_text(tmp_path: Path) -> None:
    """Markdown links to elsewhere are not files of the chat."""
    read = read_md(written("see [this](https://example.org) and (media files)"), tmp_path)

    assert read.tables["media"] == []
    assert read.texts == ["see [this](https://example.org) and (media files)"]


def test_nobody_is_nobody(tmp_path: Path) -> None:
    """`No-Sender` is the exporter's word for an unknown sender, not a person."""
    read = read_md(written("x", sender="No-Sender") + written("y", sender=""), tmp_path)

    assert names(read) == [None, None]
    assert read.tables["accounts"] == []


# -- Markdown ---------------------------------------------------------------------------------------


def test_reads_the_old_form(tmp_path: Path) -> None:
    """A comma, no seconds: the form of 2019, local time of an unknown place."""
    read = read_bytes(OLD, tmp_path)

    assert read.texts == ["How is everyone?", "We're great!", "I'm not."]
    assert names(read) == ["Me", "Aya", "Jim"]
    assert read.messages[0]["sent_at"].isoformat() == "2019-05-29T15:04:00+00:00"
    assert {row["zone"] for row in read.messages} == {"unknown"}
    assert read.messages[0]["sent_text"] == "2019-05-29, 15:04"
    assert [OLD[row["byte_start"] : row["byte_end"]] for row in read.messages] == OLD.splitlines(keepends=True)
    assert read.unread == []


def test_reads_the_form_with_seconds_and_its_bytes(tmp_path: Path) -> None:
    """The form of today: seconds, two blanks behind the text, an empty line between messages."""
    data = written("hello") + written("two\nlines\n\nand three")

    read = read_md(data, tmp_path)

    assert read.texts == ["hello", "two\nlines\n\nand three"]
    assert read.messages[1]["sent_at"].isoformat() == "2026-03-12T10:02:11+00:00"
    assert read.messages[1]["byte_end"] == len(data.encode())


def test_names_are_weak_identities(tmp_path: Path) -> None:
    """The file knows names only."""
    read = read_bytes(OLD, tmp_path)

    assert {row["id_kind"] for row in read.tables["accounts"]} == {"name"}
    assert [row["native_id"] for row in read.tables["accounts"]] == ["Me", "Aya", "Jim"]


def test_an_answer_keeps_the_message_answered_apart_from_its_text(tmp_path: Path) -> None:
    """Quoted words are not the words of who quotes."""
    read = read_md(written("I agree", quote="first\nsecond") + written("", quote="only"), tmp_path)

    assert read.texts == ["I agree", ""]
    assert [extra(read, row) for row in (0, 1)] == [{"quote": "first\nsecond"}, {"quote": "only"}]


def test_reactions_stickers_and_files_are_taken_off_the_text(tmp_path: Path) -> None:
    """What the exporter writes behind a text becomes rows, in the order of the file."""
    files = "![2026_00_a.jpg](./media/2026_00_a.jpg)  [2026_01_b_(1).pdf](./media/2026_01_b_(1).pdf)  (attachment not exported)  "
    link = "[😀](../exported_stickers/p1/3.webp)  "
    data = (
        written("wow!", reactions="Me: 👍, Doe, Jane: ❤️, Jim: 1️⃣", files=files)
        + written("", sticker="\n(( 😀 ))")
        + written("", sticker=link, reactions="Aya: 🇫🇷")
        + written("", files="[v 1.m4a](./media/v%201.m4a)  ")
    )

    read = read_md(data, tmp_path)

    assert read.texts == ["wow!", "", "", ""]
    assert [(row["row"], row["emoji"], row["account_id"].rpartition("/")[2]) for row in read.tables["reactions"]] == [
        (1, "👍", "Me"),
        (1, "❤️", "Doe, Jane"),
        (1, "1️⃣", "Jim"),
        (3, "🇫🇷", "Aya"),
    ]
    assert [(row["row"], row["kind"], row["state"], row["name"]) for row in read.tables["media"]] == [
        (1, "photo", "referenced", "2026_00_a.jpg"),
        (1, "file", "referenced", "2026_01_b_(1).pdf"),
        (1, "file", "missing", None),
        (3, "sticker", "referenced", "😀"),
        (4, "audio", "referenced", "v 1.m4a"),
    ]
    assert read.tables["media"][2]["reason"] == "attachment not exported"
    assert extra(read, 1) == {"sticker": "😀"}


def test_files_beside_the_chat_are_found(tmp_path: Path) -> None:
    """A link leads to the file in the export, also one with blanks, and to the stickers of all chats."""
    link = "[😀](../exported_stickers/p1/3.webp)  "
    data = written("x", files="![a b.jpg](./media/a%20b.jpg)  ") + written("", sticker=link)
    files = {"Aya/chat.md": data.encode(), "Aya/media/a b.jpg": b"\x00j", "exported_stickers/p1/3.webp": b"\x00w"}

    read = read_files(files, tmp_path)

    assert [(row["state"], row["path"]) for row in read.tables["media"]] == [
        ("in_export", "Aya/media/a b.jpg"),
        ("in_export", "exported_stickers/p1/3.webp"),
    ]
    assert read.unread == []
    assert [row["title"] for row in read.tables["conversations"]] == ["Aya"]


def test_a_deleted_message_says_so(tmp_path: Path) -> None:
    """The words of the exporter are not words of a person."""
    read = read_md("[2026-03-12 10:02:11] Aya: (This message was deleted)\n\n", tmp_path)

    assert (read.texts, read.messages[0]["action"]) == ([""], "message_deleted")
    assert extra(read) == {"notice": "(This message was deleted)"}


def test_a_date_that_is_none_stays_as_written(tmp_path: Path) -> None:
    """No instant is made up from a day that does not exist."""
    read = read_md("[2026-02-31 25:00] Aya: x\n", tmp_path)

    assert (read.messages[0]["sent_at"], read.messages[0]["sent_text"]) == (None, "2026-02-31 25:00")


# -- data.json --------------------------------------------------------------------------------------


def test_reads_one_object_per_line(tmp_path: Path) -> None:
    """Text, time, sender, and the bytes of the line."""
    data = item() + item(sender="Me", body="é\nline  ", date="2026-03-12T10:03:00+01:00")

    read = read_bytes(data, tmp_path)

    assert (read.texts, names(read)) == (["hello", "é\nline"], ["Aya", "Me"])
    assert [row["sent_at"].isoformat() for row in read.messages] == [
        "2026-03-12T10:02:11.500000+00:00",
        "2026-03-12T09:03:00+00:00",
    ]
    assert [row["zone"] for row in read.messages] == ["unknown", "offset"]
    assert [data[row["byte_start"] : row["byte_end"]] for row in read.messages] == data.splitlines(keepends=True)
    assert [row["extra"] for row in read.messages] == [None, None]


def test_reads_what_belongs_to_a_message(tmp_path: Path) -> None:
    """Quotes, reactions in both forms, files, stickers, calls, deletions, earlier versions."""
    data = b"".join(
        (
            item(quote="\n\n> first\n> second\n\n", reactions=[["Me", "👍"], {"name": None, "emoji": "❤"}]),
            item(
                attachments=[
                    {"name": "a.jpg", "path": "media/a.jpg", "missing_kind": None},
                    {"name": "b", "path": "", "missing_kind": "media"},
                ]
            ),
            item(body="  ", sticker={"id": "3", "packId": "p1", "packKey": "k", "emoji": "😀", "extension": "webp"}),
            item(body="Missed voice call  ", call=True, missed=True),
            item(body="  ", deleted=True),
            item(edits=[{"date": "2026-03-12T10:00:00", "body": "helo  "}], starred=True),
        )
    )

    read = read_bytes(data, tmp_path)

    assert [(row["emoji"], row["account_id"] is None) for row in read.tables["reactions"]] == [
        ("👍", False),
        ("❤", True),
    ]
    assert [(row["kind"], row["state"]) for row in read.tables["media"]] == [
        ("photo", "referenced"),
        ("file", "missing"),
        ("sticker", "referenced"),
    ]
    assert [(row["kind"], row["action"]) for row in read.messages[3:5]] == [
        ("service", "phone_call"),
        ("message", "message_deleted"),
    ]
    assert extra(read) == {"quote": "first\nsecond"}
    assert extra(read, 3) == {"missed": True}
    assert extra(read, 5) == {"edits": [{"date": "2026-03-12T10:00:00", "body": "helo  "}], "starred": True}


def test_a_damaged_line_costs_only_itself(tmp_path: Path) -> None:
    """Noise, another object, a bomb: one row each, and the reading goes on."""
    bad = [b'{"date": "x", "body": \n', b'{"other": 1}\n', b"[1]\n", b'{"date": ' + b"[" * 100_000 + b"\n"]

    read = read_bytes(item() + b"".join(bad) + b"\n" + item(body="on  "), tmp_path)

    assert read.texts == ["hello", "on"]
    assert [(row["code"], row["locator"]) for row in read.unread] == [("damaged", f"line {n}") for n in (2, 3, 4, 5)]


@pytest.mark.parametrize("depth", [200, 980, 985, 986, 987, 988, 989, 990, 995, 100_000])
def test_a_field_nested_deeply_costs_no_other_message(tmp_path: Path, depth: int) -> None:
    """Whatever Python can or cannot decode or write again, the next message is read."""
    deep = item(odd=5).replace(b'"odd": 5', b'"odd": ' + b"[" * depth + b"]" * depth)

    read = read_bytes(deep + item(body="next  "), tmp_path)

    assert read.texts[-1] == "next"


def test_strange_values_do_not_stop_the_reading(tmp_path: Path) -> None:
    """Fields of another type are kept aside, lone surrogates are repaired."""
    data = item(sender=5, reactions="x", attachments={"a": 1}, body=None)
    data += b'{"date": 1, "sender": "A\\ud83d", "body": "b\\udc00", "quote": "", "attachments": [1]}\n'

    read = read_bytes(data, tmp_path)

    assert read.texts == ["", "b\ufffd"]
    assert extra(read) == {"attachments": {"a": 1}, "reactions": "x", "sender": 5}


# -- a whole export ---------------------------------------------------------------------------------


def test_the_same_messages_are_not_read_twice(tmp_path: Path) -> None:
    """data.json tells more than chat.md and the page: they are set aside, and it is said."""
    page = "<!doctype html><html><head><title>Aya</title><link rel=stylesheet href='../style.css'></head><div class='msg me'>hello</div></html>"
    files = {
        "out/Aya/chat.md": written("hello").encode(),
        "out/Aya/data.json": item(),
        "out/Aya/index.html": page.encode(),
        "out/style.css": b".msg{}",
        "out/Garden/chat.md": written("other").encode(),
    }

    read = read_files(files, tmp_path)

    assert sorted(read.texts) == ["hello", "other"]
    assert read.reading.is_complete
    assert sorted(row["part"] for row in read.unread) == ["out/Aya/chat.md", "out/Aya/index.html", "out/style.css"]
    assert [row["title"] for row in read.tables["conversations"]] == ["Aya", "Garden"]


def test_a_markdown_with_more_messages_than_its_json_is_read_too(tmp_path: Path) -> None:
    """What data.json lacks is not lost, and stays a conversation of its own."""
    files = {"Aya/chat.md": (written("hello") + written("more")).encode(), "Aya/data.json": item()}

    read = read_files(files, tmp_path)

    assert read.texts == ["hello", "more", "hello"]
    assert len(read.tables["conversations"]) == 2


def test_a_page_alone_is_a_loss_that_is_told(tmp_path: Path) -> None:
    """Who hands over the page alone is told what to hand over."""
    page = b"<!doctype html><html><link rel=stylesheet href='../style.css'><div class='msg'><span class=date>x</span></div></html>"

    read = read_bytes(page, tmp_path)

    assert [(row["code"], row["loss"]) for row in read.unread] == [("same_messages", True)]
    assert "chat.md" in read.unread[0]["reason"]


def test_members_of_a_group_have_names_and_phones(tmp_path: Path) -> None:
    """The list of members makes members, not messages."""
    meta = {
        "name": "Garden",
        "exported_by": "Me",
        "exported_on": "2026-03-12",
        "members": [{"name": "Aya", "display_name": "A", "number": "+33600000000", "other_groups": []}, {"name": None}],
    }
    files = {"Garden/meta.json": json.dumps(meta, indent=2).encode(), "Garden/chat.md": written("hi").encode()}

    read = read_files(files, tmp_path)

    assert [(row["kind"], row["title"]) for row in read.tables["conversations"]] == [("group", "Garden")]
    assert [(row["native_id"], row["phone"]) for row in read.tables["accounts"]] == [("Aya", "+33600000000")]
    assert [(row["basis"], row["messages"]) for row in read.tables["memberships"]] == [("wrote", 1)]


def test_files_of_other_names_in_one_folder_are_conversations_of_their_own(tmp_path: Path) -> None:
    """Two chats saved side by side are not mixed."""
    read = read_files({"Aya.md": written("a").encode(), "Jim.md": written("b").encode()}, tmp_path, zipped=True)

    assert [row["title"] for row in read.tables["conversations"]] == ["Aya", "Jim"]


# -- cut, hostile, large, encodings -----------------------------------------------------------------


@pytest.mark.parametrize("tail", ["[", "[2026-03", "[2026-03-12 10:02:11] A"])
def test_a_cut_beginning_is_not_told_as_text(tmp_path: Path, tail: str) -> None:
    """Half of a beginning is no word of the message before."""
    read = read_md(written("hello") + tail, tmp_path)

    assert read.texts == ["hello"]
    assert [(row["code"], row["byte_end"] - row["byte_start"]) for row in read.unread] == [("cut", len(tail))]


def test_a_cut_text_is_read_and_the_cut_is_told(tmp_path: Path) -> None:
    """The writer ends every message with a line feed: without one, something is missing."""
    read = read_md(written("hello") + written("a long tex")[:-6], tmp_path)

    assert read.texts == ["hello", "a long t"]
    assert [row["code"] for row in read.unread] == ["cut"]


def test_a_file_made_by_hand_is_not_called_cut(tmp_path: Path) -> None:
    """A missing line feed says nothing where the writer's blanks are missing too."""
    assert read_bytes(OLD[:-1], tmp_path).unread == []


@settings(max_examples=60, deadline=None)
@given(at=st.integers(min_value=0), form=st.sampled_from(("markdown", "json")))
def test_wherever_an_export_is_cut_the_whole_messages_before_stand(
    at: int, form: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every place of the cut: no failure, every byte told, the messages before it exactly."""
    one = [
        written(f"é{n}\nx", reactions="Me: 👍").encode() if form == "markdown" else item(body=f"é{n}  ")
        for n in range(4)
    ]
    data = b"".join(one)
    cut = len(one[0]) + at % (len(data) - len(one[0]) + 1)
    whole = sum(len(b"".join(one[: n + 1])) <= cut for n in range(4))

    read = read_bytes(data[:cut], tmp_path_factory.mktemp("cut"))

    expected = [f"é{n}\nx" if form == "markdown" else f"é{n}" for n in range(whole)]
    assert read.texts[:whole] == expected
    assert len(read.texts) <= whole + 1
    assert {row["code"] for row in read.unread} <= {"cut"}


def test_lines_before_the_first_message_are_told(tmp_path: Path) -> None:
    """Text that belongs to no message is one row, blank lines are frame."""
    read = read_md("\n\n" + written("hello"), tmp_path)

    assert read.texts == ["hello"]
    assert read.unread == []


def test_a_message_without_end_is_one_message_and_one_row(tmp_path: Path) -> None:
    """Two hundred thousand lines behind a message do not fill the memory; the next message is read."""
    read = read_md(written("hello") + "x\n" * 250_000 + written("after"), tmp_path)

    assert read.texts[-1] == "after"
    assert {row["code"] for row in read.unread} == {"too_large"}


def test_a_chat_of_many_messages_is_read_whole(tmp_path: Path) -> None:
    """Twenty thousand messages in both forms."""
    markdown = "".join(written(f"hello {n}", sender="Me" if n % 2 else "Aya") for n in range(20_000))

    read = read_md(markdown, tmp_path)

    assert read.texts == [f"hello {n}" for n in range(20_000)]
    assert read.unread == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_chat_saved_again_in_another_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    """Editors change the encoding, not the words."""
    read = read_bytes((written("déjà vu") + written("hello")).encode(encoding), tmp_path)

    assert read.texts == ["déjà vu", "hello"]
    assert (read.messages[0]["repair"] is not None) == (encoding == "cp1252")


@pytest.mark.parametrize(
    "hostile", ["[" * 100_000, "](./media/" * 50_000 + ")", "(- " + "a: " * 6_000 + " -)", "> " * 50_000]
)
def test_hostile_texts_are_read_in_linear_time(tmp_path: Path, hostile: str) -> None:
    """No crafted text makes the reading slow, and none is lost."""
    read = read_md(written("x\n" + hostile) + written("next"), tmp_path)

    assert read.texts[-1] == "next"
