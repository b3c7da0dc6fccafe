"""Everybody at a desk, what each may meet there, and their browsers: own things, colleagues', restricted ones, another organisation's.

Everything here is invented. `world()` makes it in the tables of the test; `Browser` asks as a signed-in person does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.client import ClientHandler, RequestFactory

from rempart.intake.report import Account, Answer, Category, Contact, Kind, ReporterKind, Urgency
from rempart.intake.report import Report as Told
from rempart.web.cases import dossiers
from rempart.web.cases.events import Motive
from rempart.web.cases.models import Dossier, Member, Report
from rempart.web.cases.reports import By
from rempart.web.config import Site
from rempart.web.door import actions
from rempart.web.door.models import Draft
from rempart.web.people.access import Actor, actor_of
from rempart.web.people.models import Grant, Organisation, Person
from rempart.web.people.roles import Role
from tests.web.cases.arriving import arrive, token
from tests.web.cases.arriving import means as means_of
from tests.web.desk.furnished import Case, furnish
from tests.web.entering import HEADERS, let_in

LETTERS: Mapping[str, Role] = {
    "L": Role.LISTENER,
    "A": Role.ANALYST,
    "S": Role.SECOND_READER,
    "J": Role.JURIST,
    "V": Role.VOLUNTEER,
    "I": Role.INVESTIGATOR,
    "C": Role.COORDINATOR,
    "K": Role.CUSTODIAN,
    "H": Role.HEAD,
    "T": Role.ADMINISTRATOR,
    "U": Role.AUDITOR,
}
NO_ROLE, NOBODY, NO_PERSON, NO_FACTOR = "no role", "nobody", "no person", "no factor"
READERS = (*LETTERS, NO_ROLE, NOBODY, NO_PERSON, NO_FACTOR)
NOT_THERE = 987_654
NARRATIVE = "Somebody asks my son to keep a secret and wants to meet him on Saturday behind the library."


class Relation(StrEnum):
    """Whose it is, seen from the reader. OWN: one works on it; LED: one leads it, which few may."""

    OWN = "own"
    LED = "led by oneself"
    COLLEAGUES = "of a colleague"
    RESTRICTED = "restricted to others"
    ELSEWHERE = "of another organisation"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """actors: by letter, and of no role. cases: by relation, but for what is absent; waiting: a report in no dossier.

    led: numbers of dossiers, by the letters of those who lead them.
    """

    actors: dict[str, Actor]
    cases: dict[Relation, Case]
    waiting: Report
    other: Report
    colleague: Person
    stranger: Person
    draft: UUID
    led: dict[str, int]

    @property
    def own(self) -> Case:
        """The case that everybody with a role works on."""
        return self.cases[Relation.OWN]


def world(site: Site) -> World:
    """Makes everything."""
    home = Organisation.objects.get_or_create(is_home=True, defaults={"name": "Ici"})[0]
    away = Organisation.objects.create(name="Ailleurs")
    actors = {letter: _person(f"the {role}", home, role) for letter, role in LETTERS.items()}
    actors[NO_ROLE] = _person("Zoe", home)
    alice = _person("Alice", home, Role.INVESTIGATOR, Role.HEAD)
    chloe = _person("Chloe", away, Role.INVESTIGATOR)
    told = arrive(site, *(_told(number) for number in range(7)), at=datetime.now(UTC) - timedelta(hours=1))
    waiting, other, *rest = told
    Report.objects.filter(pk=rest[-1].pk).update(organisation=away)
    rest[-1].refresh_from_db()
    cases = {
        relation: furnish(chloe if relation is Relation.ELSEWHERE else alice, report, other if relation is not Relation.ELSEWHERE else rest[0])
        for relation, report in zip((Relation.OWN, Relation.COLLEAGUES, Relation.RESTRICTED, Relation.ELSEWHERE), rest[-4:], strict=True)
    }  # fmt: skip
    Member.objects.bulk_create(
        Member(dossier=cases[Relation.OWN].dossier, person=actor.person, since_at=datetime.now(UTC))
        for actor in actors.values()
    )
    Dossier.objects.filter(pk=cases[Relation.RESTRICTED].dossier.pk).update(is_restricted=True)
    colleague = _person("Bob", home, Role.ANALYST, Role.LISTENER)
    return World(
        actors=actors,
        cases=cases,
        waiting=waiting,
        other=other,
        colleague=colleague.person,
        stranger=chloe.person,
        draft=_draft(),
        led={letter: _led(actors[letter]) for letter in ("A", "I")},
    )


def _person(name: str, organisation: Organisation, *roles: Role) -> Actor:
    user = User.objects.create(username=name)
    row = Person.objects.create(user=user, organisation=organisation, pseudonym=f"p-{user.pk:08x}")
    Grant.objects.bulk_create(
        Grant(id=uuid4(), person=row, role=role, since_at=datetime.now(UTC) - timedelta(days=9)) for role in roles
    )
    return actor_of(row)


def _led(actor: Actor) -> int:
    """A dossier that somebody leads; its number."""
    by = By(actor=actor, at=datetime.now(UTC), reason="a matter of their own")
    return dossiers.open_dossier(title="Another game", purpose="who writes there", by=by).number


def _draft() -> UUID:
    """A form that somebody left unfinished two hours ago."""
    means = means_of(7, at=datetime.now(UTC) - timedelta(hours=2))
    actions.save_draft(_told(7), token=token(7_000), means=means)
    return Draft.objects.get().pk


def _told(number: int) -> Told:
    return Told(
        kind=Kind.CONVERSATION,
        reporter=ReporterKind.PARENT,
        language="en",
        category=Category.SECRECY_ASKED,
        urgency=Urgency.GOING_ON,
        contact_going_on=Answer.YES,
        narrative=f"{NARRATIVE} This is report {number}.",
        accounts=(Account(service="a game", name=f"player_{number}"),),
        contact=Contact(name="Somebody Invented", email=f"parent{number}@example.org"),
        wishes="Please do not telephone before Thursday.",
    )


# -- browsers -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Browser:
    """Asks with the same cookies each time: what an answer sets is forgotten, so that every question is asked alike."""

    cookies: str = ""
    _handler: ClientHandler = field(default_factory=lambda: ClientHandler(enforce_csrf_checks=False))

    def ask(self, method: str, path: str, body: Mapping[str, str] | None = None) -> HttpResponseBase:
        """One answer; a page that fails is a 500, as for people."""
        make: Any = getattr(RequestFactory(**HEADERS, HTTP_COOKIE=self.cookies), method.lower())
        return self._handler(make(path, dict(body or {}) if method == "POST" else {}).environ)


def browser_of(user: User | None, *, is_open: bool = True) -> Browser:
    """The browser of somebody who showed a minute ago who they are; None: of nobody."""
    if user is None:
        return Browser()
    client = Client(**HEADERS)
    let_in(client, user) if is_open else client.force_login(user)
    session = client.session
    record_authentication(SimpleNamespace(session=session), user, "password")
    session.save()
    return Browser(f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}")


def browsers(made: World) -> dict[str, Browser]:
    """One for each reader."""
    told = {name: browser_of(actor.person.user) for name, actor in made.actors.items()}
    told[NOBODY] = browser_of(None)
    told[NO_PERSON] = browser_of(User.objects.create(username="Outsider"))
    told[NO_FACTOR] = browser_of(
        _person("Eve", made.waiting.organisation, Role.INVESTIGATOR).person.user, is_open=False
    )
    return told


def give_motive(browser: Browser, subject: UUID, motive: Motive = Motive.FOLLOW_UP) -> None:
    """As if the reader had told why, a minute ago."""
    session = SessionStore(browser.cookies.partition("=")[2])
    until = datetime.now(UTC) + timedelta(hours=1)
    session["motives"] = {**session.get("motives", {}), str(subject): (str(motive), until.isoformat())}
    session.save()
