"""Links that a person proposes: judged by somebody else, told in both histories, taken back by who proposed."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from rempart.web.cases import models
from rempart.web.cases.dossiers import NotWritten
from rempart.web.cases.events import history, of_report
from rempart.web.cases.keys import NothingToSeal
from rempart.web.cases.lifecycle import Status
from rempart.web.cases.likeness import Proposal
from rempart.web.cases.links import (
    KINDS,
    AlreadyLinked,
    JudgedMeanwhile,
    NotProposer,
    OwnProposal,
    SameReport,
    join_reports,
    joins_per_day,
    propose_link,
    refuse_link,
    undo_link,
    withdraw_link,
)
from rempart.web.cases.models import Link, SubjectKey, Tombstone
from rempart.web.cases.opening import _keep_links
from rempart.web.cases.reports import NoReason
from rempart.web.config import Site
from rempart.web.desk.words import LINK_KINDS
from tests.reliability.sites import ROOT
from tests.web.cases.arriving import a_person, arrive, by, home, on_account
from tests.web.conftest import NOON

pytestmark = pytest.mark.usefixtures("rows")


def two(site: Site) -> tuple[models.Report, models.Report]:
    """Two reports that share nothing that leaves a trace."""
    first, later = arrive(site, on_account("nova.exemple"), on_account("vega.exemple"))
    assert not Link.objects.exists()
    return first, later


def acts(row: models.Report) -> list[str]:
    """Actions in the history of a report, without its opening."""
    return [told.action for told in history(of_report(row))][1:]


# -- refused ------------------------------------------------------------------------------------------------


def test_a_proposal_needs_a_reason(site: Site) -> None:
    """Without one nothing is written."""
    first, later = two(site)

    with pytest.raises(NoReason):
        propose_link(first, later, kind="other", by=by(a_person(), " "))

    assert not Link.objects.exists()
    assert acts(first) == []


@pytest.mark.parametrize("kind", ["", "colour", "address phone"])
def test_what_they_share_is_one_of_the_known_kinds(site: Site, kind: str) -> None:
    """Free words go into the reason, where they are sealed."""
    first, later = two(site)

    with pytest.raises(NotWritten):
        propose_link(first, later, kind=kind, by=by(a_person()))

    assert not Link.objects.exists()


def test_a_report_is_not_linked_with_itself(site: Site) -> None:
    """It says so."""
    first, _ = two(site)

    with pytest.raises(SameReport):
        propose_link(first, first, kind="other", by=by(a_person()))


def test_a_pair_that_is_proposed_is_not_proposed_again(site: Site) -> None:
    """By whomever, in whichever order, and where the traces did."""
    first, later = two(site)
    propose_link(first, later, kind="other", by=by(a_person("alice")))
    known = arrive(site, on_account("lyra.exemple"), on_account("lyra.exemple", narrative="Deux mots."), start=5)

    for one, other in ((later, first), known):
        with pytest.raises(AlreadyLinked, match="proposed already"):
            propose_link(one, other, kind="phone", by=by(a_person(f"bob{one.number}")))

    assert Link.objects.count() == 2


@pytest.mark.parametrize(("verb", "told"), [(join_reports, "joined already"), (refuse_link, "do not belong together")])
def test_a_pair_that_is_judged_is_not_proposed_again(site: Site, verb: object, told: str) -> None:
    """And the sentence says which it is."""
    first, later = two(site)
    alice = a_person("alice")
    link = propose_link(first, later, kind="other", by=by(alice))
    verb(link, by=by(a_person("bob")))  # type: ignore[operator]

    with pytest.raises(AlreadyLinked, match=told):
        propose_link(first, later, kind="other", by=by(alice, minutes=1))


def test_nobody_judges_what_they_proposed(site: Site) -> None:
    """Neither yes nor no; the proposal waits for somebody else."""
    first, later = two(site)
    alice = a_person("alice")
    link = propose_link(first, later, kind="other", by=by(alice))

    for verb in (join_reports, refuse_link):
        with pytest.raises(OwnProposal):
            verb(link, by=by(alice, minutes=1))

    link.refresh_from_db()
    later.refresh_from_db()
    assert (link.state, later.status) == ("proposed", Status.TO_TRIAGE)


def test_nothing_is_proposed_on_a_report_whose_words_were_erased(site: Site) -> None:
    """Nothing is ever added to what was erased, and no half of a proposal stays."""
    first, later = two(site)
    Tombstone.objects.create(subject=later.pk, erased_at=NOON, ground="term")
    SubjectKey.objects.filter(subject=later.pk).delete()

    with pytest.raises(NothingToSeal):
        propose_link(first, later, kind="other", by=by(a_person()))

    assert not Link.objects.exists()
    assert acts(first) == []


# -- done ---------------------------------------------------------------------------------------------------


def test_a_proposal_is_one_event_in_both_histories_with_its_reason(site: Site) -> None:
    """The earlier report is `a`, whoever began where; what they share is a code, the words are sealed."""
    first, later = two(site)

    link = propose_link(later, first, kind="phone", by=by(a_person(), "Le même numéro sur deux captures."))

    assert (link.a_id, link.b_id, link.kinds, link.state, link.similarity) == (
        first.pk,
        later.pk,
        "phone",
        "proposed",
        None,
    )
    for row, other in ((first, later), (later, first)):
        (told,) = history(of_report(row))[1:]
        assert (told.action, told.actor, told.payload) == (
            "link_proposed",
            "p-alice",
            {"link": str(link.pk), "other": other.number, "kinds": "phone", "reason": "Le même numéro sur deux captures."},
        )  # fmt: skip


def test_somebody_else_joins_it_and_it_counts_as_a_join(site: Site) -> None:
    """Like any proposal; taken back, it waits again for somebody else."""
    first, later = two(site)
    alice, bob = a_person("alice"), a_person("bob")
    link = propose_link(first, later, kind="other", by=by(alice))

    join_reports(link, by=by(bob, minutes=1))
    later.refresh_from_db()
    joined = (later.status, later.duplicate_of_id)
    counted = joins_per_day(home(), since_at=NOON - timedelta(days=1), until_at=NOON + timedelta(days=1))
    undo_link(link, by=by(alice, minutes=2))

    assert joined == (Status.DUPLICATE, first.pk)
    assert [day.joins for day in counted] == [1]
    assert acts(later) == ["link_proposed", "joined", "link_undone"]
    with pytest.raises(OwnProposal):
        join_reports(link, by=by(alice, minutes=3))


def test_somebody_else_refuses_it(site: Site) -> None:
    """Both stand as before, and it is not proposed again."""
    first, later = two(site)
    link = propose_link(first, later, kind="other", by=by(a_person("alice")))

    refuse_link(link, by=by(a_person("bob"), minutes=1))

    later.refresh_from_db()
    assert (link.pk, Link.objects.get().state, later.is_open) == (link.pk, "refused", True)


# -- taken back ---------------------------------------------------------------------------------------------


def test_who_proposed_takes_it_back_and_may_propose_it_again(site: Site) -> None:
    """The histories keep both, and the earlier entry is told as taken back."""
    first, later = two(site)
    alice = a_person("alice")
    link = propose_link(first, later, kind="other", by=by(alice))

    withdraw_link(link, by=by(alice, "Confondu.", minutes=1))
    state = Link.objects.get().state
    again = propose_link(first, later, kind="phone", by=by(a_person("bob"), minutes=2))

    assert (state, again.pk, again.state, again.kinds) == ("withdrawn", link.pk, "proposed", "phone")
    assert again.proposed_by is not None
    assert again.proposed_by.pseudonym == "p-bob"
    proposed, withdrawn, _ = history(of_report(first))[1:]
    assert (withdrawn.action, withdrawn.supersedes) == ("link_withdrawn", proposed.id)
    join_reports(again, by=by(alice, minutes=3))


def test_nobody_else_takes_it_back_and_nobody_without_a_reason(site: Site) -> None:
    """Who disagrees refuses it."""
    first, later = two(site)
    alice = a_person("alice")
    link = propose_link(first, later, kind="other", by=by(alice))

    with pytest.raises(NotProposer):
        withdraw_link(link, by=by(a_person("bob"), minutes=1))
    with pytest.raises(NoReason):
        withdraw_link(link, by=by(alice, " ", minutes=1))

    assert Link.objects.get().state == "proposed"
    assert acts(first) == ["link_proposed"]


def test_what_the_traces_propose_nobody_takes_back(site: Site) -> None:
    """It is judged."""
    arrive(site, on_account("lyra.exemple"), on_account("lyra.exemple", narrative="Deux mots."))

    with pytest.raises(NotProposer):
        withdraw_link(Link.objects.get(), by=by(a_person()))


def test_what_is_judged_or_taken_back_is_not_taken_back_again(site: Site) -> None:
    """The second click says that it was done."""
    first, later = two(site)
    alice = a_person("alice")
    link = propose_link(first, later, kind="other", by=by(alice))
    withdraw_link(link, by=by(alice, minutes=1))

    for verb in (withdraw_link, join_reports, refuse_link, undo_link):
        with pytest.raises(JudgedMeanwhile):
            verb(link, by=by(a_person(f"c{verb.__name__[:6]}"), minutes=2))


def test_what_was_taken_back_is_proposed_anew_when_traces_are_found(site: Site) -> None:
    """A second look of a person does not hide what the machine finds later; anybody may judge that."""
    first, later = two(site)
    alice = a_person("alice")
    withdraw_link(propose_link(first, later, kind="other", by=by(alice)), by=by(alice, minutes=1))

    _keep_links([Proposal(new=later.pk, other=first.pk, kinds=("account",), similarity=0.5)], NOON)

    link = Link.objects.get()
    assert (link.state, link.kinds, link.similarity, link.proposed_by) == ("proposed", "account", 0.5, None)
    join_reports(link, by=by(alice, minutes=2))


def test_every_kind_has_its_words() -> None:
    """And none of the page is refused by the verb."""
    assert set(KINDS) == set(LINK_KINDS)


# -- the migration -----------------------------------------------------------------------------------------

TABLES = """
import sys
from pathlib import Path
from rempart.web.config import Face, SiteConfig
from rempart.web.setup import django_as, make_folders

