"""Paths and bundles: those of the specification, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.evidence.ledger import layout
from rempart.evidence.ledger.layout import ENTRIES, BrokenBundle, EntryTooLarge, Tile


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(level=0, number=0), "tile/0/000"),
        (Tile(level=0, number=1234067), "tile/0/x001/x234/067"),
        (Tile(level=0, number=1, width=5), "tile/0/001.p/5"),
        (Tile(level=5, number=123456078, width=2), "tile/5/x123/x456/078.p/2"),
        (Tile(level=ENTRIES, number=3057500), "tile/entries/x003/x057/500"),
        (Tile(level=63, number=999, width=255), "tile/63/999.p/255"),
    ],
)
def test_paths_are_those_of_the_specification(tile: Tile, path: str) -> None:
    """Examples of tlog-tiles and of Go's tlog."""
    assert tile.path == path
    assert layout.parse_path(path) == tile


@given(st.integers(-1, 63), st.integers(0, 10**18), st.integers(1, 256))
def test_a_path_is_read_as_the_tile_it_was_written_for(level: int, number: int, width: int) -> None:
    """Any tile."""
    tile = Tile(level=level, number=number, width=width)

    assert layout.parse_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/3/5/123/456/078",
        "tile/-1/000",
        "tile/00/000",
        "tile/64/000",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/05",
        "tile/0/001.p",
        "tile/0/001.p/5/",
        "tile/0/x001",
        "tile/data/000",
        "tile/0/٠٠٠",
        "/tile/0/000",
        "tile/0/000\n",
        "../tile/0/000",
        "checkpoint",
        "",
    ],
)
def test_other_paths_are_no_tiles(path: str) -> None:
    """One tile has one path, and nothing leads out of the folder."""
    assert layout.parse_path(path) is None


def test_the_example_of_the_specification_has_its_tiles() -> None:
    """70,000 entries: 273 full tiles and one of 112, then one full and one of 17, then one of 1."""
    tiles = [tile for tile in layout.tiles_of(70_000) if tile.level != ENTRIES]

    assert sum(tile.is_full for tile in tiles if tile.level == 0) == 273
    assert [(tile.level, tile.width) for tile in tiles if not tile.is_full] == [(0, 112), (1, 17), (2, 1)]
    assert [(tile.level, tile.number, tile.width) for tile in layout.tiles_of(256)] == [
        (-1, 0, 256),
        (0, 0, 256),
        (1, 0, 1),
    ]
    assert list(layout.tiles_of(0)) == []


@given(st.integers(0, 2**40))
def test_the_levels_end_where_the_specification_says(size: int) -> None:
    """A level is there when it has a hash: floor(size / 256**level) is not zero."""
    assert list(layout.levels_of(size)) == [level for level in range(64) if size // 256**level]


@given(st.lists(st.binary(max_size=300), max_size=40))
def test_a_bundle_gives_back_its_entries(parts: list[bytes]) -> None:
    """Empty ones too."""
    assert layout.split_bundle(layout.pack_entries(parts)) == parts


def test_the_longest_entry_fits_and_no_longer_one() -> None:
    """Two bytes tell a length."""
    assert layout.split_bundle(layout.pack_entries([b"x" * 65_535])) == [b"x" * 65_535]
    with pytest.raises(EntryTooLarge, match="65,536"):
        layout.pack_entries([b"x" * 65_536])


@pytest.mark.parametrize("bundle", [b"\0", b"\0\1", b"\0\2a", b"\0\1ab", b"\xff\xff" + b"a" * 65_534])
def test_a_bundle_whose_lengths_do_not_lead_to_its_end_is_refused(bundle: bytes) -> None:
    """Cut in a length, in an entry, or with a byte too many."""
    with pytest.raises(BrokenBundle):
        layout.split_bundle(bundle)
