"""A throw-away PostgreSQL on a socket in a temporary folder; it refuses to run as root, so root lends it the user postgres."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rempart.web.config import DatabaseConfig

_START_S = 60


def binaries() -> Path | None:
    """Where initdb and postgres are; None where PostgreSQL is not installed."""
    found = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    named = shutil.which("initdb")
    places = [*found, *([Path(named).parent] if named else [])]
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


def can_run() -> bool:
    """Whether a cluster can be started here: installed, and not root without the user postgres to lend."""
    is_root = os.getuid() == 0
    lends = subprocess.run(["id", "postgres"], capture_output=True, check=False).returncode == 0
    return binaries() is not None and (not is_root or (lends and shutil.which("setpriv") is not None))


@dataclass(slots=True)
class Cluster:
    """A cluster with one database `rempart`, an owner and a door role, and no password on its private socket."""

    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def config(self) -> DatabaseConfig:
        """For rempart.toml."""
        return DatabaseConfig(engine="postgresql", host=str(self.folder), owner="rempart", door="rempart_door")

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        command = [
            f"{binaries()}/postgres",
            "-D",
            f"{self.folder}/data",
            "-k",
            str(self.folder),
            "-c",
            "listen_addresses=",
        ]
        self.process = subprocess.Popen(_lent(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + _START_S
        while self._psql("SELECT 1", database="postgres").returncode:
            if time.monotonic() > deadline:
                raise TimeoutError("PostgreSQL did not start")
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL to the server and every one of its processes, as a power cut of the machine would."""
        for process in self._processes():
            os.kill(process, signal.SIGKILL)
        if self.process:
            self.process.wait()
        (self.folder / "data/postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        """An orderly end."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=60)

    def sql(self, statement: str, *, user: str = "postgres", database: str = "rempart") -> str:
        """Runs a statement and gives its rows as text. Raises: CalledProcessError when it is refused."""
        done = self._psql(statement, user=user, database=database)
        done.check_returncode()
        return done.stdout.strip()

    def _psql(
        self, statement: str, *, user: str = "postgres", database: str = "rempart"
    ) -> "subprocess.CompletedProcess[str]":
        call = ["psql", "-h", str(self.folder), "-U", user, "-d", database, "-Atqc", statement]
        return subprocess.run(call, capture_output=True, text=True, check=False)

    def _processes(self) -> list[int]:
        assert self.process
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]


def _lent(command: list[str]) -> list[str]:
    return (
        ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command] if os.getuid() == 0 else command
    )


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A running cluster; folder: short (a socket's path has 107 letters), made and removed by the caller."""
    folder.mkdir()
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    subprocess.run(
        _lent(
            [
                f"{binaries()}/initdb",
                "-D",
                f"{folder}/data",
                "-U",
                "postgres",
                "-A",
                "trust",
                "--data-checksums",
                "-E",
                "UTF8",
                "--no-sync",
            ]
        ),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    made = Cluster(folder)
    made.start()
    for statement in (
        "CREATE ROLE rempart LOGIN",
        "CREATE ROLE rempart_door LOGIN",
        "CREATE DATABASE rempart OWNER rempart",
    ):
        made.sql(statement, database="postgres")
    try:
        yield made
    finally:
        made.stop()
