"""What an analysis finds over all messages together: made by the confined process, sealed beside its outline, gone with its key."""

import zlib
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db import DatabaseError, transaction

from rempart.analysis.paged import CHUNK
from rempart.evidence.sealing import unseal
from rempart.web.analysing import keeping
from rempart.web.analysing.job import part_path
from rempart.web.analysing.process import Failed
from rempart.web.analysing.steps import LOOKS, Telling
from rempart.web.cases import analyses
from rempart.web.cases.analyses import STAGES, Stage
from rempart.web.cases.keys import Erased, identity_for
from rempart.web.cases.models import Analysis, AnalysisPart, Dossier, SubjectKey, Tombstone
from rempart.web.config import Site
from tests.web.cases.exports import exhibit, export_of_case, work
from tests.web.conftest import NOON
from tests.web.team import Cast, by, cast, dossier

pytestmark = pytest.mark.usefixtures("rows")


@pytest.fixture
def people() -> Cast:
    """Everybody."""
    return cast()


@pytest.fixture
def case(people: Cast) -> Dossier:
    """A dossier of Alice."""
    return dossier(people.alice)


def done(site: Site, case: Dossier, people: Cast) -> Analysis:
    """The fictional case, analysed by a worker."""
    address = exhibit(site, case, people.alice, export_of_case())
    analysis = analyses.ask(case, exhibit=address, by=by(people.alice))
    assert work(site)
    return Analysis.objects.get(pk=analysis.pk)


def test_the_confined_process_finds_it_and_every_number_leads_to_messages(
    site: Site, people: Cast, case: Dossier
) -> None:
    """From each key actor to messages that this actor wrote; nothing of it lies readable in the tables."""
    analysis = done(site, case, people)

    opened = analyses.open_analysis(analysis)
    outline, network, known = opened.outline(), opened.network(), opened.known()
    assert network is not None
    assert known is not None
    assert opened.identities() is not None
    assert not known.told.asked
    codes = [measure.code for measure in network.told.measures]
    shares, looked_at = codes.index("shares"), 0
    for place, member in enumerate(network.members):
        spots = opened.member_spots(place)
        assert spots is not None
        assert spots.account == member.account
        for at in spots.spots[shares].first if member.actor else ():
            row = opened.chunk(at // CHUNK)[at % CHUNK]
            assert row.account is not None
            assert outline.accounts[row.account].id == member.account
            looked_at += 1
    assert looked_at > 10
    sealed = [bytes(part.sealed) for part in AnalysisPart.objects.filter(analysis=analysis)]
    assert not any(b"telegram" in raw for raw in sealed)
    identity = identity_for(case.pk)
    assert any(b"telegram" in zlib.decompress(unseal(raw, identities=[identity])) for raw in sealed)


def test_with_the_key_of_the_dossier_it_goes(case: Dossier, people: Cast) -> None:
    """What is erased is erased here too; and no row is ever deleted instead."""
    analysis = Analysis.objects.create(
        id=case.pk, dossier=case, exhibit="a" * 64, state="done", asked_at=NOON, outline=b""
    )
    AnalysisPart.objects.create(analysis=analysis, name="network", sealed=b"sealed")
    with pytest.raises(DatabaseError), transaction.atomic():
        AnalysisPart.objects.filter(analysis=analysis).delete()

    Tombstone.objects.create(subject=case.pk, erased_at=NOON, ground="test")
    SubjectKey.objects.filter(subject=case.pk).delete()

    with pytest.raises(Erased):
        analyses.open_analysis(analysis)


def test_a_piece_that_is_not_what_its_name_says_is_not_kept(tmp_path: Path) -> None:
    """The process has read what strangers wrote: nothing of it is believed."""
    part_path(tmp_path, "network").write_bytes(b'{"members": 3}')
    part_path(tmp_path, "secrets").write_bytes(b"{}")

    for name in ("network", "secrets"):
        with pytest.raises(Failed):
            keeping._piece(tmp_path, name)


def test_every_stage_of_the_walk_has_words() -> None:
    """A page tells what the worker does, whatever it does; a stage that nobody named tells nothing."""
    told: list[str] = []
    telling = Telling(lambda one: told.append(one.stage), LOOKS)

    for name in (*LOOKS, "Writing the report"):
        telling.stage(name, 1)

    assert set(told) <= {str(stage) for stage in STAGES}
    assert len(told) == len(LOOKS)
    assert set(STAGES) == set(Stage)


def test_a_list_that_cannot_be_opened_ends_the_analysis_with_its_own_sentence(
    site: Site, people: Cast, case: Dossier
) -> None:
    """Nothing is looked up by halves; the sentence says what to do."""
    from rempart.matching.store import BrokenList

    address = exhibit(site, case, people.alice, b"[12/11/2026, 18:00:00] A: b\n")
    analysis = analyses.ask(case, exhibit=address, by=by(people.alice))
    with patch("rempart.web.analysing.giving.open_lists", side_effect=BrokenList("broken")):
        assert work(site)

    analysis.refresh_from_db()
    assert (analysis.state, analysis.failure) == ("failed", "lists")
    assert analyses.failure_told(analysis) == str(analyses.FAILURES[analyses.Failure.LISTS])
