"""Cut at any point the log opens again at its last checkpoint or later: a crash of the process, and of the power."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from rempart.errors import BadInput
from rempart.evidence.ledger.checkpoints import read_checkpoint
from rempart.evidence.ledger.tiles import TileLog
from tests.evidence.ledger.made import ORIGIN, entries, files_of, judged, signed
from tests.evidence.ledger.powercut import Disk, Event, Recorder

SIZES = (0, 3, 253, 263, 563)  # partial tiles replaced, a tile filled, a level begun, many files at once
CALLS = ("open", "write", "fsync", "replace", "mkdir", "unlink", "rmdir")
LEFT_BY_A_CUT = {"file_beyond", "file_leftover"}


def grow(folder: Path, *, on_published: Callable[[int], None] = lambda _size: None) -> None:
    """Writes the log in its steps, from wherever it is."""
    with TileLog(folder) as log:
        log.append([])
        for size in SIZES[1:]:
            if log.size < size:
                log.append(entries(size - log.size, first=log.size))
                log.publish(signed(log.head(ORIGIN)))
                on_published(log.size)


class Cut(BaseException):
    """The process ends here."""


def cut_at(point: int, monkeypatch: pytest.MonkeyPatch, work: Callable[[], None]) -> int:
    """Runs `work` until its call number `point` to the disk, which is not made, or is a write made by half.

    Gives the number of calls: below `point` when the work ended before.
    """
    number = 0
    with monkeypatch.context() as context:
        for name in CALLS:
            real = getattr(os, name)

            def call(*arguments: object, _real: Callable[..., object] = real, _name: str = name) -> object:
                nonlocal number
                number += 1
                if number == point and _name == "write":
                    opened, data = arguments
                    assert isinstance(data, memoryview)
                    _real(opened, data[: len(data) // 2])
                if number >= point:
                    raise Cut
                return _real(*arguments)

            context.setattr(os, name, call)
        try:
            work()
        except Cut:
            assert number >= point
    return number


def is_kept(found: dict[str, bytes], published: int) -> bool:
    """True when the checkpoint is at the published size or later, and all that it signs is there and right."""
    if "checkpoint" not in found:
        return published == 0
    try:
        size = read_checkpoint(found["checkpoint"]).checkpoint.size
    except BadInput:
        return False
    return size >= published and {one.code.value for one in judged(found).findings} <= LEFT_BY_A_CUT


def test_a_crash_at_any_call_loses_nothing_that_was_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call in turn: the log opens at the last published size or later, and grows on to the same files."""
    grow(tmp_path / "whole")
    whole = files_of(tmp_path / "whole")
    point = calls = 0

    while calls >= point:
        point += 1
        folder, published = tmp_path / str(point), [0]

        def work(folder: Path = folder, published: list[int] = published) -> None:
            grow(folder, on_published=published.append)

        calls = cut_at(point, monkeypatch, work)

        assert TileLog(folder).size >= published[-1]
        assert is_kept(files_of(folder), published[-1])
        grow(folder)
        assert files_of(folder) == whole

    assert point > 150


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """The calls of one growth, in order, with a mark wherever a size was published."""
    with monkeypatch.context() as context:
        recorder = Recorder(tmp_path, context)
        grow(
            tmp_path / "log",
            on_published=lambda size: recorder.events.append(Event(kind="published", path=str(size))),
        )
    return recorder.events


def cuts_of(events: list[Event]) -> tuple[int, int]:
    """(cuts, cuts after which the log had lost a published size, or was not sound)."""
    dice, disk = random.Random(7), Disk()  # noqa: S311 - cuts, not secrets
    cuts = lost = published = 0
    for event in events:
        published = int(event.path) if event.kind == "published" else published
        disk.apply(event)
        for image in disk.images(dice, draws=8):
            cuts += 1
            lost += not is_kept({name.removeprefix("log/"): data for name, data in image.items()}, published)
    return cuts, lost


def test_a_power_cut_at_any_moment_loses_nothing_that_was_published(recorded: list[Event]) -> None:
    """After every call, with what was not fsynced dropped, kept or torn."""
    cuts, lost = cuts_of(recorded)

    assert cuts > 1_000
    assert lost == 0


@pytest.mark.parametrize("forgotten", ["of files", "of folders", "of the folder of the checkpoint"])
def test_the_simulation_sees_a_missing_fsync(recorded: list[Event], forgotten: str) -> None:
    """Without one kind of fsync there are losses: the test above can fail."""

    def is_forgotten(event: Event) -> bool:
        is_file = event.path.endswith("/part")
        match forgotten:
            case "of files":
                return event.kind == "sync" and is_file
            case "of folders":
                return event.kind == "sync" and not is_file
            case _:
                return event.kind == "sync" and event.path == "log"

    _cuts, lost = cuts_of([event for event in recorded if not is_forgotten(event)])

    assert lost > 0
