"""Row groups through one process or several."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart.engine.batches import SMALL_ROWS, WorkerLost, count_workers, map_row_groups
from rempart.errors import OutsideFailure


def numbers(path: Path, group: int) -> list[int]:
    """The numbers of a row group."""
    found: list[int] = pq.ParquetFile(path).read_row_group(group)["number"].to_pylist()
    return found


def die(path: Path, group: int) -> int:
    """Ends its process as the system would, for want of memory."""
    os._exit(9)


def fail(path: Path, group: int) -> int:
    """Fails as a reader would."""
    raise OutsideFailure("The disk said no.", can_retry=True)


def table(folder: Path, *, rows: int, in_group: int) -> Path:
    """A file of so many numbers, in row groups of a size."""
    path = folder / f"numbers-{rows}-{in_group}.parquet"
    pq.write_table(pa.table({"number": pa.array(range(rows), pa.int64())}), path, row_group_size=in_group)
    return path


def test_a_lost_worker_is_told_as_an_outside_failure(tmp_path: Path) -> None:
    """One sentence that says what is intact and what to try; not a traceback, not a short result."""
    path = table(tmp_path, rows=30, in_group=10)

    with pytest.raises(WorkerLost, match="nothing was lost") as lost:
        list(map_row_groups(die, path, workers=2))
    assert lost.value.exit_code == 3
    assert lost.value.can_retry


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_of_the_function_comes_through(tmp_path: Path, workers: int) -> None:
    """Another failure than a lost process keeps its own sentence."""
    path = table(tmp_path, rows=30, in_group=10)

    with pytest.raises(OutsideFailure, match="The disk said no"):
        list(map_row_groups(fail, path, workers=workers))


def test_an_empty_file_gives_nothing(tmp_path: Path) -> None:
    """No row, no call."""
    path = table(tmp_path, rows=0, in_group=10)

    assert [row for group in map_row_groups(numbers, path, workers=1) for row in group] == []


@pytest.mark.parametrize(
    ("rows", "in_group", "available", "workers"),
    [
        (SMALL_ROWS - 1, 1_000, 8, 1),
        (SMALL_ROWS, 10_000, 8, 4),
        (SMALL_ROWS, 10_000, 2, 2),
        (SMALL_ROWS, 10_000, 1, 1),
        (SMALL_ROWS, SMALL_ROWS, 8, 1),
        (0, 10, 8, 1),
    ],
)
def test_processes_are_started_only_where_they_pay(
    tmp_path: Path, rows: int, in_group: int, available: int, workers: int
) -> None:
    """A small file stays in one process; never more processes than allowed, nor than row groups."""
    assert count_workers(table(tmp_path, rows=rows, in_group=in_group), available) == workers


def test_two_processes_give_the_same_in_the_same_order(tmp_path: Path) -> None:
    """The number of processes never changes the outcome."""
    path = table(tmp_path, rows=95, in_group=10)
    one, two = (list(map_row_groups(numbers, path, workers=workers)) for workers in (1, 2))

    assert one == two
    assert [number for group in two for number in group] == list(range(95))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(rows=st.integers(1, 200), in_group=st.integers(1, 60))
def test_progress_counts_every_row(tmp_path: Path, rows: int, in_group: int) -> None:
    """Progress rises group by group to the last row, whatever the sizes."""
    told: list[int] = []
    groups = list(
        map_row_groups(numbers, table(tmp_path, rows=rows, in_group=in_group), workers=1, progress=told.append)
    )

    assert len(told) == len(groups) == -(-rows // in_group)
    assert told == sorted(told)
    assert told[-1] == rows
