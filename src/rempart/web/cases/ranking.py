"""The place of a report or dossier: from what the reporter's answers state and from what people stated since.

What a person stated goes before what was reported, whenever it was received. In a dossier the statements on each person are taken by
themselves, beside those on the dossier as a whole, so that two people's facts never add up; the most urgent of these places counts.
Columns hold the place; the reasons in words come from the same computation (`explain_report`, `explain_dossier`), made anew for a page.
Source: reference, Prioritisation C3; `priority.assessment`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from django.db import router, transaction

from rempart.errors import RempartError
from rempart.intake.report import AgeBand, Answer, Category, Kind, ReporterKind, Urgency
from rempart.intake.report import Report as Words
from rempart.priority.answers import Floor
from rempart.priority.assessment import assess
from rempart.priority.facts import Fact
from rempart.priority.ranked import Assessment
from rempart.priority.reported import Place, assess_report, floors_of, place_of, reported_facts
from rempart.priority.sample import is_drawn
from rempart.priority.vocabulary import GATE_CODES, LEVELS, STATES
from rempart.priority.weights import load_weights
from rempart.web.cases.deadlines import due_at
from rempart.web.cases.duplicates import duplicates_of
from rempart.web.cases.events import WORKER, Act, Subject, of_dossier, of_report, record, words
from rempart.web.cases.folding import TAKEN_BACK, fold
from rempart.web.cases.lifecycle import Status
from rempart.web.cases.models import Dossier, Event, Report
from rempart.web.cases.unsealing import Unsealer
from rempart.web.config import Site
from rempart.web.door.models import Deposit

LOW = 3  # from this level on, some are drawn to be read all the same
WHOLE = ""  # statements on the dossier or report as a whole, not on one of its people
_STATED = frozenset({"fact_stated", TAKEN_BACK})
_MOST_REASONS = 400  # characters of the column
_SECOND = timedelta(seconds=1)
Triaged = Report | Deposit  # both have the enums that stay in clear
Histories = dict[str, tuple[Fact, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A place and everything that gives it. subject: the person of the dossier whose facts gave it, WHOLE for none.

    report: the number of the report whose answers counted, None when none did. again_at: when time alone changes it; None: never.
    is_whole: the words were read; without, only the answers that stay in clear counted.
    """

    place: Place
    assessment: Assessment
    again_at: datetime | None
    subject: str = WHOLE
    report: int | None = None
    is_whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a new ranking changed. level_before, level: 0 to 3, 4 for not ranked; gained, lost: codes of reasons."""

    level_before: int
    level: int
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    explained: Explained

    @property
    def is_changed(self) -> bool:
        """Whether another level or other reasons came out."""
        return self.level != self.level_before or bool(self.gained or self.lost)


# -- reports --------------------------------------------------------------------------------------------


def answers_in_clear(row: Triaged) -> Words:
    """The answers that stay in clear, as a report without words: all there is to rank by while the words cannot be read."""
    return Words(
        kind=Kind(row.kind),
        reporter=ReporterKind(row.reporter),
        language=row.language,
        category=Category(row.category),
        urgency=Urgency(row.urgency),
        age_band=AgeBand(row.age_band),
        contact_going_on=Answer(row.contact_going_on),
    )


def explain_new(told: Words, *, at: datetime) -> Explained:
    """The place of a report that nobody has looked at yet; at: when it was received."""
    assessment = assess_report(told, at=at)
    return Explained(
        place=place_of(assessment, told.urgency, floors=floors_of(told)), assessment=assessment, again_at=None
    )


def explain_report(report: Report, *, now: datetime) -> Explained:
    """The place of a report now, by its answers, by what people stated on it and on its dossier, and by those of its duplicates."""
    return _explain_all(report, _stated_on(of_dossier(report.dossier)) if report.dossier else {}, now)


def rank_report(report: Report, *, now: datetime) -> Moved:
    """Places a report anew and writes the columns; a change of level is an event of its own, with its reasons."""
    with transaction.atomic(using=router.db_for_write(Report)):
        row = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
        explained = explain_report(row, now=now)
        moved = _moved(row, explained)
        place_columns(row, explained)
        if row.level < moved.level_before and row.is_open:
            fresh_at = due_at(row.level, since_at=now)
            row.due_at = min(row.due_at, fresh_at) if row.due_at else fresh_at
        row.save(update_fields=_COLUMNS)
        _tell(moved, of_report(row), now)
    for name in _COLUMNS:
        setattr(report, name, getattr(row, name))
    return moved


def place_columns(row: Report, explained: Explained) -> None:
    """Sets the columns that the place gives; the deadline is the caller's. The row is not saved."""
    place = explained.place
    row.level, row.points_min, row.points_max = place.level, place.points_min, place.points_max
    row.reasons, row.unknown = _joined(place.reasons), len(explained.assessment.unknown)
    row.order = order_of(row)
    is_low = place.level >= LOW and is_drawn(str(row.pk), seed=_site().config.ledger.origin)
    row.is_drawn = row.is_drawn or is_low  # who was drawn and stands higher now shows what the order overlooks
    row.rank_again_at = explained.again_at


