"""The records of a delimited text file: cells by RFC 4180, ranges that touch and make up the file."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.conversations.forms import delimited_text
from rempart.conversations.forms.delimited_text import Record, read_records, sniff_delimiter

CELLS = st.text(
    alphabet=st.sampled_from('ab,;"\n\té😀 ') | st.characters(codec="utf-8", exclude_characters="\r"), max_size=12
)
TABLES = st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=6)


def read(data: bytes, delimiter: str = ",") -> list[Record]:
    """The records, after asserting that their ranges touch and make up the whole file."""
    found = list(read_records(io.BytesIO(data), delimiter))
    edges = [0, *(record.end for record in found)]
    assert [record.start for record in found] == edges[:-1], "the ranges touch"
    assert edges[-1] == len(data), "the ranges make up the file"
    assert [record.number for record in found] == list(range(1, len(found) + 1))
    return found


def cells(data: bytes, delimiter: str = ",") -> list[tuple[str, ...]]:
    return [record.cells for record in read(data, delimiter)]


def test_an_empty_file_has_no_record() -> None:
    """Nothing gives nothing."""
    assert read(b"") == []


def test_a_quote_inside_a_cell_is_an_ordinary_character() -> None:
    """Only a quote at the start of a cell opens one; a size in inches swallows nothing."""
    assert cells(b'a,b\n5" screen,2\n3,4\n') == [("a", "b"), ('5" screen', "2"), ("3", "4")]


def test_another_delimiter_does_not_part() -> None:
    """A comma in a file of semicolons is text."""
    assert cells(b"a;b\n1,5;2\n", ";") == [("a", "b"), ("1,5", "2")]


def test_a_blank_line_is_a_record_of_one_empty_cell() -> None:
    """Blank lines keep their bytes and say what they are."""
    assert [record.is_blank for record in read(b"a,b\r\n\r\n1,2\r\n")] == [False, True, False]


def test_a_cell_in_quotes_holds_line_ends_delimiters_and_quotes() -> None:
    """One message of three lines is one record with its exact bytes."""
    records = read(b'a,b\r\n"one,\r\ntwo ""three""\n",2\r\n')

    assert records[1].cells == ('one,\ntwo "three"\n', "2")
    assert (records[1].start, records[1].end) == (5, 31)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_not_text(encoding: str) -> None:
    """The mark belongs to the first record and is not in its first cell."""
    assert cells("é,b\n1,2\n".encode(encoding)) == [("é", "b"), ("1", "2")]


def test_a_foreign_encoding_is_read_and_told() -> None:
    """Bytes that are not UTF-8 are read as Windows-1252, and the record says so."""
    records = read("nom,texte\nZoé,à bientôt\n".encode("cp1252"))

    assert records[1].cells == ("Zoé", "à bientôt")
    assert (records[0].repair, records[1].repair) == (None, "encoding: windows-1252")


def test_text_behind_a_closing_quote_is_kept() -> None:
    """What stands between a closing quote and the delimiter stays in the cell."""
    assert cells(b'"a"x,"b" ,c\n') == [("ax", "b ", "c")]


def test_a_file_that_ends_in_a_quoted_cell_is_marked() -> None:
    """What there is of the last cell is given, and marked as cut."""
    last = read(b'a,b\n1,2\n3,"four\nfi')[-1]

    assert (last.cells, last.cut) == (("3", "four\nfi"), True)


def test_a_quote_never_closed_costs_one_record() -> None:
    """The line where the next record begins ends the open one."""
    records = read(b'a,b\n1,"open\n2,two\n3,three\n')

    assert [record.cells for record in records] == [("a", "b"), ("1", "open"), ("2", "two"), ("3", "three")]
    assert [record.cut for record in records] == [False, True, False, False]


def test_a_record_quoted_throughout_survives_the_broken_one_before_it() -> None:
    """An open quote that the next record's first quote closes does not join the two."""
    records = read(b'a,b,c\n"1","open\n"2","two","x"\n')

    assert [record.cells for record in records[1:]] == [("1", "open"), ("2", "two", "x")]
    assert records[1].cut


def test_a_message_that_quotes_a_table_stays_one_message() -> None:
    """Lines inside a cell that look like records are text when the record is whole."""
    assert cells(b'a,b\n1,"see\n2,two\n3,three"\n') == [("a", "b"), ("1", "see\n2,two\n3,three")]


def test_a_record_without_end_is_ended_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory stays flat: a record grows to the limit and no further."""
    monkeypatch.setattr(delimited_text, "MAX_RECORD_BYTES", 100)
    records = read(b'a,b\n1,"' + b"no delimiter here\n" * 50)

    assert all(record.end - record.start <= 120 for record in records)
    assert records[1].cut


@pytest.mark.parametrize("pattern", [b'a","x\nb,c\n', b'"\n', b'1,"x\n', b'"', b'""""', b'",\n'])
def test_hostile_quotes_cost_no_more_than_their_length(pattern: bytes) -> None:
    """Half a million bytes of quotes made to be read again and again are read at once."""
    assert read(b"a,b\n" + pattern * (500_000 // len(pattern)))


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b,c\n1;2", ","),
        ("a;b;c,d", ";"),
        ("a\tb", "\t"),
        ("a|b|c", "|"),
        ('"x;y;z",b', ","),
        ("word", ","),
        ("", ","),
    ],
)
def test_the_delimiter_is_told_from_the_first_record(text: str, delimiter: str) -> None:
    """The mark that gives the most cells wins; marks inside quotes do not count."""
    assert sniff_delimiter(text) == delimiter


@given(table=TABLES, delimiter=st.sampled_from(delimited_text.DELIMITERS))
def test_what_a_writer_wrote_is_read_back(table: list[list[str]], delimiter: str) -> None:
    """Any cells, written by Python's csv module, come back as they were."""
    width = len(table[0])
    table = [(row + [""] * width)[:width] for row in table]
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(table)

    assert cells(b"\xef\xbb\xbf" + file.getvalue().encode(), delimiter) == [tuple(row) for row in table]


@given(table=TABLES, cut=st.integers(min_value=0))
def test_every_byte_of_a_file_cut_anywhere_is_told(table: list[list[str]], cut: int) -> None:
    """A file may end at any byte; no byte is lost, and the records before the cut are those of the whole file."""
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["one", "two", "three", "four", "five"], *table])
    data = file.getvalue().encode()

    shortened = read(data[: cut % (len(data) + 1)])

    assert shortened[:-1] == read(data)[: max(len(shortened) - 1, 0)]


@given(data=st.binary(max_size=200), delimiter=st.sampled_from(delimited_text.DELIMITERS))
def test_any_bytes_are_accounted_for(data: bytes, delimiter: str) -> None:
    """Whatever the bytes are, the ranges make up the file and nothing is raised."""
    read(data, delimiter)
