"""DiscordChatExporter CSV: records of several lines, three manners of dates, broken quotes; fixtures are invented."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.conversations.parts import Head
from rempart.conversations.readers import discord_exporter_csv
from tests.conversations.case import read_bytes, read_files
from tests.conversations.memory import messages_of, peak_bytes, read_rows, unread_of

HEADER = "AuthorID,Author,Date,Content,Attachments,Reactions\r\n"
DATE = "2024-01-31T13:00:00.0000000+00:00"


def record(
    text: str, *, native: str = "1001", name: str = "alice", date: str = DATE, media: str = "", reactions: str = ""
) -> str:
    """A record as the program writes it: every cell in quotes."""
    cells = (native, name, date, text, media, reactions)
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\r\n"


def written(*records: str) -> bytes:
    return (HEADER + "".join(records)).encode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AuthorID, Author and Date are columns",
        "Author,Date,Content\nbob,2024,hello\n",
        "ID,Timestamp,Contents,Attachments\n1,2024-01-01 00:00:00,x,\n",
        "hello\nAuthorID,Author,Date,Content,Attachments,Reactions\n",
        '{"AuthorID": "Author,Date,Content,Attachments,Reactions"}',
        "Channel,AuthorID,Author,Date,Content,Attachments,Reactions\n",
    ],
)
def test_other_formats_are_not_recognised(text: str) -> None:
    """Only the header of the program, whole and first, makes it the format."""
    assert not discord_exporter_csv.recognises(Head(text.encode()))


@pytest.mark.parametrize(
    "header",
    [
        HEADER,
        "\ufeff" + HEADER,
        HEADER.replace(",", ";"),
        '"AuthorID","Author","Date","Content","Attachments","Reactions"\n',
    ],
)
def test_the_header_is_recognised_with_mark_quotes_or_another_delimiter(header: str) -> None:
    """A file saved again by a spreadsheet is still the format."""
    assert discord_exporter_csv.recognises(Head(header.encode()))


def test_a_file_without_messages_is_a_conversation(tmp_path: Path) -> None:
    """The header alone holds no message and loses none."""
    read_back = read_bytes(written(), tmp_path)

    assert (read_back.messages, len(read_back.tables["conversations"]), read_back.unread) == ([], 1, [])


def test_a_message_of_several_lines_is_one_message(tmp_path: Path) -> None:
    """Line ends, commas and quotes inside a message are text."""
    read_back = read_bytes(written(record('first,\nsecond "word"\n\nfourth'), record("next")), tmp_path)

    assert read_back.texts == ['first,\nsecond "word"\n\nfourth', "next"]


def test_a_message_keeps_author_and_instant(tmp_path: Path) -> None:
    """The platform's id of the author, and the time with its offset."""
    row = read_bytes(written(record("x", date="2024-01-31T14:00:00.0000000+01:00")), tmp_path).messages[0]

    assert (row["account_id"], row["sent_at"].isoformat(), row["zone"]) == (
        "discord:1001",
        "2024-01-31T13:00:00+00:00",
        "offset",
    )


@pytest.mark.parametrize(
    ("dates", "instants"),
    [
        (["1/3/2024 1:33 PM", "1/31/2024 1:33 PM"], ["2024-01-03T13:33:00+00:00", "2024-01-31T13:33:00+00:00"]),
        (["03/01/2024 13:33", "31/01/2024 13:33"], ["2024-01-03T13:33:00+00:00", "2024-01-31T13:33:00+00:00"]),
        (["03.01.2024 13:33"], ["2024-01-03T13:33:00+00:00"]),
        (["03-Jan-24 01:33 PM"], ["2024-01-03T13:33:00+00:00"]),
    ],
)
def test_older_dates_are_read_by_the_order_of_the_file(dates: list[str], instants: list[str], tmp_path: Path) -> None:
    """One date that can only be read one way tells the others; their zone stays unknown."""
    rows = read_bytes(written(*(record("x", date=date) for date in dates)), tmp_path).messages

    assert [row["sent_at"].isoformat() for row in rows] == instants
    assert {row["zone"] for row in rows} == {"unknown"}


@pytest.mark.parametrize("date", ["1/3/2024 1:33 PM", "yesterday", "03-Xyz-24 01:33 PM", ""])
def test_a_date_that_cannot_be_read_is_kept_and_not_guessed(date: str, tmp_path: Path) -> None:
    """Day and month that cannot be told apart give no time."""
    row = read_bytes(written(record("x", date=date)), tmp_path).messages[0]

    assert (row["sent_at"], row["sent_text"]) == (None, date or None)


