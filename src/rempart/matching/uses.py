"""The use log of the lists: one line for each time that a list is added or opened, before anything of it is seen.

A line is JSON and tells the SHA-256 of the line before it, so that no line can be changed, taken out or put between others
unseen. What the chain cannot show is that the last lines were cut off, or that all was written anew: whoever must prove that
puts `head` into the ledger of the site. It holds no digest that was looked up, and no word of an exhibit.
"""

import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from rempart.errors import Damaged, OutsideFailure, reason_of
from rempart.evidence import durable

START = "0" * 64  # what the first line tells of the line before it
_LAST_BYTES = 1 << 20  # no line is longer


class BrokenUses(Damaged):
    """A line of the use log is not as it was written."""


class UsesNotKept(OutsideFailure):
    """A line of the use log could not be written."""


class Use(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One use. by: who; act: add, open, check or remove; looked_up: how many media or digests; exhibits: their SHA-256.

    at: aware, passed in. previous: SHA-256 of the line before, START for the first.
    """

    seq: int
    at: datetime
    by: str
    act: str
    list_id: str
    looked_up: int
    exhibits: tuple[str, ...] = ()
    previous: str = START


class LookUp(msgspec.Struct, frozen=True, kw_only=True):
    """What a person opens lists for, as the log will tell it."""

    by: str
    at: datetime
    act: str = "open"
    looked_up: int = 0
    exhibits: tuple[str, ...] = ()


def log_use(path: Path, list_id: str, use: LookUp) -> Use:
    """Appends a line, and returns when it is on the disk. Raises: BrokenUses, UsesNotKept."""
    try:
        with durable.appending(path) as file:
            last = _last_line(file, path.name)
            line = Use(
                seq=_read(last, path.name).seq + 1 if last else 1,
                at=use.at,
                by=use.by,
                act=use.act,
                list_id=list_id,
                looked_up=use.looked_up,
                exhibits=use.exhibits,
                previous=_digest(last) if last else START,
            )
            file.seek(0, os.SEEK_END)
            file.write(msgspec.json.encode(line) + b"\n")
    except OSError as error:
        raise UsesNotKept(
            "The use of a list could not be written down, so the list was not opened: {reason}.",
            can_retry=True,
            reason=reason_of(error),
        ) from error
    return line


def read_uses(path: Path) -> tuple[Use, ...]:
    """Every line, in order, the chain followed; none when there is no log. Raises: BrokenUses with the number of the line."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return ()
    previous, uses = START, []
    for number, line in enumerate(lines[:-1], 1):
        use = _read(line, path.name, number)
        if use.previous != previous or use.seq != number:
            raise _broken(path.name, number)
        uses.append(use)
        previous = _digest(line)
    if lines[-1]:
        raise _broken(path.name, len(lines))
    return tuple(uses)


def head(path: Path) -> str:
    """The SHA-256 of the last line, START for none: what another log may hold of this one. Raises: BrokenUses."""
    read_uses(path)
    lines = path.read_bytes().split(b"\n") if path.exists() else [b""]
    return _digest(lines[-2]) if len(lines) > 1 else START


def _last_line(file: BinaryIO, name: str) -> bytes:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _LAST_BYTES))
    lines = file.read().split(b"\n")
    if lines[-1]:
        raise _broken(name, None)
    return lines[-2] if len(lines) > 1 else b""


def _read(line: bytes, name: str, number: int | None = None) -> Use:
    try:
        return msgspec.json.decode(line, type=Use)
    except msgspec.DecodeError as error:
        raise _broken(name, number) from error


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _broken(name: str, number: int | None) -> BrokenUses:
    if number is None:
        return BrokenUses("The last line of the use log {name} is not whole. Keep a copy, then compare with the backup.", name=name)  # fmt: skip
    return BrokenUses(
        "Line {number} of the use log {name} is not as it was written. Keep a copy, then compare with the backup.",
        number=number,
        name=name,
    )
