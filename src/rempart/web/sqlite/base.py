"""Django's SQLite, with writers in turns.

SQLite lets a writer that finds the database taken sleep and look again, in steps up to a tenth of a second, and whoever comes meanwhile goes
first: when commits take 4 ms and 160 reports come a second, one writer in a hundred waits longer than a second. Here the threads of a process
queue for one lock, and the thread whose turn it is looks every millisecond whether another process has left the database: one in a
hundred then waits 20 ms. Only the waiting is ours; what is durable, and when, is SQLite's.
Source: measured, bench/RESULTS-door.md. Tier: data-proven.
"""

import sqlite3
import threading
import time

from django.db.backends.sqlite3 import base

LOOK_S = 0.001
_TURNS: dict[str, threading.Lock] = {}  # by database; threads of this process


class DatabaseWrapper(base.DatabaseWrapper):  # the stubs leave out the methods that a backend overrides
    """A connection of one thread. It has the turn from the begin of a transaction to its commit, rollback or close."""

    _has_turn = False

    def _start_transaction_under_autocommit(self) -> None:
        """Begins when it is its turn, after the patience that `timeout` tells at the latest. Raises: OperationalError."""
        patience_s = float(self.settings_dict["OPTIONS"].get("timeout", 5.0))
        until = time.monotonic() + patience_s
        turn = _TURNS.setdefault(str(self.settings_dict["NAME"]), threading.Lock())
        self._has_turn = turn.acquire(timeout=patience_s)
        try:
            self._wait_for_other_processes(until, patience_s)
        except BaseException:
            self._end_turn()
            raise

    def _wait_for_other_processes(self, until: float, patience_s: float) -> None:
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            while not self._has_begun():
                if time.monotonic() > until:
                    super()._start_transaction_under_autocommit()  # type: ignore[misc]  # once more, for Django's own error
                    return
                time.sleep(LOOK_S)
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {round(patience_s * 1_000)}")

    def _has_begun(self) -> bool:
        try:
            self.connection.execute(f"BEGIN {self.settings_dict['OPTIONS'].get('transaction_mode', '')}")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                return False
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the same failure, as Django tells it
        return True

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._end_turn()  # a commit that fails is followed by a rollback

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _end_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            _TURNS[str(self.settings_dict["NAME"])].release()
