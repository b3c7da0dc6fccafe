"""The desk's side of the search. It has three answers: found, nothing found, and nobody to ask; the last is never told as the second."""

import os
import socket
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rempart.web.config import Site
from rempart.web.searching import expression, wire
from rempart.web.searching.wire import Found, Garbled, Question, Refused

TIMEOUT_S = 2.0
USUAL_HITS = 50


class Why(StrEnum):
    """Why nobody answered."""

    AWAY = "away"  # no worker searches now: it is not running, or just starting
    SLOW = "slow"  # none within TIMEOUT_S
    BROKEN = "broken"  # the worker could not answer, or in another version's words


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReached:
    """Nobody looked: whether there is something to find is not known."""

    why: Why


def search(site: Site, *, query: str, limit: int = USUAL_HITS) -> Found | NotReached:
    """The reports in which everything of the query occurs. Whether the person may see them is for the caller to ask.

    limit: from 1 to index.MOST_HITS. Raises: TooLong, NothingToFind, with a sentence for the person.
    """
    expression.read_query(query)
    try:
        answer = _ask(
            wire.socket_path(site), Question(query=_sendable(query), limit=limit), time.monotonic() + TIMEOUT_S
        )
    except (TimeoutError, BlockingIOError):  # the second: its queue is full
        return NotReached(why=Why.SLOW)
    except Garbled:
        return NotReached(why=Why.BROKEN)
    except OSError:
        return NotReached(why=Why.AWAY)
    return NotReached(why=Why.BROKEN) if isinstance(answer, Refused) else answer


def _ask(path: Path, question: Question, until: float) -> wire.Answer:
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(TIMEOUT_S)
            line.connect(wire.address_in(folder, path))
            wire.send(line, question)
            return wire.read_answer(wire.receive(line, most_bytes=wire.MOST_ANSWER_BYTES, until=until))
    finally:
        os.close(folder)


def _sendable(query: str) -> str:
    return query.encode("utf-8", "replace").decode("utf-8")
