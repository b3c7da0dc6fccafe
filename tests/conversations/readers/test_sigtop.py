"""sigtop's JSON, text and short text: invented chats, written as the program writes them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.conversations.parts import Head
from rempart.conversations.readers import sigtop
from tests.conversations.case import Read, read_bytes, read_files

ACI = "0f9a1c52-7d3e-4b7a-9a53-5b0f6f2f4a11"
SENT = "Thu, 12 Mar 2026 10:02:11 +0100"


def record(number: int = 1, **fields: Any) -> dict[str, Any]:
    base = {
        "id": f"m{number}",
        "conversationId": "c-1",
        "type": "incoming",
        "sourceServiceId": ACI,
        "body": f"hello {number}",
        "sent_at": 1773306131000 + number,
        "attachments": [],
        "flags": 0,
    }
    return base | fields


def records(*items: object) -> bytes:
    """A file as fmt_json.go writes it."""
    return b"[\n" + b",\n".join(json.dumps(item, ensure_ascii=False).encode() for item in items) + b"\n]\n"


def block(
    text: str = "hello",
    *,
    sender: str = "Alice (+33600000000)",
    kind: str = "incoming",
    sent: str = SENT,
    more: str = "",
    quote: str = "",
) -> str:
    """A message as fmt_text.go writes it."""
    received = "" if sender == "You" else f"Received: {sent}\n"
    head = (f"From: {sender}\n" if sender else "") + f"Type: {kind}\nSent: {sent}\n{received}{more}"
    return head + (f"\n{quote}" if quote else "") + (f"\n{text}\n" if text else "") + "\n"


def texts(*blocks: str, name: str = "Alice (+33600000000)") -> bytes:
    return (f"Conversation: {name}\n\n" + "".join(blocks)).encode()


def names(read: Read) -> list[str | None]:
    return [
        row["account_id"].rpartition(":")[2].rpartition("/")[2] if row["account_id"] else None for row in read.messages
    ]


def extra(read: Read, row: int = 0) -> Any:
    return json.loads(read.messages[row]["extra"])


# -- what is not of this format ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'[{"id": 1, "type": "message", "text": "hello"}]',
        b'{"conversationId": "c", "type": "incoming", "sent_at": 1}',
        b"From: Alice\nTo: Bob\nSubject: hello\n\nHow are you?\n",
        b"Conversation: about the garden\n\nWe met on Monday.\n",
        b"2026-03-12 10:02 INFO: started\n2026-03-12 10:03 ERROR: stopped\n",
        b"2026-03-12 10:02 - You: hello\n",
        b"2026-03-12, 10:02 - You: hello\n",
        b"\x00Type: incoming\nSent: x",
    ],
)
def test_leaves_other_formats_alone(data: bytes) -> None:
    """Letters, logs, WhatsApp and other JSON are not taken."""
    assert not sigtop.recognises(Head(data))


def test_fields_inside_of_a_text_do_not_begin_a_message(tmp_path: Path) -> None:
    """A letter quoted in a message stays in it."""
    letter = "see below\n\nFrom: Bob\nTo: me\n\nType: of plant\nSent: yesterday"

    read = read_bytes(texts(block(letter), block("next")), tmp_path)

    assert read.texts == [letter, "next"]


def test_an_unknown_person_is_nobody(tmp_path: Path) -> None:
    """`Unknown` is the exporter's word, and a line of the system has no sender."""
    read = read_bytes(texts(block("a", sender="Unknown"), block("", sender="", kind="group-v2-change")), tmp_path)

    assert names(read) == [None, None]


# -- JSON -------------------------------------------------------------------------------------------


def test_reads_the_records_of_signal_desktop(tmp_path: Path) -> None:
    """Ids of the platform, times in UTC, every record with its bytes."""
    data = records(
        record(1),
        record(2, type="outgoing", sourceServiceId=None, source="+33611111111"),
        record(3, type="outgoing", sourceServiceId=None),
    )

    read = read_bytes(data, tmp_path)

    assert read.texts == ["hello 1", "hello 2", "hello 3"]
    assert names(read) == [ACI, "+33611111111", "You"]
    assert [row["id_kind"] for row in read.tables["accounts"]] == ["platform", "platform", "name"]
    assert (read.messages[0]["sent_at"].isoformat(), read.messages[0]["zone"]) == (
        "2026-03-12T09:02:11.001000+00:00",
        "utc",
    )
    assert read.messages[0]["message_id"] == "m1"
    assert json.loads(data[read.messages[1]["byte_start"] : read.messages[1]["byte_end"]])["id"] == "m2"
    assert [row["messages"] for row in read.tables["conversations"]] == [3]
    assert read.unread == []


