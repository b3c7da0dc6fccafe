"""Pairs are told only where sharing the same files is more than chance, volume and popularity explain."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.network.files import identify_files
from rempart.network.graph import Sharing, build_sharing
from rempart.network.pairs import benjamini_hochberg, choose_cap, find_pairs, poisson_tail
from tests.network.small import ENGINE, Row, shared, tables_of

SIGNS = "123456789abcdef"


def sharing_of(folder: Path, pairs: list[tuple[Row, Row]]) -> Sharing:
    """The sharing graph of messages that carry a file each."""
    tables_of(folder, messages=[one for one, _ in pairs], media=[other for _, other in pairs])
    return build_sharing(identify_files(folder, engine=ENGINE))


def at_random(seed: int) -> list[tuple[Row, Row]]:
    """60 members who each send 4 of 15 files, by chance alone."""
    rng = np.random.default_rng(seed)
    told = [(who, SIGNS[file]) for who in range(60) for file in rng.choice(15, 4, replace=False)]
    return [shared(row, f"user{who}", file) for row, (who, file) in enumerate(told, start=1)]


@pytest.mark.parametrize("seed", range(5))
def test_chance_alone_makes_no_pair(tmp_path: Path, seed: int) -> None:
    """Members who draw files at random are linked to nobody."""
    assert len(find_pairs(sharing_of(tmp_path, at_random(seed)), engine=ENGINE).one) == 0


def test_files_that_everybody_has_make_no_pair(tmp_path: Path) -> None:
    """Two popular files in common say nothing of two members."""
    told = [(who, sign) for who in range(30) for sign in "ab"]
    pairs = [shared(row, f"user{who}", sign) for row, (who, sign) in enumerate(told, start=1)]

    assert len(find_pairs(sharing_of(tmp_path, pairs), engine=ENGINE).one) == 0


def test_two_who_share_what_nobody_else_has_are_a_pair(tmp_path: Path) -> None:
    """Six rare files in common among sixty members are no chance."""
    extra = [shared(1000 + 10 * n + who, f"user{90 + who}", "0") for n in range(6) for who in (0, 1)]
    rare = [(one, other | {"sha256": f"{int(str(one['row'])) // 10:064x}"}) for one, other in extra]

    found = find_pairs(sharing_of(tmp_path, at_random(3) + rare), engine=ENGINE)

    assert found.common.tolist() == [6]
    assert found.p_value[0] < 1e-6
    assert found.tested == 62 * 61 // 2
    assert (found.rarity[0], found.rare[0]) == (2, 6)


def test_a_hub_file_is_left_out_and_the_cap_told() -> None:
    """Where pairs would pass the budget, the files of most members go first."""
    sharers = np.array([2] * 100 + [50] * 10)

    assert choose_cap(sharers, budget=100 + 10 * 1225) == 200
    assert choose_cap(sharers, budget=100 + 9 * 1225) == 49
    assert choose_cap(np.zeros(0, np.int64), budget=10) == 200


@given(st.integers(1, 60), st.floats(0.001, 50))
def test_the_tail_is_never_too_small(count: int, mean: float) -> None:
    """The chance given is at least the exact one, and nearly it where the count is above the mean."""
    exact = 1 - sum(math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1)) for k in range(count))
    told = float(poisson_tail(np.array([count]), np.array([mean]))[0])

    assert told >= exact - 1e-9
    if count > mean and exact > 1e-6:
        assert told == pytest.approx(exact, rel=1e-5)


def test_hypotheses_that_are_not_given_still_count() -> None:
    """A pair among a million possible ones needs more than the same pair among two."""
    p_value = np.array([1e-5, 0.9])

    assert benjamini_hochberg(p_value, tested=2, level=0.01).tolist() == [True, False]
    assert benjamini_hochberg(p_value, tested=1_000_000, level=0.01).tolist() == [False, False]
