"""The table of weights: gates, blocks, factors, thresholds and forbidden inputs, read once and validated.

Invariants of a loaded table: every code of the vocabulary stands in it once and no other; the caps add up to 100; no
factor is above the cap of its block; no factor is, names or asks for a forbidden input.
Source: `weights.toml`, which carries version, date and a source per row.
"""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Annotated, Literal, TypeVar

import msgspec

from rempart.errors import BadInput
from rempart.priority.vocabulary import (
    BLOCK_CODES,
    EXPLOITABILITY_CODES,
    FACTOR_CODES,
    FORBIDDEN_CODES,
    GATE_CODES,
    LEVELS,
    Language,
    Level,
    fold_words,
    holds_word,
)

Text = Annotated[str, msgspec.Meta(min_length=1)]
Share = Annotated[int, msgspec.Meta(ge=0, le=100)]
Hours = Annotated[int, msgspec.Meta(ge=0, le=24 * 366)]
ConfirmHours = Annotated[int, msgspec.Meta(ge=1, le=24 * 31)]


class BadWeights(BadInput):
    """A table of weights cannot be used; nothing was ranked."""


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of the file; a field that is not of the form is refused."""


class Wording(Row, frozen=True):
    """A sentence in both languages."""

    fr: Text
    en: Text

    def text(self, language: Language) -> str:
        """The sentence in that language."""
        return self.fr if language == "fr" else self.en


class LevelRow(Row, frozen=True):
    """A level of urgency. from_points: the least points that give it; None when only a gate does (P0)."""

    code: Level
    title: Wording
    from_points: Share | None = None


class Window(Row, frozen=True):
    """Hours in which a gate holds: from the ranking to the event, and from the event to the ranking."""

    ahead_hours: Hours
    behind_hours: Hours


class Gate(Row, frozen=True):
    """A condition that gives a level whatever the points.

    level_reported: the level while it is only reported; None when it is the same. window: None when no time limit.
    first: what comes before any enquiry, such as the help path; None when nothing does.
    """

    code: str
    level: Level
    title: Wording
    enquiry: Wording
    confirm_within_hours: ConfirmHours
    source: Text
    verified: bool
    level_reported: Level | None = None
    window: Window | None = None
    first: Wording | None = None


class Block(Row, frozen=True):
    """Factors of one kind, whose points together never pass `cap`."""

    code: str
    cap: Share
    title: Wording


class Factor(Row, frozen=True):
    """A fact that gives points once a person has stated it.

    group: only the highest of the group counts; None when it counts by itself. implies: an established one settles that
    factor too. alone: counts only when it is more than all the rest of its block. scale: `log10` when the points grow
    with a count, min(points, floor(log10(count))); None when they do not.
    """

    code: str
    block: str
    points: Share
    title: Wording
    enquiry: Wording
    source: Text
    verified: bool
    group: Text | None = None
    implies: str | None = None
    alone: bool = False
    scale: Literal["log10"] | None = None


class Forbidden(Row, frozen=True):
    """An input that no factor may be. words: refused wherever they stand; fields: refused as a whole code or field name."""

    code: str
    words: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    fields: tuple[Text, ...]
    source: Text


class Point(Row, frozen=True):
    """A point of exploitability. answers: what a known one may say; deadline: it carries an instant instead."""

    code: str
    title: Wording
    enquiry: Wording
    source: Text
    answers: tuple[Text, ...] = ()
    deadline: bool = False


class Why(Row, frozen=True):
    """Why a gate holds or not; `{confirm}` and `{hours}` stand for numbers of hours."""

    established: Wording
    reported: Wording
    contradicted: Wording
    unknown: Wording
    suggested: Wording
    untimed: Wording
    inside: Wording
    ahead: Wording
    over: Wording


_R = TypeVar("_R", Gate, Factor, Point)
_NAMES = {"levels": "level", "gates": "gate", "blocks": "block", "factors": "factor"}


class Weights(Row, frozen=True, rename=_NAMES):
    """One version of the table; make it with `parse_weights`, which checks what types cannot say."""

    version: Text
    date: date
    source: Text
    policy: Wording
    confirm_factor_within_hours: ConfirmHours
    levels: tuple[LevelRow, ...]
    unranked: Wording
    gates: tuple[Gate, ...]
    blocks: tuple[Block, ...]
    factors: tuple[Factor, ...]
    forbidden: tuple[Forbidden, ...]
    exploitability: tuple[Point, ...]
    why: Why

    def gate(self, code: str) -> Gate:
        """The gate of that code. Raises: KeyError when the vocabulary has none."""
        return _by_code(self.gates, code)

    def factor(self, code: str) -> Factor:
        """The factor of that code. Raises: KeyError when the vocabulary has none."""
        return _by_code(self.factors, code)

    def point(self, code: str) -> Point:
        """The point of exploitability of that code. Raises: KeyError when the vocabulary has none."""
        return _by_code(self.exploitability, code)

    def forbidden_in(self, text: str) -> str | None:
        """The code of the forbidden input that a code or field name holds; None when it holds none."""
        for row in self.forbidden:
            if holds_word(text, row.words) or fold_words(text).strip() in row.fields:
                return row.code
        return None

    def level_of(self, points: float) -> Level:
        """The level that the points alone give."""
        reached = (row.code for row in self.levels if row.from_points is not None and points >= row.from_points)
        return min(reached, key=LEVELS.index)


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    """The table that Rempart ships. Raises: BadWeights when it was damaged."""
    return parse_weights(resources.files("rempart.priority").joinpath("weights.toml").read_text("utf-8"))


def parse_weights(text: str) -> Weights:
    """A table of weights from the text of its file, checked whole.

    Raises: BadWeights, with what is wrong, at the first thing that is.
    """
    try:
        weights = msgspec.convert(tomllib.loads(text), Weights)
    except (ValueError, RecursionError) as error:  # msgspec.ValidationError is a ValueError
        raise BadWeights("The weights file is refused and nothing was ranked: {wrong}.", wrong=str(error)) from error
    for wrong in _faults(weights):
        raise BadWeights("The weights file is refused and nothing was ranked: {wrong}.", wrong=wrong)
    return weights


def _faults(weights: Weights) -> Iterator[str]:
    yield from _forbidden_faults(weights)
    for name, rows, codes in (
        ("level", weights.levels, LEVELS),
        ("gate", weights.gates, GATE_CODES),
        ("block", weights.blocks, BLOCK_CODES),
        ("factor", weights.factors, FACTOR_CODES),
        ("exploitability", weights.exploitability, EXPLOITABILITY_CODES),
    ):
        yield from _code_faults(name, [row.code for row in rows], codes)
    yield from _level_faults(weights)
    yield from _cap_faults(weights)
    for number, factor in enumerate(weights.factors, start=1):
        yield from (f"factor {number} {fault}" for fault in _factor_faults(factor, weights))
    for point in weights.exploitability:
        if point.deadline == bool(point.answers):
            yield f"exploitability {point.code} needs either `answers` or `deadline = true`"


def _code_faults(name: str, codes: Sequence[str], allowed: Sequence[str]) -> Iterator[str]:
    for number, code in enumerate(codes, start=1):
        if code not in allowed:
            yield f"{name} {number} has a code outside the closed vocabulary ({', '.join(allowed)})"
        if code in codes[: number - 1]:
            yield f"{name} {number} repeats the code {code}"
    for code in allowed:
        if code not in codes:
            yield f"{name} {code} is missing"


def _forbidden_faults(weights: Weights) -> Iterator[str]:
    yield from _code_faults("forbidden", [row.code for row in weights.forbidden], FORBIDDEN_CODES)
    rows: Iterable[tuple[str, Sequence[Gate | Factor]]] = (("gate", weights.gates), ("factor", weights.factors))
    for name, table in rows:
        for number, row in enumerate(table, start=1):
            sentences = " ; ".join((row.title.fr, row.title.en, row.enquiry.fr, row.enquiry.en))
            in_sentence = (item.code for item in weights.forbidden if holds_word(sentences, item.words))
            code = weights.forbidden_in(row.code) or next(in_sentence, None)
            if code is not None:
                yield f"{name} {number} names a forbidden input ({code}); no factor may be that"


def _level_faults(weights: Weights) -> Iterator[str]:
    thresholds = [row.from_points for row in sorted(weights.levels, key=lambda row: row.code)]
    if thresholds[0] is not None:
        yield "level P0 has points, but only a gate may give it"
    points = [value for value in thresholds[1:] if value is not None]
    if len(points) != 3 or not points[0] > points[1] > points[2] == 0:
        yield "the points of levels P1, P2 and P3 must fall, and P3 begin at 0"
    for gate in weights.gates:
        if gate.level_reported is not None and gate.level_reported < gate.level:
            yield f"gate {gate.code} gives a more urgent level when only reported"


def _cap_faults(weights: Weights) -> Iterator[str]:
    total = sum(block.cap for block in weights.blocks)
    if total != 100:
        yield f"the caps of the blocks add up to {total}, not to 100"


def _factor_faults(factor: Factor, weights: Weights) -> Iterator[str]:
    caps = {block.code: block.cap for block in weights.blocks}
    if factor.block not in caps:
        yield f"({factor.code}) stands in a block that the table does not have"
        return
    if factor.points > caps[factor.block]:
        yield f"({factor.code}) has {factor.points} points, above the cap {caps[factor.block]} of block {factor.block}"
    if factor.alone and factor.group is not None:
        yield f"({factor.code}) cannot both stand alone and in a group"
    if any(other.group == factor.group and other.block != factor.block for other in weights.factors if factor.group):
        yield f"({factor.code}) shares its group with a factor of another block"
    if factor.implies is not None:
        later = weights.factors[weights.factors.index(factor) + 1 :]
        if not any(row.code == factor.implies and row.group == factor.group is not None for row in later):
            yield f"({factor.code}) may imply only a factor of its own group that stands after it"
        elif factor.points < weights.factor(factor.implies).points:
            yield f"({factor.code}) has fewer points than the factor that it implies"


def _by_code(rows: Sequence[_R], code: str) -> _R:
    for row in rows:
        if row.code == code:
            return row
    raise KeyError(code)
