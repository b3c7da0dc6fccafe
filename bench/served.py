"""A site as it runs in production, for a measurement: made by the command line, started by its own modules, ended with us.

Processor time is read from /proc, of each process with all its children.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.load import Target

from rempart.web.config import DatabaseConfig, Face, FaceConfig, Site, SiteConfig
from rempart.web.faces import PARENT
from rempart.web.serve import answers
from rempart.web.setup import make_folders

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_START_S, _STOP_S = 60.0, 30.0
_REMPART = [sys.executable, "-P", "-m", "rempart.cli.main"]


def new_site(folder: Path, *, database: DatabaseConfig | None = None) -> Site:
    """A site with keys of every purpose and its tables, as its makers are told to set one up."""
    face = FaceConfig(bind=f"127.0.0.1:{free_port()}", hosts=("127.0.0.1",))
    make_folders(folder, SiteConfig(name="Bench", public=face, database=database or DatabaseConfig()))
    guard = folder.with_name(f"{folder.name}.guard.key")
    _run("site", "init", "--data", str(folder))
    _run("keys", "init", "--data", str(folder), "--escrow-out", str(guard), "--yes")
    return Site.at(folder)


def target_of(site: Site) -> Target:
    """Where the public face of a site listens."""
    host, _, port = site.config.public.bind.rpartition(":")
    return Target(host=host, port=int(port))


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def new_partner(site: Site, name: str) -> str:
    """The token of a new partner of the API."""
    return _run("site", "partner", name, "--data", str(site.folder)).split()[-1]


def _run(*arguments: str) -> str:
    return subprocess.run([*_REMPART, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Processes of a site, by face."""

    processes: dict[Face, int]

    def cpu_s(self, face: Face) -> float:
        """Processor seconds of a face so far."""
        return cpu_s(self.processes[face])

    def peak_mib(self, face: Face) -> float:
        """Most memory that one process of a face ever held."""
        return max(_peak_kib(process) for process in _family(self.processes[face])) / 1024


@contextmanager
def running(site: Site, faces: Sequence[Face] = (Face.SIGNER, Face.PUBLIC), *, log: Path) -> Iterator[Running]:
    """Starts faces as `rempart serve` does, waits until they work, and ends them. log: what they say."""
    with ExitStack() as stack:
        file = stack.enter_context(log.open("ab"))
        processes: dict[Face, int] = {}
        for face in faces:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "rempart.web.faces", str(face)],
                env={
                    **os.environ,
                    "REMPART_DATA": str(site.folder),
                    "REMPART_FACE": str(face),
                    PARENT: str(os.getpid()),
                },
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )
            stack.callback(_end, child)
            processes[face] = child.pid
            _wait(face, site, child)
        yield Running(processes=processes)


def _wait(face: Face, site: Site, child: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        if child.poll() is not None:
            raise RuntimeError(f"the face {face} ended with code {child.returncode}")
        if answers(site.config.public) if face is Face.PUBLIC else (site.ledger / "checkpoint").exists():
            return
        time.sleep(0.1)
    raise TimeoutError(f"the face {face} did not begin to work")


def _end(child: "subprocess.Popen[bytes]") -> None:
    child.terminate()
    try:
        child.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        for process in reversed(_family(child.pid)):
            os.kill(process, 9)
        child.wait()


def cpu_s(process: int) -> float:
    """Processor seconds of a process and of all its children, living or waited for."""
    return sum(sum(map(int, _stat(one)[11:15])) for one in _family(process)) * _TICK_S


def busy_s() -> float:
    """Processor seconds that the whole machine has spent so far, by anybody, and those that were taken from it."""
    user, nice, system, _idle, _wait, *rest = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])
    return (user + nice + system + sum(rest)) * _TICK_S


def _family(process: int) -> list[int]:
    found = [process]
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return found
    for child in children:
        found += _family(child)
    return found


def _stat(process: int) -> list[str]:
    """The fields of /proc/<id>/stat behind the name: state is 0, utime is 11."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 50


def _peak_kib(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
