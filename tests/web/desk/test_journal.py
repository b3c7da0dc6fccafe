"""The journal: every act and look of one's own organisation, page after page, without a word of any report; and its proofs."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rempart.evidence.keyring import Keyring
from rempart.evidence.ledger.notes import parse_vkey
from rempart.evidence.ledger.proofs import check, parse
from rempart.web import settings
from rempart.web.cases import care, dossiers, reports
from rempart.web.cases.events import SITE, Act, Motive, Subject, of_report, record
from rempart.web.cases.models import Event
from rempart.web.cases.periods import of_period
from rempart.web.config import Site
from rempart.web.desk.queries import journal as queries
from rempart.web.desk.queries.journal import CONSULTS_A_DAY, PAGE, Wanted
from rempart.web.people.access import Actor
from rempart.web.people.accounts import OWNER, grant_role
from rempart.web.people.roles import Role
from rempart.web.signing import sign_all
from tests.web.conftest import NOON
from tests.web.desk.desking import at_desk, text_of
from tests.web.team import Cast, by, cast, dossier, person, report

pytestmark = pytest.mark.usefixtures("rows")


@pytest.fixture
def people() -> Cast:
    """Everybody."""
    return cast()


@pytest.fixture
def auditor(people: Cast) -> Client:
    """The auditor's browser."""
    return at_desk(people.by_role[Role.AUDITOR])


def note(actor: str, *, at: datetime = NOON, action: str = "noted", motive: str = "", subject: Subject = SITE) -> Event:
    """An event."""
    return record(Act(action=action, actor=actor, at=at, motive=motive), subject=subject)


def leaves_on(page: str) -> list[int]:
    """The numbers in the last column, from the first line down."""
    cells = re.findall(r'data-name="Leaf">(?:<a [^>]*>)?([\d,]+)', page)
    return [int(cell.replace(",", "")) for cell in cells]


def rows_on(client: Client, **asked: str) -> list[int]:
    """The numbers of leaves that a page shows."""
    return leaves_on(text_of(client.get("/journal/", asked)))


def older(page: str) -> str:
    """Where “Older” leads; "" when it is not there."""
    found = re.search(r'<a href="([^"]*)" rel="next"', page)
    return found[1] if found else ""


# -- who may --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
def test_no_other_role_reads_the_journal_or_its_proofs(people: Cast, role: Role) -> None:
    """Heads and administrators neither."""
    client = at_desk(people.by_role[role])

    assert [client.get("/journal/").status_code, client.get("/journal/0.tlog-proof").status_code] == [403, 403]


def test_an_auditor_opens_nothing_that_the_journal_names(people: Cast, auditor: Client) -> None:
    """Numbers stand there, and lead nowhere."""
    row = report(people.bob.person.organisation)
    reports.look(row, motive=Motive.TRIAGE, by=by(people.bob))

    page = text_of(auditor.get("/journal/"))

    assert f"R-{row.number:06}" in page
    assert "/reports/" not in page
    assert auditor.get(f"/reports/{row.number}/").status_code == 403


# -- what is shown --------------------------------------------------------------------------------------


def test_an_event_is_told_with_who_what_why_and_of_what(people: Cast, auditor: Client) -> None:
    """In words; the instant in UTC."""
    row = report(people.bob.person.organisation)
    reports.look(row, motive=Motive.SUPERVISION, by=by(people.bob))

    page = text_of(auditor.get("/journal/"))

    line = page.split('<tr role="row">')[2]
    assert people.bob.person.user.get_username() in line
    assert ("consulted" in line, f"R-{row.number:06}" in line, "To supervise the work" in line) == (True, True, True)
    assert 'datetime="2026-11-22T12:00:30+00:00"' in line


def test_no_word_of_an_event_is_there(people: Cast, auditor: Client) -> None:
    """Reasons, titles, notes: sealed, and not opened for this page."""
    row = report(people.bob.person.organisation)
    reports.take(row, by=by(people.bob))
    reports.let_go(row, by=by(people.bob, "the narrative frightens me"))
    case = dossier(people.alice, title="the girl of the library")
    dossiers.write_note(case, text="a note of ours", by=by(people.alice))

    with CaptureQueriesContext(connection) as asked:
        page = text_of(auditor.get("/journal/"))

    assert "given back to the queue" in page
    assert not [words for words in ("frightens", "library", "note of ours") if words in page]
    assert not [
        one["sql"]
        for one in asked.captured_queries
        if '"desk_event"."sealed"' in one["sql"] or "desk_key" in one["sql"]
    ]


