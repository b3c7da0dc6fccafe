"""A dossier's exhibits as a bag for an authority: with custody, proofs and the program that checks them, as one file.

Nothing is handed over before the exculpatory review is answered. What is unsealed for the bag stands in memory where there is
room, else in a folder that only the desk reads, and is gone when the file is closed.
"""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rempart.evidence import bag
from rempart.evidence.bag_statements import Statement
from rempart.evidence.keyring import Keyring
from rempart.evidence.ledger.notes import parse_vkey
from rempart.evidence.vault import Vault
from rempart.web.cases.dossiers import NotComplete, NotThere, contents, missing_points, tell
from rempart.web.cases.events import of_dossier, words
from rempart.web.cases.folding import Contents
from rempart.web.cases.models import Dossier
from rempart.web.cases.reports import By, required_reason
from rempart.web.config import Site

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of ours is made in it, mode 0700
_ROOM = 4  # times the size of the exhibits: sealed, opened, packed, and as much again for the rest of the machine
_STATED = {
    "exhibit_added": "exhibit added to the dossier",
    "exhibit_checked": "sealed bytes of an exhibit read again",
    "analysis_asked": "analysis of an exhibit asked for",
    "exported": "exhibits handed over before",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """What was made. file: a zip, open at its beginning, whose bytes have no name on any disk. seal: as `bag.Bag`."""

    file: BinaryIO
    size_bytes: int
    exhibits: int
    seal: str


def hand_over(dossier: Dossier, *, by: By, site: Site) -> HandedOver:
    """Makes the bag of every exhibit of the dossier and writes who took it, why, and its seal; only then it is given.

    Raises: NoReason, NotComplete, NotThere without an exhibit, NotInLedger, BrokenSeal, BrokenBag, OSError.
    """
    reason = required_reason(by)
    told = contents(dossier)
    require_review(told)
    addresses = tuple(dict.fromkeys(item.text("address") for item in told.exhibits))
    if not addresses:
        raise NotThere("This dossier has no exhibit to hand over. Nothing was written.")
    with _workplace(site, _size(told)) as folder:
        order = bag.Order(
            addresses=addresses,
            vault=Vault(site.exhibits),
            ledger=site.ledger,
            vkey=parse_vkey(Keyring(site.keys).vkey_path.read_text("utf-8")),
            identities=Keyring(site.keys).identities(),
            made_at=by.at,
            statements=_statements(dossier),
        )
        made = bag.make_bag(order, target=folder / f"dossier-{dossier.number:06d}")
        file, size_bytes = _packed(made.folder)
    said = {"reason": reason, "seal": made.seal, "addresses": addresses}
    tell(dossier, "exported", by, said)
    return HandedOver(file=file, size_bytes=size_bytes, exhibits=len(addresses), seal=made.seal)


def require_review(told: Contents) -> None:
    """Raises: NotComplete, while points of the exculpatory review are not answered."""
    if missing := missing_points(told):
        raise NotComplete(
            "The exculpatory review has {count} points without an answer. Nothing was changed.", count=len(missing)
        )


def _statements(dossier: Dossier) -> tuple[Statement, ...]:
    """What people did with the exhibits, as far as it may leave the house: instants and pseudonyms, no words."""
    told = words(of_dossier(dossier), actions=frozenset(_STATED))
    return tuple(
        Statement(
            at=event.at.isoformat(timespec="seconds"),
            by=event.actor,
            act=f"{_STATED[event.action]} (dossier D-{dossier.number:06d})",
        )
        for event in told
    )


def _size(told: Contents) -> int:
    sizes = (item.words.get("size_bytes") for item in told.exhibits)
    return sum(size for size in sizes if isinstance(size, int))


@contextmanager
def _workplace(site: Site, size_bytes: int) -> Iterator[Path]:
    """A folder that only this process reads, gone at the end."""
    has_room = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM * size_bytes
    with tempfile.TemporaryDirectory(prefix="rempart-", dir=_MEMORY if has_room else site.desk_database.parent) as name:
        yield Path(name)


def _packed(folder: Path) -> tuple[BinaryIO, int]:
    """The folder as a zip without compression, in a file without a name, beside it."""
    file: BinaryIO = tempfile.TemporaryFile(dir=folder.parent)  # noqa: SIM115 - the answer closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, f"{folder.name}/{path.relative_to(folder).as_posix()}")
    size_bytes = file.seek(0, os.SEEK_END)
    file.seek(0)
    return file, size_bytes
