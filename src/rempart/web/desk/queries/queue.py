"""The queue: one walk along an index, fifty reports at a time, with how many there are of each level.

A place in the list is told by the values of its order (order, instant, number), so that a page is found without counting what
comes before it, and nothing is skipped or shown twice when reports come in meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from django.db.models import Count, Q, QuerySet

from rempart.web.cases.lifecycle import AT_REST, Status
from rempart.web.cases.models import Cursor, Report
from rempart.web.cases.opening import CURSOR
from rempart.web.cases.reports import FOR_TAKING
from rempart.web.door.models import Deposit, Head
from rempart.web.people.access import Actor, hidden_dossiers, visible_reports

PAGE = 50
_YES, _NO = (True,), (False,)  # in a list: SQLite uses no index for a bare yes or no
_ORDER = ("order", "received_at", "number")
MOST_COUNTED = 2_000  # of a filtered list: more are told as “more than”


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the reader wants to see of the queue; "" and False: everything. level: a number as text."""

    level: str = ""
    category: str = ""
    language: str = ""
    status: str = ""
    mine: bool = False
    overdue: bool = False
    drawn: bool = False
    second: bool = False
    messages: bool = False

    @property
    def is_everything(self) -> bool:
        """Whether nothing is filtered."""
        return self == Wanted()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place between two reports of the queue."""

    order: int
    received_at: datetime
    number: int

    @classmethod
    def of(cls, report: Report) -> Self:
        """The place of this report."""
        return cls(order=report.order, received_at=report.received_at, number=report.number)

    @classmethod
    def read(cls, untrusted: str) -> Self | None:
        """The place in an address; None for none or for what is none."""
        parts = untrusted.split("-")
        if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) < 16 for part in parts):
            return None
        order, seconds, number = map(int, parts)
        try:
            return cls(order=order, received_at=datetime.fromtimestamp(seconds, tz=UTC), number=number)
        except (OverflowError, OSError, ValueError):
            return None

    def written(self) -> str:
        """For an address."""
        return f"{self.order}-{int(self.received_at.timestamp())}-{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A page of the queue. before, after: places from which the pages around begin; None where there is none.

    totals: of each level; is_more: there are more than could be counted.
    """

    reports: tuple[Report, ...]
    before: Place | None
    after: Place | None
    totals: Mapping[int, int]
    is_more: bool


def read_queue(
    actor: Actor, wanted: Wanted, *, now: datetime, after: Place | None = None, before: Place | None = None
) -> Seen:
    """The reports after (or before) a place, the most urgent first."""
    rows = _filtered(actor, wanted, now)
    listed = rows.order_by(*_ORDER).values_list("number", flat=True)  # of the index alone; the rows only of the page
    if before is not None:
        numbers = list(listed.filter(_earlier(before)).reverse()[: PAGE + 1])[::-1]
        is_more_before, is_more_after = len(numbers) > PAGE, True
        numbers = numbers[-PAGE:]
    else:
        numbers = list((listed.filter(_later(after)) if after else listed)[: PAGE + 1])
        is_more_before, is_more_after = after is not None, len(numbers) > PAGE
        numbers = numbers[:PAGE]
    found = list(rows_of(numbers))
    totals, is_more = _totals(actor, rows, wanted)
    return Seen(
        reports=tuple(found),
        before=Place.of(found[0]) if found and is_more_before else None,
        after=Place.of(found[-1]) if found and is_more_after else None,
        totals=totals,
        is_more=is_more,
    )


def rows_of(numbers: Sequence[int]) -> QuerySet[Report]:
    """These reports with who holds them and their dossiers, in the order of the queue."""
    rows = Report.objects.filter(number__in=numbers)
    return rows.select_related("assigned_to__user", "dossier").order_by(*_ORDER)


def is_anything_free(actor: Actor, *, now: datetime) -> bool:
    """Whether there is a report that this person could take."""
    free = Q(locked_until=None) | Q(locked_until__lte=now) | Q(assigned_to=actor.person.pk)
    return visible_reports(actor).filter(free, is_open__in=_YES, status__in=FOR_TAKING).exists()


def count_sealed(actor: Actor) -> int:
    """How many reports have come that the worker has not opened yet; 0 for people of another organisation than it fills."""
    if not actor.person.organisation.is_home:
        return 0
    size = Head.objects.values_list("size", flat=True).first() or 0
    seq = Cursor.objects.filter(name=CURSOR).values_list("seq", flat=True).first() or 0
    return max(0, Deposit.objects.count() - Report.objects.count()) if size > seq else 0


def _filtered(actor: Actor, wanted: Wanted, now: datetime) -> QuerySet[Report]:
    is_at_rest = wanted.status in {str(status) for status in AT_REST}
    rows = visible_reports(actor).filter(is_open__in=_NO if is_at_rest else _YES)
    for name in ("level", "category", "language", "status"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    if wanted.mine:
        rows = rows.filter(assigned_to=actor.person.pk)
    if wanted.overdue:
        rows = rows.filter(due_at__lt=now)
    if wanted.drawn:
        rows = rows.filter(is_drawn=True)
    if wanted.second:
        rows = rows.filter(status=Status.SECOND_READING)
    return rows.filter(messages__gt=0) if wanted.messages else rows


def _totals(actor: Actor, rows: QuerySet[Report], wanted: Wanted) -> tuple[dict[int, int], bool]:
    if wanted.is_everything:
        return _all_totals(actor), False
    first = rows.order_by(*_ORDER).values("level")[: MOST_COUNTED + 1]
    levels = [row["level"] for row in first]
    totals: dict[int, int] = {}
    for level in levels[:MOST_COUNTED]:
        totals[level] = totals.get(level, 0) + 1
    return totals, len(levels) > MOST_COUNTED


def _all_totals(actor: Actor) -> dict[int, int]:
    """Of everything that is open: the whole by its index, less the few in dossiers that this person may not know of."""
    own = actor.person.organisation_id
    every = Report.objects.filter(organisation=own, is_open__in=_YES)
    totals: dict[int, int] = dict(
        every.values("level").annotate(count=Count("*")).order_by("level").values_list("level", "count")
    )
    hidden = list(hidden_dossiers(actor).filter(organisation=own).values_list("pk", flat=True))
    for level, is_open in Report.objects.filter(dossier__in=hidden).values_list("level", "is_open"):
        totals[level] -= is_open  # by the index of dossiers: nothing else is asked, or the planner takes a longer way
    return {level: count for level, count in totals.items() if count}


def _later(place: Place) -> Q:
    same = Q(order=place.order)
    return Q(order__gte=place.order) & (
        Q(order__gt=place.order)
        | (same & Q(received_at__gt=place.received_at))
        | (same & Q(received_at=place.received_at, number__gt=place.number))
    )


def _earlier(place: Place) -> Q:
    same = Q(order=place.order)
    return Q(order__lte=place.order) & (
        Q(order__lt=place.order)
        | (same & Q(received_at__lt=place.received_at))
        | (same & Q(received_at=place.received_at, number__lt=place.number))
    )
