"""The one open question whose answer would most change the level, then the points.

Each open question is answered twice, established and contradicted, everything else as it stands, and the level (gates
and min points) is computed for both. The widest difference of level wins; then of min points; then what was reported goes
before what is unknown, what reading suggests before the rest, gates before factors, and the order of the table.
Open: unknown, reported, or a gate whose window is over (the danger may have come back).
Source: reference, Prioritisation C3.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime

from rempart.priority.gates import gate_level, timing_of
from rempart.priority.ranked import BlockRow, Interval, Kind, LevelRange, NextEnquiry
from rempart.priority.scoring import Known, score_block, total
from rempart.priority.vocabulary import LEVELS, Level, State
from rempart.priority.weights import Factor, Gate, Weights

_ANSWERS: tuple[State, State] = ("established", "contradicted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that is known of one subject at an instant: every gate, every factor, and the points of the factors."""

    gates: Mapping[str, Known]
    factors: Mapping[str, Known]
    blocks: tuple[BlockRow, ...]
    weights: Weights
    as_of: datetime

    def points(self) -> Interval:
        """The points of all blocks."""
        return total(self.blocks)

    def levels(self) -> LevelRange:
        """The level under min and under max points, gates included."""
        points = self.points()
        return LevelRange(under_min=self._level(points.min), under_max=self._level(points.max))

    def _level(self, points: float) -> Level:
        held = (gate_level(gate, self.gates[gate.code], as_of=self.as_of) for gate in self.weights.gates)
        return min((self.weights.level_of(points), *(level for level in held if level)), key=LEVELS.index)


def find_next_enquiry(situation: Situation, *, suggested: Set[str]) -> NextEnquiry | None:
    """The question to settle next; None when no open one would change level or points.

    suggested: codes that machine reading suggests; they only decide between equals.
    """
    found: list[tuple[tuple[float, ...], NextEnquiry]] = []
    weights = situation.weights
    rows: tuple[Gate | Factor, ...] = (*weights.gates, *weights.factors)
    for place, row in enumerate(rows):
        kind: Kind = "gate" if isinstance(row, Gate) else "factor"
        known = situation.gates[row.code] if kind == "gate" else situation.factors[row.code]
        if not _is_open(row, known, as_of=situation.as_of):
            continue
        enquiry = _ask(row, kind, known, situation)
        levels = LEVELS.index(enquiry.level_if_contradicted) - LEVELS.index(enquiry.level_if_established)
        points = enquiry.points_if_established - enquiry.points_if_contradicted
        if levels or points:
            order = (-levels, -points, known.state != "reported", row.code not in suggested, place)
            found.append((order, enquiry))
    return min(found, key=lambda item: item[0])[1] if found else None


def _is_open(row: Gate | Factor, known: Known, *, as_of: datetime) -> bool:
    if known.state in ("unknown", "reported"):
        return True
    over = isinstance(row, Gate) and timing_of(row, known, as_of=as_of) == "over"
    return over and known.state == "established"


def _ask(row: Gate | Factor, kind: Kind, known: Known, situation: Situation) -> NextEnquiry:
    established, contradicted = (_answer(row, known, state, situation) for state in _ANSWERS)
    return NextEnquiry(
        code=row.code,
        kind=kind,
        title=row.title,
        question=row.enquiry,
        state=known.state,
        level_if_established=established.levels().under_min,
        level_if_contradicted=contradicted.levels().under_min,
        points_if_established=established.points().min,
        points_if_contradicted=contradicted.points().min,
    )


def _answer(row: Gate | Factor, known: Known, state: State, situation: Situation) -> Situation:
    """The situation once the question is answered so; a count not yet told is taken at the most it could give."""
    if isinstance(row, Gate):
        over = timing_of(row, known, as_of=situation.as_of) == "over"
        answer = replace(known, state=state, event_at=None if over else known.event_at)
        return replace(situation, gates={**situation.gates, row.code: answer})
    at_least = known.at_least
    if row.scale is not None and at_least is None:
        at_least = 10**row.points
    factors = {**situation.factors, row.code: replace(known, state=state, at_least=at_least)}
    blocks = tuple(
        score_block(block, factors, weights=situation.weights) if block.code == row.block else scored
        for block, scored in zip(situation.weights.blocks, situation.blocks, strict=True)
    )
    return replace(situation, factors=factors, blocks=blocks)
