"""Figures for the head of a unit: what comes in, how old it is, what waits too long, who carries what. Counts of rows only, no words.

Each question is one aggregate along an index, over the days shown or over what is open. Figures count everything of the organisation;
lists name only what their reader may know of.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from statistics import median
from typing import NamedTuple
from uuid import UUID

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Substr

from rempart.web.cases.models import Dossier, Event, Exposure, Report
from rempart.web.cases.retention import ASKED, ASKED_FOR, due_dossiers, due_reports
from rempart.web.people.access import Actor, hidden_dossiers, visible_dossiers, visible_reports
from rempart.web.people.models import Person

AGES_H = (1, 4, 24, 72, 168, 720)  # upper bounds of the ages of what waits, in hours; then older
MOST_LISTED = 50
LEVELS = (0, 1, 2, 3, 4)
CLOSING = ("close", "qualify", "out_of_remit", "withdraw")
_MEASURED = 200  # reports whose time is measured, at most: the last ones
FEWEST_MEASURED = 20  # below, their median says little
_MOST_AT_ONE = timedelta(hours=2)  # longer between taking and judging is not one sitting
_NEAR_SHARE = 0.8  # of the day's limit
_DAY = timedelta(days=1)
WEEK = timedelta(days=7)
_TRUE = (True,)  # as a list: a bare boolean is no equality to SQLite, and finds no index


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What somebody holds, what of it is late, what they judged in the week, and what they read today."""

    person: Person
    held: int
    late: int
    closed: int
    seconds: int
    items: int
    limit_s: int

    @property
    def is_near(self) -> bool:
        """Whether the limit of the day is near or reached."""
        return self.seconds >= self.limit_s * _NEAR_SHARE


class Judgement(NamedTuple):
    """Somebody closed or qualified a report."""

    report: UUID | None
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The low-ranked that are read all the same: how many were drawn, how many a person has judged, how many stand higher now."""

    drawn: int
    judged: int
    raised: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Somebody asked to erase a report; actor: their pseudonym. until_at: when it lapses."""

    report: Report
    actor: str
    ground: str
    at: datetime
    until_at: datetime


def received_per_day(organisation: int, *, since_at: datetime) -> Mapping[tuple[date, int], int]:
    """Reports received, by day (UTC) and level, from `since_at` on; a pair without any is not there."""
    rows = Report.objects.filter(organisation=organisation, received_at__gte=since_at).annotate(day=_day("received_at"))
    told = rows.values("day", "level").annotate(number=Count("*")).order_by("day", "level")
    return {(date.fromisoformat(row["day"]), row["level"]): row["number"] for row in told}


def opened_per_day(organisation: int, *, days: Sequence[date]) -> tuple[int, ...]:
    """Reports opened for the first time on each of these days (UTC): counted day by day, since a year may be opened on one."""
    rows = Report.objects.filter(organisation=organisation)
    return tuple(rows.filter(opened_at__gte=_from(day), opened_at__lt=_from(day + _DAY)).count() for day in days)


def closed_per_day(organisation: int, *, days: Sequence[date]) -> tuple[int, ...]:
    """Reports closed on each of these days (UTC) and not reopened; the days follow one another."""
    bounds = (_from(days[0]), _from(days[-1] + _DAY))
    rows = Report.objects.filter(organisation=organisation, closed_at__gte=bounds[0], closed_at__lt=bounds[1])
    told = rows.annotate(day=_day("closed_at")).values("day").annotate(number=Count("*")).order_by("day")
    found = {row["day"]: row["number"] for row in told}
    return tuple(found.get(day.isoformat(), 0) for day in days)


def ages_of_waiting(organisation: int, *, now: datetime) -> tuple[int, ...]:
    """How many open reports are younger than each of AGES_H, each counted once in the first that fits; then the older ones."""
    edges = [now - timedelta(hours=hours) for hours in AGES_H]
    bounds = [(None, edges[0]), *pairwise(edges), (edges[-1], None)]
    waiting = _open(organisation)
    return tuple(waiting.filter(_between(older_than=young, at_least=old)).count() for young, old in bounds)


def late_by_level(organisation: int, *, now: datetime) -> tuple[int, ...]:
    """How many open reports of each level, 0 to 4, are past their deadline."""
    late = _open(organisation).filter(due_at__lt=now)
    return tuple(late.filter(level=level).count() for level in LEVELS)


def late_reports(actor: Actor, *, now: datetime) -> Sequence[Report]:
    """The most urgent of those past their deadline that this person may know of.

    The walk goes along the queue and ends when it has enough; by the deadline it would have to sort all that is late.
    """
    late = Coalesce("due_at", Value(now))  # no column, so that no index of deadlines is taken
    rows = visible_reports(actor).annotate(late=late).filter(is_open__in=_TRUE, late__lt=now)
    return list(rows.select_related("assigned_to__user").order_by("order", "received_at", "number")[:MOST_LISTED])


def judgements(organisation: int, *, now: datetime) -> Sequence[Judgement]:
    """What people of the organisation closed or qualified in the last week, the newest first."""
    people = Person.objects.filter(organisation=organisation).values_list("pseudonym", flat=True)
    rows = Event.objects.filter(action__in=CLOSING, at__gte=now - WEEK).order_by("-seq")
    own = set(people)
    told = rows.values_list("subject", "actor", "at")
    return [Judgement(report=subject, actor=actor, at=at) for subject, actor, at in told if actor in own]


