"""What the pages of a dossier show of its words: entries with author and instant, also those that were taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from rempart.priority.vocabulary import GATE_CODES
from rempart.priority.weights import load_weights
from rempart.web.cases.checklists import review_points
from rempart.web.cases.folding import Item
from rempart.web.cases.models import Member, Task
from rempart.web.desk.dossier_words import IDENTITIES, JUDGEMENTS, ROLES
from rempart.web.desk.histories import name_of, named
from rempart.web.desk.queries.dossier import Read, Undone
from rempart.web.desk.rows import CheckItem, Option
from rempart.web.desk.words import STATES, reason_title, word
from rempart.web.public.languages import language


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that somebody wrote. marks: short words; lines: small ones below; undo_url: empty where the reader may not."""

    id: str
    title: str
    by: str
    at: datetime
    words: str = ""
    marks: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    undone: Undone | None = None
    undo_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityShown:
    """An identity with what was judged of it; judge_url: empty where the reader may not."""

    entry: Entry
    judgement: str = ""
    judged_by: str = ""
    judged_reason: str = ""
    judge_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonShown:
    """A person of the dossier with the identities and accounts that are said to be theirs."""

    entry: Entry
    role: str
    identities: tuple[IdentityShown, ...]
    accounts: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskShown:
    """A task. done: who did it and when, in words; done_url: empty where the reader may not or it is done."""

    entry: Entry
    to: str = ""
    due_date: date | None = None
    is_overdue: bool = False
    done: str = ""
    done_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberShown:
    """Somebody who works on the dossier or did. number: of the account."""

    number: int
    name: str
    since_at: datetime
    until_at: datetime | None
    is_lead: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """What the reader may change. number: of the dossier; may_restrict: who may change members of any dossier."""

    number: int
    may_write: bool
    may_state: bool
    may_add: bool
    may_analyse: bool
    may_review: bool
    may_change_members: bool
    may_restrict: bool

    def undo(self, item: Item, *, is_fact: bool = False) -> str:
        """Where an entry is taken back."""
        may = self.may_state if is_fact else self.may_write
        return reverse("dossier_take_back", args=[self.number, item.id]) if may else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What an entry says of itself; see Entry. is_fact: who may state may take back."""

    title: str = ""
    words: str = ""
    marks: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    is_fact: bool = False


def entry_of(item: Item, *, read: Read, pen: Pen, face: Face) -> Entry:
    """An entry with its author, and who took it back."""
    undone = _undone(item.id, read)
    return Entry(
        id=str(item.id),
        title=face.title,
        by=named(item.by, read.names),
        at=item.at,
        words=face.words,
        marks=face.marks,
        lines=face.lines,
        undone=undone,
        undo_url="" if undone else pen.undo(item, is_fact=face.is_fact),
    )


def notes_of(read: Read, *, pen: Pen) -> tuple[Entry, ...]:
    """The notes, the latest first."""
    return tuple(
        entry_of(item, read=read, pen=pen, face=Face(words=item.text("text"))) for item in read.everything.notes[::-1]
    )


def tasks_shown(read: Read, *, pen: Pen, rows: Mapping[UUID, Task], today: date) -> tuple[TaskShown, ...]:
    """The tasks: what is to be done first, by the day on which it is due; then the rest."""
    shown = [_task(item, read, pen, rows.get(item.id), today) for item in read.everything.tasks]
    return tuple(
        sorted(shown, key=lambda task: (bool(task.done or task.entry.undone), task.due_date or date.max, task.entry.at))
    )


def people_of(read: Read, *, pen: Pen) -> tuple[PersonShown, ...]:
    """The people, in the order in which they were added."""
    return tuple(_person(item, read, pen) for item in read.everything.people)


def loose_accounts(read: Read, *, pen: Pen) -> tuple[Entry, ...]:
    """Accounts of nobody in particular."""
    known = {str(item.id) for item in read.everything.people}
    return tuple(_account(item, read, pen) for item in read.everything.accounts if item.text("person") not in known)


def facts_of(read: Read, *, pen: Pen) -> tuple[Entry, ...]:
    """What people stated, the latest first."""
    return tuple(_fact(item, read, pen) for item in read.everything.facts[::-1])


def entries_of_moments(read: Read, *, pen: Pen) -> tuple[tuple[Item, Entry], ...]:
    """The dated lines that people wrote, as written."""
    return tuple(
        (item, entry_of(item, read=read, pen=pen, face=Face(title=item.text("text"))))
        for item in read.everything.moments
    )


def checks_of(read: Read) -> tuple[CheckItem, ...]:
    """The points of the exculpatory review with their answers."""
    found: list[CheckItem] = []
    for point in review_points():
        told = read.contents.checks.get(point.code)
        found.append(
            CheckItem(
                name=point.code,
                text=point.title(language()),
                answer=told.answer if told else "",
                note=told.words if told else "",
                by=named(told.by, read.names) if told else "",
                at=told.at if told else None,
            )
        )
    return tuple(found)


def members_shown(members: Sequence[Member], *, lead: int) -> tuple[MemberShown, ...]:
    """The members, those who work on it now first."""
    return tuple(
        MemberShown(
            number=member.person_id,
            name=name_of(member.person),
            since_at=member.since_at,
            until_at=member.until_at,
            is_lead=member.person_id == lead,
        )
        for member in members
    )


def fact_options(*, chosen: str = "") -> tuple[tuple[str, tuple[Option, ...]], ...]:
    """What can be stated, gates first, then the factors of each block: pairs (name of the group, options)."""
    weights, lang = load_weights(), language()
    gates = tuple(
        Option(value=gate.code, label=f"{gate.code} · {gate.title.text(lang)}", is_chosen=gate.code == chosen)
        for gate in weights.gates
    )
    blocks = tuple(
        (
            block.title.text(lang),
            tuple(
                Option(value=factor.code, label=factor.title.text(lang), is_chosen=factor.code == chosen)
                for factor in weights.factors
                if factor.block == block.code
            ),
        )
        for block in weights.blocks
    )
    return ((_("Gates"), gates), *blocks)


def people_options(read: Read, *, chosen: str = "") -> tuple[Option, ...]:
    """The people of the dossier, as options of a list."""
    return tuple(
        Option(
            value=str(item.id),
            label=f"{item.text('label')} ({word(ROLES, item.text('role'))})",
            is_chosen=str(item.id) == chosen,
        )
        for item in read.contents.people
    )


def label_of(read: Read, *, person: str) -> str:
    """What the dossier calls one of its people; "" for nobody."""
    return next((item.text("label") for item in read.everything.people if str(item.id) == person), "")


def _undone(entry: UUID, read: Read) -> Undone | None:
    told = read.gone.get(entry)
    return Undone(by=named(told.by, read.names), at=told.at, reason=told.reason) if told else None


def _task(item: Item, read: Read, pen: Pen, row: Task | None, today: date) -> TaskShown:
    entry = entry_of(item, read=read, pen=pen, face=Face(title=item.text("text")))
    done = ""
    if item.done_at is not None:
        done = _("done by {name}, {day}").format(
            name=named(item.done_by, read.names), day=item.done_at.date().isoformat()
        )
    is_open = not done and not entry.undone
    due = row.due_date if row else None
    return TaskShown(
        entry=entry,
        to=named(item.text("to"), read.names),
        due_date=due,
        is_overdue=bool(is_open and due and due < today),
        done=done,
        done_url=reverse("dossier_task_done", args=[pen.number, item.id]) if is_open and pen.may_write else "",
    )


def _person(item: Item, read: Read, pen: Pen) -> PersonShown:
    own = str(item.id)
    return PersonShown(
        entry=entry_of(item, read=read, pen=pen, face=Face(title=item.text("label"), words=item.text("note"))),
        role=word(ROLES, item.text("role")),
        identities=tuple(_identity(one, read, pen) for one in read.everything.identities if one.text("person") == own),
        accounts=tuple(_account(one, read, pen) for one in read.everything.accounts if one.text("person") == own),
    )


def _identity(item: Item, read: Read, pen: Pen) -> IdentityShown:
    spans = (_("since {day}").format(day=item.text("since")) if item.text("since") else "",
             _("until {day}").format(day=item.text("until")) if item.text("until") else "")  # fmt: skip
    lines = (" · ".join(part for part in (*spans, item.text("source")) if part),)
    entry = entry_of(
        item,
        read=read,
        pen=pen,
        face=Face(title=item.text("value"), marks=(word(IDENTITIES, item.text("kind")),), lines=lines),
    )
    return IdentityShown(
        entry=entry,
        judgement=word(JUDGEMENTS, item.judgement) if item.judgement else "",
        judged_by=named(item.judged_by, read.names),
        judged_reason=item.judged_reason,
        judge_url=reverse("dossier_judge", args=[pen.number, item.id]) if pen.may_write and not entry.undone else "",
    )


def _account(item: Item, read: Read, pen: Pen) -> Entry:
    lines = (item.text("source"),) if item.text("source") else ()
    return entry_of(
        item, read=read, pen=pen, face=Face(title=item.text("name"), marks=(item.text("service"),), lines=lines)
    )


def _fact(item: Item, read: Read, pen: Pen) -> Entry:
    code = item.text("code")
    evidence = item.words.get("evidence")
    about = label_of(read, person=item.text("subject")) or _("the dossier as a whole")
    lines = [
        about,
        _("happened or will happen: {instant}").format(instant=item.text("event_at")) if item.text("event_at") else "",
        _("at least {count}").format(count=item.words["at_least"]) if item.words.get("at_least") is not None else "",
        ", ".join(map(str, evidence)) if isinstance(evidence, (list, tuple)) else "",
    ]
    title = f"{code} · {reason_title(code)}" if code in GATE_CODES else reason_title(code)
    face = Face(
        title=title,
        words=item.text("reason"),
        marks=(word(STATES, item.text("state")),),
        lines=tuple(line for line in lines if line),
        is_fact=True,
    )
    return entry_of(item, read=read, pen=pen, face=face)
