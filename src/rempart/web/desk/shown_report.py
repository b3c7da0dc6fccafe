"""What the page of a report shows of it: answers, files, messages, links and statements as records ready to be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from rempart.intake.report import Report as Words
from rempart.web.cases.events import Told
from rempart.web.cases.models import Report
from rempart.web.desk.histories import Names, named
from rempart.web.desk.queries.report import Letter, LinkJudged
from rempart.web.desk.rows import LinkRow, told_due, told_wait
from rempart.web.desk.words import (
    AGES,
    ANSWERS,
    CATEGORIES,
    CLOSURES,
    DOORS,
    KINDS,
    LANES,
    LANGUAGES,
    LINK_KINDS,
    OUTCOMES,
    REPORTERS,
    STATES,
    STATUSES,
    URGENCIES,
    reason_title,
    report_number,
    word,
)
from rempart.web.people.access import Actor
from rempart.web.people.roles import Permission
from rempart.web.public.languages import language
from rempart.wording import wording

Pairs = list[tuple[str, object]]
_LINK_STATES: Mapping[str, Literal["proposed", "joined", "refused"]] = {
    "proposed": "proposed",
    "joined": "joined",
    "refused": "refused",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that came with the report. assessed_date: somebody has assessed these bytes, so that nobody has to look again."""

    name: str
    size: str
    sha256: str
    reader: str
    assessed_date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the exchange with the reporter. text: None where it cannot be read here now."""

    at: datetime
    who: str
    is_ours: bool
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A statement of a person on this report. undo_url: empty where the reader may not take it back."""

    title: str
    state: str
    state_told: str
    by: str
    at: datetime
    reason: str
    evidence: tuple[str, ...]
    undo_url: str


def facts_of(report: Report, told: Words | None, *, now: datetime) -> Pairs:
    """The answers that stay in clear, and where the report stands."""
    knows = told.knows_person if told else None
    pairs: Pairs = [
        (_("State"), word(STATUSES, report.status)),
        (_("Due"), told_due(report.due_at, as_of=now) if report.is_open else _("nothing is due")),
        (_("Waits"), told_wait(report.received_at, as_of=now)),
        (_("What"), word(KINDS, report.kind)),
        (_("About"), _known(word(CATEGORIES, report.category), report.category)),
        (_("Urgency, as declared"), str(URGENCIES.get(report.urgency, report.urgency))),
        (_("Age of the child"), _known(word(AGES, report.age_band), report.age_band)),
        (_("The contact goes on"), _known(word(ANSWERS, report.contact_going_on), report.contact_going_on)),
        (_("The child knows the person"), _known(word(ANSWERS, str(knows)), str(knows)) if knows else ""),
        (_("From"), word(REPORTERS, report.reporter)),
        (_("Language"), word(LANGUAGES, report.language)),
        (_("Came by"), f"{word(DOORS, report.door)} · {word(LANES, report.lane)}"),
    ]
    pairs += [(_("Found"), word(OUTCOMES, report.outcome))] if report.outcome else []
    pairs += [(_("Closed because"), word(CLOSURES, report.closure))] if report.closure else []
    pairs += [(_("Erased after"), report.erase_date)] if report.erase_date and not report.is_held else []
    return pairs


def words_of(told: Words) -> Pairs:
    """What the person said beside the narrative; only once it was asked for. Addresses are text, and lead nowhere."""
    pairs: Pairs = [
        (_("Addresses"), "\n".join(told.addresses)),
        (_("Accounts"), "\n".join(f"{row.service} · {row.name}" for row in told.accounts)),
        (_("Seen"), told.seen_at),
        (_("Told to somebody"), told.told_somebody),
        (_("Wishes"), told.wishes),
        (_("Reference of the partner"), told.reference),
        (_("Typed by"), told.received_by),
    ]
    return [(label, value) for label, value in pairs if value]


def contact_of(told: Words) -> Pairs:
    """How the person may be reached; for the custodian of identities."""
    contact = told.contact
    if contact is None:
        return []
    return [
        (_("Name"), contact.name),
        (_("E-mail"), contact.email),
        (_("Telephone"), contact.phone),
        (_("Writing or calling is safe"), word(ANSWERS, str(contact.is_safe)) if contact.is_safe else ""),
        (_("When"), contact.safe_hours),
    ]


def files_of(told: Words, *, assessed: Mapping[str, date]) -> tuple[File, ...]:
    """The files that came, as rows; never their content."""
    numbers = wording(language())
    return tuple(
        File(
            name=row.name,
            size=numbers.size(row.size_bytes),
            sha256=row.sha256,
            reader=row.reader,
            assessed_date=assessed.get(row.sha256),
        )
        for row in told.attachments
    )


def lines_of(letters: Sequence[Letter], told: Sequence[Told], *, names: Names) -> tuple[Line, ...]:
    """The exchange, the oldest first: their messages and our answers."""
    theirs = [Line(at=one.sent_at, who=_("the reporter"), is_ours=False, text=one.text) for one in letters]
    ours = [
        Line(at=one.at, who=named(one.actor, names), is_ours=True, text=_text(one))
        for one in told
        if one.action == "answered"
    ]
    return tuple(sorted([*theirs, *ours], key=lambda line: line.at))


def link_rows(judged: Sequence[LinkJudged], *, names: Names, reader: Actor) -> tuple[LinkRow, ...]:
    """The links in words."""
    may_judge = reader.may(Permission.JUDGE_LINK)
    return tuple(
        LinkRow(
            number=report_number(one.other.number),
            url=reverse("report", args=[one.other.number]),
            because=tuple(word(LINK_KINDS, kind) for kind in one.link.kinds.split()),
            state=_LINK_STATES[one.link.state],
            similarity=one.link.similarity,
            by=named(one.judged.actor, names) if one.judged else "",
            at=one.judged.at if one.judged else None,
            reason=str(one.judged.payload.get("reason", "")) if one.judged else "",
            act_url=reverse("link_join", args=[one.link.pk]).removesuffix("join/") if may_judge else "",
            is_own=one.link.state == "proposed" and one.link.proposed_by_id == reader.person.pk,
        )
        for one in judged
    )


def stated_rows(report: Report, told: Mapping[UUID, Told], *, names: Names, may_state: bool) -> tuple[Stated, ...]:
    """What people stated on this report, the latest first."""
    rows: list[Stated] = []
    for key, one in reversed(list(told.items())):
        evidence = one.payload.get("evidence")
        state = str(one.payload.get("state", ""))
        rows.append(
            Stated(
                title=reason_title(str(one.payload.get("code", ""))),
                state=state,
                state_told=word(STATES, state),
                by=named(one.actor, names),
                at=one.at,
                reason=str(one.payload.get("reason", "")),
                evidence=tuple(map(str, evidence)) if isinstance(evidence, (list, tuple)) else (),
                undo_url=reverse("report_fact_back", args=[report.number, key]) if may_state else "",
            )
        )
    return tuple(rows)


def _known(told: str, value: str) -> str:
    return "" if value == "unknown" else told


def _text(told: Told) -> str | None:
    text = told.payload.get("text")
    return text if isinstance(text, str) else None
