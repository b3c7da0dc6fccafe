"""Fictional exports in the vault of the tests' site, and the worker's analysis of them."""

import io
import threading
import zipfile
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from rempart.evidence.keys import Purpose, load_recipients
from rempart.evidence.vault import Vault
from rempart.fictional.case import DEMO_SCALE, write_case
from rempart.web.analysing.runner import analyse_next
from rempart.web.cases.dossiers import add_exhibit
from rempart.web.cases.models import Dossier
from rempart.web.config import Site
from rempart.web.people.access import Actor
from tests.web.conftest import NOON
from tests.web.team import by

NAME = "Conversation d'essai.zip"
CHAT = (
    "[12/11/2026, 18:00:00] Parc 7: Salut, tu vas au parc ce soir ?\n"
    "[12/11/2026, 18:01:00] Lilas: Oui, après l'école\n"
    "[12/11/2026, 18:02:00] Parc 7: Quel âge as-tu ?\n"
    "[12/11/2026, 18:03:00] Lilas: 12 ans\n"
    "[12/11/2026, 18:04:00] Parc 7: Garde le secret, ne dis rien à tes parents\n"
    "[12/11/2026, 18:05:00] Lilas: d'accord\n"
).encode()


class _Silence:
    """Nobody watches."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins."""

    def advance(self, done: int) -> None:
        """How much of it is done."""


@lru_cache(maxsize=2)
def export_of_case(scale: float = DEMO_SCALE) -> bytes:
    """The fictional case as one archive."""
    with TemporaryDirectory() as name:
        write_case(Path(name), scale=scale, observer=_Silence())
        return zip_of(Path(name) / "exports")


def zip_of(folder: Path) -> bytes:
    """The files of a folder as an archive, the same bytes each time."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*.*")):
            entry = zipfile.ZipInfo(str(path.relative_to(folder)))
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return held.getvalue()


def exhibit(site: Site, dossier: Dossier, actor: Actor, data: bytes, *, name: str = NAME) -> str:
    """The data as an exhibit of a dossier; its address."""
    recipients = load_recipients(site.recipients).active(Purpose.INTAKE, Purpose.ESCROW)
    kept = Vault(site.exhibits).put(io.BytesIO(data), recipients=recipients)
    add_exhibit(dossier, by=by(actor), words_told={"address": kept.address, "name": name, "sha256": kept.sha256})
    return kept.address


def work(site: Site, *, after: timedelta = timedelta(0), stop: threading.Event | None = None) -> bool:
    """One analysis by a worker whose clock stands at NOON and some time; False when none waits."""

    def clock() -> datetime:
        return NOON + after

    return analyse_next(site, clock=clock, stop=stop or threading.Event())
