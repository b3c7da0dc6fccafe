"""The index finds what a scan of every row finds: always, everywhere, and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.matching import index
from rempart.matching.bands import (
    BANDS,
    MAX_WIDTH,
    RADII,
    RADIUS,
    NotHashes,
    Words,
    band_keys,
    distances,
    masks,
    words_of,
    words_of_hex,
)
from rempart.matching.index import Found, HashIndex

Pairs = list[tuple[int, int, int]]


def random_words(seed: int, rows: int) -> Words:
    """Hashes without any order."""
    return np.random.default_rng(seed).integers(0, 2**64, (rows, 4), dtype=np.uint64)


def with_bits(words: Words, bits: list[int]) -> Words:
    """One hash with the named bits, 0 the first of the first word, the other way round."""
    changed = words.copy()
    for bit in bits:
        changed[bit // 64] ^= np.uint64(1) << np.uint64(63 - bit % 64)
    return changed


def scan(known: Words, queries: Words, radius: int = RADIUS) -> Pairs:
    """What a look at every pair finds."""
    bits = np.array([distances(known, query) for query in queries]).reshape(len(queries), len(known))
    return [(int(q), int(r), int(bits[q, r])) for q, r in np.argwhere(bits <= radius)]


def pairs(found: Found) -> Pairs:
    """What was found, pair by pair, in its order."""
    return list(zip(found.query.tolist(), found.row.tolist(), found.distance.tolist(), strict=True))


def banded(known: Words) -> HashIndex:
    """The index in bands, however short the list."""
    return HashIndex.build(known, scanned_rows=0)


@pytest.mark.parametrize("hashes", [np.zeros((3, 4), np.int32), np.zeros((3, 31), np.uint8), np.zeros(4, np.uint64)])
def test_what_is_no_hash_is_refused(hashes: np.ndarray) -> None:
    """Rather than compared as if it were."""
    with pytest.raises(NotHashes):
        HashIndex.build(hashes)


@pytest.mark.parametrize("text", [["ab"], ["z" * 64], ["a" * 63 + "é"], ["a" * 63, "a" * 65]])
def test_digits_that_are_no_hash_are_refused(text: list[str]) -> None:
    """Too short, too long, other letters, or right only on the whole."""
    with pytest.raises(NotHashes):
        words_of_hex(text)


def test_an_empty_list_knows_nothing_and_no_query_finds_nothing() -> None:
    """Both are answers, not errors."""
    empty, some = random_words(1, 0), random_words(1, 3)

    assert pairs(HashIndex.build(empty).search(some)) == []
    assert pairs(banded(empty).search(some)) == []
    assert pairs(HashIndex.build(some).search(empty)) == []
    assert pairs(banded(some).search(empty)) == []


def test_one_row_is_found_and_not_found() -> None:
    """At 31 bits, and not at 32."""
    known = random_words(2, 1)
    queries = np.stack([with_bits(known[0], list(range(31))), with_bits(known[0], list(range(32)))])

    assert pairs(banded(known).search(queries)) == [(0, 0, 31)]


def test_words_and_bytes_and_digits_are_the_same_hash() -> None:
    """However a hash is given, its bits stand at the same place."""
    words = random_words(3, 5)
    raw = words.astype(">u8").view(np.uint8).reshape(5, 32)

    assert (words_of(raw) == words).all()
    assert (words_of(words.view(np.int64)) == words).all()
    assert (words_of_hex([row.tobytes().hex() for row in raw]) == words).all()
    assert len(words_of_hex([])) == 0


def test_the_bands_leave_no_room_for_a_near_pair() -> None:
    """Whoever differs in more than its radius in every band differs in 32 bits or more."""
    assert len(RADII) == BANDS
    assert sum(radius + 1 for radius in RADII) == RADIUS + 1
    assert BANDS * MAX_WIDTH <= 256


@pytest.mark.parametrize("width", [8, 13, 23])
def test_keys_are_the_bits_of_their_band(width: int) -> None:
    """Across the borders of words too."""
    words = random_words(4, 20)
    bits = np.unpackbits(words.astype(">u8").view(np.uint8).reshape(20, 32), axis=1)

    for band in range(BANDS):
        own = bits[:, band * width : (band + 1) * width] @ (1 << np.arange(width)[::-1])
        assert (band_keys(words, band, width=width) == own).all()


def test_masks_are_all_patterns_once() -> None:
    """1 + 23 + 253 of them."""
    patterns = masks(23, 2)

    assert len(np.unique(patterns)) == len(patterns) == 277
    assert int(np.bitwise_count(patterns).max()) == 2


@pytest.mark.parametrize("fast", [False, True])
def test_every_distance_is_found_and_none_beyond(fast: bool) -> None:
    """Planted at 0 to 40 bits in a list of 3,000: recall 1.000 at each up to 31, nothing from 32 on."""
    known, rng = random_words(5, 3_000), np.random.default_rng(6)
    queries = np.stack([with_bits(known[at], rng.choice(256, at % 41, replace=False).tolist()) for at in range(410)])
    found = pairs(banded(known).search(queries, fast=fast))

    assert found == [(at, at, at % 41) for at in range(410) if at % 41 <= RADIUS]
    assert found == scan(known, queries)


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("bits", [31, 32, 33])
def test_bits_spread_as_evenly_as_can_be_are_found(bits: int, fast: bool) -> None:
    """The hardest pairs: three bits in each band and one or two in the last, at every width of a band."""
    known = random_words(7, 1_500)
    width = banded(known)._width
    places = [band * width + step for step in range(3) for band in range(BANDS)]
    worst = [place for place in places if place // width < BANDS - 1] + [
        (BANDS - 1) * width,
        (BANDS - 1) * width + 1,
        255,
    ]
    query = with_bits(known[9], worst[:bits])[None, :]

    assert pairs(banded(known).search(query, fast=fast)) == ([(0, 9, bits)] if bits <= RADIUS else [])


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 400),
    flips=st.lists(st.lists(st.integers(0, 255), max_size=40, unique=True), min_size=1, max_size=12),
    alike=st.integers(0, 255),
    radius=st.integers(0, 40),
    fast=st.booleans(),
)
def test_the_index_is_the_scan(
    *, seed: int, rows: int, flips: list[list[int]], alike: int, radius: int, fast: bool
) -> None:
    """Any list, any bits, any radius: crowded bands, duplicates, rows that differ in few bits only."""
    known = random_words(seed, rows)
    known[: rows // 2] &= ~np.uint64(alike)  # half of the list has bits in common
    known[rows // 3 :: 3] = known[0]
    queries = np.stack([with_bits(known[at % rows], bits) for at, bits in enumerate(flips)])

    expected = scan(known, queries, radius)
    assert pairs(banded(known).search(queries, radius=radius, fast=fast)) == expected
    assert pairs(HashIndex.build(known).search(queries, radius=radius, fast=fast)) == expected


@pytest.mark.parametrize("fast", [False, True])
def test_a_list_full_of_one_picture_is_told_and_still_exact(fast: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hot keys are left out of their bands; who would meet them is scanned."""
    monkeypatch.setattr(index, "MIN_HOT_ROWS", 4)
    known = random_words(8, 1_200)
    known[::3] = known[0]
    known[1::3, :2] = known[1, :2]  # the same front, all else different
    built = banded(known)
    queries = np.stack([with_bits(known[0], [1, 70, 200]), with_bits(known[1], [255]), known[2], random_words(9, 1)[0]])

    assert {hot.band for hot in built.hot} == set(range(BANDS))
    assert all(hot.rows > 12 for hot in built.hot)
    assert pairs(built.search(queries, fast=fast)) == scan(known, queries)


