"""Telegram Desktop JSON: every shape since June 2020, damage, and formats that are not it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart.conversations.parts import Head
from rempart.conversations.readers import telegram_json
from rempart.conversations.reading import UnknownFormat
from tests.conversations.case import Read, read_bytes, read_files
from tests.conversations.memory import peak_bytes


def chat(*messages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A chat of the export; fields replace those of the head."""
    return {"name": "Club", "type": "private_supergroup", "id": 42, **fields, "messages": list(messages)}


def message(number: int, **fields: Any) -> dict[str, Any]:
    """A plain message by Alice."""
    plain = {
        "id": number,
        "type": "message",
        "date": "2026-01-05T09:00:00",
        "date_unixtime": "1767600000",
        "from": "Alice",
        "from_id": "user1",
        "text": f"line {number}",
        "text_entities": [{"type": "plain", "text": f"line {number}"}],
    }
    return {key: value for key, value in {**plain, **fields}.items() if value != "absent"}


def read(document: object, work: Path) -> Read:
    """Reads the document as Telegram Desktop would write it."""
    return read_bytes(json.dumps(document, ensure_ascii=False, indent=1).encode(), work)


@pytest.mark.parametrize(
    "text",
    [
        '{"messages": [{"sender_name": "Ann", "timestamp_ms": 1, "content": "replies"}]}',
        '{"guild": {"id": "1"}, "channel": {"id": "2"}, "messages": [{"id": "1", "type": "Default"}]}',
        '{"participants": ["a"], "threadName": "x", "messages": [{"senderName": "a", "text": "personal_chat"}]}',
        '[{"type": "message", "text": "x"}]',
        '{"type": "FeatureCollection", "features": []}',
        "12/03/2026 10:02 - Lea: hello",
        "",
    ],
)
def test_other_formats_are_not_taken(text: str) -> None:
    """Content of other formats is left to their readers."""
    assert not telegram_json.recognises(Head(text.encode()))


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    """Nothing is no export."""
    with pytest.raises(UnknownFormat, match="is empty"):
        read_bytes(b"", tmp_path)


def test_an_empty_chat_is_a_conversation_without_messages(tmp_path: Path) -> None:
    """A chat that holds nothing is read, and told."""
    got = read(chat(), tmp_path)

    assert got.messages == []
    assert [row["title"] for row in got.tables["conversations"]] == ["Club"]


def test_a_chat_with_text_forms_replies_and_edits(tmp_path: Path) -> None:
    """Text as string, as array with entities; replies, edits, forwards, mentions."""
    got = read(
        chat(
            message(1),
            message(2, text=["see ", {"type": "bold", "text": "this"}, "!"], reply_to_message_id=1),
            message(
                3, text=[{"type": "mention_name", "text": "Bob", "user_id": 2}, " hi"], edited_unixtime="1767600060"
            ),
            message(4, forwarded_from=None),
            message(5, text=[{"type": "mention", "text": "@bob"}]),
        ),
        tmp_path,
    )

    assert got.texts == ["line 1", "see this!", "Bob hi", "line 4", "@bob"]
    assert [row["reply_to"] for row in got.messages] == [None, "1", None, None, None]
    assert got.messages[2]["edited_at"].isoformat() == "2026-01-05T08:01:00+00:00"
    assert got.messages[2]["mentions"] == ["user2"]
    assert got.messages[3]["forwarded_from"] == "(unknown)"
    assert {row["zone"] for row in got.messages} == {"utc"}
    assert got.messages[0]["account_id"] == "telegram:user1"
    assert got.messages[0]["conversation_id"].endswith("/42")


@pytest.mark.parametrize(
    ("from_id", "account"),
    [
        ("user7", "telegram:user7"),
        ("channel7", "telegram:channel7"),
        ("chat7", "telegram:chat7"),
        (7, "telegram:user7"),
    ],
)
def test_every_form_of_sender_id(tmp_path: Path, from_id: object, account: str) -> None:
    """Strings since April 2021, plain integers before."""
    assert read(chat(message(1, from_id=from_id)), tmp_path).messages[0]["account_id"] == account


def test_a_deleted_account_and_a_name_only(tmp_path: Path) -> None:
    """Without an id the display name is a weak identity; without both there is no author."""
    got = read(chat(message(1, from_id="absent"), message(2, **{"from": None, "from_id": "absent"})), tmp_path)

    assert got.messages[0]["account_id"].startswith("telegram:")
    assert got.messages[0]["account_id"].endswith("/Alice")
    assert got.messages[1]["account_id"] is None
    assert [row["id_kind"] for row in got.tables["accounts"]] == ["name"]


