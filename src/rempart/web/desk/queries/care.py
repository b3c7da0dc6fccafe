"""What people looked at, for the pages of care and of the unit."""

from collections.abc import Mapping
from datetime import date

from rempart.web.cases.models import Exposure


def days_of(person: int, *, first: date) -> Mapping[date, Exposure]:
    """The days of one person from `first` on; a day without reading is not there."""
    rows = Exposure.objects.filter(person=person, day_date__gte=first).order_by("day_date")
    return {row.day_date: row for row in rows}


def colleagues_today(organisation: int, *, day: date) -> list[Exposure]:
    """Who read something on this day, who read longest first."""
    rows = Exposure.objects.select_related("person__user").filter(person__organisation=organisation, day_date=day)
    return list(rows.order_by("-seconds", "person"))