def test_reads_what_belongs_to_a_record(tmp_path: Path) -> None:
    """Files, stickers, reactions, mentions, edits, deletions, vanishing messages, calls."""
    attachments = [
        {
            "contentType": "image/jpeg",
            "fileName": "a.jpg",
            "size": 5,
            "path": "ab/cd",
            "width": 3,
            "height": 4,
            "caption": "us",
        },
        {"contentType": "audio/aac", "flags": 1, "path": "ab/ef"},
        {"contentType": "video/mp4", "pending": True},
    ]
    data = records(
        record(1, attachments=attachments, reactions=[{"emoji": "👍", "fromId": "c-9", "timestamp": 1773306199000}]),
        record(2, bodyRanges=[{"start": 0, "length": 1, "mentionAci": ACI}, {"start": 1, "length": 2, "style": 1}]),
        record(3, editHistory=[{"timestamp": 1773306200000, "body": "b"}, {"timestamp": 1773306131003, "body": "a"}]),
        record(4, deletedForEveryone=True, body=""),
        record(5, isViewOnce=True, expireTimer=30, sticker={"emoji": "😀", "data": {"path": "st/1"}}),
        record(6, type="call-history", body=None),
        record(7, type="timer-notification", body=None, sent_at=None, timestamp=None),
        record(8, quote={"id": 1773306131001, "text": "hello 1", "authorAci": ACI}),
    )

    read = read_bytes(data, tmp_path)

    assert [(row["kind"], row["state"], row["size_bytes"]) for row in read.tables["media"]] == [
        ("photo", "referenced", 5),
        ("voice", "referenced", None),
        ("video", "missing", None),
        ("sticker", "referenced", None),
    ]
    assert [(row["emoji"], row["account_id"]) for row in read.tables["reactions"]] == [("👍", None)]
    assert extra(read)["captions"] == ["us"]
    assert extra(read)["reactions"][0]["fromId"] == "c-9"
    assert read.messages[1]["mentions"] == [f"signal:{ACI}"]
    assert read.messages[2]["edited_at"].isoformat() == "2026-03-12T09:03:20+00:00"
    assert [(row["kind"], row["action"]) for row in read.messages[3:7]] == [
        ("message", "message_deleted"),
        ("message", None),
        ("service", "phone_call"),
        ("service", "set_messages_ttl"),
    ]
    assert extra(read, 4) == {"expireTimer": 30, "isViewOnce": True}
    assert (read.messages[6]["sent_at"], read.messages[6]["zone"]) == (None, "unknown")
    assert extra(read, 7)["quote"]["text"] == "hello 1"


def test_a_record_that_is_none_costs_only_itself(tmp_path: Path) -> None:
    """Noise in the list is one row each."""
    data = records(record(1), 5, {"id": "x"}, record(2)).replace(b'"hello 2"', b'"hello 2\\x07"')

    read = read_bytes(data, tmp_path)

    assert read.texts == ["hello 1", "hello 2\x07"]
    assert [row["code"] for row in read.unread] == ["damaged", "damaged"]
    assert read.messages[1]["repair"] == "control-escape"


def test_strange_fields_do_not_stop_the_reading(tmp_path: Path) -> None:
    """Values of another type are kept aside."""
    odd = record(
        1, body=5, sent_at="x", attachments="y", bodyRanges=7, editHistory={}, sticker=[], reactions=[3], source=9, id=4
    )

    read = read_bytes(records(odd, record(2, sent_at=10**30)), tmp_path)

    assert read.texts == ["", "hello 2"]
    assert extra(read)["body"] == 5
    assert [row["sent_at"] for row in read.messages] == [None, None]


# -- text -------------------------------------------------------------------------------------------


def test_reads_blocks_with_their_zone_and_their_bytes(tmp_path: Path) -> None:
    """The offset makes the instant certain; phone numbers are ids of the platform."""
    data = texts(block("one\n\ntwo"), block("three", sender="You", kind="outgoing"), block("four"))

    read = read_bytes(data, tmp_path)

    assert read.texts == ["one\n\ntwo", "three", "four"]
    assert names(read) == ["+33600000000", "You", "+33600000000"]
    assert (read.messages[0]["sent_at"].isoformat(), read.messages[0]["zone"]) == (
        "2026-03-12T09:02:11+00:00",
        "offset",
    )
    assert read.messages[0]["sent_text"] == SENT
    assert data[read.messages[1]["byte_start"] : read.messages[1]["byte_end"]].startswith(
        b"From: You\nType: outgoing\n"
    )
    assert [(row["title"], row["kind"]) for row in read.tables["conversations"]] == [("Alice", "one_to_one")]
    accounts = {row["native_id"]: (row["id_kind"], row["names"], row["phone"]) for row in read.tables["accounts"]}
    assert accounts["+33600000000"] == ("platform", ["Alice"], "+33600000000")
    assert read.unread == []


