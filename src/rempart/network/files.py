"""Which messages carry the same file: what each medium is known by, and how strong that is.

Bases, the strong first: `sha256`, the bytes are the same; `likeness`, the pictures are alike (a cluster of slice `matching`);
`name`, name, size and length are the same, which is weak and is said. A medium with none of them is counted, not guessed.
Stickers, voice messages, contacts and places are not files that people pass on; they are counted and left out.
A message that two exhibits tell of one and the same Telegram supergroup or channel counts once: the copy whose bytes were read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rempart.engine.queries import Engine, Query, Source
from rempart.network import examples
from rempart.records import NotExamined

KINDS = ("photo", "video", "animation", "audio", "file", "unknown")
BASES = ("sha256", "likeness", "name")
_KINDS_SQL = ", ".join(f"'{kind}'" for kind in KINDS)
# Names that the exporting program made up (`photo_3@02-01-2026_10-20-30`, `IMG-20260102-WA0003`): they name no file.
MADE_UP = "^(photo|video|audio|file|sticker|animation)_[0-9]+@|^(IMG|VID|AUD|PTT|STK|DOC)-[0-9]{8}-WA[0-9]+|^[0-9]{8}-(PHOTO|VIDEO|AUDIO|GIF)-"

# One group that two exhibits tell is one group where the platform's number of it is the same for everybody.
GROUPS = """
SELECT conversation_id, kind, title,
  CASE WHEN platform = 'telegram' AND native_kind IN
         ('private_supergroup', 'public_supergroup', 'private_channel', 'public_channel')
       AND regexp_matches(split_part(conversation_id, '/', 2), '^[0-9]+$')
    THEN concat('telegram:group/', split_part(conversation_id, '/', 2))
    ELSE conversation_id END AS group_id
FROM conversations
"""

COPIES = """
WITH many AS (SELECT group_id FROM groups GROUP BY group_id HAVING COUNT(*) > 1),
told AS (
  SELECT m.exhibit_sha256, m.row, g.group_id, m.message_id
  FROM messages m JOIN groups g ON g.conversation_id = m.conversation_id JOIN many ON many.group_id = g.group_id
  WHERE m.message_id IS NOT NULL),
held AS (SELECT exhibit_sha256, row, COUNT(sha256) AS hashed FROM media GROUP BY exhibit_sha256, row),
ranked AS (
  SELECT t.exhibit_sha256, t.row,
    ROW_NUMBER() OVER (PARTITION BY t.group_id, t.message_id
                       ORDER BY COALESCE(h.hashed, 0) DESC, t.exhibit_sha256, t.row) AS turn
  FROM told t LEFT JOIN held h ON h.exhibit_sha256 = t.exhibit_sha256 AND h.row = t.row)
SELECT exhibit_sha256, row FROM ranked WHERE turn > 1
"""

# A likeness names a digest, or a message; a message stands for its medium only where it carries a single one that was read.
CLUSTERS = """
WITH lone AS (
  SELECT exhibit_sha256, row, MIN(sha256) AS sha256 FROM media
  WHERE sha256 IS NOT NULL GROUP BY exhibit_sha256, row HAVING COUNT(*) = 1),
told AS (
  SELECT COALESCE(k.sha256, l.sha256) AS sha256, k.cluster
  FROM likeness k LEFT JOIN lone l ON l.exhibit_sha256 = k.exhibit_sha256 AND l.row = k.row),
named AS (SELECT sha256, MIN(cluster) AS cluster FROM told WHERE sha256 IS NOT NULL GROUP BY sha256),
sizes AS (SELECT cluster, COUNT(*) AS forms FROM named GROUP BY cluster)
SELECT n.sha256, n.cluster, s.forms FROM named n JOIN sizes s ON s.cluster = n.cluster
"""

HELD = f"""
SELECT m.exhibit_sha256, m.row, m.sha256, m.kind, m.state,
  CASE WHEN m.kind NOT IN ({_KINDS_SQL}) THEN NULL
       WHEN c.cluster IS NOT NULL THEN concat('likeness:', c.cluster)
       WHEN m.sha256 IS NOT NULL THEN concat('sha256:', m.sha256)
       WHEN m.name IS NOT NULL AND m.size_bytes IS NOT NULL AND NOT regexp_matches(m.name, '{MADE_UP}')
         THEN concat('name:', m.name, '|', CAST(m.size_bytes AS VARCHAR), '|',
                     COALESCE(CAST(CAST(ROUND(m.duration_s * 1000) AS BIGINT) AS VARCHAR), ''))
       ELSE NULL END AS file_id,
  CASE WHEN c.forms > 1 THEN 'likeness' WHEN m.sha256 IS NOT NULL THEN 'sha256' ELSE 'name' END AS basis,
  COUNT(*) OVER (PARTITION BY m.exhibit_sha256, m.row) AS beside
