"""The queue: the most urgent first, nothing shown twice or left out, nothing of what was told, and one button to begin."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rempart.web.cases import dossiers
from rempart.web.cases.models import Event
from rempart.web.config import Site
from rempart.web.desk.queries.queue import PAGE, Place, Wanted, read_queue
from rempart.web.people.roles import Role
from rempart.web.work.models import Duty
from tests.web.conftest import NOON
from tests.web.desk.desking import NARRATIVE, at_desk, opened, said, text_of, told
from tests.web.searching.opening import receive
from tests.web.team import by, cast, dossier, report

pytestmark = pytest.mark.usefixtures("rows")


def numbers_on(page: str) -> list[int]:
    """The reports of a page, in its order."""
    return [int(one) for one in re.findall(r'href="/reports/(\d+)/" data-row', page)]


def next_url(page: str, rel: str = "next") -> str:
    """Where “Next” leads; empty when it is not there."""
    found = re.search(rf'<a href="([^"]*)" rel="{rel}"', page)
    return found[1] if found else ""


def test_an_empty_queue_says_that_nothing_waits() -> None:
    """And that new reports come by themselves; the button cannot be pressed."""
    page = text_of(at_desk(cast().bob).get("/"))

    assert "Nothing waits." in page
    assert re.search(r"data-take disabled", page)


def test_the_most_urgent_stands_first_with_its_level_in_words() -> None:
    """Groups by level, each with how many there are."""
    people = cast()
    here = people.bob.person.organisation
    late, first = report(here, level=3, order=12_000), report(here, level=0, order=1_000)

    page = text_of(at_desk(people.bob).get("/"))

    assert numbers_on(page) == [first.number, late.number]
    assert re.search(r'P0 · immediate <span class="count">1</span>', page)
    assert "2 reports" in page


def test_every_report_stands_on_exactly_one_page_and_pages_lead_back() -> None:
    """Equal orders and instants too; a report that comes meanwhile moves none."""
    people = cast()
    here = people.bob.person.organisation
    made = [
        report(here, level=index % 3, order=(index % 3) * 4_000 + index % 2).number for index in range(2 * PAGE + 7)
    ]
    bob = at_desk(people.bob)

    pages = [text_of(bob.get("/"))]
    while url := next_url(pages[-1]):
        pages.append(text_of(bob.get(url)))
    back = text_of(bob.get(next_url(pages[1], "prev")))

    walked = [number for page in pages for number in numbers_on(page)]
    assert sorted(walked) == sorted(made)
    assert len(walked) == len(set(walked))
    assert numbers_on(back) == numbers_on(pages[0])
    assert [len(numbers_on(page)) for page in pages] == [PAGE, PAGE, 7]


@pytest.mark.parametrize(
    "untrusted", ["", "1-2", "a-b-c", "1-2-3-4", "-1-2-3", "9" * 15 + "-" + "9" * 15 + "-1", "1-²-3"]
)
def test_a_place_that_is_none_shows_the_beginning(untrusted: str) -> None:
    """Addresses that somebody wrote by hand do no harm."""
    people = cast()
    row = report(people.bob.person.organisation)

    assert Place.read(untrusted) is None
    assert numbers_on(text_of(at_desk(people.bob).get("/", {"after": untrusted}))) == [row.number]


def test_each_filter_keeps_what_it_names() -> None:
    """Level, category, language, state, mine, overdue, drawn, second reading, with messages."""
    people = cast()
    here, now = people.bob.person.organisation, datetime.now(UTC)
    other = report(here, level=3, language="fr", due_at=now + timedelta(days=1))
    wanted = {
        "level=1": report(here, level=1),
        "category=meeting": report(here, category="meeting"),
        "language=en": report(here, language="en"),
        "status=to_qualify": report(here, status="to_qualify"),
        "mine=1": report(here, assigned_to=people.bob.person),
        "overdue=1": report(here, due_at=now - timedelta(hours=1)),
        "drawn=1": report(here, is_drawn=True),
        "second=1": report(here, status="second_reading"),
        "messages=1": report(here, messages=2),
        "status=closed": report(here, status="closed", is_open=False),
    }
    bob = at_desk(people.bob)

    found = {query: numbers_on(text_of(bob.get(f"/?{query}"))) for query in wanted}

    assert found == {query: [row.number] for query, row in wanted.items()}
    assert other.number in numbers_on(text_of(bob.get("/")))


@pytest.mark.parametrize("query", ["level=9", "level=x", "category=zzz", "language=%3Cscript", "status=none"])
def test_filters_that_are_none_filter_nothing(query: str) -> None:
    """And do not come back on the page."""
    people = cast()
    row = report(people.bob.person.organisation)

    page = text_of(at_desk(people.bob).get(f"/?{query}"))

    assert numbers_on(page) == [row.number]
    assert "<script" not in page.split("</head>")[1].split("<footer")[0]


def test_the_queue_shows_enums_and_no_word_of_what_was_told(site: Site) -> None:
    """What stays in clear, in words; reasons and what is unknown."""
    people, (row,) = cast(), opened(site, told(age_band=None))

    page = text_of(at_desk(people.bob).get("/"))

    assert numbers_on(page) == [row.number]
    assert "secrecy asked" in page
    assert "age of the child" in page
    assert NARRATIVE not in page
    assert not Event.objects.filter(actor=people.bob.pseudonym).exists()


def test_who_holds_a_report_and_what_is_overdue_are_told_in_words() -> None:
    """Not by a colour alone."""
    people = cast()
    here, now = people.bob.person.organisation, datetime.now(UTC)
    report(
        here, due_at=now - timedelta(hours=3), assigned_to=people.alice.person, locked_until=now + timedelta(minutes=9)
    )
    report(here, assigned_to=people.dora.person, locked_until=now - timedelta(minutes=9))

    page = text_of(at_desk(people.bob).get("/"))

    assert "overdue by 3 h" in page
    assert f"held by {people.alice.person.user.get_username()}" in page
    assert f"given to {people.dora.person.user.get_username()}" in page


def test_reports_of_others_are_neither_listed_nor_counted() -> None:
    """Of another organisation, and in restricted dossiers of colleagues."""
    people = cast()
    here, there = people.bob.person.organisation, people.chloe.person.organisation
    hidden, open_one = report(here), report(here)
    report(there)
    dossiers.restrict(dossier(people.alice, hidden), is_restricted=True, by=by(people.alice))

    seen = {name: text_of(at_desk(who).get("/")) for name, who in (("bob", people.bob), ("alice", people.alice))}

    assert numbers_on(seen["bob"]) == [open_one.number]
    assert "1 report<" in seen["bob"]
    assert numbers_on(seen["alice"]) == [hidden.number, open_one.number]
    assert "2 reports<" in seen["alice"]


def test_taking_gives_the_most_urgent_and_opens_it() -> None:
    """Held by who pressed, with the motive to sort it: nothing more is asked."""
    people = cast()
    here = people.bob.person.organisation
    report(here, order=12_000)
    first = report(here, level=0, order=1_000)
    bob = at_desk(people.bob)

    answer = bob.post("/take/")
    page = text_of(bob.get(answer["Location"]))

    first.refresh_from_db()
    assert answer.status_code == 303
    assert first.assigned_to == people.bob.person
    assert "Why do you open" not in page
    assert Event.objects.get(subject=first.pk, action="consulted").motive == "triage"


def test_taking_from_an_empty_queue_says_so() -> None:
    """A sentence on the queue, and no failure."""
    bob = at_desk(cast().bob)

    assert "Nothing waits that you could take" in said(bob, bob.post("/take/"))


def test_only_who_sorts_may_take() -> None:
    """The head reads the queue and has no button."""
    people = cast()
    report(people.bob.person.organisation)
    head = at_desk(people.by_role[Role.HEAD])

    assert "data-take" not in text_of(head.get("/"))
    assert head.post("/take/").status_code == 403


def test_who_has_no_queue_is_led_to_their_own_work() -> None:
    """The start page is a page for everybody with a role; without a role it is refused."""
    people = cast()

    auditor = text_of(at_desk(people.by_role[Role.AUDITOR]).get("/"))

    assert "My work" in auditor
    assert "Your roles give you no report to read" in auditor
    assert at_desk(people.zoe).get("/").status_code == 403


def test_what_the_worker_has_not_opened_yet_is_told(site: Site) -> None:
    """Sealed reports wait for the worker; people of another organisation are not told."""
    people = cast()
    opened(site)
    receive(told(narrative="later"), number=9_901)

    assert "1 report has come and is sealed still" in text_of(at_desk(people.bob).get("/"))
    assert "sealed still" not in text_of(at_desk(people.chloe).get("/"))


def test_failures_of_the_worker_are_told() -> None:
    """A duty that failed, and a report that cannot be opened."""
    people = cast()
    Duty.objects.create(name="opening", due_at=NOON, notice="reports_unread", count=1)
    report(people.bob.person.organisation, failure="damaged")

    page = text_of(at_desk(people.bob).get("/"))

    assert "cannot be opened here now" in page
    assert "cannot be opened</span>" in page


def test_a_page_asks_the_database_as_often_for_fifty_reports_as_for_one() -> None:
    """No question a line."""
    people = cast()
    here = people.bob.person.organisation

    def questions() -> int:
        with CaptureQueriesContext(connection) as captured:
            at_desk(people.bob).get("/")
        return len(captured)

    report(here, assigned_to=people.alice.person)
    once = questions()
    for _ in range(30):
        dossier(people.bob, report(here, assigned_to=people.alice.person))

    assert questions() == once


def test_the_walk_takes_the_index() -> None:
    """At 170,000 reports a page is a walk along an index, and the totals are counted in one."""
    people = cast()
    here = people.bob.person.organisation
    for _ in range(3):
        report(here)
    with CaptureQueriesContext(connection) as captured:
        read_queue(people.bob, Wanted(), now=NOON)

    selects = [one["sql"] for one in captured if "desk_report" in one["sql"]]
    if connection.vendor == "sqlite":
        plans = " ".join(_plan(sql) for sql in selects)
        assert "desk_report_walk" in plans
        assert "COVERING INDEX desk_report_level_due" in plans


def _plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}".replace("%", "%%"))
        return " ".join(str(row) for row in cursor.fetchall())


@pytest.mark.parametrize(
    ("age", "unknown", "sentence"),
    [("unknown", 24, "age of the child, 24 more questions"), ("11_14", 24, "24 questions"), ("11_14", 1, "1 question")],
)
def test_what_is_not_known_is_counted_in_questions(age: str, unknown: int, sentence: str) -> None:
    """Points are what a report is ordered by."""
    people = cast()
    report(people.bob.person.organisation, age_band=age, unknown=unknown, contact_going_on="yes")

    page = text_of(at_desk(people.bob).get("/"))

    assert re.search(rf"Not known: {sentence}</span>", page)
