"""`rempart serve`: four processes begin together, one that dies begins again, and all end together; no orphan stays."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from rempart.web import serve
from rempart.web.buckets import Gauge
from rempart.web.config import Face, FaceConfig, Site, SiteConfig
from rempart.web.lanes import Edge, Proxies
from rempart.web.listening import QuietLogger, options_of, umask_of
from rempart.web.serve import (
    FACES,
    AddressTaken,
    Event,
    NotStarted,
    Supervisor,
    What,
    address_of,
    answers,
    require_free,
)

SOON_S = 30.0
# What stands in the place of a process of a site: a face that answers, a signer that signs, a worker that says it works.
FAKE = """
import os, signal, socket, sys, threading, time
face, folder, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open(f"{folder}/{face}.pids", "a") as file:
    file.write(f"{os.getpid()}\\n")
if face == "signer":
    open(f"{folder}/ledger/checkpoint", "w").close()
if face == "worker":
    os.write(int(os.environ["REMPART_READY_FD"]), b"1")
if port:
    listener = socket.create_server(("127.0.0.1", port))
    def serve():
        while True:
            asked, _ = listener.accept()
            asked.recv(1000)
            asked.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
            asked.close()
    threading.Thread(target=serve, daemon=True).start()
while True:
    time.sleep(60)
"""


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A folder whose faces listen on free ports."""
    for name in ("ledger", "door"):
        (tmp_path / name).mkdir()
    public, desk = (FaceConfig(bind=f"127.0.0.1:{free_port()}") for _ in range(2))
    return Site(folder=tmp_path, config=SiteConfig(public=public, desk=desk))


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of a test."""
    monkeypatch.setattr(serve, "FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr(serve, "LOOK_S", 0.02)


def fake(site: Site) -> Callable[[Face], Sequence[str]]:
    """Starts the stand-ins."""
    ports = {
        Face.PUBLIC: address_of(site.config.public.bind)[1],
        Face.DESK: address_of(site.config.desk.bind)[1],
    }
    return lambda face: [sys.executable, "-c", FAKE, str(face), str(site.folder), str(ports.get(face, 0))]


class Run:
    """A supervisor at work in a thread of the test."""

    def __init__(self, site: Site, command: Callable[[Face], Sequence[str]]) -> None:
        self.site, self.events, self.result = site, list[Event](), list[object]()
        self.supervisor = Supervisor(site, tell=self.events.append, environment=os.environ, command=command)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.result.append(self.supervisor.run())
        except Exception as error:  # noqa: BLE001 - handed to the test
            self.result.append(error)

    def until(self, holds: Callable[[], bool]) -> None:
        """Waits for something of the run."""
        end = time.monotonic() + SOON_S
        while not holds():
            assert time.monotonic() < end, "it never came"
            time.sleep(0.01)

    def pids(self, face: Face) -> list[int]:
        """The processes of a face so far, oldest first."""
        path = self.site.folder / f"{face}.pids"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def end(self) -> object:
        """Asks for the end, and gives what the run gave."""
        self.supervisor.stop()
        self.thread.join(SOON_S)
        assert not self.thread.is_alive()
        return self.result[0]


def lives(pid: int) -> bool:
    """True for a process that is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def run(site: Site) -> Iterator[Run]:
    """A site of stand-ins that is ready."""
    made = Run(site, fake(site))
    try:
        made.until(lambda: bool(made.events) or bool(made.result))
        yield made
    finally:
        made.supervisor.stop()
        made.thread.join(SOON_S)


def test_it_tells_when_all_four_work_and_ends_them_all(run: Run) -> None:
    """Ready is said once; after the end nothing of it is left."""
    pids = [pid for face in FACES for pid in run.pids(face)]

    result = run.end()

    assert run.events == [Event(what=What.READY)]
    assert (len(pids), result) == (4, 0)
    assert not [pid for pid in pids if lives(pid)]


