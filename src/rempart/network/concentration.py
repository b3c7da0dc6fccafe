"""How much of the sharing rests on few members: the Lorenz curve, its Gini index, and "the first k make x %".

Source: Lorenz 1905; Gini 1912; da Cunha et al. 2020, Sci. Rep. 10:73 (ten users had a third of the views). Views are not in the
exports; acts of sharing stand in for them, and this is said. Tier: source-verified.
"""

from dataclasses import dataclass

import numpy as np

from rempart.network.graph import Codes

TOLD = (1, 5, 10, 20, 50, 100, 500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """members: who shared at least once. gini: 0 when all share the same, towards 1 when one does everything; None of nobody.

    tops: (k, share in 0..1 of the k who share most). curve: about 100 points (share of members, share of acts), from the least.
    """

    members: int
    gini: float | None
    tops: tuple[tuple[int, float], ...]
    curve: tuple[tuple[float, float], ...]


def measure_concentration(counts: Codes) -> Concentration:
    """The concentration of these acts over their members; members with none are left out."""
    ordered = np.sort(counts[counts > 0])
    members, total = len(ordered), int(ordered.sum())
    if not members:
        return Concentration(members=0, gini=None, tops=(), curve=())
    ranks = np.arange(1, members + 1)
    gini = float((2 * (ranks * ordered).sum() / (members * total)) - (members + 1) / members)
    rising = np.cumsum(ordered) / total
    tops = tuple((k, float(1 - (rising[members - k - 1] if k < members else 0.0))) for k in TOLD if k <= members)
    places = np.unique(np.linspace(0, members - 1, min(members, 100)).astype(np.int64))
    curve = ((0.0, 0.0), *((float((place + 1) / members), float(rising[place])) for place in places.tolist()))
    return Concentration(members=members, gini=gini, tops=tops, curve=curve)
