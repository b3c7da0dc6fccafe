"""The timeline of an alert as a small drawing: one lane per tactic, one mark per message, time from left to right."""

from dataclasses import dataclass
from datetime import datetime

from rempart.analysis.alerts_shown import Sources
from rempart.detection.alerts import Alert

WIDTH, LANE, TOP, LEFT, RIGHT = 760, 24, 8, 250, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A message in a lane; x in units of the drawing."""

    x: float
    number: str
    strong: bool
    raised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A tactic; y in units of the drawing."""

    tactic: str
    y: float
    strong: bool
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Lanes and size; `first`, `last` None when instants are unknown and marks stand in the order of messages."""

    width: int
    height: int
    left: int
    lanes: tuple[Lane, ...]
    first: datetime | None
    last: datetime | None


def draw(sources: Sources, alert: Alert) -> Picture:
    """The lanes of the alert, strong tactics first, as in the alert."""
    line = sources.detection.timeline
    indexes = [index for item in alert.evidence for index in item.indexes]
    timed = all(bool(line.known_at[index]) for index in indexes)
    values = {index: int(line.at_us[index]) if timed else int(line.rank[index]) for index in indexes}
    low, high = min(values.values()), max(values.values())
    raised = {index for _, index in alert.raised}
    lanes = tuple(
        Lane(
            tactic=item.tactic,
            y=TOP + LANE * (number + 0.5),
            strong=item.strong,
            marks=tuple(
                Mark(
                    x=round(LEFT + (WIDTH - LEFT - RIGHT) * (values[index] - low) / max(high - low, 1), 1),
                    number=sources.names.quoted(index).number,
                    strong=item.strong,
                    raised=item.strong and index in raised,
                )
                for index in item.indexes
            ),
        )
        for number, item in enumerate(alert.evidence)
    )
    first, last = min(indexes, key=values.__getitem__), max(indexes, key=values.__getitem__)
    return Picture(
        width=WIDTH,
        height=TOP * 2 + LANE * len(lanes) + 18,
        left=LEFT,
        lanes=lanes,
        first=sources.names.quoted(first).at if timed else None,
        last=sources.names.quoted(last).at if timed else None,
    )
