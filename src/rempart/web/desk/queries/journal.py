"""The journal for the auditor: events by person, action and time, without any of their words; and who looked at very much.

An auditor sees what people of their organisation did, and what anybody (the worker, the owner of the machine) did to what belongs to it.
Pages go backwards by leaf number, so that a page is one walk along an index however long the journal is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from rempart.web.cases.events import WORKER, of_person
from rempart.web.cases.models import Dossier, Event, Member, Report
from rempart.web.cases.periods import of_period
from rempart.web.people.accounts import OWNER
from rempart.web.people.models import Organisation, Person

PAGE = 100
# Things looked at by one person in a day: four times what 465 reports a day give to each of thirty people (reference/volumes.md).
CONSULTS_A_DAY = 60
NIGHT_H = (21, 6)  # UTC; looking then may be a shift, and is shown as a question
LOOKS = ("consulted", "shown")
_DAY = timedelta(days=1)
_OF_HOME = ("site", "draft")  # subjects that belong to the organisation which the public door fills


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for; "" and None for everything. before: leaf numbers below this one."""

    actor: str = ""
    action: str = ""
    motive: str = ""
    since_at: datetime | None = None
    until_at: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Something to ask a person about: how many consultations of how many things, how many of them at night, on one day."""

    actor: str
    looks: int
    subjects: int
    at_night: int


def events_of(organisation: Organisation, wanted: Wanted) -> Sequence[Event]:
    """A page of events and one more, the newest first, without sealed words."""
    rows = _in_reach(organisation).defer("sealed", "salt")
    for name, value in (("actor", wanted.actor), ("action", wanted.action), ("motive", wanted.motive)):
        rows = rows.filter(**{name: value}) if value else rows
    rows = of_period(rows, since_at=wanted.since_at, until_at=wanted.until_at)
    rows = rows.filter(seq__lt=wanted.before) if wanted.before is not None else rows
    return list(rows.order_by("-seq")[: PAGE + 1])


def has_event(organisation: Organisation, number: int) -> bool:
    """Whether the leaf of this number is of an event that an auditor of this organisation may see."""
    return _in_reach(organisation).filter(seq=number).exists()


def subjects_of(organisation: Organisation, events: Sequence[Event]) -> Mapping[UUID | None, str]:
    """What the events of a page are about: R-000001, D-000001, or the account of a colleague; others are left out."""
    ids = {event.subject for event in events if event.subject is not None}
    here = (
        organisation.pk
    )  # compared here: asked in the question, SQLite would walk all that belongs to the organisation
    reports = Report.objects.filter(pk__in=ids).only("number", "organisation")
    dossiers = Dossier.objects.filter(pk__in=ids).only("number", "organisation")
    found: dict[UUID | None, str] = {row.pk: f"R-{row.number:06}" for row in reports if row.organisation_id == here}
    found |= {row.pk: f"D-{row.number:06}" for row in dossiers if row.organisation_id == here}
    people = Person.objects.select_related("user").filter(organisation=organisation)
    return found | {of_person(row).id: row.user.get_username() for row in people if of_person(row).id in ids}


def to_look_at(organisation: Organisation, *, now: datetime) -> tuple[Look, ...]:
    """Who looked at more than CONSULTS_A_DAY things in the last 24 hours, or at night: questions, never verdicts."""
    night = Q(at__hour__gte=NIGHT_H[0]) | Q(at__hour__lt=NIGHT_H[1])
    rows = (
        _looks(organisation, now)
        .values("actor")
        .annotate(looks=Count("pk"), subjects=Count("subject", distinct=True), at_night=Count("pk", filter=night))
        .order_by("-looks", "actor")
    )
    return tuple(Look(**row) for row in rows if row["subjects"] > CONSULTS_A_DAY or row["at_night"])


def outside_own(organisation: Organisation, *, now: datetime) -> Mapping[str, int]:
    """By pseudonym: dossiers looked at in the last 24 hours on which the person did not work then (heads may; it is told all the same)."""
    looked = _looks(organisation, now).filter(subject_kind="dossier")
    pairs = set(looked.order_by().values_list("actor", "subject").distinct())
    worked = Q(until_at=None) | Q(until_at__gte=now - _DAY)
    members = Member.objects.filter(worked, dossier__in={subject for _, subject in pairs})
    own = set(members.values_list("person__pseudonym", "dossier"))
    counts: dict[str, int] = {}
    for actor, _subject in pairs - own:
        counts[actor] = counts.get(actor, 0) + 1
    return counts


def actions_known() -> Sequence[str]:
    """Every action that stands in the journal, in alphabetical order; one step along an index for each."""
    found: list[str] = []
    rows = Event.objects.order_by("action").values_list("action", flat=True)
    while (action := rows.filter(action__gt=found[-1] if found else "").first()) is not None:
        found.append(action)
    return found


def _looks(organisation: Organisation, now: datetime) -> QuerySet[Event]:
    return Event.objects.filter(actor__in=_pseudonyms(organisation), action__in=LOOKS, at__gte=now - _DAY)


def _in_reach(organisation: Organisation) -> QuerySet[Event]:
    subject = {"pk": OuterRef("subject"), "organisation": organisation}
    people = Person.objects.filter(organisation=organisation)
    seen = Q(actor__in=_pseudonyms(organisation))
    seen |= Q(Exists(Report.objects.filter(**subject)), subject_kind="report")
    seen |= Q(Exists(Dossier.objects.filter(**subject)), subject_kind="dossier")
    seen |= Q(subject_kind="person", subject__in=[of_person(row).id for row in people])
    if organisation.is_home:
        seen |= Q(subject_kind__in=_OF_HOME, actor__in=(WORKER, OWNER))
    return Event.objects.filter(seen)


def _pseudonyms(organisation: Organisation) -> list[str]:
    return list(
        Person.objects.filter(organisation=organisation).order_by("pseudonym").values_list("pseudonym", flat=True)
    )
