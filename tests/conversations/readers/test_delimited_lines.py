"""JSON Lines read as a table of messages, and tables of any names read by the map that a person gives."""

import json
from pathlib import Path

from rempart.conversations.reader import Reader
from rempart.conversations.readers import READERS
from rempart.conversations.readers.delimited import READER, parse_column_map, with_map
from tests.conversations.case import Read, read_bytes

ONLY = (READER,)
JSONL = (
    '{"id": 7, "sender": "Alice", "body": "hello", "timestamp": 1773316800, "score": 0.5}\n'
    "\n"
    '{"id": 8, "sender": "Bob", "body": "bye", "timestamp": 1773316860, "reply_to": 7}\n'
)


def mapped(told: str) -> tuple[Reader, ...]:
    return (with_map(parse_column_map(told)),)


def read(text: str, work: Path, *, readers: tuple[Reader, ...] = ONLY) -> Read:
    return read_bytes(text.encode(), work, readers=readers)


def told(found: Read) -> list[tuple[str | None, str]]:
    """(who, what) of every message; who without the exhibit."""
    who = {row["account_id"]: row["native_id"] for row in found.tables["accounts"]}
    return [(who.get(row["account_id"]), row["text"]) for row in found.messages]


# -- JSON Lines -----------------------------------------------------------------------------------------------


def test_reads_json_lines(tmp_path: Path) -> None:
    """One object per line; numbers as ids and instants; fields without a column are kept."""
    found = read(JSONL, tmp_path)

    assert told(found) == [("Alice", "hello"), ("Bob", "bye")]
    assert [(row["message_id"], row["reply_to"], row["extra"]) for row in found.messages] == [
        ("7", None, '{"score": 0.5}'),
        ("8", "7", None),
    ]
    assert found.messages[0]["sent_at"].isoformat() == "2026-03-12T12:00:00+00:00"
    assert found.messages[0]["zone"] == "utc"


def test_reads_an_author_that_is_an_object(tmp_path: Path) -> None:
    """An author with a name and an id is understood, and the object is kept whole."""
    line = {
        "author": {"id": "u1", "name": "Alice", "age": 15},
        "content": "hello",
        "files": [{"url": "a.jpg"}, "b.mp4"],
    }

    found = read(json.dumps(line) + "\n", tmp_path)

    assert found.tables["accounts"][0]["native_id"] == "u1"
    assert found.tables["accounts"][0]["names"] == ["Alice"]
    assert json.loads(found.messages[0]["extra"]) == {"author": line["author"], "files": line["files"]}
    assert [row["path"] for row in found.tables["media"]] == ["a.jpg", "b.mp4"]


def test_a_line_that_is_no_object_is_told(tmp_path: Path) -> None:
    """Damaged lines, lists and lines without text and author are told one by one; the others are read."""
    bad = ['{"sender": "Bob", "body"', "[1, 2]", '{"version": 2}', "[" * 100_000, '{"sender": ' + "9" * 5000 + "}"]

    found = read(JSONL + "\n".join(bad) + "\n" + JSONL, tmp_path)

    assert len(found.messages) == 4
    assert [row["code"] for row in found.unread] == ["damaged", "damaged", "not_a_conversation", "damaged", "damaged"]
    assert all(row["loss"] for row in found.unread)


def test_strange_values_do_not_stop_the_reading(tmp_path: Path) -> None:
    """Text that is a list, numbers beyond all range, lone surrogates, deep objects: kept, repaired or told."""
    lines = [
        '{"sender": "Alice", "body": ["a", "b"]}',
        '{"sender": 12, "body": 1e999, "x": NaN, "y": -Infinity}',
        '{"sender": "\\ud800Bob", "body": "a\\udfffb"}',
        '{"sender": "Alice", "body": "deep", "x": ' + "[" * 900 + "]" * 900 + "}",
        '{"sender": true, "body": null, "timestamp": {}}',
    ]

    found = read("\n".join(lines) + "\n", tmp_path)

    assert told(found)[:3] == [("Alice", ""), ("12", "1e999"), ("\ufffdBob", "a\ufffdb")]
    assert json.loads(found.messages[0]["extra"]) == {"body": ["a", "b"]}
    assert json.loads(found.messages[1]["extra"]) == {"x": "NaN", "y": "-Infinity"}
    assert len(found.messages) + len(found.unread) == 5


def test_cut_json_lines_give_everything_before_the_cut(tmp_path: Path) -> None:
    """A file that ends inside a line gives the lines before, and says that it was cut."""
    found = read(JSONL + JSONL[:40], tmp_path)

    assert len(found.messages) == 2
    assert [(row["code"], row["byte_start"]) for row in found.unread] == [("cut", len(JSONL))]


# -- told by a person -----------------------------------------------------------------------------------------


def test_reads_the_columns_that_a_person_names(tmp_path: Path) -> None:
    """Columns of any name are read as they are told, with the format of the dates."""
    text = "Who;When;Words;Mood\nAlice;12|03|26 10h00;hello;calm\n"
    told_map = "text=Words,author=who,sent_at=When,date_format=%d|%m|%y %Hh%M"

    found = read(text, tmp_path, readers=mapped(told_map))

    assert told(found) == [("Alice", "hello")]
    assert found.messages[0]["sent_at"].isoformat()[:16] == "2026-03-12T10:00"
    assert found.messages[0]["extra"] == '{"Mood": "calm"}'


def test_a_map_wins_over_obvious_names(tmp_path: Path) -> None:
    """What a person tells counts, when the map is asked before the readers."""
    text = "From,Text,Translation\nAlice,salut,hello\n"

    found = read(text, tmp_path, readers=(*mapped("text=Translation,author=From"), *READERS))

    assert told(found) == [("Alice", "hello")]


def test_a_map_steps_into_objects_and_joins_columns(tmp_path: Path) -> None:
    """`user.nick` is a field of a field; `Subject+Body` are two columns."""
    line = {"user": {"nick": "Alice"}, "payload": {"says": "hello"}}
    one = read(json.dumps(line), tmp_path, readers=mapped("text=payload.says,author=user.nick"))
    two = read("Who,Subject,Body\nAlice,a,b\n", tmp_path, readers=mapped("text=Subject+Body,author=Who"))

    assert told(one) == [("Alice", "hello")]
    assert told(two) == [("Alice", "a b")]
