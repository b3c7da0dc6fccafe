"""Communities of the sharing: members who pass on the same files; published only where they come back with every seed.

The graph stays two-sided (member -> file), and the quality is Barber's modularity, whose chance graph joins members to files only.
It is asked of igraph as a Potts model with the number of files of a member and of members of a file as weights (same thing, Barber
2007, eq. 15). Files that one member sent join nobody and are left out. Leiden runs with several seeds; the run of the best quality is the
reading. A community is published when, in the other runs, the most similar one has a Jaccard index of at least STABLE on
average (Hennig's rule) and it has at least SMALLEST members. Each member carries the share of runs that place them there.
Source: Traag, Waltman, van Eck 2019, Sci. Rep. 9:5233 (Leiden); Barber 2007, Phys. Rev. E 76, 066102; Hennig 2007, Comput. Stat. Data
Anal. 52, 258-271 (stability); Batagelj and Zaversnik 2003 (k-core); Brandes and Pich 2007, Int. J. Bifurc. Chaos 17, 2303-2318
(sampled betweenness). Tier: source-verified; measured on planted networks.
What it does not say: that a community is a group that knows of itself, or that a member agreed to anything.
"""

from dataclasses import dataclass

import igraph
import numpy as np
import numpy.typing as npt

from rempart.network.draws import seeded
from rempart.network.graph import NOBODY, Codes, Flags, Sharing

RUNS = 20
FEWEST_RUNS = 5
EDGE_RUNS = 800_000  # edges times runs; above, fewer runs: a network of 40,000 edges still has twenty
STABLE = 0.75  # Hennig 2007: below 0.75 a cluster is not to be relied on
SMALLEST = 3
MIN_BRIDGED_FILES = 3  # fewer files of another community may be an accident; of 2 a third of the bridges found were none (fictional case)
SOURCE_WORK = 12_000_000  # nodes and edges times sources of the sampled betweenness
MOST_SOURCES, FEWEST_SOURCES = 512, 16
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """A published community. stability: mean Jaccard index in the other runs, 0..1. members: codes, in order."""

    number: int
    members: tuple[int, ...]
    files: int
    stability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Communities:
    """Communities, and measures of position of every member.

    of_member, of_file: number of the published community, NOBODY for none. held: share of runs that place the member there.
    bridged: communities whose files the member shares. articulation: without this member the sharing graph falls apart there.
    core: k of the k-core. betweenness: share of shortest paths, estimated from `sources` members; 0..1.
    """

    published: tuple[Community, ...]
    found: int
    of_member: Codes
    of_file: Codes
    held: Floats
    bridged: Codes
    articulation: Flags
    core: Codes
    betweenness: Floats
    runs: int
    sources: int
    quality: float
    library: str
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plane:
    """The graph that is read: members with a file that somebody else sent too, and those files."""

    graph: igraph.Graph
    members: Codes  # code of each member node
    files: Codes  # code of each file node, after the members


