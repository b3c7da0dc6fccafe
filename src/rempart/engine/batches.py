"""Runs a function over the row groups of a Parquet file, in this process or in several.

The function gets (path, number of the row group) and must be importable, so that a fresh process can run it.
Results come back in the order of the row groups, so the number of processes never changes the outcome.
"""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TypeVar

import pyarrow.parquet as pq

from rempart.errors import OutsideFailure

Result = TypeVar("Result")
SMALL_ROWS = 40_000  # below, starting processes costs more than it gains (measured: 0.6 s a process)


class WorkerLost(OutsideFailure):
    """A process was ended by the system, most often for want of memory."""


def count_workers(path: Path, available: int) -> int:
    """How many processes pay for the rows of the file: 1 for a small one, never more than row groups."""
    metadata = pq.read_metadata(path)
    return 1 if metadata.num_rows < SMALL_ROWS else max(1, min(available, metadata.num_row_groups))


def map_row_groups(
    function: Callable[[Path, int], Result], path: Path, *, workers: int, progress: Callable[[int], None] | None = None
) -> Iterator[Result]:
    """What `function` gives for each row group, in order; `progress` is told the rows passed so far.

    Raises: WorkerLost.
    """
    metadata = pq.read_metadata(path)
    groups = range(metadata.num_row_groups)
    passed = 0
    for number, result in enumerate(_run(function, path, groups, workers)):
        passed += metadata.row_group(number).num_rows
        if progress:
            progress(passed)
        yield result


def _run(function: Callable[[Path, int], Result], path: Path, groups: range, workers: int) -> Iterator[Result]:
    if workers <= 1:
        for group in groups:
            yield function(path, group)
        return
    try:
        with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
            yield from pool.map(function, [path] * len(groups), groups)
    except BrokenProcessPool as error:
        raise WorkerLost(
            "A process of the analysis was stopped by the system; nothing was lost. Free some memory or try --jobs 1.",
            can_retry=True,
        ) from error
