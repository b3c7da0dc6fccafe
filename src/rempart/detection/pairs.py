"""Who speaks to whom: every message gets an addressee, every pair of people an exchange.

The addressee of a message is, in this order: the author of the message it replies to; the account it mentions;
in a conversation of two writers, the other one; otherwise whoever spoke last before, within TURN_S. Else nobody:
the message is to the group. All at once over arrays, since an export may hold millions of messages.

Order inside a conversation: by instant, then by the order of the file; a message without an instant keeps the
instant before it. Codes are indexes into `accounts` and `conversations`; NOBODY stands for none.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
NOBODY = -1
TURN_S = 3600  # a turn is answered within the hour, or it is to the group; our choice, shown in the limits
BASES = ("group", "turn", "two_people", "mention", "reply")
_COLUMNS = ["conversation_id", "sequence", "message_id", "kind", "account_id", "sent_at", "reply_to", "mentions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The messages (no service lines) as parallel arrays, ordered by conversation and time.

    position: row of the messages table. at_us: microseconds UTC, filled; known_at: the export told it.
    basis: index into BASES. exchange: number of the unordered pair in its conversation; rank: place of the message
    among the messages of that exchange, from 0; run: place in the unbroken row of messages of one speaker, from 1.
    """

    position: Codes
    conversation: Codes
    speaker: Codes
    addressee: Codes
    at_us: Codes
    known_at: Flags
    basis: Codes
    exchange: Codes
    rank: Codes
    run: Codes
    by_exchange: Codes  # indexes ordered by exchange, then time
    exchange_start: Codes  # first place of each exchange in by_exchange, and one past the last
    conversations: tuple[str, ...]
    accounts: tuple[str, ...]

    def members_of(self, exchange: int) -> Codes:
        """Indexes of the messages of an exchange, in order of time."""
        return self.by_exchange[self.exchange_start[exchange] : self.exchange_start[exchange + 1]]


def build_timeline(folder: Path) -> Timeline:
    """The timeline of all conversations in the tables of `folder`."""
    table = pq.read_table(
        folder / "messages.parquet",
        columns=_COLUMNS,
        read_dictionary=["conversation_id", "account_id"],
    )
    table = table.append_column("position", pa.array(np.arange(table.num_rows)))
    table = table.filter(pc.and_(pc.equal(table["kind"], "message"), pc.is_valid(table["account_id"])))
    conversation, conversations = _codes(table["conversation_id"])
    speaker, accounts = _codes(table["account_id"])
    order, at_us, known_at = _in_time(table, conversation)
    table = table.take(pa.array(order))
    conversation, speaker = conversation[order], speaker[order]
    addressee, basis = _by_turn(conversation, speaker, at_us)
    _override(addressee, basis, "two_people", _other_of_two(conversation, speaker))
    _override(addressee, basis, "mention", _not_self(_by_mention(table["mentions"], accounts, folder), speaker))
    _override(addressee, basis, "reply", _not_self(_by_reply(table, conversation, speaker), speaker))
    exchange, rank, run, by_exchange, exchange_start = _exchanges(conversation, speaker, addressee, len(accounts))
    return Timeline(
        position=_numbers(table["position"]),
        conversation=conversation,
        speaker=speaker,
        addressee=addressee,
        at_us=at_us,
        known_at=known_at,
        basis=basis,
        exchange=exchange,
        rank=rank,
        run=run,
        by_exchange=by_exchange,
        exchange_start=exchange_start,
        conversations=conversations,
        accounts=accounts,
    )


def _numbers(column: pa.ChunkedArray) -> Codes:
    numbers: Codes = column.to_numpy().astype(np.int64, copy=False)
    return numbers


def _codes(column: pa.ChunkedArray) -> tuple[Codes, tuple[str, ...]]:
    """(index per row, values), NOBODY for null."""
    unified = column.unify_dictionaries().combine_chunks()
    if isinstance(unified, pa.ChunkedArray):
        unified = (
            pa.concat_arrays(unified.chunks) if unified.num_chunks else pa.array([], pa.string()).dictionary_encode()
        )
    indices = pc.fill_null(unified.indices, NOBODY).to_numpy(zero_copy_only=False).astype(np.int64)
    return indices, tuple(unified.dictionary.to_pylist())


def _in_time(table: pa.Table, conversation: Codes) -> tuple[Codes, Codes, Flags]:
    """(order of the rows, instants in that order, whether they are known)."""
    sequence = _numbers(table["sequence"])
    known = pc.is_valid(table["sent_at"]).to_numpy().astype(np.bool_)
    instants = pc.fill_null(table["sent_at"].cast(pa.int64()), 0).to_numpy().astype(np.int64)
    first = np.lexsort((sequence, conversation))
    filled = _forward_fill(instants[first], known[first], conversation[first])
    second = np.lexsort((sequence[first], filled, conversation[first]))
    order = first[second]
    return order, filled[second], known[order]


def _forward_fill(values: Codes, known: Flags, conversation: Codes) -> Codes:
    """Unknown instants take the one before them in their conversation; before the first, 0."""
    if not len(values):
        return values
    places = np.where(known, np.arange(len(values)), -1)
    last = np.maximum.accumulate(places)
    starts = np.r_[0, np.flatnonzero(np.diff(conversation)) + 1]
    start_of = np.repeat(starts, np.diff(np.r_[starts, len(values)]))
    return np.where(last >= start_of, values[np.maximum(last, 0)], 0)


