"""Pairs of accounts against a known truth."""

from pathlib import Path

import pytest

from rempart.engine.queries import DuckEngine
from rempart.evaluation.identities import (
    BadTruth,
    KindFigures,
    evaluate_identities,
    figures_by_kind,
    parse_kinds,
    parse_persons,
)
from rempart.evaluation.planted import write_planted
from rempart.fictional.dice import Dice
from rempart.fictional.people import people
from rempart.identities.compare import compare


def test_figures_count_pairs_of_one_person(tmp_path: Path) -> None:
    """On tables of planted accounts, read back whole."""
    accounts = people(400, dice=Dice(2))
    persons = parse_persons(write_planted(tmp_path, accounts=accounts, messages=3).read_text("utf-8"))
    report = evaluate_identities(compare(tmp_path, engine=DuckEngine(threads=1)), persons=persons)
    suggested, hard = report.figures[0], report.figures[-1]

    assert report.accounts == len(accounts)
    assert suggested.precision is not None
    assert suggested.precision >= 0.95
    assert 0 < suggested.pairs < report.true_pairs
    assert hard.pairs > 0
    assert report.unknown == 0


def test_accounts_that_the_truth_does_not_know_are_counted_apart(tmp_path: Path) -> None:
    """They are neither right nor wrong."""
    write_planted(tmp_path, accounts=people(200, dice=Dice(2)), messages=1)
    report = evaluate_identities(compare(tmp_path, engine=DuckEngine(threads=1)), persons={})

    assert report.unknown > 0
    assert [(way.pairs, way.precision, way.recall) for way in report.figures] == [(0, None, None)] * 4


@pytest.mark.parametrize("text", ["", "account,person\na,1\n"])
def test_a_truth_without_its_columns_is_refused(text: str) -> None:
    """Nothing is measured on half a truth."""
    with pytest.raises(BadTruth):
        parse_persons(text)


def test_figures_by_kind_count_what_was_found_of_it_and_what_was_wrong(tmp_path: Path) -> None:
    """A truth that gives every account to one person makes all right; one to each, all wrong."""
    accounts = people(200, dice=Dice(2))
    write_planted(tmp_path, accounts=accounts, messages=1)
    found = compare(tmp_path, engine=DuckEngine(threads=1))
    kinds = {item.account_id: "any" for item in accounts}
    told = len(found.suggestions.open)
    pairs = len(accounts) * (len(accounts) - 1) // 2

    one = figures_by_kind(found, persons=dict.fromkeys(kinds, "1"), kinds=kinds)
    each = figures_by_kind(found, persons={account: account for account in kinds}, kinds=kinds)

    assert one == (KindFigures(kind="any", pairs=pairs, found=told, wrong=0),)
    assert each == (KindFigures(kind="any", pairs=0, found=0, wrong=told),)


def test_a_kind_is_told_with_what_links_it() -> None:
    """And what was not planted has none."""
    text = "account_id,person,plant,linked_by\na,1,same phone,phone name\nb,2,homonym,\nc,3,,\n"

    assert parse_kinds(text) == {"a": "same phone (phone name)", "b": "homonym", "c": ""}
