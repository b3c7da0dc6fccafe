"""Reads the dates of one column of a table, whatever the manner in which the column writes them.

Known are ISO 8601 (with `UTC` or `Z` behind it), seconds, milli-, micro- or nanoseconds since 1970, and local dates
(`12/03/2026 10:02`) when day and month can be told apart by the whole column. Anything else stays unknown: None.
Trap: a local time has no zone; it is taken as if UTC, and the zone is told as unknown.
"""

import datetime as dt
import re

from rempart.conversations.forms.fields import iso_instant_of
from rempart.conversations.forms.instants import BETWEEN, CLOCK, DATE, Order, date_days, order_of, to_us
from rempart.conversations.rows import Zone

_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)([.,]\d{1,9})? ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?)?", re.IGNORECASE
)
_NUMBER = re.compile(r"(\d{9,19})(?:\.(\d{1,9})\d{0,20})?")
_LOCAL = re.compile(rf"({DATE})(?:{BETWEEN}({CLOCK}))?")
_MAX_CHARS = 64
_FROM_S, _TO_S = 631_152_000, 4_102_444_800  # 1990 to 2100: the units of a number cannot be confused
_UNITS_PER_S = (1, 1_000, 1_000_000, 1_000_000_000)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_US = dt.timedelta(microseconds=1)


class ColumnDates:
    """The manner of one column: show it every cell, then ask for instants."""

    def __init__(self, *, date_format: str | None = None) -> None:
        """date_format: strptime's, where a person gave it; None: found out."""
        self._format = date_format
        self._against: dict[Order, int] = {"day_first": 0, "month_first": 0}
        self._slash = self._doubtful = False

    def show(self, cell: str) -> None:
        """Takes in one cell of the column; only local dates count. All cells are shown before the first instant."""
        match = _local(cell) if self._format is None else None
        if match is None or match[1][:4].isdecimal():
            return
        self._slash = self._slash or "/" in match[1]
        self._doubtful = self._doubtful or order_of(match[1], file_order=None) is None
        for order in self._against:
            self._against[order] += date_days(match[1], order) is None

    @property
    def order(self) -> Order | None:
        """The order of day and month: the only one in which every cell is a day; None when it cannot be told.

        The order in time is no witness here, as it is in a chat: a table may be sorted by anything.
        """
        alive = [order for order, against in self._against.items() if not against]
        if len(alive) == 1:
            return alive[0]
        return "day_first" if alive and not self._slash else None  # see `instants`, Source

    @property
    def is_ambiguous(self) -> bool:
        """True when some dates stay unknown because day and month cannot be told apart."""
        return self._doubtful and self.order is None

    def instant(self, cell: str) -> tuple[int | None, Zone]:
        """(microseconds since 1970-01-01 UTC, zone) of one cell; None: not a date, or not to be told."""
        cell = cell.strip()
        if not cell or len(cell) > _MAX_CHARS:
            return None, "unknown"
        if self._format is not None:
            return _formatted(cell, self._format)
        if match := _ISO.fullmatch(cell):
            return _iso(match)
        if match := _NUMBER.fullmatch(cell):
            return _epoch(match), "utc"
        local = _local(cell)
        order = order_of(local[1], file_order=self.order) if local else None
        if local is None or order is None:
            return None, "unknown"
        return to_us(local[1], local[2] or "0:00", order=order), "unknown"


def is_local_date(cell: str) -> bool:
    """True for a date that needs the whole column to be read."""
    return _local(cell) is not None


def _local(cell: str) -> re.Match[str] | None:
    cell = cell.strip()
    if len(cell) > _MAX_CHARS or _ISO.fullmatch(cell):
        return None
    return _LOCAL.fullmatch(cell)


def _iso(match: re.Match[str]) -> tuple[int | None, Zone]:
    date, clock, fraction, zone = match.groups()
    offset = "+00:00" if zone and zone.upper() in ("Z", "UTC", "GMT") else zone or ""
    tail = f"T{clock}{fraction[:7].replace(',', '.') if fraction else ''}{offset}" if clock else ""
    return iso_instant_of(date + tail)


def _epoch(match: re.Match[str]) -> int | None:
    """Microseconds of a number since 1970; its size tells its unit."""
    number = int(match[1])
    for unit in _UNITS_PER_S:
        if _FROM_S * unit <= number < _TO_S * unit:
            whole = number * 1_000_000 // unit
            return whole + (int(f"{match[2]:0<6}"[:6]) if match[2] and unit == 1 else 0)
    return None


def _formatted(cell: str, date_format: str) -> tuple[int | None, Zone]:
    try:
        moment = dt.datetime.strptime(cell, date_format)  # noqa: DTZ007 (the zone is put in below)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        return (aware - _EPOCH) // _US, "offset" if moment.tzinfo else "unknown"
    except (ValueError, OverflowError):
        return None, "unknown"
