"""The repair of UTF-8 read as Latin-1: only what is mojibake changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.conversations.forms.mojibake import mend_object, mend_text


def garble(text: str) -> str:
    """The text as Meta's exports write it."""
    return text.encode().decode("latin-1")


@pytest.mark.parametrize("text", ["", "plain words", "à bientôt", "Zoé 😀", "naïve – « oui »", "한국어", "ÃÂ"])
def test_text_without_mojibake_stays(text: str) -> None:
    """ASCII, accents and emoji that are right are left alone."""
    assert mend_text(text) == text


@given(text=st.text())
def test_every_garbled_text_comes_back(text: str) -> None:
    """Whatever was written, the round trip gives it back."""
    assert mend_text(garble(text)) == text


def test_only_the_garbled_run_of_a_mixed_text_is_repaired() -> None:
    """A right letter beside garbled ones stays right."""
    assert mend_text(f"déjà {garble('été 😀')} 한") == "déjà été 😀 한"


def test_a_run_cut_short_stays_as_it_is() -> None:
    """Half a letter is not guessed."""
    assert mend_text(f"{garble('é')} {garble('😀')[:2]}") == f"é {garble('😀')[:2]}"


def test_a_run_that_is_no_letter_stays_as_it_is() -> None:
    """Bytes in the form of UTF-8 that mean no letter (a surrogate) are left alone."""
    assert mend_text("\xed\xa0\x80 한") == "\xed\xa0\x80 한"


def test_every_text_in_an_object_is_repaired_and_told() -> None:
    """Texts at any depth are mended; numbers and field names are not touched."""
    mended, changed = mend_object({"a": [{"b": garble("é")}, 1, None], "c": "plain"})

    assert (mended, changed) == ({"a": [{"b": "é"}, 1, None], "c": "plain"}, True)


def test_an_object_without_mojibake_is_told_as_such() -> None:
    """Nothing repaired, nothing claimed."""
    assert mend_object({"a": ["x", {"b": True}]}) == ({"a": ["x", {"b": True}]}, False)