def test_old_dates_have_an_unknown_zone(tmp_path: Path) -> None:
    """Before June 2022 there is only local time: it is kept as written and marked."""
    row = read(chat(message(1, date_unixtime="absent")), tmp_path).messages[0]

    assert (row["zone"], row["sent_text"], row["sent_at"].isoformat()) == (
        "unknown",
        "2026-01-05T09:00:00",
        "2026-01-05T09:00:00+00:00",
    )


@pytest.mark.parametrize("when", ["1000000000000000", "never", "", None, [], {}, True, "-62135596801"])
def test_an_impossible_instant_is_unknown(tmp_path: Path, when: object) -> None:
    """Instants beyond the calendar, or none at all, lose no message."""
    got = read(chat(message(1, date_unixtime=when, date="yesterday")), tmp_path)

    assert got.messages[0]["sent_at"] is None
    assert got.texts == ["line 1"]


def test_service_messages_name_their_members(tmp_path: Path) -> None:
    """Actions are kept; members invited by name become members of the conversation."""
    service = {
        "id": 1,
        "type": "service",
        "date_unixtime": "1767600000",
        "actor": "Alice",
        "actor_id": "user1",
        "action": "invite_members",
        "members": ["Chloé", None],
        "text": "",
    }
    got = read(chat(service, {"id": 2, "type": "unsupported"}), tmp_path)

    assert [(row["kind"], row["action"]) for row in got.messages] == [
        ("service", "invite_members"),
        ("unsupported", None),
    ]
    assert {row["basis"] for row in got.tables["memberships"]} == {"service", "wrote"}
    assert json.loads(got.messages[0]["extra"]) == {"members": ["Chloé", None]}


def test_media_are_named_and_absence_is_told(tmp_path: Path) -> None:
    """A path, a text instead of a path, and every media field; nothing is opened."""
    got = read(
        chat(
            message(1, photo="photos/1.jpg", photo_file_size=10, width=3, height=4),
            message(
                2, file="(File not included. Change data exporting settings to download.)", media_type="video_file"
            ),
            message(3, file="voice/2.ogg", media_type="voice_message", mime_type="audio/ogg", duration_seconds=7),
            message(4, contact_information={"first_name": "X"}, location_information={"latitude": 1.0}),
        ),
        tmp_path,
    )
    media = got.tables["media"]

    assert [(row["kind"], row["state"]) for row in media] == [
        ("photo", "referenced"),
        ("video", "missing"),
        ("voice", "referenced"),
        ("contact", "referenced"),
        ("location", "referenced"),
    ]
    assert media[1]["path"] is None
    assert "not included" in media[1]["reason"]
    assert (media[0]["width_px"], media[0]["size_bytes"], media[2]["duration_s"]) == (3, 10, 7.0)


def test_media_beside_the_export_are_found_but_not_opened(tmp_path: Path) -> None:
    """In the association profile the file is told with its size, without a hash; `enquete` may hash it."""
    files = {
        "result.json": json.dumps(chat(message(1, photo="photos/1.jpg"))).encode(),
        "photos/1.jpg": b"\xff\xd8 shapes only \x00",
    }
    shut = read_files(files, tmp_path / "a")
    (tmp_path / "b").mkdir()
    opened = read_files(files, tmp_path / "b", zipped=True, profile="enquete")

    assert (shut.tables["media"][0]["state"], shut.tables["media"][0]["sha256"]) == ("in_export", None)
    assert "refuses media bytes" in shut.tables["media"][0]["reason"]
    assert {name: opened.tables["media"][0][name] for name in ("sha256", "sha1", "md5")} == {
        name: hashlib.new(name, files["photos/1.jpg"], usedforsecurity=False).hexdigest()
        for name in ("sha256", "sha1", "md5")
    }
    assert shut.tables["media"][0]["sha1"] is shut.tables["media"][0]["md5"] is None
    assert shut.unread == opened.unread == []


def test_reactions_named_and_counted(tmp_path: Path) -> None:
    """Named reactions keep their author and instant; the rest is a count."""
    reaction = {
        "type": "emoji",
        "count": 3,
        "emoji": "👍",
        "recent": [{"from": "Bob", "from_id": "user2", "date": "2026-01-05T09:00:00"}],
    }
    rows = read(chat(message(1, reactions=[reaction])), tmp_path).tables["reactions"]

    assert [(row["count"], row["account_id"] is not None) for row in rows] == [(1, True), (2, False)]


