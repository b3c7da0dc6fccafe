"""What the page of an analysis shows: how far it is, its totals, and what it suggests to state."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from rempart.analysis.document import FactorShown, GateShown, RankedSubject
from rempart.analysis.outline import Outline
from rempart.web.cases.analyses import State, failure_told, share_done, stage_told
from rempart.web.cases.folding import Item
from rempart.web.cases.models import Analysis
from rempart.web.desk.dossier_words import ANALYSES
from rempart.web.desk.queries.dossier import Read
from rempart.web.desk.words import STATES, reason_title, word
from rempart.web.public.languages import language
from rempart.wording import wording

_SUGGESTED = "suggested"
MOST_PEOPLE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an analysis is, in words; percent: of the stage, None when not known."""

    said: str
    percent: int | None
    is_under_way: bool
    is_failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """A gate or factor that machine reading suggests on an account; it counts nothing. stated: what people have stated of it here.

    refs: where to check; needs_instant: a gate that holds for some hours only.
    """

    id: str
    code: str
    title: str
    why: str
    refs: tuple[str, ...]
    is_gate: bool
    stated: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account with alerts, in the order of reading, with what is suggested of it."""

    name: str
    id: str
    order: int
    alerts: tuple[str, ...]
    suggestions: tuple[Suggested, ...]


def progress_of(row: Analysis) -> Progress:
    """What the worker does now, or why it failed, in one sentence."""
    share = share_done(row) if row.state == State.RUNNING else None
    said = {
        State.FAILED: failure_told(row),
        State.RUNNING: stage_told(row),
        State.WAITING: _("The worker takes it up when it is free."),
    }.get(State(row.state), "")
    return Progress(
        said=said or word(ANALYSES, row.state),
        percent=None if share is None else round(share * 100),
        is_under_way=row.state in (State.WAITING, State.RUNNING),
        is_failed=row.state == State.FAILED,
    )


def totals_of(outline: Outline) -> tuple[tuple[str, str], ...]:
    """Counts of what was read: pairs (term, value)."""
    lang, told = wording(language()), outline.totals
    return (
        (_("Messages"), lang.number(told.messages)),
        (_("Conversations"), lang.number(told.conversations)),
        (_("Accounts"), lang.number(told.accounts)),
        (_("Media, never shown"), lang.number(told.media)),
        (_("Share that could not be read"), lang.percent(told.unread_share)),
    )


def suggestions_of(outline: Outline, *, read: Read) -> tuple[Account, ...]:
    """Accounts in the order of reading, with what is suggested of each."""
    return tuple(
        Account(
            name=subject.name,
            id=subject.subject,
            order=subject.reading_order,
            alerts=subject.alerts,
            suggestions=tuple(_suggested(subject, read)),
        )
        for subject in sorted(outline.ranking, key=lambda one: one.reading_order)[:MOST_PEOPLE]
    )


def suggestions_for(outline: Outline, account: str, *, read: Read) -> tuple[Suggested, ...]:
    """What is suggested of one account; none for one that is not ranked."""
    return tuple(one for subject in outline.ranking if subject.subject == account for one in _suggested(subject, read))


def _suggested(subject: RankedSubject, read: Read) -> Iterator[Suggested]:
    rows: tuple[GateShown | FactorShown, ...] = (*subject.gates, *subject.factors)
    for row in rows:
        if row.state == _SUGGESTED:
            yield Suggested(
                id=f"{subject.reading_order}-{row.code}",
                code=row.code,
                title=reason_title(row.code),
                why=row.why,
                refs=row.evidence,
                is_gate=isinstance(row, GateShown),
                stated=tuple(_told(item, read) for item in read.contents.facts if item.text("code") == row.code),
            )


def _told(item: Item, read: Read) -> str:
    """State and person: what somebody stated of this code in the dossier already."""
    about = next((one.text("label") for one in read.contents.people if str(one.id) == item.text("subject")), "")
    state = word(STATES, item.text("state"))
    return f"{state} ({about})" if about else state
