"""Asks the public face without a browser, byte for byte, each time from another sender; and compares how long two answers take."""

import itertools
import random
import socket
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from rempart.web.serve import address_of
from tests.journeys.house import House

FORM = "application/x-www-form-urlencoded"
KEPT_SHARE = 0.9  # of the pairs, the quickest: what the machine did meanwhile is left out on both sides alike
_senders = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer as a prober sees it. headers: in order, without the clock's."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two kinds of request, asked in turn. t: Welch's; noticed_us: the difference that it would take to be noticed."""

    pairs: int
    medians_ms: tuple[float, float]
    t: float
    noticed_us: float


def form(path: str, **fields: str) -> bytes:
    """A form as a browser sends it."""
    return request("POST", path, body=urlencode(fields).encode("ascii"), headers={"Content-Type": FORM})


def request(method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """A request but for its first lines, which `ask` adds."""
    told = {"Content-Length": str(len(body)), "Accept-Language": "fr", **(headers or {})}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items()), "", ""]
    return "\r\n".join(lines).encode("ascii") + body


def ask(house: House, asked: bytes) -> Reply:
    """The answer."""
    head, _, body = _exchange(house, asked).partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines) if name != "Date")
    return Reply(status=int(first.split()[1]), headers=headers, body=body)


def compare(house: House, one: Callable[[], bytes], other: Callable[[], bytes], *, pairs: int) -> Comparison:
    """Asks both kinds `pairs` times, in pairs, in an order that a coin decides, and compares how long the answers take."""
    coin = random.Random(20261122)  # noqa: S311 - no secret: the same order in every run
    took: list[tuple[float, float]] = []
    for _ in range(pairs):
        first_is_one = coin.random() < 0.5
        asked = (one(), other()) if first_is_one else (other(), one())
        first, second = _time(house, asked[0]), _time(house, asked[1])
        took.append((first, second) if first_is_one else (second, first))
    limit = sorted(map(max, took))[int(pairs * KEPT_SHARE) - 1]
    kept = [pair for pair in took if max(pair) <= limit]
    return _welch([a for a, _ in kept], [b for _, b in kept])


def _welch(ones: list[float], others: list[float]) -> Comparison:
    spread = (statistics.variance(ones) / len(ones) + statistics.variance(others) / len(others)) ** 0.5
    return Comparison(
        pairs=len(ones),
        medians_ms=(1e3 * statistics.median(ones), 1e3 * statistics.median(others)),
        t=(statistics.fmean(ones) - statistics.fmean(others)) / spread,
        noticed_us=4.5e6 * spread,
    )


def _time(house: House, asked: bytes) -> float:
    start = time.perf_counter()
    _exchange(house, asked)
    return time.perf_counter() - start


def _exchange(house: House, asked: bytes) -> bytes:
    """Sends, and reads to the end; the site believes this machine that the sender is another one each time."""
    number = next(_senders)
    first, _, rest = asked.partition(b"\r\n")
    extra = f"\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}\r\n"
    address = address_of(house.site.config.public.bind)
    assert not isinstance(address, str)
    with socket.create_connection(address, timeout=60) as sender:
        sender.sendall(first + extra.encode("ascii") + rest)
        return b"".join(iter(lambda: sender.recv(65_536), b""))
