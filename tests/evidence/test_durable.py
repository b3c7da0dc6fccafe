"""Files whole or not at all: whatever fails, what was there before is there after, and nothing else."""

import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rempart.evidence import durable


def test_a_file_takes_the_place_of_another_when_it_is_whole(tmp_path: Path) -> None:
    """With the mode asked for."""
    target = tmp_path / "a"
    target.write_bytes(b"before")

    with durable.replacing(target, mode=durable.PUBLIC) as file:
        file.write(b"after")
        assert target.read_bytes() == b"before"

    assert target.read_bytes() == b"after"
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def fail(*_: object) -> None:
    """What a broken disk does."""
    raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize(("place", "name"), [(os, "fsync"), (Path, "replace")])
def test_a_failing_disk_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: object, name: str
) -> None:
    """At the sync, at the rename."""
    target = tmp_path / "a"
    target.write_bytes(b"before")
    monkeypatch.setattr(place, name, fail)

    with pytest.raises(OSError, match="output error"), durable.replacing(target) as file:
        file.write(b"after")

    assert target.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_failure_while_writing_changes_nothing(tmp_path: Path) -> None:
    """Whoever writes may fail for reasons of their own."""
    target = tmp_path / "a"
    target.write_bytes(b"before")

    with pytest.raises(OSError, match="output error"), durable.replacing(target):
        fail()

    assert target.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_new_file_is_for_its_owner(tmp_path: Path) -> None:
    """From its first byte on."""
    durable.create(tmp_path / "key", b"secret")

    assert (tmp_path / "key").read_bytes() == b"secret"
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_a_new_file_never_takes_the_place_of_another(tmp_path: Path) -> None:
    """Not even of a link that leads nowhere."""
    (tmp_path / "key").write_bytes(b"before")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    for name in ("key", "link"):
        with pytest.raises(FileExistsError):
            durable.create(tmp_path / name, b"after")

    assert (tmp_path / "key").read_bytes() == b"before"
    assert not (tmp_path / "elsewhere").exists()


def test_a_new_file_that_cannot_be_finished_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A half key would be worse than none."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space"):
        durable.create(tmp_path / "key", b"secret")

    assert list(tmp_path.iterdir()) == []


def test_folders_are_made_as_deep_as_needed(tmp_path: Path) -> None:
    """And left as they are when they are there."""
    durable.make_folder(tmp_path / "a" / "b", mode=0o750)
    durable.make_folder(tmp_path / "a" / "b", mode=0o700)

    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o750


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    """The file stays, and the reason is the true one."""
    (tmp_path / "a").write_bytes(b"before")

    for folder in (tmp_path / "a", tmp_path / "a" / "b"):
        with pytest.raises(NotADirectoryError):
            durable.make_folder(folder, mode=0o700)

    assert (tmp_path / "a").read_bytes() == b"before"


def test_a_folder_is_on_the_disk_before_one_is_made_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each name is synced in the folder above it, from the top down."""
    synced: list[Path] = []
    monkeypatch.setattr(durable, "sync_folder", synced.append)

    durable.make_folder(tmp_path / "a" / "b", mode=0o700)

    assert synced == [tmp_path, tmp_path / "a"]


def test_writers_that_append_take_turns(tmp_path: Path) -> None:
    """Each reads what stands there and adds the next number: none is lost, none comes twice."""
    path = tmp_path / "lines"

    def write(times: int) -> None:
        for _ in range(times):
            with durable.appending(path) as file:
                file.write(b"%d\n" % (len(file.readlines()) + 1))

    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(write, [25] * 4))

    assert path.read_bytes().split() == [b"%d" % number for number in range(1, 101)]
    assert path.stat().st_mode & 0o777 == durable.PRIVATE


def test_nothing_more_is_appended_when_the_block_fails_before_it_writes(tmp_path: Path) -> None:
    """What stood there stands; the next writer need not wait."""
    path = tmp_path / "lines"
    path.write_bytes(b"1\n")
    with pytest.raises(ValueError, match="no"), durable.appending(path):
        raise ValueError("no")
    with durable.appending(path) as file:
        file.write(b"2\n")

    assert path.read_bytes() == b"1\n2\n"
