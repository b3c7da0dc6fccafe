"""The records that go into a ranking and come out of it.

Machine output (`Reading`) and statements of people stand in different fields and are never added.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rempart.priority.facts import Fact
from rempart.priority.vocabulary import Level, RankLevel, State
from rempart.priority.weights import Wording

Kind = Literal["gate", "factor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A gate or factor that machine reading suggests; refs: the messages or locators to check, as they are printed."""

    code: str
    refs: tuple[str, ...]
    why: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What machine reading found on a subject. level: its highest alert, None when there is none.

    strong_tactics: how many distinct ones. last_at: the latest alert; None when there is none or its instant is unknown.
    """

    level: Literal["to_read", "immediate"] | None = None
    alerts: int = 0
    strong_tactics: int = 0
    last_at: datetime | None = None
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An account to be placed in the order of reading. name: None when the export gives none."""

    id: str
    name: str | None = None
    reading: Reading = Reading()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Points, from what is stated (min) to what is stated plus everything that is still unknown (max)."""

    min: float
    max: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRange:
    """The level under min and under max points. Gates that nobody stated are not assumed in either."""

    under_min: Level
    under_max: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRow:
    """A gate that a person stated or that reading suggests.

    level: what it gives now; None when it does not hold. why: the sentences that say so, in order. by, at: None when no
    person stated it (suggested only, state unknown). first: what comes before any enquiry. earlier: superseded facts.
    """

    code: str
    title: Wording
    state: State
    holds: bool
    level: Level | None
    why: tuple[Wording, ...]
    by: str | None
    at: datetime | None
    event_at: datetime | None
    evidence: tuple[str, ...]
    note: str | None
    confirm_within_hours: int
    suggested: bool
    first: Wording | None
    source: str
    verified: bool
    earlier: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRow:
    """A factor that a person stated, or that follows from one (`derived_from`, a code; by and at are then of that one).

    points_min, points_max: before groups and caps, which show in the block. at_least: None unless on a scale.
    """

    code: str
    title: Wording
    block: str
    state: State
    points_min: float
    points_max: float
    derived_from: str | None
    by: str
    at: datetime
    at_least: int | None
    evidence: tuple[str, ...]
    note: str | None
    suggested: bool
    source: str
    verified: bool
    earlier: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow:
    """The points of a block after groups and cap."""

    block: str
    title: Wording
    cap: int
    min: float
    max: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """A suggestion as it is shown: to be confirmed by a person within `confirm_within_hours`; worth 0 points until then.

    state: what people have stated on it meanwhile; unknown when nothing.
    """

    code: str
    kind: Kind
    title: Wording
    question: Wording
    refs: tuple[str, ...]
    why: Wording
    confirm_within_hours: int
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class NextEnquiry:
    """The open question whose answer would most change the level, then the points; see enquiry.py for ties."""

    code: str
    kind: Kind
    title: Wording
    question: Wording
    state: State
    level_if_established: Level
    level_if_contradicted: Level
    points_if_established: float
    points_if_contradicted: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Everything that statements say of one subject; it depends on no name, no id and no other subject.

    level: from gates and min points; `unranked` when no person established, reported or contradicted anything.
    unknown: codes that nobody stated, gates first. next_enquiry: None when no answer would change level or points.
    confirmed_by: who established or contradicted something that counts, in alphabetical order.
    """

    level: RankLevel
    level_range: LevelRange
    gates: tuple[GateRow, ...]
    points: Interval
    blocks: tuple[BlockRow, ...]
    factors: tuple[FactorRow, ...]
    unknown: tuple[str, ...]
    next_enquiry: NextEnquiry | None
    confirmed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked(Assessment):
    """One subject in the order of reading.

    rank_min: its best place, under its own max against the others' min; rank_max: its worst, the reverse; equals share a
    place. reading_order: from 1, no two alike. reading: the machine output, shown beside and never added.
    """

    subject: str
    name: str | None
    reading: Reading
    suggestions: tuple[Suggested, ...]
    rank_min: int
    rank_max: int
    reading_order: int
    weights_version: str