@pytest.mark.parametrize("fast", [False, True])
def test_crowds_below_the_bound_are_looked_up_in_pieces(fast: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded by splitting, which changes no answer; results beyond the first room are all told."""
    monkeypatch.setattr(index, "_BLOCK_CANDIDATES", 50)
    known = np.repeat(random_words(10, 6), 250, axis=0)
    queries = np.repeat(known[::250], 9, axis=0)
    built = banded(known)

    assert built.hot == ()
    assert pairs(built.search(queries, fast=fast)) == scan(known, queries)


def test_an_even_list_has_no_hot_key() -> None:
    """Nothing is told where nothing is crowded."""
    assert banded(random_words(11, 5_000)).hot == ()


@pytest.mark.parametrize("fast", [False, True])
def test_threads_change_nothing(fast: bool) -> None:
    """Two threads give the answer of one."""
    known = random_words(12, 2_000)
    queries = np.concatenate([known[:50], random_words(13, 51)])
    built = banded(known)

    assert pairs(built.search(queries, threads=2, fast=fast)) == pairs(built.search(queries, fast=fast))
    assert len(built.search(queries).query) == 50


def test_without_the_extra_the_answer_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled loops are asked for and not there: NumPy answers."""
    monkeypatch.setattr(index, "HAS_FAST", False)
    known = random_words(14, 600)

    assert pairs(banded(known).search(known[:5], fast=True)) == [(at, at, 0) for at in range(5)]


def test_a_short_list_is_kept_plain() -> None:
    """No bands, less memory, the same answers."""
    known = random_words(15, 500)
    plain = HashIndex.build(known)

    assert plain.size_bytes == 500 * 32 < banded(known).size_bytes
    assert len(plain) == 500
    assert pairs(plain.search(known[:3])) == [(0, 0, 0), (1, 1, 0), (2, 2, 0)]