def test_a_whole_account_is_read_chat_by_chat(tmp_path: Path) -> None:
    """Chats, left chats, contacts and the owner; other sections are set aside without loss."""
    account = {
        "about": "Here is the data",
        "personal_information": {"user_id": 1, "first_name": "Alice", "phone_number": "+00 1", "username": "@alice"},
        "profile_pictures": [{"photo": "x.jpg"}],
        "contacts": {"about": "", "list": [{"first_name": "Bob", "last_name": "B", "phone_number": "+00 2"}]},
        "chats": {
            "about": "",
            "list": [chat(message(1), id=1), chat(message(1), id=2, type="personal_chat", name=None)],
        },
        "left_chats": {"about": "", "list": [chat(message(5), id=3)]},
    }
    got = read(account, tmp_path)

    assert len(got.messages) == 3
    assert [row["kind"] for row in got.tables["conversations"]] == ["group", "one_to_one", "group"]
    assert [row["loss"] for row in got.unread] == [False]
    alice = next(row for row in got.tables["accounts"] if row["account_id"] == "telegram:user1")
    assert (alice["handle"], alice["phone"]) == ("alice", "+00 1")


def test_a_title_behind_the_messages_is_kept(tmp_path: Path) -> None:
    """Key order is not promised by JSON."""
    document = {"messages": [message(1)], "type": "personal_chat", "name": "Late", "id": 9}

    assert read(document, tmp_path).tables["conversations"][0]["title"] == "Late"


def test_control_characters_that_are_not_json_are_repaired(tmp_path: Path) -> None:
    """Telegram Desktop writes \\x07; the text is read, the repair told, the bytes kept."""
    raw = json.dumps(chat(message(1), message(2))).replace('"text": "line 1"', '"text": "bell \\\\x07 end"', 1)
    got = read_bytes(raw.replace("\\\\x07", "\\x07").encode(), tmp_path)

    assert got.texts == ["bell \x07 end", "line 2"]
    assert got.messages[0]["repair"] == "control-escape"


def test_bytes_that_are_not_utf8_lose_no_message(tmp_path: Path) -> None:
    """A foreign byte in a text is shown as a letter or a mark, and told."""
    raw = json.dumps(chat(message(1, text="caf@"), message(2))).encode().replace(b"caf@", b"caf\xe9")
    got = read_bytes(raw, tmp_path)

    assert got.texts[1] == "line 2"
    assert got.messages[0]["repair"]


def test_a_damaged_message_costs_only_itself(tmp_path: Path) -> None:
    """Reading goes on behind the damage; the bytes lost are told."""
    raw = json.dumps(chat(*(message(n) for n in range(1, 6))), indent=1).encode().replace(b'"line 3"', b'"line 3', 1)
    got = read_bytes(raw, tmp_path)

    assert got.texts == ["line 1", "line 2", "line 4", "line 5"]
    assert [(row["code"], row["loss"]) for row in got.unread] == [("damaged", True)]


@pytest.mark.parametrize("bad", ["[" * 5000 + "]" * 5000, "1" * 6000, '{"a":' * 3000 + "1" + "}" * 3000])
def test_hostile_values_end_in_a_row_not_in_a_crash(tmp_path: Path, bad: str) -> None:
    """Depth and digits have limits."""
    raw = json.dumps(chat(message(1), message(2, mark="HERE"), message(3))).replace('"HERE"', bad)
    got = read_bytes(raw.encode(), tmp_path)

    assert got.texts[0] == "line 1"
    assert got.unread or "line 3" in got.texts


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(min_value=80, max_value=1600))
def test_a_cut_anywhere_keeps_what_stands_before_it(tmp_path: Path, cut: int) -> None:
    """Every message that ends before the cut is read, and one unread row tells the rest."""
    raw = json.dumps(chat(*(message(n) for n in range(1, 8))), ensure_ascii=False).encode()
    whole = sum(raw[:cut].count(f'"line {n}"}}]}}'.encode()) for n in range(1, 8))
    if cut >= len(raw):
        return
    got = read_bytes(raw[:cut], tmp_path)

    assert len(got.messages) == whole
    assert [row["code"] for row in got.unread] == ["cut"]


def test_a_large_export_is_read_in_flat_memory() -> None:
    """Four times the messages take no more memory: one window and one message at a time."""
    small, large = (
        json.dumps(chat(*(message(n) for n in range(count))), indent=1).encode() for count in (10_000, 40_000)
    )

    assert peak_bytes(telegram_json.READER, large) < peak_bytes(telegram_json.READER, small) * 1.2
