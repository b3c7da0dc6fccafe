"""Invented subjects, facts and instants that the tests of this package share."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from rempart.priority.facts import Fact, Facts
from rempart.priority.rank import rank
from rempart.priority.ranked import Ranked, Reading, Subject, Suggestion
from rempart.priority.vocabulary import GATE_CODES, State
from rempart.priority.weights import Wording, load_weights

WEIGHTS = load_weights()
AS_OF = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
STATED_AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def fact(
    code: str,
    state: State = "established",
    *,
    subject: str = "s",
    by: str = "Alice Martin",
    hours: float = 0,
    event_hours: float | None = None,
    at_least: int | None = None,
) -> Fact:
    """A fact stated `hours` after STATED_AT, on an event `event_hours` after AS_OF."""
    if code == "volume" and at_least is None and state in ("established", "reported"):
        at_least = 100
    return Fact(
        table="gate" if code in GATE_CODES else "fact",
        entry=1,
        subject=subject,
        code=code,
        state=state,
        by=by,
        at=STATED_AT + timedelta(hours=hours),
        event_at=None if event_hours is None else AS_OF + timedelta(hours=event_hours),
        at_least=at_least,
    )


def ranking(facts: Sequence[Fact] = (), *subjects: Subject) -> tuple[Ranked, ...]:
    """The ranking of the subjects, or of one called s."""
    return rank(subjects or (Subject(id="s"),), facts=Facts(facts=tuple(facts)), weights=WEIGHTS, as_of=AS_OF)


def ranked_one(*facts: Fact, reading: Reading | None = None) -> Ranked:
    """The one subject s, ranked on these facts."""
    (one,) = ranking(facts, Subject(id="s", reading=reading or Reading()))
    return one


def suggestion(code: str) -> Suggestion:
    """A suggestion of machine reading."""
    return Suggestion(code=code, refs=("message 12",), why=Wording(fr="Trois messages.", en="Three messages."))
