"""A gunicorn worker that gives a thread only to a request that has arrived whole; slow senders wait in the loop, where they cost little.

Gunicorn's own threads read from the sender, so that a few slow ones take them all; and its loop waits up to two seconds for each
connection that does not close its end. Here the loop reads heads and bodies, in memory only (large ones in anonymous memory, never
on a disk), and closes without waiting. Whoever is too slow, or sits there longest when places run out, is cut.
"""

import contextlib
import errno
import io
import os
import re
import selectors
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gunicorn.http import get_parser
from gunicorn.workers.gthread import TConn, ThreadWorker

from rempart.web import refusals
from rempart.web.buckets import Gauge

HEAD_BYTES = 32_768  # request line and headers
HEAD_S = 10.0
BODY_S, FLOOR_BYTES_PER_S = 15.0, 8_192  # a body may take BODY_S and what its length takes at this speed
SMALL_BYTES = 131_072  # a body above it is held in anonymous memory
MOST_LARGE = 32  # large bodies arriving at once, per worker
GRACE_S = 5.0  # for so long nobody is called slow
FRESH_S = 1.0  # whoever came less long ago is not cut to make a place
LEAVE_S, LEAVE_BYTES = 5.0, 16_000_000  # how long a closed answer waits for the sender to stop sending
SEND_S = 10
SEND_BUFFER_BYTES = 262_144  # whole pages fit; a slow reader then holds no thread
_READ_BYTES, _READS_AT_ONCE = 65_536, 16
_SWITCH_S = 0.0003  # the loop waits for the interpreter at most so long behind a busy thread (the default is 5 ms)
_LOOK_S = 0.05
MOST_WAITING = 64  # connections that the system holds for us: more means that we are behind
_NO_ROOM = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*(?=\r\n)", re.IGNORECASE)
_LENGTHS = re.compile(rb"\r\ncontent-length[ \t]*:", re.IGNORECASE)
_TARGET = re.compile(rb"[A-Z]{1,20} ([^ ?\r\n]{1,2048})")
_WISH = re.compile(rb"\r\naccept-language:([^\r\n]{0,200})", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_FORWARDED_FOR = re.compile(rb"\r\nx-forwarded-for:([^\r\n]*)", re.IGNORECASE)
_EXPECT = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n)", re.IGNORECASE)


@dataclass(slots=True, kw_only=True, eq=False)
class Arrival:
    """A connection whose request is on its way. `needed`: bytes of head and body; None until the head is whole."""

    sock: socket.socket
    client: Any
    server: Any
    since: float
    until: float
    head: bytearray = field(default_factory=bytearray)
    needed: int | None = None
    body: io.FileIO | None = None
    body_bytes: int = 0

    @property
    def is_whole(self) -> bool:
        """True when nothing is missing."""
        return self.needed is not None and len(self.head) + self.body_bytes >= self.needed

    def keep(self, data: bytes) -> None:
        """Keeps what came."""
        if self.body is None:
            self.head += data
        else:
            self.body.write(data)
            self.body_bytes += len(data)

    def speed(self, now: float) -> float:
        """Bytes a second since the beginning."""
        return (len(self.head) + self.body_bytes) / max(now - self.since, 0.001)


class Replayed:
    """Gives gunicorn's parser what has arrived, as a socket would; then the end."""

    def __init__(self, arrival: Arrival) -> None:
        self._head, self._body = io.BytesIO(arrival.head), arrival.body
        if self._body:
            self._body.seek(0)

    def recv(self, size: int) -> bytes:
        """The next bytes."""
        return self._head.read(size) or (self._body.read(size) if self._body else b"")


@dataclass(slots=True, kw_only=True, eq=False)
class _Leaving:
    sock: socket.socket
    until: float
    bytes_left: int = LEAVE_BYTES


