"""Builds invented threads in the manner of Meta's exports, for the tests of the reader."""

import json
from typing import Any

START_MS = 1_700_000_000_000
JPEG = b"\xff\xd8\xff\x00\x00"


def garble(text: str) -> str:
    """The text as Meta's exports write it."""
    return text.encode().decode("latin-1")


def message(sender: str, seconds: int, content: str | None = None, **fields: Any) -> dict[str, Any]:
    text = {} if content is None else {"content": garble(content)}
    return {"sender_name": garble(sender), "timestamp_ms": START_MS + seconds * 1000, **text, **fields}


def thread(*messages: dict[str, Any], people: tuple[str, ...] = ("Alice", "Bob"), **fields: Any) -> dict[str, Any]:
    """A file of a thread, newest message first, title and path behind the messages as the export writes them."""
    head = {"participants": [{"name": garble(name)} for name in people], "messages": list(messages)}
    return {**head, "title": garble(people[0]), "is_still_participant": True, "thread_path": "inbox/alice_12", **fields}


def encrypted(*messages: dict[str, Any], people: tuple[str, ...] = ("Zoé", "Bob")) -> dict[str, Any]:
    """A file of Messenger's end-to-end export."""
    return {"participants": list(people), "threadName": f"{people[0]}_3", "messages": list(messages)}


def secret(sender: str, text: str, **fields: Any) -> dict[str, Any]:
    plain = {"isUnsent": False, "media": [], "reactions": [], "senderName": sender, "text": text}
    return {**plain, "timestamp": START_MS, "type": "text", **fields}


def written(document: object) -> bytes:
    return json.dumps(document, indent=2).encode()
