"""Hashes cut into bands: what makes a search exact without looking at every hash.

256 bits are cut into 11 bands. Two hashes that differ in at most 31 bits differ in at most 2 bits in one of the first ten bands, or in at most
1 bit in the last one: otherwise they would differ in 10 × 3 + 2 = 32 bits. So whoever knows, for each band, all hashes that
lie within 2 (or 1) bits of the one looked up, has all that are near, and counts the bits of those only.
Hashes are four signed 64-bit words, first word first, because Spark and DuckDB have those in common; a band is an INT.
Source: Norouzi, Punjani, Fleet 2012, Fast search in Hamming space with multi-index hashing, arXiv 1307.2982.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rempart.errors import BadInput

RADIUS: Final = 31
BANDS: Final = 11
RADII: Final = (2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1)  # sum of (radius + 1) is RADIUS + 1
MAX_WIDTH: Final = (
    23  # bits: 11 × 23 = 253; the last 3 bits stand in no band, which takes nothing from the argument above
)
WORDS: Final = 4

Words = NDArray[np.uint64]
Keys = NDArray[np.int32]


class NotHashes(BadInput):
    """What was given are not 256-bit hashes."""


def words_of(hashes: NDArray[np.int64] | NDArray[np.uint64] | NDArray[np.uint8]) -> Words:
    """Hashes as (n, 4) unsigned words. hashes: (n, 4) words, signed or not, or (n, 32) bytes in the published order.

    Raises: NotHashes.
    """
    if hashes.ndim == 2 and hashes.shape[1] == 32 and hashes.dtype == np.uint8:
        return np.ascontiguousarray(hashes).view(">u8").astype(np.uint64)
    if hashes.ndim == 2 and hashes.shape[1] == WORDS and hashes.dtype in (np.int64, np.uint64):
        return np.ascontiguousarray(hashes).view(np.uint64)
    raise NotHashes("These are not PDQ hashes of 256 bits; nothing was compared.")


def words_of_hex(hashes: Sequence[str]) -> Words:
    """Hashes as words, from 64 hex digits each. Raises: NotHashes."""
    try:
        raw = bytes.fromhex("".join(hashes))
    except ValueError as error:
        raise NotHashes("These are not PDQ hashes of 64 hex digits; nothing was compared.") from error
    if any(len(one) != 64 for one in hashes):
        raise NotHashes("These are not PDQ hashes of 64 hex digits; nothing was compared.")
    return words_of(np.frombuffer(raw, np.uint8).reshape(-1, 32))


def band_keys(words: Words, band: int, *, width: int = MAX_WIDTH) -> Keys:
    """The bits of one band of every hash, as a number below 2^width."""
    first = band * width
    word, shift = first // 64, first % 64
    keys = words[:, word] << np.uint64(shift) >> np.uint64(64 - width)
    over = shift + width - 64
    if over > 0:  # the band goes on in the next word
        keys |= words[:, word + 1] >> np.uint64(64 - over)
    return keys.astype(np.int32)


@lru_cache(maxsize=64)
def masks(width: int, radius: int) -> Keys:
    """Every pattern of at most `radius` bits of a band, the empty one first."""
    patterns = [
        sum(1 << bit for bit in bits) for count in range(radius + 1) for bits in combinations(range(width), count)
    ]
    found = np.array(patterns, np.int32)
    found.setflags(write=False)
    return found


def distances(one: Words, other: Words) -> NDArray[np.int32]:
    """How many bits differ, row by row; (n, 4) and (n, 4) or (4,)."""
    bits: NDArray[np.int32] = np.bitwise_count(one ^ other).sum(axis=-1, dtype=np.int32)
    return bits