@pytest.mark.parametrize("face", FACES)
def test_a_process_that_dies_begins_again(run: Run, face: Face) -> None:
    """It is told, and the others go on."""
    others = {other: run.pids(other) for other in FACES if other is not face}

    os.kill(run.pids(face)[0], signal.SIGKILL)
    run.until(lambda: len(run.pids(face)) == 2)

    assert run.events[1] == Event(what=What.DIED, face=face, code=-signal.SIGKILL, again_s=0.05)
    assert {other: run.pids(other) for other in others} == others
    assert run.end() == 0
    assert not lives(run.pids(face)[1])


def test_a_process_that_dies_again_and_again_begins_later_each_time(run: Run) -> None:
    """A fault does not make the machine spin."""
    for times in range(1, 4):
        os.kill(run.pids(Face.WORKER)[-1], signal.SIGKILL)
        run.until(lambda times=times: len(run.pids(Face.WORKER)) == times + 1)  # type: ignore[misc]  # bound now, not later

    pauses = [event.again_s for event in run.events if event.what is What.DIED]

    assert pauses == [0.05, 0.1, 0.2]


def test_what_a_process_that_ends_itself_leaves_behind_is_ended(site: Site) -> None:
    """A face that is killed does not leave its workers listening."""
    child = site.folder / "child.pid"
    program = (
        "import os, subprocess, sys; "
        f"p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); open({str(child)!r}, 'w').write(str(p.pid)); "
    )
    others = fake(site)

    def command(face: Face) -> Sequence[str]:
        usual = others(face)
        return [*usual[:2], program + usual[2], *usual[3:]] if face is Face.WORKER else usual

    made = Run(site, command)
    made.until(lambda: bool(made.events))
    left = int(child.read_text())
    os.kill(made.pids(Face.WORKER)[0], signal.SIGKILL)
    made.until(lambda: not lives(left))

    assert made.end() == 0


def test_a_face_that_refuses_to_start_ends_everything(site: Site) -> None:
    """Exit code 2: its list of what is unsafe stands above."""
    others = fake(site)
    made = Run(site, lambda face: [sys.executable, "-c", "raise SystemExit(2)"] if face is Face.DESK else others(face))

    made.thread.join(SOON_S)

    assert made.result == [2]
    assert made.events == []
    assert not [pid for face in FACES for pid in made.pids(face) if lives(pid)]


