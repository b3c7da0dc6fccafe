"""From matches with lists to what the documents tell of known files."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from rempart.analysis.known_document import KnownFile, KnownFiles, ListAsked, Listed
from rempart.analysis.record import Unexamined, name_messages
from rempart.engine.queries import Engine, Query
from rempart.matching.known import listed_sentence, set_aside
from rempart.matching.listing import Listing
from rempart.network import examples
from rempart.records import NotExamined
from rempart.wording import Wording

MAX_FILES = 2_000  # in analysis.json; all matches stand in tables/matches.parquet
MAX_LISTED = 20  # statements told of one file
MAX_MESSAGES = 50
Row = Mapping[str, object]
Digest = Literal["sha256", "sha1", "md5", "pdq"]
_METHODS: Mapping[str, Digest] = {"sha256": "sha256", "sha1": "sha1", "md5": "md5", "pdq": "pdq"}

# Where no SHA-256 is told the message stands for its medium.
_KEYED = """
keyed AS (
  SELECT DISTINCT COALESCE(file_sha256, concat(exhibit_sha256, '/', CAST("row" AS VARCHAR))) AS file, exhibit_sha256, "row"
  FROM matches WHERE standing = 'listed')"""
FILES = f"""
WITH {_KEYED},
sent AS (
  SELECT k.file, m.account_id, m.sent_at FROM keyed k
  JOIN messages m ON m.exhibit_sha256 = k.exhibit_sha256 AND m."row" = k."row")
