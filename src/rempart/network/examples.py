"""Tiny conversation tables on which every query of the network is run on both engines; invented, three people, two exhibits."""

from collections.abc import Mapping
from functools import lru_cache

import pyarrow as pa

from rempart.conversations.tables import TABLES

FIRST, SECOND = "a1" * 32, "b2" * 32
_MONDAY_US = 1_767_600_000_000_000  # 2026-01-05 08:00 UTC
_HOUR_US = 3_600_000_000
_DEFAULTS: Mapping[str, object] = {
    "sequence": 1,
    "kind": "message",
    "text": "",
    "zone": "utc",
    "mentions": [],
    "part": "",
    "byte_start": 0,
    "byte_end": 1,
    "platform": "telegram",
    "id_kind": "platform",
    "names": [],
    "complete": True,
    "messages": 1,
    "state": "in_export",
    "basis": "wrote",
    "loss": False,
    "code": "",
    "reason": "",
    "native_id": "",
    "emoji": "+",
    "count": 1,
}


def table(name: str, rows: list[dict[str, object]]) -> pa.Table:
    """The conversation table `name` with these rows; what a row does not tell is null, or neutral where null is refused."""
    schema = TABLES[name]
    whole = [
        {field.name: row.get(field.name, None if field.nullable else _DEFAULTS.get(field.name)) for field in schema}
        for row in rows
    ]
    return pa.Table.from_pylist(whole, schema=schema)


def said(row: int, who: str | None, **more: object) -> dict[str, object]:
    """A message of the first exhibit's group, `row` hours after Monday 8:00 UTC."""
    told: dict[str, object] = {
        "exhibit_sha256": FIRST,
        "row": row,
        "message_id": str(row),
        "conversation_id": f"telegram:{FIRST[:8]}/77",
        "account_id": f"telegram:{who}" if who else None,
        "sent_at": _MONDAY_US + row * _HOUR_US,
    }
    return told | more


def shown(row: int, **more: object) -> dict[str, object]:
    """A picture that came with a message of the first exhibit."""
    told: dict[str, object] = {"exhibit_sha256": FIRST, "row": row, "kind": "photo", "name": "a.jpg", "size_bytes": 10}
    return told | more


@lru_cache(maxsize=1)
def tables() -> Mapping[str, pa.Table]:
    """The seven tables: a group told by two exhibits, replies, forwards, mentions, service lines, files of every basis."""
    other = {"exhibit_sha256": SECOND, "conversation_id": f"telegram:{SECOND[:8]}/77"}
    messages = [
        said(1, "user1", kind="service", action="create_group"),
        said(2, "user2", kind="service", action="join_group_by_link", extra='{"inviter": "Alice"}'),
        said(3, "user1", mentions=["@bob", "telegram:user3"], text="bonjour, j'habite dans le 69"),
        said(4, "user2", reply_to="3", forwarded_from="Alice", text="the same for you and me"),
        said(5, "user3", zone="unknown"),
        said(6, None),
        said(3, "user1", **other),
        said(4, "user2", reply_to="3", **other),
    ]
    media = [
        shown(3, sha256="0f" * 32),
        shown(4, sha256="0f" * 32),
        shown(4, name="b.mp4", kind="video", duration_s=2.5),
        shown(5, name="b.mp4", kind="video", duration_s=2.5, state="missing"),
        shown(5, name=None, size_bytes=None, state="missing"),
        shown(6, kind="sticker"),
        shown(3, exhibit_sha256=SECOND, state="missing"),
    ]
    people: list[dict[str, object]] = [
        {"exhibit_sha256": FIRST, "account_id": "telegram:user1", "names": ["Alice"], "handle": "alice"},
        {"exhibit_sha256": FIRST, "account_id": "telegram:user2", "names": ["Bob"], "handle": "bob"},
        {"exhibit_sha256": FIRST, "account_id": "telegram:user3", "names": ["Zoé"], "phone": "+33612345678"},
    ]
    group: dict[str, object] = {"kind": "group", "native_kind": "private_supergroup", "title": "Garden"}
    places = [{"exhibit_sha256": one, "conversation_id": f"telegram:{one[:8]}/77"} for one in (FIRST, SECOND)]
    written = [row for row in messages if row["account_id"]]
    members = {(row["conversation_id"], row["account_id"]): row["exhibit_sha256"] for row in written}
    return {
        "accounts": table("accounts", people),
        "conversations": table("conversations", [place | group for place in places]),
        "memberships": table(
            "memberships",
            [{"exhibit_sha256": one, "conversation_id": a, "account_id": b} for (a, b), one in members.items()],
        ),
        "messages": table("messages", messages),
        "media": table("media", media),
        "reactions": table("reactions", [{"exhibit_sha256": FIRST, "row": 3, "count": 2}]),
        "unread": table("unread", []),
    }
