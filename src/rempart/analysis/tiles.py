"""The French departments as tiles: one square each, its number and its count on it; no map, so that small ones can be read.

Which department is which tile stands in `tiles.toml`. Shade repeats the count in at most STEPS steps and never stands alone.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from rempart.errors import Damaged
from rempart.network.departments import load_departments

TILE, GAP, STEPS = 46, 4, 5  # sides in units of the drawing


class BadTiles(Damaged):
    """The layout of the departments is not one tile for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """places: code -> (column, row) from the upper left; names: code -> name, in French."""

    places: Mapping[str, tuple[int, int]]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One department; x, y of its upper left corner; step 0 for a count of 0, then 1 to STEPS."""

    code: str
    name: str
    x: int
    y: int
    count: int
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TileMap:
    """The drawing. legend: (step, smallest and largest count of it). elsewhere: codes that have no tile, with their counts."""

    tiles: tuple[Tile, ...]
    legend: tuple[tuple[int, int, int], ...]
    elsewhere: tuple[tuple[str, int], ...]
    side: int
    width: int
    height: int


@lru_cache(maxsize=1)
def load_layout() -> Layout:
    """The layout, read once. Raises: BadTiles when a code stands twice, or has no name or no tile."""
    raw = tomllib.loads(resources.files("rempart.analysis").joinpath("tiles.toml").read_text("utf-8"))
    return read_layout(raw["rows"], load_departments())


def read_layout(rows: list[str], names: Mapping[str, str]) -> Layout:
    """The layout of these lines, cells apart by blanks, "." for none. Raises: BadTiles."""
    cells = [
        (code, (column, row))
        for row, line in enumerate(rows)
        for column, code in enumerate(line.split())
        if code != "."
    ]
    places = dict(cells)
    if len(places) != len(cells) or set(places) != set(names):
        raise BadTiles("The layout of the departments is damaged: install Rempart again.")
    return Layout(places=MappingProxyType(places), names=MappingProxyType(dict(names)))


def draw_tiles(counts: Mapping[str, int]) -> TileMap:
    """The tiles for these counts, code -> how many; a department that is not named counts 0."""
    known = load_layout()
    bounds = _bounds(max((counts.get(code, 0) for code in known.places), default=0))
    tiles = tuple(
        Tile(
            code=code,
            name=known.names[code],
            x=column * (TILE + GAP),
            y=row * (TILE + GAP),
            count=counts.get(code, 0),
            step=sum(counts.get(code, 0) >= low for low, _ in bounds),
        )
        for code, (column, row) in sorted(known.places.items())
    )
    return TileMap(
        tiles=tiles,
        legend=tuple((step, low, high) for step, (low, high) in enumerate(bounds, 1)),
        elsewhere=tuple(sorted((code, count) for code, count in counts.items() if code not in known.places)),
        side=TILE,
        width=max(tile.x for tile in tiles) + TILE,
        height=max(tile.y for tile in tiles) + TILE,
    )


def _bounds(most: int) -> tuple[tuple[int, int], ...]:
    """(smallest, largest) count of every step, rising by about the same factor; fewer steps where the counts are few."""
    if most <= 0:
        return ()
    starts = sorted({max(1, round(most ** (step / STEPS))) for step in range(STEPS)})
    ends = [*(start - 1 for start in starts[1:]), most]
    return tuple(zip(starts, ends, strict=True))
