"""From the tables of a walk and its document to what the conversation view opens: an outline, and chunks of messages.

Each chunk can be sealed and opened alone. Memory: the order of the messages (some 130 bytes each, measured) and one
batch of BATCH messages with their texts; so a million messages take some 130 MB more than a few do, whatever they say.
An export whose conversations stand one after the other is read about once; one whose conversations alternate line by
line is read once for every batch.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rempart.analysis.document import AlertShown, Analysis, ExhibitRead
from rempart.analysis.outline import (
    AccountOutline,
    AlertPlaced,
    ConversationOutline,
    ExhibitOutline,
    MediaRow,
    Outline,
    Row,
)
from rempart.analysis.positions import NOWHERE, Codes, Positions
from rempart.conversations.store import load_table
from rempart.errors import BadInput

CHUNK = 500  # messages a chunk
BATCH = 32 * CHUNK  # messages held at once while chunks are made
MAX_UNREAD = 100  # places named in the outline for each exhibit; all stand in the table of unread bytes
_MESSAGE = ["exhibit_sha256", "row", "byte_start", "byte_end", "part", "message_id", "kind", "account_id", "text",
            "sent_at", "sent_text", "zone", "edited_at", "reply_to", "forwarded_from", "action", "repair"]  # fmt: skip
_MEDIUM = ["kind", "state", "reason", "name", "mime_type", "size_bytes", "sha256"]


class AnotherWalk(BadInput):
    """The document names a message that the tables do not hold."""


def make_outline(positions: Positions, document: Analysis) -> Outline:
    """The outline of an analysis. Raises: AnotherWalk when tables and document are not of one walk."""
    return Outline(
        messages=len(positions),
        language=document.language,
        as_of=document.as_of,
        accounts=_accounts(positions.folder),
        conversations=_conversations(positions),
        exhibits=_exhibits(positions, document.exhibits),
        alerts=tuple(_placed(positions, alert) for alert in document.alerts),
        ranking=document.ranking,
        totals=document.totals,
        not_examined=document.not_examined,
    )


def chunks(positions: Positions, *, start: int = 0) -> Iterator[bytes]:
    """All messages in their order, CHUNK at a time, each chunk as JSON (`outline.decode_chunk`); from the chunk `start` on."""
    accounts = {account.id: code for code, account in enumerate(_accounts(positions.folder))}
    media_at, media_row = _media_order(positions)
    for first in range(start * CHUNK, len(positions), BATCH):
        last = min(first + BATCH, len(positions))
        low, high = np.searchsorted(media_at, (first, last))
        media = _media(positions.folder, media_row[low:high], media_at[low:high])
        rows = list(_rows(positions, first, last, accounts=accounts, media=media))
        for place in range(0, len(rows), CHUNK):
            yield msgspec.json.encode(rows[place : place + CHUNK])


def _accounts(folder: Path) -> tuple[AccountOutline, ...]:
    """The accounts as the table lists them; those that only wrote come last, so that every row has its author."""
    told = load_table(folder, "accounts", columns=["account_id", "names", "handle", "id_kind"]).to_pylist()
    known = {
        str(row["account_id"]): AccountOutline(
            id=row["account_id"],
            names=tuple(row["names"]),
            handle=row["handle"],
            is_platform=row["id_kind"] == "platform",
        )
        for row in told
    }
    wrote = load_table(folder, "messages", columns=["account_id"])["account_id"].unique().to_pylist()
    known.update((name, AccountOutline(id=name)) for name in wrote if name is not None and name not in known)
    return tuple(known.values())


def _conversations(positions: Positions) -> tuple[ConversationOutline, ...]:
    columns = ["conversation_id", "title", "kind", "complete", "first_at", "last_at"]
    told = {
        row["conversation_id"]: row
        for row in load_table(positions.folder, "conversations", columns=columns).to_pylist()
    }
    return tuple(
        ConversationOutline(
            id=name, first=int(first), last=int(last), **{key: told[name][key] for key in columns[1:] if name in told}
        )
        for name, first, last in zip(positions.conversations, positions.bounds[:-1], positions.bounds[1:], strict=True)
    )


def _exhibits(positions: Positions, read: tuple[ExhibitRead, ...]) -> tuple[ExhibitOutline, ...]:
    """First those of the messages, in the order of their codes; then those that hold none."""
    told = {exhibit.sha256: exhibit for exhibit in read}
    if missing := [sha256 for sha256 in positions.exhibits if sha256 not in told]:
        raise AnotherWalk(
            "{count} exhibits of the tables are not in the analysis: they are not of one walk.", count=len(missing)
        )
    ordered = [told[sha256] for sha256 in dict.fromkeys((*positions.exhibits, *told))]
    return tuple(
        ExhibitOutline(
            sha256=exhibit.sha256,
            name=exhibit.name,
            messages=exhibit.messages,
            unread_share=exhibit.unread_share,
            unread=exhibit.unread[:MAX_UNREAD],
            unread_places=len(exhibit.unread),
        )
        for exhibit in ordered
    )


def _placed(positions: Positions, alert: AlertShown) -> AlertPlaced:
    tactics = [_cited(positions, alert.conversation, tactic.rows) for tactic in alert.tactics]
    told = [*(age.message_id for age in alert.ages), alert.raised_message_id]
    *ages, raised = positions.of_ids([(alert.conversation, number) for number in told])
    return AlertPlaced(
        shown=alert,
        positions=tuple(sorted({place for tactic in tactics for place in tactic})),
        tactics=tuple(tactics),
        ages=tuple(ages),
        raised=raised,
    )


def _cited(positions: Positions, conversation: str, rows: tuple[int, ...]) -> tuple[int, ...]:
    """Positions of messages named by their numbers in the exhibit of the conversation."""
    known = conversation in positions.conversations
    code = int(positions.exhibit_of[positions.conversations.index(conversation)]) if known else NOWHERE
    found = positions.of_rows(np.full(len(rows), code, np.int64), np.array(rows, np.int64))
    if (found == NOWHERE).any():
        raise AnotherWalk("The analysis quotes messages that the tables do not hold: they are not of one walk.")
    return tuple(int(place) for place in found)


def _rows(
    positions: Positions,
    first: int,
    last: int,
    *,
    accounts: Mapping[str, int],
    media: Mapping[int, tuple[MediaRow, ...]],
) -> Iterator[Row]:
    table = _gather(positions.folder / "messages.parquet", positions.row_at[first:last], _MESSAGE)
    exhibits = {sha256: code for code, sha256 in enumerate(positions.exhibits)}
    for position, told in enumerate(table.to_pylist(), start=first):
        answered = int(positions.reply_to[position])
        account = told.pop("account_id")
        yield Row(
            position=position,
            conversation=int(positions.conversation[position]),
            exhibit=exhibits[told.pop("exhibit_sha256")],
            account=accounts[account] if account is not None else None,
            reply_to=answered if answered != NOWHERE else None,
            reply_to_id=told.pop("reply_to"),
            media=media.get(position, ()),
            **told,
        )


def _media_order(positions: Positions) -> tuple[Codes, Codes]:
    """(positions of the messages that media belong to, sorted; rows of the media table in that order)."""
    table = load_table(positions.folder, "media", columns=["exhibit_sha256", "row"])
    exhibit = positions.exhibit_codes(table["exhibit_sha256"])
    places = positions.of_rows(exhibit, table["row"].to_numpy().astype(np.int64))
    order = np.argsort(places, kind="stable").astype(np.int64)
    order = order[places[order] != NOWHERE]
    return places[order], order


def _media(folder: Path, rows: Codes, at: Codes) -> dict[int, tuple[MediaRow, ...]]:
    """The media of a batch, by position of their message."""
    told: dict[int, list[MediaRow]] = {}
    if len(rows):
        for position, medium in zip(at, _gather(folder / "media.parquet", rows, _MEDIUM).to_pylist(), strict=True):
            told.setdefault(int(position), []).append(MediaRow(**medium))
    return {position: tuple(media) for position, media in told.items()}


def _gather(path: Path, rows: Codes, columns: list[str]) -> pa.Table:
    """These rows of a table, in this order; reads only the row groups that hold them, one at a time."""
    order = np.argsort(rows, kind="stable")
    wanted = rows[order]
    parts: list[pa.Table] = []
    first = 0
    with pq.ParquetFile(path) as file:
        for group in range(file.metadata.num_row_groups):
            count = file.metadata.row_group(group).num_rows
            low, high = np.searchsorted(wanted, (first, first + count))
            if high > low:
                parts.append(file.read_row_group(group, columns=columns).take(pa.array(wanted[low:high] - first)))
            first += count
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return pa.concat_tables(parts).take(pa.array(place))