FROM media m LEFT JOIN clusters c ON c.sha256 = m.sha256
"""  # noqa: S608 (constants of this module)

SHARES = """
SELECT h.exhibit_sha256, h.row, h.file_id, h.basis, m.account_id, g.group_id, m.sent_at, m.zone, m.sequence
FROM held h
JOIN messages m ON m.exhibit_sha256 = h.exhibit_sha256 AND m.row = h.row
JOIN groups g ON g.conversation_id = m.conversation_id
LEFT JOIN copies c ON c.exhibit_sha256 = h.exhibit_sha256 AND c.row = h.row
WHERE h.file_id IS NOT NULL AND m.account_id IS NOT NULL AND c.row IS NULL
"""

# sure: a list speaks of this very file (its digest is named, or the message carries one medium) and no other digest gainsays it.
# good: the same for a list of known software, which only sets aside.
LISTED = """
WITH told AS (
  SELECT h.file_id, k.good,
    CASE WHEN k.doubted = 0 AND (h.beside = 1 OR k.sha256 = h.sha256) THEN 1 ELSE 0 END AS sure
  FROM held h JOIN matches k ON k.exhibit_sha256 = h.exhibit_sha256 AND k.row = h.row
  WHERE h.file_id IS NOT NULL AND (k.sha256 IS NULL OR k.sha256 = h.sha256))
