"""The worker: does what is due, from one row a duty in the database; no broker, and as many workers as one likes.

A duty is claimed by an update that only one process can make; who dies with it loses it when its lease ends. A duty that fails is
recorded by its kind, shown at the desk, and done again. Beside the duties one thread opens what comes in (`web/cases/opener`), one
keeps the search (`web/searching`), and one analyses exports (`web/analysing`).
"""

import logging
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import close_old_connections
from django.db.models import Q

from rempart.web.analysing.runner import start_analysing
from rempart.web.cases.opener import start_opener
from rempart.web.config import Site
from rempart.web.duties import (
    drafts,
    intake_key,
    mail,
    missed,
    orphans,
    ranking,
    retention,
    sessions,
    stamps,
    witnesses,
)
from rempart.web.duties.plan import Plan, Told
from rempart.web.searching.service import start_search
from rempart.web.work.models import Duty
from rempart.web.work.notices import FAILED

PLANS: tuple[Plan, ...] = (
    ranking.PLAN,
    mail.PLAN,
    witnesses.PLAN,
    stamps.PLAN,
    drafts.PLAN,
    orphans.PLAN,
    missed.PLAN,
    retention.PLAN,
    sessions.PLAN,
    intake_key.PLAN,
)
LOOK_S = 20.0  # how often the table is looked at
AGAIN = timedelta(minutes=5)  # after a failure, where the plan is not shorter
_log = logging.getLogger("rempart.worker")
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A duty that was done now. failure: the kind of failure, or None."""

    name: str
    told: Told
    failure: str | None


def utc_now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


def run_worker(site: Site, *, ready: Callable[[], None] = lambda: None) -> None:
    """Does what is due until it is asked to stop (SIGTERM, SIGINT); a duty that has begun is finished first."""
    stop, busy = threading.Event(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threads = [
        start_opener(site, stop=stop),
        start_search(site, stop=stop, busy=busy),
        start_analysing(site, stop=stop),
    ]
    try:
        _work_busily(site, stop, busy)
        ready()
        while not stop.wait(LOOK_S):
            close_old_connections()
            _work_busily(site, stop, busy)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _work_busily(site: Site, stop: threading.Event, busy: threading.Event) -> None:
    """Meanwhile the search steps back."""
    busy.set()
    try:
        work_once(site, stop=stop)
    finally:
        busy.clear()


def work_once(
    site: Site, *, plans: Sequence[Plan] = PLANS, clock: Clock = utc_now, stop: threading.Event | None = None
) -> tuple[Done, ...]:
    """Does what is due now, once each; tells what was done."""
    done: list[Done] = []
    for plan in plans:
        if stop and stop.is_set():
            break
        Duty.objects.get_or_create(name=plan.name, defaults={"due_at": clock()})
        if claim(plan, now=clock()):
            done.append(_do(plan, site, clock))
    return tuple(done)


def claim(plan: Plan, *, now: datetime) -> bool:
    """True for the one process that may do the duty now."""
    free = Q(running_until=None) | Q(running_until__lte=now)
    rows = Duty.objects.filter(free, name=plan.name, due_at__lte=now)
    return rows.update(running_until=now + plan.lease) == 1


def _do(plan: Plan, site: Site, clock: Clock) -> Done:
    try:
        told, failure = plan.run(site, clock()), None
    except Exception as error:  # noqa: BLE001 - the last door of a duty: recorded, told, done again
        failure = type(error).__name__
        told = Told(notice=FAILED, again=AGAIN)
        _log.error("duty=%s failed=%s", plan.name, failure)  # its kind only: a message may hold words of a report
    now = clock()
    _release(plan, told, now=now, is_done=failure is None)
    return Done(name=plan.name, told=told, failure=failure)


def _release(plan: Plan, told: Told, *, now: datetime, is_done: bool) -> None:
    after = min(plan.every, told.again or plan.every)
    Duty.objects.filter(name=plan.name).update(
        due_at=now + after, running_until=None, notice=told.notice, count=told.count
    )
    if is_done:
        Duty.objects.filter(name=plan.name).update(done_at=now)
