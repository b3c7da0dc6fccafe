"""The end of a term: what is past it and held by nothing is gone for every key there is; all else stays, and so do the leaves."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from rempart.errors import NotAllowed
from rempart.evidence.vault import Vault
from rempart.web.auditing import audit_site
from rempart.web.cases import dossiers, exhibits, links, reports, retention
from rempart.web.cases.events import history, of_report
from rempart.web.cases.keys import Erased, NothingToSeal, identity_for, recipient_for
from rempart.web.cases.lifecycle import Stage, Status
from rempart.web.cases.models import Analysis, Dossier, Event, Report, SubjectKey, Tombstone
from rempart.web.cases.ranking import rank_lapsed
from rempart.web.cases.reports import KEEP_CLOSED
from rempart.web.cases.retention import Ground
from rempart.web.config import Site
from rempart.web.door.erasing import erase_deposit
from rempart.web.door.models import Mailbox
from rempart.web.door.models import Status as Told
from rempart.web.door.models import Tombstone as Stone
from rempart.web.duties import orphans
from rempart.web.duties.drafts import KEPT
from rempart.web.duties.retention import erase
from rempart.web.people.access import NotForYou
from rempart.web.people.roles import Role
from rempart.web.searching import opened
from rempart.web.signing import sign_all
from tests.web.cases.lives import House, every_identity, files_of, house, opens, sealed_in, sealed_of, traces_of
from tests.web.conftest import NOON
from tests.web.team import cast, person
from tests.web.test_orphans import set_back

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.usefixtures("rows")


@pytest.fixture
def home(site: Site, tmp_path: Path) -> House:
    """A house with two heads."""
    people = cast()
    second = person("second head", people.alice.person.organisation, Role.HEAD)
    return house(site, tmp_path, (people.alice, people.by_role[Role.HEAD], second), NOON)


def pass_term(home: House, *, days: int = 0) -> None:
    """A closed thing reaches its term; so many days more."""
    home.now += KEEP_CLOSED + timedelta(days=days)


def is_gone(report: Report) -> bool:
    """Whether nothing of the report can be read by anybody, and its row says so."""
    report.refresh_from_db()
    is_marked = report.status == Status.ANONYMISED and bytes(report.lookup) == b""
    has_key = SubjectKey.objects.filter(subject=report.pk).exists()
    return is_marked and not has_key and traces_of(report) == 0 and opens(sealed_of(report), every_identity()) == 0


def is_whole(report: Report) -> bool:
    """Whether all that was sealed for it still opens."""
    report.refresh_from_db()
    sealed = sealed_of(report)
    return report.status != Status.ANONYMISED and opens(sealed, every_identity()) == len(sealed) > 2


# -- what stays -----------------------------------------------------------------------------------------


def test_what_is_open_stays_however_old(home: House) -> None:
    """A term begins when somebody closes."""
    told = home.receive()
    pass_term(home, days=4_000)

    assert retention.erase_due(now=home.now) == 0
    assert is_whole(told)


def test_what_is_closed_stays_until_the_last_day_of_its_term(home: House) -> None:
    """The day before it is whole; on the day it goes."""
    told = home.receive()
    home.close(told)
    pass_term(home, days=-1)
    before = (retention.erase_due(now=home.now), is_whole(told))
    home.now += timedelta(days=1)

    assert before == (0, True)
    assert retention.erase_due(now=home.now) == 1
    assert is_gone(told)


def test_a_legal_hold_stops_it_until_it_is_lifted(home: House) -> None:
    """However long."""
    told = home.receive()
    home.close(told)
    reports.hold(told, is_held=True, by=home.by())
    pass_term(home, days=900)
    during = (retention.erase_due(now=home.now), is_whole(told))
    reports.hold(told, is_held=False, by=home.by())

    assert during == (0, True)
    assert retention.erase_due(now=home.now) == 1
    assert is_gone(told)


def test_a_report_stays_as_long_as_its_dossier(home: House) -> None:
    """The dossier is open; its reports were closed long ago."""
    told = home.receive()
    dossier = dossiers.open_dossier(title="Affaire", purpose="essai", by=home.by(), reports=(told,))
    home.close(told)
    pass_term(home, days=500)

    assert retention.erase_due(now=home.now) == 0
    assert is_whole(told)
    assert opens(sealed_in(dossier), every_identity()) == len(sealed_in(dossier)) > 0


def close_dossier(home: House, dossier: Dossier) -> None:
    """As an investigator does."""
    dossiers.step(dossier, "close", by=home.by())


@pytest.mark.parametrize("why", ["young", "open", "held", "dossier held"])
def test_a_dossier_waits_for_the_last_of_its_reports(home: House, why: str) -> None:
    """Nothing of it goes while one report is young, open or held; then all of it goes at once."""
    old, other = home.receive(), home.receive()
    dossier = dossiers.open_dossier(title="Affaire", purpose="essai", by=home.by(), reports=(old, other))
    home.close(old)
    close_dossier(home, dossier)
    if why in ("held", "dossier held"):
        home.close(other)
    if why == "held":
        reports.hold(other, is_held=True, by=home.by())
    if why == "dossier held":
        dossiers.hold(dossier, is_held=True, by=home.by())
    pass_term(home)
    if why == "young":
        home.close(other)
    kept = (retention.erase_due(now=home.now), is_whole(old), is_whole(other))
    if why == "open":
        home.close(other)
    if why == "held":
        reports.hold(other, is_held=False, by=home.by())
    if why == "dossier held":
        dossiers.hold(dossier, is_held=False, by=home.by())
    pass_term(home)

    assert kept == (0, True, True)
    assert retention.erase_due(now=home.now) == 1
    assert is_gone(old)
    assert is_gone(other)


def test_a_duplicate_stays_as_long_as_what_it_repeats(home: House) -> None:
    """It tells of the same child; it ranks the other one, and may be the only one with a name."""
    first, later = home.receive(), home.receive()
    links.join_reports(home.link(first, later), by=home.by())
    pass_term(home)
    before = (retention.erase_due(now=home.now), is_whole(later))
    home.close(first)
    pass_term(home)

    assert before == (0, True)
    assert retention.erase_due(now=home.now) == 1
    assert retention.erase_due(now=home.now) == 1
    assert is_gone(first)
    assert is_gone(later)


# -- what goes ------------------------------------------------------------------------------------------


def test_numbers_and_answers_stay_for_the_figures(home: House) -> None:
    """The row still counts; who could be found by it cannot."""
    told = home.receive()
    home.close(told)
    before = Report.objects.values("number", "category", "level", "received_at", "closed_at", "closure").get(pk=told.pk)
    pass_term(home)

    retention.erase_due(now=home.now)

    told.refresh_from_db()
    assert Report.objects.values(*before).get(pk=told.pk) == before
    assert (told.assigned_to, told.due_at, told.rank_again_at, told.erase_date) == (None, None, None, None)
    (event,) = [entry for entry in history(of_report(told)) if entry.action == "erased"]
    assert (event.actor, event.motive) == ("worker", "term")
    assert Mailbox.objects.get(deposit=told.pk).status == Told.CLOSED


def test_the_history_says_that_words_were_there(home: House) -> None:
    """Who did what, and when, stays; the words do not."""
    told = home.receive()
    home.close(told)
    pass_term(home)

    retention.erase_due(now=home.now)

    stated = next(entry for entry in history(of_report(told)) if entry.action == "fact_stated")
    assert (stated.is_erased, stated.payload) == (True, {})
    with pytest.raises(Erased):
        identity_for(told.pk)


def test_nothing_is_ever_added_to_what_was_erased(home: House) -> None:
    """A new key would seal words that no rule erases again."""
    told = home.receive()
    home.close(told)
    pass_term(home)
    retention.erase_due(now=home.now)
    told.refresh_from_db()

    with pytest.raises(NothingToSeal), transaction.atomic():
        recipient_for(told.pk)
    with pytest.raises(NothingToSeal), transaction.atomic():
        reports.hold(told, is_held=True, by=home.by())
    with pytest.raises(NothingToSeal), transaction.atomic():
        dossiers.open_dossier(title="Affaire", purpose="essai", by=home.by(), reports=(told,))

    assert not SubjectKey.objects.filter(subject=told.pk).exists()


def test_time_does_not_move_what_was_erased(home: House) -> None:
    """The duty that places things anew has nothing to do with it, and does not fail on it."""
    told = home.receive()
    home.close(told)
    Report.objects.filter(pk=told.pk).update(rank_again_at=home.now)
    pass_term(home)

    retention.erase_due(now=home.now)

    assert rank_lapsed(now=home.now) == 0


def test_what_was_erased_is_searched_no_longer(home: House) -> None:
    """Neither is it counted among what can be."""
    told, kept = home.receive(), home.receive()
    home.close(told)
    pass_term(home)

    retention.erase_due(now=home.now)

    assert opened.opened_after(0) == [kept.number]
    assert opened.emptied_since(home.now - timedelta(days=1)) == {told.number}


def test_a_dossier_goes_with_all_that_was_found(home: House) -> None:
    """Title, notes, analyses and their messages; a person of another dossier keeps theirs."""
    told = home.receive(files=1)
    dossier = dossiers.open_dossier(title="Affaire", purpose="essai", by=home.by(), reports=(told,))
    other = dossiers.open_dossier(title="Autre", purpose="essai", by=home.by())
    for one in (dossier, other):
        dossiers.write_note(one, text="une note", by=home.by())
        home.analyse(one, home.upload(one))
    home.close(told)
    close_dossier(home, dossier)
    sealed, kept = sealed_in(dossier), sealed_in(other)
    before = opens(sealed, every_identity())
    pass_term(home)

    assert retention.erase_due(now=home.now) == 1

    dossier.refresh_from_db()
    assert (before, opens(sealed, every_identity())) == (len(sealed), 0)
    assert opens(kept, every_identity()) == len(kept)
    assert dossier.status == Stage.ARCHIVED
    assert dossiers.contents(dossier).title == ""
    assert not Analysis.objects.filter(dossier=dossier, outline__isnull=False).exists()
    assert is_gone(told)


# -- files ----------------------------------------------------------------------------------------------


def left(home: House) -> set[str]:
    """Addresses that lie in the vault."""
    return set(Vault(home.site.exhibits).addresses())


def test_files_of_the_desk_go_with_their_dossier_and_no_others(home: House) -> None:
    """What was given at the desk, and what came with its reports."""
    told, outside = home.receive(files=2), home.receive(files=1)
    dossier = dossiers.open_dossier(title="Affaire", purpose="essai", by=home.by(), reports=(told,))
    other = dossiers.open_dossier(title="Autre", purpose="essai", by=home.by())
    given, stays = home.upload(dossier), home.upload(other)
    home.close(told)
    close_dossier(home, dossier)
    pass_term(home)
    before = left(home)

    erase(home.site, home.now)

    assert before - left(home) == {given, *files_of(told.pk)}
    assert left(home) == {stays, *files_of(outside.pk)}
    assert Stone.objects.filter(subject=dossier.pk).count() == 1


def test_a_file_that_a_dossier_took_over_stays_when_its_report_goes(home: House) -> None:
    """The report was taken out again and reached its term; the exhibit of the dossier is still whole."""
    told = home.receive(files=1)
    dossier = dossiers.open_dossier(title="Affaire", purpose="essai", by=home.by(), reports=(told,))
    (address,) = files_of(told.pk)
    exhibits.take_over(dossier, address=address, by=home.by(), means=home.means())
    dossiers.detach_report(dossier, told, by=home.by())
    home.close(told)
    pass_term(home)

    erase(home.site, home.now)
    during = Vault(home.site.exhibits).check(address)
    close_dossier(home, dossier)
    pass_term(home)
    erase(home.site, home.now)

    assert is_gone(told)
    assert during
    assert left(home) == set()


def test_a_file_that_somebody_gives_to_an_erased_dossier_does_not_stay(home: House) -> None:
    """Whoever had the page open all night is refused, and the file goes with the next duty."""
    dossier = dossiers.open_dossier(title="Affaire", purpose="essai", by=home.by())
    close_dossier(home, dossier)
    pass_term(home)
    retention.erase_due(now=home.now)

    with pytest.raises(NothingToSeal), transaction.atomic():
        home.upload(dossier)
    before = len(left(home))
    erase(home.site, home.now)

    assert (before, left(home)) == (1, set())


def test_orphans_leaves_the_exhibits_of_kept_dossiers(home: House) -> None:
    """However old; what nobody came to name goes as before."""
    dossier = dossiers.open_dossier(title="Affaire", purpose="essai", by=home.by())
    kept, orphan = home.upload(dossier), home.put("nobody's").address
    for address in (kept, orphan):
        set_back(home.site, address, at=home.now - KEPT - timedelta(days=700))

    assert orphans.remove_orphans(home.site, home.now).count == 1
    assert left(home) == {kept}


def test_orphans_finishes_what_an_erasure_left(home: House) -> None:
    """A disk that failed for a moment: the file goes with the next duty."""
    dossier = dossiers.open_dossier(title="Affaire", purpose="essai", by=home.by())
    home.upload(dossier)
    close_dossier(home, dossier)
    pass_term(home)
    retention.erase_due(now=home.now)  # the test never commits, so that its files are still there
    before = len(left(home))

    orphans.remove_orphans(home.site, home.now)

    assert (before, left(home)) == (1, set())


# -- cut short, and faults ------------------------------------------------------------------------------


class Killed(BaseException):
    """As a SIGKILL: nothing of ours catches it."""


@pytest.mark.parametrize("place", ["_bury", "erase_files"])
def test_who_dies_between_the_door_and_the_desk_is_followed_by_the_next(
    home: House, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """The door is empty, the desk knows nothing of it; the next call says so too, once."""
    told = home.receive(files=1)
    dossier = dossiers.open_dossier(title="Affaire", purpose="essai", by=home.by(), reports=(told,))
    home.upload(dossier)
    home.close(told)
    close_dossier(home, dossier)
    pass_term(home)

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(retention, place, die)
        with pytest.raises(Killed):
            retention.erase_due(now=home.now)
    between = Report.objects.get(pk=told.pk).status
    erase(home.site, home.now)

    assert between == (Status.CLOSED if place == "_bury" else Status.ANONYMISED)
    assert is_gone(told)
    assert left(home) == set()
    assert Event.objects.filter(action="erased").count() == 2
    assert sorted(Stone.objects.values_list("ground", flat=True)) == ["term"] * 3  # report, message, dossier


def test_one_that_fails_does_not_stop_the_rest(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The failure is told at the end, so that the duty is shown as failed."""
    bad, good = home.receive(), home.receive()
    home.close(bad)
    home.close(good)
    pass_term(home)
    door = erase_deposit

    def fails(deposit: UUID, **told: object) -> None:
        if deposit == bad.pk:
            raise DatabaseError
        door(deposit, **told)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(retention, "erase_deposit", fails)

    with pytest.raises(DatabaseError):
        retention.erase_due(now=home.now)

    assert is_gone(good)
    assert is_whole(bad)


