"""Which reports can be searched: those that were opened and not erased."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from rempart.web.cases.models import Cursor, Report, Tombstone
from rempart.web.cases.opening import CURSOR
from rempart.web.door.models import Head
from rempart.web.door.models import Tombstone as Emptied


def count_opened() -> int:
    """How many there are."""
    return _opened().count()


def opened_after(number: int) -> list[int]:
    """The numbers above this one, lowest first; above 0 stand all."""
    return list(_opened().filter(number__gt=number).order_by("number").values_list("number", flat=True))


def ids_of(numbers: Sequence[int]) -> dict[UUID, int]:
    """Ids of deposits and their numbers; one that was erased meanwhile is left out."""
    return dict(_opened().filter(number__in=numbers).order_by("number").values_list("id", "number"))


def emptied_since(at: datetime) -> set[int]:
    """Numbers of the reports whose words were erased at the door since; the desk may say so later, or not have said it yet."""
    subjects = list(Emptied.objects.filter(erased_at__gte=at).values_list("subject", flat=True))
    return set(Report.objects.filter(id__in=subjects).values_list("number", flat=True)) if subjects else set()


def is_opening() -> bool:
    """Whether something at the door waits to be opened."""
    seq = Cursor.objects.filter(name=CURSOR).values_list("seq", flat=True).first() or 0
    return Head.objects.filter(size__gt=seq).exists()


def _opened() -> QuerySet[Report]:
    return Report.objects.filter(~Exists(Tombstone.objects.filter(subject=OuterRef("id"))), failure="")
