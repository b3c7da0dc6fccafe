"""The likeness of an exhibit's media: only what the profile opens, everything else told with its reason."""

import hashlib
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pytest

from rempart.conversations.parts import open_exhibit
from rempart.conversations.tables import MEDIA
from rempart.matching import decode, likeness
from rempart.matching.likeness import LIKENESS, Likened, liken_media, open_parts
from rempart.matching.pdq import hash_picture
from tests.matching.pictures import Pixels, as_file, as_film, smooth

EXHIBIT = "e" * 64
FLAT: Pixels = np.full((40, 40, 3), 99, np.uint8)


def media_of(files: Mapping[str, bytes], **changed: Any) -> pa.Table:
    """A media table with one message a file; `changed` is put into every row."""
    rows = [
        {
            "exhibit_sha256": EXHIBIT,
            "row": number,
            "kind": "photo",
            "state": "in_export",
            "path": path,
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        | changed
        for number, (path, data) in enumerate(files.items(), 1)
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema([MEDIA.field(name) for name in rows[0]] if rows else MEDIA))


def opener_of(files: Mapping[str, bytes], opened: list[str] | None = None) -> Callable[[str, str], BinaryIO | None]:
    """Gives the bytes of a path, and notes what was opened."""

    def opener(_exhibit: str, path: str) -> BinaryIO | None:
        if opened is not None:
            opened.append(path)
        return io.BytesIO(files[path]) if path in files else None

    return opener


def reasons(found: Likened) -> dict[str, int]:
    """What has no likeness, by the first words of the reason."""
    return {gap.reason: gap.number for gap in found.not_examined}


def only_reason(found: Likened) -> str:
    """The one reason, when nothing has a likeness."""
    assert found.likeness.num_rows == 0
    ((reason, number),) = reasons(found).items()
    assert number == 1
    return reason


@pytest.mark.parametrize("changed", [{"sha256": None}, {"state": "referenced"}, {"state": "missing"}, {"path": None}])
def test_media_that_the_profile_does_not_open_are_not_opened(changed: dict[str, Any]) -> None:
    """Without a SHA-256 in the table no byte is read, and it is said."""
    opened: list[str] = []
    files = {"a.png": as_file(smooth(1))}
    found = liken_media(media_of(files, **changed), opener=opener_of(files, opened))

    assert opened == []
    assert "the profile does not open" in only_reason(found)


@pytest.mark.parametrize("kind", ["voice", "audio", "contact", "location"])
def test_what_cannot_be_a_picture_is_not_opened(kind: str) -> None:
    """And is no gap either."""
    opened: list[str] = []
    found = liken_media(media_of({"a": b"x"}, kind=kind), opener=opener_of({"a": b"x"}, opened))

    assert (opened, found.likeness.num_rows, found.not_examined) == ([], 0, ())


def test_an_empty_table_gives_an_empty_table() -> None:
    """No media, no rows, no gaps."""
    found = liken_media(MEDIA.empty_table(), opener=opener_of({}))

    assert found.likeness.equals(LIKENESS.empty_table())
    assert (found.files, found.not_examined) == (0, ())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (as_file(FLAT), "too little detail"),
        (as_file(smooth(1)[:4, :4]), "smaller than 5"),
        (as_file(smooth(1))[:900], "damaged or cut"),
        (b"%PDF-1.7\n", "neither a picture nor a film"),
        (as_film([FLAT] * 3), "too little detail"),
    ],
)
def test_what_has_no_likeness_says_why(data: bytes, reason: str) -> None:
    """Each kind of gap has its own sentence, and none is an error."""
    files = {"a": data}

    assert reason in only_reason(liken_media(media_of(files), opener=opener_of(files)))


def test_bytes_that_are_not_there_or_changed_are_told() -> None:
    """A likeness rests on the very bytes that the table speaks of."""
    files = {"a.png": as_file(smooth(1))}

    assert "not in the exhibit" in only_reason(liken_media(media_of(files), opener=opener_of({})))
    assert "no longer those" in only_reason(liken_media(media_of(files), opener=opener_of({"a.png": b"other"})))


