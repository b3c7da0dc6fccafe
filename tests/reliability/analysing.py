"""A worker that is killed in the middle of analyses: `python -m tests.reliability.analysing SITE PLACES`, where places are `stage[:done]`.

Set up once, it forks a worker for each life. For every place: an analysis is asked for, a worker begins it and kills itself there, the next
one ends it. Each place is told as one line of JSON (`Life`); the first line is that of an analysis that nobody killed.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from rempart.web.config import Face, Site
from rempart.web.setup import django_as

if TYPE_CHECKING:
    from tests.reliability.analysed import Case

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
WHOLE = "nobody"


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one analysis. status: of the process that was killed. stages: that the second worker went through.

    made: SHA-256 of outline, messages and words; places: whether every message is there once. clear: files of the site, the
    database and the memory in which a text of the export stands.
    """

    place: str
    status: int = 0
    state: str = ""
    tries: int = 0
    stages: tuple[str, ...] = ()
    made: str = ""
    is_whole: bool = False
    left: int = 0
    clear: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


def main() -> None:
    """Lives all lives."""
    site = Site.at(Path(sys.argv[1]))
    django_as(site, Face.WORKER)
    from tests.reliability.analysed import Case

    case = Case(site)
    lives = [_live(case, place) for place in (WHOLE, *sys.argv[3].split(","))]
    folders = (site.folder, Path(sys.argv[2]), *(place for place in case.places() if place.exists()))
    clear = tuple(_holding(folders, case.texts()))
    for life in lives:
        sys.stdout.buffer.write(msgspec.json.encode(msgspec.structs.replace(life, clear=clear)) + b"\n")


def _live(case: Case, place: str) -> Life:
    """One analysis from its asking to its end."""
    dossier = case.ask(place)
    status = _fork(lambda: case.work(NOW, die_at=place)) if place != WHOLE else 0
    case.settle()
    if place == "placing":
        case.forget_a_chunk()
    reader, writer = os.pipe()
    _fork(lambda: os.write(writer, ",".join(case.work(NOW + timedelta(minutes=1))).encode()))
    os.close(writer)
    stages = tuple(os.read(reader, 4_096).decode().split(","))
    os.close(reader)
    return msgspec.structs.replace(case.outcome(dossier, place), status=status, stages=stages)


def _fork(task: Callable[[], object]) -> int:
    """What a process that does the task ended with; negative: the signal."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if not child:
        task()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _holding(folders: tuple[Path, ...], texts: list[bytes]) -> Iterator[str]:
    for path in (path for folder in folders for path in folder.rglob("*")):
        if path.is_file() and any(text in path.read_bytes() for text in texts):
            yield str(path)


def digest(pieces: list[bytes]) -> str:
    """One mark for all."""
    return hashlib.sha256(b"".join(hashlib.sha256(piece).digest() for piece in pieces)).hexdigest()


if __name__ == "__main__":
    main()
