"""Bars beside a picture: the black or white borders that players and telephones add, which PDQ does not forgive.

A row or column is a bar when all its points are nearly black or all nearly white. The picture is hashed as it is and, where bars are found,
once more without them: a list may hold either.
Not covered: blurred or coloured borders, borders with a text or a clock in them, frames with rounded corners.
Source: facebook/ThreatExchange, python-threatexchange, `preprocess/unletterboxing.py` (commit 9dba274), which looks for black only.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

DARK: Final = 16  # 0 to 255; compression leaves a black bar about this dark
LIGHT: Final = 239
MIN_BAR_SHARE: Final = 0.01  # of the side, both ends together: PDQ forgives less
MIN_LEFT_SHARE: Final = 0.2  # of each side: what is left of a film in an upright telephone is a third


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    """The picture without its bars. pixels: a view of the given ones; left, top, right, bottom: what was taken off, in points."""

    pixels: NDArray[np.uint8]
    left: int
    top: int
    right: int
    bottom: int

    @property
    def told(self) -> str:
        """What was taken off, as `decoded` says it: `bars 0,12,0,12`."""
        return f"bars {self.left},{self.top},{self.right},{self.bottom}"


def without_bars(pixels: NDArray[np.uint8]) -> Inner | None:
    """The picture without its bars; None when it has none, or when too little would be left.

    pixels: (rows, columns, 3) or (rows, columns), at least 5 × 5.
    """
    if not any(_is_bar(edge) for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])):
        return None  # the usual case, in four small looks
    top, bottom = _bars(pixels)
    inside = pixels[top : pixels.shape[0] - bottom]
    left, right = _bars(inside.swapaxes(0, 1)) if inside.size else (0, 0)
    inside = inside[:, left : pixels.shape[1] - right]
    if not _is_worth_it(pixels.shape, inside.shape):
        return None
    return Inner(pixels=inside, left=left, top=top, right=right, bottom=bottom)


def _is_bar(line: NDArray[np.uint8]) -> bool:
    return bool(line.max() <= DARK or line.min() >= LIGHT)


def _bars(lines: NDArray[np.uint8]) -> tuple[int, int]:
    """How many lines at the start and at the end are bars; (0, 0) when all are."""
    axes = tuple(range(1, lines.ndim))
    inside = np.flatnonzero((lines.max(axis=axes) > DARK) & (lines.min(axis=axes) < LIGHT))
    return (int(inside[0]), len(lines) - 1 - int(inside[-1])) if len(inside) else (0, 0)


def _is_worth_it(whole: tuple[int, ...], inside: tuple[int, ...]) -> bool:
    """Whether something worth a second hash was taken off, and enough is left."""
    shares = [left / side for left, side in zip(inside[:2], whole[:2], strict=True)]
    return min(shares) <= 1 - MIN_BAR_SHARE and min(shares) >= MIN_LEFT_SHARE
