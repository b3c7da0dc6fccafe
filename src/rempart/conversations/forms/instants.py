"""Dates and times as chat exports write them: pattern pieces, the order of day and month, microseconds.

For text formats that write local time in the manner of a country. How to use it:
  1. build a line pattern from `DATE`, `BETWEEN` and `CLOCK` (no named groups inside, no unbounded repeat);
  2. show every date of the file to one `OrderFinder`; its `order` is None when day and month cannot be told apart;
  3. `to_us(date, clock, order=…, offset=…)` gives microseconds since 1970-01-01, None for what is no date.
Where the format fixes the order (`dd.mm.yyyy`, ISO), skip step 2 and pass the order. Where the file's order is
unknown, `order_of` says whether a single date can still be read.

Source: Unicode CLDR short dates of all 1,082 locales, read with Babel 2.18: month first is only ever written with
`/` (58 locales); with `.` and `-` and the year last every locale writes the day first. Tier: source-verified.
Not covered: month names, Arabic or Asian marks of the half day, calendars other than the Gregorian.
"""

import datetime as dt
import re
from functools import lru_cache
from typing import Final, Literal

Order = Literal["day_first", "month_first", "year_first"]

SPACE: Final = r"[ \t\u00a0\u202f\u2009]"
DATE: Final = r"\d{1,4}(?:/ ?\d{1,2}/ ?|\. ?\d{1,2}\. ?|- ?\d{1,2}- ?)\d{1,4}\.?"
"""Three numbers and one separator, `12/03/2026`, `12. 3. 26`, `2026-03-12`."""
BETWEEN: Final = rf"(?:,{SPACE}?|{SPACE})(?:(?:à|um|om|at|a las|às|alle|klo|kl\.?|o|u|в){SPACE})?"
"""What stands between date and time: `, `, ` `, ` à `, ` um `, ` om `, ` at ` …"""
CLOCK: Final = rf"\d{{1,2}}(?:[:.]\d\d(?:[:.]\d\d)?|{SPACE}?h{SPACE}?\d\d)(?:{SPACE}?(?:[AaPp]\.?{SPACE}?[Mm]\.?|Uhr))?"
"""`10:02`, `10:02:11`, `10.02`, `10 h 02`, with `AM`, `p. m.` or `Uhr` behind."""

_NUMBERS = re.compile(r"(\d{1,4})([./-]) ?(\d{1,2})\2 ?(\d{1,4})\.?")
_CLOCK = re.compile(
    rf"(\d{{1,2}})(?:{SPACE}?h{SPACE}?|[:.])(\d\d)(?:[:.](\d\d))?(?:{SPACE}?(?:([AaPp])\.?{SPACE}?[Mm]\.?|Uhr))?"
)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d\d):?(\d\d)")
_EPOCH_DAY = dt.date(1970, 1, 1).toordinal()
_BOTH: tuple[Order, Order] = ("day_first", "month_first")
_ALL: tuple[Order, ...] = (*_BOTH, "year_first")


def to_us(date: str, clock: str = "0:00", *, order: Order, offset: str = "") -> int | None:
    """Microseconds since 1970-01-01 UTC; without `offset` (`UTC+02:00`) the local time is taken as if UTC.

    None when the date is not one in this order, or the clock or offset is none.
    """
    day, second, shift = date_days(date, order), clock_s(clock), offset_s(offset) if offset else 0
    if day is None or second is None or shift is None:
        return None
    return (day * 86_400 + second - shift) * 1_000_000


@lru_cache(maxsize=4096)
def date_days(date: str, order: Order) -> int | None:
    """Days since 1970-01-01; two-digit years are of this century; None: no such day in this order."""
    match = _NUMBERS.fullmatch(date)
    if match is None:
        return None
    first, middle, last = match[1], match[3], match[4]
    pieces = {
        "day_first": (last, middle, first),
        "month_first": (last, first, middle),
        "year_first": (first, middle, last),
    }
    year, month, day = pieces[order]
    if len(year) not in (2, 4) or len(day) > 2 or len(month) > 2:
        return None
    try:
        return dt.date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)).toordinal() - _EPOCH_DAY
    except ValueError:
        return None


