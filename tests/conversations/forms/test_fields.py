"""The fields of untrusted JSON: the right type and range, or None, and nothing raised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.conversations.forms import fields

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\udce9") | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(value=JSON)
def test_no_value_raises(value: object) -> None:
    """Any JSON value may stand in any field."""
    fields.text_of(value)
    fields.id_of(value)
    fields.whole_of(value)
    fields.items_of(value)
    fields.object_of(value)
    fields.instant_of(value, unit_us=1000)
    fields.iso_instant_of(value)


@pytest.mark.parametrize(
    "value", [None, True, "", "12a", "--1", "1" * 30, 1.5, float("inf"), float("nan"), [], 1 << 63]
)
def test_what_is_no_whole_number_is_none(value: object) -> None:
    """Near misses are unknown, not zero."""
    assert fields.whole_of(value) is None


@pytest.mark.parametrize("value", [12, 12.0, "12"])
def test_a_whole_number_is_taken_in_its_three_forms(value: object) -> None:
    """Number, float without a fraction and digits mean the same."""
    assert fields.whole_of(value) == 12


@pytest.mark.parametrize("value", [10**18, -(10**18), "x", None, True])
def test_an_instant_beyond_the_calendar_is_none(value: object) -> None:
    """No table ever holds a time that a date cannot show."""
    assert fields.instant_of(value, unit_us=1000) is None


@pytest.mark.parametrize("text", ["", "yesterday", "2024-13-01", "0001-01-01T00:00:00+14:00", "31/12/2024"])
def test_a_text_that_is_no_iso_date_gives_no_instant(text: str) -> None:
    """Nothing is guessed from another manner of writing dates."""
    assert fields.iso_instant_of(text) == (None, "unknown")


def test_the_zone_of_an_iso_date_is_told() -> None:
    """An offset is known; without one the reader says what the format means."""
    assert fields.iso_instant_of("1970-01-01T02:00:00+02:00") == (0, "offset")
    assert fields.iso_instant_of("1970-01-01 00:00:01", bare="utc") == (1_000_000, "utc")
    assert fields.iso_instant_of("1970-01-01T00:00:01.5") == (1_500_000, "unknown")


def test_bytes_that_are_not_utf8_are_read_as_windows_1252() -> None:
    """Stray bytes become letters, half surrogates a mark; both are told."""
    assert fields.clean_text("\udce9t\udce9") == ("été", "encoding: windows-1252")
    assert fields.clean_text("a\ud83d")[0] == "a\ufffd"
    assert fields.clean_text("été 😀") == ("été 😀", None)


def test_what_is_told_elsewhere_or_says_nothing_is_not_extra() -> None:
    """Extra holds what has no column, and a told field of the wrong type."""
    item = {"id": "1", "text": 5, "empty": [], "nothing": None, "flag": False, "pinned": True, "new": {"a": 1}}

    extra = fields.extra_of(item, told={"id": str, "text": str}, quiet={"flag": False, "pinned": False})

    assert extra == {"text": 5, "pinned": True, "new": {"a": 1}}
    assert fields.json_of({}) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.JPG", "photo"),
        ("a.mp4?x=1.png", "video"),
        ("a.ogg", "audio"),
        ("a.gif", "animation"),
        ("a.xyz", "file"),
        (None, "file"),
    ],
)
def test_the_ending_of_a_name_tells_the_kind(name: str | None, kind: str) -> None:
    """Known endings only; everything else is a file."""
    assert fields.file_kind(name) == kind


@pytest.mark.parametrize(
    ("instants", "newest"), [((), False), ((1,), False), ((1, 1), False), ((1, 2), False), ((3, 9, 1), True)]
)
def test_the_order_is_told_by_first_and_last(instants: tuple[int, ...], newest: bool) -> None:
    """Only a later first message says that the newest stands first."""
    assert fields.is_newest_first(instants) is newest
