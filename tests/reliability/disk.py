"""A disk that forgets: replays what a process wrote, and shows what a power cut at any point may leave.

The process runs once under strace. Then, for every prefix of its calls: what was synced is there; what was written since is
dropped, kept, or kept by halves (each sector of 512 bytes, each name, by the toss of a coin). Names (files made, renamed, removed) last
when their folder is synced. Source: reference/security.md, appendix; the coin knows no order, which is harsher than most disks.
"""

import random
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

SECTOR = 512
CALLS = "openat,pwrite64,write,fdatasync,fsync,ftruncate,unlink,unlinkat,rename,renameat,renameat2,mkdir"
_LINE = re.compile(rb"^(?:\d+\s+)?(\w+)\((.*)\)\s+= (-?\d+)")
_FD = re.compile(rb"^(\d+|AT_FDCWD)<([^>]*)>")
_TEXT = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"')
_NUMBERS = re.compile(rb"(\d+)")
Mode = Literal["drop", "keep", "torn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One call that succeeded. path: as the process names it. data: for `out`, what was said to the world."""

    verb: Literal["make", "write", "cut", "sync", "rename", "remove", "out"]
    path: str
    offset: int = 0
    data: bytes = b""
    target: str = ""


def record(command: Sequence[str], *, below: Path, trace: Path) -> list[Event]:
    """Runs the command under strace and gives what it did to files below a folder, and said on standard output."""
    call = ["strace", "-f", "-qq", "-y", "-xx", "-s", "4000000", "-e", f"trace={CALLS}", "-o", str(trace), *command]
    subprocess.run(call, check=True, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[2])
    return list(_events(trace, str(below)))


def _events(trace: Path, below: str) -> Iterator[Event]:
    positions: dict[str, int] = {}
    for line in trace.read_bytes().splitlines():
        found = _LINE.match(line)
        if found and not found[3].startswith(b"-"):
            yield from _event(found[1].decode(), found[2], int(found[3]), below, positions)


def _event(call: str, told: bytes, result: int, below: str, positions: dict[str, int]) -> Iterator[Event]:
    texts = [bytes.fromhex(text.replace(b"\\x", b"").decode()) for text in _TEXT.findall(told)]
    fd = _FD.match(told)
    path = (
        bytes.fromhex(fd[2].replace(b"\\x", b"").decode()).decode()
        if fd and fd[2].startswith(b"\\x")
        else (fd[2].decode() if fd else "")
    )
    if call == "write" and fd and fd[1] == b"1":
        yield Event(verb="out", path="", data=texts[0])
        return
    named = texts[0].decode("utf-8", "replace") if texts else ""
    at = named if call in {"openat", "unlink", "unlinkat", "rename", "renameat", "renameat2", "mkdir"} else path
    if not at.startswith(below) or at.endswith("-shm"):
        return
    if call == "openat" and b"O_CREAT" in told:
        yield Event(verb="make", path=at)
        positions[at] = 0
    elif call == "openat":
        positions[at] = 0
    elif call == "pwrite64":
        yield Event(
            verb="write", path=at, offset=int(_NUMBERS.findall(told.rsplit(b",", 1)[1])[0]), data=texts[0][:result]
        )
    elif call == "write":
        yield Event(verb="write", path=at, offset=positions.get(at, 0), data=texts[0][:result])
        positions[at] = positions.get(at, 0) + result
    elif call == "ftruncate":
        yield Event(verb="cut", path=at, offset=int(_NUMBERS.findall(told.rsplit(b",", 1)[1])[0]))
    elif call in {"fsync", "fdatasync"}:
        yield Event(verb="sync", path=at)
    elif call in {"unlink", "unlinkat"}:
        yield Event(verb="remove", path=at)
    elif call.startswith("rename"):
        yield Event(verb="rename", path=at, target=texts[1].decode())


@dataclass(slots=True)
class _File:
    durable: bytearray
    pending: list[Event] = field(default_factory=list)


class Disk:
    """Files below a folder as they are on the plate, and what is on its way there."""

    def __init__(self, below: Path) -> None:
        self._names: dict[str, _File] = {}  # durable names
        self._live: dict[str, _File] = {}  # names as the process sees them
        self._moves: list[Event] = []  # names on their way
        self._moved: dict[int, _File] = {}
        self.out = b""
        for path in below.rglob("*"):
            if path.is_file() and not path.name.endswith("-shm"):
                file = _File(bytearray(path.read_bytes()))
                self._names[str(path)] = self._live[str(path)] = file

    def apply(self, event: Event) -> None:
        """The next call."""
        if event.verb == "out":
            self.out += event.data
        elif event.verb == "make":
            if event.path not in self._live:
                self._live[event.path] = _File(bytearray())
                self._note(event)
        elif event.verb in {"write", "cut"}:
            self._live[event.path].pending.append(event)
        elif event.verb == "sync":
            self._sync(event.path)
        elif event.verb == "remove":
            if self._live.pop(event.path, None):
                self._note(event)
        elif event.verb == "rename":
            self._live[event.target] = self._live.pop(event.path)
            self._note(event)

    def _note(self, event: Event) -> None:
        self._moves.append(event)
        self._moved[id(event)] = self._live.get(event.target or event.path, _File(bytearray()))

    def _sync(self, path: str) -> None:
        """Of a file: its bytes, and its own name where it is new (as ext4 and xfs do); of a folder: the names in it."""
        if path in self._live:
            file = self._live[path]
            for event in file.pending:
                _write(file.durable, event)
            file.pending.clear()
            self._settle([move for move in self._moves if move.verb == "make" and move.path == path])
        else:
            self._settle([move for move in self._moves if str(Path(move.target or move.path).parent) == path])

    def _settle(self, moves: Sequence[Event]) -> None:
        for move in moves:
            self._move(self._names, move)
            self._moves.remove(move)

    def _move(self, names: dict[str, _File], move: Event) -> None:
        if move.verb == "make":
            names[move.path] = self._moved[id(move)]
        elif move.verb == "remove":
            names.pop(move.path, None)
        else:
            names.pop(move.path, None)
            names[move.target] = self._moved[id(move)]

    def after_cut(self, mode: Mode, dice: random.Random) -> dict[str, bytes]:
        """What is found when the power comes back: path -> bytes."""
        names = dict(self._names)
        for move in self._moves:
            if mode == "keep" or (mode == "torn" and dice.random() < 0.5):
                self._move(names, move)
        return {path: _after_cut(file, mode, dice) for path, file in names.items()}


def _after_cut(file: _File, mode: Mode, dice: random.Random) -> bytes:
    if mode == "drop" or not file.pending:
        return bytes(file.durable)
    found = bytearray(file.durable)
    for event in file.pending:
        if mode == "keep" or event.verb == "cut":
            if mode == "keep" or dice.random() < 0.5:
                _write(found, event)
            continue
        for start in range(0, len(event.data), SECTOR):
            if dice.random() < 0.5:
                piece = event.data[start : start + SECTOR]
                _write(found, Event(verb="write", path="", offset=event.offset + start, data=piece))
    return bytes(found)


def _write(found: bytearray, event: Event) -> None:
    if event.verb == "cut":
        del found[event.offset :]
        found.extend(bytes(event.offset - len(found)))
        return
    end = event.offset + len(event.data)
    if len(found) < end:
        found.extend(bytes(end - len(found)))
    found[event.offset : end] = event.data


def python(*arguments: str) -> list[str]:
    """This interpreter with arguments."""
    return [sys.executable, *arguments]
