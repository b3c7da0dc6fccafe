"""The charts of the page of the unit: what comes in and goes out, day by day, and how old is what waits."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from rempart.web.desk.picture import Chart, Series
from rempart.web.desk.queries import unit as queries
from rempart.web.desk.words import level_of
from rempart.web.people.access import Actor
from rempart.web.public.languages import language
from rempart.wording import wording

DAYS = 30
Received = Mapping[tuple[date, int], int]  # reports by day and level


def charts_of(who: Actor, now: datetime) -> Sequence[Chart]:
    """All of them, for the organisation of this person."""
    here = who.person.organisation_id
    received = queries.received_per_day(here, since_at=first_day(now))
    return (_inflow(received, now), _flow(here, received, now), _ages(here, now))


def _inflow(received: Received, now: datetime) -> Chart:
    days, told = shown_days(now), wording(language()).number
    series = tuple(
        Series(name=level_name(level), values=tuple(received.get((day, level), 0) for day in days))
        for level in queries.LEVELS
    )
    total = sum(received.values())
    return Chart(
        key="inflow",
        shape="stacked",
        title=_("Received, day by day, by level"),
        summary=_("{total} reports in {days} days, {mean} a day.").format(
            total=told(total), days=len(days), mean=told(total / len(days), digits=1)
        ),
        head=_("Day"),
        labels=tuple(f"{day:%d/%m}" for day in days),
        series=series,
    )


def _flow(here: int, received: Received, now: datetime) -> Chart:
    days, told = shown_days(now), wording(language()).number
    came = tuple(sum(received.get((day, level), 0) for level in queries.LEVELS) for day in days)
    opened, closed = queries.opened_per_day(here, days=days), queries.closed_per_day(here, days=days)
    return Chart(
        key="flow",
        shape="line",
        title=_("Received, opened and closed, day by day"),
        summary=_("{received} received, {opened} opened, {closed} closed in {days} days.").format(
            received=told(sum(came)), opened=told(sum(opened)), closed=told(sum(closed)), days=len(days)
        ),
        head=_("Day"),
        labels=tuple(f"{day:%d/%m}" for day in days),
        series=(
            Series(name=_("received"), values=came),
            Series(name=_("opened"), values=opened),
            Series(name=_("closed"), values=closed),
        ),
    )


def _ages(here: int, now: datetime) -> Chart:
    found = queries.ages_of_waiting(here, now=now)
    return Chart(
        key="ages",
        shape="row",
        title=_("What waits, by age"),
        summary=_("{total} open reports.").format(total=wording(language()).number(sum(found))),
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


def level_name(level: int) -> str:
    """P0 to P3, or that it is not ranked."""
    name = level_of(level)
    return _("not ranked") if name == "unranked" else name


def first_day(now: datetime) -> datetime:
    """The instant at which the figures begin."""
    return (now - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)


def shown_days(now: datetime) -> list[date]:
    """The days of the figures, the first one first."""
    return [(first_day(now) + timedelta(days=ahead)).date() for ahead in range(DAYS)]
