"""Scores of partitions and sets by hand, and the planted network end to end."""

import math
from pathlib import Path

import igraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.engine.queries import DuckEngine
from rempart.evaluation.network import (
    BadNetworkTruth,
    NetworkTruth,
    evaluate_network,
    load_network_truth,
    score_partition,
    score_set,
)
from rempart.network.build import Known, build
from tests.network.planted import matches_of, plant


def test_nothing_found_has_no_precision() -> None:
    """Absent is not zero."""
    assert score_set([], {"a"}).precision is None
    assert score_set(["a"], set()).recall is None
    assert score_partition([], [], planted=3).nmi == 0


def test_one_part_for_all_agrees_with_nothing() -> None:
    """A partition that separates nobody scores as chance."""
    score = score_partition([0, 0, 0, 0], [0, 0, 1, 1], planted=4)

    assert score.nmi == pytest.approx(0)
    assert score.ari == pytest.approx(0)


def test_the_same_partition_under_other_names_is_the_same() -> None:
    """Names of parts do not matter."""
    score = score_partition([2, 2, 7, 7], ["x", "x", "y", "y"], planted=4)

    assert (score.nmi, score.ari) == pytest.approx((1, 1))
    assert score.found == 2


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=60))
def test_the_scores_are_those_of_igraph(pairs: list[tuple[int, int]]) -> None:
    """The same arithmetic as another library."""
    one, other = [a for a, _ in pairs], [b for _, b in pairs]
    score = score_partition(one, other, planted=len(pairs))

    assert score.nmi == pytest.approx(igraph.compare_communities(one, other, method="nmi"), abs=1e-9)
    theirs = igraph.compare_communities(one, other, method="adjusted_rand")
    if not math.isnan(theirs):  # where chance is all there is
        assert score.ari == pytest.approx(theirs, abs=1e-9)


def test_precision_and_recall_by_hand() -> None:
    """Two of three found are right, two of four were found."""
    score = score_set(["a", "b", "z"], {"a", "b", "c", "d"})

    assert score.precision == pytest.approx(2 / 3)
    assert score.recall == 0.5
    assert score.recall_between[0] < 0.5 < score.recall_between[1]


def test_a_folder_without_the_truth_is_refused(tmp_path: Path) -> None:
    """One sentence says which file."""
    with pytest.raises(BadNetworkTruth, match=r"communities\.csv"):
        load_network_truth(tmp_path)


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    """Another file of that name is not taken for the truth."""
    (tmp_path / "communities.csv").write_text("name,age\nx,1\n")

    with pytest.raises(BadNetworkTruth, match="account_id, community"):
        load_network_truth(tmp_path)


def test_the_truth_of_a_fictional_case_is_read(tmp_path: Path) -> None:
    """Communities, planted producers, bridges."""
    (tmp_path / "communities.csv").write_text("account_id,community,meets\na,1,yes\nb,,no\n")
    (tmp_path / "first_sharers.csv").write_text("account_id,planted_producer\na,yes\nb,no\n")
    (tmp_path / "bridges.csv").write_text("account_id,community\nb,1\n")

    truth = load_network_truth(tmp_path)

    assert truth == NetworkTruth(community={"a": "1"}, first_sharers=frozenset({"a"}), bridges=frozenset({"b"}))


def test_a_planted_network_is_scored(tmp_path: Path) -> None:
    """From tables to figures."""
    planted = plant(tmp_path, members=150, files=200, shares=1200, messages=1200)
    network = build(tmp_path, engine=DuckEngine(threads=1), known=Known(matches=matches_of(planted)))
    bringers = {planted.account(who) for who in planted.introducer[planted.new].tolist()}
    truth = NetworkTruth(
        community={planted.account(who): str(group) for who, group in enumerate(planted.community.tolist())},
        first_sharers=frozenset(bringers),
        bridges=frozenset(),
    )

    report = evaluate_network(network, truth)

    assert report.first_sharers.precision == report.first_sharers.recall == 1
    assert report.communities.nmi > 0.5
    assert report.bridges.recall is None
