"""The departments as tiles: each once, near its neighbours, the count never by shade alone."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.analysis.tiles import STEPS, BadTiles, draw_tiles, load_layout, read_layout
from rempart.network.departments import load_departments

NEIGHBOURS = ["29-22", "29-56", "22-35", "56-35", "44-49", "44-85", "35-53", "50-14", "14-61", "76-80", "80-60", "59-62", "59-02", "02-08", "08-55", "54-57", "67-68", "68-90", "25-39", "21-71", "71-01", "69-42", "69-38", "38-73", "73-74", "73-05", "05-04", "04-06", "06-83", "83-13", "13-84", "84-26", "26-07", "07-43", "43-63", "63-03", "03-18", "18-45", "45-41", "41-37", "37-86", "86-16", "16-17", "17-33", "33-40", "40-64", "64-65", "65-31", "31-09", "09-11", "11-66", "66-11", "34-30", "30-48", "48-12", "12-46", "46-24", "24-19", "19-15", "87-23", "23-36", "75-92", "75-93", "75-94", "92-78", "94-91", "95-60", "77-51", "77-10", "10-89", "89-58", "52-88", "88-70", "2A-2B"]  # fmt: skip


def test_refuses_a_code_that_stands_twice() -> None:
    """Two tiles for one department would count it twice."""
    with pytest.raises(BadTiles):
        read_layout(["01 02", "01 ."], {"01": "A", "02": "B"})


def test_refuses_a_department_without_a_tile() -> None:
    """A count that has no place would disappear."""
    with pytest.raises(BadTiles):
        read_layout(["01 ."], {"01": "A", "02": "B"})


def test_a_code_without_a_tile_is_told_elsewhere_and_not_dropped() -> None:
    """What the drawing cannot place stays in sight."""
    drawn = draw_tiles({"987": 2, "69": 1})

    assert drawn.elsewhere == (("987", 2),)
    assert sum(tile.count for tile in drawn.tiles) == 1


def test_every_department_has_one_tile_of_its_own() -> None:
    """96 in the Hexagon and Corsica, five overseas, no two on one place."""
    places = load_layout().places

    assert set(places) == set(load_departments())
    assert len(set(places.values())) == len(places) == 101


@pytest.mark.parametrize("pair", NEIGHBOURS)
def test_neighbours_stay_close(pair: str) -> None:
    """Departments with a common border are at most two tiles apart."""
    one, other = (load_layout().places[code] for code in pair.split("-"))

    assert max(abs(one[0] - other[0]), abs(one[1] - other[1])) <= 2


def test_north_is_above_and_west_is_left() -> None:
    """The corners of the country are where people look for them."""
    places = load_layout().places

    assert places["59"][1] < places["75"][1] < places["63"][1] < places["66"][1]
    assert places["29"][0] < places["35"][0] < places["75"][0] < places["67"][0]


@given(st.dictionaries(st.sampled_from(sorted(load_departments())), st.integers(0, 5_000)))
def test_a_higher_count_is_never_lighter(counts: dict[str, int]) -> None:
    """Steps follow the counts, at most five of them, 0 only for nobody; each count stands on its tile."""
    tiles = sorted(draw_tiles(counts).tiles, key=lambda tile: tile.count)

    assert [tile.step for tile in tiles] == sorted(tile.step for tile in tiles)
    assert all((tile.step == 0) == (tile.count == 0) for tile in tiles)
    assert max(tile.step for tile in tiles) <= STEPS
    assert {tile.code: tile.count for tile in tiles if tile.count} == {code: n for code, n in counts.items() if n}


@given(st.integers(1, 100_000))
def test_the_legend_covers_every_count_once(most: int) -> None:
    """Ranges follow each other without a gap, from 1 to the largest."""
    legend = draw_tiles({"69": most}).legend

    assert legend[0][1] == 1
    assert legend[-1][2] == most
    assert all(before[2] + 1 == after[1] for before, after in pairwise(legend))