def order_of(row: Report) -> int:
    """One number for the queue, the smaller the sooner: level, then “now” before the rest, then what cannot be read, then points.

    What cannot be read stands before what can at the same level and urgency, because nobody knows what it says.
    """
    place = 2 * row.level + (row.urgency != Urgency.NOW)
    return (2 * place + (not row.failure)) * 1_000 + (200 - round(2 * row.points_min))


# -- dossiers -------------------------------------------------------------------------------------------


def explain_dossier(dossier: Dossier, *, now: datetime) -> Explained:
    """The most urgent of the places of its reports and of its people, with what gives it."""
    stated = _stated_on(of_dossier(dossier))
    reports = list(dossier.reports.order_by("number"))
    keys = [report.pk for report in reports]  # asked of all at once: most have neither statements nor duplicates
    with_facts = set(Event.objects.filter(subject__in=keys, action="fact_stated").values_list("subject", flat=True))
    duplicates = Report.objects.filter(duplicate_of__in=keys, status=Status.DUPLICATE)
    with_duplicates = set(duplicates.values_list("duplicate_of", flat=True))
    every = [
        _explain_all(
            report, stated, now, has_facts=report.pk in with_facts, has_duplicates=report.pk in with_duplicates
        )
        for report in reports
    ]
    if not every:
        every = [_explain_stated(stated, now)]
    return _most_urgent(every)


def rank_dossier(dossier: Dossier, *, now: datetime) -> Moved:
    """Places a dossier anew and writes the columns; a change of level is an event of its own, with its reasons."""
    with transaction.atomic(using=router.db_for_write(Dossier)):
        row = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier.pk)
        explained = explain_dossier(row, now=now)
        moved, place = _moved(row, explained), explained.place
        row.level, row.points_min, row.points_max = place.level, place.points_min, place.points_max
        row.reasons, row.rank_again_at = _joined(place.reasons), explained.again_at
        row.save(update_fields=_DOSSIER_COLUMNS)
        _tell(moved, of_dossier(row), now)
    for name in _DOSSIER_COLUMNS:
        setattr(dossier, name, getattr(row, name))
    return moved


# -- time -----------------------------------------------------------------------------------------------


def rank_lapsed(*, now: datetime, limit: int = 500) -> int:
    """Places anew what time alone has changed, such as the end of a gate's window; tells how many rows."""
    reports = list(Report.objects.filter(rank_again_at__lte=now).order_by("rank_again_at", "pk")[:limit])
    for report in reports:
        rank_report(report, now=now)
    dossiers = list(Dossier.objects.filter(rank_again_at__lte=now).order_by("rank_again_at", "pk")[:limit])
    for dossier in dossiers:
        rank_dossier(dossier, now=now)
    return len(reports) + len(dossiers)


