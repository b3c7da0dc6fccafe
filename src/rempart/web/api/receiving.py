"""Receives a partner's report: the same key with the same words gives the same answer, the same key with other words is refused.

Nothing is stored for that: the receipt is derived from the partner's token and the key, and the database takes a pair of receipt and words
once. Reports over the quota of the day are kept too, and read after the others.
"""

import hmac
import logging
from dataclasses import dataclass
from datetime import datetime

from rempart.errors import RempartError
from rempart.evidence.ledger.leaves import decode
from rempart.evidence.ledger.stored import StoredLog
from rempart.intake.receipt import lookup_of
from rempart.intake.report import Report
from rempart.web.api.partners import Caller
from rempart.web.api.quota import COUNTS, FULL_TIMES, seconds_left
from rempart.web.api.refusals import Refused
from rempart.web.door.actions import AnotherReport, Door, Lane, Means, Sender, receive_report
from rempart.web.door.models import Mailbox, Status
from rempart.web.public.means import this_site
from rempart.web.uploads import Accepted

_LOG = logging.getLogger("rempart.api")
_PURPOSE = b"rempart api receipt v1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A report that is on the disk. received_at: None when it came before and its leaf is not signed yet; over_quota: it came
    in the slow lane.
    """

    receipt: str
    id: str
    received_at: datetime | None
    leaf: int
    repeated: bool
    over_quota: bool


def refuse_beyond_quota(caller: Caller, *, at: datetime) -> None:
    """Raises: Refused when the partner sent FULL_TIMES its quota today."""
    if COUNTS.sent(caller.id, at=at) >= FULL_TIMES * caller.quota_per_day:
        raise Refused("quota_spent", headers={"Retry-After": str(seconds_left(at))})


def keep_report(report: Report, *, key: str, caller: Caller, files: Accepted, means: Means) -> Kept:
    """Keeps the report, or finds that it is kept. Raises: Refused; django.db.Error when it could not be kept."""
    over = COUNTS.sent(caller.id, at=means.at) >= caller.quota_per_day
    sender = Sender(
        door=Door.API, lane=Lane.FLOOD if over else Lane.PARTNER, actor=f"partner:{caller.id}", is_single=True
    )
    token = hmac.digest(caller.secret, _PURPOSE + key.encode("utf-8"), "sha256")
    try:
        receipt = receive_report(report, token=token, sender=sender, means=means, exhibits=files.exhibits)
    except AnotherReport:
        raise Refused("another_report") from None
    if not receipt.repeated:
        COUNTS.add(caller.id, at=means.at)
    lookup = lookup_of(receipt.code)
    seq = Mailbox.objects.values_list("leaf_seq", flat=True).get(lookup=lookup)
    return Kept(
        receipt=receipt.code,
        id=lookup.hex(),
        received_at=_received_at(seq) if receipt.repeated else means.at.replace(microsecond=0),
        leaf=seq,
        repeated=receipt.repeated,
        over_quota=over,
    )


def status_of(untrusted_id: str) -> tuple[Status, str]:
    """How far a report is, and since which day. Raises: Refused, alike for what is not known and what is closed."""
    try:
        lookup = bytes.fromhex(untrusted_id)
    except ValueError:
        lookup = b""
    mailbox = Mailbox.objects.filter(lookup=lookup).exclude(status=Status.CLOSED).first()
    if mailbox is None:
        raise Refused("nothing_open")
    return Status(mailbox.status), mailbox.changed_date.isoformat()


def _received_at(seq: int) -> datetime | None:
    """When a leaf of the signed ledger was written; None while it waits for its signature, and when the ledger cannot be read."""
    try:
        log = StoredLog(this_site().ledger)
        return decode(log.entry(seq)).at if seq < log.size else None
    except (OSError, RempartError) as error:
        _LOG.warning("ledger not read: %s", type(error).__name__)
        return None
