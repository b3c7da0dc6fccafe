"""Which reports stand behind another as its duplicates."""

from uuid import UUID

from rempart.web.cases.lifecycle import Status
from rempart.web.cases.models import Report


def duplicates_of(report: Report) -> list[Report]:
    """Its duplicates, theirs, and so on, the lowest number first."""
    found: dict[UUID, Report] = {}
    wanted = {report.pk}
    while wanted:
        rows = Report.objects.filter(duplicate_of__in=wanted, status=Status.DUPLICATE).exclude(pk=report.pk)
        new = {row.pk: row for row in rows.order_by("number") if row.pk not in found}
        found.update(new)
        wanted = set(new)
    return sorted(found.values(), key=lambda row: row.number)
