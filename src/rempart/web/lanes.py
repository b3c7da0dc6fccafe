"""The outermost part of the faces, before Django and cheap: who sends, how much, and what waits.

`Edge` (both faces) believes a proxy only when it is a known one, refuses what is too large before a byte of it is read, and takes the
sender's address out of the request: what stands behind it sees a pseudonym of the day, and can log no address. `Lanes` (public face) lets every source send as a school class
does, and more than that through a slow lane: few at a time, the others wait a moment and are then told to come back. Nobody
is turned away for good, and at least half of the threads never serve the slow lane.
"""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any

from rempart.web import refusals
from rempart.web.buckets import Buckets, Gauge, Limits, Source

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

FIELDS_BYTES = 2_100_000  # a form without files; Django refuses more than 2,000,000 in clear words
LANE, SOURCE, PRESSURE = "rempart.lane", "rempart.source", "rempart.pressure"
PLAIN, FLOOD = "plain", "flood"
LOCAL_SOCKET = "unix"  # in trusted_proxies: whoever may open the socket
_BYTES_PER_TOKEN = 1_000_000
_STATIC = "/s/"  # the same for everybody, and cheap: not counted
_UNKNOWN = b"unknown"
_FORWARDED_FOR, _FORWARDED_PROTO = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"
_ADDRESSES = (
    "REMOTE_PORT",
    "REMOTE_HOST",
    _FORWARDED_FOR,
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
)

Environ = dict[str, Any]
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """The proxies whose word on the sender is believed."""

    networks: tuple[Network, ...] = ()
    local_socket: bool = False

    @classmethod
    def of(cls, names: Sequence[str]) -> "Proxies":
        """From `trusted_proxies` of the configuration: addresses, networks, or "unix". Raises: ValueError."""
        networks = tuple(ip_network(name, strict=False) for name in names if name != LOCAL_SOCKET)
        return cls(networks=networks, local_socket=LOCAL_SOCKET in names)

    def trusts(self, untrusted_peer: str) -> bool:
        """True for the address of a known proxy; "" is the local socket."""
        if not untrusted_peer:
            return self.local_socket
        address = _parse(untrusted_peer)
        return address is not None and any(address in network for network in self.networks)

    def sender(self, peer: str, *, untrusted_forwarded_for: str) -> bytes:
        """What stands for the sender: the address, or the /64 of a version 6 one."""
        if not self.trusts(peer):
            return _group(peer)
        told = [name.strip() for name in untrusted_forwarded_for.split(",")][::-1]
        return _group(next((name for name in told if name and not self.trusts(name)), peer))


