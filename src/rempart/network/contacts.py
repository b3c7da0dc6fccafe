"""Who wrote to an account that is a child's by its own or people's statement: in a chat of two, in reply, or by mention.

The set of accounts comes from people and from statements of age, each with the messages that say so; nothing is guessed here.
Contacts are kept apart from every measure of position, and stand above them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from rempart.engine.queries import Engine, Query, Source
from rempart.network import examples

MessageRef = tuple[str, int]
"""(exhibit_sha256, row): a message of the tables."""

CONTACTS = """
WITH rooms AS (
  SELECT DISTINCT b.conversation_id, k.account_id AS child_id
  FROM memberships b JOIN children k ON k.account_id = b.account_id
  JOIN conversations v ON v.conversation_id = b.conversation_id WHERE v.kind = 'one_to_one'),
told AS (
  SELECT m.account_id, r.child_id, m.exhibit_sha256, m.row
  FROM messages m JOIN rooms r ON r.conversation_id = m.conversation_id WHERE m.kind = 'message'
  UNION
  SELECT f.source_id AS account_id, f.target_id AS child_id, f.exhibit_sha256, f.row
  FROM flow f JOIN children k ON k.account_id = f.target_id)
SELECT t.account_id, t.child_id, t.exhibit_sha256, t.row
FROM told t LEFT JOIN children k ON k.account_id = t.account_id
LEFT JOIN copies c ON c.exhibit_sha256 = t.exhibit_sha256 AND c.row = t.row
WHERE t.account_id IS NOT NULL AND k.account_id IS NULL AND c.row IS NULL
ORDER BY t.account_id, t.exhibit_sha256, t.row, t.child_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildAccount:
    """An account said to be a child's, and the messages that say so; refs empty: a person states it."""

    account_id: str
    refs: tuple[MessageRef, ...] = ()


def find_contacts(
    tables: Path, children: Sequence[ChildAccount], *, engine: Engine, flows: Mapping[str, pa.Table], copies: pa.Table
) -> pa.Table:
    """Messages of others to these accounts: account_id, child_id, exhibit_sha256, row; in order."""
    source: dict[str, Source] = {
        name: tables / f"{name}.parquet" for name in ("messages", "memberships", "conversations")
    }
    wanted = pa.table({"account_id": pa.array([child.account_id for child in children], pa.string())})
    columns = ["source_id", "target_id", "exhibit_sha256", "row"]
    flow = pa.concat_tables([flows["reply"].select(columns), flows["mention"].select(columns)])
    return engine.query(CONTACTS, {**source, "children": wanted, "flow": flow, "copies": copies})


def _example() -> Mapping[str, pa.Table]:
    conversations = examples.tables()
    tables = {name: conversations[name] for name in ("messages", "memberships", "conversations")}
    tables["children"] = pa.table({"account_id": ["telegram:user2"]})
    one, other = ["telegram:user1", "telegram:user2"], ["telegram:user2", "telegram:user1"]
    exhibits = [examples.FIRST] * 2
    tables["flow"] = pa.table({"source_id": one, "target_id": other, "exhibit_sha256": exhibits, "row": [3, 4]})
    tables["copies"] = pa.table({"exhibit_sha256": [examples.SECOND] * 2, "row": [3, 4]})
    rooms = conversations["conversations"].slice(0, 1).to_pylist()
    tables["conversations"] = examples.table("conversations", [rooms[0] | {"kind": "one_to_one"}])
    return tables


QUERIES = (Query(name="contacts", sql=CONTACTS, example=_example),)
