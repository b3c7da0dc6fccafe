"""French and English: numbers, units, and the catalogue that every screen speaks from."""

import re
import string
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from rempart.wording import LOCALE, wording

FR, EN = wording("fr"), wording("en")
CATALOGUE = LOCALE / "fr" / "LC_MESSAGES" / "rempart.po"
NO_BREAK, THIN = "\u00a0", "\u202f"


def entries() -> list[Message]:
    """The entries of the French catalogue, without its head."""
    with CATALOGUE.open("rb") as file:
        return [message for message in read_po(file, locale="fr") if message.id]


def told(value: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """The texts of an entry: one, or singular and plural."""
    return (value,) if isinstance(value, str) else tuple(value or ())


def fields(text: str) -> set[str]:
    """The names of the fields that a text fills in."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def french() -> Iterator[tuple[str, str]]:
    """(English, French) of every text, plurals too."""
    for message in entries():
        yield from zip(told(message.id), told(message.string), strict=True)


def test_no_entry_is_empty() -> None:
    """Every text has its French, singular and plural."""
    assert [english for english, text in french() if not text.strip()] == []
    assert len(entries()) > 200


def test_every_entry_keeps_the_fields_of_its_source() -> None:
    """A field lost or misspelt would be a crash or a lie on a French screen only."""
    assert [english for english, text in french() if fields(english) != fields(text)] == []


def test_no_entry_is_waiting_for_a_reader() -> None:
    """A fuzzy entry is one that nobody has read since its source changed; gettext would not show it."""
    assert [message.id for message in entries() if message.fuzzy] == []


@pytest.mark.parametrize(
    ("flaw", "pattern"),
    [
        ("a plain or missing space before : ; ? or !", r"(?<=\w) [:;?!]|(?<=[a-zé)])[;?!](?=\s|$)"),
        ("a straight apostrophe", r"[A-Za-zé]'[A-Za-zéêàâœ]"),
        ("straight or loose quotation marks", r"«[^\u00a0\u202f]|[^\u00a0\u202f]»"),
        ("a plain space before % or between thousands", r"\d (?=%|\d{3}\b)"),
        ("three points instead of an ellipsis", r"\.\.\."),
    ],
)
def test_the_french_is_typeset_as_french(flaw: str, pattern: str) -> None:
    """No-break spaces and typographic signs where French wants them."""
    assert [text for _, text in french() if re.search(pattern, text)] == [], flaw


def test_no_entry_accuses() -> None:
    """The words that terms.md refuses stand in no text, of either language."""
    refused = re.compile(r"prédateur|predator|pédo|paedo|coupable|guilty|suspect|offender|délinquant", re.IGNORECASE)

    assert [pair for pair in french() if refused.search(" ".join(pair))] == []


def test_an_unknown_text_stays_english() -> None:
    """A text without translation is shown as it was written, never lost."""
    assert FR.text("a text that nobody translated: {name}", name="x") == "a text that nobody translated: x"


def test_what_is_filled_in_is_never_read_as_a_field() -> None:
    """A file called {name} is a file called {name}."""
    assert EN.text("Reading {name}", name="{secret}") == "Reading {secret}"
    assert FR.text("Reading {name}", name="{secret}") == "Lecture de {secret}"


@pytest.mark.parametrize(
    ("value", "digits", "fr", "en"),
    [
        (0, 0, "0", "0"),
        (999, 0, "999", "999"),
        (73_000, 0, f"73{THIN}000", "73,000"),
        (1_234_567.891, 2, f"1{THIN}234{THIN}567,89", "1,234,567.89"),
        (-1_500.5, 1, f"-1{THIN}500,5", "-1,500.5"),
    ],
)
def test_numbers_are_written_in_the_way_of_the_language(value: float, digits: int, fr: str, en: str) -> None:
    """Thousands and decimals."""
    assert (FR.number(value, digits=digits), EN.number(value, digits=digits)) == (fr, en)


@given(st.integers(-(10**15), 10**15))
def test_no_digit_is_lost(value: int) -> None:
    """Without its separators a number is itself, in both languages."""
    assert int(FR.number(value).replace(THIN, "")) == int(EN.number(value).replace(",", "")) == value


@pytest.mark.parametrize(
    ("share", "fr", "en"),
    [
        (0.0, f"0,0{NO_BREAK}%", f"0.0{NO_BREAK}%"),
        (0.0001, f"< 0,1{NO_BREAK}%", f"< 0.1{NO_BREAK}%"),
        (0.125, f"12,5{NO_BREAK}%", f"12.5{NO_BREAK}%"),
        (1.0, f"100,0{NO_BREAK}%", f"100.0{NO_BREAK}%"),
    ],
)
def test_a_small_share_is_not_written_as_none(share: float, fr: str, en: str) -> None:
    """Zero is written for zero only."""
    assert (FR.percent(share), EN.percent(share)) == (fr, en)


@pytest.mark.parametrize(
    ("size", "fr", "en"),
    [
        (0, f"0{NO_BREAK}o", f"0{NO_BREAK}B"),
        (999, f"999{NO_BREAK}o", f"999{NO_BREAK}B"),
        (1_000, f"1,0{NO_BREAK}ko", f"1.0{NO_BREAK}kB"),
        (53_049, f"53,0{NO_BREAK}ko", f"53.0{NO_BREAK}kB"),
        (999_999, f"1,0{NO_BREAK}Mo", f"1.0{NO_BREAK}MB"),
        (28_500_000_000, f"28,5{NO_BREAK}Go", f"28.5{NO_BREAK}GB"),
        (5_000_000_000_000_000, f"5{THIN}000{NO_BREAK}To", f"5,000{NO_BREAK}TB"),
    ],
)
def test_sizes_have_a_unit_that_can_be_read(size: int, fr: str, en: str) -> None:
    """Octets in French, bytes in English, powers of 1000."""
    assert (FR.size(size), EN.size(size)) == (fr, en)


@pytest.mark.parametrize(
    ("seconds", "fr", "en"),
    [
        (0, f"0{NO_BREAK}s", "0 s"),
        (59.9, f"59{NO_BREAK}s", "59 s"),
        (60, f"1{NO_BREAK}min", "1 min"),
        (3_661, f"1{NO_BREAK}h 1{NO_BREAK}min", "1 h 1 min"),
        (86_399, f"23{NO_BREAK}h 59{NO_BREAK}min", "23 h 59 min"),
        (86_400, f"1{NO_BREAK}j 0{NO_BREAK}h", "1 d 0 h"),
        (1_500 * 86_400, f"1{THIN}500{NO_BREAK}j 0{NO_BREAK}h", "1,500 d 0 h"),
    ],
)
def test_durations_have_two_units_at_most(seconds: float, fr: str, en: str) -> None:
    """The two largest units that matter."""
    assert (FR.duration(seconds), EN.duration(seconds)) == (fr, en)


@pytest.mark.parametrize(
    ("number", "fr", "en"),
    [
        (0, "0 alerte", "0 alerts"),
        (1, "1 alerte", "1 alert"),
        (2, "2 alertes", "2 alerts"),
        (1_000, f"1{THIN}000 alertes", "1,000 alerts"),
    ],
)
def test_a_count_agrees_with_its_noun(number: int, fr: str, en: str) -> None:
    """Zero is singular in French and plural in English."""
    one, many = "{count} alert", "{count} alerts"

    assert (FR.count(one, many, number), EN.count(one, many, number)) == (fr, en)
