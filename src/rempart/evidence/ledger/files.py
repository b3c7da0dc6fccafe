"""Files of a ledger, whole or not there: written aside, fsynced, renamed, and their folders fsynced once for all of them.

Invariant: when `write_files` returns, every file is durable; cut at any point, each file is as it was before or as it
was to be. Folders are written by one process at a time, which holds a `Lock` on the folder itself.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from rempart.errors import OutsideFailure, reason_of
from rempart.evidence import durable

try:
    import fcntl
except ImportError:  # Windows: no lock; that only one process writes is the operator's care there
    fcntl = None  # type: ignore[assignment]

INCOMING = ".incoming"
READABLE, PRIVATE, _FOLDER_MODE = 0o644, 0o600, 0o777  # of folders the umask decides
_SAFE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _SAFE  # a pipe does not make the reader wait
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _SAFE


class NotKept(OutsideFailure):
    """A file could not be written; what the folder held before is intact."""


class Busy(OutsideFailure):
    """Another process writes this folder."""


class Source(Protocol):
    """What a verification reads: files by names with `/`."""

    def names(self) -> Sequence[str]:
        """Every file, in order."""
        ...

    def read(self, name: str, *, most_bytes: int) -> bytes:
        """At most `most_bytes` of a file, from its first byte. Raises: OSError."""
        ...


class FolderSource:
    """The files of a folder. Links are not followed, devices and pipes are not read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """Every file, link and other thing below the folder that is not a folder, in order.

        Raises: NotKept when a folder cannot be listed: what is in it is unknown, not missing.
        """
        found: list[str] = []
        for below, folders, files in os.walk(self.folder, onerror=self._refuse):
            place = Path(below)
            links = [name for name in folders if (place / name).is_symlink()]
            found += [(place / name).relative_to(self.folder).as_posix() for name in (*files, *links)]
        return sorted(found)

    def _refuse(self, error: OSError) -> None:
        raise unreadable(Path(error.filename or self.folder).name, error) from error

    def read(self, name: str, *, most_bytes: int) -> bytes:
        """At most `most_bytes` of a file. Raises: OSError, for what is not a plain file too."""
        return read_file(self.folder / name, most_bytes=most_bytes)


def read_file(path: Path, *, most_bytes: int) -> bytes:
    """At most `most_bytes` of a plain file. Raises: OSError; anything but a plain file is an invalid argument."""
    opened = os.open(path, _READ)
    with open(opened, "rb") as file:  # noqa: PTH123 - a descriptor, opened with care
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return file.read(most_bytes)


def unreadable(place: str, error: OSError) -> NotKept:
    """The failure to tell when the system refuses to read a part of a ledger."""
    return NotKept(
        "{place} of the ledger cannot be read: {reason}. Nothing was changed.",
        can_retry=True,
        place=place,
        reason=reason_of(error),
    )


def write_files(folder: Path, files: Mapping[str, bytes], *, mode: int = READABLE) -> None:
    """Writes the files, in order, below `folder`; each replaces what had its name. Raises: NotKept."""
    touched: set[Path] = set()
    try:
        for name, data in files.items():
            _write_one(folder, name, data, mode=mode, touched=touched)
        for place in sorted(touched, key=lambda place: (-len(place.parts), place)):
            durable.sync_folder(place)
    except OSError as error:
        raise not_kept(folder, error) from error


def not_kept(folder: Path, error: OSError) -> NotKept:
    """The failure to tell when the system refuses to write below a folder."""
    return NotKept(
        "The folder {name} cannot be written: {reason}. What it held is intact; try again when the cause is gone.",
        can_retry=True,
        name=folder.name,
        reason=reason_of(error),
    )


def _write_one(folder: Path, name: str, data: bytes, *, mode: int, touched: set[Path]) -> None:
    target, fresh = folder / name, folder / INCOMING / "part"
    for place in (fresh.parent, target.parent):
        durable.make_folder(place, mode=_FOLDER_MODE)
    durable.fill(os.open(fresh, _WRITE, mode), data)
    os.replace(fresh, target)  # noqa: PTH105 - through os, where tests cut it
    touched.add(target.parent)


def remove_files(paths: Sequence[Path]) -> None:
    """Removes files that newer files have replaced, and folders that this leaves empty; a failure waits for next time."""
    for path in paths:
        with contextlib.suppress(OSError):
            os.unlink(path)  # noqa: PTH108 - through os, where tests cut it
    for place in {path.parent for path in paths}:
        with contextlib.suppress(OSError):
            os.rmdir(place)  # noqa: PTH106 - the same


class Lock:
    """Holds a folder for one writer, until closed or until the process ends. Raises: Busy, NotKept."""

    def __init__(self, folder: Path) -> None:
        self._opened: int | None = None
        try:
            durable.make_folder(folder, mode=_FOLDER_MODE)
            self._opened = os.open(folder, os.O_RDONLY)
            if fcntl:
                fcntl.flock(self._opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.close()
            raise Busy(
                "Another process writes the folder {name}; nothing was changed. Stop one of the two.",
                can_retry=True,
                name=folder.name,
            ) from error
        except OSError as error:
            self.close()
            raise not_kept(folder, error) from error

    def close(self) -> None:
        """Lets others write."""
        if self._opened is not None:
            os.close(self._opened)
            self._opened = None

    def __del__(self) -> None:
        self.close()
