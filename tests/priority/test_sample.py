"""The low-ranked that are read all the same: always some, always the same for a seed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.priority.ranked import Reading, Subject
from rempart.priority.sample import is_low, sample_low
from tests.priority.case import fact, ranking

ALERT = Reading(level="to_read", alerts=1, strong_tactics=3)


def test_draws_nobody_when_nobody_is_low() -> None:
    """A subject with a gate or an alert is read anyway."""
    ranked = ranking([fact("G1", subject="gate")], Subject(id="gate"), Subject(id="alert", reading=ALERT))

    assert sample_low(ranked, seed="2026-11") == ()


def test_draws_one_when_one_is_low() -> None:
    """The least is one, whatever the share."""
    ranked = ranking([fact("G1", subject="gate")], Subject(id="gate"), Subject(id="quiet"))

    assert [item.subject for item in sample_low(ranked, seed="2026-11")] == ["quiet"]


def test_an_ordinary_subject_is_low_even_with_an_alert() -> None:
    """What people placed low is what the sample has to check."""
    (item,) = ranking([fact("consumption_only")], Subject(id="s", reading=ALERT))

    assert item.level == "P3"
    assert is_low(item)


def test_another_seed_draws_others() -> None:
    """The draw moves with the seed, so that nobody is left out for ever."""
    ranked = ranking((), *(Subject(id=f"s{number}") for number in range(400)))

    draws = {tuple(item.subject for item in sample_low(ranked, seed=str(seed))) for seed in range(5)}

    assert len(draws) == 5


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=1, max_value=90), st.text(max_size=5))
def test_draws_five_percent_rounded_up_in_the_order_of_reading(count: int, seed: str) -> None:
    """One in twenty, at least one, no one twice."""
    ranked = ranking((), *(Subject(id=f"s{number}") for number in range(count)))

    drawn = sample_low(ranked, seed=seed)

    assert len(drawn) == (count + 19) // 20
    orders = [item.reading_order for item in drawn]
    assert orders == sorted(set(orders))


@settings(max_examples=40, deadline=None)
@given(st.permutations([f"s{number}" for number in range(30)]), st.text(max_size=5))
def test_draws_the_same_whatever_the_order_given(ids: list[str], seed: str) -> None:
    """Same seed, same subjects, same sample."""
    given_order = ranking((), *(Subject(id=name) for name in ids))
    sorted_order = ranking((), *(Subject(id=name) for name in sorted(ids)))

    assert sample_low(given_order, seed=seed) == sample_low(sorted_order, seed=seed)
