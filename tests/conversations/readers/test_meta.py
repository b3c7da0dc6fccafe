"""Instagram, Facebook and Messenger JSON: threads of many files, garbled letters, media, calls; fixtures are invented."""

import json
from pathlib import Path
from typing import Any

import pytest

from rempart.conversations.parts import Head
from rempart.conversations.readers import meta
from tests.conversations.case import Read, read_bytes, read_files
from tests.conversations.memory import messages_of, read_rows
from tests.conversations.readers.meta_export import JPEG, START_MS, encrypted, garble, message, secret, thread, written


def read(document: object, work: Path) -> Read:
    return read_bytes(written(document), work)


# -- what is not of this format ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "plain words about sender_name and timestamp_ms",
        '[{"sender_name": "Alice", "timestamp_ms": 1, "messages": []}]',
        '{"name": "x", "type": "personal_chat", "id": 1, "messages": [{"id": 1, "type": "message", "date": "", "from": "Bob"}]}',
        '{"guild": {}, "channel": {}, "messages": [{"sender_name": "x", "timestamp_ms": 1}]}',
        '{"participants": [{"name": "Alice"}]}',
        '{"messages": [{"sender": "Alice", "timestamp": 1, "text": "x"}]}',
        "sender_name,timestamp_ms,content\nAlice,1,hello\n",
    ],
)
def test_other_formats_are_not_recognised(text: str) -> None:
    """Words of the format in another shape do not make it the format."""
    assert not meta.recognises(Head(text.encode()))


@pytest.mark.parametrize(
    "document", [thread(), thread(message("Bob", 0, "hi")), encrypted(), encrypted(secret("Bob", "hi"))]
)
def test_a_thread_is_recognised_with_and_without_messages(document: object) -> None:
    """An empty thread is a thread."""
    assert meta.recognises(Head(written(document)))


def test_a_thread_with_more_people_than_the_head_holds_is_recognised(tmp_path: Path) -> None:
    """Two thousand participants stand before the first message of a broadcast."""
    people = tuple(f"Member number {number} of many" for number in range(2000))

    read_back = read(thread(message("Bob", 0, "hello"), people=people), tmp_path)

    assert read_back.texts == ["hello"]
    assert read_back.tables["conversations"][0]["kind"] == "group"


def test_a_message_that_is_one_word_of_another_format_is_read_here(tmp_path: Path) -> None:
    """A text that is a kind of chat elsewhere does not give the file to another reader."""
    assert read(encrypted(secret("Bob", "replies")), tmp_path).reading.readers == ("meta-json",)


# -- the classical form -----------------------------------------------------------------------------


def test_messages_keep_text_author_instant_and_order(tmp_path: Path) -> None:
    """The newest stands first in the file; `sequence` rises with time all the same."""
    read_back = read(thread(message("Bob", 60, "second"), message("Alice", 0, "first")), tmp_path)

    rows = sorted(read_back.messages, key=lambda row: row["sequence"])
    assert [row["text"] for row in rows] == ["first", "second"]
    assert rows[0]["account_id"].endswith("/Alice")
    assert (rows[0]["sent_at"].isoformat(), rows[0]["zone"]) == ("2023-11-14T22:13:20+00:00", "utc")
    assert rows[0]["sent_text"] == str(START_MS)


def test_a_file_sorted_by_somebody_keeps_its_order(tmp_path: Path) -> None:
    """Oldest first, as a tool may have written it, is not turned round."""
    read_back = read(thread(message("Bob", 0, "first"), message("Alice", 60, "second")), tmp_path)

    assert [row["sequence"] for row in read_back.messages] == [1, 2]


def test_names_and_texts_are_repaired_and_the_repair_is_told(tmp_path: Path) -> None:
    """Letters that Meta garbled come back everywhere, and the message says so."""
    document = thread(
        message("Chloé", 1, "voilà 😀", reactions=[{"reaction": garble("❤"), "actor": garble("Zoé")}]),
        message("Bob", 0, "plain"),
        people=("Chloé", "Bob"),
    )

    read_back = read(document, tmp_path)

    assert read_back.texts == ["voilà 😀", "plain"]
    assert [row["repair"] for row in read_back.messages] == ["mojibake: utf-8 read as latin-1", None]
    assert {row["native_id"] for row in read_back.tables["accounts"]} == {"Chloé", "Bob", "Zoé"}
    assert read_back.tables["reactions"][0]["emoji"] == "❤"
    assert read_back.tables["conversations"][0]["title"] == "Chloé"


def test_a_mixed_text_is_repaired_only_where_it_is_garbled(tmp_path: Path) -> None:
    """A right letter beside garbled ones stays right."""
    item = message("Bob", 0) | {"content": f"déjà {garble('été')} 한"}

    assert read(thread(item), tmp_path).texts == ["déjà été 한"]


