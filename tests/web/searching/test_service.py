"""The search of the worker through its socket: three answers, a bound on everything, and no word of a report on the disk."""

import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connections

from rempart.web.config import Site, SiteConfig
from rempart.web.searching import client, service, wire
from rempart.web.searching.client import NotReached, Why, search
from rempart.web.searching.expression import NothingToFind, TooLong
from rempart.web.searching.filling import Filling
from rempart.web.searching.forms import Document
from rempart.web.searching.index import Field, Hit, Index
from rempart.web.searching.service import Listener, keep_searching, search_once
from rempart.web.searching.wire import Found, Refusal, Refused
from rempart.web.setup import make_folders
from rempart.web.work.models import Duty
from rempart.web.work.notices import current_notices
from tests.web.searching.opening import open_report

WAIT_S = 20.0  # only a failing test waits so long


@pytest.fixture
def place(tmp_path: Path) -> Site:
    """A site of its own, so that its socket is too."""
    return make_folders(tmp_path / "data", SiteConfig())


@pytest.fixture
def index() -> Iterator[Index]:
    """With one report."""
    with closing(Index()) as index:
        index.add([Document(number=1, report=UUID(int=1), words="un secret")])
        yield index


@pytest.fixture
def listener(place: Site, index: Index) -> Iterator[Listener]:
    """Answers on the socket of `place`."""
    with Listener(place, index, Filling(place, index)) as listener:
        yield listener


def ask_raw(site: Site, sent: bytes) -> bytes:
    """What comes back for these bytes."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(WAIT_S)
        line.connect(str(wire.socket_path(site)))
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65_536), b""))


@pytest.mark.usefixtures("listener")
def test_what_is_found_comes_through_the_socket(place: Site) -> None:
    """With how much can be found at all."""
    hit = Hit(report=UUID(int=1), rank=1, found_in=Field.WORDS)

    assert search(place, query="secret") == Found(hits=(hit,), is_cut=False, indexed=1, total=1)


@pytest.mark.usefixtures("listener")
def test_nothing_found_is_an_answer(place: Site) -> None:
    """Somebody looked."""
    assert search(place, query="ailleurs") == Found(hits=(), is_cut=False, indexed=1, total=1)


def test_without_worker_nobody_was_reached(place: Site) -> None:
    """It is not told as “nothing found”."""
    assert search(place, query="secret") == NotReached(why=Why.AWAY)


def test_a_worker_that_was_killed_is_not_reached(place: Site) -> None:
    """Its socket may stay behind."""
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(wire.socket_path(place)))

    assert search(place, query="secret") == NotReached(why=Why.AWAY)


def test_a_worker_that_does_not_answer_in_time_is_slow(place: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is not kept waiting."""
    monkeypatch.setattr(client, "TIMEOUT_S", 0.05)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(wire.socket_path(place)))
        door.listen(1)

        assert search(place, query="secret") == NotReached(why=Why.SLOW)


@pytest.mark.parametrize("answer", [b"\x00\x00\x00\x02{}", b"\xff\xff\xff\xff", b"\x00\x00\x00\x05{", b""])
def test_an_answer_that_is_none_is_told_as_broken(place: Site, answer: bytes) -> None:
    """As from a worker of another version."""
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(wire.socket_path(place)))
        door.listen(1)

        def reply() -> None:
            line, _ = door.accept()
            with line:
                line.recv(1_000)
                line.sendall(answer)

        thread = threading.Thread(target=reply)
        thread.start()
        told = search(place, query="secret")
        thread.join()

    assert told == NotReached(why=Why.BROKEN)


def test_what_cannot_be_searched_is_told_before_anybody_is_asked(place: Site) -> None:
    """With the sentence for the person."""
    with pytest.raises(NothingToFind):
        search(place, query="…")
    with pytest.raises(TooLong):
        search(place, query="a" * 1_000)


@pytest.mark.usefixtures("listener")
def test_a_query_with_half_a_character_is_answered(place: Site) -> None:
    """Browsers send none; tests of others may."""
    assert isinstance(search(place, query="secret \ud800"), Found)


