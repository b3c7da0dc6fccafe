"""Points: states, halves, groups, caps, the scale, and what follows from what."""

import pytest

from rempart.priority.vocabulary import State
from tests.priority.case import fact, ranked_one


def block_of(code: str, *facts: object) -> tuple[float, float]:
    """Min and max of a block, on these facts."""
    ranked = ranked_one(*facts)  # type: ignore[arg-type]
    (row,) = (row for row in ranked.blocks if row.block == code)
    return row.min, row.max


def test_nothing_known_is_zero_to_one_hundred() -> None:
    """Unknown is the whole interval, not zero."""
    points = ranked_one().points

    assert (points.min, points.max) == (0, 100)


@pytest.mark.parametrize(
    ("state", "points"),
    [("established", (25, 25)), ("reported", (12.5, 12.5)), ("contradicted", (0, 0)), ("unknown", (0, 25))],
)
def test_each_state_gives_its_points(state: State, points: tuple[float, float]) -> None:
    """Full, half, nothing, or the whole interval."""
    (row,) = ranked_one(fact("grooming_of_minor", state)).factors

    assert (row.points_min, row.points_max) == points


def test_a_block_never_passes_its_cap() -> None:
    """Access counts 30 at most, on both ends."""
    facts = [fact(code) for code in ("lives_with_child", "works_with_children", "access_through_relations")]

    assert block_of("A", *facts) == (30, 30)


def test_everything_established_is_one_hundred() -> None:
    """The caps add up, with a volume counted to the end of its scale."""
    codes = ("lives_with_child", "produces_or_directs", "prior_conviction", "victim_identifiable", "several_victims")

    points = ranked_one(*(fact(code) for code in codes), fact("volume", at_least=100_000)).points

    assert (points.min, points.max) == (100, 100)


def test_only_the_highest_of_a_group_counts() -> None:
    """A child under 6 is not counted again as under 13 and under 15."""
    facts = [fact(code) for code in ("victim_under_6", "victim_under_13", "victim_under_15")]

    assert block_of("D", *facts)[0] == 10


def test_a_reported_one_does_not_hide_a_higher_one_of_its_group() -> None:
    """Half of under 6 is 5, and under 13 established is 7: 7 counts."""
    assert block_of("D", fact("victim_under_6", "reported"), fact("victim_under_13"))[0] == 7


def test_consumption_adds_nothing_to_another_act() -> None:
    """`Only` means that nothing else is known of the block."""
    assert block_of("B", fact("consumption_only"))[0] == 5
    assert block_of("B", fact("consumption_only"), fact("distributes_or_administers"))[0] == 15


@pytest.mark.parametrize(
    ("count", "points"),
    [(1, 0), (9, 0), (10, 1), (99, 1), (100, 2), (1_000, 3), (23_000, 4), (99_999, 4), (100_000, 5), (10**9, 5)],
)
def test_volume_grows_by_one_point_for_ten_times_more(count: int, points: int) -> None:
    """The floor of the decimal logarithm, exact at every power of ten; what is not yet counted stays open."""
    (row,) = ranked_one(fact("volume", at_least=count)).factors

    assert (row.points_min, row.points_max) == (points, 5)


def test_a_reported_volume_is_half_of_an_established_one() -> None:
    """Both ends are halved."""
    (row,) = ranked_one(fact("volume", "reported", at_least=100_000)).factors

    assert (row.points_min, row.points_max) == (2.5, 2.5)


def test_a_victim_under_six_is_under_thirteen_and_fifteen() -> None:
    """What follows is shown with what it follows from, and is no longer unknown."""
    ranked = ranked_one(fact("victim_under_6"))

    derived = {row.code: (row.state, row.derived_from) for row in ranked.factors}

    assert derived == {
        "victim_under_6": ("established", None),
        "victim_under_13": ("established", "victim_under_6"),
        "victim_under_15": ("established", "victim_under_6"),
    }
    assert "victim_under_13" not in ranked.unknown


def test_a_victim_who_is_not_under_thirteen_is_not_under_six() -> None:
    """The points of an age that cannot be are not held open."""
    ranked = ranked_one(fact("victim_under_13", "contradicted"))

    assert [(row.code, row.state) for row in ranked.factors] == [
        ("victim_under_6", "contradicted"),
        ("victim_under_13", "contradicted"),
    ]
    assert "victim_under_15" in ranked.unknown


def test_a_victim_not_under_six_may_be_under_thirteen() -> None:
    """A narrower age that was contradicted says nothing of a wider one."""
    assert "victim_under_13" in ranked_one(fact("victim_under_6", "contradicted")).unknown


def test_what_a_person_stated_goes_before_what_follows() -> None:
    """Two people who disagree are both shown as they spoke."""
    ranked = ranked_one(fact("victim_under_6"), fact("victim_under_13", "contradicted", by="Bob Durand"))

    assert {row.code: row.state for row in ranked.factors if row.derived_from is None} == {
        "victim_under_6": "established",
        "victim_under_13": "contradicted",
    }
