"""How many alerts would be right, at prevalences the reader can choose, from the figures of the last measured version."""

import tomllib
from collections.abc import Sequence
from importlib import resources

import msgspec

from rempart.analysis.document import PredictiveValue
from rempart.wording import Wording

# From reported accounts to a whole platform; source: reference tactics.md, table of base rates.
PREVALENCES = (0.3, 0.01, 0.001, 0.0001)


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """Recall over held-out scenarios, cautious share of benign windows that alert, and what they were measured on.

    version: of the rules measured. scenarios, windows: on how many; 0 when nothing was measured yet.
    """

    version: str
    scenarios: int
    windows: int
    recall: float
    false_rate: float


def load_measured() -> Measured:
    """The figures of `measured.toml`."""
    raw = resources.files("rempart.analysis").joinpath("measured.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(raw), Measured)


def predictive_values(words: Wording, *, chosen: Sequence[float] = ()) -> tuple[PredictiveValue, ...]:
    """The predictive value at each prevalence, highest first; `chosen` come beside the usual ones. Bayes' rule."""
    measured = load_measured()
    prevalences = sorted({*PREVALENCES, *chosen}, reverse=True)
    return tuple(_at(prevalence, measured, words) for prevalence in prevalences)


def _at(prevalence: float, measured: Measured, words: Wording) -> PredictiveValue:
    right = prevalence * measured.recall
    wrong = (1 - prevalence) * measured.false_rate
    return PredictiveValue(
        prevalence=prevalence,
        recall=measured.recall,
        false_rate=measured.false_rate,
        value=right / (right + wrong) if right + wrong else 0.0,
        measured_on=_measured_on(measured, words),
    )


def _measured_on(measured: Measured, words: Wording) -> str:
    if not measured.scenarios:
        return words.text("not measured yet")
    return words.text(
        "{scenarios} invented scenarios and {windows} benign windows that were kept aside, rules {version}",
        scenarios=words.number(measured.scenarios),
        windows=words.number(measured.windows),
        version=measured.version,
    )
