"""Reports as lines of a list: the enums that stay in clear, in words; not one word of what was told."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rempart.web.cases.lifecycle import Status
from rempart.web.cases.models import Report
from rempart.web.desk.histories import name_of
from rempart.web.desk.rows import LEVELS, Mark, QueueGroup, QueueRow, told_due, told_wait
from rempart.web.desk.words import (
    AGES,
    CATEGORIES,
    KINDS,
    LANES,
    REPORTERS,
    STATUSES,
    dossier_number,
    level_label,
    level_of,
    reason_title,
    report_number,
    word,
)
from rempart.web.people.access import Actor
from rempart.web.public.languages import language
from rempart.wording import wording

MOST_REASONS = 3


def queue_row(report: Report, *, actor: Actor, now: datetime) -> QueueRow:
    """A report as a line. It needs its dossier and `assigned_to__user` at hand, else it asks for them."""
    level = level_of(report.level)
    is_ranked = level != "unranked"
    return QueueRow(
        url=reverse("report", args=[report.number]),
        number=report_number(report.number),
        level=level,
        reasons=_reasons(report),
        unknown=_unknown(report),
        points_min=round(report.points_min) if is_ranked else None,
        points_max=round(report.points_max) if is_ranked else None,
        received_at=report.received_at,
        waits=told_wait(report.received_at, as_of=now),
        due_at=report.due_at,
        due=told_due(report.due_at, as_of=now) if report.is_open else _("nothing is due"),
        is_overdue=is_overdue(report, now=now),
        kind=word(KINDS, report.kind),
        category=word(CATEGORIES, report.category),
        age=word(AGES, report.age_band),
        reporter=word(REPORTERS, report.reporter),
        lane=word(LANES, report.lane),
        files=report.files,
        language=report.language,
        holder=holder_of(report, now=now),
        is_mine=report.assigned_to_id == actor.person.pk,
        status=word(STATUSES, report.status),
        dossier_number=dossier_number(report.dossier.number) if report.dossier else "",
        marks=marks_of(report, now=now),
    )


def queue_groups(
    reports: Iterable[Report], *, totals: "dict[int, int]", actor: Actor, now: datetime
) -> tuple[QueueGroup, ...]:
    """The lines by level, the most urgent first."""
    by_level: dict[int, list[QueueRow]] = {}
    for report in reports:
        by_level.setdefault(report.level, []).append(queue_row(report, actor=actor, now=now))
    return tuple(
        QueueGroup(
            level=LEVELS[level],
            label=level_label(LEVELS[level]),
            total=max(totals.get(level, 0), len(rows)),
            rows=tuple(rows),
        )
        for level, rows in sorted(by_level.items())
    )


def is_overdue(report: Report, *, now: datetime) -> bool:
    """Whether somebody should have looked by now."""
    return report.is_open and report.due_at is not None and report.due_at < now


def holder_of(report: Report, *, now: datetime) -> str:
    """Who works on it at this moment; empty for nobody."""
    is_locked = report.assigned_to_id is not None and report.locked_until is not None and report.locked_until > now
    return name_of(report.assigned_to) if is_locked and report.assigned_to else ""


def marks_of(report: Report, *, now: datetime) -> tuple[Mark, ...]:
    """Short words on what is particular to a report."""
    found: list[Mark] = []
    if report.failure:
        found.append(Mark(label=_("cannot be opened"), kind="hold"))
    if report.messages:
        told = ngettext("{count} new message", "{count} new messages", report.messages)
        found.append(Mark(label=told.format(count=wording(language()).number(report.messages)), kind="second"))
    if report.status == Status.SECOND_READING:
        found.append(Mark(label=_("second reading"), kind="second"))
    if report.duplicate_of_id is not None and report.status == Status.DUPLICATE:
        found.append(Mark(label=_("duplicate"), kind="duplicate"))
    if report.is_drawn and report.is_open:
        found.append(Mark(label=_("drawn for reading"), kind="drawn"))
    if report.is_held:
        found.append(Mark(label=_("legal hold"), kind="hold"))
    if report.assigned_to and not holder_of(report, now=now):
        found.append(Mark(label=_("given to {name}").format(name=name_of(report.assigned_to))))
    return tuple(found)


def _reasons(report: Report) -> tuple[str, ...]:
    codes = report.reasons.split()
    told = tuple(reason_title(code) for code in codes[:MOST_REASONS])
    return (*told, f"+ {len(codes) - MOST_REASONS}") if len(codes) > MOST_REASONS else told


def _unknown(report: Report) -> tuple[str, ...]:
    """What the person left open, by name, and how many questions of the ranking nobody has answered."""
    found = [_("age of the child")] if report.age_band == "unknown" else []
    found += [_("whether the contact goes on")] if report.contact_going_on == "unknown" else []
    if report.unknown:
        told = (
            ngettext("{count} more question", "{count} more questions", report.unknown)
            if found
            else ngettext("{count} question", "{count} questions", report.unknown)
        )
        found.append(told.format(count=report.unknown))
    return tuple(found)