def test_people_are_told_by_phone_user_name_or_service_id(tmp_path: Path) -> None:
    """What stands in brackets is the id; a name alone is a weak identity."""
    people = ("Bob (bob.01)", f"Chloé ({ACI})", "Zoé", "+33622222222 (+33622222222)")

    read = read_bytes(texts(*(block("x", sender=person) for person in people), name="Garden (group)"), tmp_path)

    told = [(row["native_id"], row["id_kind"], row["handle"], row["names"]) for row in read.tables["accounts"]]
    assert told == [
        ("bob.01", "platform", "bob.01", ["Bob"]),
        (ACI, "platform", None, ["Chloé"]),
        ("Zoé", "name", None, ["Zoé"]),
        ("+33622222222", "platform", None, []),
    ]
    assert [(row["title"], row["kind"]) for row in read.tables["conversations"]] == [("Garden", "group")]


def test_reads_what_belongs_to_a_block(tmp_path: Path) -> None:
    """Files, reactions, the message answered, and earlier versions of an edited one."""
    more = "Attachment: a (1).jpg (image/jpeg, 123 bytes)\nAttachment: no filename (audio/aac, 5 bytes)\nReaction: 👍 from Alice\nReaction: ❤ from Bob\n"
    quote = f"> From: You\n> Sent: {SENT}\n>\n> first\n> second\n"
    edited = f"\n| Version: 2\n| Sent: {SENT}\n|\n| > From: You\n| > Sent: {SENT}\n|\n| new\n| text\n|\n| Version: 1\n| Sent: {SENT}\n|\n| old"

    read = read_bytes(
        texts(block("yes", more=more, quote=quote), block(edited.strip("\n"), more="Edited: 2 versions\n")), tmp_path
    )

    assert read.texts == ["yes", "new\ntext"]
    assert [(row["kind"], row["name"], row["size_bytes"], row["mime_type"]) for row in read.tables["media"]] == [
        ("photo", "a (1).jpg", 123, "image/jpeg"),
        ("audio", None, 5, "audio/aac"),
    ]
    reactions = [
        (row["emoji"], row["account_id"].rpartition("/")[2].rpartition(":")[2]) for row in read.tables["reactions"]
    ]
    assert reactions == [("👍", "+33600000000"), ("❤", "Bob")]
    assert extra(read) == {"quote": f"From: You\nSent: {SENT}\n\nfirst\nsecond", "received": SENT}
    assert extra(read, 1)["quote"] == f"From: You\nSent: {SENT}"
    assert "| old" in extra(read, 1)["edits"]


@pytest.mark.parametrize("sent", ["unknown", "Thu, 31 Feb 2026 10:02:11 +0100", "Thu, 12 Mar 2026"])
def test_a_date_that_is_none_stays_as_written(tmp_path: Path, sent: str) -> None:
    """No instant is made up."""
    read = read_bytes(texts(block("x", sent=sent)), tmp_path)

    assert (read.messages[0]["sent_at"], read.messages[0]["sent_text"], read.messages[0]["zone"]) == (
        None,
        sent,
        "unknown",
    )


def test_service_lines_have_their_action(tmp_path: Path) -> None:
    """The type of Signal Desktop is the action."""
    read = read_bytes(texts(block("", sender="", kind="call-history"), block("", kind="keychange")), tmp_path)

    assert [(row["kind"], row["action"]) for row in read.messages] == [
        ("service", "phone_call"),
        ("service", "keychange"),
    ]


# -- short text -------------------------------------------------------------------------------------

SHORT = b"""2026-03-12 10:02 You: hello
2026-03-12 10:03 Alice: [reply to You on 2026-03-12 10:02, edited, 2 attachments] two
lines: here
2026-03-12 10:04 Alice: [call-history message]
unknown You: [my note] stays
"""


def test_reads_the_short_form(tmp_path: Path) -> None:
    """One line per message, and what the program writes in brackets."""
    read = read_bytes(SHORT, tmp_path)

    assert read.texts == ["hello", "two\nlines: here", "[call-history message]", "[my note] stays"]
    assert names(read) == ["You", "Alice", "Alice", "You"]
    assert [(row["kind"], row["action"]) for row in read.messages][2] == ("service", "phone_call")
    assert [row["state"] for row in read.tables["media"]] == ["missing", "missing"]
    assert extra(read, 1) == {"details": ["reply to You on 2026-03-12 10:02", "edited", "2 attachments"]}
    assert [row["zone"] for row in read.messages] == ["unknown"] * 4
    assert read.messages[3]["sent_at"] is None


