"""Which reports can be searched: those that were opened and not erased; and what reporters wrote on them later."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from rempart.web.cases.models import Cursor, Event, Report, Tombstone
from rempart.web.cases.opening import CURSOR
from rempart.web.door.models import Head, Message
from rempart.web.door.models import Tombstone as Emptied

_AT_ONCE = 500  # ids in one question to the database


def count_opened() -> int:
    """How many there are."""
    return _opened().count()


def opened_after(number: int) -> list[int]:
    """The numbers above this one, lowest first; above 0 stand all."""
    return list(_opened().filter(number__gt=number).order_by("number").values_list("number", flat=True))


def ids_of(numbers: Sequence[int]) -> dict[UUID, int]:
    """Ids of deposits and their numbers; one that was erased meanwhile is left out."""
    return dict(_opened().filter(number__in=numbers).order_by("number").values_list("id", "number"))


def messages_after(leaf: int) -> list[tuple[int, UUID, UUID]]:
    """Messages of reporters that the worker counted on a report after this leaf of the journal: (leaf, message, report), in order.

    Leaves are numbered under a lock that is held until the commit: who sees one sees all before it.
    """
    rows = Event.objects.filter(action="message_came", seq__gt=leaf, subject__isnull=False).order_by("seq")
    return [(seq, key, report) for seq, key, report in rows.values_list("seq", "id", "subject") if report is not None]


def sealed_messages(messages: Iterable[UUID]) -> dict[UUID, bytes]:
    """The sealed bytes of messages; those that a rule emptied are left out."""
    found: dict[UUID, bytes] = {}
    for some in _portions(messages):
        rows = Message.objects.filter(id__in=some, from_reporter=True).order_by("sent_at", "id")
        found.update((key, bytes(sealed)) for key, sealed in rows.values_list("id", "sealed") if sealed)
    return found


def numbers_of(reports: Iterable[UUID]) -> set[int]:
    """The numbers of these reports, without those that were erased."""
    return {
        number
        for some in _portions(reports)
        for number in _opened().filter(id__in=some).order_by("number").values_list("number", flat=True)
    }


def emptied_since(at: datetime) -> set[int]:
    """Numbers of the reports whose words were erased at the door since; the desk may say so later, or not have said it yet."""
    subjects = list(Emptied.objects.filter(erased_at__gte=at).values_list("subject", flat=True))
    return set(Report.objects.filter(id__in=subjects).values_list("number", flat=True)) if subjects else set()


def is_opening() -> bool:
    """Whether something at the door waits to be opened."""
    seq = Cursor.objects.filter(name=CURSOR).values_list("seq", flat=True).first() or 0
    return Head.objects.filter(size__gt=seq).exists()


def _portions(ids: Iterable[UUID]) -> list[list[UUID]]:
    every = sorted(set(ids))
    return [every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE)]


def _opened() -> QuerySet[Report]:
    return Report.objects.filter(~Exists(Tombstone.objects.filter(subject=OuterRef("id"))), failure="")
