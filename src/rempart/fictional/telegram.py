"""The layout of Telegram Desktop's JSON: chats written message by message, service lines, references to media.

Source: telegramdesktop/tdesktop, Telegram/SourceFiles/export/output/export_output_json.cpp.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from rempart.fictional.members import Member

Fields = dict[str, object]


def message(number: int, at_s: int, member: Member, text: str, *, share: float = 0.0) -> Fields:
    """A message of the member; share: part of the period, which says under what name."""
    return {
        "id": number,
        "type": "message",
        **dated(at_s),
        "from": member.name_at(share),
        "from_id": member.id,
        "text": text,
        "text_entities": [{"type": "plain", "text": text}] if text else [],
    }


def service(number: int, at_s: int, member: Member, told: Mapping[str, object], *, share: float = 0.0) -> Fields:
    """A service line of the member: `told` holds the action and its own fields."""
    return {
        "id": number,
        "type": "service",
        **dated(at_s),
        "actor": member.name_at(share),
        "actor_id": member.id,
        **told,
        "text": "",
        "text_entities": [],
    }


def dated(at_s: int) -> Fields:
    """The instant, seconds from 1970 in UTC, as the format tells it twice; the exporting computer stood in UTC."""
    return {"date": datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S"), "date_unixtime": str(at_s)}


class ChatFile:
    """One chat in a file of its own, message by message; used as a context."""

    def __init__(self, path: Path, *, name: str, kind: str, number: int) -> None:
        self.folder = path.parent
        self.folder.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb")
        head = f'{{\n "name": {_plain(name)},\n "type": "{kind}",\n "id": {number},\n "messages": ['
        self._file.write(head.encode())
        self._is_empty = True

    def write(self, fields: Fields) -> None:
        """Adds a message."""
        self._file.write((b"" if self._is_empty else b",") + b"\n  " + laid_out(fields, depth=2))
        self._is_empty = False

    def close(self) -> None:
        """Ends the chat."""
        self._file.write(b"\n ]\n}\n")
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def laid_out(fields: Mapping[str, object] | Sequence[object], *, depth: int) -> bytes:
    """JSON with one blank a level, as it stands `depth` levels deep."""
    flat = msgspec.json.format(msgspec.json.encode(fields), indent=1)
    return flat.replace(b"\n", b"\n" + b" " * depth)


def _plain(text: str) -> str:
    return msgspec.json.encode(text).decode()
