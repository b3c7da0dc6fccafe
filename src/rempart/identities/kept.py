"""Judgements on disk: one JSON object a line beside the tables of an analysis, only ever appended to, nothing rewritten.

The file is the whole memory of layer 3 outside a site: what stands is the fold of its lines (`judgements`).
"""

import os
from pathlib import Path

import msgspec

from rempart.errors import Damaged, OutsideFailure, reason_of
from rempart.evidence import durable
from rempart.identities.judgements import BadJudgements, Judgement, check

FILE = "judgements.jsonl"  # in the folder of the analysis


class BrokenJudgements(Damaged):
    """A line of the kept judgements is not as it was written."""


class JudgementNotKept(OutsideFailure):
    """A judgement could not be written."""


def read_kept(folder: Path) -> tuple[Judgement, ...]:
    """Every judgement kept in the folder, in the order of writing; none when there is no file. Raises: BrokenJudgements."""
    try:
        lines = (folder / FILE).read_bytes().split(b"\n")
    except FileNotFoundError:
        return ()
    if lines[-1]:
        raise _broken(len(lines))
    return tuple(_read(line, number) for number, line in enumerate(lines[:-1], 1))


def keep(folder: Path, judgement: Judgement) -> None:
    """Appends a judgement, and returns when it is on the disk. Raises: BadJudgements, BrokenJudgements, JudgementNotKept."""
    check(judgement)
    read_kept(folder)
    try:
        with durable.appending(folder / FILE) as file:
            file.seek(0, os.SEEK_END)
            file.write(msgspec.json.encode(judgement) + b"\n")
    except OSError as error:
        raise JudgementNotKept(
            "The judgement could not be written down, so it does not stand: {reason}.",
            can_retry=True,
            reason=reason_of(error),
        ) from error


def _read(line: bytes, number: int) -> Judgement:
    try:
        told = msgspec.json.decode(line, type=Judgement)
        check(told)
    except (msgspec.DecodeError, BadJudgements) as error:
        raise _broken(number) from error
    return told


def _broken(number: int) -> BrokenJudgements:
    return BrokenJudgements(
        "Line {number} of {name} is not a judgement as it was written. Keep a copy, then compare with the backup.",
        number=number,
        name=FILE,
    )
