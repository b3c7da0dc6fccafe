"""What a person types becomes a safe expression: no sign of it is an operator, and what cannot be searched is said."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.web.searching.expression import (
    MOST_CHARS,
    MOST_TERMS,
    BadQuery,
    NothingToFind,
    TooLong,
    all_of,
    read_query,
)


@pytest.mark.parametrize("text", ["", "   ", '"', '""', "()", "* - +", "«»", "\x00", "…!?", "🙂", "'; --"])
def test_a_query_without_letter_or_digit_is_told(text: str) -> None:
    """It is not the same as a search that found nothing."""
    with pytest.raises(NothingToFind):
        read_query(text)


@pytest.mark.parametrize("text", ["a" * (MOST_CHARS + 1), "a " * (MOST_TERMS + 1)])
def test_a_very_long_query_is_told(text: str) -> None:
    """Rather than cut."""
    with pytest.raises(TooLong):
        read_query(text)


def test_the_longest_query_is_taken() -> None:
    """At the limit, not below it."""
    assert len(read_query("ab " * MOST_TERMS)) == MOST_TERMS
    assert read_query("a" * MOST_CHARS)


@pytest.mark.parametrize(
    "text", ["a AND b", "a OR b", "a NOT b", "NEAR(a b)", "words:a", "a*b", "^a", "{a} : b", 'a"b', "a;b"]
)
def test_signs_and_operators_are_ordinary_text(text: str) -> None:
    """Each form stands in quotes, and holds none."""
    for term in read_query(text):
        assert all('"' not in form for form in term.forms)
        assert term.text().count('"') == 2 * len(term.forms)


def test_only_the_last_word_may_go_on() -> None:
    """Who types sees what begins so; what stands before is whole."""
    assert [term.is_start for term in read_query("collège lyon")] == [False, True]


def test_a_beginning_is_asked_for_as_a_whole_word_too() -> None:
    """Whole words stand first in an answer."""
    terms = read_query("collège lyon")

    assert all_of(terms) == '("collège") AND ("lyon"*)'
    assert all_of(terms, is_whole=True) == '("collège") AND ("lyon")'


@pytest.mark.parametrize("text", ["le", "12", "123", '"collège"', "R-000123", "lyon!"])
def test_a_short_or_closed_last_word_is_whole(text: str) -> None:
    """Two letters would begin nearly everything."""
    assert [term.is_start for term in read_query(text)] == [False]


def test_quotes_of_any_country_make_a_phrase() -> None:
    """Also one that was not closed."""
    for text in ('"au parc demain"', "«au parc demain»", "“au parc demain”", '"au parc demain'):
        assert [term.forms for term in read_query(text)] == [("au parc demain",)]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("06 12 34 56 78", "612345678"),
        ("+33 6 12 34 56 78", "612345678"),
        ("0033612345678", "612345678"),
        ("+32 470 12 34 56", "470123456"),
        ("0612", "612"),
        ("https://www.exemple.fr/u", "exemple.fr/u"),
        ("R-123", "R000123"),
        ("r000123", "R000123"),
    ],
)
def test_a_number_or_address_has_its_other_spellings(text: str, form: str) -> None:
    """As they are in the index."""
    (term,) = read_query(text)

    assert form in term.forms


def test_a_day_is_looked_for_as_it_stands() -> None:
    """Its eight digits look like a phone number."""
    assert [term.forms for term in read_query("2026-11-22 soir")] == [("2026-11-22", "20261122"), ("soir",)]


def test_a_phone_number_among_words_is_one_term() -> None:
    """Its groups are not words of their own."""
    terms = read_query("appel du 06 12 34 56 78 demain")

    assert [term.forms[0] for term in terms] == ["appel", "du", "612345678", "demain"]


@given(st.text(st.characters(), max_size=MOST_CHARS + 20))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    """FTS5 takes whatever comes out, and nothing but our own errors comes instead."""
    try:
        terms = read_query(text)
    except BadQuery:
        return
    rows = sqlite3.connect(":memory:")
    try:
        rows.execute("CREATE VIRTUAL TABLE t USING fts5 (a, b)")
        rows.execute("SELECT rowid FROM t WHERE t MATCH ?", [f"{{a}} : ({all_of(terms)})"]).fetchall()
    finally:
        rows.close()
