"""A process that receives reports as the public face does, and says each receipt only when it has it.

python -m tests.reliability.writer DATA_FOLDER FIRST COUNT [wal_autocheckpoint]     writes one line `<number> <code>` per report to standard output
With a FIFO of commands instead (`forks DATA_FOLDER`): see `serve_forks`.
"""

import hashlib
import io
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from rempart.evidence.keys import load_recipients
from rempart.evidence.vault import Vault
from rempart.intake.report import Kind, Report, ReporterKind
from rempart.web.config import Face, Site
from rempart.web.setup import django_as

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def token(number: int) -> bytes:
    """The hidden number of form `number`: the same in every run."""
    return hashlib.sha256(b"form %d" % number).digest()[:16]


def start(folder: Path, autocheckpoint: int | None = None) -> Site:
    """Django as the public face of the site."""
    site = Site.at(folder)
    django_as(site, Face.PUBLIC)
    if autocheckpoint and site.config.database.engine == "sqlite":
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA wal_autocheckpoint={autocheckpoint}")
    return site


def receive(site: Site, number: int, *, with_file: bool) -> str:
    """Receives report `number` and gives its code."""
    from rempart.web.door.actions import Door, Lane, Means, Sender, receive_report

    recipients = load_recipients(site.recipients).active("intake", "escrow")
    exhibits = (
        [Vault(site.exhibits).put(io.BytesIO(b"lines of export number %d" % number), recipients=recipients)]
        if with_file
        else []
    )
    report = Report(
        kind=Kind.SITUATION, reporter=ReporterKind.WITNESS, language="fr", narrative=f"report number {number}"
    )
    return receive_report(
        report,
        token=token(number),
        sender=Sender(door=Door.FORM, lane=Lane.PLAIN),
        means=Means(recipients=recipients, at=NOON, draw=os.urandom),
        exhibits=exhibits,
    ).code


def write(site: Site, first: int, count: int) -> None:
    """Receives `count` reports, every fourth with a file; each receipt is one write to standard output."""
    for number in range(first, first + count):
        code = receive(site, number, with_file=number % 4 == 0)
        os.write(1, f"{number} {code}\n".encode("ascii"))


def serve_forks(site: Site) -> None:
    """For each number read from standard input: a child that stops itself, and when it is continued receives that report.

    Says the child's process number, then, when it has ended, its exit status. The tracer attaches while it is stopped.
    One report is received first, so that a child imports nothing.
    """
    from django.db import connections

    receive(site, -1, with_file=True)
    connections.close_all()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os.kill(os.getpid(), signal.SIGSTOP)
            try:
                number = int(line)
                code = receive(site, number, with_file=True)
                os.write(1, f"receipt {code}\n".encode("ascii"))
            except BaseException:  # noqa: BLE001 - whatever failed: no receipt, and the status says so
                os._exit(7)
            os._exit(0)
        os.write(1, f"child {child}\n".encode("ascii"))
        _, status = os.waitpid(child, 0)
        os.write(1, f"ended {os.waitstatus_to_exitcode(status)}\n".encode("ascii"))


def main() -> None:
    """Runs what the arguments ask."""
    if sys.argv[1] == "forks":
        serve_forks(start(Path(sys.argv[2])))
    else:
        folder, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
        write(start(folder, int(sys.argv[4]) if len(sys.argv) > 4 else None), first, count)


if __name__ == "__main__":
    main()
