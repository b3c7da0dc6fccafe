"""Which known hashes lie within 31 of 256 bits of one that is looked up: all of them, never nearly all.

Two ways with one answer. A short list is scanned: the first 128 bits, then the rest of the few that are left. A long one is kept
by band (see `bands`), each band as two arrays: where the rows of a key begin, and the rows in order of their key.
Real hashes are not spread evenly. A key with more than HOT_SHARE of all rows is left out of its band and told in `hot`; a look-up
that would have met it is scanned instead. So a list full of one picture is slow and never wrong.
With the extra `fast` (numba), large batches are looked up by compiled loops: the same answers, some times faster.
Invariant: the rows found are exactly those at a distance of at most the radius, whatever the path.
Not covered: a list that does not fit into memory (113 bytes a hash at ten million, 168 at one); for that see `near`.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from rempart.matching.bands import BANDS, MAX_WIDTH, RADII, RADIUS, Words, band_keys, masks, words_of

SCANNED_ROWS: Final = 1_024  # up to here a scan costs less than eleven bands
HOT_SHARE: Final = 0.01
MIN_HOT_ROWS: Final = 256  # in a short list 1 % is nothing to fear
FAST_FROM_PAIRS: Final = 300_000_000  # the same for scans, in pairs looked at
HAS_FAST: Final = find_spec("numba") is not None
FAST_FROM: Final = 4_000  # look-ups: below, compiling costs more than it gains (1.5 s)
_BLOCK_ROWS = 1 << 16  # of a scan, so that a block stays in the cache
_BLOCK_QUERIES = 64
_BLOCK_CANDIDATES = 1 << 21
_NO_ROWS = np.empty(0, np.int64)

Rows = NDArray[np.int64]
Hashes = NDArray[np.int64] | NDArray[np.uint64] | NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hot:
    """A key of a band that too many rows have in common. rows: how many."""

    band: int
    key: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One band. starts: (2^width + 1), where each key's rows begin; rows: row numbers in order of their key, hot keys left out."""

    radius: int
    starts: NDArray[np.int32]
    rows: NDArray[np.int32]
    hot: NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What lies near. query, row: numbers from 0; distance: 0 to the radius. One entry a pair, ordered by query, then row."""

    query: Rows
    row: Rows
    distance: NDArray[np.int32]


class HashIndex:
    """Known hashes, ready to be looked up. hot: what was left out of its band, for the log."""

    def __init__(self, words: Words, bands: tuple[Band, ...], hot: tuple[Hot, ...], *, width: int) -> None:
        self._front, self._back = np.ascontiguousarray(words[:, :2]), np.ascontiguousarray(words[:, 2:])
        self._bands, self._width, self.hot = bands, width, hot

    @classmethod
    def build(cls, hashes: Hashes, *, scanned_rows: int = SCANNED_ROWS) -> Self:
        """The index over hashes, (n, 4) words or (n, 32) bytes; a row's number is its place.

        scanned_rows: up to how many rows a list is kept plain and scanned. Raises: NotHashes.
        """
        words = words_of(hashes)
        if len(words) <= scanned_rows:
            return cls(words, (), (), width=0)
        width = min(MAX_WIDTH, max(8, len(words).bit_length() + 1))  # half a row a key: fewer to look at
        built = [_build_band(words, band, width) for band in range(BANDS)]
        return cls(
            words, tuple(band for band, _ in built), tuple(hot for _, hots in built for hot in hots), width=width
        )

    def __len__(self) -> int:
        return len(self._front)

    @property
    def size_bytes(self) -> int:
        """Memory of the hashes and of their bands."""
        bands = sum(band.starts.nbytes + band.rows.nbytes for band in self._bands)
        return self._front.nbytes + self._back.nbytes + bands

    def search(self, queries: Hashes, *, radius: int = RADIUS, threads: int = 1, fast: bool | None = None) -> Found:
        """Every known hash at a distance of at most `radius` from each query.

        radius: above 31 the bands no longer hold, and every query is scanned. threads: to use at most. fast: whether
        to use compiled loops, if they are there; None decides by the number of queries. Raises: NotHashes.
        """
        words = words_of(queries)
        if not len(self) or not len(words):
            return Found(query=_NO_ROWS, row=_NO_ROWS, distance=_NO_ROWS.astype(np.int32))
        if not self._bands or radius > RADIUS:
            return self._scan(words, np.arange(len(words)), radius, fast=fast)
        hot = self._meets_hot(words)
        cool = np.flatnonzero(~hot)
        is_fast = HAS_FAST and (len(cool) >= FAST_FROM if fast is None else fast)
        meet = self._meet_fast if is_fast else self._meet
        parts = [part for part in np.array_split(cool, max(1, threads)) if len(part)]
        with ThreadPoolExecutor(max(1, threads)) as pool:
            done = list(pool.map(lambda part: meet(words[part], radius), parts))
        query = np.concatenate([_NO_ROWS, *(part[own] for part, (own, _) in zip(parts, done, strict=True))])
        found = self._judge(words, query, np.concatenate([_NO_ROWS, *(rows for _, rows in done)]), radius)
        return _join(found, self._scan(words, np.flatnonzero(hot), radius, fast=fast)) if hot.any() else found

    def _meets_hot(self, words: Words) -> NDArray[np.bool_]:
        """Which queries would meet a hot key."""
        meets = np.zeros(len(words), np.bool_)
        for number, band in enumerate(self._bands):
            if len(band.hot):
                keys = band_keys(words, number, width=self._width)
                near = np.bitwise_count(keys[:, None] ^ band.hot[None, :]) <= band.radius
                meets |= near.any(axis=1)
        return meets

    def _meet(self, words: Words, radius: int) -> tuple[Rows, Rows]:
        """(query, row) of all that share a band and whose first 128 bits are near, a pair as often as it is met."""
        keys, queries, rows = self._keys(words), [_NO_ROWS], [_NO_ROWS]
        for number, band in enumerate(self._bands):
            patterns = masks(self._width, band.radius)
            for block in _blocks(band, keys[:, number], patterns):
                query, row = _candidates(band, keys[block, number], patterns)
                bits = np.bitwise_count(self._front[row] ^ words[block][query, :2])
                near = bits[:, 0] + bits[:, 1] <= radius  # at most 128: fits the byte
                queries.append(query[near] + block.start)
                rows.append(row[near].astype(np.int64))
        return np.concatenate(queries), np.concatenate(rows)

    def _meet_fast(self, words: Words, radius: int) -> tuple[Rows, Rows]:
        from rempart.matching import compiled  # noqa: PLC0415 - loading numba takes a second

        arrays = compiled.Arrays(
            front=self._front,
            starts=tuple(band.starts for band in self._bands),
            rows=tuple(band.rows for band in self._bands),
            masks=tuple(masks(self._width, band.radius) for band in self._bands),
        )
        return compiled.look_up(arrays, self._keys(words), np.ascontiguousarray(words[:, :2]), radius=radius)

    def _judge(self, words: Words, query: Rows, row: Rows, radius: int) -> Found:
        """Each pair once, its distance over all bits, those near only; ordered."""
        pairs = np.unique(query * len(self) + row)
        query, row = pairs // len(self), pairs % len(self)
        bits = np.bitwise_count(self._front[row] ^ words[query, :2]).sum(axis=1, dtype=np.int32)
        bits += np.bitwise_count(self._back[row] ^ words[query, 2:]).sum(axis=1, dtype=np.int32)
        near = bits <= radius
        return Found(query=query[near], row=row[near], distance=bits[near])

    def _keys(self, words: Words) -> NDArray[np.int32]:
        """(queries, bands)."""
        return np.stack([band_keys(words, number, width=self._width) for number in range(BANDS)], axis=1)

    def _scan(self, words: Words, queries: Rows, radius: int, *, fast: bool | None = None) -> Found:
        """Two stages over every row: what differs in too many of the first 128 bits differs in too many of all."""
        is_fast = HAS_FAST and (len(queries) * len(self) >= FAST_FROM_PAIRS if fast is None else fast)
        if is_fast:
            from rempart.matching import compiled  # noqa: PLC0415 - loading numba takes a second

            own, rows = compiled.scan(self._front, np.ascontiguousarray(words[queries, :2]), radius=radius)
            return self._judge(words, queries[own], rows, radius)
        near = [_NO_ROWS, *(self._scan_one(words[query], radius) for query in queries)]
        query = np.repeat(queries, [len(rows) for rows in near[1:]])
        return self._judge(words, query, np.concatenate(near), radius)

    def _scan_one(self, query: Words, radius: int) -> Rows:
        rows = [_NO_ROWS]
        for first in range(0, len(self), _BLOCK_ROWS):
            bits = np.bitwise_count(self._front[first : first + _BLOCK_ROWS] ^ query[:2])
            rows.append(np.flatnonzero(bits[:, 0] + bits[:, 1] <= radius) + first)
        return np.concatenate(rows)


def _blocks(band: Band, keys: NDArray[np.int32], patterns: NDArray[np.int32]) -> Iterator[slice]:
    """Queries to look up together: many where they meet few rows, one by one where rows crowd, so that memory stays flat."""
    todo = [slice(first, min(first + _BLOCK_QUERIES, len(keys))) for first in range(0, len(keys), _BLOCK_QUERIES)][::-1]
    while todo:
        block = todo.pop()
        probes = (keys[block, None] ^ patterns).ravel()
        met = int((band.starts[probes + 1] - band.starts[probes]).sum(dtype=np.int64))
        if met <= _BLOCK_CANDIDATES or block.stop - block.start == 1:
            yield block
        else:
            middle = (block.start + block.stop) // 2
            todo += [slice(middle, block.stop), slice(block.start, middle)]


def _candidates(band: Band, keys: NDArray[np.int32], patterns: NDArray[np.int32]) -> tuple[Rows, NDArray[np.int32]]:
    """(query, row) of all rows whose key is that of the query but for one of the patterns."""
    probes = (keys[:, None] ^ patterns).ravel()
    starts = band.starts[probes]
    counts = band.starts[probes + 1] - starts
    full = np.flatnonzero(counts)
    starts, counts = starts[full], counts[full]
    ends = np.cumsum(counts)
    places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - counts), counts)
    return np.repeat(full // len(patterns), counts), band.rows[places]


def _build_band(words: Words, number: int, width: int) -> tuple[Band, list[Hot]]:
    keys = band_keys(words, number, width=width)
    counts = np.bincount(keys, minlength=1 << width)
    hot = np.flatnonzero(counts > max(HOT_SHARE * len(words), MIN_HOT_ROWS)).astype(np.int32)
    both = keys.astype(np.int64) << 32 | np.arange(
        len(keys)
    )  # one number to sort is several times faster than an order to find
    both.sort()
    rows = both.astype(np.int32)  # the lower half
    if len(hot):
        rows = rows[~np.isin(keys[rows], hot)]
        told = [Hot(band=number, key=int(key), rows=int(counts[key])) for key in hot]
        counts[hot] = 0
    else:
        told = []
    starts = np.zeros((1 << width) + 1, np.int32)
    np.cumsum(counts, out=starts[1:])
    return Band(radius=RADII[number], starts=starts, rows=rows, hot=hot), told


def _join(one: Found, other: Found) -> Found:
    query, row = np.concatenate([one.query, other.query]), np.concatenate([one.row, other.row])
    order = np.lexsort((row, query))
    return Found(query=query[order], row=row[order], distance=np.concatenate([one.distance, other.distance])[order])
