"""Builds a small invented chat, reads it as an export and runs the detection on it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rempart.conversations.parts import open_exhibit
from rempart.conversations.readers import READERS
from rempart.conversations.reading import read_exhibit
from rempart.conversations.store import TableWriter
from rempart.detection.run import Detection, run

START = 1_767_600_000  # 2026-01-05 08:00:00 UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of the chat: who, what, minutes after the start; reply_to is a message number, from 1."""

    who: str
    text: str
    minute: float
    reply_to: int | None = None
    mention: str | None = None


def said(*lines: str, every: float = 1) -> list[Said]:
    """Lines `Alice|text`, one every so many minutes."""
    return [
        Said(who=line.partition("|")[0], text=line.partition("|")[2], minute=number * every)
        for number, line in enumerate(lines)
    ]


def export(messages: Sequence[Said], *, kind: str = "personal_chat", timed: bool = True) -> bytes:
    """The chat as Telegram Desktop would export it."""
    people = sorted({message.who for message in messages})
    rows = []
    for number, message in enumerate(messages, start=1):
        row: dict[str, object] = {
            "id": number,
            "type": "message",
            "from": message.who,
            "from_id": f"user{people.index(message.who) + 1}",
            "text": message.text,
        }
        if message.mention:
            mention = f"user{people.index(message.mention) + 1}"
            row["text"] = [{"type": "mention_name", "text": message.mention, "user_id": int(mention[4:])}, message.text]
        if timed:
            row["date_unixtime"] = str(int(START + message.minute * 60))
        if message.reply_to:
            row["reply_to_message_id"] = message.reply_to
        rows.append(row)
    chat = {"name": "chat", "type": kind, "id": 1, "messages": rows}
    return json.dumps(chat, ensure_ascii=False).encode()


def detect(
    messages: Sequence[Said], work: Path, *, kind: str = "personal_chat", timed: bool = True, jobs: int = 1
) -> Detection:
    """What the detection gives for the chat."""
    path = work / "chat.json"
    path.write_bytes(export(messages, kind=kind, timed=timed))
    with TableWriter(work / "tables") as writer:
        read_exhibit(open_exhibit(path), writer=writer, readers=READERS)
    return run(work / "tables", jobs=jobs)


def names(detection: Detection, code: int) -> str:
    """The person behind an account code: `user1` is the first in alphabetical order; `-` for nobody."""
    return "-" if code < 0 else detection.timeline.accounts[code].rpartition(":")[2]
