"""Writes and reads the conversation tables as Parquet, one file per table, in bounded batches.

The same rows give the same bytes: fixed schema, fixed batch size, fixed compression, no clock.
"""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from rempart.conversations.tables import TABLES
from rempart.errors import OutsideFailure, reason_of

BATCH_ROWS = 32_768


class NotWritten(OutsideFailure):
    """The tables could not be written; what stood in the folder before is intact up to the file named."""


class TableWriter:
    """Seven Parquet files in one folder, written beside the old ones and put in their place when all are whole.

    Used as a context: what stood in the folder before stays as it was when anything fails.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._writers = {name: self._writer(name, schema) for name, schema in TABLES.items()}
        except OSError as error:
            raise NotWritten(
                "The tables cannot be written: {reason}.", can_retry=True, reason=reason_of(error)
            ) from error

    def _writer(self, name: str, schema: pa.Schema) -> pq.ParquetWriter:
        return pq.ParquetWriter(self._fresh(name), schema, compression="zstd")

    def _fresh(self, name: str) -> Path:
        return self.folder / f"{name}.parquet.part"

    def append(self, name: str, columns: Mapping[str, Sequence[object]]) -> None:
        """Adds rows to the table `name`; `columns` holds one sequence per column, all of one length.

        Instants are integers, microseconds UTC. Raises: NotWritten when the disk refuses.
        """
        schema = TABLES[name]
        arrays = [pa.array(columns[field.name], type=field.type) for field in schema]
        try:
            self._writers[name].write_batch(pa.record_batch(arrays, schema=schema))
        except OSError as error:
            raise NotWritten(
                "The table {name} cannot be written: {reason}.", can_retry=True, name=name, reason=reason_of(error)
            ) from error

    def finish(self) -> None:
        """Puts the files in their place; they are readable only after this. Raises: NotWritten."""
        try:
            for writer in self._writers.values():
                writer.close()
            for name in self._writers:
                self._fresh(name).replace(self.folder / f"{name}.parquet")
        except OSError as error:
            raise NotWritten(
                "The tables cannot be written: {reason}.", can_retry=True, reason=reason_of(error)
            ) from error

    def discard(self) -> None:
        """Removes what was begun."""
        for name, writer in self._writers.items():
            with contextlib.suppress(OSError):
                writer.close()
            self._fresh(name).unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.finish()
        else:
            self.discard()


def load_table(folder: Path, name: str, *, columns: Sequence[str] | None = None) -> pa.Table:
    """The table `name` of the folder; `columns` None gives all of them."""
    return pq.read_table(folder / f"{name}.parquet", columns=list(columns) if columns is not None else None)


def texts_at(folder: Path, positions: Sequence[int]) -> dict[int, str]:
    """Texts of the messages at these rows of the messages table; reads only the row groups that hold them."""
    rows = rows_at(folder, positions, columns=("text",))
    return {position: str(row["text"]) for position, row in rows.items()}


def rows_at(folder: Path, positions: Sequence[int], *, columns: Sequence[str]) -> dict[int, dict[str, object]]:
    """The messages at these rows of the messages table, as dicts of the columns asked for."""
    file = pq.ParquetFile(folder / "messages.parquet")
    wanted = sorted(set(positions))
    found: dict[int, dict[str, object]] = {}
    first = 0
    for group in range(file.metadata.num_row_groups):
        count = file.metadata.row_group(group).num_rows
        inside = [position - first for position in wanted if first <= position < first + count]
        if inside:
            rows = file.read_row_group(group, columns=list(columns)).take(pa.array(inside)).to_pylist()
            found.update(zip((first + place for place in inside), rows, strict=True))
        first += count
    return found