def test_files_of_one_folder_are_one_conversation(tmp_path: Path) -> None:
    """message_1.json is newer than message_2.json and both are one thread, in the order of time."""
    folder = "your_facebook_activity/messages/inbox/alice_12"
    files = {
        f"{folder}/message_1.json": written(thread(message("Bob", 90, "four"), message("Bob", 60, "three"))),
        f"{folder}/message_2.json": written(thread(message("Bob", 30, "two"), message("Bob", 0, "one"))),
    }

    read_back = read_files(files, tmp_path, zipped=True)

    assert len(read_back.tables["conversations"]) == 1
    assert [row["text"] for row in sorted(read_back.messages, key=lambda row: row["sequence"])] == [
        "one",
        "two",
        "three",
        "four",
    ]


def test_a_cut_file_stays_in_the_thread_of_its_neighbours(tmp_path: Path) -> None:
    """The path stands behind the messages; without it the other files of the folder tell it."""
    files = {
        "copy/message_1.json": written(thread(message("Bob", 60, "two"), message("Bob", 50, "b"))),
        "copy/message_2.json": written(thread(message("Bob", 30, "one"), message("Bob", 0, "lost")))[:-200],
    }

    read_back = read_files(files, tmp_path)

    assert [row["conversation_id"].partition("/")[2] for row in read_back.tables["conversations"]] == ["inbox/alice_12"]
    assert [row["code"] for row in read_back.unread] == ["cut"]


def test_two_threads_in_one_folder_are_two_conversations(tmp_path: Path) -> None:
    """Files that somebody gathered under other names are told apart by their path."""
    files = {
        "a.json": written(thread(message("Bob", 0, "one"))),
        "b.json": written(thread(message("Bob", 0, "two"), thread_path="message_requests/zoe_4")),
    }

    read_back = read_files(files, tmp_path)

    assert sorted(row["native_kind"] for row in read_back.tables["conversations"]) == ["inbox", "message_requests"]


def test_files_without_a_path_are_told_apart_by_name(tmp_path: Path) -> None:
    """Two files that tell no thread and are not numbered are never joined."""
    plain = written({"messages": [message("Bob", 0, "one")]})

    assert len(read_files({"a.json": plain, "b.json": plain}, tmp_path).tables["conversations"]) == 2


def test_the_service_and_the_box_are_told_where_the_file_tells_them(tmp_path: Path) -> None:
    """The path of a medium names Instagram; the path of the thread names the box of unknown senders."""
    photo = {"uri": "your_instagram_activity/messages/message_requests/zoe_4/photos/1.jpg"}
    document = thread(message("Zoé", 0, photos=[photo]), thread_path="message_requests/zoe_4")

    row = read(document, tmp_path).tables["conversations"][0]

    assert (row["platform"], row["native_kind"], row["kind"]) == ("meta", "instagram/message_requests", "one_to_one")


