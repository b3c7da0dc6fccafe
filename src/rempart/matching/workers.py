"""Runs a function over many untrusted things in several processes, and outlives a process that dies on one of them.

Results come back in the order of the things, so the number of processes never changes the outcome. At most a few chunks are under way,
so that memory stays flat however many there are.
Invariant: a thing on which a process dies has the result None, and every other thing has its own.
"""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
_AHEAD = 3  # chunks a process may have waiting: reading goes on while it works


def map_isolated(
    function: Callable[[Item], Result], chunks: Iterable[Sequence[Item]], *, workers: int
) -> Iterator[list[Result | None]]:
    """The results of each chunk, in order. function: importable by a fresh process; an exception of its own is raised here.

    workers: at 1 everything runs in this process, which then dies with a decoder that dies.
    """
    if workers <= 1:
        for chunk in chunks:
            yield _run_chunk(function, chunk)
        return
    yield from _map_apart(function, iter(chunks), workers)


def _map_apart(
    function: Callable[[Item], Result], chunks: Iterator[Sequence[Item]], workers: int
) -> Iterator[list[Result | None]]:
    run = partial(_run_chunk, function)
    waiting: deque[tuple[Sequence[Item], Future[list[Result | None]]]] = deque()
    pool = _pool(workers)
    try:
        for chunk in chunks:
            waiting.append((chunk, pool.submit(run, chunk)))
            if len(waiting) < workers * _AHEAD:
                continue
            try:
                yield waiting[0][1].result()
                waiting.popleft()
            except BrokenProcessPool:
                pool.shutdown()
                yield from _rescue(function, [chunk for chunk, _ in waiting])
                waiting.clear()
                pool = _pool(workers)
        yield from _drain(function, waiting)
    finally:
        pool.shutdown(cancel_futures=True)


def _drain(
    function: Callable[[Item], Result], waiting: deque[tuple[Sequence[Item], Future[list[Result | None]]]]
) -> Iterator[list[Result | None]]:
    while waiting:
        try:
            yield waiting[0][1].result()
            waiting.popleft()
        except BrokenProcessPool:
            yield from _rescue(function, [chunk for chunk, _ in waiting])
            waiting.clear()


def _rescue(function: Callable[[Item], Result], chunks: Iterable[Sequence[Item]]) -> Iterator[list[Result | None]]:
    """The chunks that were under way when a process died, one thing at a time, so that only the guilty one is lost."""
    pool = _pool(1)
    try:
        for chunk in chunks:
            results: list[Result | None] = []
            for item in chunk:
                try:
                    results.append(pool.submit(function, item).result())
                except BrokenProcessPool:
                    results.append(None)
                    pool.shutdown()
                    pool = _pool(1)
            yield results
    finally:
        pool.shutdown(cancel_futures=True)


def _run_chunk(function: Callable[[Item], Result], chunk: Sequence[Item]) -> list[Result | None]:
    return [function(item) for item in chunk]


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
