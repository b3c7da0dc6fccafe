"""What desk and worker say to each other on the socket: one question, one answer, each a length of 4 bytes and JSON."""

import socket
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from rempart.errors import Damaged
from rempart.web.config import Site
from rempart.web.searching.index import MOST_HITS, Hit

SOCKET = "search.sock"
MOST_QUESTION_BYTES, MOST_ANSWER_BYTES = 8_192, 1_000_000
_LENGTH_BYTES = 4
_MOST_PATH_BYTES = 100  # the system takes 108


class Garbled(Damaged):
    """What came is no message of this socket."""


class Refusal(StrEnum):
    """Why a question has no answer."""

    NO_QUESTION = "no_question"  # not a question that this version knows, or one that cannot be searched for
    FAILED = "failed"


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is searched for."""

    query: Annotated[str, Meta(max_length=1_000)]
    limit: Annotated[int, Meta(ge=1, le=MOST_HITS)]


class Found(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What was found. `indexed` of `total` opened reports can be found by now; is_cut: there are more hits than these."""

    hits: tuple[Hit, ...]
    is_cut: bool
    indexed: int
    total: int


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Nothing was looked for."""

    why: Refusal


Answer = Found | Refused
_QUESTIONS = msgspec.json.Decoder(Question)
_ANSWERS: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


def socket_path(site: Site) -> Path:
    """Where the worker answers."""
    return site.desk_database.parent / SOCKET


def address_in(folder_fd: int, path: Path) -> str:
    """The address of the socket; by its open folder where the path is too long for the system."""
    text = str(path)
    return text if len(text.encode()) <= _MOST_PATH_BYTES else f"/proc/self/fd/{folder_fd}/{path.name}"


def send(line: socket.socket, message: Question | Answer) -> None:
    """Raises: OSError; TimeoutError after the time-out of the socket."""
    data = msgspec.json.encode(message)
    line.sendall(len(data).to_bytes(_LENGTH_BYTES, "big") + data)


def receive(line: socket.socket, *, most_bytes: int, until: float) -> bytes:
    """One message. until: of time.monotonic().

    Raises: Garbled when it is longer or ends early; TimeoutError; OSError.
    """
    size = int.from_bytes(_exactly(line, _LENGTH_BYTES, until), "big")
    if size > most_bytes:
        raise Garbled("The message on the socket of the search is too long; it was not read.")
    return _exactly(line, size, until)


def read_question(data: bytes) -> Question:
    """Raises: Garbled."""
    try:
        return _QUESTIONS.decode(data)
    except msgspec.MsgspecError:
        raise Garbled("What came on the socket of the search is no question of this version.") from None


def read_answer(data: bytes) -> Answer:
    """Raises: Garbled."""
    try:
        return _ANSWERS.decode(data)
    except msgspec.MsgspecError:
        raise Garbled("What came on the socket of the search is no answer of this version.") from None


def _exactly(line: socket.socket, size: int, until: float) -> bytes:
    data = bytearray()
    while len(data) < size:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        line.settimeout(left)
        more = line.recv(size - len(data))
        if not more:
            raise Garbled("The message on the socket of the search ends early.")
        data += more
    return bytes(data)
