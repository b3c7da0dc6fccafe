"""Who makes an analysis now: claimed by an update that only one worker can make, for half a minute at a time, renewed with its progress.

A worker that lost its hold writes nothing any more: every write asks for the hold in the same transaction.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from rempart.web.analysing.job import Told
from rempart.web.cases.analyses import UNDER_WAY, Stage, State
from rempart.web.cases.models import Analysis

LEASE = timedelta(seconds=30)
RENEW = timedelta(seconds=10)
EVERY_S = 1.0  # progress is written at most so often
MOST_TRIES = 3
_LOOKED_AT = 20  # of those that wait
_MOST = (1 << 62) - 1
Clock = Callable[[], datetime]


class Stopping(Exception):
    """The worker ends; the analysis waits for the next one."""


class Lost(Exception):
    """Another worker holds the analysis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An analysis to make. tries: with this one. failure: of the attempt before, "" for none. is_over: it was tried too often."""

    id: UUID
    dossier: UUID
    exhibit: str
    tries: int
    failure: str
    until: datetime
    is_over: bool = False


def claim_next(*, now: datetime) -> Claim | None:
    """The analysis that was asked for first and that nobody makes, now held; None when there is none."""
    free = Q(running_until=None) | Q(running_until__lte=now)
    waiting = Analysis.objects.filter(free, state__in=UNDER_WAY).order_by("asked_at", "pk")
    until = now + LEASE
    for row in waiting.defer("outline")[:_LOOKED_AT]:
        is_over = row.tries >= MOST_TRIES
        tries = row.tries if is_over else row.tries + 1
        mine = Analysis.objects.filter(free, pk=row.pk, state=row.state, tries=row.tries)
        if mine.update(state=State.RUNNING, running_until=until, tries=tries):
            return Claim(
                id=row.pk,
                dossier=row.dossier_id,
                exhibit=row.exhibit,
                tries=tries,
                failure=row.failure,
                until=until,
                is_over=is_over,
            )
    return None


class Hold:
    """A claim that is kept, and the progress that is shown."""

    def __init__(self, claim: Claim, *, clock: Clock, stop: threading.Event) -> None:
        self.claim, self.clock = claim, clock
        self._stop = stop
        self._told = self._written = Told()
        self._written_s = 0.0

    def row(self) -> "QuerySet[Analysis]":
        """The row, as long as it is ours."""
        claim = self.claim
        return Analysis.objects.filter(pk=claim.id, state=State.RUNNING, tries=claim.tries, running_until=claim.until)

    def watch(self, told: Told | None) -> None:
        """Takes note of progress, writes it now and then, and keeps the hold. Raises: Stopping, Lost."""
        if self._stop.is_set():
            raise Stopping
        if told and told.stage in set(Stage):
            self._told = told
        is_news = self._told != self._written and time.monotonic() - self._written_s >= EVERY_S
        if is_news or self.clock() >= self.claim.until - LEASE + RENEW:
            self.renew()

    def renew(self) -> None:
        """Holds it for another while, and writes the progress. Raises: Lost."""
        until, told = self.clock() + LEASE, self._told
        done, total = (min(max(number, 0), _MOST) for number in (told.done, told.total))
        if not self.row().update(running_until=until, stage=told.stage, done=done, total=total):
            raise Lost
        self.claim = replace(self.claim, until=until)
        self._written, self._written_s = told, time.monotonic()
