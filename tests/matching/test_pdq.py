"""Our PDQ is the reference's, bit for bit; what it sees and what it does not see."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rempart.matching.pdq import ALIKE, FORMS, MIN_QUALITY, Hashed, distance, forms_of, hash_picture
from tests.matching.pictures import Pixels, picture, smooth

VECTORS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("pdq_vectors.json").read_text("utf-8"))["vectors"]


def hashed(pixels: Pixels) -> Hashed:
    """The hash of a picture that is large enough."""
    found = hash_picture(pixels)
    assert found is not None
    return found


@pytest.mark.parametrize("rows", [1, 4])
def test_a_picture_below_five_points_has_no_hash(rows: int) -> None:
    """None, and not the hash of nothing."""
    assert hash_picture(np.zeros((rows, 100, 3), np.uint8)) is None
    assert hash_picture(np.zeros((100, rows), np.uint8)) is None


def test_a_flat_picture_is_of_no_use() -> None:
    """One colour tells nothing, so it must not resemble every other flat picture."""
    flat = hashed(np.full((100, 80, 3), 90, np.uint8))

    assert flat.quality == 0
    assert not flat.is_usable


def test_unrelated_pictures_are_far_apart() -> None:
    """None of 780 pairs comes near the threshold."""
    hashes = [hashed(smooth(number)).pdq for number in range(40)]

    assert min(distance(one, other) for at, one in enumerate(hashes) for other in hashes[:at]) > 2 * ALIKE


def test_a_crop_is_not_seen() -> None:
    """Said in the documents, and so it is: a tenth taken off one side is another picture to PDQ."""
    whole = smooth(3, rows=200, columns=200)

    assert distance(hashed(whole).pdq, hashed(whole[:, 20:]).pdq) > ALIKE


@pytest.mark.parametrize("number", range(len(VECTORS)))
def test_the_hash_is_that_of_the_reference(number: int) -> None:
    """Hash and quality to the bit, for pictures of odd sizes, noise, gradients, discs and flat blocks."""
    found = hashed(picture(number))

    assert (found.pdq.hex(), found.quality) == (VECTORS[number]["pdq"], VECTORS[number]["quality"])


@pytest.mark.parametrize("number", [number for number, vector in enumerate(VECTORS) if "turned" in vector])
def test_the_eight_forms_are_those_of_the_reference(number: int) -> None:
    """The look-up finds what was turned or mirrored."""
    assert [form.hex() for form in hashed(picture(number)).turned] == VECTORS[number]["turned"]


def test_grey_and_colour_are_hashed_alike() -> None:
    """A grey picture is the same as one of three equal colours."""
    grey = picture(1)[:, :, 0]

    assert hash_picture(grey) == hash_picture(np.stack([grey] * 3, axis=2))


def test_the_picture_given_is_not_changed() -> None:
    """Evidence is read, never written, in memory too."""
    pixels = picture(3)
    before = pixels.copy()
    hash_picture(pixels)

    assert (pixels == before).all()


@pytest.mark.parametrize(
    ("form", "turn"),
    [
        ("turned 90", np.rot90),
        ("turned 180", lambda p: np.rot90(p, 2)),
        ("turned 270", lambda p: np.rot90(p, 3)),
        ("mirrored", lambda p: p[::-1]),
        ("flopped", lambda p: p[:, ::-1]),
        ("transposed", lambda p: p.transpose(1, 0, 2)),
        ("transversed", lambda p: np.rot90(p, 2).transpose(1, 0, 2)),
    ],
)
def test_a_turned_picture_is_found_by_its_form(form: str, turn: Any) -> None:
    """Each form meets the picture that was turned in its way, and the upright hash does not."""
    pixels = smooth(5, rows=300, columns=400)
    upright, other = hashed(pixels), hashed(np.ascontiguousarray(turn(pixels)))
    own = upright.turned[FORMS.index(form) - 1]

    assert distance(own, other.pdq) <= ALIKE // 2
    assert distance(upright.pdq, other.pdq) > ALIKE


def test_forms_out_of_a_hash_alone_are_near_those_of_the_picture() -> None:
    """Where a hash is all one has, a look-up still finds turned pictures; its own first form is the hash."""
    found = hashed(smooth(7))
    forms = forms_of(found.pdq)

    assert forms[0] == found.pdq
    assert len(forms) == len(FORMS)
    assert max(distance(near, exact) for near, exact in zip(forms[1:], found.turned, strict=True)) <= ALIKE


def test_half_the_size_is_still_alike() -> None:
    """A smaller copy stays well within the threshold."""
    large = smooth(9, rows=256, columns=256)
    small = large.reshape(128, 2, 128, 2, 3).mean(axis=(1, 3)).astype(np.uint8)

    assert distance(hashed(large).pdq, hashed(small).pdq) <= ALIKE // 2
    assert hashed(large).quality >= MIN_QUALITY
