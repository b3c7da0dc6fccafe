"""Pairs of members who share the same files more often than chance, given how much each shares and how popular each file is.

Null model: the two-sided configuration model. With E edges, a member of degree d and a file of degree f meet with probability
about d f / E; two members then have in common, by chance, a number of files with mean d1 d2 S / E², S the sum of f (f - 1) over
the files. The chance of at least k in common is taken from a Poisson law of that mean, which for k above the mean is never below
the law of the model (so that the correction errs on the side of saying nothing). A rare file in common says more than a popular
one: the test is made on files of at most 2, 5, 20 and all members (RARITY), the least likely counts, and its chance is multiplied by the
number of tests. All possible pairs of members with at least MIN_FILES files count as tested; Benjamini-Hochberg keeps the share
of false pairs below LEVEL.
Hub files, sent by more members than the cap, are left out of this step only, and the cap is told: everybody has them, and one file of m
members makes m² pairs.
Source: Saracco, Straka, Di Clemente, Gabrielli, Caldarelli, Squartini 2017, New J. Phys. 19 053022 (projections); Chung and Lu 2002,
Ann. Comb. 6, 125-145 (expected degrees); Hoeffding 1956, Ann. Math. Stat. 27, 713-721 (the bound); Benjamini and Hochberg 1995,
J. R. Stat. Soc. B 57, 289-300. Tier: source-verified; measured on planted networks only.
What it does not say: that the two know each other, wrote to each other, or knew what was in the files.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rempart.engine.queries import Engine, Query
from rempart.network.graph import Codes, Sharing

MIN_FILES = 2
MIN_COMMON = 2
LEVEL = 0.01
MAX_SHARERS = 200
PAIR_BUDGET = 20_000_000  # pairs before counting; bounds memory at 2 GiB on the largest networks tried
Floats = npt.NDArray[np.float64]

RARITY = (2, 5, 20, MAX_SHARERS)  # a file of at most so many members

COMMON = """
SELECT a.member AS one, b.member AS other,
  CAST(SUM(CASE WHEN a.sharers <= 2 THEN 1 ELSE 0 END) AS BIGINT) AS common_0,
  CAST(SUM(CASE WHEN a.sharers <= 5 THEN 1 ELSE 0 END) AS BIGINT) AS common_1,
  CAST(SUM(CASE WHEN a.sharers <= 20 THEN 1 ELSE 0 END) AS BIGINT) AS common_2, COUNT(*) AS common_3
