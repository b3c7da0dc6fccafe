"""The page of the head of a unit: inflow, ages, what waits too long, load, time saved, exposure; and the same as CSV."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from rempart.web.cases.links import joins_per_day
from rempart.web.desk.declaring import actor, page
from rempart.web.desk.histories import name_of
from rempart.web.desk.picture import Chart, Series, show_chart
from rempart.web.desk.queries import unit as queries
from rempart.web.desk.rows import told_due
from rempart.web.desk.words import level_of, report_number
from rempart.web.people.access import Actor, NotKnown
from rempart.web.people.roles import Permission
from rempart.web.public.languages import language
from rempart.wording import wording

DAYS = 30
MINUTES_A_REPORT = 18  # 465 reports a day for about thirty people: reference/volumes.md §6
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")


@page(Permission.READ_FIGURES)
def overview(request: HttpRequest) -> HttpResponse:
    """Everything at a glance; each picture has its table."""
    who, now = actor(request), datetime.now(UTC)
    here, since = who.person.organisation_id, _first_day(now)
    late, worst = queries.late_reports(here, now=now)
    joins = joins_per_day(who.person.organisation, since_at=since, until_at=now)
    joined = sum(day.joins for day in joins)
    context = {
        "charts": [show_chart(chart, lang=language()) for chart in _charts(who, now)],
        "late": late,
        "worst": [
            (row, report_number(row.number), level_of(row.level), told_due(row.due_at, as_of=now)) for row in worst
        ],
        "loads": [(row, name_of(row.person)) for row in queries.loads(here, now=now)],
        "joined": joined,
        "saved_minutes": joined * MINUTES_A_REPORT,
        "minutes_a_report": MINUTES_A_REPORT,
        "drawn": queries.drawn_reports(here, since_at=since),
        "erased_soon": queries.erased_soon(here, until_date=now.date() + timedelta(days=30)),
        "days": DAYS,
        "tables": [(name, label()) for name, (label, _rows) in _TABLES.items()],
    }
    return render(request, "desk/unit.html", context)


@page(Permission.READ_FIGURES)
def table(request: HttpRequest, name: str) -> HttpResponse:
    """A table as CSV, UTF-8, one header line; no cell can be taken for a formula."""
    found = _TABLES.get(name)
    if found is None:
        raise NotKnown("There is no such page, or it is not for you.")
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerows([_safe(cell) for cell in row] for row in found[1](actor(request), datetime.now(UTC)))
    answer = HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _charts(who: Actor, now: datetime) -> Sequence[Chart]:
    return (_inflow(who, now), _ages(who, now))


def _inflow(who: Actor, now: datetime) -> Chart:
    here, since = who.person.organisation_id, _first_day(now)
    days = _days(since.date(), now.date())
    found = queries.received_per_day(here, since_at=since)
    levels = [0, 1, 2, 3, 4]
    series = tuple(
        Series(name=_level(level), values=tuple(found.get((day, level), 0) for day in days)) for level in levels
    )
    total = sum(found.values())
    return Chart(
        key="inflow",
        shape="stacked",
        title=_("Received, day by day, by level"),
        summary=_("{total} reports in {days} days, {mean} a day.").format(
            total=total, days=len(days), mean=wording(language()).number(total / len(days), digits=1)
        ),
        head=_("Day"),
        labels=tuple(f"{day:%d/%m}" for day in days),
        series=series,
    )


def _ages(who: Actor, now: datetime) -> Chart:
    found = queries.ages_of_waiting(who.person.organisation_id, now=now)
    return Chart(
        key="ages",
        shape="row",
        title=_("What waits, by age"),
        summary=_("{total} open reports.").format(total=sum(found)),
        head=_("Age"),
        labels=tuple(_age_labels()),
        series=(Series(name=_("reports"), values=found),),
    )


def _age_labels() -> list[str]:
    told = [
        _("under {hours} h").format(hours=hours) if hours < 48 else _("under {days} days").format(days=hours // 24)
        for hours in queries.AGES_H
    ]
    return [*told, _("older")]


def _level(level: int) -> str:
    name = level_of(level)
    return _("not ranked") if name == "unranked" else name


def _inflow_rows(who: Actor, now: datetime) -> list[list[object]]:
    since = _first_day(now)
    here = who.person.organisation_id
    found = queries.received_per_day(here, since_at=since)
    closed = queries.closed_per_day(here, since_at=since)
    return [
        ["day", "P0", "P1", "P2", "P3", "not_ranked", "closed"],
        *(
            [day.isoformat(), *(found.get((day, level), 0) for level in range(5)), closed.get(day, 0)]
            for day in _days(since.date(), now.date())
        ),
    ]


def _age_rows(who: Actor, now: datetime) -> list[list[object]]:
    found = queries.ages_of_waiting(who.person.organisation_id, now=now)
    bounds = [*(str(hours) for hours in queries.AGES_H), "older"]
    return [["under_hours", "reports"], *([bound, number] for bound, number in zip(bounds, found, strict=True))]


def _load_rows(who: Actor, now: datetime) -> list[list[object]]:
    return [
        ["person", "held", "late", "closed_7_days", "minutes_today", "items_today"],
        *(
            [name_of(load.person), load.held, load.late, load.closed, load.seconds // 60, load.items]
            for load in queries.loads(who.person.organisation_id, now=now)
        ),
    ]


_TABLES: Mapping[str, tuple[Callable[[], str], Callable[[Actor, datetime], list[list[object]]]]] = {
    "inflow": (lambda: _("Received and closed, day by day"), _inflow_rows),
    "ages": (lambda: _("What waits, by age"), _age_rows),
    "load": (lambda: _("Load per person"), _load_rows),
}


def _safe(cell: object) -> str:
    """Text that no spreadsheet takes for a formula. Source: OWASP ASVS 1.2.10."""
    told = str(cell)
    return f"'{told}" if told.startswith(_FORMULA) else told


def _first_day(now: datetime) -> datetime:
    return (now - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