def test_an_act_on_a_colleague_names_them(people: Cast, auditor: Client) -> None:
    """Whose role, whose limit."""
    grant_role(people.zoe.person, role=Role.JURIST, by=OWNER, at=NOON)

    page = text_of(auditor.get("/journal/"))

    line = page.split('<tr role="row">')[2]
    assert "whoever runs the machine" in line
    assert "role given" in line
    assert people.zoe.person.user.get_username() in line


def test_nothing_yet_and_nothing_that_fits_are_two_sentences(people: Cast, auditor: Client) -> None:
    """Who filtered is not told that nothing was done."""
    empty, filtered = text_of(auditor.get("/journal/")), text_of(auditor.get("/journal/", {"actor": "worker"}))

    assert "Nothing was done yet." in empty
    assert "No event fits what you asked for." in filtered


# -- other organisations --------------------------------------------------------------------------------


def test_what_others_did_and_what_is_theirs_is_not_shown(people: Cast, auditor: Client) -> None:
    """Neither their people's acts, nor the worker's on their reports, nor roles given to them."""
    theirs, ours = report(people.chloe.person.organisation), report(people.bob.person.organisation)
    note(people.chloe.pseudonym, action="consulted", motive="triage", subject=of_report(theirs))
    note("worker", action="opened", subject=of_report(theirs))
    grant_role(people.chloe.person, role=Role.JURIST, by=OWNER, at=NOON)
    shown = note("worker", action="opened", subject=of_report(ours))

    page = text_of(auditor.get("/journal/"))

    assert leaves_on(page) == [shown.seq]
    assert "Chloé" not in page
    assert f"R-{theirs.number:06}" not in page


def test_another_organisations_auditor_sees_theirs_only(people: Cast) -> None:
    """The acts on the site as a whole belong to its home."""
    other = person("their auditor", people.chloe.person.organisation, Role.AUDITOR)
    theirs = note(people.chloe.pseudonym)
    note(people.bob.pseudonym)
    note(OWNER, action="organisation_made")

    assert rows_on(at_desk(other)) == [theirs.seq]
    assert rows_on(at_desk(other), actor=people.bob.pseudonym) == []


def test_a_stranger_at_ones_own_reports_is_seen(people: Cast, auditor: Client) -> None:
    """It cannot happen by the doors; if it does, the auditor finds it, by pseudonym."""
    ours = report(people.bob.person.organisation)
    breach = note(people.chloe.pseudonym, action="consulted", subject=of_report(ours))

    page = text_of(auditor.get("/journal/"))

    assert leaves_on(page) == [breach.seq]
    assert people.chloe.pseudonym in page
    assert "Chloé" not in page


# -- filters --------------------------------------------------------------------------------------------


def test_filters_find_by_person_act_motive_and_day(people: Cast, auditor: Client) -> None:
    """Days are whole, in UTC; filters go together."""
    day = datetime(2026, 11, 20, tzinfo=UTC)
    first = note(people.bob.pseudonym, at=day, action="consulted", motive="triage")
    last = note(people.bob.pseudonym, at=day + timedelta(hours=23, minutes=59, seconds=59), action="shown")
    after = note(people.alice.pseudonym, at=day + timedelta(days=1), action="consulted", motive="authority")
    before = note(people.alice.pseudonym, at=day - timedelta(seconds=1), action="shown")

    assert rows_on(auditor, since="2026-11-20", until="2026-11-20") == [last.seq, first.seq]
    assert rows_on(auditor, since="2026-11-21") == [after.seq]
    assert rows_on(auditor, until="2026-11-19") == [before.seq]
    assert rows_on(auditor, actor=people.bob.pseudonym) == [last.seq, first.seq]
    assert rows_on(auditor, action="shown") == [before.seq, last.seq]
    assert rows_on(auditor, motive="authority") == [after.seq]
    assert rows_on(auditor, actor=people.bob.pseudonym, action="shown", since="2026-11-20") == [last.seq]
    assert rows_on(auditor, since="2026-11-22", until="2026-11-19") == []


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-02-30", "20261122x", "9999-12-31", "0001-01-01", "1999-12-31", "²"]
)
@pytest.mark.parametrize("name", ["since", "until"])
def test_what_is_no_day_is_left_out_and_told(people: Cast, auditor: Client, name: str, text: str) -> None:
    """Nothing falls over, and nobody thinks that it was asked for."""
    shown = note(people.bob.pseudonym)

    page = text_of(auditor.get("/journal/", {name: text}))

    assert leaves_on(page) == [shown.seq]
    assert "What is no day was left out." in page


