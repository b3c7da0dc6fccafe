"""The join gives the rows of the index; likeness groups files and does not pass on."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.engine.queries import DuckEngine
from rempart.matching.bands import Words
from rempart.matching.likeness import LIKENESS
from rempart.matching.near import CLUSTERS, NEAR, find_near, join_near, likeness_clusters
from rempart.matching.pdq import ALIKE, Hashed, forms_of, hash_picture
from tests.matching.pictures import smooth
from tests.matching.test_index import random_words, scan, with_bits

ENGINE = DuckEngine(threads=1)


def pairs(near: pa.Table) -> list[tuple[int, int, int]]:
    """The rows of NEAR in their order."""
    return [tuple(row.values()) for row in near.to_pylist()]


def turned(pdq: bytes) -> bytes:
    """The other seven forms of a hash of which no picture is at hand."""
    return b"".join(forms_of(pdq)[1:])


def row_of(file: str, pdq: bytes, *, forms: bytes | None = None, frame_s: float | None = None) -> dict[str, object]:
    """A row of LIKENESS."""
    return {
        "exhibit_sha256": "e" * 64,
        "row": 1,
        "sha256": file * 64,
        "frame_s": frame_s,
        "pdq": pdq.hex(),
        "quality": 90,
        "decoded": "png 10x10 1/1",
        "turned": forms or turned(pdq),
    }


def table_of(*rows: dict[str, object]) -> pa.Table:
    """LIKENESS of these rows."""
    return pa.Table.from_pylist(list(rows), schema=LIKENESS)


def apart(seed: int, *counts: int) -> list[bytes]:
    """A hash, then the same with the first so many bits the other way round."""
    base = random_words(seed, 1)[0]
    return [with_bits(base, list(range(count))).astype(">u8").tobytes() for count in (0, *counts)]


def groups(clusters: pa.Table) -> dict[str, tuple[str, int, int]]:
    """By first digit of the file: first digit of its middle, distance, files."""
    return {row["sha256"][0]: (row["cluster"][0], row["distance"], row["files"]) for row in clusters.to_pylist()}


def test_tables_without_rows_join_to_nothing() -> None:
    """On either side."""
    none, some = random_words(1, 0), random_words(1, 2)

    for known, queries in ((none, some), (some, none), (none, none)):
        assert join_near(known, queries, engine=ENGINE).equals(NEAR.empty_table())
        assert find_near(known, queries, engine=ENGINE).equals(NEAR.empty_table())


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), flips=st.lists(st.integers(0, 40), min_size=1, max_size=30))
def test_the_join_is_the_index(seed: int, flips: list[int]) -> None:
    """The same rows, in the same order, with duplicates on both sides."""
    rng, known = np.random.default_rng(seed), random_words(seed, 60)
    known[40:] = known[:20]
    queries: Words = np.stack(
        [with_bits(known[at % 60], rng.choice(256, bits, replace=False).tolist()) for at, bits in enumerate(flips)]
    )
    joined = join_near(known, queries, engine=ENGINE)

    assert joined.schema.equals(NEAR)
    assert joined.equals(find_near(known, queries, engine=ENGINE))
    assert pairs(joined) == scan(known, queries)


def test_no_pictures_no_groups() -> None:
    """An empty table, and one with frames of films only."""
    assert likeness_clusters(table_of(), ENGINE).equals(CLUSTERS.empty_table())
    assert likeness_clusters(table_of(row_of("a", apart(1)[0], frame_s=1.0)), ENGINE).num_rows == 0


def test_files_that_look_like_nothing_stand_alone() -> None:
    """Each in a group of one, with itself in the middle."""
    one, far = apart(2, 32)

    assert groups(likeness_clusters(table_of(row_of("a", one), row_of("b", far)), ENGINE)) == {
        "a": ("a", 0, 1),
        "b": ("b", 0, 1),
    }


def test_files_that_look_alike_are_a_group() -> None:
    """At 31 bits, around the picture that most files have."""
    one, near = apart(3, 31)
    table = table_of(row_of("c", one), row_of("a", near), row_of("b", one))

    assert groups(likeness_clusters(table, ENGINE)) == {"a": ("b", 31, 3), "b": ("b", 0, 3), "c": ("b", 0, 3)}


def test_likeness_does_not_pass_on() -> None:
    """A chain of ten, each 25 bits from the next, never becomes one heap: nobody is further than 31 bits from its middle."""
    chain = apart(4, *range(25, 250, 25))
    rows = [row_of(file, pdq) for file, pdq in zip("0123456789", chain, strict=True)]
    found = groups(likeness_clusters(table_of(*rows), ENGINE))

    assert all(distance <= ALIKE for _, distance, _ in found.values())
    assert max(files for _, _, files in found.values()) <= 3


def test_a_turned_copy_belongs_to_its_picture() -> None:
    """Mirrored files are found as they are when a list is looked up."""

    def hashed(pixels: np.ndarray) -> Hashed:
        found = hash_picture(np.ascontiguousarray(pixels))
        assert found
        return found

    pixels = smooth(5, rows=300, columns=400)
    one, other = hashed(pixels), hashed(pixels[:, ::-1])
    table = table_of(
        row_of("a", one.pdq, forms=b"".join(one.turned)), row_of("b", other.pdq, forms=b"".join(other.turned))
    )

    assert {files for _, _, files in groups(likeness_clusters(table, ENGINE)).values()} == {2}


def test_a_file_with_bars_goes_where_its_picture_is() -> None:
    """One of its two hashes looks like another file; it is one file all the same."""
    (plain,), (barred,) = apart(6), apart(7)
    table = table_of(row_of("a", barred), row_of("a", plain), row_of("b", plain))

    assert groups(likeness_clusters(table, ENGINE)) == {"a": ("a", 0, 2), "b": ("a", 0, 2)}


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    """The same groups however the exhibits were given."""
    rows = [row_of(file, pdq) for file, pdq in zip("012345678", apart(8, *range(10, 170, 20)), strict=True)]
    mixed = [rows[at] for at in np.random.default_rng(seed).permutation(len(rows))]

    assert likeness_clusters(table_of(*mixed), ENGINE).equals(likeness_clusters(table_of(*rows), ENGINE))
