"""The rows behind `analysing`: a person, dossiers, exhibits, and workers that end where they are told to."""

import fcntl
import io
import os
import signal
import threading
from datetime import datetime
from pathlib import Path
from unittest.mock import patch
from uuid import UUID, uuid4

from django.contrib.auth.models import User

from rempart.analysis.outline import decode_chunk, decode_outline
from rempart.analysis.paged import CHUNK
from rempart.evidence.keys import Purpose, load_recipients
from rempart.evidence.vault import Vault
from rempart.web.analysing import folders, holding, keeping, runner
from rempart.web.analysing.job import Told
from rempart.web.cases import analyses
from rempart.web.cases.dossiers import add_exhibit, open_dossier
from rempart.web.cases.events import history, of_dossier
from rempart.web.cases.keys import identity_for
from rempart.web.cases.models import Analysis, Chunk, Dossier, FoldedChunk
from rempart.web.cases.packing import unpack
from rempart.web.cases.reports import By
from rempart.web.config import Site
from rempart.web.people.access import actor_of
from rempart.web.people.models import Grant, Organisation, Person
from rempart.web.people.roles import Role
from tests.reliability.analysing import NOW, Life, digest
from tests.web.cases.exports import export_of_case

ENDING = "ending"  # the place after the last chunk, before the result is told


class Case:
    """One site with one person; each place has a dossier of its own, with the same export."""

    def __init__(self, site: Site) -> None:
        self._site = site
        home = Organisation.objects.create(name="Ici", is_home=True)
        person = Person.objects.create(
            user=User.objects.create(username="alice"), organisation=home, pseudonym="p-00000001"
        )
        Grant.objects.create(id=uuid4(), person=person, role=Role.INVESTIGATOR, since_at=NOW)
        self._by = By(actor=actor_of(person), at=NOW, reason="essai")
        recipients = load_recipients(site.recipients).active(Purpose.DESK)
        self._kept = Vault(site.exhibits).put(io.BytesIO(export_of_case()), recipients=recipients)

    def places(self) -> tuple[Path, ...]:
        """Where folders of the work may be."""
        return folders.places(self._site)

    def ask(self, place: str) -> UUID:
        """A dossier whose exhibit waits to be analysed."""
        dossier = open_dossier(title=place, purpose="essai", by=self._by)
        add_exhibit(dossier, by=self._by, words_told={"address": self._kept.address, "name": "essai.zip"})
        analyses.ask(dossier, exhibit=self._kept.address, by=self._by)
        return dossier.pk

    def work(self, now: datetime, *, die_at: str = "") -> list[str]:
        """One life of a worker; the stages that it went through."""
        stages: dict[str, None] = {}
        stage, _, done = die_at.partition(":")
        watch, finish = holding.Hold.watch, keeping._finish

        def watched(hold: holding.Hold, told: Told | None) -> None:
            watch(hold, told)
            if told and told.stage:
                stages[told.stage] = None
                if told.stage == stage and told.done >= int(done or told.total):
                    os.kill(os.getpid(), signal.SIGKILL)

        def finished(*told: object) -> None:
            if stage == ENDING:
                os.kill(os.getpid(), signal.SIGKILL)
            finish(*told)  # type: ignore[arg-type]  # passed on

        with (
            patch.object(holding.Hold, "watch", watched),
            patch.object(keeping, "_finish", finished),
            patch.object(keeping, "BATCH", 1),
        ):
            runner._tidy(self._site)
            runner.analyse_next(self._site, clock=lambda: now, stop=threading.Event())
        return list(stages)

    def settle(self) -> None:
        """Waits until the confined process of a killed worker is gone too; a lease is longer than that."""
        for place in self.places():
            for path in place.glob("*") if place.exists() else ():
                number = os.open(path, os.O_RDONLY)
                fcntl.flock(number, fcntl.LOCK_EX)
                os.close(number)

    def forget_a_chunk(self) -> None:
        """As if the kill had come before the last chunk."""
        for place in self.places():
            for path in place.glob("*/*-000002"):
                path.unlink()

    def outcome(self, dossier: UUID, place: str) -> Life:
        """What stands in the tables, and what lies about."""
        row, identity = Analysis.objects.get(dossier=dossier), identity_for(dossier)
        sealed = [row.outline, *_sealed(Chunk, row), *_sealed(FoldedChunk, row)]
        pieces = [unpack(bytes(piece), identity=identity) for piece in sealed if piece]
        count = -(-decode_outline(pieces[0]).messages // CHUNK)
        told = [message.position for raw in pieces[1 : 1 + count] for message in decode_chunk(raw)]
        return Life(
            place=place,
            state=row.state,
            tries=row.tries,
            made=digest(pieces),
            is_whole=told == list(range(row.messages)) and len(pieces) == 1 + 2 * count,
            left=sum(1 for folder in self.places() if folder.exists() for _ in folder.iterdir()),
            events=tuple(
                event.action
                for event in history(of_dossier(Dossier.objects.get(pk=dossier)))
                if event.action.startswith("analysis_")
            ),
        )

    def texts(self) -> list[bytes]:
        """Long texts of the export, as they would stand in clear."""
        row = Analysis.objects.order_by("asked_at", "pk").first()
        assert row
        told = analyses.chunk(row, 0) + analyses.chunk(row, 1)
        long = sorted({row.text for row in told if len(row.text) > 30})[::100]
        return [text.encode(code) for text in long for code in ("utf-8", "utf-16-le")]


def _sealed(model: type[Chunk] | type[FoldedChunk], row: Analysis) -> list[bytes]:
    rows = model._default_manager.filter(analysis=row).order_by("number")
    return [bytes(sealed) for sealed in rows.values_list("sealed", flat=True)]
