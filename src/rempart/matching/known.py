"""Which media are on which list, by whom, as what and since when: exact digests here, likeness joined to it by `combine`.

A match is a statement of the list, never of Rempart. Several lists may name one file: every statement is kept. A list of known
software only sets aside; a file that it names and another list names too is not set aside. What a list took back is not told.
Of SHA-256, SHA-1 and MD5 the strongest that agrees is named; where another one disagrees the match is marked `contradicted`,
because files with the same MD5 or SHA-1 can be made on purpose.
Source: reference/matching.md §1.4. Tier: source-verified; planted lists only.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from rempart.engine.queries import Engine, Query, Source
from rempart.matching.listing import LISTINGS, PROVENANCE, Listing, ListPart
from rempart.wording import Wording

_TEXT = pa.string()
PAIRS = pa.schema(
    [
        pa.field("exhibit_sha256", _TEXT, nullable=False, metadata={"meaning": "as in media"}),
        pa.field("row", pa.int64(), nullable=False, metadata={"meaning": "as in media"}),
        pa.field("file_sha256", _TEXT, metadata={"meaning": "SHA-256 of the medium"}),
        pa.field("method", _TEXT, nullable=False, metadata={"meaning": "sha256, sha1, md5 or pdq"}),
        pa.field("distance", pa.int32(), nullable=False, metadata={"meaning": "bits of 256 that differ; 0 for the same bytes"}),
        pa.field("frame_s", pa.float64(), metadata={"meaning": "seconds into a video; null for a picture or the same bytes"}),
        pa.field("contradicted", pa.bool_(), nullable=False, metadata={"meaning": "another digest of the same row differs"}),
        pa.field("listing_row", pa.int64(), nullable=False, metadata={"meaning": "row of the list"}),
    ]
)  # fmt: skip
MATCHES = pa.schema(
    [
        *PAIRS,
        pa.field("list_id", _TEXT, nullable=False, metadata={"meaning": "which list"}),
        pa.field("list_name", _TEXT, nullable=False, metadata={"meaning": "its name, as given when it was added"}),
        pa.field("list_version", _TEXT, metadata={"meaning": "version of the delivery that the row came with"}),
        pa.field("issued_on", pa.date32(), metadata={"meaning": "day of that delivery, as told"}),
        pa.field("standing", _TEXT, nullable=False, metadata={"meaning": "listed, or known_good: sets aside, never more"}),
        *PROVENANCE,
    ]
)  # fmt: skip
SET_ASIDE = pa.schema([field for field in PAIRS if field.name in {"exhibit_sha256", "row", "file_sha256"}])
_PLACE = ("exhibit_sha256", "row", "list_id", "listing_row")

EXACT_SQL = """
SELECT exhibit_sha256, "row", file_sha256,
  CASE MIN(strength) WHEN 1 THEN 'sha256' WHEN 2 THEN 'sha1' ELSE 'md5' END AS method,
  CAST(0 AS INT) AS distance, CAST(NULL AS DOUBLE) AS frame_s, MAX(differs) = 1 AS contradicted, listing_row
FROM (
  SELECT m.exhibit_sha256, m."row", m.sha256 AS file_sha256, l.listing_row, 1 AS strength,
    CASE WHEN m.sha256 <> l.sha256 OR m.sha1 <> l.sha1 OR m.md5 <> l.md5 THEN 1 ELSE 0 END AS differs
  FROM media m JOIN listings l ON m.sha256 = l.sha256
  UNION ALL
  SELECT m.exhibit_sha256, m."row", m.sha256 AS file_sha256, l.listing_row, 2 AS strength,
    CASE WHEN m.sha256 <> l.sha256 OR m.sha1 <> l.sha1 OR m.md5 <> l.md5 THEN 1 ELSE 0 END AS differs
  FROM media m JOIN listings l ON m.sha1 = l.sha1
  UNION ALL
  SELECT m.exhibit_sha256, m."row", m.sha256 AS file_sha256, l.listing_row, 3 AS strength,
    CASE WHEN m.sha256 <> l.sha256 OR m.sha1 <> l.sha1 OR m.md5 <> l.md5 THEN 1 ELSE 0 END AS differs
  FROM media m JOIN listings l ON m.md5 = l.md5
) agreed
GROUP BY exhibit_sha256, "row", file_sha256, listing_row
"""
DESCRIBED_SQL = f"""
SELECT {", ".join("p." + (f'"{name}"' if name == "row" else name) for name in PAIRS.names)},
  {", ".join(f"l.{field.name}" for field in PROVENANCE)}
