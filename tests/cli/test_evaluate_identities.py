"""`rempart evaluate identities`: figures as a table or as JSON, and what it refuses."""

import json
from pathlib import Path

import pytest

from rempart.evaluation.planted import write_planted
from rempart.fictional.dice import Dice
from rempart.fictional.people import people
from tests.cli.shell import Ask


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    """The truth of a few planted accounts, beside their tables."""
    return write_planted(tmp_path, accounts=people(60, dice=Dice(2)), messages=1)


def test_prints_the_figures(truth: Path, ask_here: Ask) -> None:
    """As a table for people, as JSON for programs."""
    table = ask_here("evaluate", "identities", truth, truth.parent)
    told = json.loads(ask_here("evaluate", "identities", truth, truth.parent, "--json").out)

    assert table.code == 0
    assert "Precision" in table.out
    assert [way["least"] for way in told["figures"]] == [0.95, 0.99, 0.999, None]


def test_refuses_a_folder_without_tables(truth: Path, ask_here: Ask) -> None:
    """One sentence, and what writes them."""
    answer = ask_here("evaluate", "identities", truth, truth.parent / "elsewhere")

    assert answer.code == 2
    assert "rempart read" in answer.err


def test_refuses_a_truth_without_its_columns(tmp_path: Path, ask_here: Ask) -> None:
    """Nothing is measured on half a truth."""
    (tmp_path / "truth.csv").write_text("a,b\n1,2\n", "utf-8")
    answer = ask_here("evaluate", "identities", tmp_path / "truth.csv", tmp_path)

    assert answer.code == 2
    assert "account_id" in answer.err