def next_change_at(current: Iterable[Fact], *, now: datetime) -> datetime | None:
    """The next instant at which the window of a stated gate begins or ends; None when time changes nothing."""
    return min(_changes(current, now), default=None)


def _changes(current: Iterable[Fact], now: datetime) -> Iterator[datetime]:
    for fact in current:
        window = load_weights().gate(fact.code).window if fact.code in GATE_CODES else None
        if window is None or fact.event_at is None or fact.state not in ("established", "reported"):
            continue
        begins = fact.event_at - timedelta(hours=window.ahead_hours)
        ends = fact.event_at + timedelta(hours=window.behind_hours) + _SECOND  # at the hour itself it still holds
        yield from (instant for instant in (begins, ends) if instant > now)


# -- what was stated ------------------------------------------------------------------------------------


def _stated_on(subject: Subject) -> dict[str, list[Fact]]:
    """What people stated in the events of a report or dossier and did not take back, by the person whom it is about."""
    found: dict[str, list[Fact]] = {}
    for entry, item in enumerate(fold(words(subject, actions=_STATED)).facts, start=1):
        fact = _fact(item.words, entry=entry, by=item.by, at=item.at)
        if fact is not None:
            found.setdefault(fact.subject, []).append(fact)
    return found


def _fact(told: Mapping[str, object], *, entry: int, by: str, at: datetime) -> Fact | None:
    """None for words that no verb of ours wrote: they may order nothing."""
    code, state, event_at, at_least = (told.get(name) for name in ("code", "state", "event_at", "at_least"))
    evidence = told.get("evidence")
    known = next((name for name in STATES if name == state), None)
    if not isinstance(code, str) or known is None:
        return None
    return Fact(
        table="gate" if code in GATE_CODES else "fact",
        entry=entry,
        subject=str(told.get("subject") or WHOLE),
        code=code,
        state=known,
        by=by,
        at=at,
        event_at=datetime.fromisoformat(event_at) if isinstance(event_at, str) else None,
        at_least=at_least if isinstance(at_least, int) else None,
        evidence=tuple(map(str, evidence)) if isinstance(evidence, (list, tuple)) else (),
        note=str(told.get("reason") or "") or None,
    )


def _merged(*each: Mapping[str, Sequence[Fact]]) -> dict[str, list[Fact]]:
    merged: dict[str, list[Fact]] = {}
    for one in each:
        for subject, facts in one.items():
            merged.setdefault(subject, []).extend(facts)
    return merged


def _histories(reported: Iterable[Fact], stated: Iterable[Fact]) -> Histories:
    """Code to its facts, what was reported first: the last one counts, and that is a person's wherever one looked."""
    histories: Histories = {}
    for fact in (*reported, *sorted(stated, key=lambda fact: (fact.at, fact.entry))):
        histories[fact.code] = (*histories.get(fact.code, ()), fact)
    return histories


# -- places ---------------------------------------------------------------------------------------------


def _explain_all(
    report: Report,
    stated: Mapping[str, Sequence[Fact]],
    now: datetime,
    *,
    has_facts: bool = True,
    has_duplicates: bool = True,
) -> Explained:
    """A report with its duplicates, the most urgent of them; stated: on the dossier. Of duplicates, the answers in clear count.

    has_facts, has_duplicates: False where the caller has looked and found none.
    """
    told, is_whole = _words_of(report)
    own = _stated_on(of_report(report)) if has_facts else {}
    every = [_explain(report, told, _merged(own, stated), now)]
    behind = duplicates_of(report) if has_duplicates else []
    asked = Event.objects.filter(subject__in=[row.pk for row in behind], action="fact_stated")
    with_facts = set(asked.values_list("subject", flat=True)) if behind else set()
    for row in behind:
        own = _stated_on(of_report(row)) if row.pk in with_facts else {}
        every.append(_explain(row, answers_in_clear(row), _merged(own, stated), now))
    return replace(_most_urgent(every), is_whole=is_whole)


