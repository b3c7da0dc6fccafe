"""The loop that takes connections: slow senders hold no thread, large bodies no disk, and whoever sends a form gets an answer."""

import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rempart.web.buckets import Limits
from tests.web.served import CONNECTIONS, HEAD_S, THREADS, UPLOAD_BYTES

SOON_S = 5.0
MOST_UPLOADS = 50  # more than what is left then in the bucket of a source


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """The port of a small application in a process of its own, and its data folder."""
    folder = tmp_path_factory.mktemp("served")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen([sys.executable, "-m", "tests.web.served", str(port), str(folder)])
    try:
        _until(lambda: _status(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") == 200, seconds=30)
        yield port, folder
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture
def port(served: tuple[int, Path]) -> int:
    """Where it listens."""
    return served[0]


def _until(holds: Callable[[], bool], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def connect(port: int, number: int = 1) -> socket.socket:
    """A connection from an address of its own."""
    return socket.create_connection(("127.0.0.1", port), timeout=SOON_S, source_address=(f"127.0.7.{number}", 0))


def answer(sock: socket.socket) -> bytes:
    """Everything until the other side closes."""
    return b"".join(iter(lambda: sock.recv(65_536), b""))


def _status(port: int, request: bytes) -> int:
    with contextlib.suppress(OSError), connect(port, 200) as sock:
        sock.sendall(request)
        found = re.match(rb"HTTP/1.1 (\d+)", answer(sock))
        return int(found[1]) if found else 0
    return 0


def post(body_bytes: int, *headers: str) -> bytes:
    """The head of a form with a body of this length."""
    told = "".join(f"{header}\r\n" for header in headers)
    return f"POST /a/ HTTP/1.1\r\nHost: a\r\nContent-Length: {body_bytes}\r\n{told}\r\n".encode("ascii")


MULTIPART = "Content-Type: multipart/form-data; boundary=x"


def test_a_form_that_comes_in_pieces_is_whole(port: int) -> None:
    """Head and body may be cut anywhere, as a slow telephone cuts them."""
    with connect(port) as sock:
        for piece in (b"POST /a/ HT", b"TP/1.1\r\nHost: a\r\nContent-Le", b"ngth: 6\r", b"\n\r\nab", b"cd", b"ef"):
            sock.sendall(piece)
            time.sleep(0.01)
        assert b"6 bytes from fd" in answer(sock)


@pytest.mark.parametrize("size", [0, 1, 131_072, 131_073, UPLOAD_BYTES])
def test_bodies_of_every_size_arrive_whole(port: int, size: int) -> None:
    """Small ones in memory, large ones in anonymous memory."""
    with connect(port, 2) as sock:
        sock.sendall(post(size, MULTIPART) + b"x" * size)
        assert f"{size} bytes".encode("ascii") in answer(sock)


def test_a_sender_that_asks_first_is_told_to_go_on_once(port: int) -> None:
    """Expect: 100-continue, as curl sends it before large files."""
    with connect(port, 3) as sock:
        sock.sendall(post(300_000, MULTIPART, "Expect: 100-continue"))
        assert sock.recv(100).startswith(b"HTTP/1.1 100 ")
        sock.sendall(b"x" * 300_000)
        told = answer(sock)
    assert told.startswith(b"HTTP/1.1 200 ")
    assert b"300000 bytes" in told


def test_slow_senders_hold_no_thread(port: int) -> None:
    """Many more half-sent requests than threads, and a form passes at once."""
    slow = [connect(port, number + 10) for number in range(8 * THREADS)]
    for number, sock in enumerate(slow):
        sock.sendall(post(1_000)[:-4] if number % 2 else post(1_000) + b"half")
    begun = time.monotonic()

    with connect(port, 4) as sock:
        sock.sendall(post(3) + b"abc")
        told = answer(sock)

    assert b"3 bytes" in told
    assert time.monotonic() - begun < HEAD_S
    for sock in slow:
        sock.close()


def test_slow_readers_hold_no_thread(port: int) -> None:
    """Senders that never read their answer, and never close, stop nobody."""
    slow = [connect(port, number + 60) for number in range(4 * THREADS)]
    for sock in slow:
        sock.sendall(post(0))

    with connect(port, 5) as sock:
        sock.sendall(post(3) + b"abc")
        told = answer(sock)

    assert b"3 bytes" in told
    for sock in slow:
        sock.close()


def test_a_head_that_never_ends_is_cut(port: int) -> None:
    """After its time, and not before."""
    begun = time.monotonic()
    with connect(port, 6) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
        sock.settimeout(10 * HEAD_S)
        assert answer(sock) == b""
    assert time.monotonic() - begun >= HEAD_S


def test_a_head_that_is_too_long_is_refused(port: int) -> None:
    """With a page that says whom to call."""
    with connect(port, 7) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nX-A: " + b"a" * 40_000)
        told = answer(sock)
    assert told.startswith(b"HTTP/1.1 400 ")
    assert b"<b>112</b>" in told


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (post(50_000_000), b"413"),
        (post(50_000_000, MULTIPART), b"413"),
        (post(999_999_999_999, MULTIPART), b"413"),
        (b"POST /a/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n", b"411"),
        (b"POST /a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", b"400"),
        (b"POST /a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"4"),
        (b"nonsense\r\n\r\n", b"400"),
    ],
)
def test_what_cannot_be_taken_is_answered_without_waiting_for_it(port: int, request_head: bytes, status: bytes) -> None:
    """The answer comes although the body never does."""
    with connect(port, 8) as sock:
        sock.sendall(request_head)
        told = answer(sock)
    assert told.startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize(
    ("rest", "status", "code"),
    [
        (b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 400, "bad_request"),
        (b"Content-Length: five\r\n\r\nabcde", 400, "bad_request"),
        (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "bad_request"),
        (b"X-A: " + b"a" * 40_000, 400, "bad_request"),
        (b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n", 411, "no_length"),
        (b"Content-Length: 50000000\r\n\r\n", 413, "too_large"),
        (b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 50000000\r\n\r\n", 413, "too_large"),
    ],
)
@pytest.mark.parametrize(("wish", "word"), [("fr-FR,en;q=0.3", "gardé"), ("en", "kept")])
def test_programs_are_refused_in_the_shape_of_the_api(
    port: int, rest: bytes, status: int, code: str, wish: str, word: str
) -> None:
    """Whoever refuses, loop or lanes: JSON with a code and a sentence in the language that was asked for."""
    with connect(port, 12) as sock:
        sock.sendall(f"POST /p/reports HTTP/1.1\r\nHost: a\r\nAccept-Language: {wish}\r\n".encode("ascii") + rest)
        head, _, body = answer(sock).partition(b"\r\n\r\n")

    error = json.loads(body)["error"]
    assert head.startswith(f"HTTP/1.1 {status} ".encode("ascii"))
    assert b"Content-Type: application/json; charset=utf-8" in head
    assert error["code"] == code
    assert word in error["message"]


def test_a_program_that_sends_too_much_is_told_so_before_it_is_read(port: int) -> None:
    """A large body costs tokens; the loop answers `busy` with the time to wait."""
    for _ in range(Limits().burst - 10):
        with connect(port, 201) as sock:
            sock.sendall(post(0))
            assert answer(sock).startswith(b"HTTP/1.1 200 ")
    told = b""
    large = (
        b"POST /p/exports?x=1 HTTP/1.1\r\nHost: a\r\nAccept-Language: en\r\n"
        + post(UPLOAD_BYTES, MULTIPART).partition(b"Host: a\r\n")[2]
    )
    for _ in range(MOST_UPLOADS):
        with connect(port, 201) as sock:
            sock.sendall(large + b"x" * UPLOAD_BYTES)
            told = answer(sock)
        if b" 200 " not in told[:20]:
            break

    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 10" in head
    assert json.loads(body)["error"]["code"] == "busy"


def test_a_refused_upload_reads_its_answer_although_it_still_sends(port: int) -> None:
    """The connection is not torn: what still comes is read away for a while."""
    with connect(port, 9) as sock:
        sock.sendall(post(50_000_000, MULTIPART))
        with contextlib.suppress(BrokenPipeError):
            for _ in range(50):
                sock.sendall(b"x" * 20_000)
        assert answer(sock).startswith(b"HTTP/1.1 413 ")


def test_when_places_run_out_the_stale_make_room(port: int) -> None:
    """More silent connections than places, and a form still gets its answer."""
    silent = []
    for number in range(2 * CONNECTIONS):
        with contextlib.suppress(OSError):
            silent.append(connect(port, number % 200 + 1))

    def passes() -> bool:
        return _status(port, post(3) + b"abc") == 200

    _until(passes, seconds=10 * HEAD_S)
    for sock in silent:
        sock.close()


def test_nothing_that_is_sent_touches_the_disk(served: tuple[int, Path]) -> None:
    """An upload that is arriving is in anonymous memory: no file of the site and no temporary one holds it."""
    port, folder = served
    canary = b"canary-" + b"0123456789" * 20_000
    with connect(port, 11) as sock:
        sock.sendall(post(len(canary) + 5, MULTIPART) + canary)
        time.sleep(0.1)
        found = [path for path in folder.rglob("*") if path.is_file() and b"canary-0123" in path.read_bytes()]
        sock.sendall(b"12345")
        assert f"{len(canary) + 5} bytes".encode("ascii") in answer(sock)
    assert found == []