FROM pairs p JOIN listings l ON p.listing_row = l.listing_row
"""  # noqa: S608 - names of fixed schemas
TAKEN_BACK_SQL = """
SELECT DISTINCT m.listing_row
FROM matches m JOIN listings l ON m.item_id = l.item_id AND m.listing_row < l.listing_row
  AND COALESCE(m.member_id, '') = COALESCE(l.member_id, '') AND COALESCE(m.media_kind, '') = COALESCE(l.media_kind, '')
WHERE l.replaces
"""


def find_known(media: Source, listings: Sequence[Listing], *, engine: Engine) -> pa.Table:
    """Every listing of every medium with the same bytes, MATCHES, in the order of the media and of the lists.

    media: the media table; rows without digests find nothing, which is no finding. Empty when nothing is listed.
    """
    found = [describe(engine.query(EXACT_SQL, {"media": media, "listings": rows}), listing, part, rows, engine)
             for listing in listings for part, rows in _rows_of(listing)]  # fmt: skip
    return in_order(in_force(pa.concat_tables([MATCHES.empty_table(), *found]), listings, engine))


def describe(pairs: pa.Table, listing: Listing, part: ListPart, rows: pa.Table, engine: Engine) -> pa.Table:
    """Pairs (PAIRS) of media and rows of one part of a list, with what the list says of each: MATCHES."""
    if not pairs.num_rows:
        return MATCHES.empty_table()
    told = engine.query(DESCRIBED_SQL, {"pairs": pairs, "listings": rows})
    constant = {
        "list_id": listing.list_id,
        "list_name": listing.name,
        "list_version": part.version,
        "issued_on": part.issued_on,
        "standing": listing.standing,
    }
    columns = [
        pa.array([constant[field.name]] * told.num_rows, field.type)
        if field.name in constant
        else told[field.name].cast(field.type)
        for field in MATCHES
    ]
    return pa.table(columns, schema=MATCHES)


def combine(exact: pa.Table, near: pa.Table) -> pa.Table:
    """Both as one, MATCHES, in order: of each medium and row of a list the closest; the same bytes before any likeness."""
    both = in_order(pa.concat_tables([exact, near]).cast(MATCHES))
    numbered = both.append_column("number", pa.array(range(both.num_rows), pa.int64()))
    first = numbered.group_by(list(_PLACE)).aggregate([("number", "min")])["number_min"]
    return both.take(first.take(pc.sort_indices(first)))


def set_aside(matches: pa.Table) -> pa.Table:
    """(exhibit_sha256, row, file_sha256) of media that lists of known software name, and no other list. No verdict."""
    places = matches.select(["exhibit_sha256", "row", "file_sha256", "standing"]).to_pylist()
    listed = {tuple(one.values())[:3] for one in places if one["standing"] == "listed"}
    good = dict.fromkeys(tuple(one.values())[:3] for one in places if one["standing"] == "known_good")
    columns = list(zip(*(media for media in good if media not in listed), strict=True)) or [(), (), ()]
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, SET_ASIDE, strict=True)], schema=SET_ASIDE
    )


def in_order(matches: pa.Table) -> pa.Table:
    """The matches in the order of media, of lists, and of closeness."""
    names = ("exhibit_sha256", "row", "standing", "list_id", "listing_row", "distance", "file_sha256", "frame_s")
    keys = [
        (name, "descending" if name == "standing" else "ascending") for name in names
    ]  # `listed` before `known_good`
    return matches.take(pc.sort_indices(matches, sort_keys=keys))


def _rows_of(listing: Listing) -> Iterator[tuple[ListPart, pa.Table]]:
    """The parts one after the other: only one is in memory at a time."""
    for part in listing.parts:
        yield part, part.load()


def in_force(matches: pa.Table, listings: Sequence[Listing], engine: Engine) -> pa.Table:
    """Without what a later row of the same list took back or replaced."""
    for listing in listings:
        mine = pc.equal(matches["list_id"], listing.list_id)
        hits = matches.filter(mine)
        if not listing.replacing or not hits.num_rows:
            continue
        gone = [engine.query(TAKEN_BACK_SQL, {"matches": hits, "listings": rows}) for _, rows in _rows_of(listing)]
        numbers = pa.concat_tables(gone)["listing_row"]
        matches = matches.filter(pc.invert(pc.and_(mine, pc.is_in(matches["listing_row"], value_set=numbers))))
    return matches


# -- the sentence ---------------------------------------------------------------------------------------


def listed_sentence(match: Mapping[str, object], words: Wording) -> str:
    """What a person reads of a match, a row of MATCHES: "listed by X as Y on date Z", never "is"."""
    if match["standing"] == "known_good":
        told = words.text("found in {list}, a list of known software: set aside, which says nothing of what it is", list=_list(match))  # fmt: skip
    else:
        told = _listed(match, words)
    if match["method"] == "pdq":
        told = words.text("resembles, at {bits} bits of 256, a file {told}", bits=match["distance"], told=told)
    if match["contradicted"]:
        told = words.text("{told}; another digest of the same row differs, so compare before use", told=told)
    return told


def _listed(match: Mapping[str, object], words: Wording) -> str:
    who = (
        words.text("{member}, in {list}", member=match["member"], list=_list(match))
        if match["member"]
        else _list(match)
    )
    what, day = _category(match, words), _day(match)
    if what and day:
        return words.text("listed by {who} as {what} on {day}", who=who, what=what, day=day)
    if what:
        return words.text("listed by {who} as {what}, no date told", who=who, what=what)
    if day:
        return words.text("listed by {who} on {day}, no category told", who=who, day=day)
    return words.text("listed by {who}, no category and no date told", who=who)


def _list(match: Mapping[str, object]) -> str:
    return " ".join(str(match[name]) for name in ("list_name", "list_version") if match[name])


def _category(match: Mapping[str, object], words: Wording) -> str | None:
    """The code as written, with whose code it is; the same number means other things elsewhere."""
    if not match["code"]:
        return None
    scheme, country = match["scheme"], match["country"]
    if scheme and country and str(country) not in str(scheme).split():
        return words.text('"{code}" of {scheme}, {country}', code=match["code"], scheme=scheme, country=country)
    if scheme or country:
        return words.text('"{code}" of {scheme}', code=match["code"], scheme=scheme or country)
    return words.text('"{code}", of a scheme that is not told', code=match["code"])


def _day(match: Mapping[str, object]) -> str | None:
    day = match["listed_on"] or match["listed_text"] or match["issued_on"]
    return day.isoformat() if isinstance(day, date) else str(day) if day else None


# -- both engines ---------------------------------------------------------------------------------------


def _example() -> dict[str, pa.Table]:
    """Four media and five rows: each digest agrees once, one is contradicted, one taken back, one finds nothing."""
    a, b, c = "a" * 64, "b" * 40, "c" * 32
    media = pa.table(
        {
            "exhibit_sha256": ["e" * 64] * 4,
            "row": pa.array([1, 2, 3, 4], pa.int64()),
            "sha256": [a, "1" * 64, None, "2" * 64],
            "sha1": ["d" * 40, b, None, None],
            "md5": ["d" * 32, "f" * 32, c, None],
        }
    )
    rows = [
        {"listing_row": 1, "sha256": a, "sha1": "0" * 40, "code": "1"},
        {"listing_row": 2, "sha1": b, "item_id": "x", "replaces": True},
        {"listing_row": 3, "md5": c, "member_id": "7", "listed_on": date(2024, 1, 2)},
        {"listing_row": 4, "item_id": "x", "tombstone": True, "replaces": True},
        {"listing_row": 5, "sha256": "9" * 64},
    ]
    flags = {"tombstone": False, "replaces": False}
    listings = pa.Table.from_pylist([{**flags, **row} for row in rows], schema=LISTINGS)
    pairs = pa.Table.from_pylist(
        [
            {"exhibit_sha256": "e" * 64, "row": number, "method": "md5", "distance": 0, "contradicted": False, "listing_row": number}
            for number in (1, 2, 3)
        ],
        schema=PAIRS,
    )  # fmt: skip
    matches = pa.Table.from_pylist(
        [
            {"listing_row": 2, "item_id": "x", "member_id": None, "media_kind": None},
            {"listing_row": 3, "item_id": None, "member_id": "7", "media_kind": None},
        ],
        schema=pa.schema(
            [("listing_row", pa.int64()), ("item_id", _TEXT), ("member_id", _TEXT), ("media_kind", _TEXT)]
        ),
    )
    return {"media": media, "listings": listings, "pairs": pairs, "matches": matches}


def _some(*names: str) -> dict[str, pa.Table]:
    tables = _example()
    return {name: tables[name] for name in names}


QUERIES = (
    Query(name="exact", sql=EXACT_SQL, example=lambda: _some("media", "listings")),
    Query(name="described", sql=DESCRIBED_SQL, example=lambda: _some("pairs", "listings")),
    Query(name="taken_back", sql=TAKEN_BACK_SQL, example=lambda: _some("matches", "listings")),
)
