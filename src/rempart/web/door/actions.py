"""Verbs of the door: everything is sealed first, then written with its leaf in one transaction, and durable before a receipt is given.

A repeated form (same token, same words) changes nothing and gives the same receipt. Invariant: no function here can open
what it stored; only a mailbox opens, with the code that its reporter holds. What a rule erases is emptied by `erasing`.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import IntegrityError, transaction

from rempart.errors import BadInput
from rempart.evidence.keys import identity_from_seed, recipient_of
from rempart.evidence.sealing import seal
from rempart.evidence.vault import Exhibit
from rempart.intake import report as reports
from rempart.intake.receipt import code_of, lookup_of, mailbox_seed
from rempart.intake.report import Report
from rempart.web.door.acts import Act, Means, about_deposit, alias, append, minute_of, new_uuid
from rempart.web.door.erasing import erase_deposit
from rempart.web.door.models import Deposit, Draft, ExhibitRow, Mailbox, Message, Status, StatusChange

__all__ = [
    "AnotherReport",
    "Door",
    "Lane",
    "Means",
    "NothingToSend",
    "Receipt",
    "Sender",
    "answer_reporter",
    "change_status",
    "erase_deposit",
    "post_message",
    "receive_report",
    "save_draft",
]
MAX_MESSAGE_CHARS = 5_000


class Door(StrEnum):
    """By which way a report came."""

    FORM = "form"
    API = "api"
    MAIL = "mail"
    TABLE = "table"
    ON_BEHALF = "on_behalf"


class Lane(StrEnum):
    """How a report is sorted for reading; nobody is refused. URGENT first, then PROVEN and PARTNER, then PLAIN, then FLOOD."""

    URGENT = "urgent"
    PARTNER = "partner"
    PROVEN = "proven"  # with a proof of work
    PLAIN = "plain"  # without JavaScript
    FLOOD = "flood"  # from a source that sends very much


class NothingToSend(BadInput):
    """An empty message."""


class AnotherReport(BadInput):
    """Another report came under this token before; nothing was kept of this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What the door knows of a delivery: the way, the lane, and the pseudonym that the ledger shows.

    is_single: a token stands for one report, as machines send them; people may correct a form and send it again.
    """

    door: Door
    lane: Lane
    actor: str = "door"
    is_single: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Shown only after the report is durable. repeated: the same form had come before."""

    code: str
    repeated: bool


def receive_report(
    report: Report, *, token: bytes, sender: Sender, means: Means, exhibits: Sequence[Exhibit] = ()
) -> Receipt:
    """Seals and keeps a report; returns when it is on the disk.

    token: the random bytes of the form page, at least 16; the code is derived from it. exhibits: already in the vault.
    Raises: WeakToken; AnotherReport; django.db.Error when the database could not keep it, and then nothing is kept and no receipt may be shown.
    """
    code = code_of(token)
    content = reports.encode(report)
    sealed = seal(content, recipients=means.recipients)
    deposit = _deposit(report, code=code, sealed=sealed, sender=sender, means=means)
    deposit.content_mac = _mac(token, content)
    try:
        with transaction.atomic(using=alias()):
            deposit.save(force_insert=True)
            rows = [_exhibit_row(exhibit, deposit.id, means) for exhibit in exhibits]
            ExhibitRow.objects.bulk_create(rows)
            acts = [_received(deposit), *(_received_with(row) for row in rows)]
            first = append(acts, actor=sender.actor, at=means.at)
            _open_mailbox(code, deposit, leaf_seq=first, at=means.at)
            if sender.is_single and not Mailbox.objects.filter(lookup=deposit.lookup, deposit=deposit.id).exists():
                raise AnotherReport("Another report came under this key before. Nothing was kept of this one.")
    except IntegrityError:
        if not _is_known(code):
            raise
        return Receipt(code=code, repeated=True)
    return Receipt(code=code, repeated=False)


def post_message(code: str, text: str, *, means: Means) -> None:
    """Keeps a reporter's message under their code, sealed to the team; the same message sent twice is kept once.

    The caller has read the mailbox first: messages to unknown codes are not kept. Raises: NothingToSend.
    """
    content = text.strip()[:MAX_MESSAGE_CHARS].encode("utf-8")
    if not content:
        raise NothingToSend("The message is empty. Write something, then send it again.")
    _keep_message(code=code, content=content, from_reporter=True, recipients=means.recipients, means=means)


def answer_reporter(lookup: bytes, text: str, *, means: Means, actor: str) -> None:
    """Keeps an answer to a reporter, sealed so that only the holder of the code can read it. Raises: NothingToSend."""
    content = text.strip().encode("utf-8")
    if not content:
        raise NothingToSend("The message is empty. Write something, then send it again.")
    mailbox = Mailbox.objects.get(lookup=lookup)
    message = _Sealed(
        lookup=bytes(mailbox.lookup), content=content, recipients=(mailbox.recipient,), from_reporter=False, actor=actor
    )
    _insert_message(message, mac_key=means.draw(16), means=means)


