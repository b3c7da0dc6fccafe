"""What would have stopped if these members had been stopped before the first message: a reading of the past, no forecast.

An act is one sending of a file. Stopping a set of members stops, surely, the acts of those members (`own`); at most, it stops also
every later sending of a file that one of them introduced, as if the file had no other way in (`reach`). A new file is one that
no list knows; it stops with the member who introduced it (`new`). Nothing is said of who would have taken their place.

`own` and `new` are sums over members, so the best set of k is the k largest, exactly. `reach` is a coverage function (each act is
covered by its sender and by who introduced its file), hence monotone and submodular: the greedy set reaches at least
1 - 1/e of the best possible, and `upper` bounds the best possible from the data.
Files that nobody else sent (`silenced`) are told too; they are not submodular (two members may silence a file only together), so no set
is chosen by them.
Source: Nemhauser, Wolsey, Fisher 1978, Math. Program. 14, 265-294 (greedy); Leskovec et al. 2007, KDD, 420-429 (the bound from
the data); Borgatti 2006, Comput. Math. Organ. Theory 12, 21-34 (a set of players, not single scores); da Cunha et al. 2020, Sci. Rep. 10:73
(share of what is seen). Tier: source-verified.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rempart.network.graph import NOBODY, UNLISTED, Codes, Sharing

LONGEST = 50
GUARANTEE = 1 - 1 / np.e
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """What stops with a set of members, as shares in 0..1 of everything; exact for this set.

    own: acts by them. reach: at most, with the later acts of files they introduced. new: unlisted files they introduced, among
    those whose introducer is settled; None when no list was asked or no such file is there. silenced: files nobody else sent.
    """

    members: tuple[int, ...]
    own: float
    reach: float
    new: float | None
    silenced: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One point of the curve: k members, the greedy set for `reach`.

    added: code of the member who joins the set. upper: no set of k members has a `reach` above this.
    best_own, best_new: the most that any k members have of `own` and of `new` (their own best sets); exact.
    """

    k: int
    added: int
    stopped: Stopped
    upper: float
    best_own: float
    best_new: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cover:
    """Acts by (sender, introducer), each pair once; the introducer is the sender where nobody is settled."""

    sender: Codes
    introducer: Codes
    acts: Codes
    own: Codes  # acts per member
    fresh: Codes | None  # unlisted files introduced, per member


def stop_members(sharing: Sharing, members: Sequence[int]) -> Stopped:
    """What stops with these members (codes), exactly."""
    return _stopped(sharing, _cover(sharing), members)


def best_stops(sharing: Sharing, *, longest: int = LONGEST) -> tuple[Step, ...]:
    """The curve for k = 1 … `longest` members; shorter when fewer members have anything left to stop."""
    cover = _cover(sharing)
    order, upper = _greedy(cover, len(sharing.members), longest)
    total = max(int(cover.acts.sum()), 1)
    own = np.cumsum(np.sort(cover.own)[::-1]) / total
    fresh = None if cover.fresh is None or not cover.fresh.sum() else np.cumsum(np.sort(cover.fresh)[::-1])
    return tuple(
        Step(
            k=place + 1,
            added=order[place],
            stopped=_stopped(sharing, cover, order[: place + 1]),
            upper=min(1.0, float(upper[place]) / total),
            best_own=float(own[place]),
            best_new=None if fresh is None else float(fresh[place] / fresh[-1]),
        )
        for place in range(len(order))
    )


def _cover(sharing: Sharing) -> _Cover:
    width = max(len(sharing.members), 1)
    introducer = sharing.introducer
    of_act = introducer[sharing.file]
    of_act = np.where(of_act == NOBODY, sharing.member, of_act)
    pairs, acts = np.unique(sharing.member * width + of_act, return_counts=True)
    fresh = None
    if sharing.lists_asked:
        known = introducer[(sharing.listed == UNLISTED) & (introducer != NOBODY)]
        fresh = np.bincount(known, minlength=len(sharing.members))
    return _Cover(
        sender=pairs // width,
        introducer=pairs % width,
        acts=acts.astype(np.int64),
        own=np.bincount(sharing.member, minlength=len(sharing.members)),
        fresh=fresh,
    )


def _stopped(sharing: Sharing, cover: _Cover, members: Sequence[int]) -> Stopped:
    inside = np.zeros(len(sharing.members), np.bool_)
    inside[list(members)] = True
    total = max(int(cover.acts.sum()), 1)
    reached = cover.acts[inside[cover.sender] | inside[cover.introducer]].sum()
    by_others = np.bincount(sharing.edge_file[~inside[sharing.edge_member]], minlength=len(sharing.files))
    new = None
    if cover.fresh is not None and cover.fresh.sum():
        new = float(cover.fresh[inside].sum() / cover.fresh.sum())
    return Stopped(
        members=tuple(members),
        own=float(cover.own[inside].sum() / total),
        reach=float(reached / total),
        new=new,
        silenced=int((by_others == 0).sum()),
    )


def _greedy(cover: _Cover, members: int, longest: int) -> tuple[list[int], Floats]:
    """(members in the order chosen, for each k the upper bound in acts); ties go to the lowest code."""
    ends = np.r_[cover.sender, cover.introducer]
    partners = np.r_[cover.introducer, cover.sender]
    weights = np.r_[cover.acts, cover.acts]
    twice = np.r_[
        np.zeros(len(cover.acts), np.bool_), cover.sender == cover.introducer
    ]  # a pair with oneself stands once
    ends, partners, weights = ends[~twice], partners[~twice], weights[~twice]
    order = np.argsort(ends, kind="stable")
    ends, partners, weights = ends[order], partners[order], weights[order]
    start = np.searchsorted(ends, np.arange(members + 1))
    gain = np.bincount(ends, weights=weights, minlength=members).astype(np.int64)
    stopped = np.zeros(members, np.bool_)
    chosen: list[int] = []
    covered = 0
    upper = np.full(longest, np.inf)
    for _ in range(min(longest, members)):
        _tighten(upper, gain, covered)
        best = int(np.argmax(gain))
        if gain[best] <= 0:
            break
        covered += int(gain[best])
        here = slice(start[best], start[best + 1])
        free = ~stopped[partners[here]]
        np.subtract.at(gain, partners[here][free], weights[here][free])
        gain[best] = 0
        stopped[best] = True
        chosen.append(best)
    _tighten(upper, gain, covered)
    return chosen, upper[: len(chosen)]


def _tighten(upper: Floats, gain: Codes, covered: int) -> None:
    """No k members cover more than what is covered plus the k largest gains that are left."""
    count = min(len(upper), len(gain))
    largest = np.sort(np.partition(gain, len(gain) - count)[len(gain) - count :])[::-1]
    sums = np.r_[np.cumsum(largest), np.full(len(upper) - count, largest.sum())]
    np.minimum(upper, covered + sums, out=upper)
