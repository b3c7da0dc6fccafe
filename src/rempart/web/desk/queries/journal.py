"""The journal for the auditor: events by person, action and time, without any of their words; and who looked at very much.

Pages go backwards by leaf number, so that a page is one walk along an index however long the journal is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from rempart.web.cases.models import Dossier, Event, Leaf, Member, Report
from rempart.web.people.models import Organisation, Person

PAGE = 100
CONSULTS_A_DAY = (
    60  # reports looked at by one person in a day: twice what 465 a day give to each of thirty people, and more
)
NIGHT_H = (21, 6)  # UTC; looking then may be a shift, and is shown as a question
LOOKS = ("consulted", "shown")


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
    """A page of events of an organisation's people and of the worker, the newest first, without sealed words."""
    rows = Event.objects.defer("sealed", "salt").filter(actor__in=[*_pseudonyms(organisation), "worker", "owner"])
    for name, value in (("actor", wanted.actor), ("action", wanted.action), ("motive", wanted.motive)):
        rows = rows.filter(**{name: value}) if value else rows
    rows = rows.filter(at__gte=wanted.since_at) if wanted.since_at else rows
    rows = rows.filter(at__lt=wanted.until_at) if wanted.until_at else rows
    rows = rows.filter(seq__lt=wanted.before) if wanted.before is not None else rows
    return list(rows.order_by("-seq")[: PAGE + 1])


def numbers_of(events: Sequence[Event]) -> Mapping[object, str]:
    """Subject to R-000001 or D-000001, for the events of a page."""
    reports = Report.objects.filter(pk__in=[event.subject for event in events if event.subject_kind == "report"])
    dossiers = Dossier.objects.filter(pk__in=[event.subject for event in events if event.subject_kind == "dossier"])
    found: dict[object, str] = {row.pk: f"R-{row.number:06}" for row in reports.only("number")}
    return found | {row.pk: f"D-{row.number:06}" for row in dossiers.only("number")}


def to_look_at(organisation: Organisation, *, now: datetime) -> tuple[Look, ...]:
    """Who looked at more than CONSULTS_A_DAY things in the last 24 hours, or at night: questions, never verdicts."""
    night = Q(at__hour__gte=NIGHT_H[0]) | Q(at__hour__lt=NIGHT_H[1])
    rows = (
        Event.objects.filter(actor__in=_pseudonyms(organisation), action__in=LOOKS, at__gte=now - timedelta(days=1))
        .values("actor")
        .annotate(looks=Count("pk"), subjects=Count("subject", distinct=True), at_night=Count("pk", filter=night))
        .order_by("-looks", "actor")
    )
    return tuple(Look(**row) for row in rows if row["subjects"] > CONSULTS_A_DAY or row["at_night"])


def outside_own(organisation: Organisation, *, now: datetime) -> Mapping[str, int]:
    """By pseudonym: dossiers looked at in the last 24 hours of which the person is no member (heads may; it is told all the same)."""
    looked = Event.objects.filter(
        actor__in=_pseudonyms(organisation), subject_kind="dossier", action__in=LOOKS, at__gte=now - timedelta(days=1)
    )
    pairs = set(looked.values_list("actor", "subject"))
    own = set(Member.objects.filter(person__organisation=organisation).values_list("person__pseudonym", "dossier"))
    counts: dict[str, int] = {}
    for actor, _subject in pairs - own:
        counts[actor] = counts.get(actor, 0) + 1
    return counts


def actions_known() -> Sequence[str]:
    """Every action that stands in the journal, in alphabetical order."""
    return list(Event.objects.order_by("action").values_list("action", flat=True).distinct())


def leaf_of(number: int) -> bytes | None:
    """The bytes of a leaf of the journal; None when there is none of this number."""
    row = Leaf.objects.filter(seq=number).first()
    return bytes(row.data) if row else None


def _pseudonyms(organisation: Organisation) -> list[str]:
    return list(
        Person.objects.filter(organisation=organisation).order_by("pseudonym").values_list("pseudonym", flat=True)
    )
