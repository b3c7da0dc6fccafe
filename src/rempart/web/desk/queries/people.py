"""Colleagues and their roles, for the page of people."""

from dataclasses import dataclass

from django.db.models import Prefetch

from rempart.web.people.models import Grant, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """A person with the roles that hold now, in the order in which they were given."""

    person: Person
    roles: tuple[str, ...]


def colleagues_of(organisation: int) -> tuple[Colleague, ...]:
    """Everybody of an organisation, by name."""
    held = Prefetch("grants", queryset=Grant.objects.filter(until_at=None).order_by("since_at", "role"), to_attr="held")
    rows = Person.objects.select_related("user").filter(organisation=organisation).prefetch_related(held)
    return tuple(
        Colleague(person=row, roles=tuple(grant.role for grant in row.held)) for row in rows.order_by("user__username")
    )