def find_communities(sharing: Sharing, *, seed: int, runs: int | None = None) -> Communities:
    """The communities of `sharing`. runs: None lets the size decide (RUNS, fewer on graphs of millions of edges)."""
    plane = _plane(sharing)
    edges = plane.graph.ecount()
    runs = runs or max(FEWEST_RUNS, min(RUNS, EDGE_RUNS // max(edges, 1)))
    partitions, qualities = _partitions(plane.graph, seed=seed, runs=runs if edges else 0)
    best = int(np.argmax(qualities)) if qualities else 0
    nodes = plane.graph.vcount()
    chosen = partitions[best] if partitions else np.zeros(nodes, np.int64)
    stable, held = _stability(partitions, best, len(plane.members))
    numbers = _publish(chosen[: len(plane.members)], stable)
    of_node = numbers[chosen] if len(numbers) else np.full(nodes, NOBODY, np.int64)
    of_member, of_file = _spread(sharing, plane, of_node)
    sources = _sources(plane.graph)
    core, betweenness, articulation = _positions(plane, sharing, seed=seed, sources=sources)
    return Communities(
        published=_told(of_member, of_file, stable, numbers),
        found=len(stable),
        of_member=of_member,
        of_file=of_file,
        held=_for_members(sharing, plane, held, 0.0),
        bridged=count_bridged(sharing, of_file),
        articulation=articulation,
        core=core,
        betweenness=betweenness,
        runs=len(partitions),
        sources=sources,
        quality=float(qualities[best]) if qualities else 0.0,
        library=f"igraph {igraph.__version__}",
        seed=seed,
    )


def _plane(sharing: Sharing) -> _Plane:
    kept = sharing.sharers[sharing.edge_file] > 1
    members, one = np.unique(sharing.edge_member[kept], return_inverse=True)
    files, other = np.unique(sharing.edge_file[kept], return_inverse=True)
    edges = np.stack([one, other + len(members)], axis=1)
    graph = igraph.Graph(n=len(members) + len(files), edges=edges, directed=True)
    return _Plane(graph=graph, members=members, files=files)


def _partitions(graph: igraph.Graph, *, seed: int, runs: int) -> tuple[list[Codes], list[float]]:
    """The communities of every node, run by run, and the quality of each run."""
    out, into = graph.outdegree(), graph.indegree()  # igraph's own choice of weights is not Barber's chance graph
    partitions, qualities = [], []
    for run in range(runs):
        with seeded(seed + run):
            found = graph.community_leiden(
                objective_function="CPM", resolution=1 / graph.ecount(), node_weights=out, node_in_weights=into
            )
        partitions.append(np.asarray(found.membership, np.int64))
        qualities.append(float(found.quality))
    return partitions, qualities


def _stability(partitions: list[Codes], best: int, members: int) -> tuple[Floats, Floats]:
    """(per community of the best run its mean best Jaccard index, per member the share of runs that agree)."""
    if not partitions or not members:
        return np.zeros(0), np.zeros(members)
    chosen = partitions[best][:members]
    count = int(partitions[best].max()) + 1
    total, agree = np.zeros(count), np.zeros(members)
    for run, other in enumerate(partitions):
        if run != best:
            index, partner = best_jaccard(chosen, other[:members], count)
            total += index
            agree += partner[chosen] == other[:members]
    others = max(len(partitions) - 1, 1)
    return total / others, agree / others


def best_jaccard(chosen: Codes, other: Codes, count: int) -> tuple[Floats, Codes]:
    """For each of `count` communities of `chosen`, the Jaccard index with the most similar of `other`, and which one it is."""
    width = int(other.max()) + 1
    cells, common = np.unique(chosen * width + other, return_counts=True)
    left, right = cells // width, cells % width
    size, size_other = np.bincount(chosen, minlength=count), np.bincount(other, minlength=width)
    index = common / (size[left] + size_other[right] - common)
    order = np.lexsort((right, -index, left))
    first = np.r_[True, np.diff(left[order]) != 0]
    best, partner = np.zeros(count), np.full(count, NOBODY, np.int64)
    best[left[order[first]]] = index[order[first]]
    partner[left[order[first]]] = right[order[first]]
    return best, partner


def _publish(of_member: Codes, stable: Floats) -> Codes:
    """New number of each community of the reading, the largest first; NOBODY for those that are not published."""
    size = np.bincount(of_member, minlength=len(stable))
    kept = np.flatnonzero((stable >= STABLE) & (size >= SMALLEST))
    lowest = np.full(len(stable), len(of_member))
    np.minimum.at(lowest, of_member, np.arange(len(of_member)))
    order = kept[np.lexsort((lowest[kept], -size[kept]))]
    numbers = np.full(len(stable), NOBODY, np.int64)
    numbers[order] = np.arange(len(order))
    return numbers


def _spread(sharing: Sharing, plane: _Plane, of_node: Codes) -> tuple[Codes, Codes]:
    members = np.full(len(sharing.members), NOBODY, np.int64)
    files = np.full(len(sharing.files), NOBODY, np.int64)
    members[plane.members] = of_node[: len(plane.members)]
    files[plane.files] = of_node[len(plane.members) :]
    return members, files


def _for_members(sharing: Sharing, plane: _Plane, values: Floats, missing: float) -> Floats:
    whole = np.full(len(sharing.members), missing)
    whole[plane.members] = values
    return whole


def _told(of_member: Codes, of_file: Codes, stable: Floats, numbers: Codes) -> tuple[Community, ...]:
    count = int(numbers.max()) + 1 if len(numbers) else 0
    steady = np.zeros(count)
    steady[numbers[numbers >= 0]] = stable[numbers >= 0]
    files = np.bincount(of_file[of_file >= 0], minlength=count)
    order = np.argsort(of_member, kind="stable")
    bounds = np.searchsorted(of_member[order], np.arange(count + 1))
    return tuple(
        Community(
            number=number,
            members=tuple(order[bounds[number] : bounds[number + 1]].tolist()),
            files=int(files[number]),
            stability=float(steady[number]),
        )
        for number in range(count)
    )


def count_bridged(sharing: Sharing, of_file: Codes) -> Codes:
    """Per member, the published communities of which they share at least MIN_BRIDGED_FILES files."""
    place = of_file[sharing.edge_file]
    kept = place >= 0
    width = int(of_file.max(initial=NOBODY)) + 2
    cells, counts = np.unique(sharing.edge_member[kept] * width + place[kept], return_counts=True)
    return np.bincount(cells[counts >= MIN_BRIDGED_FILES] // width, minlength=len(sharing.members))


def _sources(graph: igraph.Graph) -> int:
    work = int(graph.vcount() + graph.ecount())
    return max(FEWEST_SOURCES, min(MOST_SOURCES, SOURCE_WORK // max(work, 1)))


def _positions(plane: _Plane, sharing: Sharing, *, seed: int, sources: int) -> tuple[Codes, Floats, Flags]:
    """(k-core, betweenness, articulation) of every member; 0 and False for those who share nothing with anybody."""
    core = np.zeros(len(sharing.members), np.int64)
    betweenness = np.zeros(len(sharing.members))
    cut = np.zeros(len(sharing.members), np.bool_)
    graph = plane.graph.as_undirected()
    count, nodes = len(plane.members), graph.vcount()
    if not count:
        return core, betweenness, cut
    core[plane.members] = np.asarray(graph.coreness(), np.int64)[:count]
    chosen = np.sort(np.random.default_rng(seed).permutation(count)[:sources])
    paths = np.asarray(graph.betweenness(vertices=range(count), sources=chosen.tolist(), directed=False))
    scale = 2.0 * nodes / (len(chosen) * max((nodes - 1) * (nodes - 2), 1))
    betweenness[plane.members] = paths * scale
    points = np.asarray(graph.articulation_points(), np.int64)
    cut[plane.members[points[points < count]]] = True
    return core, betweenness, cut
