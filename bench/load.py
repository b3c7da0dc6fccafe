"""An open-loop load generator for loopback: acts begin at instants fixed beforehand, whether or not earlier ones have ended.

Latency counts from the planned instant, so that a server that stalls is charged for everybody who came meanwhile. Raw asyncio
sockets, no HTTP library: the generator shares its processors with what it measures. A connection is kept as long as the server keeps
it. Bounds: nothing but 127.0.0.0/8 is ever connected to, every act has an end, and so has the whole.
"""

import asyncio
import contextlib
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

_NO_PORT_YET = 24  # IP_BIND_ADDRESS_NO_PORT: the port is chosen when connecting, so that none run out
_READ_BYTES = 65_536
_END_OF_HEAD = b"\r\n\r\n"
_AHEAD_S = 0.2  # from the start of the loop to the first act


class Failed(Exception):
    """An act that did not reach its aim; the reason is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the server listens."""

    host: str
    port: int

    def __post_init__(self) -> None:
        """Raises: ValueError for anything but this machine itself."""
        if not ip_address(self.host).is_loopback:
            raise ValueError("Loads go to loopback only.")

    @property
    def name(self) -> str:
        """For the header Host."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server said. body: up to its Content-Length or the end of the connection."""

    status: int
    head: bytes
    body: bytes


class Wire:
    """One client: a source address, and a connection to the target that is opened when needed."""

    def __init__(self, target: Target, *, source: str) -> None:
        self._target, self._source = target, source
        self._sock: socket.socket | None = None

    async def ask(self, request: bytes) -> Answer:
        """Sends a request and reads the answer. Raises: OSError, Failed."""
        if self._sock is None:
            self._sock = await self._connected()
        loop = asyncio.get_running_loop()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            await loop.sock_sendall(self._sock, request)  # a refusal may stand there before everything was sent
        answer, is_kept = await _read(self._sock)
        if not is_kept:
            self.close()
        return answer

    @property
    def is_open(self) -> bool:
        """True while there is a connection."""
        return self._sock is not None

    async def trickle(self, data: bytes, *, pause_s: float, until: float) -> None:
        """Sends byte by byte, until the end, an instant of the loop, or a cut. Raises: OSError."""
        loop = asyncio.get_running_loop()
        self._sock = self._sock or await self._connected()
        for place in range(len(data)):
            if loop.time() > until:
                return
            await loop.sock_sendall(self._sock, data[place : place + 1])
            await asyncio.sleep(pause_s)
            with contextlib.suppress(BlockingIOError):
                if not self._sock.recv(1):
                    return

    def close(self) -> None:
        """Ends the connection."""
        if self._sock:
            self._sock.close()
            self._sock = None

    async def _connected(self) -> socket.socket:
        sock = socket.socket()
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_IP, _NO_PORT_YET, 1)
            sock.bind((self._source, 0))
            await asyncio.get_running_loop().sock_connect(sock, (self._target.host, self._target.port))
        except BaseException:
            sock.close()
            raise
        return sock


async def _read(sock: socket.socket) -> tuple[Answer, bool]:
    """The answer, and whether the connection goes on."""
    loop, came, end = asyncio.get_running_loop(), bytearray(), -1
    while (end := came.find(_END_OF_HEAD)) < 0:
        data = await loop.sock_recv(sock, _READ_BYTES)
        if not data:
            raise Failed("closed without an answer")
        came += data
    head = bytes(came[: end + 2])
    length = _header(head, b"content-length")
    whole = end + 4 + int(length) if length else None
    while whole is None or len(came) < whole:
        data = await loop.sock_recv(sock, _READ_BYTES)
        if not data:
            break
        came += data
    if whole is not None and len(came) < whole:
        raise Failed("the answer was cut")
    is_kept = whole is not None and _header(head, b"connection").lower() != b"close"
    return Answer(status=int(head[9:12]), head=head, body=bytes(came[end + 4 :])), is_kept


def _header(head: bytes, name: bytes) -> bytes:
    """The value of a header, b"" when it is not there."""
    at = head.lower().find(b"\r\n" + name + b":")
    if at < 0:
        return b""
    start = at + len(name) + 3
    return head[start : head.find(b"\r\n", start)].strip()


def request_bytes(
    target: Target, path: str, *, body: bytes = b"", headers: str = "", announced_bytes: int | None = None
) -> bytes:
    """A GET, or a POST when there is a body. headers: whole lines, each with its line end. announced_bytes: a lie about the body."""
    length = f"Content-Length: {announced_bytes or len(body)}\r\n" if body else ""
    method = "POST" if body else "GET"
    return f"{method} {path} HTTP/1.1\r\nHost: {target.name}\r\n{headers}{length}\r\n".encode("latin-1") + body


@dataclass(slots=True)
class Clock:
    """What an act reports while it goes on: how long the client's own work took, which is not the server's."""

    away_s: float = 0.0

    async def aside(self, work: Awaitable[str]) -> str:
        """Waits for the client's own work and counts its time apart."""
        began = time.monotonic()
        try:
            return await work
        finally:
            self.away_s += time.monotonic() - began


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one act went. took_s: from its planned instant to its end, without the client's own work; late_s: how much the
    generator itself was late (part of took_s); gives: what the act gave; fault: why it failed, "" when it did not."""

    planned_s: float
    late_s: float
    took_s: float
    away_s: float
    gives: str = ""
    fault: str = ""

    @property
    def ended_s(self) -> float:
        """Seconds since the first planned instant."""
        return self.planned_s + self.took_s + self.away_s


Act = Callable[[int, Clock], Awaitable[str]]


async def open_loop(act: Act, *, rate: float, seconds: float, limit_s: float = 30.0) -> list[Outcome]:
    """Begins `rate * seconds` acts at even distances; an act has limit_s, then it has failed. In the order of the plan."""
    loop = asyncio.get_running_loop()
    first, count = loop.time() + _AHEAD_S, round(rate * seconds)
    tasks: list[asyncio.Task[Outcome]] = []
    for number in range(count):
        wait = first + number / rate - loop.time()
        if wait > 0:
            await asyncio.sleep(wait)
        tasks.append(loop.create_task(_measured(act, number, planned_s=number / rate, first=first, limit_s=limit_s)))
    return list(await asyncio.gather(*tasks))


async def _measured(act: Act, number: int, *, planned_s: float, first: float, limit_s: float) -> Outcome:
    loop, clock = asyncio.get_running_loop(), Clock()
    due = first + planned_s
    late_s, gives, fault = loop.time() - due, "", ""
    try:
        async with asyncio.timeout(limit_s):
            gives = await act(number, clock)
    except Failed as error:
        fault = str(error)
    except TimeoutError:
        fault = f"no end within {limit_s:.0f} s"
    except OSError as error:
        fault = type(error).__name__
    took_s = loop.time() - due - clock.away_s
    return Outcome(planned_s=planned_s, late_s=late_s, took_s=took_s, away_s=clock.away_s, gives=gives, fault=fault)


def share_below(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed (nearest rank); nan when there are none."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    return ordered[max(0, -(-round(share * 1_000_000) * len(ordered) // 1_000_000) - 1)]
