"""Verbs on forms that somebody left unfinished: they are looked at, taken in as reports, or left, each with its event.

Nobody holds the code of a form that was never sent, so what is taken in comes under a code of its own that is thrown away: its mailbox
is closed at once, and nobody can be answered. Rows at the door stay as they are; `OpenedDraft` says here what was decided. The door
removes drafts after its term; then `erase_gone` destroys what was written here about them. What was said on taking one in stays with
its report, sealed to the key of that.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import router, transaction

from rempart.errors import NotAllowed
from rempart.evidence.vault import Exhibit, Vault
from rempart.intake.receipt import TOKEN_BYTES, lookup_of
from rempart.intake.report import Channel, Report
from rempart.web.cases.events import WORKER, Act, Motive, Subject, record
from rempart.web.cases.models import OpenedDraft, SubjectKey, Tombstone
from rempart.web.cases.reports import By, required_reason
from rempart.web.door.actions import change_status
from rempart.web.door.acts import Means
from rempart.web.door.models import Deposit, Draft, Status
from rempart.web.doors.onbehalf import Typist, receive_on_behalf

TERM = "term"


class Outcome(StrEnum):
    """What was decided on an unfinished form."""

    TAKEN = "taken"
    LEFT = "left"


class DecidedBefore(NotAllowed):
    """Somebody has decided on this form."""


def of_draft(draft: Draft) -> Subject:
    """An unfinished form as the subject of an event: its newest draft."""
    return Subject(kind="draft", id=draft.pk)


def begin(draft: Draft, *, at: datetime) -> None:
    """Remembers that somebody opens it, before anything is written about it: by this row its key is found again and destroyed."""
    told = {"lookup": bytes(draft.lookup), "saved_at": draft.saved_at, "at": at}
    OpenedDraft.objects.get_or_create(draft=draft.pk, defaults=told)


def look(draft: Draft, *, motive: Motive, by: By) -> None:
    """Writes that somebody looked, once a call, with the motive."""
    begin(draft, at=by.at)
    record(Act(action="consulted", actor=by.actor.pseudonym, at=by.at, motive=str(motive)), subject=of_draft(draft))


def take_in(draft: Draft, *, words: Report, exhibits: Sequence[Exhibit], by: By, means: Means) -> None:
    """Makes a report of it, once; the worker opens it as any other. Also of one that was left.

    words, exhibits: what the draft holds. Raises: NoReason, DecidedBefore, OSError, django.db.Error; then nothing is said to be done.
    """
    reason = required_reason(by)
    with transaction.atomic(using=_alias()):
        _decide(draft, Outcome.TAKEN, by)
        said = {"reason": reason, "saved_at": draft.saved_at.isoformat()}
        _record(of_draft(draft), "draft_taken_in", by, said)
        report = _receive(words, exhibits, by, means)
        _record(Subject(kind="report", id=report), "draft_taken_in", by, said)


def leave(draft: Draft, *, by: By) -> None:
    """Leaves it as it is: it is listed no more, and goes with its term. Raises: NoReason, DecidedBefore."""
    reason = required_reason(by)
    with transaction.atomic(using=_alias()):
        _decide(draft, Outcome.LEFT, by)
        _record(of_draft(draft), "draft_left", by, {"reason": reason})


def exhibits_of(words: Report, *, vault: Vault) -> tuple[Exhibit, ...]:
    """The files that the form names and that still lie in the vault. Raises: OSError."""
    return tuple(
        Exhibit(
            address=file.address,
            sealed_bytes=_size(vault, file.address),
            sha256=file.sha256,
            size_bytes=file.size_bytes,
        )
        for file in words.attachments
        if vault.has(file.address)
    )


def erase_gone(*, now: datetime) -> int:
    """Destroys what was written here about drafts that the door removed; how many. Leaves and events stay, without words."""
    rows = {row.draft: row for row in OpenedDraft.objects.order_by("saved_at", "draft")}
    there = set(Draft.objects.values_list("id", flat=True)) if rows else set()
    gone = [row for key, row in rows.items() if key not in there]
    for row in gone:
        with transaction.atomic(using=_alias()):
            _erase(row.draft, now)
            row.delete()
    return len(gone)


def _receive(words: Report, exhibits: Sequence[Exhibit], by: By, means: Means) -> UUID:
    """The id of the report. Its code goes no further than this call."""
    user = by.person.user
    typist = Typist(number=user.pk, name=user.get_username(), channel=Channel.OTHER)
    receipt = receive_on_behalf(words, typist=typist, token=means.draw(TOKEN_BYTES), means=means, exhibits=exhibits)
    lookup = lookup_of(receipt.code)
    change_status(lookup, Status.CLOSED, means=means, actor=by.actor.pseudonym)  # nobody writes to where nobody reads
    return Deposit.objects.values_list("id", flat=True).get(lookup=lookup)


def _decide(draft: Draft, outcome: Outcome, by: By) -> None:
    """Inside a transaction; of two people who press at once one finds it decided. Raises: DecidedBefore."""
    begin(draft, at=by.at)
    row = OpenedDraft.objects.select_for_update().get(draft=draft.pk)
    if row.outcome == Outcome.TAKEN:
        raise DecidedBefore("This form has been taken in as a report before. Nothing was changed.")
    if row.outcome == outcome:
        raise DecidedBefore("This form has been left before. Nothing was changed.")
    row.outcome, row.at = str(outcome), by.at
    row.save(update_fields=["outcome", "at"])


def _erase(draft: UUID, now: datetime) -> None:
    """The tombstone first, which the trigger asks for; of a form about which nothing was written there is nothing to destroy."""
    if not SubjectKey.objects.filter(subject=draft).exists():
        return
    Tombstone.objects.create(subject=draft, erased_at=now, ground=TERM)
    SubjectKey.objects.filter(subject=draft).delete()
    record(Act(action="erased", actor=WORKER, at=now, motive=TERM), subject=Subject(kind="draft", id=draft))


def _size(vault: Vault, address: str) -> int:
    with vault.open_sealed(address) as file:
        return file.seek(0, 2)


def _record(subject: Subject, action: str, by: By, words: Mapping[str, object]) -> None:
    record(Act(action=action, actor=by.actor.pseudonym, at=by.at, payload=words), subject=subject)


def _alias() -> str:
    return router.db_for_write(OpenedDraft)