@pytest.mark.parametrize(
    "folder",
    [
        "facebook-bob/your_facebook_activity/messages/inbox/alice_12",
        "your_facebook_activity/messages/inbox/alice_12",
        "messages/inbox/alice_12",
        "inbox/alice_12",
        "alice_12",
        "renamed",
    ],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_media_are_found_wherever_the_export_was_opened(folder: str, tmp_path: Path, *, zipped: bool) -> None:
    """The path in the file begins at the top of the export; any folder of it may have been handed over."""
    uri = "your_facebook_activity/messages/inbox/alice_12/photos/1.jpg"
    document = thread(message("Bob", 0, photos=[{"uri": uri, "creation_timestamp": 5}]))
    files = {f"{folder}/message_1.json": written(document), f"{folder}/photos/1.jpg": JPEG}

    read_back = read_files(files, tmp_path, zipped=zipped, profile="enquete")

    medium = read_back.tables["media"][0]
    assert (medium["kind"], medium["state"], medium["path"]) == ("photo", "in_export", f"{folder}/photos/1.jpg")
    assert medium["sha256"] is not None
    assert json.loads(read_back.messages[0]["extra"]) == {"photos": [{"creation_timestamp": 5}]}
    assert not read_back.unread


def test_media_in_another_archive_of_the_export_are_found() -> None:
    """Large exports come in several archives; messages in one, photos in another."""
    uri = "messages/inbox/alice_12/photos/1.jpg"
    data = written(thread(message("Bob", 0, photos=[{"uri": uri}])))

    rows = read_rows(
        meta.READER, data, name="1.zip!/messages/inbox/alice_12/message_1.json", beside={f"2.zip!/{uri}": JPEG}
    )

    assert messages_of(rows)[0].media[0].path == f"2.zip!/{uri}"


def test_media_that_are_not_there_are_referenced(tmp_path: Path) -> None:
    """Every kind of medium is named, none is invented to be there."""
    names = ("photos", "videos", "audio_files", "gifs", "files")
    fields: dict[str, Any] = {name: [{"uri": f"messages/inbox/alice_12/{name}/1.bin"}] for name in names}
    document = thread(message("Bob", 0, **fields, sticker={"uri": "messages/stickers_used/1.png", "ai_stickers": []}))

    media = read(document, tmp_path).tables["media"]

    assert [row["kind"] for row in media] == ["photo", "video", "audio", "animation", "file", "sticker"]
    assert {row["state"] for row in media} == {"referenced"}


@pytest.mark.parametrize(
    ("fields", "kind", "action"),
    [
        ({"call_duration": 0, "missed": True}, "service", "phone_call"),
        ({"type": "Call"}, "service", "phone_call"),
        ({"type": "Unsubscribe"}, "service", "leave"),
        ({"is_unsent": True}, "message", "unsend"),
        ({"type": "Generic"}, "message", None),
        ({"type": ["Call"]}, "message", None),
        ({}, "message", None),
    ],
)
def test_service_lines_are_told_by_fields(
    fields: dict[str, Any], kind: str, action: str | None, tmp_path: Path
) -> None:
    """A call, a leave and a message taken back are known without reading any language."""
    row = read(thread(message("Bob", 0, "words", **fields)), tmp_path).messages[0]

    assert (row["kind"], row["action"], row["text"]) == (kind, action, "words")


def test_words_alone_never_make_a_service_line(tmp_path: Path) -> None:
    """A person may write the words that the service writes."""
    rows = read(
        thread(message("Bob", 0, "Liked a message"), message("Bob", 0, "Bob named the group x")), tmp_path
    ).messages

    assert {row["kind"] for row in rows} == {"message"}


def test_who_joined_is_a_member(tmp_path: Path) -> None:
    """The people whom a join names belong to the conversation."""
    read_back = read(thread(message("Bob", 0, type="Subscribe", users=[{"name": garble("Chloé")}])), tmp_path)

    basis = {row["account_id"].partition("/")[2]: row["basis"] for row in read_back.tables["memberships"]}
    assert basis == {"Alice": "listed", "Bob": "wrote", "Chloé": "service"}


def test_fields_without_a_column_are_kept(tmp_path: Path) -> None:
    """Shares, addresses and fields yet to be invented stay with the message; flags that say nothing do not."""
    fields = {"share": {"link": "https://example.org", "share_text": garble("été")}, "ip": "192.0.2.1", "new": [1]}

    row = read(thread(message("Bob", 0, "x", is_geoblocked_for_viewer=False, **fields)), tmp_path).messages[0]

    assert json.loads(row["extra"]) == {**fields, "share": {"link": "https://example.org", "share_text": "été"}}


def test_a_reaction_has_its_author_and_instant(tmp_path: Path) -> None:
    """Who reacted, with what and when."""
    reaction = {"reaction": garble("👍"), "actor": "Bob", "timestamp": START_MS // 1000}

    row = read(thread(message("Alice", 0, "x", reactions=[reaction])), tmp_path).tables["reactions"][0]

    assert (row["emoji"], row["account_id"].partition("/")[2], row["count"]) == ("👍", "Bob", 1)
    assert row["reacted_at"].isoformat() == "2023-11-14T22:13:20+00:00"


# -- the end-to-end form ----------------------------------------------------------------------------


def test_the_end_to_end_form_is_read_without_any_repair(tmp_path: Path) -> None:
    """That export is not garbled: letters that look so were typed so."""
    read_back = read(encrypted(secret("Zoé", "Ã© à", reactions=[{"actor": "Bob", "reaction": "👍"}])), tmp_path)

    row = read_back.messages[0]
    assert (row["text"], row["repair"], row["extra"]) == ("Ã© à", None, None)
    conversation = read_back.tables["conversations"][0]
    assert (conversation["title"], conversation["native_kind"]) == ("Zoé_3", "messenger/end_to_end")
    assert read_back.tables["reactions"][0]["account_id"].endswith("/Bob")


def test_media_of_the_end_to_end_form_are_found_or_missing(tmp_path: Path) -> None:
    """A path beside the file is held; the words that stand in place of a path are the reason."""
    media = [{"uri": "./media/a.mp4"}, {"uri": "Failed to download media"}]
    files = {"messages/Zoé_3.json": written(encrypted(secret("Zoé", "", media=media))), "messages/media/a.mp4": JPEG}

    rows = read_files(files, tmp_path).tables["media"]

    assert [(row["kind"], row["state"]) for row in rows] == [("video", "in_export"), ("unknown", "missing")]
    assert rows[1]["reason"] == "Failed to download media"


def test_an_unsent_message_of_the_end_to_end_form_is_told(tmp_path: Path) -> None:
    """A message taken back keeps its place and says what happened."""
    assert read(encrypted(secret("Zoé", "", isUnsent=True)), tmp_path).messages[0]["action"] == "unsend"
