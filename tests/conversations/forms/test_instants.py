"""Dates and times as text: what they mean, in which order, and when that cannot be told."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.conversations.forms.instants import Order, OrderFinder, clock_s, date_days, offset_s, order_of, to_us


def _finder(*dates: str, earliest_year: int = 1990) -> OrderFinder:
    finder = OrderFinder(earliest_year=earliest_year)
    for date in dates:
        finder.add(date)
    return finder


def _us(*moment: int) -> int:
    return int(dt.datetime(*moment, tzinfo=dt.UTC).timestamp()) * 1_000_000  # type: ignore[misc,arg-type]


@pytest.mark.parametrize("date", ["31/02/2026", "00/01/2026", "12/2026", "1/2/3", "12/03-2026", "", "12/03/20261"])
def test_gives_no_day_for_what_is_no_date(date: str) -> None:
    """A date that does not exist is None, never another day."""
    assert date_days(date, "day_first") is None


@pytest.mark.parametrize("clock", ["24:00", "10:60", "13:00 PM", "0:30 PM", "10", "10:2", ""])
def test_gives_no_second_for_what_is_no_time(clock: str) -> None:
    """A time of day that does not exist is None."""
    assert clock_s(clock) is None


@pytest.mark.parametrize("offset", ["02:00", "UTC+16:00", "UTC+02:60", "UTC"])
def test_gives_no_shift_for_what_is_no_offset(offset: str) -> None:
    """An offset that no place on Earth has is None, and the instant with it."""
    assert offset_s(offset) is None
    assert to_us("12.03.2026", "10:02", order="day_first", offset=offset) is None


def test_does_not_tell_day_from_month_where_both_orders_fit() -> None:
    """Nothing is guessed: days up to twelve that rise in both orders stay without an order."""
    finder = _finder("01/02/26", "02/02/26", "03/02/26")

    assert finder.order is None
    assert finder.is_ambiguous


def test_is_not_ambiguous_when_day_and_month_are_the_same_number() -> None:
    """5/5 is one day in both orders, so nothing is lost by not knowing the order."""
    finder = _finder("05/05/26", "06/06/26")

    assert finder.order is None
    assert not finder.is_ambiguous
    assert order_of("05/05/26", file_order=None) is not None


@pytest.mark.parametrize(
    ("dates", "order"), [(("01/02/26", "13/02/26"), "day_first"), (("01/02/26", "02/13/26"), "month_first")]
)
def test_a_number_above_twelve_decides(dates: tuple[str, ...], order: Order) -> None:
    """One date that fits one order only decides for the file."""
    assert _finder(*dates).order == order


def test_time_that_never_steps_back_decides() -> None:
    """When one order makes the file run backwards, it is the other one."""
    assert _finder("05/02/26", "01/03/26", "02/04/26").order == "day_first"
    assert _finder("02/05/26", "03/01/26", "04/02/26").order == "month_first"


def test_a_step_back_of_one_day_is_a_late_message() -> None:
    """A message that arrives a day late contradicts nothing."""
    assert _finder("05/02/26", "04/02/26", "01/03/26").order == "day_first"


@pytest.mark.parametrize("date", ["01.02.26", "01-02-2026", "1. 2. 2026."])
def test_dots_and_dashes_are_day_first(date: str) -> None:
    """No country writes the month first with a dot or a dash (Unicode CLDR)."""
    assert _finder(date).order == "day_first"


def test_a_number_above_twelve_beats_the_separator() -> None:
    """What the file shows counts for more than what countries do."""
    assert _finder("01.13.26", "02.01.26").order == "month_first"


def test_a_year_in_front_needs_no_order() -> None:
    """Four digits in front are a year, whatever the rest of the file."""
    finder = _finder("2026-03-12", "2026/03/13")

    assert not finder.is_ambiguous
    assert order_of("2026-03-12", file_order="day_first") == "year_first"


def test_a_two_digit_year_in_front_is_found_when_the_other_orders_are_impossible() -> None:
    """26/3/14, 26/3/31 and 26/11/2 of an application born in 2009 can only be years in front."""
    assert _finder("26/3/14", "26/3/31", "26/11/2", earliest_year=2009).order == "year_first"


def test_one_stray_line_in_a_hundred_does_not_change_the_order() -> None:
    """A pasted date of another country does not turn a long file."""
    dates = [f"{day}/{month:02}/26" for month in range(1, 8) for day in range(13, 29)]

    assert _finder(*dates, "07/29/26").order == "day_first"


def test_contradicting_dates_in_like_number_give_no_order() -> None:
    """Half and half is no majority; each such date still says itself what it is."""
    assert _finder("13/02/26", "02/14/26").order is None
    assert order_of("13/02/26", file_order=None) == "day_first"


@pytest.mark.parametrize(
    ("date", "clock", "order", "moment"),
    [
        ("12/03/2026", "10:02", "day_first", (2026, 3, 12, 10, 2)),
        ("12/03/26", "10:02:11", "month_first", (2026, 12, 3, 10, 2, 11)),
        ("2026-03-12", "10 h 02", "year_first", (2026, 3, 12, 10, 2)),
        ("12.3.2026", "10.02.11", "day_first", (2026, 3, 12, 10, 2, 11)),
        ("3/12/26", "12:05\u202fAM", "month_first", (2026, 3, 12, 0, 5)),
        ("3/12/26", "12:05 p. m.", "month_first", (2026, 3, 12, 12, 5)),
        ("12-03-2026", "9:05\u00a0pm", "day_first", (2026, 3, 12, 21, 5)),
        ("12. 3. 2026", "9:05 Uhr", "day_first", (2026, 3, 12, 9, 5)),
    ],
)
def test_reads_every_documented_form(date: str, clock: str, order: Order, moment: tuple[int, ...]) -> None:
    """Separators, years of two digits, clocks of twelve hours and their spaces."""
    assert to_us(date, clock, order=order) == _us(*moment)


def test_an_offset_moves_the_instant() -> None:
    """10:02 in UTC+02:00 is 08:02 UTC."""
    assert to_us("12.03.2026", "10:02:00", order="day_first", offset="UTC+02:00") == _us(2026, 3, 12, 8, 2)
    assert to_us("12.03.2026", "10:02:00", order="day_first", offset="-0330") == _us(2026, 3, 12, 13, 32)


@given(st.datetimes(min_value=dt.datetime(1000, 1, 1), max_value=dt.datetime(9999, 12, 31)))  # noqa: DTZ001
def test_every_day_reads_back_in_every_order(moment: dt.datetime) -> None:
    """What is written in an order reads back in it, to the second."""
    us = int((moment.replace(microsecond=0) - dt.datetime(1970, 1, 1)) / dt.timedelta(seconds=1)) * 1_000_000  # noqa: DTZ001
    clock = f"{moment:%H:%M:%S}"
    year, month, day = f"{moment.year:04}", moment.month, moment.day

    assert to_us(f"{day}/{month}/{year}", clock, order="day_first") == us
    assert to_us(f"{month}/{day}/{year}", clock, order="month_first") == us
    assert to_us(f"{year}-{month:02}-{day:02}", clock, order="year_first") == us


@given(st.text(max_size=40), st.sampled_from(["day_first", "month_first", "year_first"]))
def test_any_text_is_taken_without_an_error(text: str, order: Order) -> None:
    """Hostile text gives None or an instant, never an exception."""
    to_us(text, text, order=order)
    _finder(text, text[::-1])
