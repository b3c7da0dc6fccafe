"""The outline and the chunks of the conversation view: nothing is lost, nothing is told twice, places are true."""

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.analysis import paged
from rempart.analysis.document import Analysis
from rempart.analysis.outline import Outline, Row, decode_chunk, decode_outline, encode_outline
from rempart.analysis.paged import CHUNK, AnotherWalk, chunks, make_outline
from rempart.analysis.positions import find_positions
from rempart.conversations.store import load_table
from rempart.records import Ref
from tests.analysis.case import EXTORTION, analysed
from tests.analysis.tables import Told, conversation, write_tables
from tests.detection.chat import said

SEVERAL = (
    Told(chat=1, sequence=-1, text="second", number="20"),
    Told(chat=0, sequence=5, text="third", number="20", reply_to="10"),
    Told(chat=1, sequence=-2, text="first", number="10", media=2),
    Told(chat=0, sequence=5, text="fourth", reply_to="99"),
    Told(chat=0, sequence=1, text="start", number="10", reply_to="10"),
)
MESSAGES = st.lists(
    st.builds(
        Told,
        chat=st.integers(0, 4),
        sequence=st.integers(-3, 3),
        text=st.text(max_size=5),
        number=st.none() | st.sampled_from("abc"),
        reply_to=st.none() | st.sampled_from("abc"),
        media=st.integers(0, 2),
    ),
    max_size=40,
)


def rows_of(folder: Path) -> list[Row]:
    """All rows, chunk after chunk."""
    return [row for raw in chunks(find_positions(folder)) for row in decode_chunk(raw)]


def outline_of(work: Path) -> tuple[Outline, list[Row]]:
    """Outline and rows of the invented chat with one alert."""
    outcome = analysed(work)
    positions = find_positions(outcome.folder / "tables")
    return make_outline(positions, outcome.document), rows_of(outcome.folder / "tables")


def test_an_export_without_messages_gives_no_chunk(tmp_path: Path) -> None:
    """Nothing is nothing: no empty chunk, no failure."""
    assert rows_of(write_tables(tmp_path, ())) == []


def test_refuses_a_document_of_another_walk(tmp_path: Path) -> None:
    """An alert that quotes a message which the tables do not hold is not shown as if it did."""
    outcome = analysed(tmp_path / "one")
    tables = analysed(tmp_path / "other", said("Ann|the match was great", "Bob|yes")).folder / "tables"
    document = msgspec.structs.replace(outcome.document, exhibits=())

    with pytest.raises(AnotherWalk, match="not of one walk"):
        make_outline(find_positions(tables), outcome.document)
    with pytest.raises(AnotherWalk, match="not of one walk"):
        make_outline(find_positions(outcome.folder / "tables"), document)


def test_the_order_is_conversation_then_sequence_then_row(tmp_path: Path) -> None:
    """A file that lists the newest first is read from the oldest; equal sequences keep the order of the bytes."""
    rows = rows_of(write_tables(tmp_path, SEVERAL, chats=(1, 0)))

    assert [row.text for row in rows] == ["first", "second", "start", "third", "fourth"]
    assert [row.position for row in rows] == [0, 1, 2, 3, 4]


def test_an_answer_knows_its_message_in_its_own_conversation_only(tmp_path: Path) -> None:
    """The same id in another chat is another message; one that the export lacks keeps what the export says."""
    rows = {row.text: row for row in rows_of(write_tables(tmp_path, SEVERAL, chats=(1, 0)))}

    assert rows["third"].reply_to == rows["start"].position
    assert (rows["fourth"].reply_to, rows["fourth"].reply_to_id) == (None, "99")
    assert rows["second"].reply_to is None


def test_media_stand_with_their_message(tmp_path: Path) -> None:
    """Names are told; no message gets the media of another exhibit's row."""
    rows = {row.text: row for row in rows_of(write_tables(tmp_path, SEVERAL))}

    assert [medium.name for medium in rows["first"].media] == ["p2-0.jpg", "p2-1.jpg"]
    assert [text for text, row in rows.items() if row.media] == ["first"]


