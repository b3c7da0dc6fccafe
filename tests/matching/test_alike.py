"""Likeness to a listed picture: at 31 bits of 256, turned or mirrored, in any part of a list; nothing beyond."""

from datetime import date

import pyarrow as pa
import pytest

from rempart.engine.queries import DuckEngine
from rempart.matching.alike import find_alike, turned_forms
from rempart.matching.listing import LISTINGS, Listing, ListPart
from rempart.matching.pdq import forms_of
from tests.matching.known_lists import sha256

ENGINE = DuckEngine(threads=1)


def picture(number: int) -> int:
    """The hash of an invented picture; two of them differ in about 128 bits."""
    return int(sha256(f"picture {number}"), 16)


def hexed(pdq: int) -> str:
    """As lists write it."""
    return f"{pdq:064x}"


def off_by(pdq: int, bits: int) -> int:
    """The same with this many bits changed, spread over the whole."""
    return pdq ^ sum(1 << place * 7 % 256 for place in range(bits))


def likeness_of(*pdqs: int, row: int | None = None) -> pa.Table:
    """The likeness table of an exhibit with these pictures; `row`: they are frames of the film of one message."""
    size = len(pdqs)
    return pa.table(
        {
            "exhibit_sha256": ["e" * 64] * size,
            "row": pa.array([row or number for number in range(1, size + 1)], pa.int64()),
            "sha256": pa.array([sha256(str(number)) for number in range(size)], pa.string()),
            "frame_s": pa.array([float(number) if row else None for number in range(size)], pa.float64()),
            "pdq": pa.array([hexed(pdq) for pdq in pdqs], pa.string()),
            "turned": pa.array([turned_forms(hexed(pdq)) for pdq in pdqs], pa.binary()),
        }
    )


def listing_of(*parts: list[str | None], replacing: bool = False) -> Listing:
    """A list of these hashes, part by part."""
    made, number = [], 0
    for part in parts:
        rows = [{"listing_row": number + at, "pdq": pdq, "code": "A1", "listed_on": date(2024, 1, 2), "tombstone": False, "replaces": False} for at, pdq in enumerate(part, 1)]  # fmt: skip
        number += len(part)
        made.append(pa.Table.from_pylist(rows, schema=LISTINGS))
    return Listing(list_id="p", name="P", parts=[ListPart(load=table.slice) for table in made], replacing=replacing)


def found(likeness: pa.Table, listing: Listing) -> list[tuple[int, int, int]]:
    """(row, row of the list, distance) of every match."""
    told = find_alike(likeness, [listing], engine=ENGINE).to_pylist()
    assert {match["method"] for match in told} <= {"pdq"}
    return [(match["row"], match["listing_row"], match["distance"]) for match in told]


@pytest.mark.parametrize(("bits", "is_near"), [(0, True), (1, True), (30, True), (31, True), (32, False), (60, False)])
def test_resembles_up_to_31_bits_and_no_further(bits: int, is_near: bool) -> None:
    """The threshold of the reference."""
    listing = listing_of([hexed(picture(1)), hexed(picture(2))])

    told = found(likeness_of(picture(3), off_by(picture(2), bits)), listing)

    assert told == ([(2, 2, bits)] if is_near else [])


@pytest.mark.parametrize("form", range(8))
def test_a_turned_or_mirrored_picture_is_found(form: int) -> None:
    """The list holds one form; all eight of what is looked up are tried."""
    turned = forms_of(bytes.fromhex(hexed(picture(1))))[form].hex()

    assert found(likeness_of(picture(1)), listing_of([None, turned])) == [(1, 2, 0)]


def test_rows_keep_their_number_through_all_parts() -> None:
    """Rows without a hash count too."""
    listing = listing_of([None, hexed(picture(1))], [None], [hexed(off_by(picture(1), 3)), None])

    assert found(likeness_of(picture(1), picture(1), picture(9)), listing) == [
        (1, 2, 0),
        (1, 4, 3),
        (2, 2, 0),
        (2, 4, 3),
    ]


def test_nothing_resembles_nothing() -> None:
    """Empty on either side."""
    assert found(likeness_of(), listing_of([hexed(picture(1))])) == []
    assert found(likeness_of(picture(1)), listing_of([])) == []
    assert found(likeness_of(picture(1)), listing_of([None])) == []


def test_frames_of_a_film_are_told_with_their_second() -> None:
    """Each frame is a picture of its own."""
    told = find_alike(likeness_of(picture(5), picture(1), row=8), [listing_of([hexed(picture(1))])], engine=ENGINE)

    assert [(match["row"], match["frame_s"], match["code"]) for match in told.to_pylist()] == [(8, 1.0, "A1")]
