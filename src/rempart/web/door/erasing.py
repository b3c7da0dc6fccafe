"""Erases what was received when a rule says so: the words and the salt go, the row and its leaves stay, and the ledger still verifies.

Without its salt nobody can show any more which leaf speaks of a report (`evidence.ledger.leaves`); a leaf of its own says that it
was erased, when, by which rule and by whom. Invariant, held by triggers: a row is emptied once, with its tombstone, and in
nothing else. Not covered: PostgreSQL keeps old versions of a row in its files until they are vacuumed; backups keep theirs.
Source: Regulation (EU) 2016/679, article 17; reference/security.md §4 P12, §6.
"""

from collections.abc import Iterator
from uuid import UUID

from django.db import IntegrityError, connections, transaction

from rempart.errors import BadInput
from rempart.evidence.vault import Vault
from rempart.web.door.acts import Act, Means, about_tombstone, alias, append, minute_of, new_uuid
from rempart.web.door.models import Deposit, ExhibitRow, Mailbox, Message, Status, StatusChange, Tombstone

NOTHING = b""


class NoSuchDeposit(BadInput):
    """There is no report of this number at the door."""


class AlreadyErased(BadInput):
    """The words of this report, or the files of this dossier, were erased before."""


def erase_deposit(deposit_id: UUID, *, ground: str, means: Means, actor: str) -> None:
    """Empties a report and what was written under its code, closes its mailbox, and removes its files once that is durable.

    ground: the rule, a code of at most 24 signs. Another report under the same code keeps the mailbox, its messages and the files that
    it names too. Files that a failing disk kept are removed by `settle_erasures`.
    Raises: NoSuchDeposit, AlreadyErased; django.db.Error, and then nothing is erased.
    """
    try:
        with transaction.atomic(using=alias()):
            deposit = _find(deposit_id)
            acts = [_bury(deposit, ground=ground, means=means)]
            if not _has_others(deposit):
                messages = Message.objects.filter(lookup=deposit.lookup).order_by("sent_at", "id")
                acts += [_bury(message, ground=ground, means=means) for message in messages]
                acts += _close(deposit, means)
            append(acts, actor=actor, at=means.at)
            transaction.on_commit(lambda: discard_erased(_vault(), deposit_id), using=alias(), robust=True)
    except IntegrityError:  # another process was faster
        raise _already() from None


def erase_files(owner: UUID, *, ground: str, means: Means, actor: str) -> None:
    """Buries the files that the desk keeps for `owner`, a dossier, and removes those that nobody else names once that is durable.

    A dossier without any is buried too: a file that somebody still gives to it goes with the next `settle_erasures`.
    Raises: AlreadyErased; django.db.Error, and then nothing is erased.
    """
    try:
        with transaction.atomic(using=alias()):
            if Tombstone.objects.filter(subject=owner).exists():
                raise _already()
            append([_set_stone(owner, ground=ground, means=means)], actor=actor, at=means.at)
            transaction.on_commit(lambda: discard_erased(_vault(), owner), using=alias(), robust=True)
    except IntegrityError:  # another process was faster
        raise _already() from None


def settle_erasures(vault: Vault) -> int:
    """Removes the files of erased reports that are still there, and what SQLite's logs hold of emptied rows and of destroyed keys; how many files."""
    count = discard_erased(vault)
    for connection in connections.all():
        if connection.vendor == "sqlite" and not connection.in_atomic_block:  # SQLite refuses it there
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return count


def discard_erased(vault: Vault, owner: UUID | None = None) -> int:
    """Removes the files of an erased report or dossier, or of all of them; how many were there. May be called again. Raises: OSError."""
    there = [address for address in erased_addresses(owner) if vault.has(address)]
    for address in there:
        vault.discard(address)
    return len(there)


def erased_addresses(owner: UUID | None = None) -> Iterator[str]:
    """Addresses of the files that only erased reports and dossiers name, in order."""
    erased = Tombstone.objects.values("subject")
    rows = ExhibitRow.objects.filter(deposit__in=erased)
    rows = rows if owner is None else rows.filter(deposit=owner)
    needed = ExhibitRow.objects.exclude(deposit__in=erased).values("address")
    yield from rows.exclude(address__in=needed).values_list("address", flat=True).order_by("address").distinct()


def _find(deposit_id: UUID) -> Deposit:
    deposit = Deposit.objects.filter(id=deposit_id).first()
    if deposit is None:
        raise NoSuchDeposit("There is no report of this number; nothing was erased.")
    if Tombstone.objects.filter(subject=deposit_id).exists():
        raise _already()
    return deposit


def _already() -> AlreadyErased:
    return AlreadyErased("This was erased before; nothing was changed.")


def _bury(row: Deposit | Message, *, ground: str, means: Means) -> Act:
    """The tombstone first, which the trigger asks for; then the row is emptied."""
    act = _set_stone(row.id, ground=ground, means=means)
    type(row).objects.filter(id=row.id).update(sealed=NOTHING, salt=NOTHING)
    return act


def _set_stone(subject: UUID, *, ground: str, means: Means) -> Act:
    stone = Tombstone(
        subject=subject, proof=new_uuid(means), erased_at=minute_of(means.at), ground=ground, salt=means.draw(16)
    )
    stone.save(force_insert=True)
    return Act(
        action="erased",
        subject=stone.proof,
        about=about_tombstone(stone),
        salt=bytes(stone.salt),
        blob=None,
        motive=ground,
    )


def _has_others(deposit: Deposit) -> bool:
    """Whether another report under the same code is kept."""
    same = Deposit.objects.filter(lookup=deposit.lookup).exclude(id=deposit.id)
    return same.exclude(id__in=Tombstone.objects.values("subject")).exists()


def _close(deposit: Deposit, means: Means) -> list[Act]:
    """Closes the mailbox and takes the salt of the first report out of it; it opens nothing any more."""
    box = Mailbox.objects.filter(lookup=deposit.lookup)
    was_open = box.exclude(status=Status.CLOSED).exists()
    box.update(status=Status.CLOSED, salt=NOTHING, changed_date=means.at.date())
    if not was_open:
        return []
    row = StatusChange(
        id=new_uuid(means),
        lookup=deposit.lookup,
        status=Status.CLOSED,
        salt=means.draw(16),
        changed_at=minute_of(means.at),
    )
    row.save(force_insert=True)
    return [Act(action="status_closed", subject=row.id, salt=bytes(row.salt), blob=None)]


def _vault() -> Vault:
    from rempart.web.settings import SITE  # noqa: PLC0415 - settings exist once Django runs

    return Vault(SITE.exhibits)
