"""An invented analysis of 73,000 messages, made on the fly: a long group, and one private chat with an alert in its middle."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from rempart.analysis.outline import AlertPlaced, ConversationOutline, MediaRow, Outline, Row, decode_chunk
from rempart.analysis.paged import CHUNK, chunks, make_outline
from rempart.analysis.positions import find_positions
from rempart.errors import NotAllowed
from tests.analysis.case import analysed

TOTAL, GROUP = 73_000, 60_000  # messages; how many of them stand in the group
ALERT = 61_200  # position of the first message of the chat that raised the alert
START = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
_WORDS = ("see you after school", "who has the homework for Monday?", "à demain, à l’École", "ok", "the bus was late again <b>today</b>",
          "we could meet at the library, there is a table free near the window, and afterwards we walk home together as last week")  # fmt: skip


class TooMuch(NotAllowed):
    """The day's reading is used up."""


@dataclass(slots=True)
class Talk:
    """A source for the view. small: outline and rows of the chat with the alert; asked: chunks that were opened.

    assessed: positions that are left covered unless it is said why one looks again; reasons: what was said.
    """

    small: Outline
    rows: tuple[Row, ...]
    total: int = TOTAL
    asked: list[int] = field(default_factory=list)
    revealed: list[int] = field(default_factory=list)
    limit: int | None = None
    assessed: set[int] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)
    _outline: list[Outline] = field(default_factory=list)

    def outline(self) -> Outline:
        """The outline of the small chat, stretched to `total`."""
        if not self._outline:
            self._outline.append(self._stretched())
        return self._outline[0]

    def chunk(self, number: int) -> tuple[Row, ...]:
        """The rows of a chunk."""
        self.asked.append(number)
        return tuple(self.row(at) for at in range(number * CHUNK, min((number + 1) * CHUNK, self.total)))

    def reveal(self, rows: Sequence[Row], *, why: str = "") -> frozenset[int]:
        """Counts what is not assessed, or all for a reason; refuses beyond the limit."""
        covered = frozenset() if why else self.assessed.intersection(row.position for row in rows)
        positions = [row.position for row in rows if row.position not in covered]
        if self.limit is not None and len(self.revealed) + len(positions) > self.limit:
            raise TooMuch("You have read enough for today. Nothing more was shown.")
        self.revealed += positions
        self.reasons += [why] if why else []
        return frozenset(covered)

    def row(self, at: int) -> Row:
        """The message at a position."""
        if ALERT <= at < ALERT + len(self.rows):
            return msgspec.structs.replace(self.rows[at - ALERT], position=at, conversation=1, row=at + 1)
        told = Row(
            position=at,
            conversation=0 if at < min(GROUP, self.total) else 1,
            exhibit=0,
            row=at + 1,
            byte_start=at * 300,
            byte_end=at * 300 + 299,
            part="chat.json",
            message_id=str(at + 1),
            account=at % 2,
            text=_WORDS[at % len(_WORDS)],
            sent_at=START + timedelta(minutes=at),
            zone="utc",
        )
        return msgspec.structs.replace(told, **_PARTICULAR.get(at % 50, {}))

    def _stretched(self) -> Outline:
        whole = self.small.conversations[0]
        last = self.total if self.total <= GROUP else GROUP
        chats = [ConversationOutline(id="telegram:0/1", title="The class", kind="group", first=0, last=last)]
        alerts: tuple[AlertPlaced, ...] = ()
        if self.total > GROUP:
            chats.append(msgspec.structs.replace(whole, first=GROUP, last=self.total, title="Bob & Zoe"))
            alerts = tuple(_moved(alert) for alert in self.small.alerts)
        return msgspec.structs.replace(self.small, messages=self.total, conversations=tuple(chats), alerts=alerts)


def invented_talk(work: Path, *, total: int = TOTAL) -> Talk:
    """The analysis; the chat with the alert is analysed below `work`."""
    outcome = analysed(work)
    positions = find_positions(outcome.folder / "tables")
    rows = tuple(row for raw in chunks(positions) for row in decode_chunk(raw))
    return Talk(make_outline(positions, outcome.document), rows, total)


def _moved(alert: AlertPlaced) -> AlertPlaced:
    return msgspec.structs.replace(
        alert,
        positions=tuple(ALERT + place for place in alert.positions),
        tactics=tuple(tuple(ALERT + place for place in places) for places in alert.tactics),
        ages=tuple(ALERT + place if place is not None else None for place in alert.ages),
        raised=ALERT + alert.raised if alert.raised is not None else None,
    )


_PARTICULAR: dict[int, dict[str, object]] = {
    3: {"text": "", "media": (MediaRow(kind="photo", state="in_export", name="p.jpg", size_bytes=48_213, sha256="ab" * 32),)},
    7: {"zone": "unknown", "sent_text": "02/03/26 8:05"},
    11: {"edited_at": START + timedelta(days=90)},
    13: {"forwarded_from": "A club"},
    17: {"kind": "service", "action": "join_group_by_link", "text": "", "account": None},
    19: {"reply_to": 4, "reply_to_id": "5"},
    23: {"sent_at": None, "sent_text": None},
    29: {"reply_to_id": "x9", "text": "a voice", "media": (MediaRow(kind="voice", state="missing", reason="File not included."),)},
}  # fmt: skip
