"""Communities are published only where every seed finds them again; a network without any has none."""

from pathlib import Path

import igraph
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.evaluation.network import score_partition
from rempart.network.build import Network
from rempart.network.communities import Communities, best_jaccard, find_communities
from rempart.network.draws import BITS, Draws, seeded
from rempart.network.files import identify_files
from rempart.network.graph import build_sharing
from tests.network.planted import Planted
from tests.network.small import ENGINE, Row, shared, tables_of


def rows_of(edges: list[tuple[int, int]]) -> list[tuple[Row, Row]]:
    """A message for each (member, file)."""
    made = [(shared(row, f"user{who}", "0"), file) for row, (who, file) in enumerate(edges, start=1)]
    return [(one, other | {"sha256": f"{file:064x}"}) for (one, other), file in made]


def communities_of(folder: Path, edges: list[tuple[int, int]]) -> Communities:
    """The communities of (member, file) pairs."""
    rows = rows_of(edges)
    tables_of(folder, messages=[one for one, _ in rows], media=[other for _, other in rows])
    return find_communities(build_sharing(identify_files(folder, engine=ENGINE)), seed=1)


def test_a_random_network_has_no_community(tmp_path: Path) -> None:
    """What another seed cuts elsewhere is not published."""
    drawn = np.random.default_rng(4).integers(0, 150, (700, 2))
    edges = sorted({(int(who), int(file)) for who, file in drawn})

    found = communities_of(tmp_path, edges)

    assert found.found > 1
    assert found.published == ()
    assert set(found.of_member.tolist()) == {-1}


def test_who_shares_nothing_with_anybody_is_in_no_community(tmp_path: Path) -> None:
    """Files of one sender join nobody."""
    found = communities_of(tmp_path, [(who, who) for who in range(10)])

    assert found.published == ()
    assert found.runs == 0
    assert found.core.tolist() == [0] * 10


def test_an_empty_case_gives_an_empty_answer(tmp_path: Path) -> None:
    """No share, no community, no failure."""
    assert communities_of(tmp_path, []).published == ()


def test_planted_communities_come_back(network: Network, planted: Planted) -> None:
    """On the planted network the published communities are those planted."""
    names = [int(name.removeprefix("telegram:user")) for name in network.sharing.members.to_pylist()]
    of = network.communities.of_member
    told = [(int(of[place]), int(planted.community[name])) for place, name in enumerate(names) if of[place] >= 0]

    score = score_partition([one for one, _ in told], [other for _, other in told], planted=400)

    assert score.nmi > 0.8
    assert score.compared > 250
    assert network.communities.runs == 20


def test_two_groups_and_the_one_between_them(tmp_path: Path) -> None:
    """A member who shares the files of both is a bridge and a point of rupture."""
    left = [(who, file) for who in range(6) for file in range(5)]
    right = [(who, file) for who in range(10, 16) for file in range(10, 15)]
    bridge = [(20, file) for file in (0, 1, 2, 3, 10, 11, 12)]

    found = communities_of(tmp_path, left + right + bridge)

    assert [len(one.members) for one in found.published] == [7, 6]
    assert found.bridged.max() == 2
    assert found.bridged.argmax() == found.betweenness.argmax() == found.articulation.argmax()
    assert found.core.max() == 5


def test_the_quality_is_barbers_modularity(tmp_path: Path) -> None:
    """Counted by its definition over all pairs of a member and a file; igraph's own weights would give another number."""
    edges = [(side * 8 + who, side * 6 + (who + step) % 6) for side in (0, 1) for who in range(8) for step in range(4)]
    found = communities_of(tmp_path, [*edges, (0, 6), (1, 7)])
    sharing = build_sharing(identify_files(tmp_path, engine=ENGINE))
    links = np.zeros((16, 12))
    links[sharing.edge_member, sharing.edge_file] = 1

    chance = np.outer(links.sum(axis=1), links.sum(axis=0)) / links.sum()
    together = found.of_member[:, None] == found.of_file[None, :]

    assert found.found == len(found.published) == 2
    assert found.quality == pytest.approx(float((links - chance)[together].sum() / links.sum()))


def test_the_same_seed_gives_the_same_communities(tmp_path: Path) -> None:
    """Whatever igraph drew before."""
    edges = [(who, (who * 7 + step) % 30) for who in range(60) for step in range(3)]
    first = communities_of(tmp_path / "a", edges)
    igraph.Graph.Erdos_Renyi(50, 0.2).community_leiden(objective_function="modularity")

    again = communities_of(tmp_path / "b", edges)

    assert first.of_member.tolist() == again.of_member.tolist()
    assert first.betweenness.tolist() == again.betweenness.tolist()


def test_igraph_asks_for_words_of_the_size_that_are_given() -> None:
    """The stream of draws has no argument: another size would be wrong in silence."""
    asked: set[int] = set()

    class Watched(Draws):
        def __init__(self, seed: int) -> None:
            super().__init__(seed)
            draw = self.getrandbits

            def getrandbits(bits: int) -> int:
                asked.add(bits)
                return draw(bits)

            self.getrandbits = getrandbits

    igraph.set_random_number_generator(Watched(1))
    try:
        igraph.Graph.Erdos_Renyi(80, 0.1).community_leiden(objective_function="modularity")
    finally:
        igraph.set_random_number_generator(None)

    assert asked == {BITS}


@given(st.integers(0, 2**32), st.integers(1, 1000))
@settings(max_examples=30)
def test_a_draw_stays_in_its_bounds(seed: int, span: int) -> None:
    """randint gives whole numbers of the range, random those below one."""
    draws = Draws(seed)

    assert all(5 <= draws.randint(5, 5 + span) <= 5 + span for _ in range(20))
    assert all(0 <= draws.random() < 1 for _ in range(20))
    assert abs(draws.gauss(0, 1)) <= 6


def test_the_generator_is_given_back() -> None:
    """Outside the block igraph draws by itself again."""
    with seeded(5):
        first = igraph.Graph.Erdos_Renyi(30, 0.3).get_edgelist()
    with seeded(5):
        again = igraph.Graph.Erdos_Renyi(30, 0.3).get_edgelist()

    assert first == again
    assert igraph.Graph.Erdos_Renyi(200, 0.3).get_edgelist() != igraph.Graph.Erdos_Renyi(200, 0.3).get_edgelist()


def test_the_most_similar_community_is_found() -> None:
    """Jaccard index by hand: {0,1,2} with {0,1} is 2/3."""
    index, partner = best_jaccard(np.array([0, 0, 0, 1]), np.array([1, 1, 0, 0]), 2)

    assert index.tolist() == [2 / 3, 0.5]
    assert partner.tolist() == [1, 0]
