"""A report that somebody tells by telephone, letter or in person, typed by a person with an account."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from rempart.evidence.vault import Exhibit
from rempart.intake.report import Channel, Report
from rempart.web.door.actions import Door, Lane, Means, Receipt, Sender, receive_report


@dataclass(frozen=True, slots=True, kw_only=True)
class Typist:
    """Who types, and how it reached them. number: of the account, all that the ledger shows; name: inside the sealed report only."""

    number: int
    name: str
    channel: Channel


def receive_on_behalf(
    report: Report, *, typist: Typist, token: bytes, means: Means, exhibits: Sequence[Exhibit] = ()
) -> Receipt:
    """Keeps the report; the receipt is for the person who told it.

    token: the random bytes of the page, at least 16; the same page sent twice shows the same receipt.
    Raises: WeakToken; django.db.Error when the database could not keep it, and then no receipt may be shown.
    """
    told = msgspec.structs.replace(report, received_by=typist.name, received_through=typist.channel)
    sender = Sender(door=Door.ON_BEHALF, lane=Lane.PARTNER, actor=f"desk:{typist.number}")
    return receive_report(told, token=token, sender=sender, means=means, exhibits=exhibits)
