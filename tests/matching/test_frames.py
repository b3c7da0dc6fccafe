"""Films give one frame a second, and nothing else happens."""

import numpy as np
import pytest

from rempart.matching import frames
from rempart.matching.decode import NotDecoded, Why
from rempart.matching.frames import looks_like_video, sample_frames
from rempart.matching.pdq import ALIKE, distance, hash_picture
from tests.matching.pictures import as_file, as_film, smooth

PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n"
LIST_OF_FILES = b"ffconcat version 1.0\nfile '/etc/hostname'\n"


def why_not(data: bytes) -> Why:
    """Why the bytes give no frame, or no more of them."""
    with pytest.raises(NotDecoded) as told:
        list(sample_frames(data))
    return told.value.why


@pytest.mark.parametrize("data", [PLAYLIST, LIST_OF_FILES, b"", b"x" * 500])
def test_what_names_other_files_or_addresses_is_not_opened(data: bytes) -> None:
    """A list of addresses is no film here: nothing is fetched because an exhibit says so."""
    assert not looks_like_video(data)
    assert why_not(data) is Why.DAMAGED


def test_pictures_and_documents_do_not_look_like_films() -> None:
    """The bytes say what they are."""
    heads = [as_file(smooth(1), kind) for kind in ("PNG", "JPEG", "GIF", "WEBP")]

    assert not any(looks_like_video(head) for head in [*heads, b"%PDF-1.7", b"PK\3\4", b"G" * 10])
    assert not looks_like_video(b"\0\0\0\x1cftypavif")


def test_a_cut_film_says_so() -> None:
    """Its index stands at its end, so a half one cannot be told from none."""
    film = as_film([smooth(1)] * 12)

    assert looks_like_video(film)
    assert why_not(film[: len(film) // 2]) is Why.DAMAGED


def test_bounds_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A film without end gives as many frames as are allowed, a large one none."""
    film = as_film([smooth(number) for number in range(6)], rate=1)
    monkeypatch.setattr(frames, "MAX_FRAMES", 2)
    assert len(list(sample_frames(film))) == 2

    monkeypatch.setattr(frames, "MAX_FRAME_PX", 100)
    assert why_not(film) is Why.TOO_MANY_POINTS

    monkeypatch.setattr(frames, "MAX_VIDEO_BYTES", 100)
    assert why_not(film) is Why.TOO_LARGE


def test_without_the_library_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing extra is a reason."""
    monkeypatch.setattr(frames, "av", None)

    assert why_not(b"") is Why.NO_LIBRARY


def test_one_frame_a_second_each_like_its_picture() -> None:
    """Three seconds of three pictures give three frames, at their seconds."""
    shown = [smooth(number, rows=240, columns=320) for number in (1, 2, 3)]
    found = list(sample_frames(as_film([pixels for pixels in shown for _ in range(5)], rate=5)))

    assert [frame.frame_s for frame in found] == [0.0, 1.0, 2.0]
    assert {frame.decoded for frame in found} == {"film 320x240 1/1"}
    for frame, pixels in zip(found, shown, strict=True):
        one, other = hash_picture(frame.pixels), hash_picture(pixels)
        assert one
        assert other
        assert distance(one.pdq, other.pdq) <= ALIKE


def test_a_large_frame_is_made_smaller_and_says_so() -> None:
    """At most 512 points on the longer side."""
    found = next(sample_frames(as_film([np.asarray(smooth(1, rows=600, columns=1024))])))

    assert found.pixels.shape == (300, 512, 3)
    assert found.decoded == "film 1024x600 1/2"