FROM edges a JOIN edges b ON a.file = b.file AND a.member < b.member
GROUP BY a.member, b.member HAVING COUNT(*) > 1
ORDER BY one, other
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Pairs of members that pass the test, the least likely by chance first.

    one, other: codes of members. common: files both sent. rarity: the test that speaks, files of at most so many members; rare:
    how many of those are in common, expected: their mean by chance, p_value: chance of so many or more, times the tests.
    cap: files sent by more members than this were left out; left_out: how many files. tested: pairs that count as tested.
    """

    one: Codes
    other: Codes
    common: Codes
    rarity: Codes
    rare: Codes
    expected: Floats
    p_value: Floats
    cap: int
    left_out: int
    tested: int


def find_pairs(sharing: Sharing, *, engine: Engine, budget: int = PAIR_BUDGET) -> Pairs:
    """The pairs of `sharing` that have more files in common than chance gives at LEVEL."""
    sharers = sharing.sharers
    cap = choose_cap(sharers, budget=budget)
    kept = (sharers[sharing.edge_file] <= cap) & (sharers[sharing.edge_file] > 1)
    degree = np.bincount(sharing.edge_member[sharers[sharing.edge_file] <= cap], minlength=len(sharing.members))
    able = degree[sharing.edge_member] >= MIN_FILES
    kept &= able
    held = sharers[sharing.edge_file[kept]]
    edges = pa.table({"member": sharing.edge_member[kept], "file": sharing.edge_file[kept], "sharers": held})
    found = engine.query(COMMON, {"edges": edges})
    one, other = (found[name].to_numpy().astype(np.int64) for name in ("one", "other"))
    counts = np.stack([found[f"common_{place}"].to_numpy().astype(np.int64) for place in range(len(RARITY))])
    expected = _expected(degree, sharers[sharers <= cap], one, other)
    tails = np.stack([poisson_tail(count, mean) for count, mean in zip(counts, expected, strict=True)])
    best = np.argmin(tails, axis=0) if len(one) else np.zeros(0, np.int64)
    p_value = np.minimum(1.0, np.take_along_axis(tails, best[None], axis=0)[0] * len(RARITY))
    eligible = int((degree >= MIN_FILES).sum())
    tested = eligible * (eligible - 1) // 2
    keep = benjamini_hochberg(p_value, tested=tested, level=LEVEL) & (counts[-1] >= MIN_COMMON)
    order = np.flatnonzero(keep)
    order = order[np.lexsort((other[order], one[order], -counts[-1][order], p_value[order]))]
    return Pairs(
        one=one[order],
        other=other[order],
        common=counts[-1][order],
        rarity=np.asarray(RARITY)[best[order]],
        rare=counts[best[order], order],
        expected=expected[best[order], order],
        p_value=p_value[order],
        cap=cap,
        left_out=int((sharers > cap).sum()),
        tested=tested,
    )


def choose_cap(sharers: Codes, *, budget: int) -> int:
    """The most members that a file may have to take part: MAX_SHARERS, or less where the pairs would pass the budget."""
    counts = np.bincount(np.minimum(sharers, MAX_SHARERS + 1), minlength=MAX_SHARERS + 2)[: MAX_SHARERS + 1]
    sizes = np.arange(MAX_SHARERS + 1)
    pairs = np.cumsum(counts * (sizes * (sizes - 1) // 2))
    return max(2, int(np.searchsorted(pairs, budget, side="right")) - 1)


def _expected(degree: Codes, sharers: Codes, one: Codes, other: Codes) -> Floats:
    """Mean of files in common by chance, one row for each class of RARITY."""
    edges = max(float(sharers.sum()), 1.0)
    meetings = [float((sharers * (sharers - 1))[sharers <= most].sum()) for most in RARITY]
    scale = np.asarray(meetings)[:, None] / (edges * edges)
    mean: Floats = scale * (degree[one].astype(np.float64) * degree[other])[None, :]
    return mean


def poisson_tail(count: Codes, mean: Floats) -> Floats:
    """The chance that a Poisson number of this mean is at least `count`; 1 where `count` is not above the mean.

    The series is ended by its geometric bound, so that the value is never too small.
    """
    tail = np.ones(len(count))
    above = np.flatnonzero((count > mean) & (mean > 0))
    tail[(count > 0) & (mean <= 0)] = 0.0
    if not len(above):
        return tail
    k, rate = count[above].astype(np.float64), mean[above]
    highest = int(count[above].max())
    factorial = np.cumsum(np.r_[0.0, np.log(np.arange(1, highest + 1))])
    head = np.exp(k * np.log(rate) - rate - factorial[count[above]])
    term, total, step = np.ones(len(k)), np.ones(len(k)), 1
    while step < 400 and float((term / total).max()) > 1e-12:
        term = term * rate / (k + step)
        total += term
        step += 1
    ratio = rate / (k + step)
    tail[above] = np.minimum(1.0, head * (total + term * ratio / (1 - ratio)))
    return tail


def benjamini_hochberg(p_value: Floats, *, tested: int, level: float) -> npt.NDArray[np.bool_]:
    """Which of these are kept when `tested` hypotheses were tested; those not given count as p = 1."""
    order = np.argsort(p_value, kind="stable")
    limit = level * np.arange(1, len(order) + 1) / max(tested, 1)
    below = np.flatnonzero(p_value[order] <= limit)
    kept = np.zeros(len(order), np.bool_)
    if len(below):
        kept[order[: below[-1] + 1]] = True
    return kept


def _example() -> Mapping[str, pa.Table]:
    return {
        "edges": pa.table(
            {"member": [0, 1, 2, 0, 1, 2, 1, 2], "file": [0, 0, 0, 1, 1, 1, 2, 2], "sharers": [3] * 6 + [2] * 2}
        )
    }


QUERIES = (Query(name="common", sql=COMMON, example=_example),)
