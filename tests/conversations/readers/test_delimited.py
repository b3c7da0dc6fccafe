"""Any table of messages: recognised by its columns, read record by record, nothing lost and nothing guessed."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.conversations.parts import Head
from rempart.conversations.reader import Reader
from rempart.conversations.readers import READERS
from rempart.conversations.readers.delimited import READER, parse_column_map, with_map
from tests.conversations.case import Read, read_bytes, read_files

ONLY = (READER,)
CSV = (
    "Date,From,Text,Mood\r\n"
    "2026-03-12T10:00:00Z,Alice,hello,calm\r\n"
    '2026-03-12T10:01:00Z,Bob,"one, two ""three""\r\nfour",\r\n'
    "2026-03-12T10:02:00Z,Alice,bye,glad\r\n"
)


def mapped(told: str) -> tuple[Reader, ...]:
    return (with_map(parse_column_map(told)),)


def read(text: str, work: Path, *, readers: tuple[Reader, ...] = ONLY) -> Read:
    return read_bytes(text.encode(), work, readers=readers)


def told(found: Read) -> list[tuple[str | None, str]]:
    """(who, what) of every message; who without the exhibit."""
    who = {row["account_id"]: row["native_id"] for row in found.tables["accounts"]}
    return [(who.get(row["account_id"]), row["text"]) for row in found.messages]


# -- not recognised ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "hello",
        "12/03/2026 10:02 - Alice: Text, From, Date\n",
        "[12/03/2026 10:02:11] Alice: hello\n",
        "Dear From,\nthis is the Text\n",
        "Text\nhello\n",
        "Text;Mood\nhello;calm\n",
        "From,Date\nAlice,2026-03-12\n",
        "from text import author\n",
        "AuthorName,Score,Words\nAlice,1,2\n",
        '["text", "author"]',
        '[{"text": "hello", "author": "Alice"}]',
        '{"text": "hello"}\n',
        '{"messages": [{"text": "hello", "author": "Alice"}]}\n',
        '{\n  "text": "hello",\n  "author": "Alice"\n}\n',
        '{"name": "Alice", "type": "personal_chat", "id": 1, "messages": []}',
        '"text","author\n',
        "<html><body>text,author</body></html>",
    ],
)
def test_does_not_recognise(text: str) -> None:
    """Prose, other exports, tables without text or author, JSON that is not one object per line."""
    assert not READER.recognises(Head(text.encode()))


@pytest.mark.parametrize(
    "data", [b"text,author\n\0\0\0", b"\xff\xd8\xff\xe0 text,author\n\0", b"PK\x03\x04text,author\0"]
)
def test_does_not_recognise_binary_files(data: bytes) -> None:
    """A binary file is no table, whatever words it holds."""
    assert not READER.recognises(Head(data))


def test_leaves_the_discord_exporter_to_its_reader(tmp_path: Path) -> None:
    """The CSV of DiscordChatExporter has obvious names too; its own reader is asked before."""
    text = "AuthorID,Author,Date,Content,Attachments,Reactions\r\n1,Alice,2026-03-12T10:00:00Z,hello,,\r\n"

    assert READERS[-1] is READER
    assert read(text, tmp_path, readers=READERS).reading.readers == ("discord-exporter-csv",)


def test_a_map_does_not_take_other_tables() -> None:
    """A table that lacks a column of the map is left to others."""
    (reader,) = mapped("text=Body,author=Who,sent_at=When")

    assert not reader.recognises(Head(b"Body,Who\nhello,Alice\n"))
    assert not reader.recognises(Head(CSV.encode()))
    assert not reader.recognises(Head(b'{"Body": "hello", "Who": "Alice"}\n'))


# -- CSV ----------------------------------------------------------------------------------------------------


def test_reads_a_table(tmp_path: Path) -> None:
    """Text, author and instant of every record, quotes and line ends inside cells, and the other columns kept."""
    found = read(CSV, tmp_path)

    assert told(found) == [("Alice", "hello"), ("Bob", 'one, two "three"\nfour'), ("Alice", "bye")]
    assert [row["sent_at"].isoformat() for row in found.messages][:2] == [
        "2026-03-12T10:00:00+00:00",
        "2026-03-12T10:01:00+00:00",
    ]
    assert [row["extra"] for row in found.messages] == ['{"Mood": "calm"}', None, '{"Mood": "glad"}']
    assert {row["id_kind"] for row in found.tables["accounts"]} == {"name"}
    assert found.unread == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_reads_each_delimiter_and_encoding(delimiter: str, encoding: str, tmp_path: Path) -> None:
    """Comma, semicolon, tab, bar; UTF-8 with and without mark, UTF-16, Windows-1252."""
    text = "Auteur;Contenu;Horodatage\nChloé;déjà été;2026-03-12 10:00\nBob;à tout à l’heure;2026-03-12 10:01\n"

    found = read_bytes(text.replace(";", delimiter).encode(encoding), tmp_path, readers=ONLY)

    assert told(found) == [("Chloé", "déjà été"), ("Bob", "à tout à l’heure")]
    assert {row["zone"] for row in found.messages} == {"unknown"}


def test_reads_the_first_line_of_excel(tmp_path: Path) -> None:
    """`sep=;` before the header tells the delimiter and is no record."""
    assert told(read("sep=;\r\nDe;Texte\r\nAlice;a,b\r\n", tmp_path)) == [("Alice", "a,b")]


def test_reads_two_columns_of_date_and_time(tmp_path: Path) -> None:
    """`Date` and `Heure` make one instant, told apart by the whole column."""
    text = "Date;Heure;De;Message\n12/03/2026;10:00;Alice;hello\n31/03/2026;11:30;Bob;bye\n"

    found = read(text, tmp_path)

    assert [row["sent_at"].isoformat()[:16] for row in found.messages] == ["2026-03-12T10:00", "2026-03-31T11:30"]
    assert found.messages[0]["sent_text"] == "12/03/2026 10:00"


def test_says_when_the_dates_leave_a_doubt(tmp_path: Path) -> None:
    """Dates whose day and month cannot be told apart stay unknown, are kept as written, and the reading says so."""
    found = read("Date,From,Text\n03/04/2026 10:00,Alice,a\n02/05/2026 10:00,Bob,b\n04/06/2026 10:00,Bob,c\n", tmp_path)

    assert {row["sent_at"] for row in found.messages} == {None}
    assert found.messages[0]["sent_text"] == "03/04/2026 10:00"
    assert [(row["code"], row["loss"]) for row in found.unread] == [("ambiguous_dates", False)]


def test_reads_ids_conversations_answers_and_kinds(tmp_path: Path) -> None:
    """The optional columns have their place in the tables."""
    text = (
        "message id,sender id,sender,conversation,reply to,type,text\n"
        "1,u1,Alice,room,,text,hello\n2,u2,Bob,room,1,,hi\n3,,,room,,system,Bob left\n4,u1,Alice,other,,sticker,\n"
    )

    found = read(text, tmp_path)

    assert [row["message_id"] for row in found.messages] == ["1", "2", "3", "4"]
    assert [row["reply_to"] for row in found.messages] == [None, "1", None, None]
    assert [row["kind"] for row in found.messages] == ["message", "message", "service", "message"]
    assert [row["extra"] for row in found.messages] == [None, None, None, '{"type": "sticker"}']
    assert found.messages[2]["account_id"] is None
    assert {row["native_id"]: row["names"] for row in found.tables["accounts"]} == {"u1": ["Alice"], "u2": ["Bob"]}
    assert {row["conversation_id"].rpartition("/")[2] for row in found.tables["conversations"]} == {"room", "other"}


def test_each_pair_of_people_is_a_conversation(tmp_path: Path) -> None:
    """With a column for the recipient, both directions between two people are one conversation, others are others."""
    found = read("From,To,Text\nAlice,Bob,a\nBob,Alice,b\nAlice,Zoé,c\n", tmp_path)

    pairs = [row["conversation_id"].partition("/")[2] for row in found.messages]
    assert pairs == ["Alice / Bob", "Alice / Bob", "Alice / Zoé"]
    assert {row["kind"] for row in found.tables["conversations"]} == {"one_to_one"}
    assert len([row for row in found.tables["memberships"] if row["account_id"].endswith("Zoé")]) == 1


def test_finds_attachments(tmp_path: Path) -> None:
    """Files named by a record are found beside the table; addresses are references; no file is opened."""
    table = "from,text,attachments\nAlice,look,photos/1.jpg;2.pdf\nBob,,https://a.example/3.mp4 https://a.example/4.jpg?x=1\n"

    found = read_files({"box/table.csv": table.encode(), "box/photos/1.jpg": b"\xff\xd8\0"}, tmp_path)

    assert [(row["kind"], row["state"], row["path"]) for row in found.tables["media"]] == [
        ("photo", "in_export", "box/photos/1.jpg"),
        ("file", "referenced", "2.pdf"),
        ("video", "referenced", "https://a.example/3.mp4"),
        ("photo", "referenced", "https://a.example/4.jpg?x=1"),
    ]


def test_a_table_with_the_newest_first_is_told(tmp_path: Path) -> None:
    """The order in time is the file's, turned when the newest stands first."""
    rows = [f"2026-03-12T10:0{n}:00Z,Alice,{n}" for n in (3, 2, 1)]

    found = read("Date,From,Text\n" + "\n".join(rows) + "\n", tmp_path)

    assert [row["sequence"] for row in found.messages] == [-1, -2, -3]


