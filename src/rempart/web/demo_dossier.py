"""The dossier of a demonstration: an invented export, sealed like any other, whose analysis the worker makes when the site starts."""

import hashlib
import io
import secrets
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path

from rempart.evidence.keyring import Keyring
from rempart.evidence.keys import Purpose
from rempart.evidence.vault import Vault
from rempart.fictional.case import write_case
from rempart.intake.report import Attachment
from rempart.web.cases import analyses, dossiers
from rempart.web.cases.exhibits import keep_uploads
from rempart.web.cases.models import Dossier
from rempart.web.cases.reports import By
from rempart.web.config import Site
from rempart.web.door.acts import Means
from rempart.web.people.access import actor_of
from rempart.web.people.models import Person
from rempart.web.uploads import Accepted

SCALE = 0.05  # 3,650 messages: read in seconds
NAME = "conversation-fictive.zip"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the archive is the same each time


class _Nobody:
    """Watches nothing."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins."""

    def advance(self, done: int) -> None:
        """How far it is."""


def make_dossier(site: Site, *, lead: str, second: str, now: datetime) -> None:
    """A dossier led by the account `lead`, with the account `second` in it, an exhibit, a person of interest, a note and a task."""
    by = By(actor=actor_of(_person(lead)), at=now, reason="Démonstration")
    dossier = dossiers.open_dossier(
        title="Messages d'un jeu en ligne (démonstration)", purpose="Montrer une analyse et ses alertes", by=by
    )
    dossiers.add_member(dossier, _person(second), by=by)
    address = _add_export(site, dossier, by)
    analyses.ask(dossier, exhibit=address, by=by)
    dossiers.add_person(dossier, label="compte 1", role="person_of_interest", by=by, note="À lire avec les alertes")
    dossiers.write_note(dossier, text="Tout est inventé : comptes, messages, lieux.", by=by)
    dossiers.add_task(
        dossier, text="Lire les alertes, puis confirmer ou écarter chaque point", by=by, due_date=now.date()
    )


def _add_export(site: Site, dossier: Dossier, by: By) -> str:
    """Seals the invented export and makes it an exhibit; its address in the vault."""
    data = _archive()
    exhibit = Vault(site.exhibits).put(
        io.BytesIO(data), recipients=Keyring(site.keys).recipients().active(Purpose.INTAKE, Purpose.ESCROW)
    )
    file = Attachment(
        name=NAME,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        address=exhibit.address,
        reader="telegram-json",
    )
    means = Means(recipients=(), at=by.at, draw=secrets.token_bytes)
    keep_uploads(dossier, Accepted(exhibits=(exhibit,), attachments=(file,)), by=by, means=means)
    return exhibit.address


def _archive() -> bytes:
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory(prefix="rempart-demo-case-") as folder:
        write_case(Path(folder), scale=SCALE, observer=_Nobody())
        exports = Path(folder) / "exports"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(path for path in exports.rglob("*") if path.is_file()):
                entry = zipfile.ZipInfo(path.relative_to(exports).as_posix(), date_time=_FIRST_DAY)
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _person(name: str) -> Person:
    return Person.objects.select_related("user", "organisation").get(user__username=name)