def loads(organisation: int, *, judged: Sequence[Judgement], now: datetime) -> tuple[Load, ...]:
    """What each person carries, by name."""
    people = list(Person.objects.select_related("user").filter(organisation=organisation).order_by("user__username"))
    mine = Report.objects.filter(assigned_to__in=[person.pk for person in people], is_open__in=_TRUE)
    held, late = _by_person(mine), _by_person(mine.filter(due_at__lt=now))
    read = {row.person_id: row for row in Exposure.objects.filter(person__in=people, day_date=now.date())}
    closed = Counter(one.actor for one in judged)
    return tuple(_load(person, held, late, closed, read.get(person.pk)) for person in people)


def minutes_a_report(judged: Sequence[Judgement]) -> float | None:
    """Median minutes from taking a report to judging it, of the last that one person took and judged at one sitting.

    None where too few are measured.
    """
    last = judged[:_MEASURED]
    about = Event.objects.filter(subject__in={one.report for one in last}).order_by("seq")
    starts: dict[tuple[UUID | None, str], list[datetime]] = {}
    for subject, actor, action, at in about.values_list("subject", "actor", "action", "at"):
        if action == "report_taken":
            starts.setdefault((subject, actor), []).append(at)
    before = [(one.at, [at for at in starts.get((one.report, one.actor), ()) if at <= one.at]) for one in last]
    spans = [end - max(taken) for end, taken in before if taken]
    told = [span.total_seconds() / 60 for span in spans if span <= _MOST_AT_ONE]
    return median(told) if len(told) >= FEWEST_MEASURED else None


def drawn_reports(organisation: int, *, since_at: datetime) -> Drawn:
    """The sample of the low-ranked among what was received from `since_at` on."""
    rows = Report.objects.filter(organisation=organisation, is_drawn=True, received_at__gte=since_at)
    judged = Q(is_open=False) | Q(outcome__gt="")
    found = rows.aggregate(
        drawn=Count("pk"), judged=Count("pk", filter=judged), raised=Count("pk", filter=Q(level__lt=3))
    )
    return Drawn(**found)


def erased_soon(organisation: int, *, until_date: date) -> tuple[int, int]:
    """How many reports outside of dossiers, and how many dossiers, the rule will erase until this day."""
    reports = due_reports(until_date=until_date).filter(organisation=organisation)
    return reports.count(), due_dossiers(until_date=until_date).filter(organisation=organisation).count()


def next_erased(actor: Actor, *, until_date: date) -> tuple[Sequence[Report], Sequence[Dossier]]:
    """The first of these that this person may know of: what a legal hold would have to be placed on."""
    here = due_reports(until_date=until_date).filter(organisation=actor.person.organisation_id)
    reports = here.exclude(dossier__in=hidden_dossiers(actor))
    dossiers = due_dossiers(until_date=until_date).filter(pk__in=visible_dossiers(actor).values("pk"))
    return list(reports[:MOST_LISTED]), list(dossiers[:MOST_LISTED])


def demands(actor: Actor, *, now: datetime) -> Sequence[Demand]:
    """Demands to erase a report early that somebody else may still confirm, the oldest first; the last one of each report and person."""
    seen = visible_reports(actor).filter(pk=OuterRef("subject"), is_open=False, closed_at__lte=OuterRef("at"))
    rows = Event.objects.filter(Exists(seen.exclude(status="anonymised")), action=ASKED, at__gte=now - ASKED_FOR)
    found = {(row.subject, row.actor): row for row in rows.order_by("seq")[:MOST_LISTED]}
    reports = Report.objects.in_bulk([subject for subject, _ in found if subject is not None])
    return [
        Demand(report=reports[subject], actor=name, ground=row.motive, at=row.at, until_at=row.at + ASKED_FOR)
        for (subject, name), row in found.items()
        if subject in reports
    ]


def _open(organisation: int) -> QuerySet[Report]:
    return Report.objects.filter(organisation=organisation, is_open__in=_TRUE)


def _day(column: str) -> Substr:
    """The day of an instant as text: both databases write it first, and SQLite need not ask Python for each row."""
    return Substr(Cast(F(column), CharField()), 1, 10)


def _from(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _between(*, older_than: datetime | None, at_least: datetime | None) -> Q:
    young = Q(received_at__gt=at_least) if at_least else Q()
    return young & (Q(received_at__lte=older_than) if older_than else Q())


def _by_person(rows: QuerySet[Report]) -> Mapping[int, int]:
    told = rows.values("assigned_to").annotate(number=Count("*")).order_by("assigned_to")
    return {row["assigned_to"]: row["number"] for row in told}


def _load(
    person: Person, held: Mapping[int, int], late: Mapping[int, int], closed: Mapping[str, int], read: Exposure | None
) -> Load:
    return Load(
        person=person,
        held=held.get(person.pk, 0),
        late=late.get(person.pk, 0),
        closed=closed.get(person.pseudonym, 0),
        seconds=read.seconds if read else 0,
        items=read.items if read else 0,
        limit_s=read.limit_s if read else person.daily_limit_s,
    )
