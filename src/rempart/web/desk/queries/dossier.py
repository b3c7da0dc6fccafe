"""What a page of a dossier reads: its words, also those that were taken back, its reports, its members, its analyses, its history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rempart.web.cases.events import Told, latest, of_dossier, words
from rempart.web.cases.exhibits import CHECKED
from rempart.web.cases.folding import TAKEN_BACK, Contents, fold
from rempart.web.cases.models import Analysis, Dossier, Member, Report, Task
from rempart.web.desk.histories import Names, names_of
from rempart.web.people.access import Actor, visible_reports
from rempart.web.people.models import Grant, Person
from rempart.web.people.roles import ROLES, Permission

_READING = [str(role) for role, permissions in ROLES.items() if Permission.READ_DOSSIER in permissions]
MOST_REPORTS, MOST_COLLEAGUES, MOST_EVENTS = 500, 500, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """Who took an entry back, when and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The last look at an exhibit: "intact", "missing" or "changed"."""

    found: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The words of a dossier. contents: what counts; everything: with what was taken back (`gone`, by the entry's id).

    checked: the last look at each exhibit. acts: events that stand in the timeline, the oldest first.
    """

    dossier: Dossier
    contents: Contents
    everything: Contents
    gone: Mapping[UUID, Undone]
    checked: Mapping[str, Checked]
    acts: tuple[Told, ...]
    names: Names


def read_words(dossier: Dossier) -> Read:
    """Everything that was written, opened once."""
    told = words(of_dossier(dossier))
    gone = {
        event.supersedes: Undone(by=event.actor, at=event.at, reason=str(event.payload.get("reason", "")))
        for event in told
        if event.action == TAKEN_BACK and event.supersedes is not None
    }
    return Read(
        dossier=dossier,
        contents=fold(told),
        everything=fold(event for event in told if event.action != TAKEN_BACK),
        gone=gone,
        checked=_checked(told),
        acts=tuple(event for event in told if event.action in _IN_TIMELINE or event.action.startswith("step_")),
        names=names_of({event.actor for event in told} | _named_in(told)),
    )


def reports_of(dossier: Dossier, actor: Actor) -> list[Report]:
    """The reports of a dossier that the reader may know of, the most urgent first."""
    rows = visible_reports(actor).filter(dossier=dossier).select_related("assigned_to__user")
    return list(rows.order_by("order", "received_at", "number")[:MOST_REPORTS])


def members_of(dossier: Dossier) -> list[Member]:
    """Who works on it, or did: those who do first."""
    rows = Member.objects.filter(dossier=dossier).select_related("person__user")
    return sorted(rows.order_by("since_at", "pk"), key=lambda member: member.until_at is not None)


def colleagues_for(dossier: Dossier) -> list[Person]:
    """Who could be added: of the same organisation, with an account in use and a role that reads dossiers, and not on it now."""
    there = Member.objects.filter(dossier=dossier, until_at=None).values("person")
    readers = Grant.objects.filter(role__in=_READING, until_at=None).values("person")
    rows = Person.objects.filter(organisation=dossier.organisation_id, user__is_active=True, pk__in=readers)
    rows = rows.exclude(pk__in=there)
    return list(rows.select_related("user").order_by("user__username")[:MOST_COLLEAGUES])


def tasks_of(dossier: Dossier) -> Mapping[UUID, Task]:
    """The rows of the tasks, by the id of their event."""
    rows = Task.objects.filter(dossier=dossier).select_related("assigned_to__user").order_by("pk")
    return {row.pk: row for row in rows}


def analyses_of(dossier: Dossier) -> list[Analysis]:
    """The analyses of its exhibits, the latest first, without their outlines."""
    return list(Analysis.objects.filter(dossier=dossier).defer("outline").order_by("-asked_at", "pk"))


def history_of(dossier: Dossier, *, before: int | None) -> tuple[list[tuple[int, Told]], bool]:
    """A page of the history, the newest first; the second says whether there is more."""
    found = latest(of_dossier(dossier), most=MOST_EVENTS + 1, before=before)
    return found[:MOST_EVENTS], len(found) > MOST_EVENTS


_IN_TIMELINE = frozenset({"dossier_opened", "report_attached", "report_detached", "exhibit_added", "exported"})


def _checked(told: Iterable[Told]) -> Mapping[str, Checked]:
    return {
        str(event.payload.get("exhibit")): Checked(
            found=str(event.payload.get("found", "")), by=event.actor, at=event.at
        )
        for event in told
        if event.action == CHECKED
    }


def _named_in(told: Iterable[Told]) -> set[str]:
    """Pseudonyms that stand in the words: to whom a task goes."""
    return {to for event in told if event.action == "task_added" and isinstance(to := event.payload.get("to"), str)}
