"""Keeps a file that came by the desk: its row and its leaf in the ledger, as of a file that came with a report."""

from uuid import UUID

from django.db import transaction

from rempart.errors import BadInput
from rempart.evidence.vault import Exhibit
from rempart.web.door.acts import Act, Means, alias, append, new_uuid
from rempart.web.door.models import ExhibitRow


class NoSuchExhibit(BadInput):
    """No row names this file."""


def keep_exhibit(exhibit: Exhibit, *, owner: UUID, means: Means, actor: str) -> None:
    """Writes that an exhibit of the vault belongs to `owner`, a dossier; so that it can be proven and is no orphan.

    Raises: django.db.Error, and then nothing names the exhibit.
    """
    _keep(exhibit.address, exhibit.sealed_bytes, owner=owner, means=means, actor=actor)


def share_exhibit(address: str, *, owner: UUID, means: Means, actor: str) -> None:
    """Writes that a file that came with a report belongs to `owner`, a dossier, too: it stays while one of the two is kept.

    Raises: NoSuchExhibit; django.db.Error, and then nothing is changed.
    """
    row = ExhibitRow.objects.filter(address=address).order_by("id").first()
    if row is None:
        raise NoSuchExhibit("No report came with this file. Nothing was changed.")
    if not ExhibitRow.objects.filter(address=address, deposit=owner).exists():
        _keep(address, row.sealed_bytes, owner=owner, means=means, actor=actor)


def _keep(address: str, sealed_bytes: int, *, owner: UUID, means: Means, actor: str) -> None:
    row = ExhibitRow(id=new_uuid(means), address=address, deposit=owner, sealed_bytes=sealed_bytes, salt=means.draw(16))
    act = Act(action="exhibit_kept", subject=row.id, salt=bytes(row.salt), blob=row.address)
    with transaction.atomic(using=alias()):
        row.save(force_insert=True)
        append([act], actor=actor, at=means.at)
