"""From what is known of each factor to points: intervals, groups, caps, and the level that they give.

established = full points, reported = half, contradicted = 0, unknown = 0 to full. A count on a scale is a lower bound:
established, from the points of the count to the full ones; reported, half of both.
Invariants: min <= max; both stay under the cap of the block, applied to each separately; all sums are multiples of one
half, hence exact. Source: reference, Prioritisation C3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rempart.priority.facts import Fact
from rempart.priority.ranked import BlockRow, Interval
from rempart.priority.vocabulary import State
from rempart.priority.weights import Block, Factor, Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a gate or factor now. fact: None when nobody stated it; derived_from: the code it follows from."""

    state: State = "unknown"
    at_least: int | None = None
    event_at: datetime | None = None
    fact: Fact | None = None
    derived_from: str | None = None


def known_from(fact: Fact | None) -> Known:
    """What a fact makes known; nothing when there is none."""
    if fact is None:
        return Known()
    return Known(state=fact.state, at_least=fact.at_least, event_at=fact.event_at, fact=fact)


def known_factors(current: Mapping[str, Fact], *, weights: Weights) -> dict[str, Known]:
    """What is known of every factor, in the order of the table, with what follows from another.

    A victim under 6 is under 13; a victim who is not under 13 is not under 6. A statement of a person on the factor itself
    goes before what follows; when both follow, the aggravating one is kept.
    """
    known = {factor.code: known_from(current.get(factor.code)) for factor in weights.factors}
    stated = dict(known)
    for factor in weights.factors:
        for wider in _implied(factor, weights):
            _derive(known, wider, source=factor.code, state="established", stated=stated)
    for factor in weights.factors:
        for wider in _implied(factor, weights):
            _derive(known, factor.code, source=wider, state="contradicted", stated=stated)
    return known


def interval_of(factor: Factor, known: Known) -> Interval:
    """The points of one factor, before groups and caps."""
    full = float(factor.points)
    match known.state:
        case "established":
            return Interval(min=_scaled(factor, known.at_least), max=full)
        case "reported":
            return Interval(min=_scaled(factor, known.at_least) / 2, max=full / 2)
        case "contradicted":
            return Interval(min=0.0, max=0.0)
        case "unknown":
            return Interval(min=0.0, max=full)


def score_blocks(known: Mapping[str, Known], *, weights: Weights) -> tuple[BlockRow, ...]:
    """The points of each block, in the order of the table."""
    return tuple(score_block(block, known, weights=weights) for block in weights.blocks)


def score_block(block: Block, known: Mapping[str, Known], *, weights: Weights) -> BlockRow:
    """The points of one block, after groups and cap."""
    factors = [factor for factor in weights.factors if factor.block == block.code]
    intervals = [interval_of(factor, known[factor.code]) for factor in factors]
    return BlockRow(
        block=block.code,
        title=block.title,
        cap=block.cap,
        min=_sum(factors, [interval.min for interval in intervals], block.cap),
        max=_sum(factors, [interval.max for interval in intervals], block.cap),
    )


def total(blocks: Sequence[BlockRow]) -> Interval:
    """The points of all blocks together, 0 to 100."""
    return Interval(min=sum(block.min for block in blocks), max=sum(block.max for block in blocks))


def _sum(factors: Sequence[Factor], points: Sequence[float], cap: int) -> float:
    """The highest of each group and every other factor added up, or the highest that stands alone; never over the cap."""
    highest: dict[str, float] = {}
    alone = 0.0
    for factor, value in zip(factors, points, strict=True):
        if factor.alone:
            alone = max(alone, value)
        else:
            group = factor.group or factor.code
            highest[group] = max(highest.get(group, 0.0), value)
    return min(float(cap), max(alone, sum(highest.values())))


def _scaled(factor: Factor, at_least: int | None) -> float:
    """Full points, or on a scale the floor of the decimal logarithm of the count, taken exactly from its digits."""
    if factor.scale is None:
        return float(factor.points)
    return float(min(factor.points, len(str(at_least)) - 1)) if at_least is not None else 0.0


def _implied(factor: Factor, weights: Weights) -> list[str]:
    """Every factor that follows from this one, the nearest first."""
    codes: list[str] = []
    while factor.implies is not None:
        codes.append(factor.implies)
        factor = weights.factor(factor.implies)
    return codes


def _derive(known: dict[str, Known], code: str, *, source: str, state: State, stated: Mapping[str, Known]) -> None:
    cause = stated[source]
    if cause.state == state and known[code].state == "unknown":
        known[code] = Known(state=state, fact=cause.fact, derived_from=source)
