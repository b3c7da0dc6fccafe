"""The table that says what the answers of the form state: `reported.toml`, read once and validated.

Invariants of a loaded table: every field and value is one of the form; every code is of the closed vocabulary; no field is a forbidden
input; every value of every field is accounted for, in a row, in a floor, or as stating nothing with the reason.
"""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from functools import lru_cache
from importlib import resources
from typing import Annotated

import msgspec

from rempart.errors import BadInput
from rempart.intake.report import AgeBand, Answer, Category, Kind, Report, Urgency
from rempart.priority.vocabulary import FACTOR_CODES, GATE_CODES, Level
from rempart.priority.weights import Row, Text, Weights, Wording, load_weights

NOT_ANSWERED = "not_answered"
_ENUMS: Mapping[str, type[Enum]] = {
    "kind": Kind,
    "category": Category,
    "urgency": Urgency,
    "age_band": AgeBand,
    "contact_going_on": Answer,
    "knows_person": Answer,
}
FIELDS = tuple(_ENUMS)  # the only fields of a report that a rule may ask
_Words = Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
Condition = dict[str, _Words]


class BadRules(BadInput):
    """The table of what answers state cannot be used; nothing was ranked."""


class _Rule(Row, frozen=True, kw_only=True):
    """Conditions on the answers. when: every field has one of its values; unless: no field has one of its own."""

    code: Text
    when: Annotated[Condition, msgspec.Meta(min_length=1)]
    source: Text
    version: Text
    unless: Condition = msgspec.field(default_factory=dict)

    def holds(self, told: Mapping[str, str]) -> bool:
        """Whether the answers fulfil it."""
        return all(told[name] in values for name, values in self.when.items()) and not any(
            told[name] in values for name, values in self.unless.items()
        )


class StatedRow(_Rule, frozen=True, kw_only=True):
    """Answers that state a gate or a factor, as reported."""


class Floor(_Rule, frozen=True, kw_only=True):
    """Answers that keep a report at a level or above."""

    level: Level
    title: Wording


class Silent(Row, frozen=True):
    """Answers that state nothing, and why."""

    field: Text
    values: tuple[Text, ...]
    why: Text


class Rules(Row, frozen=True, kw_only=True, rename={"rows": "row", "floors": "floor"}):
    """One version of the table; make it with `parse_rules`, which checks what types cannot say."""

    version: Text
    date: date
    source: Text
    rows: tuple[StatedRow, ...]
    floors: tuple[Floor, ...]
    silent: tuple[Silent, ...]


def answers_of(report: Report) -> dict[str, str]:
    """The answers that rules may ask, by field, as the words of the table; nothing else of a report can reach a rule."""
    return {
        "kind": report.kind.value,
        "category": report.category.value if report.category else NOT_ANSWERED,
        "urgency": report.urgency.name.lower(),
        "age_band": report.age_band.value if report.age_band else NOT_ANSWERED,
        "contact_going_on": report.contact_going_on.value if report.contact_going_on else NOT_ANSWERED,
        "knows_person": report.knows_person.value if report.knows_person else NOT_ANSWERED,
    }


@lru_cache(maxsize=1)
def load_rules() -> Rules:
    """The table that Rempart ships. Raises: BadRules when it was damaged."""
    text = resources.files("rempart.priority").joinpath("reported.toml").read_text("utf-8")
    return parse_rules(text, weights=load_weights())


def parse_rules(text: str, *, weights: Weights) -> Rules:
    """A table of rules from the text of its file, checked whole.

    Raises: BadRules, with what is wrong, at the first thing that is.
    """
    try:
        rules = msgspec.convert(tomllib.loads(text), Rules)
    except (ValueError, RecursionError) as error:  # msgspec.ValidationError is a ValueError
        raise BadRules("The table of answers is refused and nothing was ranked: {wrong}.", wrong=str(error)) from error
    for wrong in _faults(rules, weights):
        raise BadRules("The table of answers is refused and nothing was ranked: {wrong}.", wrong=wrong)
    return rules


def words_of(field: str) -> frozenset[str]:
    """Every word that the table may use for a field."""
    values = _ENUMS[field]
    words = {item.name.lower() if values is Urgency else str(item.value) for item in values}
    return frozenset(words if field in ("kind", "urgency") else words | {NOT_ANSWERED})


def _faults(rules: Rules, weights: Weights) -> Iterator[str]:
    for kind, table in (("row", rules.rows), ("floor", rules.floors)):
        for number, rule in enumerate(table, start=1):
            yield from (f"{kind} {number} {fault}" for fault in _condition_faults(rule, weights))
    for number, row in enumerate(rules.rows, start=1):
        if row.code not in (*GATE_CODES, *FACTOR_CODES):
            yield f"row {number} has a code that is neither a gate nor a factor"
        elif row.code in FACTOR_CODES and weights.factor(row.code).scale is not None:
            yield f"row {number} states a factor on a scale, which needs a count that no answer gives"
    codes = [floor.code for floor in rules.floors]
    yield from (
        f"floor {number} repeats the code {code}" for number, code in enumerate(codes) if code in codes[:number]
    )
    yield from (
        f"floor {code} has the code of a gate or factor" for code in codes if code in (*GATE_CODES, *FACTOR_CODES)
    )
    yield from _silence_faults(rules)


def _condition_faults(rule: _Rule, weights: Weights) -> Iterator[str]:
    for name, values in (*rule.when.items(), *rule.unless.items()):
        forbidden = weights.forbidden_in(name)
        if forbidden is not None:
            yield f"asks for a forbidden input ({forbidden})"
        elif name not in FIELDS:
            yield f"asks a field that is none of {', '.join(FIELDS)}"
        elif not set(values) <= words_of(name):
            yield f"names an answer of `{name}` that the form does not have"


def _silence_faults(rules: Rules) -> Iterator[str]:
    told: dict[str, set[str]] = {name: {NOT_ANSWERED} for name in FIELDS}
    for rule in (*rules.rows, *rules.floors):
        for name, values in rule.when.items():
            told[name] |= set(values)
        for name, values in rule.unless.items():
            told[name] |= set(values)
    for item in rules.silent:
        if item.field not in FIELDS or not set(item.values) <= words_of(item.field):
            yield "a silent answer is not one of the form"
            return
        told[item.field] |= set(item.values)
    for name in FIELDS:
        for word in sorted(words_of(name) - told[name]):
            yield f"the answer {word} of `{name}` stands nowhere: say what it states, or why it states nothing"
