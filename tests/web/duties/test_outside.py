"""One POST to one address: no redirect is followed, a failure is one sentence, and nothing but http is asked."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest

from rempart.web.duties.outside import MOST_BYTES, Answer, NoAnswer, post


class Partner(BaseHTTPRequestHandler):
    """Answers as its path says."""

    asked: ClassVar[list[tuple[str, bytes]]] = []

    def do_POST(self) -> None:
        """Keeps what was asked."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).asked.append((self.path, body))
        status = int(self.path.strip("/").split("/")[0])
        told = b"x" * (MOST_BYTES + 10) if self.path.endswith("/long") else b"told"
        self.send_response(status)
        self.send_header("Content-Type", "Text/X.Size; charset=utf-8")
        self.send_header("Location", "/200/elsewhere")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def partner() -> Iterator[str]:
    """The address of a partner on this machine."""
    with HTTPServer(("127.0.0.1", 0), Partner) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("status", [200, 403, 409, 500])
def test_every_status_is_an_answer(partner: str, status: int) -> None:
    """A refusal says as much as a consent."""
    told = post(f"{partner}/{status}/", b"asked", content_type="text/plain")

    assert told == Answer(status=status, content_type="text/x.size", body=b"told")
    assert Partner.asked[-1] == (f"/{status}/", b"asked")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(partner: str, status: int) -> None:
    """It leads where nobody configured."""
    told = post(f"{partner}/{status}/", b"asked", content_type="text/plain")

    assert told.status == status
    assert all("elsewhere" not in path for path, _ in Partner.asked)


def test_an_answer_without_end_is_cut(partner: str) -> None:
    """A megabyte says enough."""
    assert len(post(f"{partner}/200/long", b"", content_type="text/plain").body) == MOST_BYTES


def test_who_is_away_is_told_in_a_sentence() -> None:
    """Without the path, which may hold a secret of the partner."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}/secret-path"

        with pytest.raises(NoAnswer) as told:
            post(address, b"", content_type="text/plain")

    assert "127.0.0.1" in str(told.value)
    assert "secret-path" not in str(told.value)
    assert told.value.can_retry


@pytest.mark.parametrize("address", ["file:///etc/hostname", "ftp://example.org/", "data:,x", "", "//example.org/"])
def test_nothing_but_http_is_asked(address: str) -> None:
    """An address of the configuration is no way to read a file."""
    with pytest.raises(NoAnswer):
        post(address, b"", content_type="text/plain")
