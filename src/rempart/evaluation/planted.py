"""Conversation tables of invented accounts and the truth of who holds which, so that the comparison of identities is measured whole.

E-mail addresses, which exports do not have, stand as names of the account, as unsaved contacts do. Every account writes its messages
around its hour, from its first to its last instant.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from rempart.conversations.store import BATCH_ROWS, TableWriter
from rempart.conversations.tables import TABLES
from rempart.fictional.people import Planted

_EXHIBIT = "0" * 64
_GROUP = "telegram:planted/group"


def write_planted(folder: Path, *, accounts: Sequence[Planted], messages: int = 20) -> Path:
    """Writes the tables below `folder`, and `truth.csv` (account_id, person) beside them; gives the path of the truth.

    messages: of each account, at least 1; the first ones hold what the account states.
    """
    with TableWriter(folder) as writer:
        _append(writer, "accounts", map(_account, accounts))
        _append(writer, "memberships", (_membership(item, messages) for item in accounts))
        _append(writer, "conversations", [_conversation(len(accounts) * messages)])
        _append(writer, "messages", _messages(accounts, messages))
    truth = folder / "truth.csv"
    truth.write_text(
        "account_id,person\n" + "".join(f"{item.account_id},{item.person}\n" for item in accounts), "utf-8"
    )
    return truth


def _append(writer: TableWriter, name: str, rows: Iterable[Mapping[str, object]]) -> None:
    told = iter(rows)
    while batch := list(islice(told, BATCH_ROWS)):
        writer.append(name, {field.name: [row.get(field.name) for row in batch] for field in TABLES[name]})


def _account(item: Planted) -> dict[str, object]:
    emails = (item.email,) if item.email else ()
    return {
        "exhibit_sha256": _EXHIBIT,
        "account_id": item.account_id,
        "platform": item.platform,
        "id_kind": "platform",
        "native_id": item.account_id.partition(":")[2],
        "names": [*emails, *item.names],
        "handle": item.handle,
        "phone": item.phone,
        "is_bot": False,
    }


def _membership(item: Planted, messages: int) -> dict[str, object]:
    return {
        "exhibit_sha256": _EXHIBIT,
        "conversation_id": _GROUP,
        "account_id": item.account_id,
        "basis": "wrote",
        "messages": messages,
        "first_at": item.first_at,
        "last_at": item.last_at,
    }


def _conversation(messages: int) -> dict[str, object]:
    return {
        "exhibit_sha256": _EXHIBIT,
        "conversation_id": _GROUP,
        "platform": "telegram",
        "title": "planted",
        "kind": "group",
        "complete": True,
        "messages": messages,
    }


def _messages(accounts: Iterable[Planted], messages: int) -> Iterator[dict[str, object]]:
    row = 0
    for item in accounts:
        for number in range(messages):
            row += 1
            yield {
                "exhibit_sha256": _EXHIBIT,
                "row": row,
                "conversation_id": _GROUP,
                "sequence": row,
                "kind": "message",
                "account_id": item.account_id,
                "text": item.says[number].text if number < len(item.says) else "hello",
                "sent_at": _at(item, number, messages),
                "zone": "utc",
                "mentions": [],
                "part": "",
                "byte_start": row * 100,
                "byte_end": row * 100 + 99,
            }


def _at(item: Planted, number: int, messages: int) -> datetime:
    """Days spread evenly over the account's time, at its hour."""
    days = (item.last_at - item.first_at).days * number // max(1, messages - 1)
    return (item.first_at + timedelta(days=days)).replace(hour=item.hour, minute=number % 60)
