"""Tiny conversation tables on disk, row by row; people are Alice (user1), Bob (user2), Zoé (user3)."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

from rempart.conversations.tables import TABLES
from rempart.engine.queries import DuckEngine
from rempart.network import examples
from rempart.network.build import NOTHING_KNOWN, Known, Network, build
from rempart.network.examples import FIRST, SECOND, said, shown

Row = dict[str, object]
ENGINE = DuckEngine(threads=1)
HOUR_US, DAY_US = 3_600_000_000, 86_400_000_000
MONDAY_US = 1_767_600_000_000_000
__all__ = ["DAY_US", "ENGINE", "FIRST", "HOUR_US", "MONDAY_US", "SECOND", "said", "shared", "shown", "tables_of"]


def shared(row: int, who: str | None, file: str, **more: object) -> tuple[Row, Row]:
    """A message of `who` and the picture that it carries, known by its bytes."""
    return said(row, who, **more), shown(row, sha256=file * 64, name=None, size_bytes=None)


def tables_of(
    folder: Path, *, messages: Sequence[Row] = (), media: Sequence[Row] = (), **others: Sequence[Row]
) -> Path:
    """Writes the seven tables; where none are told, accounts and groups are those of the messages."""
    people = {str(row["account_id"]): row for row in messages if row.get("account_id")}
    rooms = {str(row["conversation_id"]): row for row in messages}
    pairs = {
        (row["conversation_id"], row["account_id"]): row["exhibit_sha256"] for row in messages if row.get("account_id")
    }
    told: dict[str, Sequence[Row]] = {
        "messages": messages,
        "media": media,
        "accounts": [{"exhibit_sha256": row["exhibit_sha256"], "account_id": who} for who, row in people.items()],
        "conversations": [
            {"exhibit_sha256": row["exhibit_sha256"], "conversation_id": room, "kind": "group"}
            | {"native_kind": "private_supergroup", "title": "Garden"}
            for room, row in rooms.items()
        ],
        "memberships": [
            {"exhibit_sha256": exhibit, "conversation_id": room, "account_id": who}
            for (room, who), exhibit in pairs.items()
        ],
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        rows = list(others.get(name, told.get(name, ())))
        pq.write_table(examples.table(name, rows), folder / f"{name}.parquet")
    return folder


def network_of(folder: Path, *pairs: tuple[Row, Row], known: Known = NOTHING_KNOWN) -> Network:
    """The network of messages that carry a file each."""
    tables_of(folder, messages=[one for one, _ in pairs], media=[other for _, other in pairs])
    return build(folder, engine=ENGINE, known=known)