SELECT file, COUNT(DISTINCT account_id) AS accounts, COUNT(*) AS messages, MIN(sent_at) AS first_at
FROM sent GROUP BY file ORDER BY accounts DESC, messages DESC, file
"""  # noqa: S608 - constants of this module
SENDINGS = f"""
WITH {_KEYED}
SELECT k.file, k.exhibit_sha256, k."row" FROM keyed k
JOIN chosen c ON c.file = k.file
JOIN messages m ON m.exhibit_sha256 = k.exhibit_sha256 AND m."row" = k."row"
ORDER BY k.file, m.sent_at NULLS LAST, k.exhibit_sha256, k."row"
"""  # noqa: S608 - constants of this module


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """What was looked up. matches: MATCHES, None when no list was given; media: the media table (exhibit_sha256, row, digests).

    likened: files compared by likeness.
    """

    matches: pa.Table | None
    listings: tuple[Listing, ...]
    media: pa.Table
    likened: int
    not_examined: tuple[NotExamined, ...]


def show_known(known: LookedUp, *, tables: Path, engine: Engine, words: Wording) -> KnownFiles:
    """The section on known files."""
    asked = known.matches is not None
    matches = known.matches if known.matches is not None else pa.table({})
    files, total = _files(matches, tables=tables, engine=engine, words=words) if asked else ((), 0)
    return KnownFiles(
        asked=asked,
        media=known.media.num_rows,
        compared=_compared(known.media),
        likened=known.likened,
        lists=tuple(_list(listing, matches) for listing in known.listings),
        files=files,
        files_total=total,
        set_aside=pc.count_distinct(set_aside(matches)["file_sha256"]).as_py() if asked else 0,
        not_examined=tuple(_gaps(known, words)),
    )


def _compared(media: pa.Table) -> int:
    known = [pc.is_valid(media[kind]) for kind in ("sha256", "sha1", "md5")]
    return int(pc.sum(pc.or_(pc.or_(known[0], known[1]), known[2])).as_py() or 0)


def _list(listing: Listing, matches: pa.Table) -> ListAsked:
    mine = matches.filter(pc.equal(matches["list_id"], listing.list_id))
    exact = mine.filter(pc.not_equal(mine["method"], "pdq"))
    files = pc.count_distinct(mine["file_sha256"]).as_py()
    return ListAsked(
        list_id=listing.list_id,
        name=listing.name,
        versions=tuple(dict.fromkeys(part.version for part in listing.parts if part.version)),
        known_good=listing.standing == "known_good",
        messages=mine.group_by(["exhibit_sha256", "row"]).aggregate([]).num_rows,
        files=files,
        alike=files - pc.count_distinct(exact["file_sha256"]).as_py(),
    )


def _files(matches: pa.Table, *, tables: Path, engine: Engine, words: Wording) -> tuple[tuple[KnownFile, ...], int]:
    source = {"matches": matches, "messages": tables / "messages.parquet"}
    ranked = engine.query(FILES, source)
    chosen = ranked.slice(0, MAX_FILES)
    sendings: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in engine.query(SENDINGS, {**source, "chosen": chosen.select(["file"])}).to_pylist():
        sendings[row["file"]].append((row["exhibit_sha256"], row["row"]))
    told = _statements(matches, chosen["file"])
    return tuple(
        KnownFile(
            id=f"F{number}",
            sha256=row["file"] if "/" not in row["file"] else None,
            accounts=row["accounts"],
            first_at=_instant(row["first_at"]),
            listed=tuple(_listed(one, words) for one in told[row["file"]][:MAX_LISTED]),
            messages=name_messages(sendings[row["file"]], most=MAX_MESSAGES),
        )
        for number, row in enumerate(chosen.to_pylist(), 1)
    ), ranked.num_rows


def _statements(matches: pa.Table, chosen: pa.ChunkedArray) -> Mapping[str, list[Row]]:
    """What each row of a list says of each file, once: the same bytes before likenesses, then the closest."""
    here = matches.filter(pc.equal(matches["standing"], "listed"))
    place = pc.binary_join_element_wise(here["exhibit_sha256"], pc.cast(here["row"], pa.string()), "/")
    here = here.append_column("file", pc.coalesce(here["file_sha256"], place))
    here = here.filter(pc.is_in(here["file"], value_set=chosen.combine_chunks()))
    order = [(name, "ascending") for name in ("file", "distance", "list_id", "listing_row")]
    told: dict[str, dict[tuple[object, object], Row]] = defaultdict(dict)
    for row in here.sort_by(order).to_pylist():
        told[row["file"]].setdefault((row["list_id"], row["listing_row"]), row)
    return {file: list(rows.values()) for file, rows in told.items()}


def _listed(row: Row, words: Wording) -> Listed:
    return Listed(
        list_id=str(row["list_id"]),
        listing_row=int(str(row["listing_row"])),
        sentence=listed_sentence(row, words),
        method=_METHODS[str(row["method"])],
        distance=int(str(row["distance"])),
        frame_s=row["frame_s"] if isinstance(row["frame_s"], float) else None,
        contradicted=bool(row["contradicted"]),
        scheme=_text(row["scheme"]),
        country=_text(row["country"]),
        code=_text(row["code"]),
    )


def _gaps(known: LookedUp, words: Wording) -> Sequence[Unexamined]:
    told: list[Unexamined] = []
    bare = known.media.num_rows - _compared(known.media)
    if known.matches is None:
        reason = words.text("no list of known files was given")
        told.append(
            Unexamined(what=words.count("{count} medium", "{count} media", known.media.num_rows), reason=reason)
        )
    elif bare:
        reason = words.text("no digest: the bytes are not in the exhibit, or the profile does not read them")
        told.append(Unexamined(what=words.count("{count} medium", "{count} media", bare), reason=reason))
    told += [
        Unexamined(what=words.count(gap.one, gap.many, gap.number), reason=words.text(gap.reason))
        for gap in known.not_examined
    ]
    return told


def _text(value: object) -> str | None:
    return str(value) if value is not None else None


def _instant(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _example() -> Mapping[str, pa.Table]:
    """A file in two messages, one named by two rows of a list; one without SHA-256; one of known software."""
    messages = examples.tables()["messages"]
    kinds = {"file_sha256": pa.string(), "exhibit_sha256": pa.string(), "row": pa.int64(), "standing": pa.string()}
    rows = [
        ("f" * 64, 3, "listed"), ("f" * 64, 3, "listed"), ("f" * 64, 5, "listed"), (None, 4, "listed"), ("a" * 64, 4, "known_good"),
    ]  # fmt: skip
    told = [
        {"file_sha256": file, "exhibit_sha256": examples.FIRST, "row": row, "standing": standing}
        for file, row, standing in rows
    ]
    chosen = pa.table({"file": ["f" * 64, f"{examples.FIRST}/4"]})
    return {"messages": messages, "matches": pa.Table.from_pylist(told, schema=pa.schema(kinds)), "chosen": chosen}


QUERIES = (
    Query(name="known files", sql=FILES, example=lambda: {name: _example()[name] for name in ("messages", "matches")}),
    Query(name="known sendings", sql=SENDINGS, example=_example),
)