@pytest.mark.parametrize("before", ["²", "-1", "x", "9" * 40, "", "1e3"])
def test_a_place_that_is_none_shows_the_first_page(people: Cast, auditor: Client, before: str) -> None:
    """As a link that somebody cut."""
    shown = note(people.bob.pseudonym)

    assert rows_on(auditor, before=before) == [shown.seq]


def test_what_is_asked_for_is_never_markup(people: Cast, auditor: Client) -> None:
    """In no field."""
    page = auditor.get(
        "/journal/", dict.fromkeys(("actor", "action", "motive", "since", "until", "before"), "<b>x</b>")
    )

    assert b"<b>x" not in page.content


def test_a_clock_that_was_wrong_once_hides_nothing(people: Cast) -> None:
    """Events are found by what they say of their time, however their numbers lie."""
    for number in range(5):
        note(people.bob.pseudonym, at=NOON + timedelta(days=number))
    wrong = note(people.bob.pseudonym, at=datetime(2001, 1, 1, tzinfo=UTC))
    late = note(people.bob.pseudonym, at=NOON + timedelta(days=1))

    def found(**asked: datetime) -> list[int]:
        return list(of_period(Event.objects.order_by("seq"), **asked).values_list("seq", flat=True))

    assert found(since_at=NOON + timedelta(days=1), until_at=NOON + timedelta(days=2)) == [wrong.seq - 4, late.seq]
    assert found(until_at=datetime(2002, 1, 1, tzinfo=UTC)) == [wrong.seq]
    assert found(since_at=NOON + timedelta(days=30)) == []
    assert len(found()) == 7


