"""Lanes: honest senders go on, floods wait, proxies are believed only when known, and no address stays anywhere."""

import json
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.web import lanes, refusals
from rempart.web.api.refusals import refusals as refusals_of_api
from rempart.web.buckets import FALL_S, MOST_LEVEL, RISE_S, Buckets, Gauge, Limits, Source
from rempart.web.lanes import FIELDS_BYTES, FLOOD, LANE, PLAIN, Edge, Lanes, Pace, Proxies

if TYPE_CHECKING:
    from wsgiref.types import StartResponse

HURRY = Pace(wait_s=0.05, rest_s=0.0)
UPLOAD_BYTES = 1_000_000


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Body:
    """A body that must not be read."""

    def read(self, _size: int = -1) -> bytes:
        """Fails the test."""
        raise AssertionError("the body was read")


class Inside:
    """The application behind the lanes: keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        self.asked.append(environ)
        start_response("200 OK", [])
        return [b"page"]

    @property
    def lanes(self) -> list[str | None]:
        """The lanes of what was asked, in order."""
        return [environ.get(LANE) for environ in self.asked]


class Face:
    """A public face in memory, with a clock of its own."""

    def __init__(self, *, proxies: tuple[str, ...] = (), limits: Limits | None = None, threads: int = 8) -> None:
        self.clock, self.inside, self.gauge = Clock(), Inside(), Gauge(clock=lambda: self.clock.now)
        self.buckets = Buckets(limits or Limits(), clock=self.clock)
        self.application = Edge(
            Lanes(self.inside, threads=threads, gauge=self.gauge, pace=HURRY),
            proxies=Proxies.of(proxies),
            upload_bytes=UPLOAD_BYTES,
            buckets=self.buckets,
            gauge=self.gauge,
        )

    def ask(self, address: str = "192.0.2.1", *, method: str = "POST", path: str = "/a/", **headers: str) -> str:
        """The status of a request."""
        return self.answer(address, method=method, path=path, **headers)[0]

    def answer(self, address: str, *, method: str, path: str, **headers: str) -> tuple[str, dict[str, str], bytes]:
        """Status, headers and body of the answer to a request."""
        told: list[tuple[str, dict[str, str]]] = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "REMOTE_ADDR": address,
            "REMOTE_PORT": "50000",
            "wsgi.input": Body(),
            **headers,
        }
        body = b"".join(self.application(environ, lambda status, fields, *_: told.append((status, dict(fields)))))  # type: ignore[arg-type]  # a writer is not asked for
        return *told[0], body


def test_a_school_class_behind_one_address_reports_at_once() -> None:
    """Thirty children, fifteen pages each, in the same second: nobody waits."""
    face = Face()

    statuses = {face.ask() for _ in range(30 * 15)}

    assert statuses == {"200 OK"}
    assert set(face.inside.lanes) == {PLAIN}


def test_a_source_over_its_bucket_goes_through_the_slow_lane_and_others_do_not() -> None:
    """Who sends very much does not slow down somebody else."""
    face = Face(limits=Limits(burst=10, per_s=1))

    for _ in range(12):
        face.ask("192.0.2.1")
    face.ask("192.0.2.2")

    assert face.inside.lanes == [PLAIN] * 10 + [FLOOD, FLOOD, PLAIN]


@given(st.floats(0, 1e8), st.integers(1, 700), st.floats(0.001, 10))
def test_a_full_bucket_holds_all_its_tokens_at_every_hour(now: float, burst: int, per_s: float) -> None:
    """Instants are floats; rounding takes no token away and gives none."""
    clock = Clock()
    clock.now = now
    buckets = Buckets(Limits(burst=burst, per_s=per_s), clock=clock)
    source = buckets.source_of(b"one")

    assert [buckets.take(source) for _ in range(burst + 1)] == [True] * burst + [False]


def test_a_bucket_fills_again_with_time() -> None:
    """A flood ends, and its source is a sender like others."""
    face = Face(limits=Limits(burst=10, per_s=1))
    for _ in range(11):
        face.ask()

    face.clock.now += 3

    assert [face.ask() for _ in range(4)] == ["200 OK"] * 4
    assert face.inside.lanes[-4:] == [PLAIN, PLAIN, PLAIN, FLOOD]


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 5)), max_size=200))
def test_no_source_ever_passes_more_than_its_bucket(steps: list[tuple[int, float]]) -> None:
    """Whatever the order: at most the burst and what the flow gave since, for each source."""
    limits, clock = Limits(burst=5, per_s=0.5), Clock()
    buckets = Buckets(limits, clock=clock)
    begun, passed = clock.now, [0, 0, 0]

    for number, pause_s in steps:
        clock.now += pause_s
        passed[number] += buckets.take(buckets.source_of(bytes([number])))

    assert max(passed) <= limits.burst + limits.per_s * (clock.now - begun) + 1


def test_a_proof_of_work_gives_back_tokens_once_per_proof() -> None:
    """Who worked for it may go on; the credit is not without end."""
    face = Face(limits=Limits(burst=10, per_s=1, credit=3))
    for _ in range(10):
        face.ask()

    lanes.credit(face.inside.asked[-1])

    assert [face.ask() for _ in range(4)] == ["200 OK"] * 4
    assert face.inside.lanes[10:] == [PLAIN, PLAIN, PLAIN, FLOOD]


def test_credit_cannot_be_saved_up() -> None:
    """A source that solves proofs all day has one bucket all the same."""
    face = Face(limits=Limits(burst=10, per_s=1, credit=60))
    face.ask()

    for _ in range(50):
        lanes.credit(face.inside.asked[0])
    for _ in range(12):
        face.ask()

    assert face.inside.lanes[1:] == [PLAIN] * 10 + [FLOOD] * 2


def test_credit_without_a_source_does_nothing() -> None:
    """Behind another server, and on the desk, there are no buckets."""
    lanes.credit({})


def test_static_files_are_not_counted_and_forms_to_their_address_are() -> None:
    """A page has a style sheet and a script; they take nothing from the bucket."""
    face = Face(limits=Limits(burst=3, per_s=1))

    for _ in range(20):
        face.ask(method="GET", path="/s/public/rempart.css")
    for _ in range(4):
        face.ask(method="POST", path="/s/public/rempart.css")

    assert face.inside.lanes == [None] * 20 + [PLAIN] * 3 + [FLOOD]


# -- who sends ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "are_one"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_a_source_is_an_address_or_a_network_of_64_bits(first: str, second: str, are_one: bool) -> None:
    """One household has 2^64 version 6 addresses and one bucket."""
    face = Face()

    face.ask(first)
    face.ask(second)

    names = {environ["REMOTE_ADDR"] for environ in face.inside.asked}
    assert (len(names) == 1) is are_one


def test_what_a_stranger_says_of_its_address_counts_for_nothing() -> None:
    """A flooder cannot name a new address with each request."""
    face = Face(limits=Limits(burst=2, per_s=1))

    for number in range(4):
        face.ask("192.0.2.1", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")

    assert face.inside.lanes == [PLAIN, PLAIN, FLOOD, FLOOD]


def test_a_known_proxy_is_believed_about_the_address_before_it_alone() -> None:
    """What stands further left in the header came from the sender, and is not believed."""
    face = Face(proxies=("127.0.0.1", "10.0.0.0/8"))
    told = (
        "198.51.100.7",
        "203.0.113.1, 198.51.100.7",  # the sender wrote the first one
        "203.0.113.1, 198.51.100.7, 10.1.2.3",  # through a second proxy of ours
    )

    for forwarded in told:
        face.ask("127.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    face.ask("127.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.8")

    names = [environ["REMOTE_ADDR"] for environ in face.inside.asked]
    assert len(set(names[:3])) == 1
    assert names[3] != names[0]


def test_a_local_socket_is_a_proxy_only_when_it_is_named() -> None:
    """`trusted_proxies = ["unix"]`."""
    believing, other = Face(proxies=("unix",)), Face()

    for face in (believing, other):
        face.ask("", HTTP_X_FORWARDED_FOR="198.51.100.7", HTTP_X_FORWARDED_PROTO="https")
        face.ask("", HTTP_X_FORWARDED_FOR="198.51.100.8", HTTP_X_FORWARDED_PROTO="https")

    assert len({environ["REMOTE_ADDR"] for environ in believing.inside.asked}) == 2
    assert len({environ["REMOTE_ADDR"] for environ in other.inside.asked}) == 1
    assert "HTTP_X_FORWARDED_PROTO" in believing.inside.asked[0]
    assert "HTTP_X_FORWARDED_PROTO" not in other.inside.asked[0]


def test_a_request_holds_no_address_behind_the_edge() -> None:
    """No view, no error and no log can tell an address: it is not there any more."""
    face = Face(proxies=("127.0.0.1",))

    face.ask(
        "127.0.0.1",
        HTTP_X_FORWARDED_FOR="198.51.100.77",
        HTTP_X_REAL_IP="198.51.100.77",
        HTTP_FORWARDED="for=198.51.100.77",
        REMOTE_HOST="198.51.100.77",
    )

    assert "198.51.100.77" not in repr(list(face.inside.asked[0].items()))
    assert face.inside.asked[0]["REMOTE_ADDR"].startswith("fd")


def test_nobody_can_follow_a_source_into_the_next_day() -> None:
    """The salt is drawn anew each day, and the old one is nowhere."""
    face = Face()

    face.ask()
    face.clock.now += 86_400
    face.ask()
    face.ask()

    names = [environ["REMOTE_ADDR"] for environ in face.inside.asked]
    assert names[0] != names[1] == names[2]


def test_proxies_are_addresses_or_networks() -> None:
    """Another word in the list is a fault of the configuration, and not passed over."""
    with pytest.raises(ValueError, match="proxy"):
        Proxies.of(("proxy.example",))


# -- what is too large ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"CONTENT_LENGTH": str(FIELDS_BYTES + 1)}, "413"),
        ({"CONTENT_LENGTH": str(FIELDS_BYTES + 1), "CONTENT_TYPE": "multipart/form-data; boundary=x"}, "200"),
        (
            {
                "CONTENT_LENGTH": str(UPLOAD_BYTES + FIELDS_BYTES + 1),
                "CONTENT_TYPE": "multipart/form-data; boundary=x",
            },
            "413",
        ),
        ({"CONTENT_LENGTH": "9" * 30}, "400"),
        ({"CONTENT_LENGTH": "-1"}, "400"),
        ({"CONTENT_LENGTH": "1_000"}, "400"),
        ({"CONTENT_LENGTH": "²"}, "400"),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, "411"),
        ({"CONTENT_LENGTH": "0"}, "200"),
    ],
)
def test_what_is_too_large_is_refused_before_a_byte_of_it_is_read(headers: dict[str, str], status: str) -> None:
    """The body of these requests fails the test when it is read."""
    face = Face()

    told = face.ask(**headers)

    assert told.startswith(status)
    assert len(face.inside.asked) == (status == "200")


@pytest.mark.parametrize(
    "refusal", [refusals.BUSY, refusals.NO_LENGTH, refusals.BAD_LENGTH, refusals.too_large(5_000_000)]
)
def test_every_refusal_says_in_both_languages_whom_to_call(refusal: refusals.Refusal) -> None:
    """Whoever is sent away in danger reads the numbers, and that nothing is lost."""
    page = refusal.page.decode("utf-8")

    assert all(f"<b>{number}</b>" in page for number in ("17", "112", "114", "119", "3018"))
    assert '<html lang="fr">' in page
    assert '<div lang="en">' in page
    assert "<script" not in page
    assert f"Content-Length: {len(refusal.page)}\r\n".encode() in refusal.raw
    assert refusal.raw.startswith(f"HTTP/1.1 {refusal.status}\r\n".encode())


# -- programs -------------------------------------------------------------------------------------------


def busy() -> Face:
    """A face that has no place for another request."""
    face = Face(limits=Limits(burst=1, per_s=0.001), threads=1)
    face.ask()
    return face


REFUSED = [
    ({"CONTENT_LENGTH": "-1"}, 400, "bad_request"),
    ({"HTTP_TRANSFER_ENCODING": "chunked"}, 411, "no_length"),
    ({"CONTENT_LENGTH": str(FIELDS_BYTES + 1)}, 413, "too_large"),
    ({"CONTENT_LENGTH": "9" * 9, "CONTENT_TYPE": "multipart/form-data; boundary=x"}, 413, "too_large"),
    ({}, 503, "busy"),
]


@pytest.mark.parametrize(("headers", "status", "code"), REFUSED)
@pytest.mark.parametrize(
    ("path", "wish", "lang"),
    [
        ("/p/reports", "en-GB,fr;q=0.5", "en"),
        ("/p/exports", "fr", "fr"),
        ("/p/nothing", "de, en;q=0.2", "en"),
        ("/en/p/reports", "fr", "en"),
    ],
)
def test_programs_are_refused_in_the_shape_of_the_api(
    headers: dict[str, str], status: int, code: str, path: str, wish: str, lang: str
) -> None:
    """Each refusal, at each address below the API's prefix, in the language that was asked for."""
    told, fields, body = busy().answer("192.0.2.1", method="POST", path=path, HTTP_ACCEPT_LANGUAGE=wish, **headers)

    error = json.loads(body)["error"]
    sentence = refusals_of_api()[code]
    assert told.startswith(f"{status} ")
    assert fields["Content-Type"] == "application/json; charset=utf-8"
    assert (fields["Content-Language"], fields["Content-Length"]) == (lang, str(len(body)))
    assert ("Retry-After" in fields) is (status == 503)
    assert set(error) == {"code", "message"}
    assert error["code"] == code
    assert error["message"].split("{")[0].startswith((sentence.fr if lang == "fr" else sentence.en).split("{")[0])
    assert sentence.status == status