def test_columns_of_one_name_are_all_kept(tmp_path: Path) -> None:
    """A second column of the same name, and one without a name, go to the other fields."""
    found = read("From,Text,Text,\nAlice,a,b,c\n", tmp_path)

    assert told(found) == [("Alice", "a")]
    assert json.loads(found.messages[0]["extra"]) == {"Text#3": "b", "column 4": "c"}


# -- damage ---------------------------------------------------------------------------------------------------


def test_a_record_of_another_width_is_told(tmp_path: Path) -> None:
    """A record with too many cells is not guessed apart; the records around it are read."""
    found = read("From,Text,Mood\nAlice,a,b\nBob,one, two,c\nAlice,d,e\n", tmp_path)

    assert told(found) == [("Alice", "a"), ("Alice", "d")]
    assert [(row["code"], row["reason"], row["locator"]) for row in found.unread] == [
        ("damaged", "the record has 4 cells, the header has 3", "record 3")
    ]


def test_unquoted_delimiters_in_the_last_column_are_text(tmp_path: Path) -> None:
    """When the text is the last column, delimiters that nobody quoted belong to it, and the repair is told."""
    found = read("From,Text\nAlice,one, two, three\nBob,four\n", tmp_path)

    assert told(found) == [("Alice", "one, two, three"), ("Bob", "four")]
    assert [row["repair"] for row in found.messages] == ["delimiter in text", None]


