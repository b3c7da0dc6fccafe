"""Layer 2: pairs of accounts that may be one person's, each with its probability, the weight of every reason, and its rivals.

A suggestion is a question to a person. Suggestions are never closed transitively: A with B and B with C says nothing of A with C.
The default threshold was set on the planted truth of `fictional.people` for a pair precision of 0.99 and more (docs/identities.md);
the probability is the model's, on its assumptions, and no share of cases seen.
Not covered: birth dates (exports have none), style of writing, pictures, friends in common.
Source: reference, Identities §2; Fellegi and Sunter 1969. Tier: source-verified; measured on invented accounts only.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa

from rempart.engine.columns import column
from rempart.engine.queries import Engine
from rempart.identities.features import HELD, Features, Place
from rempart.identities.hard import Edge
from rempart.identities.rivals import Rival, rivals_of
from rempart.identities.weights import Model
from rempart.records import NotExamined

THRESHOLD = 0.95  # precision 0.997 to 0.999 on four planted truths, see bench/RESULTS-identities.md
_WEIGHTS = pa.list_(pa.struct([("comparison", pa.string()), ("level", pa.string()), ("bits", pa.float64())]))
SUGGESTIONS = pa.schema(
    [
        column("left", pa.string(), "one account, as in accounts"),
        column("right", pa.string(), "the other, later in the order of the alphabet"),
        column("probability", pa.float64(), "that both are one person's, 0 to 1, under the rates of the model"),
        column("bits", pa.float64(), "sum of the weights of the reasons, base 2"),
        column("reasons", _WEIGHTS, "what was compared, how far it agrees, and its weight in bits; below 0 it speaks against"),
        column("rivals", pa.list_(pa.string()), "codes of what else may explain it, as in docs/identities.md"),
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What one comparison says: level as in `sentences.REASONS`; bits above 0 speak for one person, below 0 against.

    value: of a number or an e-mail that both have; messages: (exhibit, row) of those that state it, of left first.
    """

    comparison: str
    level: str
    bits: float
    value: str | None = None
    messages: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Two accounts, left < right. probability in [0, 1]; bits: of all weights and the prior; weights: heaviest first.

    Comparisons in which one side is not known are not among the weights.
    """

    left: str
    right: str
    probability: float
    bits: float
    weights: tuple[Weight, ...]
    rivals: tuple[Rival, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """suggestions: most probable first, then by accounts. model: the shares they rest on."""

    suggestions: tuple[Suggestion, ...]
    model: Model
    not_examined: tuple[NotExamined, ...]


def suggest(
    features: Features, *, edges: Iterable[Edge], engine: Engine, seed: int, threshold: float = THRESHOLD
) -> Suggested:
    """Pairs whose probability reaches the threshold, with what they rest on; the same seed gives the same pairs.

    edges: of layer 1, for the rivals.
    """
    from rempart.identities.linking import fit, score  # noqa: PLC0415  loads Splink, half a second that no other command pays

    model = fit(features.rows, seed=seed)
    by_pair: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in edges:
        by_pair[edge.left, edge.right].append(edge)
    scored = score(features.rows, model=model, engine=engine).to_pylist() if features.rows.num_rows > 1 else []
    pairs = [row for row in scored if round(_float(row["match_probability"]), 6) >= threshold]
    sides = {row[side] for row in pairs for side in ("unique_id_l", "unique_id_r")}
    rows = {row["unique_id"]: row for row in features.rows.to_pylist() if row["unique_id"] in sides}
    found = [_suggestion(row, model, _Sides(rows=rows, places=features.places), by_pair) for row in pairs]
    found.sort(key=lambda item: (-item.probability, item.left, item.right))
    return Suggested(
        suggestions=tuple(found), model=model, not_examined=(*features.not_examined, *_untrained(features, model))
    )


def suggestions_table(suggestions: Iterable[Suggestion]) -> pa.Table:
    """The suggestions as the table SUGGESTIONS."""
    rows = [
        {
            "left": item.left,
            "right": item.right,
            "probability": item.probability,
            "bits": item.bits,
            "reasons": [{"comparison": one.comparison, "level": one.level, "bits": one.bits} for one in item.weights],
            "rivals": [str(rival) for rival in item.rivals],
        }
        for item in suggestions
    ]
    return pa.Table.from_pylist(rows, schema=SUGGESTIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """What is known of the accounts of the pairs."""

    rows: Mapping[object, Mapping[str, object]]
    places: Mapping[tuple[str, str], Place]


def _suggestion(
    row: Mapping[str, object],
    model: Model,
    sides: _Sides,
    edges: Mapping[tuple[str, str], list[Edge]],
) -> Suggestion:
    left, right = sorted((str(row["unique_id_l"]), str(row["unique_id_r"])))
    weights = tuple(_with_value(weight, left, right, sides) for weight in _weights(row, model))
    agree = {weight.comparison: weight.level for weight in weights}
    return Suggestion(
        left=left,
        right=right,
        probability=round(_float(row["match_probability"]), 6),
        bits=round(_float(row["match_weight"]), 3),
        weights=weights,
        rivals=rivals_of(sides.rows[left], sides.rows[right], agree=agree, edges=edges.get((left, right), ())),
    )


def _with_value(weight: Weight, left: str, right: str, sides: _Sides) -> Weight:
    """The weight with the number or e-mail that both have, and the messages that state it."""
    if weight.comparison not in HELD or weight.level == "other":
        return weight
    told = (sides.places.get((account, weight.comparison)) for account in (left, right))
    value = sides.rows[left][weight.comparison]
    return replace(weight, value=str(value), messages=tuple(place for place in told if place is not None))


def _weights(row: Mapping[str, object], model: Model) -> list[Weight]:
    """The weights of a pair; Splink numbers levels from the last, which is 0; -1 is not known."""
    found: list[Weight] = []
    for compared in model.comparisons:
        place = int(_float(row[f"gamma_{compared.code}"]))
        if place >= 0:
            level = compared.levels[len(compared.levels) - 1 - place]
            bits = _float(row[f"mw_{compared.code}"]) + _float(row.get(f"mw_tf_adj_{compared.code}") or 0.0)
            found.append(Weight(comparison=compared.code, level=level.code, bits=round(bits, 3)))
    return sorted(found, key=lambda weight: (-weight.bits, weight.comparison))


def _untrained(features: Features, model: Model) -> tuple[NotExamined, ...]:
    if model.measured and model.trained:
        return ()
    return (
        NotExamined(
            one="the rates of agreement of {count} account",
            many="the rates of agreement of {count} accounts",
            number=features.rows.num_rows,
            reason="too few accounts or too few sure pairs to measure them; fixed rates were used",
        ),
    )


def _float(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
