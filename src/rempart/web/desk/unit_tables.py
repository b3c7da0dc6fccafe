"""The tables of the page of the unit, as one takes them away: names of columns, then rows; and what its sentences rest on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from rempart.web.cases.links import joins_per_day
from rempart.web.cases.models import Report
from rempart.web.desk.histories import name_of
from rempart.web.desk.queries import unit as queries
from rempart.web.desk.queries.unit import Judgement
from rempart.web.desk.unit_charts import DAYS, first_day, level_name, shown_days
from rempart.web.desk.words import report_number
from rempart.web.people.access import Actor

Rows = list[list[object]]
SOON = timedelta(days=30)
MINUTES_A_REPORT = 18  # until enough is measured: 465 reports a day for about thirty people, reference/volumes.md §6
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What joins spared people in DAYS. minutes_each: of one report; is_measured: here, not taken from the reference."""

    joined: int
    minutes_each: int
    is_measured: bool

    @property
    def minutes(self) -> int:
        """Of all together: a report that was joined is not read a second time."""
        return self.joined * self.minutes_each


def saved_by(who: Actor, judged: Sequence[Judgement], now: datetime) -> Saved:
    """Joins of the days shown, and the median time of a report."""
    here = who.person.organisation
    joined = sum(day.joins for day in joins_per_day(here, since_at=first_day(now), until_at=now))
    measured = queries.minutes_a_report(judged)
    each = MINUTES_A_REPORT if measured is None else max(1, round(measured))
    return Saved(joined=joined, minutes_each=each, is_measured=measured is not None)


def holder_of(row: Report) -> str:
    """Who was given a report; "" for nobody."""
    return name_of(row.assigned_to) if row.assigned_to else ""


def safe(cell: object) -> object:
    """A number as it is; text that no spreadsheet takes for a formula. Source: OWASP ASVS 1.2.10."""
    if isinstance(cell, int):
        return cell
    told = str(cell)
    return f"'{told}" if told.lstrip(" ").startswith(_FORMULA) else told


def _instant(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


def _inflow_rows(who: Actor, now: datetime) -> Rows:
    here, days = who.person.organisation_id, shown_days(now)
    found = queries.received_per_day(here, since_at=first_day(now))
    opened, closed = queries.opened_per_day(here, days=days), queries.closed_per_day(here, days=days)
    return [
        ["day", "P0", "P1", "P2", "P3", "not_ranked", "opened", "closed"],
        *(
            [day.isoformat(), *(found.get((day, level), 0) for level in queries.LEVELS), opened[place], closed[place]]
            for place, day in enumerate(days)
        ),
    ]


def _age_rows(who: Actor, now: datetime) -> Rows:
    found = queries.ages_of_waiting(who.person.organisation_id, now=now)
    bounds = [*(str(hours) for hours in queries.AGES_H), "older"]
    told: Rows = [[bound, number] for bound, number in zip(bounds, found, strict=True)]
    return [["under_hours", "reports"], *told]


def _late_rows(who: Actor, now: datetime) -> Rows:
    told: Rows = [
        [
            report_number(row.number),
            level_name(row.level),
            _instant(row.received_at),
            _instant(row.due_at),
            holder_of(row),
        ]
        for row in queries.late_reports(who, now=now)
    ]
    return [["report", "level", "received_utc", "due_utc", "held_by"], *told]


def _load_rows(who: Actor, now: datetime) -> Rows:
    here = who.person.organisation_id
    return [
        ["person", "held", "late", "judged_7_days", "minutes_today", "limit_minutes", "items_today"],
        *(
            [name_of(row.person), row.held, row.late, row.closed, row.seconds // 60, row.limit_s // 60, row.items]
            for row in queries.loads(here, judged=queries.judgements(here, now=now), now=now)
        ),
    ]


def _figure_rows(who: Actor, now: datetime) -> Rows:
    """What stands on the page in sentences."""
    here, saved = (
        who.person.organisation_id,
        saved_by(who, queries.judgements(who.person.organisation_id, now=now), now),
    )
    drawn = queries.drawn_reports(here, since_at=first_day(now))
    reports, dossiers = queries.erased_soon(here, until_date=now.date() + SOON)
    return [
        ["figure", "value", "unit"],
        [f"joins_{DAYS}_days", saved.joined, "reports"],
        ["time_of_one_report", saved.minutes_each, "minutes"],
        [f"time_saved_{DAYS}_days", saved.minutes, "minutes"],
        ["drawn", drawn.drawn, "reports"],
        ["drawn_and_judged", drawn.judged, "reports"],
        ["drawn_and_raised", drawn.raised, "reports"],
        [f"erased_within_{SOON.days}_days", reports, "reports"],
        [f"erased_within_{SOON.days}_days", dossiers, "dossiers"],
    ]


TABLES: Mapping[str, tuple[Callable[[], str], Callable[[Actor, datetime], Rows]]] = {
    "inflow": (lambda: _("Received, opened and closed, day by day"), _inflow_rows),
    "ages": (lambda: _("What waits, by age"), _age_rows),
    "late": (lambda: _("What waits too long"), _late_rows),
    "load": (lambda: _("Load per person"), _load_rows),
    "figures": (lambda: _("Joins, sample, what is erased soon"), _figure_rows),
}
