"""What a reporter's answers state, and the place that they give a report in the queue.

Answers become facts in state `reported` by `reporter`, through the table `reported.toml`: half points, gates marked as to be confirmed.
No text is read, no machine measure counts, and nothing that the person declared is lowered: a declared urgency is a floor.
No fact here carries the instant of its event, which the form does not ask, so that no gate lapses before a person has looked.
Source: reference, Prioritisation C3; the table says why for each row. Tier: source-verified; no real report has exercised it.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

from rempart.errors import BadInput
from rempart.intake.report import Report, Urgency
from rempart.priority.answers import Floor, Rules, answers_of, load_rules
from rempart.priority.assessment import assess
from rempart.priority.facts import Fact
from rempart.priority.ranked import Assessment
from rempart.priority.vocabulary import GATE_CODES, LEVELS
from rempart.priority.weights import Weights, load_weights

REPORTER = "reporter"
SUBJECT = "report"  # the facts of one report are on one subject: what it tells of
UNRANKED = 4  # after the four levels: nobody has stated anything that counts
_CACHED_COMBINATIONS = 8_192
_ANY_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)  # stands in for the instant of the report inside the cache only

Stated = tuple[tuple[str, tuple[str, ...]], ...]  # code -> the answers that state it, as `field=value`


class NaiveInstant(BadInput):
    """An instant without its offset was given; nothing was ranked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a report stands in the queue.

    level: 0 (P0) to 3 (P3), 4 when nothing that counts was stated. points: of what is stated (min) to that and everything unknown (max),
    multiples of one half. reasons: codes; gates that hold and floors, the most urgent level first, at one level gates before floors;
    then the factors that give points, in the order of their table.
    """

    level: int
    points_min: float
    points_max: float
    reasons: tuple[str, ...]


def reported_facts(report: Report, *, at: datetime) -> tuple[Fact, ...]:
    """What the answers state, gates first, each code once; `evidence` holds the answers that say so. Empty when none does.

    at: when the report was received, aware. Raises: NaiveInstant.
    """
    return _facts(_stated(report, load_rules()), _aware(at))


def assess_report(report: Report, *, at: datetime) -> Assessment:
    """The assessment of a report on its answers alone, under the shipped weights; at: as in `reported_facts`.

    The same combination of answers is worked out once; what depends on nothing else is shared between reports.
    """
    return _dated(_assess_stated(_stated(report, load_rules())), _aware(at))


def place_report(report: Report, *, at: datetime) -> Place:
    """The place of a report in the queue on its answers alone."""
    return place_of(assess_report(report, at=at), report.urgency, floors=floors_of(report))


def floors_of(report: Report) -> tuple[Floor, ...]:
    """The floors that the answers of a report set, in the order of the table, that of its urgency among them."""
    told = answers_of(report)
    return tuple(floor for floor in load_rules().floors if floor.holds(told))


def place_of(assessment: Assessment, urgency: Urgency, *, floors: tuple[Floor, ...] = ()) -> Place:
    """The place that an assessment gives, never below what the declared urgency and the other floors ask.

    assessment: of the reported facts, or of those together with what people established since.
    """
    every = {floor.code: floor for floor in (*_urgency_floors(urgency), *floors)}
    own = UNRANKED if assessment.level == "unranked" else LEVELS.index(assessment.level)
    level = min((own, *(LEVELS.index(floor.level) for floor in every.values())))
    raised = [(gate.level, gate.code) for gate in assessment.gates if gate.level is not None]
    raised += [(floor.level, code) for code, floor in every.items()]
    raised.sort(key=lambda item: LEVELS.index(item[0]))  # stable: at one level, gates before floors
    factors = tuple(row.code for row in assessment.factors if row.points_min > 0)
    return Place(
        level=level,
        points_min=assessment.points.min,
        points_max=assessment.points.max,
        reasons=(*(code for _, code in raised), *factors),
    )


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise NaiveInstant("The instant of the report has no offset; nothing was ranked.")
    return at.astimezone(UTC)


def _stated(report: Report, rules: Rules) -> Stated:
    """Each code that the answers state with those answers; gates first, then in the order of the table."""
    told = answers_of(report)
    found: dict[str, dict[str, None]] = {}
    for row in rules.rows:
        if row.holds(told):
            found.setdefault(row.code, {}).update(dict.fromkeys(f"{name}={told[name]}" for name in row.when))
    codes = sorted(found, key=lambda code: code not in GATE_CODES)
    return tuple((code, tuple(found[code])) for code in codes)


def _facts(stated: Stated, at: datetime) -> tuple[Fact, ...]:
    return tuple(
        Fact(
            table="gate" if code in GATE_CODES else "fact",
            entry=entry,
            subject=SUBJECT,
            code=code,
            state="reported",
            by=REPORTER,
            at=at,
            evidence=evidence,
        )
        for entry, (code, evidence) in enumerate(stated, start=1)
    )


@lru_cache(maxsize=_CACHED_COMBINATIONS)
def _assess_stated(stated: Stated) -> Assessment:
    """The assessment but for the instants. Nothing else of a report enters it, so nothing else belongs in the key."""
    return assess_facts(_facts(stated, _ANY_INSTANT), weights=load_weights(), as_of=_ANY_INSTANT)


def assess_facts(facts: tuple[Fact, ...], *, weights: Weights, as_of: datetime) -> Assessment:
    """The assessment of reported facts without any cache; no code is suggested, because nothing was read."""
    return assess({fact.code: (fact,) for fact in facts}, suggested=frozenset(), weights=weights, as_of=as_of)


def _dated(assessment: Assessment, at: datetime) -> Assessment:
    gates = tuple(replace(gate, at=at) for gate in assessment.gates)
    factors = tuple(replace(row, at=at) for row in assessment.factors)
    return replace(assessment, gates=gates, factors=factors)


@lru_cache(maxsize=len(Urgency))
def _urgency_floors(urgency: Urgency) -> tuple[Floor, ...]:
    """The floors that ask for nothing but the urgency."""
    word = urgency.name.lower()
    only = (floor for floor in load_rules().floors if set(floor.when) == {"urgency"} and not floor.unless)
    return tuple(floor for floor in only if word in floor.when["urgency"])