def test_a_process_that_never_works_ends_everything(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time, with a sentence."""
    monkeypatch.setattr(serve, "START_S", 0.5)
    others = fake(site)
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    made = Run(site, lambda face: sleeper if face is Face.SIGNER else others(face))

    made.thread.join(SOON_S)

    assert isinstance(made.result[0], NotStarted)
    assert not [pid for face in FACES for pid in made.pids(face) if lives(pid)]


def test_it_may_be_stopped_while_it_starts(site: Site) -> None:
    """Ctrl-C in the first second leaves nothing."""
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    made = Run(site, lambda _face: sleeper)

    assert made.end() == 0


def test_an_address_that_is_taken_is_told_before_anything_starts(site: Site) -> None:
    """With the address, and what to do."""
    with socket.create_server(address_of(site.config.desk.bind)):
        made = Run(site, fake(site))
        made.thread.join(SOON_S)

    assert isinstance(made.result[0], AddressTaken)
    assert site.config.desk.bind in str(made.result[0])
    assert made.pids(Face.SIGNER) == []


@pytest.mark.parametrize(
    ("bind", "address"),
    [
        ("127.0.0.1:8000", ("127.0.0.1", 8000)),
        ("[::1]:8000", ("::1", 8000)),
        (":8000", ("127.0.0.1", 8000)),
        ("unix:/run/rempart/public.sock", "/run/rempart/public.sock"),
    ],
)
def test_addresses_are_written_as_gunicorn_takes_them(bind: str, address: object) -> None:
    """A host and a port, or a socket."""
    assert address_of(bind) == address


def test_an_address_of_another_machine_cannot_be_listened_on() -> None:
    """The network of documentation is nobody's."""
    with pytest.raises(AddressTaken):
        require_free("192.0.2.1:8000")
    require_free("unix:/somewhere")


def test_a_face_answers_only_with_a_page() -> None:
    """A listener that says nothing, or an error, does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = FaceConfig(bind=f"127.0.0.1:{listener.getsockname()[1]}", hosts=("example.org",))
        asked: list[bytes] = []

        def reply() -> None:
            for line in (b"HTTP/1.1 500 Oh\r\n\r\n", b"", b"HTTP/1.1 302 Found\r\n\r\n"):
                sock, _ = listener.accept()
                asked.append(sock.recv(1_000))
                sock.sendall(line)
                sock.close()

        thread = threading.Thread(target=reply)
        thread.start()
        told = [answers(config) for _ in range(3)]
        thread.join(SOON_S)

    assert told == [False, False, True]
    assert b"Host: example.org\r\n" in asked[0]
    assert answers(config) is False


# -- how gunicorn is told -------------------------------------------------------------------------------


def edge() -> Edge:
    """An application of a test."""
    return Edge(lambda _environ, _start: [], proxies=Proxies(), upload_bytes=1)


def test_nothing_of_a_request_is_logged_and_nothing_is_waited_for(site: Site) -> None:
    """No access log, one request a connection, small limits, no trust in headers."""
    options = options_of(site, Face.PUBLIC, application=edge(), gauge=Gauge())

    assert options["accesslog"] is None
    assert options["keepalive"] == 0
    assert options["forwarded_allow_ips"] == ""
    assert options["control_socket_disable"] is True
    assert options["limit_request_line"] <= 4_096
    assert options["bind"] == site.config.public.bind
    assert options_of(site, Face.DESK, application=edge(), gauge=Gauge())["bind"] == site.config.desk.bind


@pytest.mark.parametrize(("mode", "umask"), [(0o750, 0o077), (0o2770, 0o007)])
def test_new_files_are_for_the_group_only_where_the_folder_is(site: Site, mode: int, umask: int) -> None:
    """Four users share the door's folder by its group; otherwise nobody shares anything."""
    site.door_folder.chmod(mode)

    assert umask_of(site, Face.PUBLIC) == umask
    assert umask_of(site, Face.SIGNER) == 0o022


def test_a_failure_is_logged_by_its_kind_and_not_for_each_request(capsys: pytest.CaptureFixture[str]) -> None:
    """Who makes requests fail fills no disk, and no log holds what was asked."""
    from gunicorn.config import Config

    config = Config()
    config.set("errorlog", "-")
    logger = QuietLogger(config)
    for _ in range(50):
        try:
            raise ValueError("words of a child")
        except ValueError:
            logger.exception("Error handling request %s", "/fr/a/?words")
        logger.warning("Invalid request from ip=198.51.100.7: words")
    logger.warning("Worker was ended")

    told = capsys.readouterr().err

    assert told.count("A failure in the server: ValueError") == 1
    assert "Worker was ended" in told
    assert not [word for word in ("child", "198.51.100.7", "/fr/a/") if word in told]


# -- the real thing -------------------------------------------------------------------------------------


def test_a_demonstration_serves_survives_and_ends(tmp_path: Path) -> None:
    """The command itself: addresses, pages, a killed process that comes back, and SIGTERM; then nobody is left."""
    command = [sys.executable, "-m", "rempart.cli.main", "serve", "--demo", "--data", str(tmp_path / "demo")]
    environment = {**os.environ, "REMPART_LANG": "en"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)
    assert process.stdout
    told = []
    for line in process.stdout:
        told.append(line.strip())
        if line.startswith("Ctrl-C"):
            break
    site = Site.at(tmp_path / "demo")
    children = list(map(int, Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()))
    try:
        assert [line.split(":")[0] for line in told[:2]] == ["Public face", "Desk"]
        assert answers(site.config.public)
        assert answers(site.config.desk)
        assert len(children) == len(FACES)
    finally:
        process.terminate()
        assert process.wait(60) == 0
    process.stdout.close()
    assert not [pid for pid in children if lives(pid)]
    assert not answers(site.config.public)
