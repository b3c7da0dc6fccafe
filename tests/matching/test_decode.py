"""Pictures out of untrusted bytes: bounded, and each refusal says why."""

import io
import struct
import zlib

import numpy as np
import pytest

from rempart.matching import decode
from rempart.matching.decode import NotDecoded, Why, decode_picture
from tests.matching.pictures import as_file, smooth


def why_not(data: bytes) -> Why:
    """Why the bytes give no picture."""
    with pytest.raises(NotDecoded) as told:
        decode_picture(data)
    assert str(told.value).endswith(".")
    return told.value.why


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that say they unfold to so many points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("data", [b"", b"\0" * 40, b"%PDF-1.7\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF"])
def test_what_is_no_picture_is_said(data: bytes) -> None:
    """Documents, drawings with links in them, and nothing at all are not opened."""
    assert why_not(data) is Why.OTHER_FORMAT


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_cut_picture_is_damaged(kind: str) -> None:
    """Half a file gives no hash, which might be that of something else."""
    data = as_file(smooth(1), kind)

    assert why_not(data[: len(data) // 2]) is Why.DAMAGED


@pytest.mark.parametrize("side", [9_000, 30_000, 2_000_000_000])
def test_a_bomb_is_refused_from_its_head(side: int) -> None:
    """A hundred bytes that unfold to gigabytes are never unfolded."""
    assert why_not(png_that_claims(side, side)) is Why.TOO_MANY_POINTS


def test_too_many_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is on the bytes too."""
    monkeypatch.setattr(decode, "MAX_PICTURE_BYTES", 100)

    assert why_not(as_file(smooth(1))) is Why.TOO_LARGE


def test_without_the_library_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing extra is a reason, never a picture without likeness."""
    monkeypatch.setattr(decode, "Image", None)

    assert why_not(as_file(smooth(1))) is Why.NO_LIBRARY


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "WEBP", "GIF", "JPEG"])
def test_a_picture_comes_out_with_how(kind: str) -> None:
    """Points, and in which way they came about."""
    found = decode_picture(as_file(smooth(1), kind))

    assert found.pixels.shape[:2] == smooth(1).shape[:2]
    assert found.decoded == f"{kind.lower()} 128x96 1/1"


def test_lossless_points_are_those_of_the_picture() -> None:
    """Nothing is turned, stretched or coloured on the way."""
    assert (decode_picture(as_file(smooth(6))).pixels == smooth(6)).all()


def test_grey_stays_grey_and_other_colours_become_red_green_blue() -> None:
    """Palettes and transparency are unfolded."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(smooth(1)).convert("RGBA").save(file, "PNG")

    assert decode_picture(as_file(np.ascontiguousarray(smooth(1)[:, :, 0]))).pixels.ndim == 2
    assert decode_picture(file.getvalue()).pixels.shape == (96, 128, 3)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_large_picture_is_made_smaller_and_says_so(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a whole number, so that it can be done again."""
    monkeypatch.setattr(decode, "FULL_PX", 1_000)
    found = decode_picture(as_file(smooth(1), kind))

    assert found.pixels.shape == (24, 32, 3)
    assert found.decoded == f"{kind.lower()} 128x96 1/4"
