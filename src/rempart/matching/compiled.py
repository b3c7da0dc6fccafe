"""The look-up of `index` as compiled loops; importing it needs the extra `fast` (numba).

Looking up is bound by the time that memory takes to answer. Each band is therefore passed in three short loops that do not wait for one
another: where the rows of every key begin, which rows these are, and how far they are, so that the processor asks for many places at once.
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

_M1, _M2, _M4 = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F)
_ONES = np.uint64(0x0101010101010101)
_S1, _S2, _S4, _S56 = np.uint64(1), np.uint64(2), np.uint64(4), np.uint64(56)


class Arrays(NamedTuple):
    """The arrays of an index. front: (n, 2) words, the first 128 bits of every hash; the others: one array a band."""

    front: NDArray[np.uint64]
    starts: tuple[NDArray[np.int32], ...]
    rows: tuple[NDArray[np.int32], ...]
    masks: tuple[NDArray[np.int32], ...]


def look_up(
    arrays: Arrays, keys: NDArray[np.int32], fronts: NDArray[np.uint64], *, radius: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(query, row) of all that share a band and whose first 128 bits are near; in no order, a pair as often as it is met.

    keys: (queries, bands); fronts: (queries, 2), the first words of the queries.
    """
    room = 1024 + 16 * len(keys)
    while True:
        told = np.empty((2, room), np.int64)
        size = int(_look_up(arrays, keys, fronts, np.uint64(radius), told))
        if size <= room:
            return told[0, :size], told[1, :size]
        room = size  # it has counted what it had no room for


@numba.njit(nogil=True, inline="always")
def _count(bits):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba finds the types; LLVM makes it one instruction
    bits = bits - ((bits >> _S1) & _M1)
    bits = (bits & _M2) + ((bits >> _S2) & _M2)
    return (((bits + (bits >> _S4)) & _M4) * _ONES) >> _S56


def scan(
    front: NDArray[np.uint64], fronts: NDArray[np.uint64], *, radius: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(query, row) of all whose first 128 bits are near, by a look at every row; in no order. fronts: (queries, 2)."""
    room = 1024 + 16 * len(fronts)
    while True:
        told = np.empty((2, room), np.int64)
        size = int(_scan(front, fronts, np.uint64(radius), told))
        if size <= room:
            return told[0, :size], told[1, :size]
        room = size


@numba.njit(nogil=True)
def _scan(front, fronts, limit, told):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    size, block = 0, 1024  # rows that stay in the cache while all queries pass over them
    bits = np.empty(block, np.uint64)
    for first in range(0, len(front), block):
        rows = front[first : first + block]
        for query in range(len(fronts)):
            w0, w1 = fronts[query, 0], fronts[query, 1]
            least = np.uint64(255)
            for row in range(len(rows)):
                bits[row] = _count(rows[row, 0] ^ w0) + _count(rows[row, 1] ^ w1)
                least = min(least, bits[row])
            if least <= limit:
                for row in range(len(rows)):
                    if bits[row] <= limit:
                        if size < told.shape[1]:
                            told[0, size], told[1, size] = query, first + row
                        size += 1
    return size


@numba.njit(nogil=True)
def _look_up(arrays, keys, fronts, limit, told):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    front = arrays.front
    begins, ends = np.empty(512, np.uint32), np.empty(512, np.uint32)
    candidates = np.empty(1 << 12, np.uint32)
    size = 0
    for band in range(len(arrays.starts)):
        start, own, mask = arrays.starts[band], arrays.rows[band], arrays.masks[band]
        for query in range(len(keys)):
            key, w0, w1 = keys[query, band], fronts[query, 0], fronts[query, 1]
            total = 0
            for probe in range(len(mask)):
                at = np.uint32(key ^ mask[probe])
                begins[probe], ends[probe] = start[at], start[at + np.uint32(1)]
                total += ends[probe] - begins[probe]
            if total > len(candidates):
                candidates = np.empty(2 * total, np.uint32)
            count = 0
            for probe in range(len(mask)):
                for place in range(begins[probe], ends[probe]):
                    candidates[count] = own[place]
                    count += 1
            for place in range(count):
                row = candidates[place]
                if _count(front[row, 0] ^ w0) + _count(front[row, 1] ^ w1) <= limit:
                    if size < told.shape[1]:
                        told[0, size], told[1, size] = query, row
                    size += 1
    return size
