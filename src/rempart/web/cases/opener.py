"""The thread of the worker that opens what comes in, within two seconds; what cannot be opened is tried again when the keys change.

Several workers may open at once: one of them moves the cursor, the others find it moved (`opening`). Whatever fails is told to the desk
and begins anew after a pause; nothing is lost with it, because the cursor moves only with the rows.
"""

import contextlib
import logging
import threading
import time
from datetime import UTC, datetime

from django.db import DatabaseError, connections

from rempart.web.cases.models import Report
from rempart.web.cases.opening import open_new, retry_unread
from rempart.web.cases.unsealing import Unsealer
from rempart.web.config import Site
from rempart.web.work.models import Duty
from rempart.web.work.notices import FAILED

NAME, UNREAD = "opening", "reports_unread"  # of the row of the duties, and of what it tells
LOOK_S = 1.0  # how often the ledger of the door is looked at
KEYS_S = 15.0  # how often the folder of keys is
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 60.0
_log = logging.getLogger("rempart.opener")


def start_opener(site: Site, *, stop: threading.Event) -> threading.Thread:
    """A thread that opens until `stop` is set; a batch that has begun is finished first."""
    thread = threading.Thread(target=keep_opening, args=(site,), kwargs={"stop": stop}, name="opener")
    thread.start()
    return thread


def keep_opening(site: Site, *, stop: threading.Event) -> None:
    """Opens until it is asked to stop; after a failure, again."""
    pause_s = FIRST_PAUSE_S
    while not stop.is_set():
        try:
            open_until(site, stop=stop)
            pause_s = FIRST_PAUSE_S
        except Exception as error:  # noqa: BLE001 - the last door of the thread: recorded, told, begun anew
            _log.error("opening failed=%s", type(error).__name__)  # its kind only: a message may hold words of a report
            _tell(FAILED)
            stop.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        finally:
            connections.close_all()


def open_until(site: Site, *, stop: threading.Event) -> None:
    """Opens what is there and what comes, until it is asked to stop."""
    unsealer = Unsealer(site.keys)
    retry_unread(site, now=_now(), unsealer=unsealer)  # a newer version may know what an older one did not
    looked_s = time.monotonic()
    while not stop.is_set():
        if time.monotonic() - looked_s >= KEYS_S:
            looked_s = time.monotonic()
            if unsealer.look():
                retry_unread(site, now=_now(), unsealer=unsealer)
            _tell_unread()
        if not open_new(site, now=_now(), unsealer=unsealer).walked:
            stop.wait(LOOK_S)


def _tell_unread() -> None:
    unread = Report.objects.exclude(failure="").count()
    _tell(UNREAD if unread else "", count=unread)


def _tell(notice: str, *, count: int = 0) -> None:
    """What the desk shows; "" when all is well. A database that fails is told by others."""
    told = {"notice": notice, "count": count}
    with contextlib.suppress(DatabaseError):
        if not Duty.objects.filter(name=NAME, **told).exists():
            Duty.objects.update_or_create(name=NAME, defaults=told, create_defaults={"due_at": _now(), **told})


def _now() -> datetime:
    return datetime.now(UTC)
