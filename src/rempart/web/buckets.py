"""Token buckets of sources, in memory that all processes of a face share; no address is ever stored.

A source is two places in a table, found by HMAC of its address under a salt that is drawn every day and is only in memory. A place holds
one number: until when the tokens taken there are paid back. The table has a fixed size: a million sources take no more than
one. Two sources that share one place have another each; the emptier of the two places counts (a count-min sketch of leaky buckets).
Invariant: nothing here can tell which sources there were, not even today's.
"""

import hmac
import mmap
import secrets
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

ROWS, SLOTS = 2, 1 << 18  # 4 MB; among 10,000 busy sources a quiet one meets two of them once in 700 times
RISE_S, FALL_S, MOST_LEVEL = 0.5, 3.0, 3
_DAY_S = 86_400
_ROUNDING_S = 1e-4  # instants are floats: the last token of a full bucket is a whole one
_SALT_BYTES = 32

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Two places of the table, and the pseudonym of the day: a version 6 address that is nobody's (RFC 4193)."""

    places: tuple[int, int]
    pseudonym: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a source may send before it waits in the slow lane.

    A school class, thirty children behind one address, is about 450 requests; a form is about fifteen.
    """

    burst: int = 600
    per_s: float = 5.0
    credit: int = 60  # tokens that a proof of work gives back


class Gauge:
    """How much more a process has to do than it can, in steps. The loop that takes connections tells it; one per process."""

    def __init__(self, *, clock: Clock = time.monotonic) -> None:
        self._clock, self._level, self._changed_at = clock, 0, 0.0

    def tell(self, *, too_much: bool) -> None:
        """Called often: a step up for each second with too much to do, a step down for each FALL_S without."""
        now = self._clock()
        if now - self._changed_at < (RISE_S if too_much else FALL_S):
            return
        self._changed_at = now
        self._level = min(self._level + 1, MOST_LEVEL) if too_much else max(self._level - 1, 0)

    @property
    def level(self) -> int:
        """0 at ease, MOST_LEVEL at worst."""
        return self._level


class Buckets:
    """The buckets of one face. Made before its processes fork, so that they share it."""

    def __init__(self, limits: Limits, *, clock: Clock = time.monotonic) -> None:
        self.limits = limits
        self._clock = clock
        self._table = memoryview(mmap.mmap(-1, 8 * ROWS * SLOTS)).cast("d")
        self._salt = mmap.mmap(-1, 8 + _SALT_BYTES)  # day, then the salt of the day
        self._renew(self._day())

    def source_of(self, address: bytes) -> Source:
        """The source that an address is today."""
        day = self._day()
        if struct.unpack_from("<q", self._salt)[0] != day:
            self._renew(day)
        digest = hmac.digest(self._salt[8:], address, "sha256")
        first, second = (int.from_bytes(digest[at : at + 4], "big") % SLOTS for at in (0, 4))
        return Source(
            places=(first, SLOTS + second),
            pseudonym=f"fd{digest[8:9].hex()}:{digest[9:11].hex()}:{digest[11:13].hex()}:{digest[13:15].hex()}::1",
        )

    def take(self, source: Source, *, cost: float = 1.0, pressure: int = 0) -> bool:
        """Takes tokens and says True; False, and takes none, when the bucket holds less.

        pressure: level of the gauge; each halves the bucket and the flow: at 3, nine requests at once, then one in two seconds.
        """
        now, limits, share = self._clock(), self.limits, 0.5**pressure
        paid_until = max(now, min(self._table[place] for place in source.places)) + cost / (share * limits.per_s)
        if paid_until - now > share * limits.burst / limits.per_s + _ROUNDING_S:
            return False
        for place in source.places:
            self._table[place] = max(self._table[place], paid_until)
        return True

    def give(self, source: Source) -> None:
        """Gives back the tokens of a proof of work."""
        for place in source.places:
            self._table[place] -= self.limits.credit / self.limits.per_s

    def _day(self) -> int:
        return int(self._clock() // _DAY_S)

    def _renew(self, day: int) -> None:
        """A new salt: nobody can follow a source into the next day. The old tokens mean nothing, and run out."""
        self._salt[:] = struct.pack("<q", day) + secrets.token_bytes(_SALT_BYTES)
