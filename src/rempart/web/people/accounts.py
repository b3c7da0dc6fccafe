"""Verbs on who works here: a person is made once, a role is given and ended, each with its event in the same transaction.

Nobody gives a role to themself or ends one of their own, whatever their roles are. Who may give roles to others is asked by the
pages (`access.require`); who runs the command line owns the machine, and acts as OWNER.
"""

import secrets
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, router, transaction

from rempart.errors import BadInput, NotAllowed
from rempart.web.cases.events import SITE, Act, of_person, record
from rempart.web.people.models import Grant, Organisation, Person
from rempart.web.people.roles import Role

OWNER = "owner"  # what the journal calls whoever runs the command line of the site
_SIGNS = "abcdefghijklmnopqrstuvwxyz234567"  # base32, as the codes of leaves are written
_PSEUDONYM_SIGNS = 8


class NoSuchRole(BadInput):
    """A name that is no role."""


class AlreadyHeld(BadInput):
    """The person is there, or has this role, already."""


class NotHeld(BadInput):
    """The person does not have this role."""


class OwnRole(NotAllowed):
    """Somebody would change their own roles."""


def home_of(name: str, *, at: datetime) -> Organisation:
    """The organisation to which goes what comes by the public door; made under this name when there is none."""
    home = Organisation.objects.filter(is_home=True).first()
    if home is not None:
        return home
    with transaction.atomic(using=_alias()):
        home = Organisation.objects.create(name=name, is_home=True)
        record(Act(action="organisation_made", actor=OWNER, at=at), subject=SITE)
    return home


def make_person(user: User, *, organisation: Organisation, by: str, at: datetime) -> Person:
    """Makes the person of an account, without a role, under a pseudonym that the journal bears from now on. Raises: AlreadyHeld."""
    try:
        with transaction.atomic(using=_alias()):
            person = Person(user=user, organisation=organisation, pseudonym=_pseudonym())
            person.save(force_insert=True)
            record(Act(action="person_made", actor=by, at=at), subject=of_person(person))
    except IntegrityError:
        raise AlreadyHeld("This account belongs to a person already; nothing was changed.") from None
    return person


def person_of(user: User, *, organisation: str, by: str, at: datetime) -> Person:
    """The person of an account; made in the home organisation, which gets this name when there is none, the first time."""
    known = Person.objects.filter(user=user).first()
    return known or make_person(user, organisation=home_of(organisation, at=at), by=by, at=at)


def grant_role(person: Person, *, role: Role, by: str, at: datetime, reason: str = "") -> Grant:
    """Gives a role from now on. by: the pseudonym of who gives it, or OWNER. Raises: OwnRole, AlreadyHeld."""
    _require_another(person, by)
    try:
        with transaction.atomic(using=_alias()):
            grant = Grant(id=_uuid(), person=person, role=role, since_at=at)
            grant.save(force_insert=True)
            record(_act("role_granted", role=role, by=by, at=at, reason=reason), subject=of_person(person))
    except IntegrityError:
        raise AlreadyHeld("This person has the role {role} already; nothing was changed.", role=str(role)) from None
    return grant


def end_role(person: Person, *, role: Role, by: str, at: datetime, reason: str = "") -> None:
    """Ends a role now; what was done with it stays. Raises: OwnRole, NotHeld."""
    _require_another(person, by)
    with transaction.atomic(using=_alias()):
        if not Grant.objects.filter(person=person, role=role, until_at=None).update(until_at=at):
            raise NotHeld("This person does not have the role {role}; nothing was changed.", role=str(role))
        record(_act("role_ended", role=role, by=by, at=at, reason=reason), subject=of_person(person))


def parse_role(untrusted_name: str) -> Role:
    """The role of this name. Raises: NoSuchRole."""
    try:
        return Role(untrusted_name)
    except ValueError:
        raise NoSuchRole(
            "There is no such role; nothing was changed. The roles are: {roles}.", roles=", ".join(Role)
        ) from None


def held_roles(person: Person) -> tuple[Role, ...]:
    """The roles that hold now, in the order of the table of roles."""
    held = set(person.grants.filter(until_at=None).values_list("role", flat=True))
    return tuple(role for role in Role if role in held)


def _require_another(person: Person, by: str) -> None:
    if by == person.pseudonym:
        raise OwnRole("Nobody changes their own roles. Ask another head; nothing was changed.")


def _act(action: str, *, role: Role, by: str, at: datetime, reason: str) -> Act:
    said = {"role": str(role)} | ({"reason": reason} if reason else {})
    return Act(action=action, actor=by, at=at, payload=said)


def _pseudonym() -> str:
    return "p-" + "".join(secrets.choice(_SIGNS) for _ in range(_PSEUDONYM_SIGNS))


def _uuid() -> UUID:
    return UUID(bytes=secrets.token_bytes(16), version=4)


def _alias() -> str:
    return router.db_for_write(Person)
