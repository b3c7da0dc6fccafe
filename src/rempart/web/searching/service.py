"""The search of a worker: one thread fills the index, another answers the desk over a socket that only the desk's folder leads to.

One worker of a site searches; a second one waits until the first is gone. Whatever fails is told to the desk, and begins anew after a
pause: the index is made of sealed reports, so nothing can be lost with it.
"""

import contextlib
import fcntl
import logging
import os
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from django.db import DatabaseError, connections

from rempart.web.config import Site
from rempart.web.searching import wire
from rempart.web.searching.expression import BadQuery
from rempart.web.searching.filling import Filling
from rempart.web.searching.index import Index
from rempart.web.searching.wire import Answer, Found, Garbled, Question, Refusal, Refused
from rempart.web.work.models import Duty

NAME, FAILED = "search", "search_failed"  # of the row of the duties, and of what it tells
MOST_CLIENTS = 16  # at a time; more wait in the queue of the system
QUESTION_S = 2.0  # for one question and its answer
LOOK_S = 2.0  # how often new reports are looked for
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 60.0
_OWN = 0o600
_STOP_S = 0.2
_BUSY_SHARE = 4  # while the worker opens reports or does a duty: it rests so many times as long as a batch took
_log = logging.getLogger("rempart.search")


def start_search(site: Site, *, stop: threading.Event, busy: threading.Event) -> threading.Thread:
    """A thread that searches until `stop` is set, and steps back while `busy` is, or while reports wait to be opened."""
    thread = threading.Thread(target=keep_searching, args=(site,), kwargs={"stop": stop, "busy": busy}, name="search")
    thread.start()
    return thread


def keep_searching(site: Site, *, stop: threading.Event, busy: threading.Event) -> None:
    """Searches until it is asked to stop; after a failure, again."""
    pause_s = FIRST_PAUSE_S
    while not stop.is_set():
        try:
            search_once(site, stop=stop, busy=busy)
            pause_s = FIRST_PAUSE_S
        except Exception as error:  # noqa: BLE001 - the last door of the thread: recorded, told, begun anew
            _log.error("search failed=%s", type(error).__name__)  # its kind only: a message may hold words of a report
            _tell(FAILED)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        finally:
            connections.close_all()
        stop.wait(pause_s)


def search_once(site: Site, *, stop: threading.Event, busy: threading.Event) -> None:
    """Fills the index and answers until it is asked to stop, or returns at once when another worker of this site does."""
    with _alone(site) as is_alone, contextlib.closing(Index()) as index:
        if not is_alone:
            return
        filling = Filling(site, index)
        filling.look()  # before the first answer, so that it knows of how many
        with Listener(site, index, filling) as listener:
            _tell("")
            while not stop.is_set():
                listener.check()
                filling.look()
                _fill(filling, listener, stop=stop, busy=busy)
                stop.wait(LOOK_S)


class Listener:
    """Answers on the socket from the beginning of a `with` to its end."""

    def __init__(self, site: Site, index: Index, filling: Filling) -> None:
        self._path, self._index, self._filling = wire.socket_path(site), index, filling
        self._ending = threading.Event()
        self._places = threading.Semaphore(MOST_CLIENTS)
        self._pool = ThreadPoolExecutor(max_workers=MOST_CLIENTS + 1, thread_name_prefix="search")
        self._running: Future[None] | None = None

    def __enter__(self) -> "Listener":
        door = _bind(self._path)
        self._running = self._pool.submit(self._listen, door)
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._pool.shutdown(wait=True)
        self._path.unlink(missing_ok=True)

    def check(self) -> None:
        """Raises what ended the listening, if anything did."""
        if self._running and self._running.done():
            self._running.result()

    def answer(self, question: Question) -> Answer:
        """What was found, and among how many."""
        try:
            hits = self._index.find(question.query, limit=question.limit)
        except BadQuery:
            return Refused(why=Refusal.NO_QUESTION)
        except sqlite3.Error as error:
            _log.error("search answer=%s", type(error).__name__)
            return Refused(why=Refusal.FAILED)
        return Found(hits=hits.first, is_cut=hits.is_cut, indexed=len(self._index), total=self._filling.total)

    def _listen(self, door: socket.socket) -> None:
        with door:
            door.settimeout(_STOP_S)
            while not self._ending.is_set():
                if self._places.acquire(timeout=_STOP_S):
                    self._accept(door)

    def _accept(self, door: socket.socket) -> None:
        try:
            line, _ = door.accept()
        except TimeoutError:
            self._places.release()
            return
        self._pool.submit(self._serve, line)

    def _serve(self, line: socket.socket) -> None:
        """One question of one client, whoever sends what; its failures are its own."""
        try:
            with line, contextlib.suppress(OSError):
                until = time.monotonic() + QUESTION_S
                wire.send(line, self._answer(line, until))
        finally:
            self._places.release()

    def _answer(self, line: socket.socket, until: float) -> Answer:
        try:
            data = wire.receive(line, most_bytes=wire.MOST_QUESTION_BYTES, until=until)
            return self.answer(wire.read_question(data))
        except Garbled:
            return Refused(why=Refusal.NO_QUESTION)


def _fill(filling: Filling, listener: Listener, *, stop: threading.Event, busy: threading.Event) -> None:
    """Batch after batch until all is in; what is to be opened, and duties, come first."""
    is_more = True
    while is_more and not stop.is_set():
        listener.check()
        began = time.monotonic()
        is_more = filling.step()
        if busy.is_set() or filling.must_step_back:
            stop.wait(_BUSY_SHARE * (time.monotonic() - began))


@contextlib.contextmanager
def _alone(site: Site) -> Iterator[bool]:
    """True for the one worker of a site that may search; its end, even a kill, lets the next one in."""
    path = wire.socket_path(site).with_suffix(".lock")
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(number)


def _bind(path: Path) -> socket.socket:
    """The socket, for the user of worker and desk alone, also in a folder that the signer's group may enter."""
    path.unlink(missing_ok=True)  # of a worker that was killed; no other one is alive, see _alone
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    door = socket.socket(socket.AF_UNIX)
    try:
        os.fchmod(door.fileno(), _OWN)  # before it has a name, so that it is never open wider (Linux)
        door.bind(wire.address_in(folder, path))
        path.chmod(_OWN)
        door.listen(MOST_CLIENTS)
    except BaseException:
        door.close()
        raise
    finally:
        os.close(folder)
    return door


def _tell(notice: str) -> None:
    """What the desk shows of the search; "" when all is well. A database that fails is told by others."""
    with contextlib.suppress(DatabaseError):
        told = Duty.objects.filter(name=NAME).values_list("notice", flat=True).first() or ""
        if told != notice:
            Duty.objects.update_or_create(
                name=NAME, defaults={"notice": notice}, create_defaults={"due_at": datetime.now(UTC), "notice": notice}
            )
