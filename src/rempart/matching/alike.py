"""Which media look like a file on a list: PDQ hashes within 31 of 256 bits, exact search, told like the other matches.

Both sides are hashed the same way; the picture that is looked up is tried upright, turned and mirrored. Not seen: crops of more
than 2 %, frames around a picture, a picture inside another (reference/matching.md §1.2). A likeness is no identity.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rempart.engine.queries import Engine
from rempart.matching.bands import Words, words_of, words_of_hex
from rempart.matching.index import HashIndex
from rempart.matching.known import MATCHES, PAIRS, describe, in_force, in_order
from rempart.matching.listing import Listing
from rempart.matching.pdq import HASH_BYTES, forms_of

_FEW = 1_000  # look-ups: below, a scan costs less than building the index

_Numbers = NDArray[np.int64]


def find_alike(likeness: pa.Table, listings: Sequence[Listing], *, engine: Engine, threads: int = 1) -> pa.Table:
    """Every listing that a medium resembles, MATCHES with method `pdq`, in the order of the media and of the lists.

    likeness: the likeness table, of which exhibit_sha256, row, sha256, frame_s, pdq and turned are read. One medium and row of a
    list may stand there several times, a frame each; `known.combine` keeps the closest.
    """
    found = [MATCHES.empty_table()]
    if likeness.num_rows:
        pictures, queries = _queries(likeness)
        for listing in listings:
            for part in listing.parts:
                rows = part.load()
                hashed = rows.filter(pc.is_valid(rows["pdq"]))
                if hashed.num_rows:
                    pairs = _pairs(likeness, pictures, _near(queries, hashed, threads=threads))
                    found.append(describe(pairs, listing, part, rows, engine))
    return in_order(in_force(pa.concat_tables(found), listings, engine))


def turned_forms(pdq: str) -> bytes:
    """The column `turned` of a hash that was typed, not measured. pdq: 64 hex digits."""
    return b"".join(forms_of(bytes.fromhex(pdq))[1:])


def _queries(likeness: pa.Table) -> tuple[_Numbers, Words]:
    """(which look-up each row of likeness is, the look-ups in all their forms, one block of 8 a look-up)."""
    encoded = pc.dictionary_encode(likeness["pdq"].combine_chunks())
    pictures = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    _, first = np.unique(pictures, return_index=True)
    upright = words_of_hex(encoded.dictionary.to_pylist())
    turned = b"".join(likeness["turned"].take(pa.array(first)).to_pylist())
    others = words_of(np.frombuffer(turned, np.uint8).reshape(-1, HASH_BYTES)).reshape(len(upright), -1, 4)
    return pictures, np.concatenate([upright[:, None, :], others], axis=1)


def _near(queries: Words, hashed: pa.Table, *, threads: int) -> tuple[_Numbers, _Numbers, _Numbers]:
    """(look-up, row of the list, distance), the closest form of each look-up; ordered."""
    words = words_of_hex(hashed["pdq"].to_pylist())
    forms = queries.shape[1]
    flat = np.ascontiguousarray(queries.reshape(-1, 4))
    scanned = {"scanned_rows": len(words)} if len(flat) <= _FEW else {}
    found = HashIndex.build(words, **scanned).search(flat, threads=threads)
    order = np.lexsort((found.distance, found.row, found.query // forms))
    picture, row, distance = (found.query // forms)[order], found.row[order], found.distance[order]
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (picture[1:] != picture[:-1]) | (row[1:] != row[:-1])
    numbers = hashed["listing_row"].to_numpy()
    return picture[fresh], numbers[row[fresh]], distance[fresh].astype(np.int64)


def _pairs(likeness: pa.Table, pictures: _Numbers, near: tuple[_Numbers, _Numbers, _Numbers]) -> pa.Table:
    """Every row of likeness with every row of the list that its picture resembles: PAIRS."""
    picture, row, distance = near
    begin, end = np.searchsorted(picture, pictures, "left"), np.searchsorted(picture, pictures, "right")
    counts = end - begin
    source = np.repeat(np.arange(len(pictures)), counts)
    within = np.arange(len(source)) - np.repeat(np.cumsum(counts) - counts, counts)
    target = np.repeat(begin, counts) + within
    told = likeness.take(pa.array(source))
    size = len(source)
    columns = {
        "exhibit_sha256": told["exhibit_sha256"],
        "row": told["row"],
        "file_sha256": told["sha256"],
        "method": pa.array(["pdq"] * size, pa.string()),
        "distance": pa.array(distance[target], pa.int32()),
        "frame_s": told["frame_s"],
        "contradicted": pa.array([False] * size, pa.bool_()),
        "listing_row": pa.array(row[target], pa.int64()),
    }
    return pa.table([columns[name] for name in PAIRS.names], schema=PAIRS)
