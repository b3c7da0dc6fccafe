"""The arithmetic of the evaluation: intervals, F-scores, latency, predictive value."""

import math
from collections.abc import Sequence

LATENCY_LAMBDA = math.log(3) / 89  # penalty 0.5 at message 90, the median chat; Sadeque et al. 2018, as used by eSPD
Z_95 = 1.959963984540054


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The 95 % Wilson score interval of a share; (0, 1) when nothing was looked at.

    Source: Wilson 1927, J. Am. Stat. Assoc. 22, 209-212.
    """
    if not total:
        return 0.0, 1.0
    share, square = hits / total, Z_95 * Z_95
    centre = share + square / (2 * total)
    spread = Z_95 * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    scale = 1 + square / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def f_score(precision: float, recall: float, beta: float) -> float:
    """F-beta of precision and recall, 0 when both are 0. Source: van Rijsbergen 1979."""
    weight = beta * beta
    bottom = weight * precision + recall
    return (1 + weight) * precision * recall / bottom if bottom else 0.0


def latency_penalty(messages: int) -> float:
    """Penalty in [0, 1) for an alert that comes as the `messages`-th after it could; 0 for the first.

    Source: Sadeque, Xu, Bethard 2018, latency-weighted F1.
    """
    return -1 + 2 / (1 + math.exp(-LATENCY_LAMBDA * (max(messages, 1) - 1)))


def quantile(values: Sequence[float], share: float) -> float | None:
    """The nearest-rank quantile; None of no values."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None
