"""Writes record batches to a Parquet file that stands in its place only when it is whole."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from rempart.errors import OutsideFailure, reason_of

GROUP_ROWS = 131_072


class FileNotWritten(OutsideFailure):
    """The disk refused the rows; what stood in the file's place before is intact."""


def write_batches(batches: Iterable[pa.RecordBatch], path: Path, *, schema: pa.Schema) -> int:
    """Writes the batches, cast to `schema`, in even row groups, and gives the number of rows. Raises: FileNotWritten."""
    fresh = path.with_name(path.name + ".part")
    rows = 0
    try:
        with pq.ParquetWriter(fresh, schema, compression="zstd") as writer:
            for group in _even(batches, schema):
                writer.write_table(group, row_group_size=GROUP_ROWS)
                rows += group.num_rows
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise FileNotWritten(
            "{name} could not be written: {reason}.", can_retry=True, name=path.name, reason=reason_of(error)
        ) from error
    return rows


def _even(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterable[pa.Table]:
    """Tables of GROUP_ROWS rows, so that the same rows give the same bytes however they were cut."""
    held = schema.empty_table()
    for batch in batches:
        held = pa.concat_tables([held, pa.Table.from_batches([batch]).cast(schema)])
        while held.num_rows >= GROUP_ROWS:
            yield held.slice(0, GROUP_ROWS)
            held = held.slice(GROUP_ROWS)
    if held.num_rows:
        yield held
