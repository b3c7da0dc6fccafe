"""The thread of the worker that analyses exports, one at a time; a kill costs a stage at most, a stop no attempt.

An analysis that fails by itself is told by its kind in the dossier; nothing else is lost with it. What fails around it (a database that
is away) is told to the desk, and begun anew after a pause.
"""

import contextlib
import errno
import logging
import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from django.db import DatabaseError, connections

from rempart.evidence.keyring import Keyring
from rempart.evidence.sealing import BrokenSeal, UnknownSeal, WrongKey
from rempart.evidence.vault import NotKept, Vault
from rempart.web.analysing.folders import TIMES, NoRoom, Wanted, clean, work_folder
from rempart.web.analysing.giving import give_lists, lists_bytes
from rempart.web.analysing.holding import Claim, Clock, Hold, Lost, Stopping, claim_next
from rempart.web.analysing.job import DOCUMENT, EXHIBIT, READ, Job, Told
from rempart.web.analysing.keeping import fail, give_back, keep, recipient_of_dossier
from rempart.web.analysing.process import Failed, read_export
from rempart.web.cases.analyses import UNDER_WAY, Failure, Stage, addresses
from rempart.web.cases.models import Analysis, Dossier
from rempart.web.config import Site
from rempart.web.work.models import Duty
from rempart.web.work.notices import FAILED

NAME = "analysing"  # of the row of the duties
LOOK_S = 1.0  # how often new ones are looked for
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 60.0
UNNAMED = "export"
_MEMORY_BYTES, _MEMORY_TIMES = 4 << 30, 60  # of addresses: measured 1.7 GB for 73,000 messages (bench/desk_analysis.py)
_CPU_S, _CPU_S_PER_MB = 600, 60  # measured: 13 s a packed MB
_FILE_BYTES, _FILE_TIMES = 1 << 30, 40
_log = logging.getLogger("rempart.analysing")


def start_analysing(site: Site, *, stop: threading.Event) -> threading.Thread:
    """A thread that analyses until `stop` is set; what it is at then waits for the next worker."""
    thread = threading.Thread(target=keep_analysing, args=(site,), kwargs={"stop": stop}, name="analysing")
    thread.start()
    return thread


def keep_analysing(site: Site, *, stop: threading.Event) -> None:
    """Analyses until it is asked to stop; after a failure around it, again."""
    pause_s = FIRST_PAUSE_S
    while not stop.is_set():
        try:
            _tidy(site)
            _tell("")
            while not stop.is_set():
                if analyse_next(site, clock=utc_now, stop=stop):
                    _tidy(site)  # also what a process left that was still dying when its analysis was taken up again
                else:
                    stop.wait(LOOK_S)
                pause_s = FIRST_PAUSE_S
        except Exception as error:  # noqa: BLE001 - the last door of the thread: recorded, told, begun anew
            _log.error("analysing failed=%s", type(error).__name__)  # its kind only: a message may hold words
            _tell(FAILED)
            stop.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        finally:
            connections.close_all()


def utc_now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


def analyse_next(site: Site, *, clock: Clock, stop: threading.Event) -> bool:
    """Makes the analysis that waits longest; False when none waits. Raises: DatabaseError."""
    claim = claim_next(now=clock())
    if claim is None:
        return False
    hold, began_s = Hold(claim, clock=clock, stop=stop), time.monotonic()
    ended = _make(site, hold)
    _log.info("analysis=%s ended=%s try=%d s=%.1f", claim.id, ended, claim.tries, time.monotonic() - began_s)
    return True


def _make(site: Site, hold: Hold) -> str:
    """How it ended, for the log."""
    try:
        if hold.claim.is_over:
            raise Failed(_last(hold.claim))
        _analyse(site, hold)
    except Stopping:
        give_back(hold)
        return "stopped"
    except Lost:
        return "lost"
    except Failed as error:
        return f"{error.failure}{' again' if fail(hold, error.failure) else ''}"
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - the last door of an analysis: its kind is recorded on the dossier
        _log.error("analysis=%s failed=%s", hold.claim.id, type(error).__name__)
        fail(hold, Failure.INTERNAL)
        return Failure.INTERNAL
    return "done"


def _analyse(site: Site, hold: Hold) -> None:
    claim = hold.claim
    recipient, size = recipient_of_dossier(claim.dossier), _sealed_bytes(site, claim)
    wanted = Wanted(
        analysis=claim.id,
        exhibit=claim.exhibit,
        size_bytes=size + lists_bytes(site) // TIMES,  # lists are written once, and not worked on
        on_disk=claim.failure == Failure.NO_SPACE,
    )
    try:
        with work_folder(site, wanted) as folder:
            if not any((folder.path / name).exists() for name in (READ, EXHIBIT)):
                hold.watch(Told(stage=Stage.UNSEALING, total=size))
                _unseal(site, claim, folder.path / EXHIBIT)
            if not (folder.path / DOCUMENT).exists():
                give_lists(site, folder.path, exhibit=claim.exhibit, at=hold.clock())
            read_export(folder, _job(site, claim, size), watch=hold.watch)
            keep(folder.path, hold, recipient=recipient)
    except NoRoom:
        raise Failed(Failure.NO_SPACE) from None
    except OSError as error:
        raise Failed(Failure.NO_SPACE if error.errno in (errno.ENOSPC, errno.EDQUOT) else Failure.INTERNAL) from None


def _unseal(site: Site, claim: Claim, target: Path) -> None:
    try:
        Vault(site.exhibits).unseal_to(claim.exhibit, identities=Keyring(site.keys).identities(), target=target)
    except NotKept:
        raise Failed(Failure.EXHIBIT_GONE) from None
    except (WrongKey, UnknownSeal):
        raise Failed(Failure.OTHER_KEY) from None
    except BrokenSeal:
        raise Failed(Failure.EXHIBIT_DAMAGED) from None


def _sealed_bytes(site: Site, claim: Claim) -> int:
    try:
        with Vault(site.exhibits).open_sealed(claim.exhibit) as file:
            return os.fstat(file.fileno()).st_size
    except NotKept:
        raise Failed(Failure.EXHIBIT_GONE) from None


def _job(site: Site, claim: Claim, size: int) -> Job:
    name = addresses(Dossier.objects.get(pk=claim.dossier)).get(claim.exhibit)
    return Job(
        name=name or UNNAMED,
        language=site.config.language,
        profile=site.config.profile,
        parent=os.getpid(),
        memory_bytes=_MEMORY_BYTES + _MEMORY_TIMES * size,
        cpu_s=_CPU_S + _CPU_S_PER_MB * (size >> 20),
        file_bytes=_FILE_BYTES + _FILE_TIMES * size,
    )


def _last(claim: Claim) -> Failure:
    """Why an analysis that was tried too often failed: the last that was known, else that its workers died."""
    return Failure(claim.failure) if claim.failure in set(Failure) else Failure.STOPPED


def _tidy(site: Site) -> None:
    under_way = Analysis.objects.filter(state__in=UNDER_WAY).values_list("pk", flat=True)
    clean(site, under_way=set(under_way))


def _tell(notice: str) -> None:
    """What the desk shows; "" when all is well. A database that fails is told by others."""
    with contextlib.suppress(DatabaseError):
        if Duty.objects.filter(name=NAME).exclude(notice=notice).update(notice=notice) == 0 and notice:
            Duty.objects.get_or_create(name=NAME, defaults={"due_at": utc_now(), "notice": notice})
