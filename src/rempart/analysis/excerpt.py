"""The messages that the report shows for an alert: those cited and their neighbours, both sides, unedited."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rempart.analysis.alerts_shown import Sources
from rempart.analysis.names import Quoted
from rempart.detection.alerts import Alert
from rempart.detection.tactics import TacticReader

AROUND = 2  # messages of the pair shown before and after a cited one
MAX_LINES = 400  # of one alert; the rest is told as not shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of characters of a message; `tactics` are those whose phrase it belongs to."""

    text: str
    tactics: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A message of the excerpt. `skipped`: messages of the pair left out just before it. `by_speaker`: who wrote it."""

    message: Quoted
    by_speaker: bool
    cited: tuple[str, ...]
    weak: tuple[str, ...]
    minor: bool
    frames: tuple[str, ...]
    pieces: tuple[Piece, ...]
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """The lines of an alert, in order of time, and how many cited messages did not fit."""

    lines: tuple[Line, ...]
    left_out: int


def excerpt(sources: Sources, alert: Alert, reader: TacticReader) -> Excerpt:
    """The messages cited by the alert, each with AROUND messages of the same pair before and after it."""
    line = sources.detection.timeline
    cited = alert.indexes
    chosen: set[int] = set()
    for index in cited:
        members = line.members_of(int(line.exchange[index]))
        place = int(line.rank[index])
        chosen.update(int(i) for i in members[max(0, place - AROUND) : place + AROUND + 1])
    order = sorted(chosen)
    shown = order[:MAX_LINES]
    sources.names.fetch(shown)
    lines = tuple(_lines(sources, alert, reader, shown))
    return Excerpt(lines=lines, left_out=sum(index in cited for index in order[MAX_LINES:]))


def _lines(sources: Sources, alert: Alert, reader: TacticReader, shown: Sequence[int]) -> Iterable[Line]:
    line = sources.detection.timeline
    before: int | None = None
    for index in shown:
        message = sources.names.quoted(index)
        strong = tuple(item.tactic for item in alert.evidence if item.strong and index in item.indexes)
        weak = tuple(item.tactic for item in alert.evidence if not item.strong and index in item.indexes)
        sight = sources.detection.sights.get(index)
        yield Line(
            message=message,
            by_speaker=int(line.speaker[index]) == alert.speaker,
            cited=strong,
            weak=weak,
            minor=index in alert.minor,
            frames=sight.frames if sight else (),
            pieces=_pieces(message.text, {*strong, *weak}, reader),
            skipped=0 if before is None else _between(line.rank[before], line.rank[index]),
        )
        before = index


def _between(first: int, second: int) -> int:
    return max(0, int(second) - int(first) - 1)


def _pieces(text: str, tactics: set[str], reader: TacticReader) -> tuple[Piece, ...]:
    """The text cut where the phrases of `tactics` begin and end."""
    spans = [(start, end, owner) for owner, start, end in reader.spans(text) if owner in tactics] if tactics else []
    cuts = sorted({0, len(text), *(at for start, end, _ in spans for at in (start, end))})
    pieces = [
        Piece(text=text[start:end], tactics=tuple(sorted({o for s, e, o in spans if s <= start and end <= e})))
        for start, end in itertools.pairwise(cuts)
    ]
    return tuple(piece for piece in pieces if piece.text)
