"""A throw-away site whose desk runs as in production: its own process, gunicorn, loopback, on SQLite or PostgreSQL; with people of every role."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rempart.evidence.keyring import Keyring
from rempart.web.config import DatabaseConfig, Face, FaceConfig, Site, SiteConfig
from rempart.web.people.roles import Role
from rempart.web.serve import answers
from tests.journeys.helping import Helper
from tests.reliability.postgres import cluster
from tests.reliability.sites import make_site

START_S, STOP_S = 60.0, 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A running desk. said: what its process prints; people, matter: the processes that act on it beside it."""

    site: Site
    url: str
    said: Path
    people: Helper
    matter: Helper

    def newcomer(self, name: str, *roles: Role) -> str:
        """Makes somebody with these roles; their one-time password."""
        return str(self.act("newcomer", name, *roles))

    def session_of(self, role: Role, *more: Role) -> str:
        """The session of somebody who has these roles, went the whole way in, and has just signed: the value of the cookie."""
        return str(self.act("session", "-".join(("the", role, *more)), role, *more))

    def act(self, verb: str, *words: str) -> object:
        """Does one thing to the people of the desk (tests.journeys.desk.people); what came of it."""
        return self.people.act(verb, *words)


@contextmanager
def running_desk(folder: Path, *, database: str = "sqlite", faces: tuple[Face, ...] = (Face.DESK,)) -> Iterator[Desk]:
    """A new site in `folder` with these faces running, the desk answering. database: "sqlite" or "postgresql"."""
    with ExitStack() as stack:
        config = DatabaseConfig() if database == "sqlite" else stack.enter_context(_postgresql())
        port = _free_port()
        desk = FaceConfig(bind=f"127.0.0.1:{port}", workers=2, threads=4)
        site = make_site(folder / "site", SiteConfig(name="Exemple", database=config, desk=desk))
        Keyring(site.keys).add_intake(datetime.now(UTC).date(), again=True)  # what comes in can be opened here
        people, matter = (Helper(f"tests.journeys.desk.{name}", site) for name in ("people", "matter"))
        stack.callback(people.close)
        stack.callback(matter.close)
        house = Desk(site=site, url=f"http://localhost:{port}", said=folder / "said", people=people, matter=matter)
        said = stack.enter_context(house.said.open("wb"))
        for face in faces:
            stack.enter_context(_running(site, face, said.fileno()))
        _wait_until_ready(house)
        yield house


@contextmanager
def _postgresql() -> Iterator[DatabaseConfig]:
    folder = Path(tempfile.mkdtemp(prefix="rp-"))
    folder.chmod(0o755)
    with cluster(folder / "pg") as made:
        yield made.config
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(site: Site, face: Face, said: int) -> Iterator[None]:
    """As `rempart serve` starts it."""
    environment = {"PATH": os.environ["PATH"], "REMPART_DATA": str(site.folder), "REMPART_FACE": str(face)}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "rempart.web.faces", str(face)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=said,
        start_new_session=True,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=STOP_S)


def _wait_until_ready(house: Desk) -> None:
    until = time.monotonic() + START_S
    while not answers(house.site.config.desk):
        if time.monotonic() > until:
            raise RuntimeError("the desk did not start: " + house.said.read_text("utf-8", "replace"))
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
