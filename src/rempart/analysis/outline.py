"""What the conversation view is made of: the outline of an analysis, and the rows of its messages.

Every message has a position: its place, from 0, in the order (conversation, sequence, row of the exhibit), over all
conversations. Positions never change for the same tables. Accounts, conversations and exhibits are told by their
index in the outline. None means unknown or not applicable, never zero.
"""

from datetime import datetime

import msgspec

from rempart.analysis.document import AlertShown, Document, RankedSubject, Totals, Unexamined, UnreadBytes


class AccountOutline(Document, frozen=True, kw_only=True, omit_defaults=True):
    """An account. `names` in order of appearance; `is_platform`: the platform's own id, not only a display name."""

    id: str
    names: tuple[str, ...] = ()
    handle: str | None = None
    is_platform: bool = False

    @property
    def shown(self) -> str:
        """The last display name, else the id."""
        return self.names[-1] if self.names else self.id.rpartition("/")[2] or self.id


class ConversationOutline(Document, frozen=True, kw_only=True, omit_defaults=True):
    """A conversation and its messages, the positions [first, last). `complete` false: the export holds one side only."""

    id: str
    title: str | None = None
    kind: str = "unknown"
    complete: bool = True
    first_at: datetime | None = None
    last_at: datetime | None = None
    first: int = 0
    last: int = 0

    @property
    def messages(self) -> int:
        """How many messages and service lines it holds."""
        return self.last - self.first


class ExhibitOutline(Document, frozen=True, kw_only=True):
    """An exhibit. `unread`: the first places that could not be read or were set aside; `unread_places`: of how many."""

    sha256: str
    name: str
    messages: int
    unread_share: float
    unread: tuple[UnreadBytes, ...]
    unread_places: int


class AlertPlaced(Document, frozen=True, kw_only=True):
    """An alert and where its messages stand. `tactics` and `ages` run parallel to those of `shown`."""

    shown: AlertShown
    positions: tuple[int, ...]
    tactics: tuple[tuple[int, ...], ...]
    ages: tuple[int | None, ...]
    raised: int | None


class Outline(Document, frozen=True, kw_only=True):
    """Everything of an analysis but its messages. `messages`: positions run from 0 to this, not included.

    `language`: of the sentences that the analysis wrote (`fr` or `en`).
    """

    messages: int
    language: str
    as_of: datetime | None
    accounts: tuple[AccountOutline, ...]
    conversations: tuple[ConversationOutline, ...]
    exhibits: tuple[ExhibitOutline, ...]
    alerts: tuple[AlertPlaced, ...]
    ranking: tuple[RankedSubject, ...]
    totals: Totals
    not_examined: tuple[Unexamined, ...]


class MediaRow(Document, frozen=True, kw_only=True, omit_defaults=True):
    """A medium as a placeholder: what the export says of it. Never opened for the view, never rendered."""

    kind: str
    state: str
    reason: str | None = None
    name: str | None = None
    mime_type: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None


class Row(Document, frozen=True, kw_only=True, omit_defaults=True):
    """A message, unedited. `row`: its number in the exhibit; `reply_to`: the position of the message answered when the
    export holds it, `reply_to_id` what the export says in every case; bytes [byte_start, byte_end) of `part`.
    """

    position: int
    conversation: int
    exhibit: int
    row: int
    byte_start: int
    byte_end: int
    part: str = ""
    message_id: str | None = None
    kind: str = "message"
    account: int | None = None
    text: str = ""
    sent_at: datetime | None = None
    sent_text: str | None = None
    zone: str = "unknown"
    edited_at: datetime | None = None
    reply_to: int | None = None
    reply_to_id: str | None = None
    forwarded_from: str | None = None
    action: str | None = None
    repair: str | None = None
    media: tuple[MediaRow, ...] = ()

    @property
    def number(self) -> str:
        """The number that documents quote: the platform's id, else `row:N`."""
        return self.message_id if self.message_id is not None else f"row:{self.row}"


_OUTLINE, _ROWS = msgspec.json.Decoder(Outline), msgspec.json.Decoder(tuple[Row, ...])


def encode_outline(outline: Outline) -> bytes:
    """The outline as JSON, to be sealed."""
    return msgspec.json.encode(outline)


def decode_outline(raw: bytes) -> Outline:
    """The outline that `encode_outline` wrote. Raises: msgspec.ValidationError when it is not one."""
    return _OUTLINE.decode(raw)


def decode_chunk(raw: bytes) -> tuple[Row, ...]:
    """The rows of a chunk. Raises: msgspec.ValidationError when it is not one."""
    return _ROWS.decode(raw)
