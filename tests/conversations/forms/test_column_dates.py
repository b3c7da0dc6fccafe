"""Dates of one column: ISO, numbers, local dates told apart by the whole column, and nothing guessed."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.conversations.forms.column_dates import ColumnDates, is_local_date

NOON = int(dt.datetime(2026, 3, 12, 12, 0, tzinfo=dt.UTC).timestamp()) * 1_000_000


def read(*cells: str, date_format: str | None = None) -> list[int | None]:
    """The instants of a column of these cells."""
    dates = ColumnDates(date_format=date_format)
    for cell in cells:
        dates.show(cell)
    return [dates.instant(cell)[0] for cell in cells]


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "yesterday",
        "12",
        "20260312",
        "99999999999",
        "9" * 19,
        "-1773316800",
        "2026-13-40",
        "2026-03-12T25:00",
        "12h",
        "March 12, 2026",
        "٢٠٢٦-٠٣-١٢",
        "0/0/0",
        "2026-03-12 " + "x" * 100,
        "9999-12-31T23:59:59-23:00",
    ],
)
def test_unknown_dates_stay_unknown(cell: str) -> None:
    """What is no date of a known manner, or none that exists, is None."""
    assert read(cell) == [None]


@pytest.mark.parametrize(
    ("cell", "zone"),
    [
        ("2026-03-12T12:00:00Z", "offset"),
        ("2026-03-12 12:00:00 UTC", "offset"),
        ("2026-03-12 12:00 GMT", "offset"),
        ("2026-03-12T13:00:00+01:00", "offset"),
        ("2026-03-12 13:00:00 +0100", "offset"),
        ("2026-03-12T12:00:00.000000000Z", "offset"),
        ("2026-03-12t12:00:00,000z", "offset"),
        ("2026-03-12T12:00:00", "unknown"),
        (" 2026-03-12 12:00 ", "unknown"),
        ("1773316800", "utc"),
        ("1773316800.000", "utc"),
        ("1773316800000", "utc"),
        ("1773316800000000", "utc"),
        ("1773316800000000000", "utc"),
        ("12.03.2026 12:00", "unknown"),
        ("12.03.2026, 12:00:00", "unknown"),
        ("2026/03/12 12:00", "unknown"),
        ("31/03/2026 12:00", None),
    ],
)
def test_reads_each_manner(cell: str, zone: str | None) -> None:
    """ISO, numbers by their size, and local dates that leave no doubt give the instant and what is known of the zone."""
    dates = ColumnDates()
    dates.show(cell)

    instant, found = dates.instant(cell)

    assert (instant, found) == ((NOON, zone) if zone else (NOON + 19 * 86_400_000_000, "unknown"))


def test_keeps_fractions_of_seconds() -> None:
    """Microseconds are kept, what is finer is cut."""
    assert read("2026-03-12T12:00:00.1234567Z", "1773316800.123456789") == [NOON + 123_456] * 2


def test_one_day_above_twelve_decides_for_the_column() -> None:
    """`12/03/2026` is a day in March when another cell of the column is `31/03/2026`."""
    assert read("12/03/2026 12:00", "31/03/2026 12:00")[0] == NOON
    assert read("03/12/2026 12:00", "03/31/2026 12:00")[0] == NOON


def test_nothing_is_guessed_from_doubtful_dates() -> None:
    """When day and month cannot be told apart, the dates stay unknown, and the column says so."""
    dates = ColumnDates()
    for cell in ("12/03/2026 12:00", "11/04/2026 12:00", "01/02/2026 12:00"):
        dates.show(cell)

    assert dates.is_ambiguous
    assert dates.instant("12/03/2026 12:00") == (None, "unknown")
    assert dates.instant("05/05/2026 12:00")[0] is not None


def test_a_given_format_is_used_as_it_is() -> None:
    """A format that a person gives is followed, and what does not fit stays unknown."""
    assert read("12 | 03 | 26 12h00", "2026-03-12", date_format="%d | %m | %y %Hh%M") == [NOON, None]
    assert ColumnDates(date_format="%d/%m/%Y %H:%M %z").instant("12/03/2026 13:00 +0100") == (NOON, "offset")
    assert read("01/01/0001 00:00 +2359", date_format="%d/%m/%Y %H:%M %z")[0] is not None


def test_only_local_dates_need_the_column() -> None:
    """ISO dates and numbers are read at once."""
    assert is_local_date("12/03/2026 12:00")
    assert not is_local_date("2026-03-12 12:00")
    assert not is_local_date("1773316800")


@given(st.text(max_size=80))
def test_no_cell_raises(cell: str) -> None:
    """Any text is a date or none, never an error."""
    read(cell)


@given(st.datetimes(dt.datetime(1990, 1, 2), dt.datetime(2099, 12, 30)), st.sampled_from([0, 3, 6, 9]))  # noqa: DTZ001
def test_every_instant_comes_back(moment: dt.datetime, digits: int) -> None:
    """Whatever the unit of a number, the instant is the one that was written, to the unit."""
    us = (moment - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)  # noqa: DTZ001
    number = us * 1000 // 10 ** (9 - digits)

    assert read(str(number)) == [number * 10 ** (9 - digits) // 1000]
    assert read(moment.isoformat() + "Z") == [us]
