"""Reports on their way to the desk, and the people who work on them; all invented."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.contrib.auth.models import User
from django.db import connections, transaction

from rempart.evidence.keys import recipient_of
from rempart.intake.receipt import code_of
from rempart.intake.report import Account, Category, Kind, Report, ReporterKind, Urgency
from rempart.web.cases import models
from rempart.web.cases.opening import Opened, open_new
from rempart.web.cases.reports import By
from rempart.web.config import Site
from rempart.web.door import actions
from rempart.web.door.actions import Door, Lane, Means, Sender
from rempart.web.door.models import Deposit
from rempart.web.people.access import actor_of
from rempart.web.people.models import Grant, Organisation, Person
from rempart.web.people.roles import Role
from tests.web.conftest import INTAKE, NOON

LONG = (
    "Depuis trois semaines un adulte écrit chaque soir à mon fils, lui demande de garder le secret et propose "
    "un cadeau pour une rencontre après l'école, sans que nous le sachions."
)


@contextmanager
def empty_tables() -> Iterator[None]:
    """As the fixture `rows`, for each example of a property."""
    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(transaction.atomic(using=alias))
            stack.callback(transaction.set_rollback, True, using=alias)
        yield


def home() -> Organisation:
    """Where what comes by the public door goes."""
    return Organisation.objects.get_or_create(is_home=True, defaults={"name": "Association A"})[0]


def a_report(**changes: Any) -> Report:
    """A report of a parent, without anything that ranks or links it."""
    report = Report(kind=Kind.CONVERSATION, reporter=ReporterKind.PARENT, language="fr", narrative="Un mot.")
    return msgspec.structs.replace(report, **changes)


def urgent(**changes: Any) -> Report:
    """A danger now, at home."""
    return a_report(urgency=Urgency.NOW, category=Category.AT_HOME, **changes)


def on_account(name: str, **changes: Any) -> Report:
    """A report on one account."""
    return a_report(accounts=(Account(service="Instagram", name=name),), **changes)


def means(number: int, *, identity: str = INTAKE, at: datetime = NOON) -> Means:
    """Randomness that repeats, other for each number."""
    draws = iter(hashlib.sha256(f"{number}/{place}".encode()).digest() for place in range(100))
    return Means(recipients=(recipient_of(identity),), at=at, draw=lambda count: next(draws)[:count])


def token(number: int) -> bytes:
    """Of the form of this number."""
    return hashlib.sha256(number.to_bytes(4, "big")).digest()


def receive(
    number: int,
    report: Report | None = None,
    *,
    code_number: int | None = None,
    identity: str = INTAKE,
    at: datetime = NOON,
) -> UUID:
    """Lets a report come in; code_number: of the report whose receipt it is under."""
    before = set(Deposit.objects.values_list("id", flat=True))
    actions.receive_report(
        report or a_report(narrative=f"Mot {number}."),
        token=token(number if code_number is None else code_number),
        sender=Sender(door=Door.FORM, lane=Lane.PLAIN),
        means=means(number, identity=identity, at=at),
    )
    (received,) = set(Deposit.objects.values_list("id", flat=True)) - before
    return received


def write(number: int, text: str, *, draw: int) -> None:
    """Lets the reporter of a form write again."""
    actions.post_message(code_of(token(number)), text, means=means(10_000 + draw))


def open_all(site: Site, *, now: datetime = NOON, limit: int = 200) -> list[Opened]:
    """Opens until nothing is left."""
    home()
    done = []
    while (one := open_new(site, now=now, limit=limit)).walked:
        done.append(one)
    return done


def arrive(site: Site, *reports: Report, start: int = 1, at: datetime = NOON) -> list[models.Report]:
    """Reports that came in and were opened, in this order."""
    ids = [receive(number, report, at=at) for number, report in enumerate(reports, start=start)]
    open_all(site)
    rows = {row.pk: row for row in models.Report.objects.filter(pk__in=ids)}
    return [rows[one] for one in ids]


def a_person(name: str = "alice", *roles: Role) -> Person:
    """A colleague; an analyst where nothing is told."""
    user = User.objects.create(username=name)
    person = Person.objects.create(user=user, organisation=home(), pseudonym=f"p-{name}")
    for place, role in enumerate(roles or (Role.ANALYST,)):
        Grant.objects.create(id=UUID(int=user.pk * 100 + place), person=person, role=role, since_at=NOON)
    return person


def by(person: Person, reason: str = "Vu ensemble.", *, minutes: int = 0) -> By:
    """An act of a person, so many minutes after noon."""
    return By(actor=actor_of(person), at=NOON + timedelta(minutes=minutes), reason=reason)


def open_two_hundred(site: Site) -> str:
    """Two hundred reports full of words to look for; tells what was made of them."""
    for number in range(200):
        receive(
            number,
            on_account(
                f"canari.compte{number}",
                narrative=f"canari{number} {LONG}",
                addresses=(f"https://canari{number}.example.org/page",),
                wishes="canari du souhait",
            ),
        )
    open_all(site)
    linked = models.Link.objects.filter(kinds__contains="text").exists()
    return f"{models.Report.objects.count()} reports, links by text: {linked}"