@pytest.mark.parametrize(("headers", "status", "code"), REFUSED)
@pytest.mark.parametrize("path", ["/p/", "/fr/p/", "/en/a/", "/", "/parents/", ""])
def test_people_are_refused_with_a_page(headers: dict[str, str], status: int, code: str, path: str) -> None:
    """The proof of filing at `/p/` is a page of theirs."""
    told, fields, body = busy().answer("192.0.2.1", method="POST", path=path, **headers)

    assert told.startswith(f"{status} ")
    assert fields["Content-Type"] == "text/html; charset=utf-8"
    assert b"<b>119</b>" in body
    assert code.encode("ascii") not in body


def test_the_desk_has_no_api() -> None:
    """People work there, whatever the address."""
    told: dict[str, str] = {}
    edge = Edge(Inside(), proxies=Proxies(), upload_bytes=UPLOAD_BYTES)

    edge(
        {"REQUEST_METHOD": "POST", "PATH_INFO": "/p/reports", "CONTENT_LENGTH": "-1"},
        lambda _status, fields, *_: told.update(fields),  # type: ignore[arg-type]  # no writer is asked for
    )

    assert told["Content-Type"] == "text/html; charset=utf-8"


def test_a_number_in_a_sentence_is_that_of_the_site() -> None:
    """How much may be sent, in bytes."""
    _, _, body = Face().answer("192.0.2.1", method="POST", path="/p/reports", CONTENT_LENGTH="9" * 9)

    assert f" {FIELDS_BYTES} " in json.loads(body)["error"]["message"]


