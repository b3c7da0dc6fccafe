"""Events of a period, found along any index that is in the order of leaves.

Leaves are numbered when they are written, and bear the instant at which the act began: the two orders differ by what a request or a
batch of the worker lasts. `of_period` bounds the numbers a little wider, and asks for the instants exactly.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from rempart.web.cases.models import Event

_APART = timedelta(hours=1)  # more than any request or batch lasts


def of_period(
    rows: QuerySet[Event], *, since_at: datetime | None = None, until_at: datetime | None = None
) -> QuerySet[Event]:
    """Those of these events that lie in [since_at, until_at); None for no bound."""
    if since_at is not None:
        before = Event.objects.filter(at__lt=since_at - _APART).order_by("-at").values_list("seq", flat=True).first()
        rows = rows.filter(at__gte=since_at) if before is None else rows.filter(at__gte=since_at, seq__gt=before)
    if until_at is not None:
        after = Event.objects.filter(at__gte=until_at + _APART).order_by("at").values_list("seq", flat=True).first()
        rows = rows.filter(at__lt=until_at) if after is None else rows.filter(at__lt=until_at, seq__lt=after)
    return rows
