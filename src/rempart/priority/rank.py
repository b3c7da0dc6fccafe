"""The order in which people read subjects, with every reason: first what people stated, then what the machine read.

Machine output gives no point and no gate: it orders reading among subjects that people put at the same place, and lists
what a person should confirm. Order of reading: P0, P1, P2, and in each the min points, highest first; then P3 and
unranked together, because what nobody has looked at is not less urgent than what was found ordinary. Equals, and all of
that last class: immediate alerts, then to_read, then distinct strong tactics, then the latest alert, then suggested gates,
then suggested factors, then min points, then id.
Source: reference, Prioritisation C3.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from rempart.errors import BadInput
from rempart.priority.assessment import assess
from rempart.priority.facts import Facts
from rempart.priority.ranked import Assessment, Ranked, Reading, Subject, Suggested, Suggestion
from rempart.priority.vocabulary import FACTOR_CODES, GATE_CODES, LEVELS, State
from rempart.priority.weights import Weights

_ALERTS = ("immediate", "to_read", None)


class BadSubjects(BadInput):
    """The subjects or the instant given to a ranking cannot be used; nothing was ranked."""


def rank(subjects: Sequence[Subject], *, facts: Facts, weights: Weights, as_of: datetime) -> tuple[Ranked, ...]:
    """Every subject, in the order of reading, whatever the order in which they are given.

    as_of: the aware instant of the ranking, against which the windows of gates are held. Facts on other subjects change
    nothing here; `facts.elsewhere` gives them, to be shown as not placed.
    Raises: BadSubjects for an id given twice, a naive instant, or a suggestion outside the vocabulary.
    """
    _check(subjects, as_of)
    assessments = _assess_all(subjects, facts, weights, as_of)
    ordered = sorted(subjects, key=lambda subject: _reading_key(subject, assessments[subject.id], as_of))
    every = list(assessments.values())
    every_min = sorted(_key(item, worst=True) for item in every)
    every_max = sorted(_key(item, worst=False) for item in every)
    ranked: list[Ranked] = []
    for number, subject in enumerate(ordered, start=1):
        assessment = assessments[subject.id]
        own_min, own_max = _key(assessment, worst=True), _key(assessment, worst=False)
        best = 1 + bisect_left(every_min, own_max)
        worst = 1 + bisect_left(every_max, own_min) - (own_max < own_min)  # not behind itself
        ranked.append(_place(subject, assessment, weights, places=(best, worst, number)))
    return tuple(ranked)


def _place(subject: Subject, assessment: Assessment, weights: Weights, *, places: tuple[int, int, int]) -> Ranked:
    """The subject at its places: the best, the worst, and the one in the order of reading."""
    rank_min, rank_max, reading_order = places
    return Ranked(
        subject=subject.id,
        name=subject.name,
        level=assessment.level,
        level_range=assessment.level_range,
        gates=assessment.gates,
        points=assessment.points,
        blocks=assessment.blocks,
        factors=assessment.factors,
        unknown=assessment.unknown,
        next_enquiry=assessment.next_enquiry,
        confirmed_by=assessment.confirmed_by,
        reading=subject.reading,
        suggestions=_suggestions(subject.reading, assessment, weights),
        rank_min=rank_min,
        rank_max=rank_max,
        reading_order=reading_order,
        weights_version=weights.version,
    )


def _check(subjects: Sequence[Subject], as_of: datetime) -> None:
    if as_of.tzinfo is None:
        raise BadSubjects("The instant of the ranking has no offset; nothing was ranked.")
    if len({subject.id for subject in subjects}) != len(subjects):
        raise BadSubjects("Two subjects bear the same id; nothing was ranked.")
    for reading in (subject.reading for subject in subjects):
        if reading.last_at is not None and reading.last_at.tzinfo is None:
            raise BadSubjects("An alert has an instant without offset; nothing was ranked.")
        if any(item.code not in (*GATE_CODES, *FACTOR_CODES) for item in reading.suggestions):
            raise BadSubjects("A suggestion is neither a gate nor a factor of the vocabulary; nothing was ranked.")


def _assess_all(
    subjects: Sequence[Subject], facts: Facts, weights: Weights, as_of: datetime
) -> Mapping[str, Assessment]:
    """The assessment of each subject; the many of whom nobody stated anything share one per set of suggestions."""
    histories = facts.histories()
    without_facts: dict[frozenset[str], Assessment] = {}
    assessments: dict[str, Assessment] = {}
    for subject in subjects:
        suggested = frozenset(item.code for item in subject.reading.suggestions)
        if subject.id in histories:
            assessments[subject.id] = assess(histories[subject.id], suggested=suggested, weights=weights, as_of=as_of)
            continue
        if suggested not in without_facts:
            without_facts[suggested] = assess({}, suggested=suggested, weights=weights, as_of=as_of)
        assessments[subject.id] = without_facts[suggested]
    return assessments


def _key(assessment: Assessment, *, worst: bool) -> tuple[int, float]:
    """Level and points under min (worst) or max; the smaller the more urgent."""
    levels, points = assessment.level_range, assessment.points
    level, value = (levels.under_min, points.min) if worst else (levels.under_max, points.max)
    return LEVELS.index(level), -value


def _reading_key(
    subject: Subject, assessment: Assessment, as_of: datetime
) -> tuple[int, float, int, int, bool, timedelta, int, int, float, str]:
    reading, points = subject.reading, assessment.points.min
    gates = sum(item.code in GATE_CODES for item in reading.suggestions)
    level = LEVELS.index(assessment.level_range.under_min)
    return (
        level,
        -points if level < len(LEVELS) - 1 else 0.0,
        _ALERTS.index(reading.level),
        -reading.strong_tactics,
        reading.last_at is None,
        as_of - reading.last_at if reading.last_at is not None else timedelta(),
        -gates,
        gates - len(reading.suggestions),
        -points,
        subject.id,
    )


def _suggestions(reading: Reading, assessment: Assessment, weights: Weights) -> tuple[Suggested, ...]:
    states: dict[str, State] = {row.code: row.state for row in assessment.gates}
    states.update((row.code, row.state) for row in assessment.factors)
    return tuple(_suggested(item, weights, states.get(item.code, "unknown")) for item in reading.suggestions)


def _suggested(item: Suggestion, weights: Weights, state: State) -> Suggested:
    is_gate = item.code in GATE_CODES
    row = weights.gate(item.code) if is_gate else weights.factor(item.code)
    hours = weights.gate(item.code).confirm_within_hours if is_gate else weights.confirm_factor_within_hours
    return Suggested(
        code=item.code,
        kind="gate" if is_gate else "factor",
        title=row.title,
        question=row.enquiry,
        refs=item.refs,
        why=item.why,
        confirm_within_hours=hours,
        state=state,
    )
