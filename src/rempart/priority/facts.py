"""What people stated about subjects, read from the text of a facts file: who, when, on what evidence.

    [[fact]]            subject, factor, state, by, at; evidence = ["…"], note, at_least (factors counted on a scale)
    [[gate]]            subject, gate, state, by, at; evidence, note, event_at (the instant of the meeting, the threat)
    [[exploitability]]  subject, point, state = known|unknown, by, at; answer or deadline_at; evidence, note

Invariants: every statement carries a named author and an aware instant (UTC inside); its code is of the closed
vocabulary; on one subject and code no two statements bear the same instant. Nothing is dropped: the latest statement
counts, the earlier stay in the history.
Source: reference, Prioritisation C3; the file format is ours.
"""

import difflib
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Literal, TypeVar, get_args

from rempart.errors import BadInput
from rempart.priority.vocabulary import EXPLOITABILITY_CODES, FACTOR_CODES, GATE_CODES, STATES, State
from rempart.priority.weights import Weights

Table = Literal["fact", "gate", "exploitability"]
TABLES: tuple[Table, ...] = get_args(Table)
COUNT_LIMIT = 10**15  # more files than any seizure holds: a larger number is a slip of the hand
_COMMON = ("subject", "state", "by", "at", "evidence", "note")
_FIELDS: Mapping[Table, tuple[str, ...]] = {
    "fact": (*_COMMON, "factor", "at_least"),
    "gate": (*_COMMON, "gate", "event_at"),
    "exploitability": (*_COMMON, "point", "answer", "deadline_at"),
}
_S = TypeVar("_S", bound="Statement")
_POSITION = re.compile(r"line (\d+), column (\d+)")


class BadFacts(BadInput):
    """A facts file cannot be used; nothing of it was, and what was stated before is intact."""


class BadEntry(BadFacts):
    """One entry of a facts file cannot be used, and so nothing of the file was."""

    frame: ClassVar[str | None] = "Entry {number} of [[{table}]]: {told}; nothing of the file was used."


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a named person stated on one code of one subject at an instant.

    entry: its number in its table of the file, from 1. note: None when none was written.
    """

    table: Table
    entry: int
    subject: str
    code: str
    by: str
    at: datetime
    evidence: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Statement):
    """A statement on a factor or a gate.

    event_at: when what a gate speaks of happens or happened; None when it was not told. at_least: the count so far of a
    factor on a scale; None for every other.
    """

    state: State
    event_at: datetime | None = None
    at_least: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Statement):
    """A statement on a point of exploitability. answer, deadline_at: None when unknown, or when the other one is told."""

    known: bool
    answer: str | None = None
    deadline_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that was stated, in the order of the file."""

    facts: tuple[Fact, ...] = ()
    answers: tuple[Answer, ...] = ()

    def histories(self) -> dict[str, dict[str, tuple[Fact, ...]]]:
        """subject -> code -> every fact on it, the earliest first; the last one is the one that counts."""
        return _histories(self.facts)

    def answer_histories(self) -> dict[str, dict[str, tuple[Answer, ...]]]:
        """The same for the points of exploitability."""
        return _histories(self.answers)

    def elsewhere(self, subjects: Collection[str]) -> tuple[Statement, ...]:
        """Statements on subjects that are not among these, which no ranking of these can show."""
        return tuple(item for item in (*self.facts, *self.answers) if item.subject not in subjects)

    def later_than(self, instant: datetime) -> tuple[Statement, ...]:
        """Statements dated after the instant; they count all the same, but a slip in a date is likely."""
        return tuple(item for item in (*self.facts, *self.answers) if item.at > instant)


