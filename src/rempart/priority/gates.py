"""Whether a gate holds at an instant, which level it gives, and the sentences that say why.

Established holds; reported holds and is marked as to be confirmed; contradicted, unknown and suggested do not. A gate
with a window holds while the event is in it; when the instant of the event was not told it holds, and says that the time
could not be checked, because the contrary would let a danger lapse for want of a date.
Source: reference, Prioritisation C3.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

from rempart.priority.facts import Fact
from rempart.priority.ranked import GateRow
from rempart.priority.scoring import Known, known_from
from rempart.priority.vocabulary import Level
from rempart.priority.weights import Gate, Why, Wording

Timing = Literal["none", "untimed", "inside", "ahead", "over"]  # none: the gate has no window


def timing_of(gate: Gate, known: Known, *, as_of: datetime) -> Timing:
    """Where the event of a gate lies in its window at `as_of`."""
    if gate.window is None:
        return "none"
    if known.event_at is None:
        return "untimed"
    if known.event_at - as_of > timedelta(hours=gate.window.ahead_hours):
        return "ahead"
    if as_of - known.event_at > timedelta(hours=gate.window.behind_hours):
        return "over"
    return "inside"


def gate_level(gate: Gate, known: Known, *, as_of: datetime) -> Level | None:
    """The level that the gate gives at `as_of`; None when it does not hold."""
    if known.state not in ("established", "reported") or timing_of(gate, known, as_of=as_of) in ("ahead", "over"):
        return None
    return gate.level if known.state == "established" else gate.level_reported or gate.level


def show_gate(gate: Gate, *, history: Sequence[Fact], suggested: bool, as_of: datetime, why: Why) -> GateRow:
    """The gate as it is shown. history: its facts, the earliest first; empty when it is only suggested."""
    fact = history[-1] if history else None
    known = known_from(fact)
    level = gate_level(gate, known, as_of=as_of)
    return GateRow(
        code=gate.code,
        title=gate.title,
        state=known.state,
        holds=level is not None,
        level=level,
        why=tuple(_explain(gate, known, as_of=as_of, why=why)),
        by=fact.by if fact else None,
        at=fact.at if fact else None,
        event_at=known.event_at,
        evidence=fact.evidence if fact else (),
        note=fact.note if fact else None,
        confirm_within_hours=gate.confirm_within_hours,
        suggested=suggested,
        first=gate.first,
        source=gate.source,
        verified=gate.verified,
        earlier=tuple(history[:-1]),
    )


def _explain(gate: Gate, known: Known, *, as_of: datetime, why: Why) -> Iterator[Wording]:
    """The state first, then the time when the state lets it matter."""
    if known.fact is None:
        yield _fill(why.suggested, "{confirm}", gate.confirm_within_hours)
        return
    states = {
        "established": why.established,
        "reported": why.reported,
        "contradicted": why.contradicted,
        "unknown": why.unknown,
    }
    yield _fill(states[known.state], "{confirm}", gate.confirm_within_hours)
    if known.state not in ("established", "reported") or gate.window is None:
        return
    match timing_of(gate, known, as_of=as_of):
        case "untimed":
            yield why.untimed
        case "inside":
            yield why.inside
        case "ahead":
            yield _fill(why.ahead, "{hours}", gate.window.ahead_hours)
        case "over":
            yield _fill(why.over, "{hours}", gate.window.behind_hours)


def _fill(wording: Wording, mark: str, number: int) -> Wording:
    return Wording(fr=wording.fr.replace(mark, str(number)), en=wording.en.replace(mark, str(number)))
