"""The only doors through which rows reach a page.

The permission is looked at before the row is looked for, so that a refusal (403) says nothing about any row; then the row is
there for this person or it is not (404), whether it is absent, of another organisation, or of a dossier of others. Both
answers are the same bytes for everybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, ExpressionWrapper, F, IntegerField, OuterRef, Q, QuerySet

from rempart.errors import BadInput, NotAllowed
from rempart.web.cases.models import Analysis, Dossier, Link, Member, Report
from rempart.web.door.unfinished import Kept, find_form
from rempart.web.people.models import Person
from rempart.web.people.roles import Permission, Role, permissions_of

Row = TypeVar("Row", Report, Dossier, Link, Analysis, Person)


class NotKnown(BadInput):
    """There is no such thing, as far as this person may know."""


class NotForYou(NotAllowed):
    """The person's roles do not allow it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: the person, their roles and all that these allow, as they are at this request."""

    person: Person
    roles: frozenset[Role]
    permissions: frozenset[Permission]

    def may(self, permission: Permission) -> bool:
        """Whether a role of this person allows it."""
        return permission in self.permissions

    @property
    def pseudonym(self) -> str:
        """What the ledger calls this person."""
        return self.person.pseudonym


def actor_of(person: Person) -> Actor:
    """The person with the roles that hold now."""
    known = {str(role) for role in Role}
    told = person.grants.filter(until_at=None).values_list("role", flat=True)
    roles = frozenset(Role(role) for role in told if role in known)
    return Actor(person=person, roles=roles, permissions=permissions_of(roles))


def require(actor: Actor, need: Permission) -> None:
    """Raises: NotForYou, unless a role of this person allows it."""
    if not actor.may(need):
        raise NotForYou("Your roles do not allow this. Nothing was changed.")


def visible_reports(actor: Actor) -> QuerySet[Report]:
    """Reports that this person may know of: their organisation's, without those in restricted dossiers of others."""
    rows = Report.objects.filter(organisation=actor.person.organisation_id)
    return rows.exclude(dossier__in=hidden_dossiers(actor))  # asked once, not for each of very many reports


def visible_among(actor: Actor, keys: Iterable[UUID]) -> frozenset[UUID]:
    """Those of these reports that this person may know of.

    The sum keeps SQLite from walking all reports of the organisation by its index instead of looking up the few that are asked for.
    """
    own = ExpressionWrapper(F("organisation_id") + 0, output_field=IntegerField())
    rows = Report.objects.filter(pk__in=list(keys)).annotate(own=own).filter(own=actor.person.organisation_id)
    return frozenset(rows.exclude(dossier__in=hidden_dossiers(actor)).values_list("pk", flat=True))


def hidden_dossiers(actor: Actor) -> QuerySet[Dossier]:
    """Restricted dossiers that this person does not work on."""
    return Dossier.objects.filter(is_restricted=True).exclude(Exists(_membership(actor, OuterRef("pk"))))


def visible_dossiers(actor: Actor) -> QuerySet[Dossier]:
    """Dossiers that this person works on; the head of an organisation knows all of it that are not restricted."""
    rows = Dossier.objects.filter(organisation=actor.person.organisation_id)
    own = Exists(_membership(actor, OuterRef("pk")))
    return rows.filter(own | Q(is_restricted=False)) if Role.HEAD in actor.roles else rows.filter(own)


def access_report(actor: Actor, number: int, *, need: Permission) -> Report:
    """The report of this number. Raises: NotForYou, NotKnown."""
    require(actor, need)
    return _one(visible_reports(actor).select_related("dossier", "assigned_to", "duplicate_of").filter(number=number))


def access_dossier(actor: Actor, number: int, *, need: Permission) -> Dossier:
    """The dossier of this number. Raises: NotForYou, NotKnown."""
    require(actor, need)
    return _one(visible_dossiers(actor).select_related("lead", "organisation").filter(number=number))


def access_team(actor: Actor, number: int) -> Dossier:
    """The dossier of this number, for who may change who works on it: its lead, or who may so on any. Raises: NotForYou, NotKnown."""
    row = access_dossier(actor, number, need=Permission.CHANGE_OWN_MEMBERS)
    if not leads_team(actor, row):
        raise NotForYou("Your roles do not allow this. Nothing was changed.")
    return row


def leads_team(actor: Actor, dossier: Dossier) -> bool:
    """Whether this person may change who works on this dossier."""
    is_lead = dossier.lead_id == actor.person.pk and actor.may(Permission.CHANGE_OWN_MEMBERS)
    return is_lead or actor.may(Permission.CHANGE_MEMBERS)


def access_link(actor: Actor, link: UUID, *, need: Permission) -> Link:
    """A proposal to join two reports, both of which this person may know of. Raises: NotForYou, NotKnown."""
    require(actor, need)
    seen = visible_reports(actor).values("pk")
    return _one(Link.objects.select_related("a", "b").filter(pk=link, a__in=seen, b__in=seen))


def access_analysis(actor: Actor, analysis: UUID, *, need: Permission) -> Analysis:
    """An analysed exhibit of a dossier of this person. Raises: NotForYou, NotKnown."""
    require(actor, need)
    return _one(
        Analysis.objects.select_related("dossier")
        .defer("outline")
        .filter(pk=analysis, dossier__in=visible_dossiers(actor).values("pk"))
    )


def access_colleague(actor: Actor, number: int, *, need: Permission) -> Person:
    """Somebody of the same organisation, by the number of the account. Raises: NotForYou, NotKnown."""
    require(actor, need)
    return _one(
        Person.objects.select_related("user", "organisation").filter(
            pk=number, organisation=actor.person.organisation_id
        )
    )


def access_draft(actor: Actor, draft: UUID, *, need: Permission, now: datetime) -> Kept:
    """A form that somebody left unfinished, for people of the organisation that the public door fills. Raises: NotForYou, NotKnown."""
    require(actor, need)
    found = find_form(draft, now=now) if actor.person.organisation.is_home else None
    if found is None:
        raise NotKnown("There is no such page, or it is not for you.")
    return found


def _membership(actor: Actor, dossier: OuterRef) -> QuerySet[Member]:
    return Member.objects.filter(dossier=dossier, person=actor.person.pk, until_at=None)


def _one(rows: QuerySet[Row]) -> Row:
    row = rows.first()
    if row is None:
        raise NotKnown("There is no such page, or it is not for you.")
    return row
