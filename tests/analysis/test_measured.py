"""The predictive values that the report shows: arithmetic, order, words."""

from pathlib import Path

import pytest

from rempart.analysis.measured import PREVALENCES, Measured, load_measured, predictive_values
from rempart.analysis.walk import Options
from rempart.wording import wording
from tests.analysis.case import analysed

FIGURES = Measured(version="2026.11", scenarios=80, windows=1_200, recall=0.9, false_rate=0.01)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures of a test instead of those that ship."""
    monkeypatch.setattr("rempart.analysis.measured.load_measured", lambda: FIGURES)


def test_the_figures_that_ship_are_shares() -> None:
    """Recall and false rate lie between 0 and 1 and name the rules that they belong to."""
    shipped = load_measured()

    assert 0 < shipped.recall <= 1
    assert 0 < shipped.false_rate < 1
    assert shipped.version


@pytest.mark.usefixtures("measured")
def test_the_value_is_that_of_bayes() -> None:
    """At one in a hundred, 0.9 of the dangerous and 0.01 of the others alert: 9 in 18.9."""
    values = {value.prevalence: value.value for value in predictive_values(wording("en"))}

    assert values[0.01] == pytest.approx(0.009 / 0.0189)
    assert values[0.3] == pytest.approx(0.27 / 0.277)


def test_a_chosen_prevalence_stands_in_its_place_once() -> None:
    """Highest first, the usual ones always, a usual one that is chosen not twice."""
    shown = [value.prevalence for value in predictive_values(wording("en"), chosen=(0.05, 0.01))]

    assert shown == sorted({*PREVALENCES, 0.05}, reverse=True)


@pytest.mark.usefixtures("measured")
def test_what_was_measured_is_told_in_the_language() -> None:
    """How many scenarios and windows, and the version of the rules."""
    french, english = (predictive_values(wording(lang))[0].measured_on for lang in ("fr", "en"))

    assert french == "80 scénarios inventés et 1\u202f200 fenêtres sans danger, mis à part, règles 2026.11"
    assert english == "80 invented scenarios and 1,200 benign windows that were kept aside, rules 2026.11"


def test_a_prevalence_is_never_rounded_to_another(tmp_path: Path) -> None:
    """0.3 is no third: what is not one in a whole number is shown as a percentage."""
    text = (analysed(tmp_path, options=Options(prevalences=(0.05,))).folder / "report.html").read_text("utf-8")

    assert "30.0\u00a0%" in text
    assert "1 in 20<" in text
    assert "1 in 3<" not in text
