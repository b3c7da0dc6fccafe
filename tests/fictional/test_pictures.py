"""Invented pictures: real PNG files, repeatable to the byte, told apart and alike as planted."""

import hashlib
import io

import pytest

from rempart.fictional.files import SharedFile, content
from rempart.fictional.pictures import paint

Image = pytest.importorskip("PIL.Image", reason="Pillow comes with the extra `media`")

PINNED = "340d34ef230e6b16d666221489b427093e49d92ed54b1391707873d8f24f7296"


def lights(data: bytes, side: int = 16) -> list[int]:
    """The grey picture, made small."""
    return list(Image.open(io.BytesIO(data)).convert("L").resize((side, side)).tobytes())


def difference(one: bytes, other: bytes) -> float:
    """Mean difference of light, of 255."""
    pairs = list(zip(lights(one), lights(other), strict=True))
    return sum(abs(a - b) for a, b in pairs) / len(pairs)


def test_two_seeds_are_two_pictures() -> None:
    """Pictures of neighbouring seeds do not look alike."""
    assert all(difference(paint(seed, side=96), paint(seed + 1, side=96)) > 15 for seed in range(20))


def test_a_note_changes_bytes_and_no_pixel() -> None:
    """Two files, one picture."""
    bare, noted = paint(7, side=64), paint(7, side=64, note="copy 1")

    assert bare != noted
    assert Image.open(io.BytesIO(bare)).tobytes() == Image.open(io.BytesIO(noted)).tobytes()


@pytest.mark.parametrize("side", [64, 96, 112, 128])
def test_a_picture_is_a_whole_png_of_the_side_asked_for(side: int) -> None:
    """A decoder reads it to its end, checksums and all."""
    image = Image.open(io.BytesIO(paint(3, side=side)))
    image.verify()

    assert (image.format, image.size) == ("PNG", (side, side))


def test_the_bytes_are_the_same_on_every_machine() -> None:
    """Pinned: whole numbers and stored blocks leave nothing to a library's version."""
    assert hashlib.sha256(paint(42, side=128)).hexdigest() == PINNED


@pytest.mark.parametrize("number", range(30, 39))
def test_a_copy_looks_like_its_model_and_has_other_bytes(number: int) -> None:
    """Whatever way it was copied."""
    model = SharedFile(number=4, community=0, is_photo=True, fate="listed")
    copy = SharedFile(number=number, community=0, is_photo=True, fate="copy", copy_of=4)

    assert content(copy) != content(model)
    assert difference(content(copy), content(model)) < 8


def test_no_two_files_have_the_same_bytes() -> None:
    """Pictures, documents and copies of one picture are all different files."""
    files = [SharedFile(number=number, community=0, is_photo=number % 2 == 0, fate="listed") for number in range(60)]
    copies = [SharedFile(number=n, community=0, is_photo=True, fate="copy", copy_of=4) for n in range(60, 120)]

    assert len({content(file) for file in (*files, *copies)}) == 120