# -- cut, hostile, large, encodings -----------------------------------------------------------------


def test_a_file_per_conversation_is_a_conversation(tmp_path: Path) -> None:
    """The files of one export are not mixed, whatever their form."""
    files = {
        "Alice (+33600000000).txt": texts(block("a")),
        "Garden (group).txt": texts(block("b"), name="Garden (group)"),
        "Bob.json": records(record(1)),
    }

    read = read_files(files, tmp_path, zipped=True)

    assert sorted(row["title"] for row in read.tables["conversations"]) == ["Alice", "Bob", "Garden"]


@pytest.mark.parametrize(
    "tail",
    [
        "F",
        "From: Bo",
        "From: Bob (+33",
        "From: Bob\n",
        "From: Bob\nType: incoming\n",
        "From: Bob\nType: inco",
        "From: Bob\nType: incoming\nSent: Mon",
    ],
)
def test_a_cut_beginning_is_not_told_as_text(tmp_path: Path, tail: str) -> None:
    """Half of a block is no word of the message before."""
    read = read_bytes(texts(block("hello")) + tail.encode(), tmp_path)

    assert read.texts == ["hello"]
    assert [row["code"] for row in read.unread] == ["cut"]


@settings(max_examples=60, deadline=None)
@given(at=st.integers(min_value=0), form=st.sampled_from(("json", "text", "short")))
def test_wherever_an_export_is_cut_the_whole_messages_before_stand(
    at: int, form: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every place of the cut: no failure, every byte told, the messages before it exactly, the loss said."""
    if form == "json":
        data, ends = records(*(record(n) for n in range(4))), [b'"hello %d"' % n for n in range(4)]
    elif form == "text":
        data, ends = texts(*(block(f"hello {n}") for n in range(4))), [b"hello %d\n\n" % n for n in range(4)]
    else:
        data = b"".join(b"2026-03-12 10:02 You: hello %d\n" % n for n in range(4))
        ends = [b"hello %d\n" % n for n in range(4)]
    start = data.index(ends[0]) + 120 if form == "json" else data.index(ends[0]) + len(ends[0])
    cut = start + at % (len(data) - start + 1)
    whole = sum(data.index(end) + len(end) <= cut for end in ends)

    read = read_bytes(data[:cut], tmp_path_factory.mktemp("cut"))

    sure = whole - 1 if form == "json" else whole
    assert read.texts[:sure] == [f"hello {n}" for n in range(sure)]
    assert len(read.texts) <= whole + 1
    assert {row["code"] for row in read.unread} <= {"cut"}
    if form == "json" and cut < len(data) - 2:
        assert len(read.unread) == 1


def test_lines_that_belong_to_no_message_are_told(tmp_path: Path) -> None:
    """A header followed by something else is one row of loss."""
    read = read_bytes(texts("some words\n\n", block("hello")), tmp_path)

    assert read.texts == ["hello"]
    assert [(row["code"], row["loss"]) for row in read.unread] == [("damaged", True)]


def test_a_message_without_end_is_one_message_and_one_row(tmp_path: Path) -> None:
    """A block that never ends does not fill the memory; the next message is read."""
    read = read_bytes(texts(block("x\n" * 250_000), block("after")), tmp_path)

    assert read.texts[-1] == "after"
    assert {row["code"] for row in read.unread} == {"too_large"}


def test_a_chat_of_many_messages_is_read_whole(tmp_path: Path) -> None:
    """Ten thousand blocks and ten thousand records."""
    files = {
        "a.txt": texts(*(block(f"é{n}") for n in range(10_000))),
        "b.json": records(*(record(n) for n in range(10_000))),
    }

    read = read_files(files, tmp_path)

    assert read.texts == [*(f"é{n}" for n in range(10_000)), *(f"hello {n}" for n in range(10_000))]
    assert read.unread == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_chat_saved_again_in_another_encoding_is_read(tmp_path: Path, encoding: str, form: str) -> None:
    """Editors change the encoding, not the words."""
    data = texts(block("déjà vu")) if form == "text" else records(record(1, body="déjà vu"))

    read = read_bytes(data.decode().encode(encoding), tmp_path)

    if (form, encoding) == ("json", "cp1252"):
        assert read.texts == ["déjà vu"]
    else:
        assert read.texts == ["déjà vu"]
        assert read.unread == []
