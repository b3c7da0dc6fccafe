"""A disk that loses its power: a record of calls in, what may stand on it afterwards out.

What was fsynced is there afterwards. Of the rest each change of a name may be there or not, and data that was not
fsynced may be whole, torn, or zeroes: what journaling file systems promise, and no more.
"""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One call. kind: create, write, sync, rename (path to other), unlink, or published (size in path)."""

    kind: str
    path: str
    other: str = ""
    data: bytes = b""


@dataclass(slots=True)
class Inode:
    """A file: its data, and what of it was fsynced."""

    data: bytes = b""
    durable: bytes = b""


class Recorder:
    """Records the calls below a folder while they are made."""

    def __init__(self, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events: list[Event] = []
        self._base, self._opened = base, dict[int, str]()
        self._real = {name: getattr(os, name) for name in ("open", "write", "fsync", "replace", "unlink")}
        for name in self._real:
            monkeypatch.setattr(os, name, getattr(self, name))

    def _name(self, path: object) -> str:
        return Path(str(path)).relative_to(self._base).as_posix()

    def open(self, path: object, flags: int, *mode: int) -> int:
        """Remembers which file a number stands for."""
        number: int = self._real["open"](path, flags, *mode)
        if str(path).startswith(str(self._base)):
            self._opened[number] = self._name(path)
            if flags & os.O_TRUNC:
                self.events.append(Event(kind="create", path=self._opened[number]))
        return number

    def write(self, number: int, data: memoryview) -> int:
        """Data that may be torn until fsync."""
        self.events.append(Event(kind="write", path=self._opened[number], data=bytes(data)))
        written: int = self._real["write"](number, data)
        return written

    def fsync(self, number: int) -> None:
        """Of a file or of a folder."""
        self.events.append(Event(kind="sync", path=self._opened[number]))
        self._real["fsync"](number)

    def replace(self, old: object, new: object) -> None:
        """A rename that may be lost until its folder is fsynced."""
        self.events.append(Event(kind="rename", path=self._name(old), other=self._name(new)))
        self._real["replace"](old, new)

    def unlink(self, path: object) -> None:
        """A removal that may be lost too."""
        self._real["unlink"](path)
        self.events.append(Event(kind="unlink", path=self._name(path)))


class Disk:
    """What programs see, what is durable, and the changes of names in between."""

    def __init__(self) -> None:
        self._seen: dict[str, Inode] = {}
        self._durable: dict[str, Inode] = {}
        self._waiting: list[tuple[str, Inode | None]] = []  # None: the name goes

    def apply(self, event: Event) -> None:
        """Takes one call into account."""
        path = event.path
        if event.kind == "create":
            self._seen[path] = Inode()
            self._waiting.append((path, self._seen[path]))
        elif event.kind == "write":
            self._seen[path].data += event.data
        elif event.kind == "rename":
            self._seen[event.other] = self._seen.pop(path)
            self._waiting += [(event.other, self._seen[event.other]), (path, None)]
        elif event.kind == "unlink":
            self._seen.pop(path, None)
            self._waiting.append((path, None))
        elif event.kind == "sync" and path in self._seen:
            self._seen[path].durable = self._seen[path].data
        elif event.kind == "sync":
            settled = [change for change in self._waiting if parent(change[0]) == path]
            self._waiting = [change for change in self._waiting if parent(change[0]) != path]
            rename(self._durable, settled)

    def images(self, dice: random.Random, *, draws: int) -> Iterator[dict[str, bytes]]:
        """What may stand on the disk: nothing that waits, all of it, and `draws` times some of it."""
        count = len(self._waiting)
        choices = [[False] * count, [True] * count]
        choices += [[dice.random() < 0.5 for _ in range(count)] for _ in range(draws if count else 0)]
        for choice in choices:
            names = dict(self._durable)
            rename(names, [change for change, there in zip(self._waiting, choice, strict=True) if there])
            yield {name: torn(inode, dice) for name, inode in names.items()}


def rename(names: dict[str, Inode], changes: list[tuple[str, Inode | None]]) -> None:
    """Makes the changes of names, in order."""
    for path, inode in changes:
        if inode:
            names[path] = inode
        else:
            names.pop(path, None)


def torn(inode: Inode, dice: random.Random) -> bytes:
    """Data that was fsynced is whole; other data may be anything that a cut leaves."""
    if inode.data == inode.durable:
        return inode.data
    length = dice.randrange(len(inode.data) + 1)
    return dice.choice([inode.durable, inode.data, inode.data[:length], b"\0" * length])


def parent(path: str) -> str:
    """The folder of a path."""
    return PurePosixPath(path).parent.as_posix()