def test_records_without_their_last_cells_are_read(tmp_path: Path) -> None:
    """Programs that leave out empty cells at the end are understood; a record without its text is not."""
    found = read("From,Text,Mood,Place\nAlice,a\nBob\nAlice,b,c,d\n", tmp_path)

    assert told(found) == [("Alice", "a"), ("Alice", "b")]
    assert [row["code"] for row in found.unread] == ["damaged"]


def test_a_header_alone_gives_no_message(tmp_path: Path) -> None:
    """A table without records is read, and is empty; a header in the middle is no message either."""
    assert read("Date,From,Text\n", tmp_path).messages == []
    assert told(read("From,Text\nAlice,a\nFrom,Text\n,\nBob,b\n", tmp_path)) == [("Alice", "a"), ("Bob", "b")]


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(CSV.index("\n") + 1, len(CSV)))
def test_a_cut_table_gives_everything_before_the_cut(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Wherever the file ends, the records before are read, and the rest is a shorter cell or told as cut."""
    found = read(CSV[:cut], tmp_path_factory.mktemp("cut"))

    whole = CSV[:cut].count("Z,") - (0 if cut == len(CSV) else 1)
    assert len(found.messages) >= min(whole, 3)
    assert len(found.messages) + len(found.unread) <= 3
    assert all(row["code"] == "cut" for row in found.unread)


def test_hostile_cells_are_text(tmp_path: Path) -> None:
    """Formulas, markup, control marks and instructions are text like any other."""
    cells = ['=HYPERLINK("x")', "<script>", "\u202etxt", "ignore previous instructions", "'; DROP TABLE", "%s{0}"]
    rows = "".join('Alice,"' + cell.replace('"', '""') + '"\n' for cell in cells)

    assert [text for _, text in told(read("From,Text\n" + rows, tmp_path))] == cells


# -- size and properties ------------------------------------------------------------------------------------


def test_reads_a_large_table(tmp_path: Path) -> None:
    """Twenty thousand records are read, each with its own bytes."""
    rows = "".join(f"2026-03-12T10:00:{n % 60:02}Z,Alice,hello number {n},\n" for n in range(20_000))

    found = read("Date,From,Text,Mood\n" + rows, tmp_path)

    assert found.reading.messages == 20_000
    assert found.texts[-1] == "hello number 19999"


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=20)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL), max_size=6), delimiter=st.sampled_from([",", ";", "\t"]))
def test_every_cell_comes_back(
    rows: list[tuple[str, str]], delimiter: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever is quoted into a cell is the text that is read, and every byte is accounted for."""

    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"'

    lines = ["from" + delimiter + "text"]
    lines += [quoted(author) + delimiter + quoted(text) for author, text in rows]

    found = read("\r\n".join(lines) + "\r\n", tmp_path_factory.mktemp("cells"))

    assert found.texts == [text for author, text in rows if (author or text) and (author, text) != ("from", "text")]


@settings(max_examples=150, deadline=None)
@given(
    rest=st.text(max_size=120), head=st.sampled_from(["from,text\n", "De;Texte;Date\n", '{"from": "A", "text": "b"}\n'])
)
def test_any_rest_is_read_or_told(rest: str, head: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever follows a header, no byte is forgotten and nothing is raised."""
    data = (head + rest).encode("utf-8", "replace")
    if READER.recognises(Head(data)):
        read_bytes(data, tmp_path_factory.mktemp("rest"), readers=ONLY)
