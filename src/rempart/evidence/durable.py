"""Files that are there whole or not at all, also after a power cut: write beside, sync, rename, sync the folder.

Names of the temporaries are drawn by the system; they mean nothing and do not outlive the call, save for a kill.
Raises, everywhere: OSError as the system tells it; nothing half written stays under a target name.
"""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows: that only one process writes is the operator's care there
    fcntl = None  # type: ignore[assignment]

PRIVATE, PUBLIC = 0o600, 0o644
UNFINISHED = ".unfinished-"


@contextlib.contextmanager
def unfinished(folder: Path, *, mode: int = PRIVATE) -> Iterator[tuple[BinaryIO, Path]]:
    """A new file in `folder`, to write, read and move away; whatever is still there at the end is removed."""
    number, name = tempfile.mkstemp(prefix=UNFINISHED, dir=folder)
    path = Path(name)
    try:
        with os.fdopen(number, "w+b") as file:
            if mode != PRIVATE:  # the mode that it has already; some file systems know no other
                os.fchmod(number, mode)
            yield file, path
    finally:
        path.unlink(missing_ok=True)


def sync(file: BinaryIO) -> None:
    """Returns when what was written is on the disk."""
    file.flush()
    os.fsync(file.fileno())


@contextlib.contextmanager
def appending(path: Path) -> Iterator[BinaryIO]:
    """A file to read and to append to, made when it is not there, which no other process appends to meanwhile.

    What was written is on the disk when the block ends well.
    """
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, PRIVATE), "r+b") as file:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX)  # held until the file is closed; a line takes milliseconds
        yield file
        sync(file)


def fill(number: int, data: bytes) -> None:
    """Writes a file that was just opened, closes it, and returns when it is on the disk."""
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(number, rest) :]
        os.fsync(number)
    finally:
        os.close(number)


def sync_folder(folder: Path) -> None:
    """Returns when the names in the folder are on the disk."""
    number = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(number)
    finally:
        os.close(number)


def make_folder(folder: Path, *, mode: int) -> None:
    """Makes a folder, and those above it, when they are not there; each lives only once the one above is synced."""
    if not folder.is_dir():
        make_folder(folder.parent, mode=mode)
        try:
            folder.mkdir(mode=mode, exist_ok=True)
        except FileExistsError as error:  # says better what is wrong: a file has this name
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from error
        sync_folder(folder.parent)


@contextlib.contextmanager
def replacing(target: Path, *, mode: int = PRIVATE) -> Iterator[BinaryIO]:
    """A file that takes the place of `target` when the block ends well; else `target` is as it was."""
    with unfinished(target.parent, mode=mode) as (file, path):
        yield file
        sync(file)
        path.replace(target)
    sync_folder(target.parent)


def create(target: Path, data: bytes, *, mode: int = PRIVATE) -> None:
    """Writes a file that was not there before; any file system will do, a memory stick's too.

    Raises: FileExistsError, and leaves what is there untouched.
    """
    number = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        fill(number, data)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)
