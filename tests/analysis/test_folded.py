"""Words folded beforehand are found where a look at every message finds them."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.analysis.finding import search_chunk
from rempart.analysis.folded import find_folded, fold_rows
from rempart.analysis.outline import MediaRow, Row

TEXTS = st.text(st.sampled_from("aàÀbœŒß’' \n\t\r\u2028é-–xİ"), max_size=12)


def rows_of(texts: list[tuple[str, str | None]], *, first: int = 500) -> list[Row]:
    """Messages with a text, and a medium where a name is told."""
    return [
        Row(
            position=first + place,
            conversation=0,
            exhibit=0,
            row=place,
            byte_start=0,
            byte_end=1,
            text=text,
            media=(MediaRow(kind="photo", state="named", name=name),) if name is not None else (),
        )
        for place, (text, name) in enumerate(texts)
    ]


@pytest.mark.parametrize("needle", ["", "  ", "zzz", "secret parc"])
def test_nothing_is_found_where_nothing_stands(needle: str) -> None:
    """Words do not run from one message into the next, nor from a text into the name of a medium."""
    rows = rows_of([("le secret", "parc.jpg"), ("parc", None), ("", None)])

    assert find_folded(fold_rows(rows), needle) == []


def test_a_message_is_named_once_however_often_it_holds_the_word() -> None:
    """In its text, twice, and in the name of its medium."""
    rows = rows_of([("Parc, parc", "PARC.jpg"), ("école", None), ("l’Ecole", None)])

    assert find_folded(fold_rows(rows), "parc") == [500]
    assert find_folded(fold_rows(rows), "l'école") == [502]


@given(texts=st.lists(st.tuples(TEXTS, st.none() | TEXTS), max_size=6), needle=TEXTS)
def test_it_finds_what_a_look_at_every_message_finds(texts: list[tuple[str, str | None]], needle: str) -> None:
    """The same positions in the same order, whatever is typed."""
    rows = rows_of(texts)

    assert find_folded(fold_rows(rows), needle) == search_chunk(rows, needle)


def test_bytes_that_are_not_ours_are_refused() -> None:
    """Damage is told, not searched."""
    with pytest.raises(msgspec.ValidationError):
        find_folded(msgspec.msgpack.encode("words"), "a")
