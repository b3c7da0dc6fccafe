"""Who answers, forwards and mentions whom, who belongs to which group, and who runs it by its service lines.

Each flow keeps its basis. A reply is told by the platform's own number of the message. A forward names its source by display
name only: it is followed where exactly one account of that exhibit bore that name, and the rest is counted. A mention is an id
or a @handle borne by one account of the exhibit.
"""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import pyarrow as pa

from rempart.engine.queries import Engine, Query, Source
from rempart.network import examples

FLOW_KINDS = ("reply", "forward", "mention")
_SAID = "m.kind = 'message' AND m.account_id IS NOT NULL AND c.row IS NULL"
_ONCE = "LEFT JOIN copies c ON c.exhibit_sha256 = m.exhibit_sha256 AND c.row = m.row"

REPLIES = f"""
SELECT m.exhibit_sha256, m.row, m.account_id AS source_id, r.account_id AS target_id, m.sent_at
FROM messages m
JOIN messages r ON r.conversation_id = m.conversation_id AND r.message_id = m.reply_to
{_ONCE}
WHERE m.reply_to IS NOT NULL AND {_SAID} AND r.account_id IS NOT NULL AND r.account_id <> m.account_id
"""  # noqa: S608 (constants of this module)

# A display name that one account of the exhibit bore, and no other. Accounts known by name only (a service line names them) are the
# same person as the account with the platform's id, or not told apart from it: they count only where no such account bears the name.
BEARERS = """
WITH worn AS (
  SELECT exhibit_sha256, account_id, CASE WHEN id_kind = 'platform' THEN account_id ELSE NULL END AS sure_id,
    UNNEST(names) AS name FROM accounts)
SELECT exhibit_sha256, name, COALESCE(MIN(sure_id), MIN(account_id)) AS account_id
FROM worn GROUP BY exhibit_sha256, name
HAVING COUNT(DISTINCT sure_id) = 1 OR (COUNT(sure_id) = 0 AND COUNT(DISTINCT account_id) = 1)
"""

FORWARDS = f"""
SELECT m.exhibit_sha256, m.row, m.account_id AS source_id, b.account_id AS target_id, m.sent_at
FROM messages m
JOIN bearers b ON b.exhibit_sha256 = m.exhibit_sha256 AND b.name = m.forwarded_from
{_ONCE}
WHERE m.forwarded_from IS NOT NULL AND {_SAID} AND b.account_id <> m.account_id
"""  # noqa: S608 (constants of this module)

MENTIONS = f"""
WITH called AS (SELECT exhibit_sha256, account_id AS word, account_id FROM accounts
  UNION ALL SELECT exhibit_sha256, concat('@', lower(handle)) AS word, account_id
  FROM accounts WHERE handle IS NOT NULL),
alone AS (SELECT exhibit_sha256, word, MIN(account_id) AS account_id
  FROM called GROUP BY exhibit_sha256, word HAVING COUNT(DISTINCT account_id) = 1),
named AS (SELECT exhibit_sha256, row, kind, account_id, sent_at, UNNEST(mentions) AS word FROM messages)
SELECT m.exhibit_sha256, m.row, m.account_id AS source_id, a.account_id AS target_id, m.sent_at
FROM named m
JOIN alone a ON a.exhibit_sha256 = m.exhibit_sha256
  AND a.word = CASE WHEN m.word LIKE '@%' THEN lower(m.word) ELSE m.word END
{_ONCE}
WHERE {_SAID} AND a.account_id <> m.account_id
"""  # noqa: S608 (constants of this module)

SUMMED = """
SELECT source_id, target_id, COUNT(*) AS messages, MIN(sent_at) AS first_at, MAX(sent_at) AS last_at
FROM flow GROUP BY source_id, target_id ORDER BY source_id, target_id
"""

# Service lines that give a role: who holds it is the actor, or a name inside the line that one account bore.
ROLES = """
WITH lines AS (
  SELECT m.exhibit_sha256, m.row, m.conversation_id, m.sent_at, r.role, m.account_id AS actor, r.holder,
    CASE r.holder WHEN 'inviter' THEN regexp_extract(m.extra, '"inviter": ?"([^"]+)"', 1)
                  WHEN 'member' THEN regexp_extract(m.extra, '"members": ?[[]"([^"]+)"', 1) ELSE NULL END AS name
  FROM messages m JOIN roles r ON r.action = m.action
  LEFT JOIN copies c ON c.exhibit_sha256 = m.exhibit_sha256 AND c.row = m.row
  WHERE m.kind = 'service' AND c.row IS NULL),
held AS (
  SELECT l.exhibit_sha256, l.row, l.conversation_id, l.sent_at, l.role,
    CASE WHEN l.holder = 'actor' THEN l.actor ELSE b.account_id END AS account_id
  FROM lines l LEFT JOIN bearers b ON b.exhibit_sha256 = l.exhibit_sha256 AND b.name = l.name)
SELECT h.exhibit_sha256, h.row, h.account_id, h.role, g.group_id, h.sent_at
FROM held h JOIN groups g ON g.conversation_id = h.conversation_id WHERE h.account_id IS NOT NULL
"""

