"""Names in any script: folded for comparison, with a skeleton for candidates, told as a history."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.identities.names import Worn, fold_words, name_history, skeleton

AT = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3)]


def worn(name: str, at: int | None = None) -> Worn:
    """A name, dated or not."""
    return Worn(name=name, first_at=None if at is None else AT[at], last_at=None if at is None else AT[at])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Martin LUCIE", "lucie martin"),
        ("Ｌｕｃｉｅ Martin", "Lucie Martin"),
        ("Lucie  Martin ✨", "Lucie Martin"),
        ("Hélène d’Arc", "Helene d'Arc"),
    ],
)
def test_ways_to_write_a_name_fold_to_one(one: str, other: str) -> None:
    """Case, accents, width, order of the words and decoration do not matter for comparing."""
    assert fold_words(one) == fold_words(other) != ""


@pytest.mark.parametrize(
    ("latin", "other"),
    [
        ("Ivan Petrov", "Иван Петров"),
        ("Nikos Tarden", "Νικος Ταρντεν"),
        ("Nadir Karim", "نادر كريم"),
        ("Boris", "Борис"),
    ],
)
def test_a_name_in_another_script_has_the_same_skeleton(latin: str, other: str) -> None:
    """So that the two become candidates for one another."""
    assert skeleton(latin) == skeleton(other) is not None


@pytest.mark.parametrize("name", ["Léa", "Al", "✨✨", "", "A I"])
def test_a_short_name_has_no_skeleton(name: str) -> None:
    """Too many people would share it."""
    assert skeleton(name) is None


@pytest.mark.parametrize(
    ("one", "other"), [("Lucie Martin", "Lucie Bertin"), ("Sacha", "Alexandre"), ("Ann Lee", "Ann Roy")]
)
def test_other_names_stay_apart(one: str, other: str) -> None:
    """No nicknames, no sounds: what differs by a consonant is another name."""
    assert fold_words(one) != fold_words(other)
    assert skeleton(one) is None or skeleton(one) != skeleton(other)


def test_names_without_dates_keep_the_order_of_the_export() -> None:
    """And are told as undated."""
    history = name_history("a", worn=[worn("Zoé"), worn("Alice"), worn("ZOÉ")])

    assert [name.name for name in history.worn] == ["Zoé", "Alice"]
    assert history.changed
    assert not history.dated


def test_dated_names_are_told_by_date() -> None:
    """A name that comes back keeps its first and its last instant."""
    history = name_history("a", worn=[worn("Alice", 1), worn("Zoé", 0), worn("Zoe", 2)])

    assert [(name.name, name.first_at, name.last_at) for name in history.worn] == [
        ("Zoé", AT[0], AT[2]),
        ("Alice", AT[1], AT[1]),
    ]
    assert history.dated


def test_one_name_written_twice_is_no_change() -> None:
    """Spellings are no history."""
    assert not name_history("a", worn=[worn("Alice"), worn("ALICE")]).changed


@given(st.text(max_size=40))
def test_folding_a_folded_name_changes_nothing(text: str) -> None:
    """The form for comparing is its own form."""
    assert fold_words(fold_words(text)) == fold_words(text)