SELECT file_id, MAX(sure * (1 - good)) AS sure, MAX(sure * good) AS good FROM told GROUP BY file_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What the messages carry, as Arrow tables.

    groups: conversation_id, group_id, kind, title. copies: messages told a second time. held: every medium with file_id
    (null: cannot be identified) and basis. shares: held joined with who sent it, where and when. listed: file_id, sure, good;
    None when no matches were given.
    """

    groups: pa.Table
    copies: pa.Table
    held: pa.Table
    shares: pa.Table
    listed: pa.Table | None
    not_examined: tuple[NotExamined, ...]


def identify_files(
    tables: Path, *, engine: Engine, likeness: pa.Table | None = None, matches: pa.Table | None = None
) -> Files:
    """What each medium of the conversation tables in `tables` is known by, and who sent it.

    likeness: cluster, with sha256 or else exhibit_sha256 and row; None: pictures were not compared. matches: MATCHES of
    `matching/known.py`, of which exhibit_sha256 and row are needed. None: no list was asked.
    """
    source: dict[str, Source] = {name: tables / f"{name}.parquet" for name in ("messages", "media", "conversations")}
    groups = engine.query(GROUPS, {"conversations": source["conversations"]})
    copies = engine.query(COPIES, {"messages": source["messages"], "media": source["media"], "groups": groups})
    clusters = engine.query(CLUSTERS, {"media": source["media"], "likeness": _likeness(likeness)})
    held = engine.query(HELD, {"media": source["media"], "clusters": clusters})
    shares = engine.query(SHARES, {"held": held, "messages": source["messages"], "groups": groups, "copies": copies})
    listed = None if matches is None else engine.query(LISTED, {"held": held, "matches": _matches(matches)})
    told = _not_examined(held, shares, copies)
    return Files(groups=groups, copies=copies, held=held, shares=shares, listed=listed, not_examined=told)


def _likeness(told: pa.Table | None) -> pa.Table:
    rows = 0 if told is None else told.num_rows
    kinds = {"exhibit_sha256": pa.string(), "row": pa.int64(), "sha256": pa.string(), "cluster": pa.string()}
    held = set() if told is None else set(told.column_names)
    return pa.table(
        {name: told[name].cast(kind) if told and name in held else pa.nulls(rows, kind) for name, kind in kinds.items()}
    )


def _matches(told: pa.Table) -> pa.Table:
    """Where a list speaks, of which bytes, whether it is a list of known software, and whether another digest gainsays it."""
    held, rows = set(told.column_names), told.num_rows
    nothing = pa.array(np.zeros(rows, np.int64))
    good = pc.equal(told["standing"], "known_good").cast(pa.int64()) if "standing" in held else nothing
    doubted = told["contradicted"].cast(pa.int64()) if "contradicted" in held else nothing
    digest = told["file_sha256"] if "file_sha256" in held else pa.nulls(rows, pa.string())
    places = {"exhibit_sha256": told["exhibit_sha256"], "row": told["row"]}
    return pa.table({**places, "sha256": digest, "good": good, "doubted": doubted})


def _not_examined(held: pa.Table, shares: pa.Table, copies: pa.Table) -> tuple[NotExamined, ...]:
    """The media that stand behind no share, and the shares that rest on a name alone."""
    is_file = pc.is_in(held["kind"], value_set=pa.array(KINDS))
    nameless = _count(pc.and_(is_file, pc.is_null(held["file_id"])))
    other = held.num_rows - _count(is_file)
    weak = _count(pc.equal(shares["basis"], "name"))
    told = (
        NotExamined(
            one="{count} file that cannot be identified",
            many="{count} files that cannot be identified",
            number=nameless,
            reason="neither its bytes nor a name and a size stand in the exhibit; who else shared it is unknown",
        ),
        NotExamined(
            one="{count} sharing known by name and size only",
            many="{count} sharings known by name and size only",
            number=weak,
            reason="the bytes were not read; two files of one name and size count as the same, which is weak",
        ),
        NotExamined(
            one="{count} sticker, voice message, contact or place",
            many="{count} stickers, voice messages, contacts or places",
            number=other,
            reason="they are not files that go from hand to hand",
        ),
        NotExamined(
            one="{count} message told by a second exhibit",
            many="{count} messages told by a second exhibit",
            number=copies.num_rows,
            reason="one message counts once",
        ),
    )
    return tuple(one for one in told if one.number)


def _count(flags: pa.ChunkedArray) -> int:
    return int(pc.sum(flags).as_py() or 0)


def _example() -> Mapping[str, pa.Table]:
    conversations = examples.tables()
    likeness = {"exhibit_sha256": pa.array([examples.FIRST, None]), "row": pa.array([3, None], pa.int64())}
    alike = {"sha256": pa.array([None, "1e" * 32]), "cluster": ["k1", "k2"]}
    found = {"exhibit_sha256": [examples.FIRST] * 2, "row": [3, 5], "sha256": pa.array(["0f" * 32, None])}
    standing = {"good": [0, 1], "doubted": [0, 0]}
    tables = {
        "messages": conversations["messages"],
        "media": conversations["media"],
        "conversations": conversations["conversations"],
        "likeness": pa.table(likeness | alike),
        "matches": pa.table(found | standing),
    }
    group = [f"telegram:{one[:8]}/77" for one in (examples.FIRST, examples.SECOND)]
    tables["groups"] = pa.table(
        {
            "conversation_id": group,
            "kind": ["group"] * 2,
            "title": ["Garden"] * 2,
            "group_id": ["telegram:group/77"] * 2,
        }
    )
    tables["copies"] = pa.table({"exhibit_sha256": [examples.SECOND] * 2, "row": [3, 4]})
    tables["clusters"] = pa.table({"sha256": ["0f" * 32], "cluster": ["k1"], "forms": [2]})
    tables["held"] = pa.table(
        {
            "exhibit_sha256": [examples.FIRST, examples.FIRST, examples.SECOND],
            "row": [3, 5, 3],
            "sha256": pa.array(["0f" * 32, None, None]),
            "kind": ["photo"] * 3,
            "state": ["in_export"] * 3,
            "file_id": ["likeness:k1", "name:a|1|", "name:b|2|"],
            "basis": ["likeness", "name", "name"],
            "beside": [1, 2, 1],
        }
    )
    return tables


QUERIES = (
    Query(name="groups", sql=GROUPS, example=_example),
    Query(name="copies", sql=COPIES, example=_example),
    Query(name="clusters", sql=CLUSTERS, example=_example),
    Query(name="held", sql=HELD, example=_example),
    Query(name="shares", sql=SHARES, example=_example),
    Query(name="listed", sql=LISTED, example=_example),
)
