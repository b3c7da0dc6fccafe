"""My work: what somebody holds, has to read a second time, has to do, and opened lately."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from rempart.web.cases.models import Task
from rempart.web.desk.declaring import actor, page
from rempart.web.desk.queries import mine as queries
from rempart.web.desk.queue_rows import queue_row
from rempart.web.desk.rows import Level
from rempart.web.desk.words import dossier_number, level_of
from rempart.web.people.access import Actor
from rempart.web.people.roles import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskShown:
    """A task without its words, which stand in the dossier."""

    dossier: str
    url: str
    level: Level
    due_date: date | None
    is_overdue: bool


@page(Permission.USE_DESK)
def mine(request: HttpRequest) -> HttpResponse:
    """The page of one's own work."""
    return show_mine(request, actor(request), datetime.now(UTC))


def show_mine(request: HttpRequest, reader: Actor, now: datetime) -> HttpResponse:
    """The same, for who has no queue to read."""
    lists = {
        "held": queries.held_reports(reader) if reader.may(Permission.READ_REPORT) else (),
        "readings": queries.second_readings(reader),
        "lately": queries.lately_opened(reader),
    }
    context = {
        **{name: [queue_row(row, actor=reader, now=now) for row in rows] for name, rows in lists.items()},
        "tasks": [_task(task, now) for task in queries.own_tasks(reader)],
        "may_read": reader.may(Permission.READ_REPORT),
        "may_second": reader.may(Permission.SECOND_READ),
        "may_dossiers": reader.may(Permission.READ_DOSSIER),
        "may_enter": reader.may(Permission.ENTER_REPORT),
        "may_people": reader.may(Permission.MANAGE_PEOPLE),
        "may_journal": reader.may(Permission.READ_JOURNAL),
        "name": request.user.get_full_name() or request.user.get_username(),  # type: ignore[union-attr]  # a declared page has an account
    }
    return render(request, "desk/mine.html", context)


def _task(task: Task, now: datetime) -> TaskShown:
    return TaskShown(
        dossier=dossier_number(task.dossier.number),
        url=reverse("dossier", args=[task.dossier.number]),
        level=level_of(task.dossier.level),
        due_date=task.due_date,
        is_overdue=task.due_date is not None and task.due_date < now.date(),
    )