def _explain(report: Report, told: Words, stated: Mapping[str, Sequence[Fact]], now: datetime) -> Explained:
    if not stated:
        return replace(explain_new(told, at=report.received_at), report=report.number)
    reported = reported_facts(told, at=report.received_at)
    every = [
        _place(_histories(reported, facts), subject, now, urgency=told.urgency, floors=floors_of(told))
        for subject, facts in _each_subject(stated)
    ]
    return replace(_most_urgent(every), report=report.number)


def _explain_stated(stated: Mapping[str, Sequence[Fact]], now: datetime) -> Explained:
    every = [
        _place(_histories((), facts), subject, now, urgency=Urgency.NONE_STATED)
        for subject, facts in _each_subject(stated)
    ]
    return _most_urgent(every)


def _each_subject(stated: Mapping[str, Sequence[Fact]]) -> Iterator[tuple[str, list[Fact]]]:
    """The statements on the whole alone, then with those on each person."""
    whole = list(stated.get(WHOLE, ()))
    yield WHOLE, whole
    for subject in sorted(stated.keys() - {WHOLE}):
        yield subject, [*whole, *stated[subject]]


def _place(
    histories: Histories, subject: str, now: datetime, *, urgency: Urgency, floors: tuple[Floor, ...] = ()
) -> Explained:
    assessment = assess(histories, suggested=frozenset(), weights=load_weights(), as_of=now)
    return Explained(
        place=place_of(assessment, urgency, floors=floors),
        assessment=assessment,
        again_at=next_change_at([history[-1] for history in histories.values()], now=now),
        subject=subject,
    )


def _most_urgent(every: Sequence[Explained]) -> Explained:
    """The first of the most urgent; time may change any of them, and the others then count."""
    first = min(every, key=lambda one: (one.place.level, -one.place.points_min, -one.place.points_max))
    return replace(first, again_at=min((one.again_at for one in every if one.again_at), default=None))


def _words_of(report: Report) -> tuple[Words, bool]:
    """The words, or only the answers in clear where they cannot be read; the second says which."""
    try:
        return _unsealer(_site().keys).open_late(bytes(Deposit.objects.only("sealed").get(pk=report.pk).sealed)), True
    except (Deposit.DoesNotExist, RempartError, OSError):
        return answers_in_clear(report), False


@lru_cache(maxsize=2)
def _unsealer(keys: Path) -> Unsealer:
    return Unsealer(keys)


def _moved(row: Report | Dossier, explained: Explained) -> Moved:
    before, after = row.reasons.split(), _joined(explained.place.reasons).split()
    return Moved(
        level_before=row.level,
        level=explained.place.level,
        gained=tuple(code for code in after if code not in before),
        lost=tuple(code for code in before if code not in after),
        explained=explained,
    )


def _tell(moved: Moved, subject: Subject, now: datetime) -> None:
    if moved.level == moved.level_before:
        return
    said = {
        "from": moved.level_before,
        "to": moved.level,
        "gained": moved.gained,
        "lost": moved.lost,
        "reasons": moved.explained.place.reasons,
    }
    record(Act(action="rank_moved", actor=WORKER, at=now, payload=said), subject=subject)


def level_name(level: int) -> str:
    """P0 to P3, or "unranked"."""
    return LEVELS[level] if level < len(LEVELS) else "unranked"


def _joined(reasons: Sequence[str]) -> str:
    """As the column holds them: codes joined by a blank, as many as it holds."""
    joined = " ".join(reasons)
    return joined if len(joined) <= _MOST_REASONS else joined[: _MOST_REASONS + 1].rpartition(" ")[0]


def _site() -> Site:
    from rempart.web.settings import SITE  # noqa: PLC0415 - settings exist once Django runs

    return SITE


_COLUMNS = [
    "level",
    "points_min",
    "points_max",
    "reasons",
    "unknown",
    "order",
    "is_drawn",
    "rank_again_at",
    "due_at",
]
_DOSSIER_COLUMNS = ["level", "points_min", "points_max", "reasons", "rank_again_at"]