# Belonging, per group: the strongest basis told, and the messages written.
BELONGING = """
SELECT g.group_id, b.account_id, g.kind, MAX(b.messages) AS messages,
  MAX(CASE b.basis WHEN 'wrote' THEN 3 WHEN 'listed' THEN 2 ELSE 1 END) AS strength,
  MIN(b.first_at) AS first_at, MAX(b.last_at) AS last_at
FROM memberships b JOIN groups g ON g.conversation_id = b.conversation_id
GROUP BY g.group_id, b.account_id, g.kind
"""

VOLUME = f"""
SELECT m.account_id, COUNT(*) AS messages, MIN(m.sent_at) AS first_at, MAX(m.sent_at) AS last_at,
  CAST(SUM(CASE WHEN m.zone = 'unknown' THEN 1 ELSE 0 END) AS BIGINT) AS zone_unknown
FROM messages m {_ONCE} WHERE {_SAID} GROUP BY m.account_id
"""  # noqa: S608 (constants of this module)


class Role(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a service line says of who runs a group; holder: whom it says it of."""

    code: Annotated[str, msgspec.Meta(min_length=1)]
    holder: Literal["actor", "inviter", "member"]
    actions: tuple[str, ...]
    en: Annotated[str, msgspec.Meta(min_length=1)]
    fr: Annotated[str, msgspec.Meta(min_length=1)]


@lru_cache(maxsize=1)
def load_roles() -> tuple[Role, ...]:
    """The roles of `roles.toml`, in the order of the file."""
    raw = tomllib.loads(resources.files("rempart.network").joinpath("roles.toml").read_text("utf-8"))
    return msgspec.convert(raw["role"], tuple[Role, ...])


def find_flows(tables: Path, *, engine: Engine, copies: pa.Table) -> Mapping[str, pa.Table]:
    """By kind (FLOW_KINDS): who writes to whom, one row a message: exhibit_sha256, row, source_id, target_id, sent_at."""
    source: dict[str, Source] = {name: tables / f"{name}.parquet" for name in ("messages", "accounts")}
    bearers = engine.query(BEARERS, {"accounts": source["accounts"]})
    told = {"messages": source["messages"], "copies": copies}
    return {
        "reply": engine.query(REPLIES, told),
        "forward": engine.query(FORWARDS, {**told, "bearers": bearers}),
        "mention": engine.query(MENTIONS, {**told, "accounts": source["accounts"]}),
    }


def sum_flow(flow: pa.Table, *, engine: Engine) -> pa.Table:
    """One row for each pair of a flow: source_id, target_id, messages, first_at, last_at."""
    return engine.query(SUMMED, {"flow": flow})


def find_roles(tables: Path, *, engine: Engine, groups: pa.Table, copies: pa.Table) -> pa.Table:
    """Each service line that gives a role: exhibit_sha256, row, account_id, role, group_id, sent_at."""
    pairs = [(action, role.code, role.holder) for role in load_roles() for action in role.actions]
    names = ("action", "role", "holder")
    roles = pa.table({name: [pair[place] for pair in pairs] for place, name in enumerate(names)})
    bearers = engine.query(BEARERS, {"accounts": tables / "accounts.parquet"})
    told: dict[str, Source] = {"messages": tables / "messages.parquet", "groups": groups, "copies": copies}
    return engine.query(ROLES, {**told, "roles": roles, "bearers": bearers})


def _example() -> Mapping[str, pa.Table]:
    conversations = examples.tables()
    tables = {name: conversations[name] for name in ("messages", "accounts", "memberships")}
    here = f"telegram:{examples.FIRST[:8]}/77"
    tables["groups"] = pa.table({"conversation_id": [here], "kind": ["group"], "group_id": ["telegram:group/77"]})
    tables["copies"] = pa.table({"exhibit_sha256": [examples.SECOND] * 2, "row": [3, 4]})
    names, who = ["Alice", "Bob"], ["telegram:user1", "telegram:user2"]
    tables["bearers"] = pa.table({"exhibit_sha256": [examples.FIRST] * 2, "name": names, "account_id": who})
    actions = ["create_group", "join_group_by_link", "invite_members"]
    tables["roles"] = pa.table(
        {"action": actions, "role": ["creator", "link_owner", "inviter"], "holder": ["actor", "inviter", "member"]}
    )
    instants = conversations["messages"]["sent_at"].slice(0, 2)
    tables["flow"] = pa.table({"source_id": who, "target_id": who[::-1], "sent_at": instants})
    return tables


QUERIES = (
    Query(name="replies", sql=REPLIES, example=_example),
    Query(name="bearers", sql=BEARERS, example=_example),
    Query(name="forwards", sql=FORWARDS, example=_example),
    Query(name="mentions", sql=MENTIONS, example=_example),
    Query(name="summed", sql=SUMMED, example=_example),
    Query(name="roles", sql=ROLES, example=_example),
    Query(name="belonging", sql=BELONGING, example=_example),
    Query(name="volume", sql=VOLUME, example=_example),
)
