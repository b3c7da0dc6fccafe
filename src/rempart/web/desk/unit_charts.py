"""The charts of the page of the unit: what comes in and goes out, day by day, and how old is what waits."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from rempart.web.desk.picture import Chart, Series
from rempart.web.desk.queries import unit as queries
from rempart.web.desk.words import level_of
from rempart.web.people.access import Actor
from rempart.web.public.languages import language
from rempart.wording import wording

DAYS = 30


def charts_of(who: Actor, now: datetime) -> Sequence[Chart]:
    """All of them, for the organisation of this person."""
    return (_inflow(who, now), _flow(who, now), _ages(who, now))


def _inflow(who: Actor, now: datetime) -> Chart:
    here, since = who.person.organisation_id, first_day(now)
    days = shown_days(now)
    found = queries.received_per_day(here, since_at=since)
    series = tuple(
        Series(name=level_name(level), values=tuple(found.get((day, level), 0) for day in days))
        for level in queries.LEVELS
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


def _flow(who: Actor, now: datetime) -> Chart:
    here, days = who.person.organisation_id, shown_days(now)
    opened, closed = queries.opened_per_day(here, days=days), queries.closed_per_day(here, days=days)
    found = queries.received_per_day(here, since_at=first_day(now))
    received = tuple(sum(found.get((day, level), 0) for level in queries.LEVELS) for day in days)
    return Chart(
        key="flow",
        shape="line",
        title=_("Received, opened and closed, day by day"),
        summary=_("{received} received, {opened} opened, {closed} closed in {days} days.").format(
            received=sum(received), opened=sum(opened), closed=sum(closed), days=len(days)
        ),
        head=_("Day"),
        labels=tuple(f"{day:%d/%m}" for day in days),
        series=(
            Series(name=_("received"), values=received),
            Series(name=_("opened"), values=opened),
            Series(name=_("closed"), values=closed),
        ),
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
