"""Reports in bulk: every row of a table is kept as a report of its own, in the name of the person who brought it.

Rows are kept a few at a time in one transaction: a commit costs more than a report, and while it lasts the public door waits. A table that
is given again, or that goes on after a failure, keeps only what is new.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import msgspec
from django.db import router, transaction
from django.utils.crypto import salted_hmac

from rempart.errors import BadInput
from rempart.intake.receipt import code_of, lookup_of
from rempart.intake.report import MAX_LINE_CHARS, Channel
from rempart.intake.table import Row
from rempart.web.door.actions import AnotherReport, Door, Lane, Means, Sender, receive_report
from rempart.web.door.models import Deposit, Mailbox

TOGETHER = 20  # rows in one transaction: some 60 ms, which a person who sends the form does not notice
_SALT = "rempart.table"
_SENDER = Sender(door=Door.TABLE, lane=Lane.PLAIN, actor="table", is_single=True)


class NobodyNamed(BadInput):
    """Nobody is named as the one who brought the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRows:
    """How many rows became reports, and how many had come before."""

    received: int
    repeated: int


def keep_rows(
    rows: Sequence[Row], *, by: str, means: Callable[[], Means], observer: Callable[[int], None] = lambda _done: None
) -> KeptRows:
    """Keeps every row; returns when all are on the disk. by: the named person; stands inside the sealed reports only.

    Raises: NobodyNamed; django.db.Error when the database could not keep some rows: give the table again, what was kept is known.
    """
    name = " ".join(by.split())
    if not name or len(name) > MAX_LINE_CHARS:
        raise NobodyNamed("Name the person who brings the table with --by. Nothing was kept.")
    received = done = 0
    for few in _together(rows):
        with transaction.atomic(using=router.db_for_write(Deposit)):
            received += sum(_keep(row, by=name, means=means()) for row in few)
        done += len(few)
        observer(done)
    return KeptRows(received=received, repeated=done - received)


def _keep(row: Row, *, by: str, means: Means) -> bool:
    """True when the row is new."""
    token = salted_hmac(_SALT, row.key, algorithm="sha256").digest()
    if Mailbox.objects.filter(lookup=lookup_of(code_of(token))).exists():
        return False
    report = msgspec.structs.replace(row.report, received_by=by, received_through=Channel.TABLE)
    try:
        return not receive_report(report, token=token, sender=_SENDER, means=means).repeated
    except AnotherReport:  # another process was quicker
        return False


def _together(rows: Sequence[Row]) -> Iterator[list[Row]]:
    places = iter(rows)
    while few := list(islice(places, TOGETHER)):
        yield few
