"""What a dossier holds now: its events read in order. Later ones replace earlier ones; nothing that was taken back is lost,
it only no longer counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from rempart.web.cases.events import Told

TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that somebody wrote: its event's id, who, when, and the words. is_done: of a task. judgement: of an identity."""

    id: UUID
    by: str
    at: datetime
    words: Mapping[str, object]
    done_by: str = ""
    done_at: datetime | None = None
    judgement: str = ""
    judged_by: str = ""
    judged_reason: str = ""

    def text(self, name: str) -> str:
        """A field as text; "" when it was not told."""
        value = self.words.get(name)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The answer to a point of the checklist that counts now."""

    answer: str
    words: str
    by: str
    at: datetime


@dataclass(slots=True, kw_only=True)
class Contents:
    """A dossier as its events tell it, each list in the order of time. people: also those of whom only a role is known."""

    title: str = ""
    purpose: str = ""
    notes: list[Item] = field(default_factory=list)
    tasks: list[Item] = field(default_factory=list)
    people: list[Item] = field(default_factory=list)
    identities: list[Item] = field(default_factory=list)
    accounts: list[Item] = field(default_factory=list)
    exhibits: list[Item] = field(default_factory=list)
    facts: list[Item] = field(default_factory=list)
    moments: list[Item] = field(default_factory=list)  # dated facts for the timeline
    checks: dict[str, Checked] = field(default_factory=dict)
    is_erased: bool = False


_LISTS = {
    "note_written": "notes",
    "task_added": "tasks",
    "person_added": "people",
    "identity_added": "identities",
    "account_added": "accounts",
    "exhibit_added": "exhibits",
    "fact_stated": "facts",
    "moment_added": "moments",
}


def fold(events: Iterable[Told]) -> Contents:
    """The contents after these events, given the oldest first."""
    told = list(events)
    gone = {event.supersedes for event in told if event.action == TAKEN_BACK and event.supersedes}
    contents = Contents(is_erased=any(event.is_erased for event in told))
    for event in told:
        if event.id not in gone:
            _take(contents, event)
    return contents


def _take(contents: Contents, event: Told) -> None:
    name = _LISTS.get(event.action)
    if name is not None:
        getattr(contents, name).append(Item(id=event.id, by=event.actor, at=event.at, words=event.payload))
    elif event.action in ("dossier_opened", "dossier_renamed"):
        contents.title = str(event.payload.get("title", "")) or contents.title
        contents.purpose = str(event.payload.get("purpose", "")) or contents.purpose
    elif event.action == "task_done":
        _finish(contents.tasks, event)
    elif event.action == "identity_judged":
        _judge(contents.identities, event)
    elif event.action == "check_answered":
        contents.checks[str(event.payload.get("point", ""))] = Checked(
            answer=str(event.payload.get("answer", "")),
            words=str(event.payload.get("words", "")),
            by=event.actor,
            at=event.at,
        )


def _finish(tasks: list[Item], event: Told) -> None:
    for place, task in enumerate(tasks):
        if task.id == event.supersedes:
            tasks[place] = Item(
                id=task.id, by=task.by, at=task.at, words=task.words, done_by=event.actor, done_at=event.at
            )


def _judge(identities: list[Item], event: Told) -> None:
    for place, identity in enumerate(identities):
        if identity.id == event.supersedes:
            identities[place] = Item(
                id=identity.id,
                by=identity.by,
                at=identity.at,
                words=identity.words,
                judgement=str(event.payload.get("judgement", "")),
                judged_by=event.actor,
                judged_reason=str(event.payload.get("reason", "")),
            )
