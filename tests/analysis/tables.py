"""Writes conversation tables of invented rows, in any order, as a reader would."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rempart.conversations.store import TableWriter
from rempart.conversations.tables import TABLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message of an invented exhibit: `chat` stands in exhibit `chat % 2`."""

    chat: int
    sequence: int
    text: str = "hello"
    number: str | None = None
    reply_to: str | None = None
    media: int = 0


def exhibit_of(chat: int) -> str:
    """The SHA-256 of the exhibit in which a chat stands."""
    return f"{chat % 2:064x}"


def conversation(chat: int) -> str:
    """The id of a chat."""
    return f"telegram:{exhibit_of(chat)[-4:]}/{chat}"


def write_tables(folder: Path, told: Sequence[Told], *, batch: int = 7, chats: Sequence[int] | None = None) -> Path:
    """The tables of the messages, `batch` rows to a row group; rows are numbered in their exhibit from 1."""
    listed = chats if chats is not None else sorted({message.chat for message in told})
    rows, media, numbers = [], [], dict[str, int]()
    for message in told:
        exhibit = exhibit_of(message.chat)
        row = numbers[exhibit] = numbers.get(exhibit, 0) + 1
        rows.append(_message(message, exhibit, row))
        media += [
            {"exhibit_sha256": exhibit, "row": row, "kind": "photo", "state": "referenced", "name": f"p{row}-{one}.jpg"}
            for one in range(message.media)
        ]
    chat_rows = [
        {"exhibit_sha256": exhibit_of(chat), "conversation_id": conversation(chat), "platform": "telegram",
         "title": f"chat {chat}", "kind": "group", "complete": True, "messages": 0}
        for chat in listed
    ]  # fmt: skip
    with TableWriter(folder) as writer:
        _append(writer, "conversations", chat_rows, batch)
        _append(writer, "messages", rows, batch)
        _append(writer, "media", media, batch)
    return folder


def _message(message: Told, exhibit: str, row: int) -> dict[str, object]:
    return {
        "exhibit_sha256": exhibit,
        "row": row,
        "conversation_id": conversation(message.chat),
        "sequence": message.sequence,
        "message_id": message.number,
        "kind": "message",
        "account_id": f"telegram:user{row % 3}",
        "text": message.text,
        "zone": "utc",
        "reply_to": message.reply_to,
        "mentions": [],
        "part": "",
        "byte_start": row * 100,
        "byte_end": row * 100 + 99,
    }


def _append(writer: TableWriter, name: str, rows: Sequence[Mapping[str, object]], batch: int) -> None:
    for first in range(0, len(rows), batch):
        some = rows[first : first + batch]
        writer.append(name, {field.name: [row.get(field.name) for row in some] for field in TABLES[name]})
