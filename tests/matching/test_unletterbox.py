"""Bars are taken off, pictures are not."""

import numpy as np
import pytest

from rempart.matching.pdq import ALIKE, distance, hash_picture
from rempart.matching.unletterbox import without_bars
from tests.matching.pictures import Pixels, smooth


def with_bars(pixels: Pixels, *, top: int = 0, left: int = 0, shade: int = 0) -> Pixels:
    """The picture with bars at both ends of its sides."""
    return np.pad(pixels, ((top, top), (left, left), (0, 0)), constant_values=shade)


def test_a_picture_without_bars_has_nothing_to_take_off() -> None:
    """The usual case costs no second hash."""
    assert without_bars(np.full((50, 60, 3), 128, np.uint8)) is None
    assert without_bars(smooth(1)) is None


@pytest.mark.parametrize("shade", [0, 255])
def test_a_picture_of_one_colour_keeps_its_points(shade: int) -> None:
    """All black is no bar: nothing would be left."""
    assert without_bars(np.full((50, 60, 3), shade, np.uint8)) is None


def test_a_bar_that_leaves_a_slit_is_left_alone() -> None:
    """What remains must be a picture."""
    assert without_bars(with_bars(smooth(1, rows=20), top=90)) is None


def test_a_dark_edge_of_one_point_is_not_worth_a_hash() -> None:
    """PDQ forgives that much."""
    assert without_bars(with_bars(smooth(1, rows=300, columns=300), left=1)) is None


def test_a_grey_stripe_is_no_bar() -> None:
    """Only black and white ones are known."""
    assert without_bars(with_bars(smooth(1), top=20, shade=120)) is None


@pytest.mark.parametrize("shade", [0, 9, 250])
def test_bars_are_taken_off_on_every_side(shade: int) -> None:
    """And it is told how many points on which side."""
    inner = without_bars(with_bars(smooth(2), top=20, left=11, shade=shade))

    assert inner is not None
    assert (inner.pixels == smooth(2)).all()
    assert inner.told == "bars 11,20,11,20"


def test_a_grey_picture_loses_its_bars_too() -> None:
    """Two dimensions are as good as three."""
    inner = without_bars(with_bars(smooth(2), top=20)[:, :, 0])

    assert inner is not None
    assert inner.pixels.shape == smooth(2).shape[:2]


def test_bars_hide_a_picture_and_taking_them_off_finds_it() -> None:
    """The reason for all this: the hash with bars is far, the one without is the same."""
    barred = with_bars(smooth(4), top=30)
    inner, plain, hidden = without_bars(barred), hash_picture(smooth(4)), hash_picture(barred)

    assert inner
    assert plain
    assert hidden
    assert distance(plain.pdq, hidden.pdq) > ALIKE
    assert hash_picture(inner.pixels) == plain