@lru_cache(maxsize=1 << 16)
def clock_s(clock: str) -> int | None:
    """Seconds since midnight; 12-hour clocks are turned; None: no such time of day."""
    match = _CLOCK.fullmatch(clock)
    if match is None:
        return None
    hour, minute, second, half = int(match[1]), int(match[2]), int(match[3] or 0), (match[4] or "").lower()
    if minute > 59 or second > 60 or hour > 23 or (half and not 1 <= hour <= 12 and not (half == "a" and hour == 0)):
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour * 3600 + minute * 60 + min(second, 59)


def offset_s(offset: str) -> int | None:
    """Seconds east of UTC of `UTC+02:00`, `+0200`; None: no offset."""
    match = _OFFSET.fullmatch(offset)
    if match is None or int(match[2]) > 15 or int(match[3]) > 59:
        return None
    return (int(match[2]) * 3600 + int(match[3]) * 60) * (-1 if match[1] == "-" else 1)


def order_of(date: str, *, file_order: Order | None) -> Order | None:
    """The order to read this date in: it may say more itself than its file does (2026-03-12, 13/5/26, 5/5/26).

    None: day and month of this date cannot be told apart.
    """
    if date[:4].isdecimal():
        return "year_first"
    if file_order is not None:
        return file_order
    days = {date_days(date, order): order for order in _BOTH}
    days.pop(None, None)
    return next(iter(days.values())) if len(days) == 1 else None


class OrderFinder:
    """Tells day from month by all dates of a file, given in the order of the file; keeps nothing but counts.

    In this order: a number above 12 decides; then the separator (`.` and `-` are day first everywhere, see Source);
    then time: exactly one order in which the dates never step back by more than a day. Else `order` is None:
    nothing is guessed, not from a 12-hour clock either (India and the United States both write 3/4/26, 9:00 PM).
    Dates that begin with a four-digit year need no finding and count for nothing.
    """

    def __init__(self, *, earliest_year: int = 1990) -> None:
        """earliest_year: no chat of this format is older; a reading that gives an earlier day is impossible."""
        self._earliest_days = dt.date(earliest_year, 1, 1).toordinal() - _EPOCH_DAY
        self._last = ""
        self._against: dict[Order, int] = dict.fromkeys(_ALL, 0)
        self._back: dict[Order, int] = dict.fromkeys(_ALL, 0)
        self._previous: dict[Order, int] = {}
        self._slash = False
        self._dates = 0
        self._unsure = False

    def add(self, date: str) -> None:
        """Takes in the next date of the file; a run of the same date costs nothing."""
        if date == self._last:
            return
        self._last = date
        days = {
            order: day for order in _ALL if (day := date_days(date, order)) is not None and day >= self._earliest_days
        }
        if not days or date[:4].isdecimal():
            return
        self._dates += 1
        self._slash = self._slash or "/" in date
        self._unsure = self._unsure or order_of(date, file_order=None) is None
        for order in _ALL:
            if (day := days.get(order)) is None:
                self._against[order] += 1
                continue
            if day < self._previous.get(order, day) - 1:
                self._back[order] += 1
            self._previous[order] = day

    @property
    def order(self) -> Order | None:
        """The order; None when it cannot be told, or when no date was given that needs one."""
        if not self._dates:
            return None
        alive = [order for order in _BOTH if not self._against[order]]
        if not alive:
            return self._by_weight()
        if len(alive) == 1:
            return alive[0]
        if not self._slash:
            return "day_first"
        onward = [order for order in _BOTH if not self._back[order]]
        return onward[0] if len(onward) == 1 else None

    @property
    def is_ambiguous(self) -> bool:
        """True when some date stays without a day: its day and month cannot be told apart."""
        return self._unsure and self.order is None

    def _by_weight(self) -> Order | None:
        """Both orders are contradicted: a year of two digits stands first, or a few lines do not belong (1 in 100)."""
        if not self._against["year_first"] and not self._back["year_first"]:
            return "year_first"
        best, second = sorted(_BOTH, key=lambda order: self._against[order])
        return best if self._against[best] * 100 <= self._against[second] else None
