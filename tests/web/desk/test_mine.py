"""My work: what I hold, my second readings, my tasks, what I opened lately; of others nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from rempart.web.cases import dossiers, reports
from rempart.web.cases.events import Motive
from rempart.web.cases.lifecycle import Outcome
from rempart.web.cases.reports import Finding
from rempart.web.people.roles import Role
from tests.web.desk.desking import at_desk, text_of
from tests.web.team import by, cast, dossier, person, report

pytestmark = pytest.mark.usefixtures("rows")


def part(page: str, name: str) -> str:
    """One card of the page."""
    return page.split(f'id="{name}-title"')[1].split("</section>", maxsplit=1)[0]


def test_an_empty_page_says_so_in_each_list() -> None:
    """Four lists, four sentences."""
    page = text_of(
        at_desk(person("Édith", cast().bob.person.organisation, Role.ANALYST, Role.SECOND_READER)).get("/mine/")
    )

    assert "You hold no report." in page
    assert "No second reading waits for you." in page
    assert "No task is given to you." in page
    assert "You have opened no report yet." in page


def test_what_i_hold_is_mine_alone() -> None:
    """Not what a colleague holds, nor what is closed."""
    people = cast()
    here = people.bob.person.organisation
    own = report(here, assigned_to=people.bob.person)
    others = report(here, assigned_to=people.alice.person)
    report(here, assigned_to=people.bob.person, status="closed", is_open=False)

    held = part(text_of(at_desk(people.bob).get("/mine/")), "held")

    assert f"R-{own.number:06d}" in held
    assert f"R-{others.number:06d}" not in held
    assert '<span class="count">1</span>' in held


def test_a_second_reading_waits_for_another_than_the_first_reader() -> None:
    """Who read first does not find it there."""
    people = cast()
    here = people.bob.person.organisation
    both = person("Édith", here, Role.ANALYST, Role.SECOND_READER)
    row = report(here)
    reports.qualify(row, finding=Finding(outcome=Outcome.BASELINE), by=by(both))

    number = f"R-{row.number:06d}"
    assert number in part(text_of(at_desk(people.dora).get("/mine/")), "readings")
    assert number not in part(text_of(at_desk(both).get("/mine/")), "readings")


def test_my_tasks_are_told_without_their_words() -> None:
    """The dossier, and when it is due; what is to be done stands there, behind a motive."""
    people = cast()
    case = dossier(people.alice)
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    dossiers.add_task(case, text="call the canary", by=by(people.alice), due_date=yesterday, to=people.alice.person)

    tasks = part(text_of(at_desk(people.alice).get("/mine/")), "tasks")

    assert f"D-{case.number:06d}" in tasks
    assert "overdue" in tasks
    assert "canary" not in tasks


def test_what_i_opened_lately_stands_with_the_latest_first_and_once() -> None:
    """What was hidden from me meanwhile is gone from the list."""
    people = cast()
    here = people.bob.person.organisation
    rows = [report(here) for _ in range(3)]
    for row in (*rows, rows[0]):
        reports.look(row, motive=Motive.TRIAGE, by=by(people.bob))
    dossiers.restrict(dossier(people.alice, rows[1]), is_restricted=True, by=by(people.alice))

    lately = part(text_of(at_desk(people.bob).get("/mine/")), "lately")

    numbers = [lately.find(f"R-{row.number:06d}") for row in rows]
    assert 0 < numbers[0] < numbers[2]
    assert numbers[1] == -1
