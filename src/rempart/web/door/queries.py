"""Reads of the door that a public page may make: a mailbox, by its code. Everything else there is ciphertext to it."""

from dataclasses import dataclass
from datetime import date

from rempart.evidence.keys import identity_from_seed, recipient_of
from rempart.evidence.sealing import seal, unseal
from rempart.intake.receipt import lookup_of, mailbox_seed
from rempart.web.door.models import Mailbox, Message, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message of a mailbox. text: None for the reporter's own messages, which only the team can read."""

    from_reporter: bool
    text: str | None
    sent_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxView:
    """What a reporter sees under their code, oldest message first."""

    status: Status
    changed_date: date
    lines: tuple[Line, ...]


def read_mailbox(code: str) -> MailboxView | None:
    """The mailbox of a well-formed code; None when it opens nothing, and alike when the report is closed.

    The work is the same whether or not the code exists: the key is derived, both tables are asked, one text at least is unsealed.
    Letters of a closed report are not fetched: how long that takes would tell that the code was right.
    """
    lookup, identity = lookup_of(code), identity_from_seed(mailbox_seed(code))
    mailbox = Mailbox.objects.filter(lookup=lookup).exclude(status=Status.CLOSED).first()
    rows = list(Message.objects.filter(lookup=lookup if mailbox else bytes(32)).order_by("sent_at", "id"))
    unseal(seal(b"the same work for everybody", recipients=[recipient_of(identity)]), identities=[identity])
    if mailbox is None:
        return None
    lines = tuple(
        Line(
            from_reporter=row.from_reporter,
            text=None
            if row.from_reporter
            else unseal(bytes(row.sealed), identities=[identity]).decode("utf-8", "replace"),
            sent_date=row.sent_at.date(),
        )
        for row in rows
    )
    return MailboxView(status=Status(mailbox.status), changed_date=mailbox.changed_date, lines=lines)
