"""A throw-away site whose public face runs as in production: its own process, gunicorn, loopback. It ends with the `with` block."""

import os
import secrets
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from rempart.evidence.keys import Purpose, Recipient, Recipients, new_identity, recipient_of, save_recipients
from rempart.evidence.sealing import unseal
from rempart.intake.report import Report, decode
from rempart.web.config import FaceConfig, Site, SiteConfig
from rempart.web.serve import answers
from tests.journeys.helping import Helper
from tests.reliability.sites import make_site

START_S, STOP_S = 60.0, 30.0
_ELSEWHERE = b"<!doctype html><html lang='fr'><title>Prairie</title><h1>Prairie</h1></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A running public face. said: what its processes print; temporary: their folder for temporary files; desk: acts as the team."""

    site: Site
    identity: str
    url: str
    said: Path
    temporary: Path
    desk: Helper

    def reports(self) -> list[Report]:
        """What the team would read, in the order of arrival."""
        rows = self._rows("SELECT sealed FROM door_deposit ORDER BY received_at, rowid")
        return [decode(unseal(sealed, identities=[self.identity])) for sealed in rows]

    def messages(self) -> list[str]:
        """What reporters wrote to the team."""
        rows = self._rows("SELECT sealed FROM door_message WHERE from_reporter ORDER BY sent_at, rowid")
        return [unseal(sealed, identities=[self.identity]).decode("utf-8") for sealed in rows]

    def team(self, verb: str, code: str, text: str = "") -> None:
        """Acts as the desk does, in a process of its own: answer, read, close."""
        self.desk.act(verb, code, text)

    def _rows(self, query: str) -> list[bytes]:
        with closing(sqlite3.connect(f"file:{self.site.door_database}?mode=ro", uri=True)) as database:
            return [bytes(row[0]) for row in database.execute(query)]


@contextmanager
def running_house(folder: Path, *, exit_url: str) -> Iterator[House]:
    """A new site in `folder`, its public face answering, as behind a proxy on this machine that says who sends."""
    bind = f"127.0.0.1:{_free_port()}"
    public = FaceConfig(bind=bind, trusted_proxies=("127.0.0.1",))
    site = make_site(folder / "site", SiteConfig(name="Exemple", exit_url=exit_url, public=public))
    desk = Helper("tests.journeys.team", site)
    house = House(
        site=site,
        identity=_new_key(site),
        url=f"http://{bind}",
        said=folder / "said",
        temporary=folder / "tmp",
        desk=desk,
    )
    house.temporary.mkdir()
    with house.said.open("wb") as said:
        process = _start(house, said.fileno())
        try:
            _wait_until_ready(house, process)
            yield house
        finally:
            desk.close()
            process.terminate()
            process.wait(timeout=STOP_S)


@contextmanager
def elsewhere() -> Iterator[str]:
    """An everyday page of another site on this machine; its address."""
    with _Elsewhere(("127.0.0.1", 0), _Meadow) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


class _Elsewhere(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A browser that was closed in the middle is no error."""


class _Meadow(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(_ELSEWHERE)))
        self.end_headers()
        self.wfile.write(_ELSEWHERE)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _new_key(site: Site) -> str:
    """Seals to a key whose private half the test holds, instead of the one that `make_site` threw away."""
    identity = new_identity()
    entry = Recipient(
        name="intake-2026-11", purpose=Purpose.INTAKE, key=recipient_of(identity), created_date=date(2026, 11, 1)
    )
    save_recipients(site.recipients, Recipients(entries=(entry,)))
    return identity


def _start(house: House, said: int) -> "subprocess.Popen[bytes]":
    """As `rempart serve` starts it."""
    environment = {
        "PATH": os.environ["PATH"],
        "TMPDIR": str(house.temporary),
        "REMPART_DATA": str(house.site.folder),
        "REMPART_FACE": "public",
    }
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "rempart.web.faces", "public"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=said,
        start_new_session=True,
    )


def _wait_until_ready(house: House, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_S
    while not answers(house.site.config.public):
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError("the public face did not start: " + house.said.read_text("utf-8", "replace"))
        time.sleep(0.05)


def unlikely_words() -> str:
    """Words that stand nowhere else, to be looked for later."""
    return f"mirabelle {secrets.token_hex(8)}"
