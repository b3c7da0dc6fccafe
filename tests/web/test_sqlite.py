"""Writers of SQLite take turns: none is overtaken for long, none waits for ever, and every end of a transaction gives the turn back."""

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from django.db.backends.sqlite3 import base as djangos
from django.db.utils import ConnectionHandler, OperationalError

from rempart.web import databases
from rempart.web.config import Face, Site
from rempart.web.sqlite import base


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with one table."""
    path = tmp_path / "one.db"
    with closing(sqlite3.connect(path)) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE row (number INTEGER)")
    return path


def connections(file: Path, *, patience_s: float) -> ConnectionHandler:
    """Connections to it, one per thread."""
    options = {"timeout": patience_s, "transaction_mode": "IMMEDIATE"}
    return ConnectionHandler({"default": {"ENGINE": "rempart.web.sqlite", "NAME": str(file), "OPTIONS": options}})


@pytest.fixture
def handler(file: Path) -> ConnectionHandler:
    """Connections with little patience."""
    return connections(file, patience_s=0.2)


def insert(handler: ConnectionHandler) -> None:
    """One transaction, begun and ended as `atomic` does."""
    connection = handler["default"]
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    try:
        connection.cursor().execute("INSERT INTO row VALUES (1)")
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    finally:
        connection.set_autocommit(True)


def count(file: Path) -> int:
    """Rows that are there for everybody."""
    with closing(sqlite3.connect(file)) as asked:
        return int(asked.execute("SELECT count(*) FROM row").fetchone()[0])


def test_the_site_uses_it(site: Site) -> None:
    """On SQLite every process of a site, for both files."""
    used = [one["ENGINE"] for face in (Face.PUBLIC, Face.DESK) for one in databases.databases(site, face).values()]

    assert used == ["rempart.web.sqlite"] * 3


def test_many_threads_write_and_none_is_refused(file: Path) -> None:
    """Eight threads, fifty transactions each, with the patience of a site on a slow disk: four hundred rows."""
    handler = connections(file, patience_s=30)

    def write() -> None:
        with closing(handler["default"]):
            for _ in range(50):
                insert(handler)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert count(file) == 400


def test_a_database_that_another_process_has_is_waited_for(handler: ConnectionHandler, file: Path) -> None:
    """And entered as soon as it is left."""
    looks: list[float] = []
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")

        def leave_at_third_look(_pause_s: float) -> None:
            looks.append(_pause_s)
            if len(looks) == 3:
                other.execute("COMMIT")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(time, "sleep", leave_at_third_look)
            insert(handler)

    assert looks == [base.LOOK_S] * 3
    assert count(file) == 1


def test_patience_has_an_end(handler: ConnectionHandler, file: Path) -> None:
    """Django's error, after the timeout; then the next one may try."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()

        with pytest.raises(OperationalError, match="locked"):
            insert(handler)

        assert 0.2 <= time.monotonic() - began < 5
        other.execute("ROLLBACK")
    insert(handler)
    assert count(file) == 1


def _commit(handler: ConnectionHandler) -> None:
    insert(handler)


def _fail(handler: ConnectionHandler) -> None:
    connection = handler["default"]
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    connection.rollback()
    connection.set_autocommit(True)


def _close(handler: ConnectionHandler) -> None:
    connection = handler["default"]
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    connection.close()


@pytest.mark.parametrize("end", [_commit, _fail, _close])
def test_every_end_of_a_transaction_gives_the_turn_back(
    end: Callable[[ConnectionHandler], None], handler: ConnectionHandler, file: Path
) -> None:
    """Commit, rollback, and a connection that is closed in the middle."""
    before = count(file)
    end(handler)
    thread = threading.Thread(target=lambda: insert(handler))

    thread.start()
    thread.join(timeout=10)

    assert count(file) == before + 1 + (end is _commit)


def test_a_commit_that_fails_gives_the_turn_back(
    handler: ConnectionHandler, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full: the rollback that follows ends the turn."""
    with monkeypatch.context() as patch:
        patch.setattr(
            djangos.DatabaseWrapper, "_commit", lambda _self: (_ for _ in ()).throw(OperationalError("disk is full"))
        )
        with pytest.raises(OperationalError, match="full"):
            insert(handler)

    insert(handler)

    assert count(file) == 1


def test_the_lock_of_a_process_is_not_waited_for_beyond_patience(handler: ConnectionHandler, file: Path) -> None:
    """A thread that never ends its transaction stops nobody for ever."""
    turn = base._TURNS.setdefault(str(file), threading.Lock())
    turn.acquire()
    try:
        insert(handler)  # SQLite's own lock is free: the courtesy alone is missing
    finally:
        turn.release()

    assert count(file) == 1