@given(told=MESSAGES, batch=st.integers(1, 9), chunk=st.integers(1, 5))
@settings(max_examples=60)
def test_every_message_stands_exactly_once(told: list[Told], batch: int, chunk: int) -> None:
    """Whatever the order of the rows, and wherever chunks and row groups end, the locators are those of the tables."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(paged, "CHUNK", chunk)
        patch.setattr(paged, "BATCH", chunk * 3)
        tables = write_tables(Path(folder), told, batch=batch)
        rows = rows_of(tables)
        positions = find_positions(tables)
        exhibits, known = positions.exhibits, load_table(tables, "messages").to_pylist()
        media = load_table(tables, "media").num_rows

    assert [row.position for row in rows] == list(range(len(told)))
    assert sorted(_told(row, exhibits[row.exhibit]) for row in rows) == sorted(map(_written, known))
    order = [(row.conversation, int(positions.bounds[row.conversation])) for row in rows]
    assert order == sorted(order)
    assert sum(len(row.media) for row in rows) == media


def _told(row: Row, exhibit: str) -> tuple[str, str, str]:
    ref = Ref(exhibit_sha256=exhibit, part=row.part, byte_start=row.byte_start, byte_end=row.byte_end)
    return ref.locator, row.text, row.message_id or ""


def _written(row: dict[str, object]) -> tuple[str, str, str]:
    locator = f"sha256:{str(row['exhibit_sha256'])[:12]}/{row['part']}@{row['byte_start']}-{row['byte_end']}"
    return locator, str(row["text"]), str(row["message_id"] or "")


@given(told=MESSAGES)
@settings(max_examples=20)
def test_the_same_tables_give_the_same_bytes(told: list[Told]) -> None:
    """A position can be quoted: it is the same tomorrow."""
    with TemporaryDirectory() as folder:
        tables = write_tables(Path(folder), told)
        first, second = (list(chunks(find_positions(tables))) for _ in range(2))

    assert first == second


def test_a_chunk_holds_five_hundred_messages(tmp_path: Path) -> None:
    """All but the last are full, over the end of a batch too; a page finds its chunk by division."""
    told = [Told(chat=0, sequence=number, text=str(number)) for number in range(paged.BATCH + 3)]
    sizes = [len(decode_chunk(raw)) for raw in chunks(find_positions(write_tables(tmp_path, told, batch=5_000)))]

    assert sizes == [CHUNK] * (paged.BATCH // CHUNK) + [3]


def test_chunks_go_on_where_they_are_asked_to(tmp_path: Path) -> None:
    """A later start gives the same bytes as the rest of the whole."""
    told = [Told(chat=0, sequence=number, text=str(number)) for number in range(3 * CHUNK + 1)]
    positions = find_positions(write_tables(tmp_path, told, batch=5_000))
    whole = list(chunks(positions))

    assert [list(chunks(positions, start=start)) for start in range(5)] == [whole[start:] for start in range(5)]


def test_the_outline_says_where_each_conversation_begins_and_ends(tmp_path: Path) -> None:
    """Positions [first, last) follow each other without a gap; a conversation without a message is empty, not left out."""
    outcome = analysed(tmp_path / "case")
    tables = write_tables(tmp_path / "tables", SEVERAL, chats=(1, 3, 0))
    document = _with_exhibits(outcome.document, tables)

    outline = make_outline(find_positions(tables), document)

    assert [(chat.id, chat.first, chat.last) for chat in outline.conversations] == [
        (conversation(1), 0, 2),
        (conversation(3), 2, 2),
        (conversation(0), 2, 5),
    ]
    assert [account.id for account in outline.accounts] == ["telegram:user1", "telegram:user2", "telegram:user0"]


def _with_exhibits(document: Analysis, tables: Path) -> Analysis:
    """The document, as if it were of these tables, without alerts."""
    exhibit = document.exhibits[0]
    known = [msgspec.structs.replace(exhibit, sha256=sha256) for sha256 in find_positions(tables).exhibits]
    return msgspec.structs.replace(document, exhibits=tuple(known), alerts=())


def test_an_alert_knows_the_positions_of_its_messages(tmp_path: Path) -> None:
    """Each quoted number leads to the message with that number, at the locator that the document tells."""
    outline, rows = outline_of(tmp_path)
    placed = outline.alerts[0]

    quoted = [place for tactic in placed.tactics for place in tactic]
    assert quoted
    assert [rows[place].number for place in quoted] == [
        number for tactic in placed.shown.tactics for number in tactic.message_ids
    ]
    locators = [locator for tactic in placed.shown.tactics for locator in tactic.locators]
    sha256 = outline.exhibits[0].sha256[:12]
    assert [f"sha256:{sha256}/{rows[at].part}@{rows[at].byte_start}-{rows[at].byte_end}" for at in quoted] == locators
    assert placed.positions == tuple(sorted(set(quoted)))


def test_an_alert_knows_where_an_age_was_stated_and_what_raised_it(tmp_path: Path) -> None:
    """The age that the alert tells can be read in its message."""
    outline, rows = outline_of(tmp_path)
    placed = outline.alerts[0]

    assert [rows[place].text for place in placed.ages if place is not None] == ["13"]
    assert placed.raised is not None
    assert rows[placed.raised].number == placed.shown.raised_message_id


def test_a_row_tells_who_wrote_it_and_when(tmp_path: Path) -> None:
    """Account indexes lead to the accounts of the outline; instants are those of the tables."""
    outline, rows = outline_of(tmp_path)
    authors = [outline.accounts[row.account].shown for row in rows if row.account is not None]

    assert authors == [message.who for message in EXTORTION]
    assert [row.text for row in rows] == [message.text for message in EXTORTION]
    assert all(row.sent_at is not None and row.zone == "utc" for row in rows)


def test_the_outline_comes_back_from_its_bytes(tmp_path: Path) -> None:
    """What is sealed is what is opened, and it is plain JSON."""
    outline, _ = outline_of(tmp_path)

    assert decode_outline(encode_outline(outline)) == outline
    assert json.loads(encode_outline(outline))["messages"] == len(EXTORTION)


def test_an_account_without_a_name_is_shown_by_its_id(tmp_path: Path) -> None:
    """A deleted or unnamed account is not an empty label."""
    outline, _ = outline_of(tmp_path)
    account = outline.accounts[0]

    assert account.shown == account.names[-1]
    assert msgspec.structs.replace(account, names=()).shown == account.id


def test_a_message_without_id_is_quoted_by_its_row(tmp_path: Path) -> None:
    """Where the format has no ids, the number of the row in the exhibit names the message, and finds it."""
    told = [replace(message, number=None) for message in SEVERAL]
    positions = find_positions(write_tables(tmp_path, told, chats=(1, 0)))

    assert positions.of_ids([(conversation(1), "row:2"), (conversation(1), "row:9"), ("unknown", "row:2")]) == [
        0,
        None,
        None,
    ]
    assert rows_of(tmp_path)[0].number == "row:2"