def test_without_the_library_every_picture_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the extra says so once, with the number."""
    monkeypatch.setattr(decode, "Image", None)
    files = {f"{number}.png": as_file(smooth(number)) for number in range(3)}
    found = liken_media(media_of(files), opener=opener_of(files))

    assert reasons(found) == {'no likeness: the extra "media" of Rempart is not installed': 3}


def test_too_many_bytes_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream is left after the bound."""
    monkeypatch.setattr(likeness, "MAX_PICTURE_BYTES", 600)
    files = {"a.png": as_file(smooth(1))}

    assert "more than 64 MB" in only_reason(liken_media(media_of(files), opener=opener_of(files)))


def test_a_picture_has_one_row_with_its_hash() -> None:
    """Hash, quality, how it was decoded, and the seven other forms."""
    files = {"a.png": as_file(smooth(1))}
    found = liken_media(media_of(files), opener=opener_of(files))
    hashed = hash_picture(smooth(1))
    (row,) = found.likeness.to_pylist()

    assert hashed
    assert (row["pdq"], row["quality"], row["frame_s"]) == (hashed.pdq.hex(), hashed.quality, None)
    assert (row["decoded"], row["turned"]) == ("png 128x96 1/1", b"".join(hashed.turned))
    assert found.likeness.schema.equals(LIKENESS)


def test_a_picture_with_bars_has_two_rows() -> None:
    """A list may hold it with its bars or without."""
    files = {"a.png": as_file(np.pad(smooth(1), ((30, 30), (0, 0), (0, 0))))}
    rows = liken_media(media_of(files), opener=opener_of(files)).likeness.to_pylist()
    plain = hash_picture(smooth(1))

    assert plain
    assert [row["decoded"] for row in rows] == ["png 128x156 1/1", "png 128x156 1/1 bars 0,30,0,30"]
    assert rows[1]["pdq"] == plain.pdq.hex()


def test_a_film_has_a_row_for_each_new_frame() -> None:
    """A frame that repeats is told once; flat ones are counted."""
    film = as_film([smooth(1, rows=240, columns=320)] * 2 + [np.full((240, 320, 3), 9, np.uint8)], rate=1)
    found = liken_media(media_of({"a.mp4": film}, kind="video"), opener=opener_of({"a.mp4": film}))

    assert found.likeness["frame_s"].to_pylist()[0] == 0.0
    assert reasons(found) == {"no likeness: too little detail to be compared (quality 49 or below)": 1}


def test_a_file_shared_often_is_opened_once() -> None:
    """And stands on every message that carries it."""
    data, opened = as_file(smooth(1)), list[str]()
    files = {f"{number}.png": data for number in range(5)}
    found = liken_media(media_of(files), opener=opener_of(files, opened))

    assert opened == ["0.png"]
    assert found.likeness["row"].to_pylist() == [1, 2, 3, 4, 5]
    assert found.files == 1


def test_processes_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes give the rows that one gives, and the same gaps; progress reaches the number of files."""
    monkeypatch.setattr(likeness, "SMALL_FILES", 1)
    files = {f"{number}.png": as_file(smooth(number, rows=40, columns=40)) for number in range(70)} | {
        "flat": as_file(FLAT)
    }
    passed: list[int] = []
    one = liken_media(media_of(files), opener=opener_of(files))
    two = liken_media(media_of(files), opener=opener_of(files), workers=2, progress=passed.append)

    assert one.likeness.num_rows == 70
    assert two.likeness.equals(one.likeness)
    assert two.not_examined == one.not_examined
    assert passed[-1] == 71


def test_the_parts_of_an_exhibit_are_opened_and_left_as_they_are(tmp_path: Path) -> None:
    """The bytes of a folder before and after are the same."""
    (tmp_path / "a.png").write_bytes(as_file(smooth(1)))
    exhibit = open_exhibit(tmp_path)
    files = {"a.png": as_file(smooth(1))}
    found = liken_media(media_of(files, exhibit_sha256=exhibit.sha256), opener=open_parts([exhibit]))

    assert found.likeness.num_rows == 1
    assert open_exhibit(tmp_path).sha256 == exhibit.sha256
    assert open_parts([exhibit])("f" * 64, "a.png") is None
    assert open_parts([exhibit])(exhibit.sha256, "b.png") is None
