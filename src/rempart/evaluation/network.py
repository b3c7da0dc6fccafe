"""`rempart evaluate network`: communities, first sharers and bridges against what was planted.

The truth is a folder of the fictional case (`truth/communities.csv`, `first_sharers.csv`, `bridges.csv`), or mappings.
Source: Danon et al. 2005, J. Stat. Mech. P09008 (normalised mutual information); Hubert and Arabie 1985, J. Classif. 2, 193-218 (adjusted Rand).
"""

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from rempart.errors import BadInput
from rempart.evaluation.figures import wilson
from rempart.network.build import Network

Codes = npt.NDArray[np.int64]


class BadNetworkTruth(BadInput):
    """The folder does not hold what was planted, or not in this form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkTruth:
    """What was planted. community: of each account; first_sharers: accounts that brought new files; bridges: in two communities."""

    community: Mapping[str, str]
    first_sharers: frozenset[str]
    bridges: frozenset[str]


class PartitionScore(msgspec.Struct, frozen=True, kw_only=True):
    """nmi, ari: 1 is the same partition, about 0 chance. compared: accounts in both; planted: accounts with a planted community."""

    nmi: float
    ari: float
    found: int
    compared: int
    planted: int


class SetScore(msgspec.Struct, frozen=True, kw_only=True):
    """precision and recall with their 95 % intervals; None of nothing found or nothing planted."""

    precision: float | None
    precision_between: tuple[float, float]
    recall: float | None
    recall_between: tuple[float, float]
    found: int
    planted: int


class NetworkReport(msgspec.Struct, frozen=True, kw_only=True):
    """first_sharers: the planted accounts beside as many of the key-actor order; bridges: those that share in two communities."""

    communities: PartitionScore
    first_sharers: SetScore
    bridges: SetScore


def load_network_truth(folder: Path) -> NetworkTruth:
    """What was planted, from the folder `truth` of the fictional case. Raises: BadNetworkTruth."""
    communities = _rows(folder / "communities.csv", ("account_id", "community"))
    firsts = _rows(folder / "first_sharers.csv", ("account_id", "planted_producer"))
    bridges = _rows(folder / "bridges.csv", ("account_id",))
    return NetworkTruth(
        community={row["account_id"]: row["community"] for row in communities if row["community"]},
        first_sharers=frozenset(row["account_id"] for row in firsts if row["planted_producer"] in ("yes", "1", "true")),
        bridges=frozenset(row["account_id"] for row in bridges),
    )


def _rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
            names = set(rows[0]) if rows else set(columns)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadNetworkTruth("The file {name} of the truth cannot be read.", name=path.name) from error
    if not names.issuperset(columns):
        raise BadNetworkTruth(
            "The file {name} lacks a column; it needs {names}.", name=path.name, names=", ".join(columns)
        )
    return rows


def evaluate_network(network: Network, truth: NetworkTruth) -> NetworkReport:
    """How what was found stands to what was planted.

    The first sharers found are the first of the key-actor order by files that no list knows, as many as were planted.
    """
    table = network.members
    accounts = table["account_id"].to_pylist()
    found = dict(zip(accounts, table["community"].to_pylist(), strict=True))
    shared = [account for account in accounts if found[account] is not None and account in truth.community]
    fresh = pc.fill_null(table["introduced_unlisted"], 0)
    rank = table.append_column("fresh", fresh).sort_by([("fresh", "descending"), ("account_id", "ascending")])
    top = rank.filter(pc.greater(rank["fresh"], 0))["account_id"].to_pylist()[: len(truth.first_sharers)]
    bridging = table.filter(pc.greater_equal(table["bridged"], 2))["account_id"].to_pylist()
    return NetworkReport(
        communities=score_partition(
            [found[account] for account in shared],
            [truth.community[account] for account in shared],
            planted=len(truth.community),
        ),
        first_sharers=score_set(top, truth.first_sharers),
        bridges=score_set(bridging, truth.bridges),
    )


def score_partition(found: Sequence[object], planted_in: Sequence[object], *, planted: int) -> PartitionScore:
    """How alike two partitions of the same accounts are; `planted`: how many there were to find."""
    one, other = _numbered(found), _numbered(planted_in)
    return PartitionScore(
        nmi=_mutual_information(one, other),
        ari=_adjusted_rand(one, other),
        found=len(set(found)),
        compared=len(one),
        planted=planted,
    )


def score_set(found: Collection[str], planted: Collection[str]) -> SetScore:
    """Precision and recall of what was found."""
    right = len(set(found) & set(planted))
    return SetScore(
        precision=right / len(found) if found else None,
        precision_between=wilson(right, len(found)),
        recall=right / len(planted) if planted else None,
        recall_between=wilson(right, len(planted)),
        found=len(found),
        planted=len(planted),
    )


def _numbered(values: Sequence[object]) -> Codes:
    numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return np.array([numbers[value] for value in values], np.int64)


def _cells(one: Codes, other: Codes) -> tuple[Codes, Codes, Codes]:
    """(size of each cell of the table, row of it, column of it)."""
    width = int(other.max(initial=0)) + 1
    cells, counts = np.unique(one * width + other, return_counts=True)
    return counts.astype(np.int64), cells // width, cells % width


def _mutual_information(one: Codes, other: Codes) -> float:
    """Twice the mutual information over the sum of both entropies; 1 where both have one part only."""
    if not len(one):
        return 0.0
    counts, row, column = _cells(one, other)
    joint = counts / len(one)
    left, right = np.bincount(one) / len(one), np.bincount(other) / len(one)
    mutual = float((joint * np.log(joint / (left[row] * right[column]))).sum())
    entropy = -float((left * np.log(left)).sum() + (right * np.log(right)).sum())
    return 2 * mutual / entropy if entropy else 1.0


def _adjusted_rand(one: Codes, other: Codes) -> float:
    """Agreement on pairs, less what chance gives; 1 for the same partition."""
    if len(one) < 2:
        return 0.0
    counts, _, _ = _cells(one, other)
    together, left, right = _pairs(counts), _pairs(np.bincount(one)), _pairs(np.bincount(other))
    chance = left * right / _pairs(np.array([len(one)]))
    most = (left + right) / 2
    return (together - chance) / (most - chance) if most != chance else 1.0


def _pairs(sizes: Codes) -> float:
    return float((sizes * (sizes - 1) // 2).sum())
