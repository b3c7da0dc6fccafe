"""Plain coordinates for a drawing of the network: at most SHOWN members, chosen by a told rule; the drawing itself is made by others.

Rule: first all key actors (in their order), then the members of published communities with most sendings, the communities taking turns.
A link is a pair that shares more files than chance gives, or a flow of replies or forwards between two members shown; the strongest of
each member first. The layout is Fruchterman and Reingold's from a start on a spiral, with the seed of the network.
Distance on the drawing is no measure: it shows who is linked, and nothing else.
Source: Fruchterman and Reingold 1991, Softw. Pract. Exp. 21, 1129-1164.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import igraph
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rempart.network.build import Network
from rempart.network.draws import seeded

SHOWN = 300
LINKS_EACH = 6
ROUNDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A member shown. x, y: 0..1, y downwards. size: 0..1, grows with the sendings. community: None for none published."""

    account_id: str
    name: str
    x: float
    y: float
    size: float
    community: int | None
    child_contact: bool
    is_actor: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A link between two dots, by their places in `dots`. kind: `files` (in common) or `messages`; weight: how many."""

    one: int
    other: int
    kind: str
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """dots in the order of the rule. left_out: accounts of the network that are not shown."""

    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    left_out: int


def lay_out(network: Network, *, shown: int = SHOWN) -> Picture:
    """The coordinates of at most `shown` members; the same network gives the same picture."""
    accounts = _chosen(network, shown)
    place = {account: number for number, account in enumerate(accounts)}
    lines = _lines(network, place)
    points = _points(len(accounts), lines, seed=network.seed)
    actors = {actor.account_id for actor in network.actors}
    rows = _rows(network.members, accounts)
    most = max((math.log1p(row.shares) for row in rows), default=0.0) or 1.0
    dots = tuple(
        Dot(
            account_id=row.account_id,
            name=row.names[0] if row.names else row.account_id,
            x=x,
            y=y,
            size=round(math.log1p(row.shares) / most, 4),
            community=row.community,
            child_contact=row.child_contact,
            is_actor=row.account_id in actors,
        )
        for row, (x, y) in zip(rows, points, strict=True)
    )
    return Picture(dots=dots, lines=lines, left_out=network.members.num_rows - len(dots))


def _chosen(network: Network, shown: int) -> list[str]:
    """Key actors, then members of the communities by sendings, one of each community in turn."""
    told = dict.fromkeys(actor.account_id for actor in network.actors)
    inside = network.members.filter(pc.is_valid(network.members["community"]))
    ranked = inside.sort_by([("community", "ascending"), ("shares", "descending"), ("account_id", "ascending")])
    numbers = ranked["community"].to_numpy()
    starts = np.r_[0, np.flatnonzero(np.diff(numbers)) + 1] if len(numbers) else np.zeros(0, np.int64)
    rank = np.arange(len(numbers)) - np.repeat(starts, np.diff(np.r_[starts, len(numbers)]))
    order = np.lexsort((numbers, rank))[:shown]
    told.update(dict.fromkeys(ranked["account_id"].take(pa.array(order)).to_pylist()))
    return list(told)[:shown]


class _Row(msgspec.Struct, frozen=True):
    """What a dot shows of a member."""

    account_id: str
    names: tuple[str, ...] | None
    shares: int
    community: int | None
    child_contact: bool


def _rows(members: pa.Table, accounts: list[str]) -> list[_Row]:
    place = pc.index_in(pa.array(accounts, pa.string()), value_set=members["account_id"].combine_chunks())
    return msgspec.convert(members.select(_Row.__struct_fields__).take(place).to_pylist(), list[_Row])


def _lines(network: Network, place: Mapping[str, int]) -> tuple[Line, ...]:
    """The strongest links between members shown, LINKS_EACH for each at most from its own side."""
    pairs, names = network.pairs, network.sharing.members
    found: list[Line] = []
    ids = pa.array(list(place), pa.string())
    inside = pc.is_in(names, value_set=ids).to_numpy(zero_copy_only=False)
    kept = np.flatnonzero(inside[pairs.one] & inside[pairs.other]) if len(names) else np.zeros(0, np.int64)
    ends = zip(
        names.take(pa.array(pairs.one[kept])).to_pylist(),
        names.take(pa.array(pairs.other[kept])).to_pylist(),
        pairs.common[kept].tolist(),
        strict=True,
    )
    found += [Line(one=place[one], other=place[other], kind="files", weight=count) for one, other, count in ends]
    for kind in ("reply", "forward"):
        flow = network.flows[kind]
        flow = flow.filter(
            pc.and_(pc.is_in(flow["source_id"], value_set=ids), pc.is_in(flow["target_id"], value_set=ids))
        )
        found += [
            Line(one=place[row["source_id"]], other=place[row["target_id"]], kind="messages", weight=row["messages"])
            for row in flow.select(["source_id", "target_id", "messages"]).to_pylist()
        ]
    return _strongest(found)


def _strongest(lines: list[Line]) -> tuple[Line, ...]:
    used: dict[int, int] = {}
    kept: list[Line] = []
    for line in sorted(lines, key=lambda one: (one.kind, -one.weight, one.one, one.other)):
        if used.get(line.one, 0) < LINKS_EACH or used.get(line.other, 0) < LINKS_EACH:
            kept.append(line)
            used[line.one] = used.get(line.one, 0) + 1
            used[line.other] = used.get(line.other, 0) + 1
    return tuple(kept)


def _points(count: int, lines: tuple[Line, ...], *, seed: int) -> list[tuple[float, float]]:
    if not count:
        return []
    pairs = sorted({(min(line.one, line.other), max(line.one, line.other)) for line in lines})
    graph = igraph.Graph(n=count, edges=pairs)
    turn = math.pi * (3 - math.sqrt(5))  # the golden angle spreads the start evenly
    start = [(math.sqrt(k) * math.cos(k * turn), math.sqrt(k) * math.sin(k * turn)) for k in range(count)]
    with seeded(seed):
        layout = graph.layout_fruchterman_reingold(niter=ROUNDS, seed=start, grid=False)
    points = np.asarray(layout.coords)
    low, span = points.min(axis=0), np.maximum(np.ptp(points, axis=0), 1e-9)
    scaled = np.round((points - low) / span, 4)
    return [(float(x), float(y)) for x, y in scaled]
