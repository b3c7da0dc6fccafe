"""The arithmetic of the measures against published values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.evaluation.figures import f_score, latency_penalty, quantile, wilson


def test_nothing_looked_at_says_nothing() -> None:
    """Without a single window the share may be anything; without values there is no quantile."""
    assert wilson(0, 0) == (0.0, 1.0)
    assert quantile([], 0.5) is None


def test_nothing_right_scores_nothing() -> None:
    """Precision and recall of nothing give 0, not a division by zero."""
    assert f_score(0.0, 0.0, 1) == 0.0
    assert f_score(0.0, 1.0, 0.5) == 0.0


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_the_published_one(hits: int, total: int, low: float, high: float) -> None:
    """Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3 (score, no continuity correction)."""
    assert wilson(hits, total) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 10_000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_interval_holds_the_share_and_stays_a_share(counts: tuple[int, int]) -> None:
    """Low <= share <= high, within [0, 1]; the misses have the mirrored interval."""
    hits, total = counts
    low, high = wilson(hits, total)

    assert 0 <= low <= hits / total + 1e-12
    assert hits / total - 1e-12 <= high <= 1
    assert wilson(total - hits, total) == pytest.approx((1 - high, 1 - low), abs=1e-9)


@pytest.mark.parametrize(
    ("precision", "recall", "beta", "score"),
    [(0.5, 1.0, 1, 2 / 3), (0.5, 1.0, 0.5, 5 / 9), (0.5, 1.0, 2, 5 / 6), (0.8, 0.8, 0.5, 0.8), (1.0, 1.0, 1, 1.0)],
)
def test_the_f_scores_weigh_as_beta_says(precision: float, recall: float, beta: float, score: float) -> None:
    """F0.5 leans towards precision, F2 towards recall, all agree where both are equal."""
    assert f_score(precision, recall, beta) == pytest.approx(score)


def test_the_penalty_is_none_at_once_and_half_at_the_median_chat() -> None:
    """Sadeque et al. 2018: 0 for the first message, 0.5 at message 90, never 1 in a chat of any usual length."""
    assert latency_penalty(1) == 0.0
    assert latency_penalty(0) == 0.0
    assert latency_penalty(90) == pytest.approx(0.5)
    assert 0.99 < latency_penalty(600) < 1


@given(st.integers(1, 2_000))
def test_waiting_is_never_rewarded(messages: int) -> None:
    """A later alert has no smaller penalty."""
    assert latency_penalty(messages) <= latency_penalty(messages + 1)


@pytest.mark.parametrize(("share", "value"), [(0.5, 3.0), (0.9, 5.0), (0.2, 1.0), (0.21, 2.0), (1.0, 5.0)])
def test_the_quantile_is_the_nearest_rank(share: float, value: float) -> None:
    """The smallest value that at least that share of the values does not exceed; always one of the values."""
    assert quantile([5.0, 1.0, 4.0, 2.0, 3.0], share) == value
