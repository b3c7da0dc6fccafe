"""Which hashes of one table lie near those of another, as a join that runs wherever the tables are; and files that look alike.

The join is the search of `bands`, told in SQL: each hash that is looked up is joined, band by band, on its own key with at most two bits
changed; what shares a key is then compared over all bits. It gives the same rows as `index`, a test says so. One machine is
faster with the index, which `find_near` takes there; the join is for tables beyond one memory.
Hashes that stand several times are joined once. A key that very many hashes share makes the join slow and never wrong.

Files that look alike are told apart from files that are the same: likeness does not pass on. A is like B, B is like C, and A may
be another picture than C; joined link by link, such chains can make one heap of a whole case. So a file belongs to the file in the middle of its
group, within 31 bits of it, and never to a file's neighbour's neighbour.
Not covered: films, which are grouped by their bytes only.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rempart.engine.queries import Engine, Query
from rempart.matching.bands import (
    BANDS,
    MAX_WIDTH,
    RADII,
    RADIUS,
    WORDS,
    Words,
    band_keys,
    masks,
    words_of,
    words_of_hex,
)
from rempart.matching.index import HashIndex
from rempart.matching.pdq import FORMS, HASH_BYTES

Rows = NDArray[np.int64]
NEAR: Final = pa.schema(
    [
        pa.field("query", pa.int64(), nullable=False, metadata={"meaning": "number of the hash looked up, from 0"}),
        pa.field(
            "known", pa.int64(), nullable=False, metadata={"meaning": "number of the hash that lies near, from 0"}
        ),
        pa.field("distance", pa.int32(), nullable=False, metadata={"meaning": "bits of 256 that differ, 0 to 31"}),
    ]
)
CLUSTERS: Final = pa.schema(
    [
        pa.field("sha256", pa.string(), nullable=False, metadata={"meaning": "SHA-256 of the file"}),
        pa.field(
            "cluster",
            pa.string(),
            nullable=False,
            metadata={"meaning": "SHA-256 of the file in the middle of its group"},
        ),
        pa.field("distance", pa.int32(), nullable=False, metadata={"meaning": "bits of 256 between the two, 0 to 31"}),
        pa.field(
            "files", pa.int64(), nullable=False, metadata={"meaning": "files of the group; 1: nothing looks like it"}
        ),
    ]
)

_ONE_BAND = """
SELECT k.known, p.query, k.h0 AS a0, k.h1 AS a1, k.h2 AS a2, k.h3 AS a3, p.h0 AS b0, p.h1 AS b1, p.h2 AS b2, p.h3 AS b3
FROM known k
JOIN (
  SELECT q.query, q.h0, q.h1, q.h2, q.h3, XOR(q.k{band}, m.mask) AS probe
  FROM queries q CROSS JOIN masks m
  WHERE m.band = {band}
) p ON k.k{band} = p.probe
"""
_DISTANCE = " + ".join(f"CAST(BIT_COUNT(XOR(a{word}, b{word})) AS INT)" for word in range(WORDS))
# DuckDB counts bits into one byte, in which four times 64 does not fit: every term is widened before it is added
NEAR_SQL = f"""
SELECT DISTINCT query, known, distance
FROM (
  SELECT query, known, {_DISTANCE} AS distance
  FROM ({" UNION ALL ".join(_ONE_BAND.format(band=band) for band in range(BANDS))}) shared
) compared
WHERE distance <= {RADIUS}
ORDER BY query, known
"""  # noqa: S608 - numbers of this module


def hash_table(words: Words, *, name: str) -> pa.Table:
    """Hashes as the join reads them: their number (column `name`), four signed words h0…h3, eleven keys k0…k10."""
    signed = words.view(np.int64)
    columns = {name: pa.array(np.arange(len(words), dtype=np.int64))}
    columns |= {f"h{word}": pa.array(signed[:, word]) for word in range(WORDS)}
    columns |= {f"k{band}": pa.array(band_keys(words, band)) for band in range(BANDS)}
    return pa.table(columns)


def mask_table() -> pa.Table:
    """Which bits of a key may change: (band, mask)."""
    patterns = [masks(MAX_WIDTH, radius) for radius in RADII]
    bands = np.repeat(np.arange(BANDS, dtype=np.int32), [len(own) for own in patterns])
    return pa.table({"band": pa.array(bands), "mask": pa.array(np.concatenate(patterns))})


def join_near(known: Words, queries: Words, *, engine: Engine) -> pa.Table:
    """NEAR by the join: every pair at a distance of at most 31, ordered by query, then known."""
    (own, own_of), (asked, asked_of) = _distinct(known), _distinct(queries)
    tables = {"known": hash_table(own, name="known"), "queries": hash_table(asked, name="query"), "masks": mask_table()}
    pairs = engine.query(NEAR_SQL, tables)
    query, row = _spread(pairs["query"].to_numpy(), pairs["known"].to_numpy(), asked_of, own_of)
    bits = np.bitwise_count(queries[query] ^ known[row]).sum(axis=1, dtype=np.int32)
    return _near(query, row, bits)


def find_near(known: Words, queries: Words, *, engine: Engine, threads: int = 1) -> pa.Table:
    """NEAR by whichever is faster where the engine runs; the rows are the same. known, queries: (n, 4) words."""
    if engine.name != "duckdb":
        return join_near(known, queries, engine=engine)
    found = HashIndex.build(known).search(queries, threads=threads)
    return _near(found.query, found.row, found.distance)


def _near(query: Rows, row: Rows, bits: NDArray[np.int32]) -> pa.Table:
    order = np.lexsort((row, query))
    columns = [pa.array(query[order], pa.int64()), pa.array(row[order], pa.int64()), pa.array(bits[order], pa.int32())]
    return pa.table(columns, schema=NEAR)


def _distinct(words: Words) -> tuple[Words, Rows]:
    """Each hash once, and which of them every row is."""
    if not len(words):
        return words, np.empty(0, np.int64)
    own, which = np.unique(words, axis=0, return_inverse=True)
    return own, which.reshape(-1).astype(np.int64)


def _spread(query: Rows, row: Rows, asked_of: Rows, own_of: Rows) -> tuple[Rows, Rows]:
    """Pairs of distinct hashes as pairs of all rows that have them."""
    for which, is_query in ((asked_of, True), (own_of, False)):
        order = np.argsort(which, kind="stable")
        side = query if is_query else row
        begin, end = np.searchsorted(which[order], side, "left"), np.searchsorted(which[order], side, "right")
        counts = end - begin
        starts = np.repeat(begin - (np.cumsum(counts) - counts), counts)
        spread, other = order[starts + np.arange(len(starts))], np.repeat(row if is_query else query, counts)
        query, row = (spread, other) if is_query else (other, spread)
    return query, row


# -- files of the case that look alike -------------------------------------------------------------------


def likeness_clusters(likeness: pa.Table, engine: Engine, *, threads: int = 1) -> pa.Table:
    """Every picture of the likeness table with the file in the middle of its group, CLUSTERS, ordered by sha256.

    Middles are chosen from the hash that most files have, down; what lies within 31 bits of a middle, upright, turned or mirrored, is
    no middle and goes to the nearest one. A weak link: two files of one group may differ in 62 bits and need a look of a person.
    """
    pictures = likeness.filter(pc.field("frame_s").is_null())
    if not pictures.num_rows:
        return CLUSTERS.empty_table()
    hashes, files = pc.unique(pictures["pdq"].combine_chunks()), pc.unique(pictures["sha256"].combine_chunks())
    hash_of = pc.index_in(pictures["pdq"], value_set=hashes).to_numpy().astype(np.int64)
    file_of = pc.index_in(pictures["sha256"], value_set=files).to_numpy().astype(np.int64)
    pairs = np.unique(np.stack([hash_of, file_of], axis=1), axis=0)
    first = np.unique(hash_of, return_index=True)[1]
    one, other, bits = _alike(_all_forms(pictures.take(pa.array(first))), engine, threads)
    middle, distance = _middles(one, other, bits, _by_rank(hashes, pairs))
    return _clusters(files, pairs, middle, distance)


def _all_forms(pictures: pa.Table) -> Words:
    """(pictures, 8, 4): the hash of each picture upright, turned and mirrored."""
    upright = words_of_hex(pictures["pdq"].to_pylist())
    turned = np.frombuffer(b"".join(pictures["turned"].to_pylist()), np.uint8).reshape(-1, HASH_BYTES)
    return np.concatenate([upright[:, None], words_of(turned).reshape(len(upright), -1, WORDS)], axis=1)


def _alike(forms: Words, engine: Engine, threads: int) -> tuple[Rows, Rows, NDArray[np.int32]]:
    """(hash, other hash, distance) of all pairs in any form, both ways round, and of each hash with itself."""
    known = np.ascontiguousarray(forms[:, 0])
    near = find_near(known, np.ascontiguousarray(forms.reshape(-1, WORDS)), engine=engine, threads=threads)
    one, other = near["query"].to_numpy() // len(FORMS), near["known"].to_numpy()
    return np.concatenate([one, other]), np.concatenate([other, one]), np.tile(near["distance"].to_numpy(), 2)


def _by_rank(hashes: pa.Array, pairs: Rows) -> Rows:
    """Rank of each hash: the one that most files have is first, then by its digits, so that the order of rows does not matter."""
    counts = np.bincount(pairs[:, 0], minlength=len(hashes))
    order = np.lexsort((np.array(hashes.to_pylist()), -counts))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank


def _middles(one: Rows, other: Rows, bits: NDArray[np.int32], rank: Rows) -> tuple[Rows, NDArray[np.int32]]:
    """(middle, distance to it) of each hash; ties go to the middle of the first rank."""
    order = np.argsort(rank[one], kind="stable")
    first, second, bits = one[order], other[order], bits[order]
    ends = np.searchsorted(rank[first], np.arange(len(rank)), "right")
    is_middle, is_taken = np.zeros(len(rank), np.bool_), np.zeros(len(rank), np.bool_)
    begin = 0
    for end in ends.tolist():
        own = int(first[begin])  # every hash is near itself, so none is missing
        if not is_taken[own]:
            is_middle[own] = True
            is_taken[second[begin:end]] = True
        begin = end
    led = is_middle[first]
    first, second, bits = first[led], second[led], bits[led]
    nearest = np.lexsort((rank[first], bits, second))
    _, place = np.unique(second[nearest], return_index=True)
    return first[nearest][place], bits[nearest][place]


def _clusters(files: pa.Array, pairs: Rows, middle: Rows, distance: NDArray[np.int32]) -> pa.Table:
    """Files with their middle. A file with two hashes, with and without bars, goes where most files are."""
    names = np.array(files.to_pylist())
    led, file, bits = middle[pairs[:, 0]], pairs[:, 1], distance[pairs[:, 0]]
    crowd = np.bincount(np.unique(np.stack([led, file], axis=1), axis=0)[:, 0], minlength=len(middle))
    order = np.lexsort((led, bits, -crowd[led], file))
    _, place = np.unique(file[order], return_index=True)
    led, bits = led[order][place], bits[order][place]
    face = _faces(pairs, names, led)
    sizes = np.bincount(led, minlength=len(middle))
    table = pa.table([pa.array(column.tolist(), field.type) for column, field in zip((names, face, bits, sizes[led]), CLUSTERS, strict=True)], schema=CLUSTERS)  # fmt: skip
    return table.sort_by("sha256")


def _faces(pairs: Rows, names: NDArray[np.str_], led: Rows) -> NDArray[np.str_]:
    """The file that stands for the group of each file: the first by SHA-256 among those with the middle's own hash."""
    by_name = np.lexsort((names[pairs[:, 1]], pairs[:, 0]))
    hashes, place = np.unique(pairs[by_name, 0], return_index=True)
    found: NDArray[np.str_] = names[pairs[by_name, 1][place]][np.searchsorted(hashes, led)]
    return found


# -- both engines ---------------------------------------------------------------------------------------


def _example() -> Mapping[str, pa.Table]:
    """Five known hashes and three looked up: the same, 31 bits off spread over all words, and 32 bits off."""
    known = words_of(np.arange(5 * HASH_BYTES, dtype=np.uint8).reshape(5, HASH_BYTES) * np.uint8(37))
    queries = known[:3].copy()
    queries[1] ^= np.array([0xFF, 0xFF00, 0x8000000000000001, 0x1FFF], np.uint64)
    queries[2] ^= np.array([0xFF, 0xFF00, 0xFF0000, 0xFF000000], np.uint64)
    return {
        "known": hash_table(known, name="known"),
        "queries": hash_table(queries, name="query"),
        "masks": mask_table(),
    }


QUERIES = (Query(name="near", sql=NEAR_SQL, example=_example),)