def parse_facts(text: str, *, weights: Weights) -> Facts:
    """The statements of a facts file; an empty file states nothing.

    Raises: BadFacts with one sentence that names the entry and what is allowed there.
    """
    try:
        document = tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        place = _POSITION.search(str(error))
        if place is None:
            raise BadFacts("The facts file is not TOML that can be read; nothing of it was used.") from error
        line, column = place.groups()
        raise BadFacts(
            "The facts file is not TOML that can be read (line {line}, column {column}); nothing of it was used.",
            line=line,
            column=column,
        ) from error
    entries = [entry for name, value in document.items() for entry in _entries(name, value, weights)]
    facts = [_fact(entry, weights) for entry in entries if entry.table != "exploitability"]
    answers = [_answer(entry, weights) for entry in entries if entry.table == "exploitability"]
    _refuse_same_instant((*facts, *answers))
    return Facts(facts=tuple(facts), answers=tuple(answers))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One untrusted entry; each of its methods gives one field, checked, or raises BadEntry."""

    table: Table
    number: int
    untrusted: Mapping[str, object]

    @property
    def place(self) -> dict[str, object]:
        """The fields of the frame of BadEntry."""
        return {"number": self.number, "table": self.table}

    def text(self, field: str) -> str:
        value = self.untrusted.get(field)
        if not isinstance(value, str) or not _is_line(value):
            raise BadEntry(
                "`{field}` must be a text on one line, and is missing, empty or something else",
                **self.place,
                field=field,
            )
        return value.strip()

    def word(self, field: str, allowed: Sequence[str], *, weights: Weights) -> str:
        value = self.untrusted.get(field)
        if isinstance(value, str) and value in allowed:
            return value
        forbidden = weights.forbidden_in(value) if isinstance(value, str) else None
        if forbidden is not None:
            raise BadEntry(
                "`{field}` names a forbidden input ({forbidden}); allowed are {allowed}",
                **self.place,
                field=field,
                forbidden=forbidden,
                allowed=", ".join(allowed),
            )
        near = difflib.get_close_matches(value, allowed, n=1) if isinstance(value, str) else []
        if near:
            raise BadEntry(
                "`{field}` must be one of {allowed} (did you mean {near}?)",
                **self.place,
                field=field,
                allowed=", ".join(allowed),
                near=near[0],
            )
        raise BadEntry("`{field}` must be one of {allowed}", **self.place, field=field, allowed=", ".join(allowed))

    def instant(self, field: str) -> datetime:
        value = self.untrusted.get(field)
        if isinstance(value, datetime) and value.tzinfo is not None:
            try:
                return value.astimezone(UTC)
            except OverflowError:
                pass
        raise BadEntry(
            "`{field}` must be an instant with its offset and without quotes, such as 2026-11-20T10:00:00Z",
            **self.place,
            field=field,
        )

    def maybe_instant(self, field: str) -> datetime | None:
        return self.instant(field) if field in self.untrusted else None

    def evidence(self) -> tuple[str, ...]:
        value = self.untrusted.get("evidence", [])
        if not isinstance(value, list) or not all(isinstance(item, str) and _is_line(item) for item in value):
            raise BadEntry('`evidence` must be a list of texts, such as ["exhibit 12, message 345"]', **self.place)
        return tuple(item.strip() for item in value)

    def note(self) -> str | None:
        value = self.untrusted.get("note")
        if value is not None and not isinstance(value, str):
            raise BadEntry("`note` must be a text", **self.place)
        return (value or "").strip() or None

    def count(self) -> int | None:
        value = self.untrusted.get("at_least")
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= COUNT_LIMIT:
            raise BadEntry(
                "`at_least` must be a whole number of files or messages counted so far, 1 or more", **self.place
            )
        return value


def _entries(name: str, value: object, weights: Weights) -> list[_Entry]:
    table = next((table for table in TABLES if table == name), None)
    if table is None or not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise BadFacts(
            "The facts file holds something besides the tables [[fact]], [[gate]] and [[exploitability]], "
            "each with double brackets; nothing of it was used."
        )
    entries = [_Entry(table=table, number=number, untrusted=item) for number, item in enumerate(value, start=1)]
    for entry in entries:
        for field in entry.untrusted:
            if field not in _FIELDS[table]:
                forbidden = weights.forbidden_in(field)
                allowed = ", ".join(_FIELDS[table])
                if forbidden:
                    raise BadEntry(
                        "a field names a forbidden input ({forbidden}); allowed are {allowed}",
                        **entry.place,
                        forbidden=forbidden,
                        allowed=allowed,
                    )
                raise BadEntry("a field is not known; allowed are {allowed}", **entry.place, allowed=allowed)
    return entries


def _fact(entry: _Entry, weights: Weights) -> Fact:
    if entry.table == "fact":
        code = entry.word("factor", FACTOR_CODES, weights=weights)
        scaled = weights.factor(code).scale is not None
    else:
        code = entry.word("gate", GATE_CODES, weights=weights)
        scaled = False
    word = entry.word("state", STATES, weights=weights)
    state = next(item for item in STATES if item == word)
    at_least = entry.count()
    counts = scaled and state in ("established", "reported")
    if counts and at_least is None:
        raise BadEntry(
            "{code} needs `at_least`, the number of files or messages counted so far", **entry.place, code=code
        )
    if at_least is not None and not counts:
        raise BadEntry(
            "`at_least` belongs only to a factor on a scale (volume) that is established or reported", **entry.place
        )
    return Fact(
        table=entry.table,
        entry=entry.number,
        subject=entry.text("subject"),
        code=code,
        state=state,
        by=entry.text("by"),
        at=entry.instant("at"),
        event_at=entry.maybe_instant("event_at"),
        at_least=at_least,
        evidence=entry.evidence(),
        note=entry.note(),
    )


def _answer(entry: _Entry, weights: Weights) -> Answer:
    point = weights.point(entry.word("point", EXPLOITABILITY_CODES, weights=weights))
    known = entry.word("state", ("known", "unknown"), weights=weights) == "known"
    wanted = {"deadline_at" if point.deadline else "answer"} if known else set()
    told = {"deadline_at", "answer"} & set(entry.untrusted)
    if told != wanted:
        if wanted:
            raise BadEntry(
                "{code}, when known, needs `{field}` and nothing else",
                **entry.place,
                code=point.code,
                field=wanted.pop(),
            )
        raise BadEntry("{code}, when unknown, has no `answer` and no `deadline_at`", **entry.place, code=point.code)
    return Answer(
        table=entry.table,
        entry=entry.number,
        subject=entry.text("subject"),
        code=point.code,
        known=known,
        answer=entry.word("answer", point.answers, weights=weights) if "answer" in told else None,
        deadline_at=entry.maybe_instant("deadline_at"),
        by=entry.text("by"),
        at=entry.instant("at"),
        evidence=entry.evidence(),
        note=entry.note(),
    )


def _refuse_same_instant(statements: Iterable[Statement]) -> None:
    """Which of two statements of one instant is later cannot be told, so neither may silently win."""
    seen: dict[tuple[str, str, datetime], int] = {}
    for item in statements:
        first = seen.setdefault((item.subject, item.code, item.at), item.entry)
        if first != item.entry:
            raise BadFacts(
                "Entries {first} and {second} of [[{table}]] state the same thing of the same subject "
                "at the same instant, and only a later `at` may replace an earlier one; nothing of the file was used.",
                first=first,
                second=item.entry,
                table=item.table,
            )


def _histories(statements: Iterable[_S]) -> dict[str, dict[str, tuple[_S, ...]]]:
    histories: dict[str, dict[str, tuple[_S, ...]]] = {}
    for item in sorted(statements, key=lambda item: (item.at, item.entry)):
        told = histories.setdefault(item.subject, {})
        told[item.code] = (*told.get(item.code, ()), item)
    return histories


def _is_line(value: str) -> bool:
    """Text with something in it and no control character, which could forge a line of a report."""
    return bool(value.strip()) and not any(ord(char) < 32 or ord(char) == 127 for char in value)