def _backlog(listener: Any) -> int:  # noqa: ANN401 - gunicorn ships no types
    """How many connections the system holds for a TCP listener (tcpi_unacked of TCP_INFO); 0 where it cannot say."""
    try:
        return int(struct.unpack_from("I", listener.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104), 24)[0])
    except OSError:
        return 0


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """See the head of the module. The configuration says keepalive = 0: one request a connection."""

    most_body_bytes = 1 << 40  # what the application refuses unread; set by `listening`
    has_api = False  # the public face: programs ask too
    held_bytes = 1 << 29  # of all large bodies that are arriving
    head_s = HEAD_S
    gauge = Gauge()
    may_send: Callable[..., bool] = staticmethod(lambda _peer, **_told: True)

    def init_process(self) -> None:
        """Once per process, before the loop."""
        self._arriving: dict[Arrival, None] = {}  # oldest first
        self._leaving: dict[_Leaving, None] = {}
        self._looked_at, self._handed = 0.0, 0
        sys.setswitchinterval(_SWITCH_S)
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        """Takes new connections and begins to read."""
        for _ in range(_READS_AT_ONCE):
            if self.nr_conns >= self.worker_connections and not self._cut_oldest():
                return
            try:
                sock, client = listener.accept()
            except OSError as error:  # nobody there any more, or too many open files: room is made for the next turn
                if error.errno in _NO_ROOM:
                    self._cut_oldest()
                return
            sock.setblocking(False)
            now = time.monotonic()
            arrival = Arrival(
                sock=sock, client=client, server=listener.getsockname(), since=now, until=now + self.head_s
            )
            self.nr_conns += 1
            self._arriving[arrival] = None
            self._read(arrival)
            if arrival in self._arriving:
                self.poller.register(sock, selectors.EVENT_READ, lambda _sock, arrival=arrival: self._read(arrival))

    def finish_request(self, conn: Any, _future: Any) -> None:  # noqa: ANN401 - the same
        """Half-closes; the loop reads away what still comes, so that the answer is not torn by a reset."""
        if conn.arrival.body:
            conn.arrival.body.close()
        self._handed -= 1
        self._leave(conn.sock)

    def murder_pending(self) -> None:
        """Once a loop: cuts who is too late, and the oldest when places run out; tells the lanes when too much has come."""
        now = time.monotonic()
        if now - self._looked_at < _LOOK_S:
            return
        waiting = sum(_backlog(listener) for listener in self.sockets)
        self.gauge.tell(too_much=self._handed > 2 * self.cfg.threads or waiting > MOST_WAITING)
        self._looked_at = now
        patience_s = 0.0 if self.alive else self.head_s  # a worker that is told to stop does not wait for the slow ones
        for arrival in [one for one in self._arriving if one.until < now + patience_s]:
            self._drop(arrival)
        for leaving in [one for one in self._leaving if one.until < now]:
            self._gone(leaving)
        if self.nr_conns >= self.worker_connections:
            for _ in range(max(1, self.worker_connections // 20)):
                self._cut_oldest()

    def _read(self, arrival: Arrival) -> None:
        for _ in range(_READS_AT_ONCE):
            try:
                data = arrival.sock.recv(_READ_BYTES)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._drop(arrival)
                return
            arrival.keep(data)
            if arrival.needed is None and not self._read_head(arrival):
                return
            if arrival.is_whole:
                self._hand_over(arrival)
                return

    def _read_head(self, arrival: Arrival) -> bool:
        """False when the arrival is no longer waited for here."""
        end = arrival.head.find(b"\r\n\r\n")
        if end < 0:
            if len(arrival.head) > HEAD_BYTES:
                self._refuse(arrival, refusals.BAD_LENGTH)
                return False
            return True
        body_at = end + 4
        head = bytes(arrival.head[: end + 2])
        told, is_chunked = _LENGTH.findall(head), bool(_CHUNKED.search(head))
        if len(_LENGTHS.findall(head)) != len(told) or len(told) + is_chunked > 1:  # where the body ends is not clear
            self._refuse(arrival, refusals.BAD_LENGTH)
            return False
        length = int(told[0]) if told else 0
        if length > self.most_body_bytes:  # refused by `Edge` without a byte of it
            length = 0
            del arrival.head[body_at:]
        arrival.needed = body_at + length
        if length:
            self._expect_body(arrival, head, body_at=body_at, length=length)
        return length <= SMALL_BYTES or self._make_room(arrival, head, length)

    def _expect_body(self, arrival: Arrival, head: bytes, *, body_at: int, length: int) -> None:
        arrival.until = time.monotonic() + BODY_S + length / FLOOR_BYTES_PER_S
        if _EXPECT.search(head):
            with contextlib.suppress(OSError):
                arrival.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            plain = _EXPECT.sub(b"", head)
            arrival.head[: body_at - 2] = plain  # answered here, once
            arrival.needed = len(plain) + 2 + length

    def _make_room(self, arrival: Arrival, head: bytes, length: int) -> bool:
        """Moves the body into anonymous memory; False when its source sends too much, or when nobody slow can be cut for it."""
        peer = arrival.client[0] if isinstance(arrival.client, tuple) else ""
        told = b",".join(_FORWARDED_FOR.findall(head)).decode("latin-1")
        if not self.may_send(peer, untrusted_forwarded_for=told, upload_bytes=length):
            self._refuse(arrival, refusals.BUSY)
            return False
        large = [one for one in self._arriving if one.body is not None]
        if len(large) >= MOST_LARGE or sum(one.body_bytes for one in large) > self.held_bytes:
            now = time.monotonic()
            slow = [one for one in large if now - one.since > GRACE_S]
            if not slow:
                self._refuse(arrival, refusals.BUSY)
                return False
            self._drop(min(slow, key=lambda one: one.speed(now)))
        at = arrival.head.find(b"\r\n\r\n") + 4
        came = bytes(arrival.head[at:])
        del arrival.head[at:]
        arrival.body = io.FileIO(os.memfd_create("arrival", os.MFD_CLOEXEC), "r+b")
        arrival.keep(came)
        return True

    def _hand_over(self, arrival: Arrival) -> None:
        self._forget(arrival)
        sock = arrival.sock
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", SEND_S, 0))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        conn = TConn(self.cfg, sock, arrival.client, arrival.server)
        conn.parser = get_parser(self.cfg, Replayed(arrival), arrival.client)
        conn.initialized, conn.data_ready, conn.arrival = True, True, arrival
        self._handed += 1
        self.enqueue_req(conn)

    def _refuse(self, arrival: Arrival, refusal: refusals.Refusal) -> None:
        self._forget(arrival)
        fitting = self._fitting(arrival, refusal) if self.has_api else refusal
        with contextlib.suppress(OSError):
            arrival.sock.send(fitting.raw)
        self._leave(arrival.sock)

    def _fitting(self, arrival: Arrival, refusal: refusals.Refusal) -> refusals.Refusal:
        head = bytes(arrival.head[:HEAD_BYTES])
        target, wish = _TARGET.match(head), _WISH.search(head)
        path = target[1].decode("latin-1") if target else ""
        return refusal.fitting(path, untrusted_accept_language=wish[1].decode("latin-1").strip() if wish else "")

    def _cut_oldest(self) -> bool:
        """Makes one place: of who was answered longest ago, else of who has been sending longest. False when there is none."""
        if self._leaving:
            self._gone(next(iter(self._leaving)))
            return True
        fresh_from = time.monotonic() - FRESH_S
        stale = [arrival for arrival in self._arriving if arrival.since < fresh_from]
        if not stale:
            return False
        self._drop(next((arrival for arrival in stale if arrival.body), stale[0]))
        return True

    def _drop(self, arrival: Arrival) -> None:
        self._forget(arrival)
        if arrival.body:
            arrival.body.close()
        self.nr_conns -= 1
        arrival.sock.close()

    def _forget(self, arrival: Arrival) -> None:
        self._arriving.pop(arrival, None)
        self._unregister(arrival.sock)

    def _leave(self, sock: socket.socket) -> None:
        leaving = _Leaving(sock=sock, until=time.monotonic() + LEAVE_S)
        try:
            sock.setblocking(False)
            sock.shutdown(socket.SHUT_WR)
            self._leaving[leaving] = None
            self.poller.register(sock, selectors.EVENT_READ, lambda _sock: self._read_away(leaving))
        except (OSError, ValueError):
            self._gone(leaving)

    def _read_away(self, leaving: _Leaving) -> None:
        try:
            came = len(leaving.sock.recv(_READ_BYTES))
        except BlockingIOError:
            return
        except OSError:
            came = 0
        leaving.bytes_left -= came
        if not came or leaving.bytes_left < 0:
            self._gone(leaving)

    def _gone(self, leaving: _Leaving) -> None:
        self._leaving.pop(leaving, None)
        self._unregister(leaving.sock)
        self.nr_conns -= 1
        leaving.sock.close()

    def _unregister(self, sock: socket.socket) -> None:
        with contextlib.suppress(KeyError, ValueError, OSError):
            self.poller.unregister(sock)