def test_attachments_and_reactions_are_told(tmp_path: Path) -> None:
    """A comma inside an address does not part it; reactions are counted without names."""
    media = "https://cdn.example.org/a,b.png,https://cdn.example.org/c.mp4?x=1"

    read_back = read_bytes(written(record("x", media=media, reactions="👍 (2),wave (1),odd")), tmp_path)

    assert [(row["kind"], row["name"]) for row in read_back.tables["media"]] == [
        ("photo", "a,b.png"),
        ("video", "c.mp4"),
    ]
    counts = [(row["emoji"], row["count"], row["account_id"]) for row in read_back.tables["reactions"]]
    assert counts == [("👍", 2, None), ("wave", 1, None), ("odd", 1, None)]


def test_media_beside_the_file_are_found(tmp_path: Path) -> None:
    """An export with its media names them by a path from the file."""
    files = {
        "club/a.csv": written(record("x", media="a.csv_Files\\1.png,gone.mp3")),
        "club/a.csv_Files/1.png": b"\x89PNG\x00",
    }

    rows = read_files(files, tmp_path).tables["media"]

    assert [(row["state"], row["path"]) for row in rows] == [
        ("in_export", "club/a.csv_Files/1.png"),
        ("referenced", "gone.mp3"),
    ]


def test_files_of_one_channel_are_one_conversation(tmp_path: Path) -> None:
    """The parts of a long channel bear its name."""
    files = {
        "a.csv": written(record("one")),
        "a [part 2].csv": written(record("two")),
        "b.csv": written(record("three")),
    }

    assert sorted(row["messages"] for row in read_files(files, tmp_path).tables["conversations"]) == [1, 2]


def test_a_record_with_a_quote_never_closed_costs_itself_alone(tmp_path: Path) -> None:
    """The record before and the record behind are read."""
    broken = '"1001","alice","2024-01-31T13:00:00+00:00","open\r\n'

    read_back = read_bytes(written(record("one"), broken, record("three")), tmp_path)

    assert read_back.texts == ["one", "three"]
    assert [(row["code"], row["locator"]) for row in read_back.unread] == [("damaged", "record 3")]


@pytest.mark.parametrize("line", ["words\r\n", "1,2,3,4,5,6,7\r\n", '"1","2"\r\n'])
def test_a_line_that_is_no_message_is_told(line: str, tmp_path: Path) -> None:
    """A line with too few or too many cells is one unread row."""
    read_back = read_bytes(written(record("one"), line, record("three")), tmp_path)

    assert (read_back.texts, [row["code"] for row in read_back.unread]) == (["one", "three"], ["damaged"])


def test_blank_lines_are_nothing(tmp_path: Path) -> None:
    """Blank lines hold no message and lose none."""
    assert not read_bytes(written(record("one"), "\r\n", record("two"), "\r\n"), tmp_path).unread


WHOLE = written(record("un\n😀"), record('a "quote", and'), record("trois"))


@given(cut=st.integers(min_value=len(HEADER), max_value=len(WHOLE) - 1))
def test_a_file_cut_anywhere_gives_what_stands_before(cut: int) -> None:
    """Every whole message before the cut; at most one row, which says where it is."""
    rows = read_rows(discord_exporter_csv.READER, WHOLE[:cut])

    texts = [row.text for row in messages_of(rows)]
    assert texts == ["un\n😀", 'a "quote", and', "trois"][: len(texts)]
    assert [row.code for row in unread_of(rows)] in ([], ["cut"])


@given(data=st.binary(max_size=300))
def test_any_bytes_behind_the_header_are_accounted_for(data: bytes) -> None:
    """Whatever follows the header is told, and nothing is raised."""
    read_rows(discord_exporter_csv.READER, HEADER.encode() + data)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_are_read(encoding: str, tmp_path: Path) -> None:
    """A file saved again in the manner of a spreadsheet costs no letter."""
    assert read_bytes(written(record("à bientôt")).decode().encode(encoding), tmp_path).texts == ["à bientôt"]


def test_a_large_file_is_read_with_flat_memory() -> None:
    """Twenty-five thousand messages cost the memory of a few; their rows alone would be more."""
    assert peak_bytes(discord_exporter_csv.READER, written(*[record("an ordinary sentence")] * 25_000)) < 8 << 20
