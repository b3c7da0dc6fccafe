"""The worker: what is due is done once, by one process, and a failure is told and tried again."""

import logging
import re
import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
from django.utils import translation

from rempart.web import worker
from rempart.web.cases.opener import UNREAD
from rempart.web.config import Site
from rempart.web.duties.plan import Plan, Told
from rempart.web.searching.service import FAILED as SEARCH_FAILED
from rempart.web.work.models import Duty
from rempart.web.work.notices import FAILED, SENTENCES, current_notices
from rempart.web.worker import AGAIN, PLANS, claim, work_once
from tests.web.conftest import NOON

pytestmark = pytest.mark.usefixtures("rows")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def plan(run: Callable[[Site, datetime], Told] = lambda _site, _now: Told(), *, name: str = "one") -> Plan:
    """A duty of every hour."""
    return Plan(name=name, every=HOUR, run=run, lease=10 * MINUTE)


def row(name: str = "one") -> Duty:
    """What the table says of a duty."""
    return Duty.objects.get(name=name)


def test_what_is_due_is_done_and_due_again_later(site: Site) -> None:
    """Once an hour, and not twice in it."""
    clock, asked = Clock(), []

    def run(_site: Site, now: datetime) -> Told:
        asked.append(now)
        return Told()

    done = [len(work_once(site, plans=[plan(run)], clock=clock))]
    clock.now += 59 * MINUTE
    done.append(len(work_once(site, plans=[plan(run)], clock=clock)))
    clock.now += MINUTE
    done.append(len(work_once(site, plans=[plan(run)], clock=clock)))

    assert done == [1, 0, 1]
    assert asked == [NOON, NOON + HOUR]
    assert (row().done_at, row().running_until, row().due_at) == (clock.now, None, clock.now + HOUR)


def test_one_of_two_workers_gets_a_duty(site: Site) -> None:
    """The claim is one update that only one can make."""
    Duty.objects.create(name="one", due_at=NOON)

    assert [claim(plan(), now=NOON), claim(plan(), now=NOON)] == [True, False]


def test_a_duty_is_not_claimed_before_it_is_due(site: Site) -> None:
    """Nor one that nobody has entered."""
    Duty.objects.create(name="one", due_at=NOON + MINUTE)

    assert not claim(plan(), now=NOON)
    assert not claim(plan(name="unknown"), now=NOON)


def test_a_worker_that_died_lets_go_when_its_lease_ends(site: Site) -> None:
    """Not before: it may still be at work."""
    Duty.objects.create(name="one", due_at=NOON)
    claim(plan(), now=NOON)

    later = [claim(plan(), now=NOON + 10 * MINUTE - timedelta(seconds=1)), claim(plan(), now=NOON + 10 * MINUTE)]

    assert later == [False, True]


def test_a_duty_thatsays_so_is_done_again_earlier(site: Site) -> None:
    """And never later than its plan says."""

    def say(told: Told, _site: Site, _now: datetime) -> Told:
        return told

    for told, after in ((Told(again=MINUTE), MINUTE), (Told(again=5 * HOUR), HOUR)):
        Duty.objects.all().delete()
        work_once(site, plans=[plan(partial(say, told))], clock=Clock())

        assert row().due_at == NOON + after


def test_a_failure_is_told_by_its_kind_and_tried_again(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """Its message may hold words of a report: it goes nowhere."""
    clock, failures = Clock(), [True, False]

    def run(_site: Site, _now: datetime) -> Told:
        if failures.pop(0):
            raise ValueError("words of a child")
        return Told()

    worker_log = logging.getLogger("rempart.worker")
    worker_log.addHandler(caplog.handler)
    first = work_once(site, plans=[plan(run), plan(name="other")], clock=clock)
    noticed, row_then = [one.name for one in current_notices()], row()
    clock.now += AGAIN
    second = work_once(site, plans=[plan(run)], clock=clock)
    worker_log.removeHandler(caplog.handler)

    assert [one.failure for one in first] == ["ValueError", None]
    assert (noticed, row_then.notice, row_then.done_at) == (["one"], FAILED, None)
    assert "failed=ValueError" in caplog.text
    assert "child" not in caplog.text
    assert [one.failure for one in second] == [None]
    assert current_notices() == ()


def test_a_worker_that_is_asked_to_stop_begins_nothing_more(site: Site) -> None:
    """What it has begun it finishes."""
    stop = threading.Event()

    def run(_site: Site, _now: datetime) -> Told:
        stop.set()
        return Told()

    done = work_once(site, plans=[plan(run, name="first"), plan(name="second")], clock=Clock(), stop=stop)

    assert [one.name for one in done] == ["first"]


def test_a_notice_is_told_in_the_language_of_the_reader_with_its_count(site: Site) -> None:
    """The rows hold names, not sentences."""
    work_once(site, plans=[plan(lambda _site, _now: Told(notice="stamps_waiting", count=3))], clock=Clock())

    with translation.override("en"):
        english = current_notices()[0].sentence
    with translation.override("fr"):
        french = current_notices()[0].sentence

    assert english.endswith("(3 waiting)")
    assert french != english


def test_a_notice_of_another_version_is_not_shown(site: Site) -> None:
    """A newer worker may know more than an older desk."""
    Duty.objects.create(name="one", due_at=NOON, notice="of_tomorrow")

    assert current_notices() == ()


def test_every_duty_has_a_name_of_its_own_and_only_known_notices() -> None:
    """A notice without sentence would be silent."""
    sources = [Path(import_module(plan.run.__module__).__file__ or "").read_text("utf-8") for plan in PLANS]
    names = {plan.name for plan in PLANS}
    told = {word for text in sources for word in re.findall(r'"((?:intake|mail|stamps|witness)_[a-z_]+)"', text)}

    assert len(names) == len(PLANS)
    assert told - names == set(SENTENCES) - {FAILED, SEARCH_FAILED, UNREAD}


def test_all_duties_run_on_a_site_where_nothing_is_configured(site: Site) -> None:
    """No mail, no witness, no authority: nothing is asked, and nothing fails."""
    done = work_once(site)

    assert [one.name for one in done] == [one.name for one in PLANS]
    assert [one.failure for one in done] == [None] * len(PLANS)


def test_a_worker_works_until_it_is_told_to_stop(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says that it is ready after its first round, and ends cleanly."""
    rounds: list[bool] = []
    handlers: dict[int, Callable[..., None]] = {}
    monkeypatch.setattr(worker, "LOOK_S", 0.001)
    monkeypatch.setattr(signal, "signal", handlers.setdefault)

    def once(_site: Site, *, stop: threading.Event) -> None:
        rounds.append(stop.is_set())
        if len(rounds) == 3:
            handlers[signal.SIGTERM](signal.SIGTERM, None)

    monkeypatch.setattr(worker, "work_once", once)
    ready: list[int] = []

    worker.run_worker(site, ready=lambda: ready.append(len(rounds)))

    assert rounds == [False, False, False]
    assert ready == [1]
