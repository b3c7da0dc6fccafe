"""The one order of all messages of the tables, and where a message that a document names stands in it.

Order: conversation (as the table of conversations lists them), sequence, exhibit, row. Only numbers and ids are held,
some 130 bytes a message; texts stay in the files.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rempart.conversations.store import load_table

Codes = npt.NDArray[np.int64]
NOWHERE = -1
_COLUMNS = ["exhibit_sha256", "row", "conversation_id", "sequence", "message_id", "reply_to"]
_ROW_BITS = 40  # exhibit << 40 | row: one number names a message; no exhibit has 2^40 of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """The order over the tables of `folder`.

    row_at: row of the messages table at each position. conversation: its code, by position. reply_to: position of the
    message answered, or NOWHERE. bounds: position of the first message of each conversation, and one past the last.
    exhibit_of: code of the exhibit of each conversation; NOWHERE for one without messages.
    """

    folder: Path
    row_at: Codes
    conversation: Codes
    reply_to: Codes
    bounds: Codes
    exhibit_of: Codes
    conversations: tuple[str, ...]
    exhibits: tuple[str, ...]
    _keys: Codes  # exhibit and row of every message, sorted
    _places: Codes  # positions in the order of _keys
    _names: pa.Array  # "conversation code/message id" by position

    def __len__(self) -> int:
        return len(self.row_at)

    def exhibit_codes(self, column: pa.ChunkedArray) -> Codes:
        """The codes of a column of exhibits; NOWHERE for those that hold no message."""
        found = pc.fill_null(pc.index_in(column, value_set=pa.array(self.exhibits, pa.string())), NOWHERE)
        codes: Codes = found.to_numpy().astype(np.int64)
        return codes

    def of_rows(self, exhibits: Codes, rows: Codes) -> Codes:
        """Positions of messages named by exhibit code and row; NOWHERE for those that the tables do not hold."""
        return _find(self._keys, self._places, exhibits << _ROW_BITS | rows)

    def of_ids(self, named: Sequence[tuple[str, str]]) -> list[int | None]:
        """Positions of messages named by conversation and number: the platform's id, else `row:N`."""
        codes = {conversation: str(code) for code, conversation in enumerate(self.conversations)}
        asked = pa.array([f"{codes.get(conversation, '')}/{number}" for conversation, number in named], pa.string())
        found = pc.index_in(asked, value_set=self._names, skip_nulls=True).to_pylist()
        return [int(place) if place is not None else None for place in found]


def find_positions(folder: Path) -> Positions:
    """The order of the messages of `folder`."""
    known = load_table(folder, "conversations", columns=["conversation_id"])["conversation_id"].to_pylist()
    conversations, exhibits = dict.fromkeys(known), dict[str, None]()
    groups = [_read(group, conversations, exhibits) for group in _groups(folder)]
    chat, exhibit, sequence, row = (_joined([group.codes[:, column] for group in groups]) for column in range(4))
    row_at = np.lexsort((row, exhibit, sequence, chat)).astype(np.int64)
    names = _taken([group.names for group in groups], row_at)
    bounds = np.searchsorted(chat[row_at], np.arange(len(conversations) + 1)).astype(np.int64)
    exhibit_of = np.full(len(conversations), NOWHERE, np.int64)
    exhibit_of[chat] = exhibit
    keys = (exhibit << _ROW_BITS | row)[row_at]
    by_key = np.argsort(keys, kind="stable").astype(np.int64)
    return Positions(
        folder=folder,
        row_at=row_at,
        conversation=chat[row_at],
        reply_to=_replies(_taken([group.replies for group in groups], row_at), names),
        bounds=bounds,
        exhibit_of=exhibit_of,
        conversations=tuple(conversations),
        exhibits=tuple(exhibits),
        _keys=keys[by_key],
        _places=by_key,
        _names=names,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """What is kept of a row group. codes: conversation, exhibit, sequence, row, one line a message."""

    codes: Codes
    names: pa.Array
    replies: pa.Array


def _groups(folder: Path) -> Iterator[pa.Table]:
    with pq.ParquetFile(folder / "messages.parquet") as file:
        for group in range(file.metadata.num_row_groups):
            yield file.read_row_group(group, columns=_COLUMNS)


def _read(table: pa.Table, conversations: dict[str, None], exhibits: dict[str, None]) -> _Group:
    chat = _coded(table["conversation_id"], conversations)
    exhibit = _coded(table["exhibit_sha256"], exhibits)
    numbers = [chat, exhibit, *(table[name].to_numpy().astype(np.int64) for name in ("sequence", "row"))]
    told = pa.array(chat).cast(pa.string())
    row_names = pc.binary_join_element_wise("row:", table["row"].combine_chunks().cast(pa.string()), "")
    number = pc.coalesce(table["message_id"].combine_chunks(), row_names)
    return _Group(
        codes=np.stack(numbers, axis=1),
        names=pc.binary_join_element_wise(told, number, "/"),
        replies=pc.binary_join_element_wise(told, table["reply_to"].combine_chunks(), "/"),
    )


def _coded(column: pa.ChunkedArray, known: dict[str, None]) -> Codes:
    """The index of each value in `known`, which takes in values that are new."""
    known.update(dict.fromkeys(column.unique().to_pylist()))
    codes: Codes = pc.index_in(column, value_set=pa.array(list(known), pa.string())).to_numpy().astype(np.int64)
    return codes


def _joined(columns: Sequence[Codes]) -> Codes:
    return np.concatenate(columns) if columns else np.zeros(0, np.int64)


def _taken(columns: Sequence[pa.Array], order: Codes) -> pa.Array:
    whole = pa.concat_arrays(columns) if columns else pa.array([], pa.string())
    return whole.take(pa.array(order))


def _replies(asked: pa.Array, names: pa.Array) -> Codes:
    """Of two messages with one id, the first in the order is the one answered."""
    if asked.null_count == len(asked):
        return np.full(len(asked), NOWHERE, np.int64)
    found = pc.fill_null(pc.index_in(asked, value_set=names, skip_nulls=True), NOWHERE)
    places: Codes = found.to_numpy(zero_copy_only=False).astype(np.int64)
    return places


def _find(keys: Codes, places: Codes, asked: Codes) -> Codes:
    """The place of every asked key among sorted `keys`, or NOWHERE."""
    if not len(keys):
        return np.full(len(asked), NOWHERE, np.int64)
    at = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where(keys[at] == asked, places[at], NOWHERE)
