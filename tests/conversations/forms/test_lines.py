"""The lines of a text file: their ranges touch and make up the file, whatever the encoding."""

import io
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.conversations.forms import lines
from rempart.conversations.forms.lines import Line, read_lines

WINDOWS = (1, 2, 3, 7, 1 << 20)
MARKS = {"utf-8": b"", "utf-8-sig": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
TEXTS = st.text(
    alphabet=st.sampled_from("ab é😀…\u0a0a\u0a0d\u0d0a\u2028\x85\x0b\t\n\r") | st.characters(codec="utf-8"),
    max_size=40,
).filter(lambda text: not text.startswith("\ufeff"))


def read(data: bytes, *, window: int = 1 << 20, longest: int = 1 << 20) -> list[Line]:
    """The lines, after asserting that their ranges touch and make up the whole file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_WINDOW_BYTES", window)
        patch.setattr(lines, "MAX_LINE_BYTES", longest)
        found = list(read_lines(io.BytesIO(data)))
    edges = [0, *(line.end for line in found)]
    assert [line.start for line in found] == edges[:-1], "the ranges touch"
    assert edges[-1] == len(data), "the ranges make up the file"
    assert [line.number for line in found] == list(range(1, len(found) + 1))
    return found


def as_written(text: str) -> list[str]:
    """The lines of a text by the rule: only a line feed ends a line, with a carriage return before it or not."""
    pieces = text.split("\n")
    ended = [piece.removesuffix("\r") for piece in pieces[:-1]]
    return [*ended, pieces[-1].removesuffix("\r")] if pieces[-1] else ended


def test_an_empty_file_has_no_line() -> None:
    """Nothing gives nothing."""
    assert read(b"") == []


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
def test_a_mark_alone_is_one_empty_line(mark: bytes) -> None:
    """The bytes of the mark are told even when nothing follows."""
    assert [(line.text, line.start, line.end) for line in read(mark)] == [("", 0, len(mark))]


@pytest.mark.parametrize("text", ["a\rb", "a\x85b", "a\u2028b", "a\x0bb\x0cc", "a\x1cb"])
def test_only_a_line_feed_ends_a_line(text: str) -> None:
    """Other marks that Python takes for line ends stay inside the message that holds them."""
    assert [line.text for line in read(text.encode())] == [text]


def test_a_line_of_utf8_is_not_repaired() -> None:
    """Accents and emoji in UTF-8 carry no repair."""
    assert [line.repair for line in read("é😀\nb".encode())] == [None, None]


@given(TEXTS, st.sampled_from(sorted(MARKS)), st.sampled_from(WINDOWS))
def test_every_encoding_gives_the_same_lines(text: str, name: str, window: int) -> None:
    """UTF-8 with and without mark and UTF-16 of both kinds give the lines that were written."""
    data = MARKS[name] + text.encode(name.removesuffix("-sig"))

    found = read(data, window=window)

    if data != MARKS[name]:
        assert [line.text for line in found] == as_written(text)
        assert {line.repair for line in found} <= {None}


@given(st.binary(max_size=120), st.sampled_from(WINDOWS), st.integers(min_value=4, max_value=40))
def test_any_bytes_at_all_are_told(data: bytes, window: int, longest: int) -> None:
    """Noise is cut into lines without a byte lost, however long a line may be."""
    found = read(data, window=window, longest=longest)

    assert all(line.end - line.start <= longest + 3 for line in found)


@given(TEXTS, st.sampled_from(WINDOWS), st.integers(min_value=4, max_value=9), st.sampled_from(sorted(MARKS)))
def test_an_over_long_line_is_given_in_pieces_that_lose_no_letter(
    text: str, window: int, longest: int, name: str
) -> None:
    """A line above the limit comes in pieces, none of which cuts a letter in two."""
    line = text.replace("\n", "").replace("\r", "")
    data = MARKS[name] + line.encode(name.removesuffix("-sig")) + "\nb".encode(name.removesuffix("-sig"))

    found = read(data, window=window, longest=longest)

    assert "".join(piece.text for piece in found) == line + "b"
    assert {piece.repair for piece in found} == {None}


@given(st.text(alphabet="abcéèàê \n", max_size=40), st.sampled_from(WINDOWS))  # no run of these is UTF-8
def test_windows_1252_is_read_line_by_line_and_said(text: str, window: int) -> None:
    """A line that is not UTF-8 is read as Windows-1252 with a repair; the lines around it stay as they are."""
    data = "début 😀\n".encode() + text.encode("cp1252") + "\nfin é".encode()

    found = read(data, window=window)

    assert [line.text for line in found] == as_written(f"début 😀\n{text}\nfin é")
    for line in found[1:-1]:
        assert (line.repair == "encoding: windows-1252") == (not line.text.isascii())
    assert found[0].repair is found[-1].repair is None


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_cut_utf16_file_says_that_its_last_line_is_damaged(encoding: str) -> None:
    """Half a letter at the end is told, the lines before it stand."""
    data = MARKS[encoding] + "é\r\nab".encode(encoding)

    first, last = read(data[:-1])

    assert (first.text, first.repair) == ("é", None)
    assert last.text.startswith("a")
    assert last.repair == f"encoding: damaged {encoding}"


@given(TEXTS, st.data())
def test_a_cut_file_gives_the_lines_before_the_cut(text: str, data: st.DataObject) -> None:
    """Cutting a file anywhere changes its last line only."""
    whole = text.encode()
    cut = data.draw(st.integers(min_value=0, max_value=len(whole)))

    found = read(whole[:cut])

    assert [line.text for line in found[:-1]] == as_written(text)[: max(len(found) - 1, 0)]


class _Endless(io.RawIOBase):
    """A file of `size` bytes without a line end, made while it is read."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int = -1) -> bytes:
        piece = b"x" * min(size, self._left)
        self._left -= len(piece)
        return piece


def test_memory_stays_flat_over_one_endless_line() -> None:
    """Sixty-four MiB without a line end are read with the memory of a few pieces."""
    file: Any = _Endless(64 << 20)
    tracemalloc.start()

    told = sum(line.end - line.start for line in read_lines(file))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert told == 64 << 20
    assert peak < 16 << 20
