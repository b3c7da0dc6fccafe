"""The people of the tests: Alice leads, Bob reads, Dora reads a second time, Chloé is of another association, Zoé has no role.

`cast()` makes them in the tables of the test; `report()` and `dossier()` make rows to work on, through the models, for tests of
what people do with them (tests of opening make theirs through the door).
"""

import itertools
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

if TYPE_CHECKING:
    from django.test import Client

from rempart.web.cases import dossiers
from rempart.web.cases.models import Dossier, Report
from rempart.web.cases.reports import By
from rempart.web.people.access import Actor, actor_of
from rempart.web.people.models import Grant, Organisation, Person
from rempart.web.people.roles import Role
from tests.web.conftest import NOON

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everybody. head, listener …: one of each role beside the named ones."""

    alice: Actor
    bob: Actor
    dora: Actor
    chloe: Actor
    zoe: Actor
    by_role: dict[Role, Actor]


def cast() -> Cast:
    """Makes the people, in two organisations."""
    home = Organisation.objects.filter(is_home=True).first() or Organisation.objects.create(name="Ici", is_home=True)
    other = Organisation.objects.create(name="Ailleurs")
    by_role = {role: person(f"the {role}", home, role) for role in Role}
    return Cast(
        alice=person("Alice", home, Role.INVESTIGATOR),
        bob=person("Bob", home, Role.ANALYST),
        dora=person("Dora", home, Role.SECOND_READER),
        chloe=person("Chloé", other, Role.INVESTIGATOR, Role.HEAD, Role.ANALYST),
        zoe=person("Zoé", home),
        by_role=by_role,
    )


def person(name: str, organisation: Organisation, *roles: Role) -> Actor:
    """Somebody with these roles."""
    from django.contrib.auth.models import User

    user = User.objects.create(username=f"{name} {next(_numbers)}")
    row = Person.objects.create(user=user, organisation=organisation, pseudonym=f"p-{secrets.token_hex(4)}")
    Grant.objects.bulk_create(Grant(id=uuid4(), person=row, role=role, since_at=NOON) for role in roles)
    return actor_of(row)


def by(actor: Actor, reason: str = "because it must be so", *, at: datetime = NOON) -> By:
    """What somebody says when acting."""
    return By(actor=actor, at=at, reason=reason)


def report(organisation: Organisation, **told: object) -> Report:
    """A report that was opened an hour ago, without words of its own."""
    number = next(_numbers)
    columns: dict[str, object] = {
        "id": uuid4(),
        "number": number,
        "organisation": organisation,
        "received_at": NOON - timedelta(hours=1),
        "opened_at": NOON - timedelta(minutes=59),
        "lookup": secrets.token_bytes(32),
        "door": "form",
        "lane": "plain",
        "kind": "situation",
        "reporter": "parent",
        "category": "secrecy_asked",
        "urgency": 2,
        "age_band": "11_14",
        "contact_going_on": "unknown",
        "language": "fr",
        "files": 0,
        "status": "to_triage",
        "level": 3,
        "points_min": 0.0,
        "points_max": 0.0,
        "reasons": "",
        "order": 3_000_000 + number,
    }
    return Report.objects.create(**(columns | told))


def dossier(actor: Actor, *reports: Report, title: str = "Affaire des essais") -> Dossier:
    """A dossier led by this person."""
    return dossiers.open_dossier(title=title, purpose="essai", by=by(actor), reports=reports)


def absent() -> UUID:
    """The id of nothing."""
    return uuid4()


def browser_of(actor: Actor) -> "Client":
    """A browser in which this person is signed in with a second factor, as `entrance` leaves a session when the desk is open."""
    from django.test import Client

    from tests.web.entering import HEADERS, let_in

    client = Client(**HEADERS)
    let_in(client, actor.person.user)
    return client
