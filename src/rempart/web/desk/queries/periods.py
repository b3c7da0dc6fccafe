"""Events of a period, found along any index that is in the order of leaves.

Leaves are numbered when they are written, and bear the instant at which the act began, by a clock that may be wrong: the two orders
differ. `of_period` asks for the instants exactly, and bounds the numbers by those that the period holds, so that nothing is missed.
"""

from datetime import datetime

from django.db.models import Max, Min, QuerySet

from rempart.web.cases.models import Event


def of_period(
    rows: QuerySet[Event], *, since_at: datetime | None = None, until_at: datetime | None = None
) -> QuerySet[Event]:
    """Those of these events that lie in [since_at, until_at); None for no bound."""
    bounds = {name: at for name, at in (("at__gte", since_at), ("at__lt", until_at)) if at is not None}
    if not bounds:
        return rows
    numbers = Event.objects.filter(**bounds).aggregate(first=Min("seq"), last=Max("seq"))
    if numbers["first"] is None:
        return rows.none()
    return rows.filter(**bounds, seq__gte=numbers["first"], seq__lte=numbers["last"])