@pytest.mark.usefixtures("listener")
@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\x00",
        b"\x00\x00\x00\x02{}",
        b"\x00\x00\x00\x09[1,2,3,4]",
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x50{",
        b'\x00\x00\x00\x1c{"query":"\xe2\x80\xa6","limit":1234}',
    ],
)
def test_whatever_is_sent_gets_a_refusal_and_the_next_one_an_answer(place: Site, sent: bytes) -> None:
    """Nobody on the socket stops the search."""
    answer = ask_raw(place, sent)

    assert wire.read_answer(answer[4:]) == Refused(why=Refusal.NO_QUESTION)
    assert isinstance(search(place, query="secret"), Found)


def test_a_limit_beyond_the_most_is_refused(listener: Listener, place: Site) -> None:
    """It cannot come from the desk."""
    body = b'{"query":"secret","limit":1000000}'

    answer = ask_raw(place, len(body).to_bytes(4, "big") + body)

    assert wire.read_answer(answer[4:]) == Refused(why=Refusal.NO_QUESTION)


def test_many_who_ask_nothing_keep_nobody_waiting_for_long(
    place: Site, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each place is free again after QUESTION_S."""
    monkeypatch.setattr(service, "QUESTION_S", 0.05)
    silent = [socket.socket(socket.AF_UNIX) for _ in range(service.MOST_CLIENTS)]
    for line in silent:
        line.connect(str(wire.socket_path(place)))

    told = search(place, query="secret")
    for line in silent:
        line.close()

    assert isinstance(told, Found)


@pytest.mark.usefixtures("listener")
def test_several_desks_are_answered_at_once(place: Site) -> None:
    """Every one gets its own answer."""
    told: list[tuple[str, Found | NotReached]] = []

    def ask(query: str) -> None:
        told.extend((query, search(place, query=query)) for _ in range(20))

    threads = [threading.Thread(target=ask, args=[query]) for query in ("secret", "ailleurs", "secr", "un")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(told) == 80
    assert all(isinstance(answer, Found) and bool(answer.hits) == (query != "ailleurs") for query, answer in told)


@pytest.mark.parametrize("folder", [0o700, 0o2770, 0o755])
def test_the_socket_is_for_the_user_of_desk_and_worker_alone(place: Site, index: Index, folder: int) -> None:
    """The signer may enter the folder of the desk, and may not ask for words."""
    path = wire.socket_path(place)
    path.parent.chmod(folder)

    with Listener(place, index, Filling(place, index)):
        mode = stat.S_IMODE(path.stat().st_mode)

    assert mode == 0o600
    assert not path.exists()


def test_a_long_path_has_a_socket_too(tmp_path: Path, index: Index) -> None:
    """The system takes 108 bytes; folders may be longer."""
    (tmp_path / ("d" * 120)).mkdir()
    place = make_folders(tmp_path / ("d" * 120) / "data", SiteConfig())

    with Listener(place, index, Filling(place, index)):
        assert isinstance(search(place, query="secret"), Found)


def in_another_thread(act: Callable[[], None]) -> threading.Thread:
    """Started."""
    thread = threading.Thread(target=act)
    thread.start()
    return thread


def until(is_so: Callable[[], bool]) -> bool:
    """Waits until something is so; False when it never is."""
    ending = time.monotonic() + WAIT_S
    while not is_so() and time.monotonic() < ending:
        threading.Event().wait(0.005)
    return is_so()


@pytest.mark.usefixtures("rows")
def test_a_worker_fills_answers_and_ends(site: Site) -> None:
    """From sealed reports to an answer, and no socket is left."""
    report, stop = open_report("un secret", number=1), threading.Event()
    told: list[Found | NotReached] = []

    def ask() -> None:
        def is_filled() -> bool:
            answer = search(site, query="secret")
            told[:] = [answer]
            return isinstance(answer, Found) and answer.indexed == 1

        until(is_filled)
        stop.set()

    asking = in_another_thread(ask)
    search_once(site, stop=stop, busy=threading.Event())
    asking.join()

    assert told == [Found(hits=(Hit(report=report, rank=1, found_in=Field.WORDS),), is_cut=False, indexed=1, total=1)]
    assert not wire.socket_path(site).exists()


@pytest.mark.usefixtures("rows")
def test_no_word_of_a_report_reaches_the_disk(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole data folder is read for a canary while the search answers, and after its end."""
    canary, stop, seen = "zanzibarine", threading.Event(), []
    open_report(f"{canary} " * 300, number=1)

    def bytes_with_canary() -> int:
        files = [path for path in site.folder.rglob("*") if path.is_file()]
        return sum(path.read_bytes().lower().count(canary.encode()) for path in files)

    def ask() -> None:
        until(lambda: isinstance(told := search(site, query=canary), Found) and len(told.hits) == 1)
        answer = search(site, query=canary)
        seen.append((isinstance(answer, Found) and len(answer.hits), bytes_with_canary()))
        stop.set()

    asking = in_another_thread(ask)
    search_once(site, stop=stop, busy=threading.Event())
    asking.join()

    assert seen == [(1, 0)]
    assert bytes_with_canary() == 0


@pytest.mark.usefixtures("rows")
def test_a_second_worker_leaves_the_search_to_the_first(site: Site) -> None:
    """Its socket is not taken away."""
    stop, second_ended = threading.Event(), []

    def second() -> None:
        until(wire.socket_path(site).exists)
        search_once(site, stop=threading.Event(), busy=threading.Event())  # returns at once
        second_ended.append(isinstance(search(site, query="secret"), Found))
        stop.set()

    other = in_another_thread(second)
    search_once(site, stop=stop, busy=threading.Event())
    other.join()

    assert second_ended == [True]


@pytest.mark.usefixtures("rows")
def test_a_listening_that_ended_is_noticed(site: Site, index: Index) -> None:
    """The search begins anew rather than being silent."""
    with Listener(site, index, Filling(site, index)) as listener:
        listener.check()
        with closing(Broken()) as broken:
            listener._running = listener._pool.submit(listener._listen, broken)  # type: ignore[arg-type]  # a socket that fails
            assert until(lambda: listener._running is not None and listener._running.done())

            with pytest.raises(OSError, match="broken"):
                listener.check()


class Broken:
    """A socket whose accept fails."""

    def __enter__(self) -> "Broken":
        return self

    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None:
        """Nothing is open."""

    def settimeout(self, _seconds: float) -> None:
        """Taken."""

    def accept(self) -> None:
        """Fails."""
        raise OSError("broken")


@pytest.mark.usefixtures("rows")
def test_a_failure_is_told_to_the_desk_and_tried_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name, without the words of the failure."""
    stop, tries, told = threading.Event(), [], []

    def fail(_site: Site, *, stop: threading.Event, busy: threading.Event) -> None:
        tries.append(busy)
        if len(tries) == 3:
            stop.set()
            return
        raise ValueError("words of a child")

    monkeypatch.setattr(service, "search_once", fail)
    monkeypatch.setattr(service, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(service, "LONGEST_PAUSE_S", 0.001)
    monkeypatch.setattr(connections, "close_all", lambda: told.append([one.name for one in current_notices()]))

    keep_searching(site, stop=stop, busy=threading.Event())

    assert len(tries) == 3
    assert told[0] == ["search"]
    assert Duty.objects.get(name="search").notice == service.FAILED


@pytest.mark.usefixtures("rows")
def test_a_search_that_works_again_takes_its_notice_back(site: Site) -> None:
    """Nobody is told of what is over."""
    service._tell(service.FAILED)
    assert len(current_notices()) == 1
    stop = threading.Event()
    stop.set()

    search_once(site, stop=stop, busy=threading.Event())

    assert current_notices() == ()


class Steps:
    """Two batches of no work, for a filling that must step back or need not."""

    def __init__(self, *, must_step_back: bool = False) -> None:
        self._left, self.must_step_back = 2, must_step_back

    def step(self) -> bool:
        """True while there is one more."""
        self._left -= 1
        return self._left > 0


@pytest.mark.parametrize(("is_busy", "is_opening", "rests"), [(False, False, 0), (True, False, 2), (False, True, 2)])
def test_who_fills_rests_while_others_need_the_machine(
    listener: Listener, is_busy: bool, is_opening: bool, rests: int
) -> None:
    """Opening and duties come first: each batch is paid back with a rest."""
    rested: list[float] = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            rested.append(timeout or 0.0)
            return False

    busy = threading.Event()
    if is_busy:
        busy.set()

    steps = Steps(must_step_back=is_opening)
    service._fill(steps, listener, stop=Stop(), busy=busy)  # type: ignore[arg-type]  # all that is asked of a filling

    assert len(rested) == rests
    assert all(rest > 0 for rest in rested)
