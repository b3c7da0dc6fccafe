"""Events of a period, found along any index that is in the order of leaves.

Leaves are numbered when they are written, and bear the instant at which the act began, by a clock that may once have been wrong. The
numbers of a period mostly follow one another: then they bound the question. Where a few lie far off, they are listed instead.
"""

from datetime import datetime

from django.db.models import Count, Max, Min, QuerySet

from rempart.web.cases.models import Event

_MOST_LISTED = 50_000  # a longer list costs more than the walk along all numbers
_LOOSE = 1_000  # numbers of other days between those of the period, before they count as far off


def of_period(
    rows: QuerySet[Event], *, since_at: datetime | None = None, until_at: datetime | None = None
) -> QuerySet[Event]:
    """Those of these events that lie in [since_at, until_at); None for no bound."""
    bounds = {name: at for name, at in (("at__gte", since_at), ("at__lt", until_at)) if at is not None}
    if not bounds:
        return rows
    within = Event.objects.filter(**bounds)
    found = within.aggregate(first=Min("seq"), last=Max("seq"), count=Count("*"))
    first, last, count = (found[name] or 0 for name in ("first", "last", "count"))
    is_scattered = last - first > 2 * count + _LOOSE
    if not count or (is_scattered and count <= _MOST_LISTED):
        return rows.filter(seq__in=within.values("seq"))
    return rows.filter(**bounds, seq__gte=first, seq__lte=last)
