"""How much each partner sent today, counted in memory that all processes of the face share; no row, no lock, no file.

Each process adds in a line of its own, so that none waits for another, and reads the sum of all. Two processes that share a line may lose
a count now and then, and a restart of the face forgets the day: the quota sorts, it does not bill. Days are UTC.
"""

import mmap
import os
import threading
from datetime import datetime

LINES, SLOTS = 64, 1_024  # partners whose numbers are alike modulo SLOTS share a count
FULL_TIMES = 10  # of its quota a partner may send in a day
_DAY_S = 86_400


class DayCounts:
    """Counts of today. Safe for threads and processes; instants are passed in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # of this process
        self._table = memoryview(mmap.mmap(-1, 8 * LINES * (SLOTS + 1))).cast("q")

    def sent(self, partner: int, *, at: datetime) -> int:
        """How much this partner sent today."""
        day, place = _day(at), 1 + partner % SLOTS
        starts = range(0, LINES * (SLOTS + 1), SLOTS + 1)
        return sum(self._table[start + place] for start in starts if self._table[start] == day)

    def add(self, partner: int, *, at: datetime) -> None:
        """Counts one more."""
        day, start = _day(at), os.getpid() % LINES * (SLOTS + 1)
        with self._lock:
            if self._table[start] != day:
                self._table[start + 1 : start + SLOTS + 1] = memoryview(bytes(8 * SLOTS)).cast("q")
                self._table[start] = day
            self._table[start + 1 + partner % SLOTS] += 1


def seconds_left(at: datetime) -> int:
    """Until the next day begins."""
    return _DAY_S - int(at.timestamp()) % _DAY_S


def _day(at: datetime) -> int:
    return int(at.timestamp()) // _DAY_S


COUNTS = DayCounts()
