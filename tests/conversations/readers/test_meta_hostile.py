"""Meta JSON that is cut, broken, hostile, foreign or large: nothing is lost silently, nothing is raised."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.conversations.readers import meta
from tests.conversations.case import read_bytes
from tests.conversations.memory import messages_of, peak_bytes, read_rows, unread_of
from tests.conversations.readers.meta_export import message, thread, written

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("\udce9"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["uri", "name", "actor"]), inner),
    max_leaves=4,
)

WHOLE = written(thread(message("Chloé", 60, "deux 😀"), message("Bob", 30, 'a "quote" \\'), message("Bob", 0, "one")))


@given(cut=st.integers(min_value=1, max_value=len(WHOLE) - 1))
def test_a_file_cut_anywhere_gives_what_stands_before(cut: int) -> None:
    """Every message before the cut, and one row that says where it is."""
    rows = read_rows(meta.READER, WHOLE[:cut])

    texts = [row.text for row in messages_of(rows)]
    assert texts == ["deux 😀", 'a "quote" \\', "one"][: len(texts)]
    assert [row.code for row in unread_of(rows)] == ["cut"]


def test_a_broken_message_costs_itself_alone(tmp_path: Path) -> None:
    """The messages before and behind the damage are read."""
    data = written(thread(message("Bob", 2, "three"), message("Bob", 1, "BROKEN"), message("Bob", 0, "one")))

    read_back = read_bytes(data.replace(b'"BROKEN"', b"BRO KEN"), tmp_path)

    assert read_back.texts == ["three", "one"]
    assert [row["code"] for row in read_back.unread] == ["damaged"]


@pytest.mark.parametrize("entry", [1, "words", None, ["x"], True])
def test_an_entry_that_is_no_message_is_told(entry: object, tmp_path: Path) -> None:
    """What stands among the messages and is none is one unread row."""
    document = thread(message("Bob", 0, "one"))
    document["messages"].insert(0, entry)

    read_back = read_bytes(written(document), tmp_path)

    assert (read_back.texts, [row["code"] for row in read_back.unread]) == (["one"], ["damaged"])


@pytest.mark.parametrize("depth", [*range(300, 1000, 20), 5000])
def test_values_nested_without_end_are_set_apart(depth: int) -> None:
    """However deep a value is, the next message is read."""
    deep = json.dumps(message("Bob", 1, "deep"))[:-1] + ', "new": ' + "[" * depth + "]" * depth + "}"
    data = f'{{"messages": [{deep}, {json.dumps(message("Bob", 0, "next"))}], "thread_path": "inbox/x"}}'.encode()

    assert messages_of(read_rows(meta.READER, data))[-1].text == "next"


FIELDS = ("sender_name", "timestamp_ms", "content", "photos", "sticker", "reactions", "users", "type", "call_duration")


@given(
    item=st.dictionaries(st.sampled_from(FIELDS), JSON),
    head=st.dictionaries(st.sampled_from(["title", "thread_path", "participants", "thread_type"]), JSON),
)
def test_any_value_may_stand_in_any_field(item: dict[str, object], head: dict[str, object]) -> None:
    """Nothing in a field stops the reading, and every text can be written to a table."""
    rows = read_rows(meta.READER, json.dumps({**head, "messages": [item]}).encode())

    assert len(messages_of(rows)) == 1


def test_a_date_beyond_the_calendar_is_unknown(tmp_path: Path) -> None:
    """The number is kept as written; no table holds a time that nobody can show."""
    row = read_bytes(written(thread(message("Bob", 0) | {"timestamp_ms": 10**18})), tmp_path).messages[0]

    assert (row["sent_at"], row["sent_text"]) == (None, str(10**18))


def test_a_file_in_another_encoding_is_read_and_told(tmp_path: Path) -> None:
    """Windows-1252 instead of UTF-8 costs no letter; the message says that bytes were repaired."""
    data = json.dumps(thread(message("Bob", 0) | {"content": "à bientôt"}), ensure_ascii=False).encode("cp1252")

    row = read_bytes(data, tmp_path).messages[0]

    assert (row["text"], row["repair"]) == ("à bientôt", "encoding: windows-1252")


def test_utf16_is_read(tmp_path: Path) -> None:
    """A file saved again as UTF-16 keeps its messages and its thread."""
    data = json.dumps(thread(message("Bob", 0, "one")), ensure_ascii=False).encode("utf-16")

    read_back = read_bytes(data, tmp_path)

    assert read_back.texts == ["one"]
    assert read_back.tables["conversations"][0]["conversation_id"].endswith("/inbox/alice_12")


def test_unknown_fields_of_the_file_are_set_aside_in_the_open(tmp_path: Path) -> None:
    """A field that the reader does not know loses no content silently."""
    read_back = read_bytes(written(thread(message("Bob", 0, "one"), theme="sunset")), tmp_path)

    assert [(row["code"], row["locator"], row["loss"]) for row in read_back.unread] == [
        ("not_a_conversation", "theme", False)
    ]


def test_a_large_thread_is_read_with_flat_memory() -> None:
    """Twenty-five thousand messages cost the memory of a few; their rows alone would be more."""
    item = json.dumps(message("Bob", 0, "an ordinary sentence of ordinary length"), indent=2)
    data = f'{{"participants": [], "messages": [{",".join([item] * 25_000)}], "thread_path": "inbox/x"}}'.encode()

    assert peak_bytes(meta.READER, data) < 8 << 20