def test_events_of_a_period_are_the_same_however_far_they_lie_apart(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Listed or bounded, the answer is one."""
    for number in range(12):
        note(people.bob.pseudonym, at=NOON + timedelta(hours=number * 7 % 12))
    period = {"since_at": NOON + timedelta(hours=3), "until_at": NOON + timedelta(hours=9)}
    bounded = list(of_period(Event.objects.order_by("seq"), **period))
    monkeypatch.setattr("rempart.web.cases.periods._LOOSE", -100)

    assert list(of_period(Event.objects.order_by("seq"), **period)) == bounded
    assert len(bounded) == 6


# -- pages ----------------------------------------------------------------------------------------------


def test_every_event_stands_on_exactly_one_page(people: Cast, auditor: Client) -> None:
    """Newest first; what comes meanwhile moves nothing, and the last page leads no further."""
    made = [note(people.bob.pseudonym, at=NOON).seq for _ in range(2 * PAGE + 1)]
    pages, page = [], text_of(auditor.get("/journal/"))
    pages.append(leaves_on(page))
    while older(page):
        note(people.bob.pseudonym)
        page = text_of(auditor.get(f"/journal/{older(page)}"))
        pages.append(leaves_on(page))

    assert [len(one) for one in pages] == [PAGE, PAGE, 1]
    assert [leaf for one in pages for leaf in one] == made[::-1]
    assert ">Newest</a>" in page


def test_pages_keep_the_filter(people: Cast, auditor: Client) -> None:
    """And nothing else of the address."""
    for number in range(2 * (PAGE + 1)):
        note(people.bob.pseudonym, action=("shown", "consulted")[number % 2])

    page = text_of(auditor.get("/journal/", {"action": "shown", "x": "y"}))
    second = text_of(auditor.get(f"/journal/{older(page)}"))

    assert older(page).startswith("?action=shown&before=")
    assert len(leaves_on(second)) == 1
    assert set(leaves_on(page)) & set(leaves_on(second)) == set()


def test_a_page_asks_as_often_however_long_the_journal_is(people: Cast, auditor: Client) -> None:
    """No question for each line."""
    rows = [report(people.bob.person.organisation) for _ in range(30)]
    reports.look(rows[0], motive=Motive.TRIAGE, by=by(people.bob))
    auditor.get("/journal/")
    with CaptureQueriesContext(connection) as few:
        auditor.get("/journal/")
    for row in rows:
        reports.look(row, motive=Motive.TRIAGE, by=by(people.bob))
    with CaptureQueriesContext(connection) as many:
        auditor.get("/journal/")

    assert len(many.captured_queries) == len(few.captured_queries)


def test_every_act_there_is_can_be_chosen(people: Cast, auditor: Client) -> None:
    """In words, each once."""
    for action in ("shown", "consulted", "shown", "searched"):
        note(people.bob.pseudonym, action=action)

    page = text_of(auditor.get("/journal/", {"action": "shown"}))

    assert queries.actions_known() == ["consulted", "searched", "shown"]
    assert '<option value="shown" selected>words were shown</option>' in page


# -- perhaps worth a question ---------------------------------------------------------------------------


def by_day(hour: int) -> datetime:
    """An hour of the day within the last 24 hours, UTC."""
    now = datetime.now(UTC)
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def looked(actor: Actor, count: int, *, at: datetime, action: str = "consulted") -> None:
    """So many things, once each."""
    for _ in range(count):
        note(actor.pseudonym, at=at, action=action, subject=of_report(report(actor.person.organisation)))


def test_ordinary_work_raises_no_question(people: Cast, auditor: Client) -> None:
    """As many as a busy day brings, by day, in one's own dossiers."""
    looked(people.bob, CONSULTS_A_DAY, at=by_day(9))
    case = dossier(people.alice)
    dossiers.look(case, motive=Motive.TRIAGE, by=by(people.alice, at=by_day(9)))

    assert "Perhaps worth a question" not in text_of(auditor.get("/journal/"))


def test_very_many_looks_and_looks_at_night_are_told_as_questions(people: Cast, auditor: Client) -> None:
    """With figures, and without a verdict."""
    looked(people.bob, CONSULTS_A_DAY + 1, at=by_day(9))
    looked(people.alice, 2, at=by_day(23))

    page = text_of(auditor.get("/journal/"))

    name = people.bob.person.user.get_username()
    assert f"{name}: 61 looks at 61 things, 0 of them at night" in page
    assert f"{people.alice.person.user.get_username()}: 2 looks at 2 things, 2 of them at night" in page
    assert "ask, before you think" in page
    assert not [word for word in ("suspicious", "abuse", "misuse", "violation") if word in page]


def test_what_is_older_than_a_day_is_left_out(people: Cast, auditor: Client) -> None:
    """The section is about now."""
    looked(people.bob, 3, at=by_day(23) - timedelta(days=1, minutes=1))

    assert "Perhaps worth a question" not in text_of(auditor.get("/journal/"))


def test_dossiers_of_others_are_counted(people: Cast, auditor: Client) -> None:
    """Who worked on one until a moment ago is not asked; a head is, though they may."""
    head = people.by_role[Role.HEAD]
    case = dossier(people.alice)
    dossiers.add_member(case, people.bob.person, by=by(people.alice))
    for actor in (people.bob, head, head):
        dossiers.look(case, motive=Motive.SUPERVISION, by=by(actor, at=by_day(9)))
    dossiers.end_membership(case, people.bob.person, by=by(people.alice, at=datetime.now(UTC)))

    page = text_of(auditor.get("/journal/"))

    assert f"{head.person.user.get_username()}: 1 dossier of others" in page
    assert f"{people.bob.person.user.get_username()}: 1 dossier" not in page


def test_people_of_other_organisations_are_not_asked_about(people: Cast, auditor: Client) -> None:
    """They have an auditor of their own."""
    looked(people.chloe, 3, at=by_day(23))

    assert "Perhaps worth a question" not in text_of(auditor.get("/journal/"))


# -- proofs ---------------------------------------------------------------------------------------------


@pytest.fixture
def own(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The site of the pages, with logs and keys of its own."""
    made = replace(site, folder=tmp_path)
    ring = Keyring(made.keys)
    ring.add_signer("example.org/ledger", seed=b"s" * 32)
    ring.add_journal(seed=b"j" * 32)
    monkeypatch.setattr(settings, "SITE", made)
    return made


def proof_of(client: Client, number: int) -> Any:
    """The file."""
    return client.get(f"/journal/{number}.tlog-proof")


def test_a_leaf_has_no_proof_before_it_is_signed(people: Cast, auditor: Client, own: Site) -> None:
    """Nor a link to one; nor has a leaf that there is not."""
    sign_all(own)
    leaf = note(people.bob.pseudonym)

    assert proof_of(auditor, leaf.seq).status_code == 404
    assert proof_of(auditor, 10**30).status_code == 404
    assert ".tlog-proof" not in text_of(auditor.get("/journal/"))


def test_the_proof_of_a_signed_leaf_verifies_without_us(people: Cast, auditor: Client, own: Site) -> None:
    """With the public key of the journal alone; and not for another leaf."""
    for number in range(5):
        note(people.bob.pseudonym, at=NOON + timedelta(seconds=number))
    sign_all(own)
    note(people.bob.pseudonym)
    leaf = Event.objects.get(seq=3)

    page, answer = text_of(auditor.get("/journal/")), proof_of(auditor, leaf.seq)

    proof, vkey = parse(answer.content), parse_vkey(Keyring(own.keys).journal_vkey_path.read_text("ascii"))
    entry = msgspec.json.decode(proof.extra or b"")["leaf"].encode()
    assert check(proof, entry, vkey=vkey).checkpoint.size == 5
    assert msgspec.json.decode(entry)["actor"] == people.bob.pseudonym
    with pytest.raises(Exception, match="altered"):
        check(proof, entry.replace(b'"noted"', b'"shown"'), vkey=vkey)
    assert answer["Content-Disposition"] == 'attachment; filename="leaf-3.tlog-proof"'
    assert page.count(".tlog-proof") == 5


def test_a_leaf_of_another_organisation_has_no_proof_here(people: Cast, auditor: Client, own: Site) -> None:
    """It says who did what, and when."""
    theirs = note(people.chloe.pseudonym)
    sign_all(own)

    answer = proof_of(auditor, theirs.seq)

    assert answer.status_code == 404
    assert answer.content == proof_of(auditor, 77).content


def test_a_broken_log_shows_the_journal_without_proofs(people: Cast, auditor: Client, own: Site) -> None:
    """The page does not fall over; the signer says what is wrong."""
    leaf = note(people.bob.pseudonym)
    sign_all(own)
    for path in own.journal.rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(b"x")

    assert leaves_on(text_of(auditor.get("/journal/"))) == [leaf.seq]
    assert proof_of(auditor, leaf.seq).status_code == 404


# -- fast -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(actor="p-bob"),
        Wanted(action="erasure_asked"),
        Wanted(motive="authority"),
        Wanted(since_at=NOON, until_at=NOON + timedelta(days=1)),
        Wanted(before=500),
    ],
)
def test_every_question_follows_an_index(people: Cast, wanted: Wanted) -> None:
    """And none sorts what it found."""
    for _ in range(3):
        note(people.bob.pseudonym)
    with CaptureQueriesContext(connection) as asked:
        queries.events_of(people.bob.person.organisation, wanted)

    statement = asked.captured_queries[-1]["sql"]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        plan = [row[3] for row in cursor.fetchall()]
    assert not [line for line in plan if "TEMP B-TREE" in line or re.search(r"SCAN desk_event$", line)], plan


def test_a_limit_that_was_lifted_stands_in_the_journal(people: Cast, auditor: Client) -> None:
    """Of whom, and by whom."""
    care.lift(people.bob.person, minutes=30, by=by(people.by_role[Role.HEAD], "a child waits"))

    page = text_of(auditor.get("/journal/"))

    assert "limit of reading lifted" in page
    assert people.bob.person.user.get_username() in page.split('<tr role="row">')[2]
