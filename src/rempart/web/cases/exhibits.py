"""Verbs on the exhibits of a dossier: files are kept, taken over from reports, and looked at again, byte by byte, without being opened.

An exhibit is a sealed file of the vault; its name, size and hash stand in the dossier's events. Nothing is rendered here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from rempart.errors import BadInput
from rempart.evidence.sealing import BrokenSeal
from rempart.evidence.vault import Exhibit, Vault
from rempart.intake.report import Attachment
from rempart.web.cases.dossiers import NotThere, add_exhibit, contents, require_item, tell
from rempart.web.cases.folding import Item
from rempart.web.cases.models import Dossier, Report
from rempart.web.cases.reports import By
from rempart.web.cases.unsealing import Unsealer
from rempart.web.config import Site
from rempart.web.door.acts import Means
from rempart.web.door.exhibits import keep_exhibit, share_exhibit
from rempart.web.uploads import Accepted

CHECKED = "exhibit_checked"


class TakenBefore(BadInput):
    """The file is an exhibit of the dossier already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A file that came with a report of the dossier and is not an exhibit of it yet."""

    report: int
    file: Attachment


def keep_uploads(dossier: Dossier, accepted: Accepted, *, by: By, means: Means) -> tuple[str, ...]:
    """Files that somebody gave at the desk, already in the vault, become exhibits; their names. Raises: django.db.Error."""
    pairs: Iterable[tuple[Exhibit, Attachment]] = zip(accepted.exhibits, accepted.attachments, strict=True)
    for exhibit, file in pairs:
        keep_exhibit(exhibit, owner=dossier.pk, means=means, actor=by.actor.pseudonym)
        add_exhibit(dossier, by=by, words_told={**_told(file), "report": None, "source": by.reason.strip()})
    return tuple(file.name for file in accepted.attachments)


def take_over(dossier: Dossier, *, address: str, by: By, means: Means) -> UUID:
    """A file of one of the dossier's reports becomes an exhibit, which stays should the report be erased. Raises: NotThere, TakenBefore."""
    if any(item.text("address") == address for item in contents(dossier).exhibits):
        raise TakenBefore("This file is an exhibit of the dossier already. Nothing was changed.")
    for offered in offered_files(dossier):
        if offered.file.address == address:
            share_exhibit(address, owner=dossier.pk, means=means, actor=by.actor.pseudonym)
            return add_exhibit(dossier, by=by, words_told={**_told(offered.file), "report": offered.report})
    raise NotThere("No report of this dossier came with this file. Nothing was changed.")


def offered_files(dossier: Dossier) -> tuple[Offered, ...]:
    """Files of the dossier's reports, in the order of their numbers; those of reports that cannot be opened are not known."""
    rows = list(Report.objects.filter(dossier=dossier, files__gt=0).order_by("number").only("id", "number"))
    if not rows:
        return ()
    words = _unsealer(_site().keys).words_of(row.pk for row in rows)
    return tuple(
        Offered(report=row.number, file=file) for row in rows if row.pk in words for file in words[row.pk].attachments
    )


def check_exhibit(dossier: Dossier, exhibit: UUID, *, by: By) -> bool:
    """Reads the sealed bytes again; True when they are those that were kept, False when none are there. The answer is kept.

    Raises: NotThere; BrokenSeal when a byte has changed; OSError.
    """
    item = require_item(contents(dossier).exhibits, exhibit)
    try:
        is_intact = Vault(_site().exhibits).check(item.text("address"))
    except BrokenSeal:
        tell(dossier, CHECKED, by, {"exhibit": str(exhibit), "found": "changed"})
        raise
    tell(dossier, CHECKED, by, {"exhibit": str(exhibit), "found": "intact" if is_intact else "missing"})
    return is_intact


def exhibit_of(dossier: Dossier, exhibit: UUID) -> Item:
    """The entry of an exhibit. Raises: NotThere."""
    return require_item(contents(dossier).exhibits, exhibit)


def _told(file: Attachment) -> dict[str, object]:
    return {
        "address": file.address,
        "name": file.name,
        "size_bytes": file.size_bytes,
        "sha256": file.sha256,
        "reader": file.reader,
    }


@lru_cache(maxsize=2)
def _unsealer(keys: Path) -> Unsealer:
    return Unsealer(keys)


def _site() -> Site:
    from rempart.web.settings import SITE  # noqa: PLC0415 - settings exist once Django runs

    return SITE