# -- large bodies ---------------------------------------------------------------------------------------


def test_large_bodies_cost_tokens_before_they_are_read() -> None:
    """A source may not fill the memory with uploads; another one may send meanwhile."""
    face = Face(limits=Limits(burst=10, per_s=1))

    sent = [
        face.application.may_send("192.0.2.1", untrusted_forwarded_for="", upload_bytes=4_000_000) for _ in range(4)
    ]

    assert sent == [True, True, False, False]
    assert face.application.may_send("192.0.2.2", untrusted_forwarded_for="", upload_bytes=4_000_000)


def test_the_desk_has_no_buckets() -> None:
    """Its people have accounts."""
    inside = Inside()
    edge = Edge(inside, proxies=Proxies(), upload_bytes=UPLOAD_BYTES)

    edge({"REQUEST_METHOD": "GET", "REMOTE_ADDR": "192.0.2.1"}, lambda *_: None)  # type: ignore[arg-type]  # no writer is asked for

    assert inside.asked[0]["REMOTE_ADDR"] == ""
    assert edge.may_send("192.0.2.1", untrusted_forwarded_for="", upload_bytes=10**9)


# -- under pressure -------------------------------------------------------------------------------------


class Slow(Inside):
    """An application whose flood requests wait until the test lets them go."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go, self.most = threading.Event(), 0
        self._inside, self._lock = 0, threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        if environ[LANE] == FLOOD:
            with self._lock:
                self._inside += 1
                self.most = max(self.most, self._inside)
            self.may_go.wait(10)
            with self._lock:
                self._inside -= 1
        return super().__call__(environ, start_response)


def test_half_of_the_threads_never_serve_the_slow_lane() -> None:
    """Eight threads, twelve flood requests: two are served, two wait, eight are told to come back; a plain one passes meanwhile."""
    slow, refused = Slow(), threading.Semaphore(0)
    buckets = Buckets(Limits(burst=1, per_s=0.001))
    application = Lanes(slow, threads=8, pace=Pace(wait_s=10, rest_s=0))
    flooder, other = buckets.source_of(b"flooder"), buckets.source_of(b"other")
    statuses: list[str] = []

    def ask(source: Source) -> None:
        environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/a/", lanes.SOURCE: (buckets, source)}
        application(environ, lambda status, *_: statuses.append(status))  # type: ignore[arg-type]  # no writer
        if environ[LANE] == FLOOD and not slow.may_go.is_set():
            refused.release()

    ask(flooder)
    threads = [threading.Thread(target=ask, args=(flooder,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    assert all(refused.acquire(timeout=10) for _ in range(8))
    ask(other)

    assert sorted(statuses) == ["200 OK"] * 2 + ["503 Service Unavailable"] * 8
    slow.may_go.set()
    for thread in threads:
        thread.join(10)
    assert statuses.count("200 OK") == 6
    assert slow.most <= 2


def test_who_waits_too_long_is_told_when_to_come_back() -> None:
    """503 with Retry-After, and never an error page."""
    face = Face(limits=Limits(burst=1, per_s=0.001), threads=1)  # one thread: none for the slow lane
    face.ask()

    status, headers, page = face.answer("192.0.2.1", method="POST", path="/a/")

    assert status == "503 Service Unavailable"
    assert headers["Retry-After"] == "10"
    assert headers["Cache-Control"] == "no-store"
    assert page == refusals.BUSY.page


def test_under_pressure_a_quiet_source_still_passes_and_a_busy_one_does_not() -> None:
    """At the highest level nine requests pass at once: a person filling in a form is slower than that."""
    face = Face()
    for _ in range(MOST_LEVEL):
        face.clock.now += RISE_S
        face.gauge.tell(too_much=True)
    for _ in range(60):
        face.ask("192.0.2.1")
    face.ask("192.0.2.2")

    assert face.gauge.level == MOST_LEVEL
    assert face.inside.lanes.index(FLOOD) == 9
    assert face.inside.lanes[-1] == PLAIN
    assert lanes.pressure(face.inside.asked[-1]) == MOST_LEVEL


def test_pressure_goes_up_and_down_in_steps() -> None:
    """One busy moment does not close the lanes, and one quiet moment does not open them."""
    clock = Clock()
    gauge = Gauge(clock=clock)
    levels = []

    for too_much, pause_s in (
        (True, RISE_S),
        (True, RISE_S / 10),
        (True, RISE_S),
        (False, 0.1),
        (False, FALL_S),
        (False, FALL_S),
    ):
        clock.now += pause_s
        gauge.tell(too_much=too_much)
        levels.append(gauge.level)

    assert levels == [1, 1, 2, 2, 1, 0]
