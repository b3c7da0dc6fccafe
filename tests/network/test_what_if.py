"""What stops with a set of members: exact for the set, and the greedy set within its bound."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from rempart.network.build import Network
from rempart.network.concentration import measure_concentration
from rempart.network.files import identify_files
from rempart.network.graph import Sharing, build_sharing
from rempart.network.what_if import GUARANTEE, best_stops, stop_members
from tests.network.small import ENGINE, shared, tables_of


def sharing_of(folder: Path, acts: list[tuple[str, str]]) -> Sharing:
    """(who, file) in order of time."""
    pairs = [shared(row, who, file) for row, (who, file) in enumerate(acts, start=1)]
    tables_of(folder, messages=[one for one, _ in pairs], media=[other for _, other in pairs])
    return build_sharing(identify_files(folder, engine=ENGINE))


def at_random(seed: int) -> list[tuple[str, str]]:
    """Forty sendings of ten files by nine members."""
    rng = np.random.default_rng(seed)
    return [(f"user{rng.integers(1, 10)}", "0123456789"[rng.integers(0, 10)]) for _ in range(40)]


def test_nobody_stopped_stops_nothing(tmp_path: Path) -> None:
    """The empty set has zero of everything."""
    stopped = stop_members(sharing_of(tmp_path, at_random(1)), ())

    assert (stopped.own, stopped.reach, stopped.new, stopped.silenced) == (0.0, 0.0, None, 0)


def test_an_empty_case_has_an_empty_curve(tmp_path: Path) -> None:
    """No sharing, nobody to name."""
    assert best_stops(sharing_of(tmp_path, [])) == ()


def test_own_and_reach_are_told_apart(tmp_path: Path) -> None:
    """Alice brings a file that Bob and Zoé pass on: one act is hers, at most three stop with her; Bob stops his own only."""
    sharing = sharing_of(tmp_path, [("user1", "a"), ("user2", "a"), ("user3", "a"), ("user2", "b")])
    alice, bob = (stop_members(sharing, [code]) for code in (0, 1))

    assert (alice.own, alice.reach, alice.silenced) == (0.25, 0.75, 0)
    assert (bob.own, bob.reach, bob.silenced) == (0.5, 0.5, 1)


@pytest.mark.parametrize("seed", range(4))
def test_the_greedy_set_is_within_its_bound(tmp_path: Path, seed: int) -> None:
    """Against every set of k: never better than the best, never below 1 - 1/e of it, and the best never above `upper`."""
    sharing = sharing_of(tmp_path, at_random(seed))
    curve = best_stops(sharing, longest=4)

    for step in curve:
        best = max(stop_members(sharing, chosen).reach for chosen in combinations(range(len(sharing.members)), step.k))
        assert GUARANTEE * best <= step.stopped.reach <= best + 1e-12
        assert best <= step.upper + 1e-12
        most = max(stop_members(sharing, chosen).own for chosen in combinations(range(len(sharing.members)), step.k))
        assert step.best_own == pytest.approx(most)


def test_the_curve_rises_and_is_told_for_the_set_itself(network: Network) -> None:
    """Every point is exact for its set; more members never stop less."""
    reach = [step.stopped.reach for step in network.curve]

    assert reach == sorted(reach)
    assert [len(step.stopped.members) for step in network.curve] == list(range(1, 51))
    assert stop_members(network.sharing, network.curve[9].stopped.members) == network.curve[9].stopped
    assert all(step.stopped.new is not None and step.best_new is not None for step in network.curve)
    assert all(
        step.stopped.new <= step.best_new + 1e-12
        for step in network.curve
        if step.stopped.new is not None and step.best_new
    )


def test_equal_sharing_is_not_concentrated() -> None:
    """Gini of equals is 0, of nobody unknown."""
    assert measure_concentration(np.array([3, 3, 3, 3])).gini == pytest.approx(0)
    assert measure_concentration(np.array([0, 0])).gini is None


def test_one_who_does_everything_is_concentration() -> None:
    """Gini by hand: (1, 1, 1, 97) is 0.72; the first makes 97 %."""
    told = measure_concentration(np.array([1, 97, 1, 1, 0]))

    assert told.members == 4
    assert told.gini == pytest.approx(0.72)
    assert told.tops[0] == pytest.approx((1, 0.97))
    assert told.curve[-1] == pytest.approx((1, 1))