def _parse(untrusted_text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(untrusted_text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _group(untrusted_text: str) -> bytes:
    address = _parse(untrusted_text)
    if address is None:
        return _UNKNOWN
    return address.packed[:8] if isinstance(address, IPv6Address) else address.packed


def _fitting(refusal: refusals.Refusal, environ: Environ) -> refusals.Refusal:
    wish = str(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    return refusal.fitting(str(environ.get("PATH_INFO", "")), untrusted_accept_language=wish)


def _length(environ: Environ) -> int:
    return int(environ.get("CONTENT_LENGTH") or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How slow the slow lane is. wait_s: for a place; rest_s: a place rests before each request."""

    wait_s: float = 1.5
    rest_s: float = 0.05


def _is_static(environ: Environ) -> bool:
    return environ["REQUEST_METHOD"] in {"GET", "HEAD"} and str(environ.get("PATH_INFO", "")).startswith(_STATIC)


class Edge:
    """Outermost on both faces."""

    def __init__(
        self,
        application: "WSGIApplication",
        *,
        proxies: Proxies,
        upload_bytes: int,
        buckets: Buckets | None = None,
        gauge: Gauge | None = None,
    ) -> None:
        self._next, self._proxies, self._buckets, self._gauge = application, proxies, buckets, gauge or Gauge()
        self._most_bytes = upload_bytes + FIELDS_BYTES
        self._too_large = refusals.too_large(self._most_bytes)
        self._too_many_fields = refusals.too_large(FIELDS_BYTES)

    def __call__(self, environ: Environ, start_response: "StartResponse") -> Iterable[bytes]:
        """Passes the request on, or answers it."""
        peer, told = str(environ.get("REMOTE_ADDR", "")), str(environ.get(_FORWARDED_FOR, ""))
        self._forget_sender(environ)
        if self._buckets:
            source = self._buckets.source_of(self._proxies.sender(peer, untrusted_forwarded_for=told))
            environ[SOURCE], environ["REMOTE_ADDR"] = (self._buckets, source), source.pseudonym
        refusal = self._refusal(environ)
        if refusal is None:
            return self._next(environ, start_response)
        return (_fitting(refusal, environ) if self._buckets else refusal).answer(start_response)  # the desk has no API

    def may_send(self, peer: str, *, untrusted_forwarded_for: str, upload_bytes: int) -> bool:
        """Whether a source may send a large body now; takes its tokens. Asked before the body is read."""
        if self._buckets is None:
            return True
        sender = self._proxies.sender(peer, untrusted_forwarded_for=untrusted_forwarded_for)
        cost = upload_bytes / _BYTES_PER_TOKEN
        return self._buckets.take(self._buckets.source_of(sender), cost=cost, pressure=self._gauge.level)

    def _forget_sender(self, environ: Environ) -> None:
        if not self._proxies.trusts(str(environ.get("REMOTE_ADDR", ""))):
            environ.pop(_FORWARDED_PROTO, None)  # https is told by a known proxy, or not at all
        for name in _ADDRESSES:
            environ.pop(name, None)
        environ["REMOTE_ADDR"] = ""

    def _refusal(self, environ: Environ) -> refusals.Refusal | None:
        if environ.get("HTTP_TRANSFER_ENCODING"):
            return refusals.NO_LENGTH
        told = str(environ.get("CONTENT_LENGTH") or "0")
        if not (told.isascii() and told.isdigit() and len(told) <= 15):
            return refusals.BAD_LENGTH
        has_files = str(environ.get("CONTENT_TYPE", "")).startswith("multipart/form-data")
        if _length(environ) > (self._most_bytes if has_files else FIELDS_BYTES):
            return self._too_large if has_files else self._too_many_fields
        return None


class Lanes:
    """Sorts the requests of the public face; behind `Edge`. threads: how many serve this process."""

    def __init__(
        self, application: "WSGIApplication", *, threads: int, gauge: Gauge | None = None, pace: Pace | None = None
    ) -> None:
        self._next, self._gauge, self._pace = application, gauge or Gauge(), pace or Pace()
        self._places = threading.BoundedSemaphore(max(1, threads // 4))
        self._present = threading.Semaphore(threads // 2)  # served or waiting; the other half is always free

    def __call__(self, environ: Environ, start_response: "StartResponse") -> Iterable[bytes]:
        """Passes the request on in its lane, or says when to come back."""
        if _is_static(environ):
            return self._next(environ, start_response)
        buckets, source = environ[SOURCE]
        environ[PRESSURE] = level = self._gauge.level
        if buckets.take(source, pressure=level):
            environ[LANE] = PLAIN
            return self._next(environ, start_response)
        environ[LANE] = FLOOD
        with self._slow_lane() as may_pass:
            if may_pass:
                return self._next(environ, start_response)
            return _fitting(refusals.BUSY, environ).answer(start_response)

    @contextmanager
    def _slow_lane(self) -> Iterator[bool]:
        """True when there is a place in the slow lane within the wait. Pages are made when called, so the place covers the work."""
        if not self._present.acquire(blocking=False):
            yield False
            return
        try:
            if not self._places.acquire(timeout=self._pace.wait_s):
                yield False
                return
            try:
                time.sleep(self._pace.rest_s)
                yield True
            finally:
                self._places.release()
        finally:
            self._present.release()


def credit(environ: Environ) -> None:
    """Gives a source back what a valid proof of work earns. The caller has checked the proof, and that it is used once."""
    told: tuple[Buckets, Source] | None = environ.get(SOURCE)
    if told:
        told[0].give(told[1])


def pressure(environ: Environ) -> int:
    """0 at ease, to 3: how much more comes than can be done; proofs of work may then cost more."""
    return int(environ.get(PRESSURE, 0))


def sorted_application(
    application: "WSGIApplication", *, trusted_proxies: Sequence[str], upload_bytes: int, threads: int, gauge: Gauge
) -> Edge:
    """The application of the public face with everything that stands before it."""
    lanes, limits = Lanes(application, threads=threads, gauge=gauge), Limits()
    proxies = Proxies.of(trusted_proxies)
    return Edge(lanes, proxies=proxies, upload_bytes=upload_bytes, buckets=Buckets(limits), gauge=gauge)