def _override(addressee: Codes, basis: Codes, rule: str, better: Codes) -> None:
    """A later rule replaces what an earlier one said, where it says anything."""
    told = better != NOBODY
    addressee[told] = better[told]
    basis[told] = BASES.index(rule)


def _not_self(addressee: Codes, speaker: Codes) -> Codes:
    return np.where(addressee == speaker, NOBODY, addressee)


def _by_turn(conversation: Codes, speaker: Codes, at_us: Codes) -> tuple[Codes, Codes]:
    """The speaker before the present one, when the turn was taken within TURN_S; basis `turn` or `group`."""
    count = len(speaker)
    if not count:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    breaks = np.r_[True, (np.diff(speaker) != 0) | (np.diff(conversation) != 0)]
    starts = np.flatnonzero(breaks)
    before = np.repeat(starts, np.diff(np.r_[starts, count])) - 1
    safe = np.maximum(before, 0)
    near = (before >= 0) & (conversation[safe] == conversation) & (at_us - at_us[safe] <= TURN_S * 1_000_000)
    near &= speaker[safe] != speaker
    return np.where(near, speaker[safe], NOBODY), np.where(near, BASES.index("turn"), BASES.index("group"))


def _other_of_two(conversation: Codes, speaker: Codes) -> Codes:
    """In conversations of exactly two writers, the other one; NOBODY elsewhere."""
    if not len(speaker):
        return np.zeros(0, np.int64)
    pairs = np.unique(np.stack([conversation, speaker], axis=1), axis=0)
    count = np.bincount(pairs[:, 0])
    total = np.bincount(pairs[:, 0], weights=pairs[:, 1]).astype(np.int64)
    return np.where(count[conversation] == 2, total[conversation] - speaker, NOBODY)


def _by_mention(mentions: pa.ChunkedArray, accounts: tuple[str, ...], folder: Path) -> Codes:
    """The first mentioned account that wrote in the export; NOBODY when none is mentioned or known."""
    found = np.full(len(mentions), NOBODY, np.int64)
    rows = np.flatnonzero(pc.greater(pc.list_value_length(mentions), 0).to_numpy())
    if len(rows):
        known = _handles(accounts, folder)
        for row in rows:
            names = mentions[int(row)].as_py()
            found[row] = next((known[name] for name in names if name in known), NOBODY)
    return found


def _handles(accounts: tuple[str, ...], folder: Path) -> dict[str, int]:
    codes = {account: code for code, account in enumerate(accounts)}
    known = dict(codes)
    table = pq.read_table(folder / "accounts.parquet", columns=["account_id", "handle", "names"])
    for account in table.to_pylist():
        code = codes.get(account["account_id"])
        if code is not None:
            for name in [account["handle"], *account["names"]]:
                if name:
                    known.setdefault(name, code)
                    known.setdefault(f"@{name}", code)
    return known


def _by_reply(table: pa.Table, conversation: Codes, speaker: Codes) -> Codes:
    """The author of the message replied to, in the same conversation; NOBODY when not in the export."""
    replies = table["reply_to"]
    if replies.null_count == len(replies):
        return np.full(len(speaker), NOBODY, np.int64)
    chat = pa.array(conversation).cast(pa.string())
    ids = pc.binary_join_element_wise(chat, table["message_id"].combine_chunks(), "|")
    asked = pc.binary_join_element_wise(chat, replies.combine_chunks(), "|")
    place = pc.fill_null(pc.index_in(asked, value_set=ids, skip_nulls=True), NOBODY).to_numpy(zero_copy_only=False)
    return np.where(place >= 0, speaker[np.maximum(place, 0)], NOBODY)


def _exchanges(
    conversation: Codes, speaker: Codes, addressee: Codes, accounts: int
) -> tuple[Codes, Codes, Codes, Codes, Codes]:
    """(exchange, rank, run, by_exchange, exchange_start); see Timeline."""
    size = accounts + 1
    low, high = np.minimum(speaker, addressee) + 1, np.maximum(speaker, addressee) + 1
    _, exchange = np.unique((conversation * size + low) * size + high, return_inverse=True)
    exchange = exchange.astype(np.int64).reshape(-1)
    by_exchange = np.argsort(exchange, kind="stable")
    sorted_exchange = exchange[by_exchange]
    start = np.searchsorted(sorted_exchange, np.arange((exchange.max() + 2) if len(exchange) else 1))
    rank, run = np.empty_like(exchange), np.empty_like(exchange)
    places = np.arange(len(exchange))
    rank[by_exchange] = places - start[sorted_exchange]
    sorted_speaker = speaker[by_exchange]
    breaks = (
        np.r_[True, (np.diff(sorted_speaker) != 0) | (np.diff(sorted_exchange) != 0)]
        if len(exchange)
        else np.zeros(0, bool)
    )
    starts = np.flatnonzero(breaks)
    run[by_exchange] = places - np.repeat(starts, np.diff(np.r_[starts, len(exchange)])) + 1 if len(exchange) else 0
    return exchange, rank, run, by_exchange, start
