"""Curves as small drawings: lines over two axes from 0 to 1 and from 0 to the largest x, told apart by dashes, not by colour alone."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, BELOW, ABOVE, RIGHT = 560, 300, 52, 40, 12, 16
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - ABOVE - BELOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line by its points, x rising, y in [0, 1]. key: how it is dashed, as the style sheet and the legend name it."""

    key: str
    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the drawing: points as SVG writes them."""

    key: str
    name: str
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """The drawing. x_ticks, y_ticks: (place, value); the right end of the lower axis is `x_most`."""

    lines: tuple[Line, ...]
    x_ticks: tuple[tuple[float, float], ...]
    y_ticks: tuple[tuple[float, float], ...]
    x_most: float
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = ABOVE
    bottom: int = HEIGHT - BELOW


def draw_curves(series: Sequence[Series]) -> Curves | None:
    """The lines in one drawing; None when none has two points."""
    kept = [one for one in series if len(one.points) > 1]
    if not kept:
        return None
    most = max(x for one in kept for x, _ in one.points)
    return Curves(
        lines=tuple(
            Line(key=one.key, name=one.name, points=" ".join(_point(x, y, most) for x, y in one.points)) for one in kept
        ),
        x_ticks=tuple((_across(most * part / 4, most), most * part / 4) for part in range(5)),
        y_ticks=tuple((_up(part / 4), part / 4) for part in range(5)),
        x_most=most,
    )


def _point(x: float, y: float, most: float) -> str:
    return f"{_across(x, most):.1f},{_up(y):.1f}"


def _across(x: float, most: float) -> float:
    return round(LEFT + PLOT_WIDTH * x / most, 1)


def _up(y: float) -> float:
    return round(ABOVE + PLOT_HEIGHT * (1 - min(max(y, 0.0), 1.0)), 1)