django_as(make_folders(Path(sys.argv[1]), SiteConfig(name="Essai")), Face.OWNER)
from django.core.management import call_command

call_command("migrate", "cases", sys.argv[2], database="default", verbosity=0, interactive=False)
"""
REPORT = {
    "received_at": "2026-11-22", "opened_at": "2026-11-22", "lookup": b"", "door": "form", "lane": "plain", "kind": "situation",
    "reporter": "parent", "category": "other", "urgency": 0, "age_band": "unknown", "contact_going_on": "no", "language": "fr",
    "files": 0, "failure": "", "status": "to_triage", "outcome": "", "closure": "", "is_open": 1, "level": 4, "points_min": 0,
    "points_max": 0, "reasons": "", "unknown": 0, '"order"': 0, "is_drawn": 0, "messages": 0, "is_held": 0, "organisation_id": 1,
}  # fmt: skip


def migrate(folder: Path, to: str) -> None:
    """Brings the tables of the desk to a version, in a process of its own."""
    subprocess.run([sys.executable, "-c", TABLES, str(folder), to], check=True, cwd=ROOT, capture_output=True)


def test_the_migration_keeps_every_link_and_its_trigger(tmp_path: Path) -> None:
    """Rows of the version before are the same after it and back again; none can be deleted, and a fourth state is known."""
    folder, path = tmp_path / "data", tmp_path / "data/desk/desk.db"
    migrate(folder, "0010")
    kept = "SELECT id, a_id, b_id, kinds, similarity, state, at FROM desk_link ORDER BY id"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT INTO desk_organisation (id, name, is_home) VALUES (1, 'A', 1)")
        for number in (1, 2, 3):
            told = {**REPORT, "id": f"{number:032x}", "number": number}
            marks = ", ".join("?" * len(told))
            database.execute(f"INSERT INTO desk_report ({', '.join(told)}) VALUES ({marks})", list(told.values()))  # noqa: S608 - columns from here
        rows = [(f"{9:032x}", f"{1:032x}", f"{2:032x}", "account", 0.5, "joined", "2026-11-22"),
                (f"{10:032x}", f"{1:032x}", f"{3:032x}", "text phone", None, "proposed", "2026-11-22")]  # fmt: skip
        database.executemany("INSERT INTO desk_link (id, a_id, b_id, kinds, similarity, state, at) VALUES (?, ?, ?, ?, ?, ?, ?)", rows)  # fmt: skip

    migrate(folder, "0011")

    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        assert database.execute(kept).fetchall() == rows
        assert database.execute("SELECT DISTINCT proposed_by_id FROM desk_link").fetchall() == [(None,)]
        refused(database, "DELETE FROM desk_link")
        refused(database, "UPDATE desk_link SET state = 'invented'")
        database.execute("UPDATE desk_link SET state = 'withdrawn' WHERE kinds = 'account'")
        database.execute("UPDATE desk_link SET state = 'joined' WHERE kinds = 'account'")
    migrate(folder, "0010")
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        assert database.execute(kept).fetchall() == rows
        refused(database, "DELETE FROM desk_link")
        refused(database, "UPDATE desk_link SET state = 'withdrawn'")


def refused(database: sqlite3.Connection, statement: str) -> None:
    """The table itself says no."""
    with pytest.raises(sqlite3.IntegrityError):
        database.execute(statement)
