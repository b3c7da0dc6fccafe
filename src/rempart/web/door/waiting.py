"""What has come in and is sealed still, in the order in which people should look at it."""

from dataclasses import dataclass

from django.db.models import Case, IntegerField, Value, When

from rempart.web.door.actions import Lane
from rempart.web.door.models import Deposit

SHOWN = 200
_ORDER = (Lane.URGENT, Lane.PARTNER, Lane.PROVEN, Lane.PLAIN, Lane.FLOOD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Reports that came in: how many there are in all, and the first SHOWN of them."""

    total: int
    first: tuple[Deposit, ...]


def waiting_reports() -> Waiting:
    """The declared urgency first, then the lane, then the oldest; without the sealed bytes."""
    place = Case(
        *(When(lane=lane, then=Value(number)) for number, lane in enumerate(_ORDER)),
        default=Value(len(_ORDER)),
        output_field=IntegerField(),
    )
    rows = Deposit.objects.defer("sealed").annotate(place=place).order_by("-urgency", "place", "received_at", "id")
    return Waiting(total=Deposit.objects.count(), first=tuple(rows[:SHOWN]))