def change_status(lookup: bytes, status: Status, *, means: Means, actor: str) -> None:
    """Tells a reporter, coarsely and by day, how far their report is; the ledger keeps who said so."""
    row = StatusChange(
        id=new_uuid(means), lookup=lookup, status=status, salt=means.draw(16), changed_at=minute_of(means.at)
    )
    with transaction.atomic(using=alias()):
        row.save(force_insert=True)
        Mailbox.objects.filter(lookup=lookup).update(status=status, changed_date=means.at.date())
        append(
            [Act(action=f"status_{status}", subject=row.id, salt=bytes(row.salt), blob=None)], actor=actor, at=means.at
        )


def save_draft(report: Report, *, token: bytes, means: Means) -> None:
    """Keeps an unfinished form, sealed to the team, for a sender who agreed to it."""
    sealed = seal(reports.encode(report), recipients=means.recipients)
    lookup = lookup_of(code_of(token))
    Draft(id=new_uuid(means), lookup=lookup, sealed=sealed, saved_at=minute_of(means.at)).save(force_insert=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sealed:
    """A message about to be kept."""

    lookup: bytes
    content: bytes
    recipients: tuple[str, ...]
    from_reporter: bool
    actor: str


def _keep_message(*, code: str, content: bytes, from_reporter: bool, recipients: tuple[str, ...], means: Means) -> None:
    message = _Sealed(
        lookup=lookup_of(code), content=content, recipients=recipients, from_reporter=from_reporter, actor="door"
    )
    _insert_message(message, mac_key=code.encode("ascii"), means=means)


def _insert_message(message: _Sealed, *, mac_key: bytes, means: Means) -> None:
    sealed = seal(message.content, recipients=message.recipients)
    row = Message(
        id=new_uuid(means),
        lookup=message.lookup,
        from_reporter=message.from_reporter,
        sealed=sealed,
        content_mac=_mac(mac_key, message.content + means.at.date().isoformat().encode("ascii")),
        salt=means.draw(16),
        sent_at=minute_of(means.at),
    )
    act = Act(
        action="message_received" if message.from_reporter else "message_sent",
        subject=row.id,
        salt=bytes(row.salt),
        blob=_sha256(sealed),
    )
    try:
        with transaction.atomic(using=alias()):
            row.save(force_insert=True)
            append([act], actor=message.actor, at=means.at)
    except IntegrityError:
        if not message.from_reporter:
            raise


def _deposit(report: Report, *, code: str, sealed: bytes, sender: Sender, means: Means) -> Deposit:
    triage = reports.triage_of(report)
    return Deposit(
        id=new_uuid(means),
        received_at=minute_of(means.at),
        lookup=lookup_of(code),
        sealed=sealed,
        salt=means.draw(16),
        door=sender.door,
        lane=Lane.URGENT if triage.urgency is reports.Urgency.NOW else sender.lane,
        kind=triage.kind,
        reporter=triage.reporter,
        category=triage.category,
        urgency=int(triage.urgency),
        age_band=triage.age_band,
        contact_going_on=triage.contact_going_on,
        language=triage.language,
        files=triage.files,
    )


def _received(deposit: Deposit) -> Act:
    return Act(
        action="report_received",
        subject=deposit.id,
        about=about_deposit(deposit),
        salt=bytes(deposit.salt),
        blob=_sha256(bytes(deposit.sealed)),
    )


def _received_with(row: ExhibitRow) -> Act:
    return Act(action="exhibit_received", subject=row.id, salt=bytes(row.salt), blob=row.address)


def _open_mailbox(code: str, deposit: Deposit, *, leaf_seq: int, at: datetime) -> None:
    """Makes the mailbox of a code, unless an earlier report under it did."""
    row = Mailbox(
        lookup=deposit.lookup,
        recipient=recipient_of(identity_from_seed(mailbox_seed(code))),
        deposit=deposit.id,
        salt=deposit.salt,
        leaf_seq=leaf_seq,
        changed_date=at.date(),
    )
    Mailbox.objects.bulk_create([row], ignore_conflicts=True)


def _exhibit_row(exhibit: Exhibit, deposit: UUID, means: Means) -> ExhibitRow:
    return ExhibitRow(
        id=new_uuid(means),
        address=exhibit.address,
        deposit=deposit,
        sealed_bytes=exhibit.sealed_bytes,
        salt=means.draw(16),
    )


def _is_known(code: str) -> bool:
    return Mailbox.objects.filter(lookup=lookup_of(code)).exists()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _mac(key: bytes, content: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()[:16]
