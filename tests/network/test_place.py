"""Hours give a time zone with an honest width; too few days, or hours of an unknown zone, give none."""

from pathlib import Path

import numpy as np
import pytest

from rempart.network.build import Network
from rempart.network.files import identify_files
from rempart.network.flows import VOLUME
from rempart.network.place import MIN_DAYS, OFFSETS, SURE, Zones, find_zones, load_places, zone_likelihood
from tests.network.planted import Planted
from tests.network.small import DAY_US, ENGINE, HOUR_US, MONDAY_US, said, tables_of

MIDNIGHT_US = MONDAY_US - 8 * HOUR_US


def zones_of(folder: Path, *, days: int, offset: int, zone: str = "utc") -> Zones:
    """One account that writes at 9, 13, 19, 21 and 22 local time on so many days."""
    told = [(day, hour) for day in range(days) for hour in (9, 13, 19, 21, 22)]
    messages = [
        said(row, "user1", sent_at=MIDNIGHT_US + day * DAY_US + (hour - offset) * HOUR_US, zone=zone)
        for row, (day, hour) in enumerate(told, start=1)
    ]
    tables_of(folder, messages=messages)
    copies = identify_files(folder, engine=ENGINE).copies
    volume = ENGINE.query(VOLUME, {"messages": folder / "messages.parquet", "copies": copies})
    return find_zones(folder, engine=ENGINE, copies=copies, volume=volume)


def test_few_days_give_no_zone(tmp_path: Path) -> None:
    """Below MIN_DAYS days of activity nothing is said, and it is counted."""
    zones = zones_of(tmp_path, days=MIN_DAYS - 1, offset=1)

    assert zones.members.num_rows == 0
    assert zones.unknown == 1
    assert zones.crowd == ()
    assert zones.not_examined[0].number == 1


def test_hours_of_an_unknown_zone_are_left_out(tmp_path: Path) -> None:
    """Local time without a zone says nothing of the zone; the gap is told."""
    zones = zones_of(tmp_path, days=40, offset=1, zone="unknown")

    assert zones.members.num_rows == 0
    assert "local time of unknown zone" in zones.not_examined[1].one


def test_activity_at_all_hours_has_the_whole_width() -> None:
    """Who writes at every hour could be anywhere."""
    told = zone_likelihood(np.ones((1, 24)) * 30, np.array([30.0]))[0]

    assert told == pytest.approx(np.full(24, 1 / 24), abs=0.01)


@pytest.mark.parametrize("offset", [-8, -5, 0, 1, 3, 8, 12])
def test_the_zone_is_among_those_told_and_the_width_is_not_hidden(tmp_path: Path, offset: int) -> None:
    """The true offset is in the set; the set is never a single hour."""
    (row,) = zones_of(tmp_path, days=60, offset=offset).members.to_pylist()

    assert offset in row["offsets"]
    assert abs((row["best"] - offset + 12) % 24 - 12) <= 2
    assert 3 <= row["width_h"] == len(row["offsets"]) <= 12


def test_more_messages_in_a_day_make_nothing_surer(tmp_path: Path) -> None:
    """A day is one observation."""
    counts = np.zeros((2, 24))
    counts[0, [18, 20]] = 20
    counts[1, [18, 20]] = 200
    told = zone_likelihood(counts, np.array([20.0, 20.0]))

    assert told[0] == pytest.approx(told[1], abs=1e-9)


def test_planted_zones_are_told_in_most_cases(network: Network, planted: Planted) -> None:
    """At the told level the set misses rarely: of the planted members at least nine in ten are inside."""
    rows = network.zones.members.to_pylist()
    inside = [int(planted.offset_h[int(row["account_id"][13:])]) in row["offsets"] for row in rows]

    assert len(inside) > 20
    assert np.mean(inside) > 0.9
    assert sum(network.zones.crowd) == pytest.approx(1)


def test_the_data_are_whole() -> None:
    """A day of 24 parts, and no word of two languages."""
    data = load_places()
    words = [word for language in data.language for word in language.words]

    assert len(data.day) == 24 == len(OFFSETS)
    assert 0.5 < SURE < 1
    assert len(words) == len(set(words))
