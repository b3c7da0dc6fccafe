"""Messages on the socket of the search: whole, of a bounded size, and in time."""

import socket
import time
from collections.abc import Iterator
from uuid import UUID

import msgspec
import pytest

from rempart.web.searching import wire
from rempart.web.searching.index import MOST_HITS, Field, Hit
from rempart.web.searching.wire import Found, Garbled, Question

LATER_S = 20.0


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a socket."""
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def test_a_message_that_is_too_long_is_not_waited_for(line: tuple[socket.socket, socket.socket]) -> None:
    """Its length is enough to refuse it."""
    line[0].sendall((11).to_bytes(4, "big"))

    with pytest.raises(Garbled):
        wire.receive(line[1], most_bytes=10, until=time.monotonic() + LATER_S)


def test_a_message_that_ends_early_is_none(line: tuple[socket.socket, socket.socket]) -> None:
    """Half of an answer is not an answer."""
    line[0].sendall((10).to_bytes(4, "big") + b"12345")
    line[0].shutdown(socket.SHUT_WR)

    with pytest.raises(Garbled):
        wire.receive(line[1], most_bytes=10, until=time.monotonic() + LATER_S)


def test_a_message_that_drips_is_not_waited_for_longer_than_told(line: tuple[socket.socket, socket.socket]) -> None:
    """The time is that of the whole message, not of each piece."""
    line[0].sendall((10).to_bytes(4, "big") + b"12345")

    with pytest.raises(TimeoutError):
        wire.receive(line[1], most_bytes=10, until=time.monotonic())


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"null", b'{"query":"a"}', b'{"query":"a","limit":0}', b'{"query":"a","limit":1,"x":1}']
)
def test_what_is_no_question_is_refused(data: bytes) -> None:
    """Nothing is guessed."""
    with pytest.raises(Garbled):
        wire.read_question(data)


def test_question_and_answer_come_as_they_were_sent(line: tuple[socket.socket, socket.socket]) -> None:
    """In any language."""
    question = Question(query="éàü « 學校 »", limit=7)
    answer = Found(hits=(Hit(report=UUID(int=5), rank=1, found_in=Field.SEVERAL),), is_cut=True, indexed=3, total=4)
    until = time.monotonic() + LATER_S

    wire.send(line[0], question)
    asked = wire.read_question(wire.receive(line[1], most_bytes=wire.MOST_QUESTION_BYTES, until=until))
    wire.send(line[1], answer)
    told = wire.read_answer(wire.receive(line[0], most_bytes=wire.MOST_ANSWER_BYTES, until=until))

    assert (asked, told) == (question, answer)


def test_the_longest_answer_fits() -> None:
    """As many hits as may be asked for."""
    hits = tuple(Hit(report=UUID(int=2**128 - 1), rank=rank, found_in=Field.ADDRESSES) for rank in range(MOST_HITS))

    assert len(msgspec.json.encode(Found(hits=hits, is_cut=True, indexed=10**9, total=10**9))) < wire.MOST_ANSWER_BYTES
