"""Starts the four processes of a site, waits until each works, starts again what dies, and ends all of them; no orphan stays.

Each process has its own environment, session and keys. The start is over when both faces answer, the signer has signed a checkpoint
of each log and the worker has looked at its duties.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from rempart.errors import OutsideFailure
from rempart.web.config import Face, FaceConfig, Site
from rempart.web.faces import PARENT, READY

FACES = (Face.SIGNER, Face.PUBLIC, Face.DESK, Face.WORKER)
START_S, STOP_S = 60.0, 25.0
LOOK_S = 0.1
FIRST_PAUSE_S, LONGEST_PAUSE_S, STEADY_S = 1.0, 60.0, 60.0  # between two starts; steady: the pause begins anew
_UNSAFE = 2  # exit code of a face that refuses to start
_ANSWER_S = 5.0


class AddressTaken(OutsideFailure):
    """Another program listens there."""


class NotStarted(OutsideFailure):
    """A process of the site did not begin to work."""


class What(StrEnum):
    """What happened."""

    READY = "ready"  # all four
    DIED = "died"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something to tell the person at the terminal."""

    what: What
    face: Face | None = None
    code: int = 0
    again_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class _Child:
    face: Face
    process: subprocess.Popen[bytes]
    ready_fd: int
    started_at: float = field(default_factory=time.monotonic)
    is_ready: bool = False


def command_of(face: Face) -> Sequence[str]:
    """How a process of the site is started."""
    return [sys.executable, "-P", "-m", "rempart.web.faces", str(face)]


class Supervisor:
    """The four processes of one site. `stop` may be called from a signal handler."""

    def __init__(
        self,
        site: Site,
        *,
        tell: Callable[[Event], None],
        environment: Mapping[str, str],
        command: Callable[[Face], Sequence[str]] = command_of,
    ) -> None:
        self._site, self._tell, self._environment, self._command = site, tell, environment, command
        self._children: dict[Face, _Child] = {}
        self._pauses = dict.fromkeys(FACES, FIRST_PAUSE_S)
        self._due: dict[Face, float] = {}
        self._stopping = threading.Event()

    def stop(self, *_: object) -> None:
        """Asks for the end."""
        self._stopping.set()

    def run(self) -> int:
        """Until it is asked to stop; 0, or 2 when a face refuses to start. Nothing of it is left then.

        Raises: AddressTaken, NotStarted.
        """
        for config in (self._site.config.public, self._site.config.desk):
            require_free(config.bind)
        try:
            for face in FACES:
                self._start(face)
            if not self._wait_until_ready():
                return _UNSAFE if not self._stopping.is_set() else 0
            while not self._stopping.wait(LOOK_S):
                self._start_again()
        finally:
            self._end_all()
        return 0

    def _start(self, face: Face) -> None:
        read_fd, write_fd = os.pipe()
        environment = {
            **self._environment,
            "REMPART_DATA": str(self._site.folder),
            "REMPART_FACE": str(face),
            PARENT: str(os.getpid()),
            READY: str(write_fd),
        }
        process = subprocess.Popen(  # noqa: S603 - the same
            self._command(face),
            env=environment,
            stdin=subprocess.DEVNULL,
            pass_fds=[write_fd],
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which ends the others in order
        )
        os.close(write_fd)
        os.set_blocking(read_fd, False)
        self._children[face] = _Child(face=face, process=process, ready_fd=read_fd)

    def _wait_until_ready(self) -> bool:
        """False when asked to stop, or when a face refuses. Raises: NotStarted."""
        until = time.monotonic() + START_S
        while not self._stopping.wait(LOOK_S):
            for child in self._children.values():
                code = child.process.poll()
                if code == _UNSAFE:
                    return False
                if code is not None or time.monotonic() > until:
                    raise NotStarted(
                        "The process “{face}” of the site did not begin to work; its words stand above. Nothing is lost.",
                        can_retry=True,
                        face=str(child.face),
                    )
                child.is_ready = child.is_ready or self._works(child)
            if all(child.is_ready for child in self._children.values()):
                self._tell(Event(what=What.READY))
                return True
        return False

    def _works(self, child: _Child) -> bool:
        config = self._site.config
        if child.face is Face.SIGNER:
            has_journal = (self._site.keys / "journal.vkey").exists()  # a site that was not upgraded has none
            logs = (self._site.ledger, self._site.journal) if has_journal else (self._site.ledger,)
            return all((log / "checkpoint").exists() for log in logs)
        if child.face is Face.WORKER:
            with contextlib.suppress(BlockingIOError):
                return os.read(child.ready_fd, 1) == b"1"
            return False
        return answers(config.public if child.face is Face.PUBLIC else config.desk)

    def _start_again(self) -> None:
        now = time.monotonic()
        for face in FACES:
            child = self._children.get(face)
            if child and child.process.poll() is not None:
                self._bury(child)
                if now - child.started_at > STEADY_S:
                    self._pauses[face] = FIRST_PAUSE_S
                self._due[face] = now + self._pauses[face]
                self._tell(Event(what=What.DIED, face=face, code=child.process.returncode, again_s=self._pauses[face]))
                self._pauses[face] = min(2 * self._pauses[face], LONGEST_PAUSE_S)
            if face in self._due and now >= self._due[face]:
                del self._due[face]
                self._start(face)

    def _bury(self, child: _Child) -> None:
        """Ends what a dead process may have left in its session."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGKILL)
        os.close(child.ready_fd)
        del self._children[child.face]

    def _end_all(self) -> None:
        """Doors first: what they received is signed before the signer goes."""
        doors = [child for face, child in self._children.items() if face is not Face.SIGNER]
        rest = [child for face, child in self._children.items() if face is Face.SIGNER]
        for group in (doors, rest):
            for child in group:
                with contextlib.suppress(ProcessLookupError):
                    child.process.terminate()
            until = time.monotonic() + STOP_S
            for child in group:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(0.1, until - time.monotonic()))
                self._bury(child)
                child.process.wait()


def address_of(bind: str) -> str | tuple[str, int]:
    """Where a face listens, as a socket takes it: a path, or host and port."""
    if bind.startswith("unix:"):
        return bind.removeprefix("unix:")
    host, _, port = bind.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port)


def _socket(bind: str) -> socket.socket:
    address = address_of(bind)
    if isinstance(address, str):
        return socket.socket(socket.AF_UNIX)
    return socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)


def require_free(bind: str) -> None:
    """Raises: AddressTaken, when another program listens there or the address is not of this machine."""
    address = address_of(bind)
    if isinstance(address, str):
        return
    with _socket(bind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError:
            raise AddressTaken(
                "The address {bind} cannot be used: another program listens there, or it is not of this machine. "
                "Stop the other one, or change `bind` in rempart.toml.",
                can_retry=True,
                bind=bind,
            ) from None


def answers(config: FaceConfig) -> bool:
    """True when a face gives a page."""
    host = next((name for name in config.hosts if name != "*"), "localhost").lstrip(".")
    try:
        with _socket(config.bind) as asked:
            asked.settimeout(_ANSWER_S)
            asked.connect(address_of(config.bind))
            asked.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("ascii"))
            status = asked.makefile("rb").readline(200).split()[1:2]
    except OSError:
        return False
    return bool(status) and status[0] in {b"200", b"301", b"302"}


def serve(site: Site, *, tell: Callable[[Event], None]) -> int:
    """Runs a site in the foreground until Ctrl-C or SIGTERM; the exit code. Raises: AddressTaken, NotStarted."""
    supervisor = Supervisor(site, tell=tell, environment=os.environ)
    before = {number: signal.signal(number, supervisor.stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return supervisor.run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
