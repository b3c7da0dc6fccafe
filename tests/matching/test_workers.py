"""Processes share the work, and one that dies loses only what killed it."""

import os

import pytest

from rempart.matching.workers import map_isolated


def double(number: int) -> int:
    """Twice the number; 13 ends its process, as a decoder may."""
    if number == 13:
        os._exit(1)
    return 2 * number


def refuse(number: int) -> int:
    """Raises, as a fault of our own would."""
    raise LookupError(number)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_of_our_own_is_not_hidden(workers: int) -> None:
    """Only a process that dies is outlived; an exception is raised."""
    with pytest.raises(LookupError):
        list(map_isolated(refuse, [[1]], workers=workers))


def test_nothing_gives_nothing() -> None:
    """No process is needed for no chunk."""
    assert list(map_isolated(double, [], workers=2)) == []
    assert list(map_isolated(double, [[]], workers=1)) == [[]]


def test_the_order_is_that_of_the_chunks() -> None:
    """Whatever the number of processes."""
    chunks = [[at, at + 20] for at in range(9)]

    assert list(map_isolated(double, chunks, workers=2)) == list(map_isolated(double, chunks, workers=1))


@pytest.mark.parametrize("before", [0, 7])
def test_only_what_killed_the_process_is_lost(before: int) -> None:
    """The guilty one has no result; all others have theirs, before it and behind it, in its own chunk too."""
    chunks = [*([at] for at in range(before)), [1, 13, 2], [3], [4]]

    assert list(map_isolated(double, chunks, workers=2)) == [
        *([2 * at] for at in range(before)),
        [2, None, 4],
        [6],
        [8],
    ]