def test_who_places_a_hold_in_the_last_moment_is_heard(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the question and the erasure; the duty does not fail on it."""
    told = home.receive()
    home.close(told)
    pass_term(home)
    asked = retention.due_reports(until_date=home.now.date())
    rows = list(asked)
    reports.hold(told, is_held=True, by=home.by())
    monkeypatch.setattr(retention, "due_reports", lambda **_: rows)

    assert retention.erase_due(now=home.now) == 0
    assert is_whole(told)


def test_only_so_many_at_once(home: House) -> None:
    """A worker that comes back after a long time does not stop for an hour; the duty says that there is more."""
    for _ in range(3):
        home.close(home.receive())
    pass_term(home)

    assert [retention.erase_due(now=home.now, limit=2) for _ in range(3)] == [2, 1, 0]


def test_the_logs_verify_before_and_after(home: House) -> None:
    """Every leaf stays; the audit of the whole site has nothing to say."""
    told = home.receive(files=1)
    dossier = dossiers.open_dossier(title="Affaire", purpose="essai", by=home.by(), reports=(told,))
    home.upload(dossier)
    home.close(told)
    close_dossier(home, dossier)
    sign_all(home.site)
    before = audit_site(home.site)
    pass_term(home)

    erase(home.site, home.now)
    sign_all(home.site)

    after = audit_site(home.site)
    assert (before.faults, before.erased, after.faults, after.erased) == ((), 0, (), 3)
    assert after.leaves > before.leaves
    assert after.unsigned == 0


# -- two people -----------------------------------------------------------------------------------------


@pytest.fixture
def asked(home: House) -> Report:
    """A closed report that the first head asked to have erased."""
    told = home.receive()
    home.close(told)
    told.refresh_from_db()
    retention.ask_erasure(told, ground=Ground.PERSON_ASKS, by=home.by(home.heads[0], "they wrote to us"))
    return told


def test_two_people_erase_before_the_term(home: House, asked: Report) -> None:
    """One asks with a reason, another one confirms; the ground stays in the journal."""
    retention.confirm_erasure(asked, by=home.by(home.heads[1]))

    assert is_gone(asked)
    assert Tombstone.objects.get(subject=asked.pk).ground == retention.TWO_PEOPLE
    told = [(entry.action, entry.actor, entry.motive) for entry in history(of_report(asked))][-2:]
    first, second = (head.pseudonym for head in home.heads)
    assert told == [("erasure_asked", first, "person_asks"), ("erased", second, "two_people")]


def test_nobody_confirms_their_own_demand(home: House, asked: Report) -> None:
    """Not even when they ask twice."""
    retention.ask_erasure(asked, ground=Ground.ORDER, by=home.by(home.heads[0]))

    with pytest.raises(retention.SamePerson):
        retention.confirm_erasure(asked, by=home.by(home.heads[0]))

    assert is_whole(asked)


def test_who_asks_as_well_may_confirm_the_demand_of_the_other(home: House, asked: Report) -> None:
    """Two people are two people, in whichever order they press."""
    retention.ask_erasure(asked, ground=Ground.ORDER, by=home.by(home.heads[1]))

    retention.confirm_erasure(asked, by=home.by(home.heads[1]))

    assert is_gone(asked)


def test_a_demand_lapses_after_a_week(home: House, asked: Report) -> None:
    """And is asked anew then."""
    home.now += retention.ASKED_FOR + timedelta(seconds=1)

    with pytest.raises(retention.NotAsked):
        retention.confirm_erasure(asked, by=home.by(home.heads[1]))

    assert is_whole(asked)


def test_a_demand_ends_when_the_report_is_reopened(home: House, asked: Report) -> None:
    """Somebody worked on it since; closing it again does not bring the demand back."""
    home.now += timedelta(hours=1)
    reports.step(asked, "reopen", by=home.by())
    home.now += timedelta(hours=1)
    home.close(asked)
    asked.refresh_from_db()

    with pytest.raises(retention.NotAsked):
        retention.confirm_erasure(asked, by=home.by(home.heads[1]))


def test_nobody_without_the_right_asks_or_confirms(home: House, asked: Report) -> None:
    """Whatever page they come from."""
    with pytest.raises(NotForYou):
        retention.ask_erasure(asked, ground=Ground.ORDER, by=home.by())
    with pytest.raises(NotForYou):
        retention.confirm_erasure(asked, by=home.by())

    assert is_whole(asked)


def test_a_demand_needs_a_reason(home: House) -> None:
    """In words, beside the ground."""
    told = home.receive()
    home.close(told)

    with pytest.raises(reports.NoReason):
        retention.ask_erasure(told, ground=Ground.ORDER, by=home.by(home.heads[0], "  "))


@pytest.mark.parametrize(
    ("why", "error"),
    [("held", retention.IsHeld), ("reopened", retention.NotClosed), ("in a dossier", retention.IsKept), ("erased", retention.ErasedBefore)],
)  # fmt: skip
def test_what_happens_meanwhile_stops_it(home: House, asked: Report, why: str, error: type[NotAllowed]) -> None:
    """The second person confirms what stands there now."""
    second = home.by(home.heads[1])
    if why == "held":
        reports.hold(asked, is_held=True, by=home.by())
    elif why == "reopened":
        reports.step(asked, "reopen", by=home.by())
    elif why == "in a dossier":
        dossiers.open_dossier(title="Affaire", purpose="essai", by=home.by(), reports=(asked,))
    else:
        retention.confirm_erasure(asked, by=second)
    asked.refresh_from_db()

    with pytest.raises(error):
        retention.confirm_erasure(asked, by=second)

    assert is_whole(asked) or why == "erased"


@pytest.mark.parametrize("why", ["open", "held", "in a dossier"])
def test_what_may_not_be_erased_is_not_asked_for(home: House, why: str) -> None:
    """The first person is told at once."""
    told = home.receive()
    if why != "open":
        home.close(told)
    if why == "held":
        reports.hold(told, is_held=True, by=home.by())
    if why == "in a dossier":
        dossiers.open_dossier(title="Affaire", purpose="essai", by=home.by(), reports=(told,))

    with pytest.raises((retention.NotClosed, retention.IsHeld, retention.IsKept)):
        retention.ask_erasure(told, ground=Ground.ORDER, by=home.by(home.heads[0]))

    assert not Event.objects.filter(action=retention.ASKED).exists()


# -- on the disk ----------------------------------------------------------------------------------------

ON_DISK = """
import os, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tests.web.conftest import fresh_site
from rempart.web.config import Face
from rempart.web.setup import django_as, prepare_tables
from rempart.web.cases.models import SubjectKey, Trace
from rempart.web.settings import SITE as site

from tests.web.cases.lives import House
from tests.web.conftest import NOON
from tests.web.team import cast
from rempart.web.cases.reports import KEEP_CLOSED
from rempart.web.duties.retention import erase

people = cast()
home = House(site=site, lead=people.alice, heads=(people.alice, people.alice), now=NOON)
told = [home.receive() for _ in range(8)]
for row in told[:7]:
    home.close(row)
places = [bytes(wrapped)[at : at + 40] for wrapped in SubjectKey.objects.filter(subject__in=[row.pk for row in told]).values_list("wrapped", flat=True) for at in (60, 300)]
kept = set(Trace.objects.filter(report=told[7]).values_list("mac", flat=True))
macs = [bytes(mac) for mac in set(Trace.objects.values_list("mac", flat=True)) - kept]
def held():
    return site.desk_database.read_bytes() + Path(f"{site.desk_database}-wal").read_bytes()
print(len(places), sum(place in held() for place in places), len(macs) > 8, all(mac in held() for mac in macs))
erase(site, NOON + KEEP_CLOSED)
print(len(places), sum(place in held() for place in places), any(mac in held() for mac in macs))
"""


def test_no_byte_of_a_destroyed_key_is_left_on_the_disk() -> None:
    """In a process of its own, with real commits: of eight reports one stays; of the rest neither keys nor traces."""
    done = subprocess.run([sys.executable, "-c", ON_DISK], check=False, cwd=ROOT, capture_output=True, text=True)

    assert (done.returncode, done.stdout.splitlines()) == (0, ["16 16 True True", "16 2 False"]), done.stderr[-900:]
