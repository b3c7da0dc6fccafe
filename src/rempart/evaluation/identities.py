"""`rempart evaluate identities`: suggested pairs of accounts against a known truth.

Precision: of the pairs suggested, those that the truth gives to one person. Recall: of the pairs of one person, those suggested.
Layer 1 is told beside: pairs that an identifier of the export joins at the same or a close time, and its components.
"""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import msgspec

from rempart.errors import BadInput
from rempart.evaluation.figures import wilson
from rempart.identities.compare import Identities
from rempart.identities.hard import components

Pair = tuple[str, str]
THRESHOLDS = (0.95, 0.99, 0.999)


class BadTruth(BadInput):
    """The truth cannot be used; nothing was measured."""


class PairFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Of one way to propose pairs; shares with their 95 % Wilson interval, None of nothing.

    least: probability from which pairs were suggested; None for the exact joins of layer 1.
    """

    least: float | None
    pairs: int
    right: int
    precision: float | None
    precision_interval: tuple[float, float]
    recall: float | None
    recall_interval: tuple[float, float]


class IdentityReport(msgspec.Struct, frozen=True, kw_only=True):
    """accounts: of the truth; true_pairs: pairs of one person; figures: by threshold, layer 1 last; components: of layer 1, how many, the largest,
    and how many hold accounts of more than one person; unknown: suggested pairs of which the truth does not know an account."""

    accounts: int
    true_pairs: int
    figures: tuple[PairFigures, ...]
    components: int
    largest_component: int
    mixed_components: int
    unknown: int


class KindFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Of one kind of planted accounts, at the default threshold. pairs: of one person; found: of them, suggested.

    wrong: suggested pairs of two persons of which an account is of this kind.
    """

    kind: str
    pairs: int
    found: int
    wrong: int


def parse_kinds(text: str) -> dict[str, str]:
    """account_id -> what was planted, with what it can be found by, from the truth of the fictional case; "" where nothing was."""
    rows = csv.DictReader(io.StringIO(text))
    return {
        row["account_id"]: f"{row['plant']} ({row['linked_by']})" if row["linked_by"] else row["plant"] for row in rows
    }


def figures_by_kind(
    found: Identities, *, persons: Mapping[str, str], kinds: Mapping[str, str]
) -> tuple[KindFigures, ...]:
    """The figures of every kind, by name; suggested pairs of which the truth does not know an account are not counted."""
    held: dict[str, list[str]] = defaultdict(list)
    for account in sorted(persons):
        held[persons[account]].append(account)
    true = {pair for accounts in held.values() for pair in combinations(accounts, 2)}
    told = {(item.left, item.right) for item in found.suggestions.open}
    wrong = [pair for pair in told - true if set(pair) <= persons.keys()]
    return tuple(
        KindFigures(
            kind=kind,
            pairs=sum(kinds[pair[0]] == kind for pair in true),
            found=sum(kinds[pair[0]] == kind for pair in true & told),
            wrong=sum(kind in (kinds[pair[0]], kinds[pair[1]]) for pair in wrong),
        )
        for kind in sorted(set(kinds.values()) - {""})
    )


def parse_persons(text: str) -> dict[str, str]:
    """account_id -> person from CSV with these two columns. Raises: BadTruth."""
    reader = csv.DictReader(io.StringIO(text))
    if not {"account_id", "person"} <= set(reader.fieldnames or ()):
        raise BadTruth("The truth needs the columns account_id and person.")
    return {str(row["account_id"]): str(row["person"]) for row in reader}


def evaluate_identities(found: Identities, *, persons: Mapping[str, str]) -> IdentityReport:
    """The figures of a comparison; suggestions that judgements answered or hold back are not counted."""
    suggestions = found.suggestions.open
    total = sum(count * (count - 1) // 2 for count in Counter(persons.values()).values())
    told = [((item.left, item.right), item.probability) for item in suggestions]
    known = [(pair, share) for pair, share in told if pair[0] in persons and pair[1] in persons]
    ways: list[tuple[float | None, list[Pair]]] = [
        (least, [pair for pair, share in known if share >= least]) for least in THRESHOLDS
    ]
    sure = [
        (edge.left, edge.right)
        for edge in found.hard.edges
        if edge.own and edge.time in ("same_time", "close") and not edge.shared
    ]
    ways.append((None, [pair for pair in dict.fromkeys(sure) if set(pair) <= persons.keys()]))
    groups = components(found.hard.edges)
    return IdentityReport(
        accounts=len(persons),
        true_pairs=total,
        figures=tuple(_figures(least, pairs, persons, total) for least, pairs in ways),
        components=len(groups),
        largest_component=max(map(len, groups), default=0),
        mixed_components=sum(len(_persons(group, persons)) > 1 for group in groups),
        unknown=len(told) - len(known),
    )


def _figures(least: float | None, pairs: Sequence[Pair], persons: Mapping[str, str], total: int) -> PairFigures:
    right = sum(persons[left] == persons[right] for left, right in pairs)
    return PairFigures(
        least=least,
        pairs=len(pairs),
        right=right,
        precision=right / len(pairs) if pairs else None,
        precision_interval=wilson(right, len(pairs)),
        recall=right / total if total else None,
        recall_interval=wilson(right, total),
    )


def _persons(group: Iterable[str], persons: Mapping[str, str]) -> set[str]:
    return {persons[account] for account in group if account in persons}
