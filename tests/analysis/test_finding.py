"""Words are found whatever the case, the accents and the way they are typed; and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.analysis.finding import fold_plain, search_chunk, spans_of
from rempart.analysis.outline import MediaRow, Row


def row(text: str, *media: str) -> Row:
    """A message at position 7."""
    named = tuple(MediaRow(kind="photo", state="missing", name=name or None) for name in media)
    return Row(position=7, conversation=0, exhibit=0, row=8, byte_start=0, byte_end=1, text=text, media=named)


@pytest.mark.parametrize("needle", ["", "   ", "school today", "scholl", "photo"])
def test_finds_nothing_that_is_not_there(needle: str) -> None:
    """An empty needle finds no message, rather than all; the kind of a medium is no word of the message."""
    assert search_chunk([row("see you at School", "")], needle) == []


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("see you at School", "school"),
        ("à la Récré", "a la recre"),
        ("recre\u0301", "récré"),
        ("mon cœur", "COEUR"),
        ("c’est secret", "c'est"),
        ("Straße", "STRASSE"),
        ("first\nsecond", "first second"),
    ],
)
def test_finds_whatever_the_case_and_the_accents(text: str, needle: str) -> None:
    """What a person types finds what another person typed."""
    assert search_chunk([row("nothing"), row(text)], needle) == [7]


def test_finds_the_name_of_a_medium() -> None:
    """A placeholder can be searched for, too."""
    assert search_chunk([row("", "", "Été 2026.jpg")], "ete") == [7]


def test_marks_the_letters_that_were_found() -> None:
    """Ranges are of the letters as written, also where folding changes their number."""
    text = "Œuf, œUF et oe\u0301uf"

    assert [text[start:end] for start, end in spans_of(text, "oeuf")] == ["Œuf", "œUF", "oe\u0301uf"]
    assert spans_of(text, "") == []
    assert spans_of(text, "oeufs") == []


@given(text=st.text(max_size=30), start=st.integers(0, 29), size=st.integers(1, 5))
def test_every_piece_of_a_text_is_found_in_it(text: str, start: int, size: int) -> None:
    """Folding whole texts and folding letter by letter never disagree."""
    needle = text[start : start + size].strip()

    assert bool(search_chunk([row(text)], needle)) == bool(fold_plain(needle))
    assert bool(spans_of(text, needle)) == bool(fold_plain(needle))
