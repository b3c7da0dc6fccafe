"""The thread that opens: it goes on until it is stopped, tells what cannot be read, and survives a failure."""

import threading
from typing import Any

import pytest
from django.db import connections

from rempart.evidence.keys import new_identity
from rempart.web.cases import opener
from rempart.web.cases.models import Report
from rempart.web.cases.opener import NAME, UNREAD, keep_opening, open_until
from rempart.web.config import Site
from rempart.web.work.models import Duty
from rempart.web.work.notices import FAILED, SENTENCES
from tests.web.cases.arriving import a_report, home, receive

pytestmark = pytest.mark.usefixtures("rows")


class Rounds:
    """Stands for the event that ends the thread: set after so many waits; `meanwhile` runs in each of them."""

    def __init__(self, count: int, meanwhile: Any = lambda: None) -> None:
        self.left, self.meanwhile, self.waited = count, meanwhile, []  # type: ignore[var-annotated]  # seconds

    def is_set(self) -> bool:
        return self.left <= 0

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        self.left -= 1
        self.meanwhile()
        return self.is_set()


def notice() -> tuple[str, int]:
    """What the desk is told."""
    row = Duty.objects.filter(name=NAME).first()
    return (row.notice, row.count) if row else ("", 0)


def test_what_comes_while_it_waits_is_opened_within_two_seconds(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks every second."""
    home()
    came: list[Any] = []

    open_until(site, stop=Rounds(2, lambda: came.append(receive(len(came)))))  # type: ignore[arg-type]

    assert opener.LOOK_S <= 2
    assert set(Report.objects.values_list("pk", flat=True)) == set(came[:1])


def test_what_cannot_be_read_is_told_until_it_can(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notice with its number; a known sentence; gone with the last of them."""
    home()
    monkeypatch.setattr(opener, "KEYS_S", 0.0)
    receive(1, a_report(), identity=new_identity())

    open_until(site, stop=Rounds(2))  # type: ignore[arg-type]
    told = notice()
    Report.objects.update(failure="")
    open_until(site, stop=Rounds(1))  # type: ignore[arg-type]

    assert told == (UNREAD, 1)
    assert UNREAD in SENTENCES
    assert notice() == ("", 0)


def test_a_failure_is_told_and_it_begins_anew(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer pauses each time, and no word of the error in what is kept."""
    asked: list[int] = []

    def fail(*_: Any, **__: Any) -> None:
        asked.append(1)
        raise ValueError("words of a report")

    monkeypatch.setattr(opener, "open_until", fail)
    monkeypatch.setattr(connections, "close_all", lambda: None)
    rounds = Rounds(3)

    keep_opening(site, stop=rounds)  # type: ignore[arg-type]

    assert notice() == (FAILED, 0)
    assert len(asked) == 3
    assert rounds.waited == [2.0, 4.0, 8.0]


def test_the_thread_ends_when_it_is_told_to(site: Site) -> None:
    """At once when nothing is to be done."""
    stop = threading.Event()
    stop.set()

    thread = opener.start_opener(site, stop=stop)
    thread.join(timeout=10)

    assert not thread.is_alive()
