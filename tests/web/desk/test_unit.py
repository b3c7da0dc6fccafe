"""The figures of the unit: right, only of one's own organisation, taken away as tables that no spreadsheet runs, and fast."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rempart.intake.report import AgeBand, Answer, Category, Urgency
from rempart.web.cases import care, dossiers, facts, links, ranking, reports, retention
from rempart.web.cases.events import Act, of_report, record
from rempart.web.cases.lifecycle import Closure
from rempart.web.cases.models import Link, Report
from rempart.web.cases.reports import By
from rempart.web.config import Site
from rempart.web.desk.queries import unit as queries
from rempart.web.desk.unit_tables import safe
from rempart.web.people.access import Actor
from rempart.web.people.models import Organisation
from rempart.web.people.roles import Role
from tests.web.desk.desking import at_desk, opened, said, sign_again, text_of, told
from tests.web.team import Cast, cast, dossier, person, report

pytestmark = pytest.mark.usefixtures("rows")
NAMES = ("inflow", "ages", "late", "load", "figures")


def now() -> datetime:
    """This instant: the page asks the clock itself."""
    return datetime.now(UTC)


def at(hours: float) -> datetime:
    """So many hours ago."""
    return now() - timedelta(hours=hours)


def by(actor: Actor, reason: str = "because it must be so", *, ago: float = 0.0) -> By:
    """An act of so many hours ago."""
    return By(actor=actor, at=at(ago), reason=reason)


def head_of(people: Cast) -> Actor:
    """Who leads."""
    return people.by_role[Role.HEAD]


def here(people: Cast) -> Organisation:
    """Their organisation."""
    return people.bob.person.organisation


def page_of(actor: Actor) -> str:
    """The page of the unit."""
    return text_of(at_desk(actor).get("/unit/"))


def table_of(actor: Actor, name: str) -> list[list[str]]:
    """A table as a spreadsheet reads it."""
    return list(csv.reader(io.StringIO(at_desk(actor).get(f"/unit/{name}.csv").content.decode())))


def received(organisation: Organisation, *, hours: float = 1, **more: Any) -> Report:
    """A report of so many hours ago."""
    columns: dict[str, Any] = {"received_at": at(hours), "opened_at": at(hours), "due_at": now() + timedelta(hours=9)}
    return report(organisation, **(columns | more))


# -- figures --------------------------------------------------------------------------------------------


def test_an_empty_unit_has_zeros_and_says_so() -> None:
    """Nothing is divided by nothing, and no list is empty without a word."""
    page = page_of(head_of(cast()))

    assert "0 reports in 30 days" in page
    assert "0 open reports." in page
    assert "Nothing waits longer than it may." in page
    assert "0 drawn, 0 judged by a person, 0 stand higher now." in page
    assert "0 reports were joined with others" in page


def test_inflow_counts_each_report_on_its_day_and_level() -> None:
    """Older ones than the days shown are left out."""
    people = cast()
    day = (now() - timedelta(days=2)).date()
    noon = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12)
    for level in (0, 2, 2):
        report(here(people), level=level, received_at=noon, opened_at=noon + timedelta(days=1))
    received(here(people), hours=24 * 31)

    head, *rows = table_of(head_of(people), "inflow")
    counts = {row[0]: dict(zip(head[1:], map(int, row[1:]), strict=True)) for row in rows}

    assert len(rows) == 30
    assert counts[day.isoformat()] == {"P0": 1, "P1": 0, "P2": 2, "P3": 0, "not_ranked": 0, "opened": 0, "closed": 0}
    assert counts[(day + timedelta(days=1)).isoformat()]["opened"] == 3
    assert sum(sum(row.values()) for row in counts.values()) == 6


def test_what_was_closed_counts_on_its_day_until_somebody_opens_it_again() -> None:
    """The figure tells what is closed."""
    people = cast()
    one, other = received(here(people), hours=48), received(here(people), hours=48)
    for row in (one, other):
        reports.close(row, closure=Closure.NO_FOLLOW_UP, by=by(people.bob))
    reports.step(other, "reopen", by=by(people.bob))

    last = table_of(head_of(people), "inflow")[-1]

    assert last[-1] == "1"


def test_ages_count_each_open_report_once() -> None:
    """In the first bound that fits; closed ones wait for nobody."""
    people = cast()
    for hours in (0.5, 0.6, 3, 5, 30, 100, 300, 800, 9_000):
        received(here(people), hours=hours)
    received(here(people), is_open=False)

    rows = table_of(head_of(people), "ages")

    assert rows == [["under_hours", "reports"], ["1", "2"], ["4", "1"], ["24", "1"], ["72", "1"], ["168", "1"], ["720", "1"], ["older", "2"]]  # fmt: skip
    assert "9 open reports." in page_of(head_of(people))


def test_what_waits_too_long_stands_in_the_order_of_the_queue() -> None:
    """The most urgent first, with who holds it; what is not due yet or has no deadline is not there."""
    people = cast()
    low = received(here(people), level=3, order=9_000, due_at=at(50))
    high = received(here(people), level=0, order=1_000, due_at=at(1), assigned_to=people.bob.person)
    received(here(people), due_at=now() + timedelta(hours=1))
    received(here(people), due_at=None)
    received(here(people), due_at=at(1), is_open=False)

    rows = table_of(head_of(people), "late")[1:]
    page = page_of(head_of(people))

    bob = people.bob.person.user.get_username()
    assert [(row[0], row[1], row[4]) for row in rows] == [
        (f"R-{high.number:06}", "P0", bob),
        (f"R-{low.number:06}", "P3", ""),
    ]
    assert 'What waits too long <span class="count">2</span>' in page
    assert "overdue by 2 d" in page


def test_load_tells_who_holds_and_who_judged_and_who_read() -> None:
    """Of this week; who did nothing is there with zeros."""
    people = cast()
    for due in (at(1), now() + timedelta(hours=5)):
        received(here(people), assigned_to=people.bob.person, due_at=due)
    for ago in (1, 24 * 8):
        row = received(here(people), hours=24 * 9)
        reports.close(row, closure=Closure.NO_FOLLOW_UP, by=by(people.bob, ago=ago))
    care.count_item(by(people.bob), what="words", subject=of_report(row))

    head, *rows = table_of(head_of(people), "load")
    loads = {row[0]: row[1:] for row in rows}

    assert head == ["person", "held", "late", "judged_7_days", "minutes_today", "limit_minutes", "items_today"]
    assert loads[people.bob.person.user.get_username()] == ["2", "1", "1", "1", "120", "1"]
    assert loads[people.dora.person.user.get_username()] == ["0", "0", "0", "0", "120", "0"]


def test_who_is_near_the_limit_is_marked_in_words() -> None:
    """Not by a colour alone."""
    people = cast()
    row = received(here(people))
    before = page_of(head_of(people))
    people.bob.person.daily_limit_s = 60
    people.bob.person.save()
    care.count_item(by(people.bob), what="words", subject=of_report(row))

    assert "near the limit" not in before
    assert page_of(head_of(people)).count("near the limit") == 1


def join(people: Cast, *, ago: float = 0.0) -> Link:
    """Two reports that somebody joined."""
    a, b = received(here(people), hours=24), received(here(people), hours=23)
    link = Link.objects.create(id=uuid4(), a=a, b=b, kinds="account", state="proposed", at=at(20))
    return links.join_reports(link, by=by(people.bob, ago=ago))


def test_time_saved_is_joins_times_the_minutes_of_a_report(site: Site) -> None:
    """Both are shown, and where the minutes come from; a join that was undone saves nothing."""
    people = cast()
    opened(site)
    join(people)
    undone = join(people)
    links.undo_link(undone, by=by(people.bob))

    page = page_of(head_of(people))

    assert "1 report was joined with another: about 18 minutes saved (1 × 18 minutes)." in page
    assert "465 a day leave to each of thirty people" in page


def judged(people: Cast, minutes: float) -> None:
    """A report that Bob took and judged so many minutes later."""
    row = received(here(people), hours=30)
    reports.take(row, by=by(people.bob, ago=5 + minutes / 60))
    reports.close(row, closure=Closure.NO_FOLLOW_UP, by=by(people.bob, ago=5))


def test_the_minutes_of_a_report_are_measured_once_enough_are_known() -> None:
    """The median of one sitting each: who took it yesterday, or another person, is not measured."""
    people = cast()
    for number in range(queries.FEWEST_MEASURED - 1):
        judged(people, 10 + number / 10)
    few = queries.minutes_a_report(queries.judgements(here(people).pk, now=now()))
    judged(people, 9)
    judged(people, 24 * 60)
    row = received(here(people), hours=30)
    record(Act(action="report_taken", actor=people.alice.pseudonym, at=at(5.1)), subject=of_report(row))
    reports.close(row, closure=Closure.NO_FOLLOW_UP, by=by(people.bob, ago=5))

    assert few is None
    assert queries.minutes_a_report(queries.judgements(here(people).pk, now=now())) == pytest.approx(10.85, abs=0.1)
    assert "the median, here and in the last week" in page_of(head_of(people))


def test_the_sample_tells_what_was_raised(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was drawn while low and stands higher now shows what the order overlooks, and is not forgotten."""
    people = cast()
    monkeypatch.setattr(ranking, "is_drawn", lambda *_, **__: True)
    low = told(urgency=Urgency.PAST, contact_going_on=Answer.NO, category=Category.OTHER, age_band=AgeBand.ADULT)
    (row,) = opened(site, low)
    Report.objects.filter(pk=row.pk).update(received_at=at(3))
    row.refresh_from_db()
    drawn = (row.level, row.is_drawn)
    before = queries.drawn_reports(here(people).pk, since_at=at(48))
    facts.state_fact_on_report(row, by=by(people.alice), words_told={"code": "G2", "state": "established"})

    row.refresh_from_db()
    assert drawn[0] >= ranking.LOW
    assert drawn[1]
    assert (before.drawn, before.raised) == (1, 0)
    assert row.level < ranking.LOW
    assert "1 drawn, 0 judged by a person, 1 stand higher now." in page_of(head_of(people))


# -- what is erased -------------------------------------------------------------------------------------


def closed(people: Cast, *, days_left: int, **more: Any) -> Report:
    """A closed report whose term ends in so many days."""
    return received(
        here(people), hours=9_000, status="closed", is_open=False, closed_at=at(24), closure="no_follow_up",
        erase_date=now().date() + timedelta(days=days_left), **more,
    )  # fmt: skip


def test_what_is_erased_soon_is_told_with_what_a_hold_could_be_placed_on() -> None:
    """What is held, young, or goes with a dossier that is kept, is not."""
    people = cast()
    soon = closed(people, days_left=29)
    late, held = closed(people, days_left=31), closed(people, days_left=1, is_held=True)
    kept = dossier(people.alice, closed(people, days_left=1))
    over = dossier(people.alice, closed(people, days_left=2), title="Autre")
    dossiers.step(over, "close", by=by(people.alice))
    type(over).objects.filter(pk=over.pk).update(erase_date=now().date() + timedelta(days=3))

    page = page_of(head_of(people))
    figures = {(row[0], row[2]): row[1] for row in table_of(head_of(people), "figures")[1:]}

    assert figures["erased_within_30_days", "reports"] == "1"
    assert figures["erased_within_30_days", "dossiers"] == "1"
    assert f'href="/reports/{soon.number}/"' in page
    assert f'href="/dossiers/{over.number}/"' in page
    assert not [row for row in (late, held) if f'href="/reports/{row.number}/"' in page]
    assert f'href="/dossiers/{kept.number}/"' not in page


def ask(client: Any, row: Report, **fields: str) -> Any:
    """The form on the page of the report."""
    form = {"choice": "person_asks", "reason": "they wrote to us", "sure": "1", "back": f"/reports/{row.number}/"}
    return client.post(f"/reports/{row.number}/erase/ask/", form | fields)


def test_two_people_erase_before_the_term(site: Site) -> None:
    """Asked for on the page of the report, waiting on the page of the unit, confirmed there by another head."""
    people = cast()
    second = person("second head", here(people), Role.HEAD)
    (row,) = opened(site)
    reports.close(row, closure=Closure.NO_FOLLOW_UP, by=by(people.bob, ago=1))
    first_client, second_client = at_desk(head_of(people)), at_desk(second)
    for client, actor in ((first_client, head_of(people)), (second_client, second)):
        sign_again(client, actor)

    first_client.post(f"/reports/{row.number}/motive/", {"motive": "supervision"})
    offered = text_of(first_client.get(f"/reports/{row.number}/"))
    asked = ask(first_client, row)
    own, others = page_of(head_of(people)), page_of(second)
    refused = said(
        first_client, first_client.post(f"/reports/{row.number}/erase/confirm/", {"sure": "1", "back": "/unit/"})
    )
    done = said(
        second_client, second_client.post(f"/reports/{row.number}/erase/confirm/", {"sure": "1", "back": "/unit/"})
    )

    row.refresh_from_db()
    confirm = f'action="/reports/{row.number}/erase/confirm/"'
    assert f'action="/reports/{row.number}/erase/ask/"' in offered
    assert asked.status_code == 303
    assert (confirm in own, "This was you. Somebody else confirms it." in own) == (False, True)
    assert (confirm in others, "The person concerned asks for it" in others) == (True, True)
    assert "Two people erase together" in refused
    assert "its words are erased" in done
    assert row.status == "anonymised"
    assert confirm not in page_of(second)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"choice": "because"}, "Choose why it is erased before its term."),
        ({"sure": ""}, "Tick that you are sure."),
        ({"reason": " "}, "Say why."),
    ],
)
def test_a_demand_that_is_not_whole_is_told(fields: dict[str, str], sentence: str) -> None:
    """And nobody is asked to confirm anything."""
    people = cast()
    row, client = closed(people, days_left=100), at_desk(head_of(people))
    sign_again(client, head_of(people))
    back = {"back": "/unit/"}

    assert sentence in said(client, ask(client, row, **fields, **back))
    assert "a second person is needed" not in page_of(head_of(people))


def test_a_head_shows_again_who_they_are_before_anything_is_erased() -> None:
    """An open screen erases nothing; what was typed goes on after the password."""
    people = cast()
    row, client = closed(people, days_left=100), at_desk(head_of(people))

    page = ask(client, row).content.decode()

    assert "Is it still you?" in page
    assert "they wrote to us" in page
    assert not retention.asked_for(row, now=now()).exists()


def test_an_erasure_of_another_organisation_is_not_there() -> None:
    """Neither to ask for, nor to confirm, nor to see."""
    people = cast()
    theirs = report(
        people.chloe.person.organisation, status="closed", is_open=False, closed_at=at(5), closure="no_follow_up"
    )
    retention.ask_erasure(theirs, ground=retention.Ground.ORDER, by=by(people.chloe, ago=1))
    client = at_desk(head_of(people))
    sign_again(client, head_of(people))

    assert f"R-{theirs.number:06}" not in page_of(head_of(people))
    assert ask(client, theirs).status_code == 404
    assert client.post(f"/reports/{theirs.number}/erase/confirm/", {"sure": "1"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.status == "closed"


# -- who sees what --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_only_who_may_read_figures_does(role: Role) -> None:
    """Heads and coordinators; the tables as the page."""
    people = cast()
    client = at_desk(people.by_role[role])

    answers = [client.get("/unit/").status_code, *(client.get(f"/unit/{name}.csv").status_code for name in NAMES)]

    assert answers == [200 if role in (Role.HEAD, Role.COORDINATOR) else 403] * 6


def test_a_table_that_there_is_not_is_not_found() -> None:
    """As any other address."""
    assert at_desk(head_of(cast())).get("/unit/words.csv").status_code == 404


def test_no_figure_or_name_of_another_organisation_is_shown() -> None:
    """Whatever they received, closed, joined, read or will have erased."""
    people = cast()
    other = people.chloe.person.organisation
    theirs = received(other, level=0, due_at=at(5), assigned_to=people.chloe.person, is_drawn=True)
    shut = received(other, status="closed", is_open=False, closed_at=at(1), erase_date=now().date())
    care.count_item(by(people.chloe), what="words", subject=of_report(theirs))
    reports.close(received(other), closure=Closure.NO_FOLLOW_UP, by=by(people.chloe))
    empty = {name: table_of(head_of(people), name) for name in NAMES}

    page = page_of(head_of(people))

    assert "Chloé" not in page
    assert f"R-{theirs.number:06}" not in page
    assert f"R-{shut.number:06}" not in page
    assert "0 reports in 30 days" in page
    counted = [cell for name in NAMES for row in empty[name][1:] for cell in row[1:] if cell.isdecimal()]
    assert set(counted) <= {"0", "18", "120"}
    assert "3 reports in 30 days" in page_of(people.chloe)


def test_a_report_of_a_restricted_dossier_counts_and_is_not_named() -> None:
    """The head leads the unit, and does not work on that dossier."""
    people = cast()
    late = received(here(people), due_at=at(5))
    row = dossier(people.alice, late)
    dossiers.restrict(row, is_restricted=True, by=by(people.alice))
    Report.objects.filter(pk=late.pk).update(due_at=at(5))

    page = page_of(head_of(people))

    assert 'What waits too long <span class="count">1</span>' in page
    assert f"R-{late.number:06}" not in page
    assert f"R-{late.number:06}" not in str(table_of(head_of(people), "late"))


def test_a_coordinator_sees_figures_and_no_way_into_reports() -> None:
    """They may not read them; nor erase."""
    people = cast()
    received(here(people), due_at=at(5))
    closed(people, days_left=1)

    page = page_of(people.by_role[Role.COORDINATOR])

    assert "/reports/" not in page
    assert "The first of them" not in page


# -- tables ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["=1+1", "+33", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "  =1", " \t=1", "=cmd|' /C calc'!A0"]
)
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    """A sign before it makes it text in every spreadsheet."""
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["Chloé", "R-000001", "2026-11-22", "a=b", "", 0, 17])
def test_other_cells_stay_as_they_are(cell: object) -> None:
    """Numbers stay numbers."""
    assert safe(cell) == cell


def test_a_name_that_is_a_formula_leaves_as_text() -> None:
    """Whoever is called so; whatever sign parts the cells where the table is opened."""
    people = cast()
    people.bob.person.user.first_name = '=HYPERLINK("https://exemple.org";"x")'
    people.bob.person.user.save()

    answer = at_desk(head_of(people)).get("/unit/load.csv")

    assert '"\'=HYPERLINK(""https://exemple.org"";""x"")",0,0,0,0,120,0' in answer.content.decode()
    assert answer["Content-Disposition"] == 'attachment; filename="load.csv"'
    assert answer["X-Content-Type-Options"] == "nosniff"


# -- fast -----------------------------------------------------------------------------------------------


def plan_of(statement: str) -> list[str]:
    """How SQLite walks."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        return [row[3] for row in cursor.fetchall()]


def test_no_question_walks_the_whole_table() -> None:
    """Each uses an index, so that the page takes as long at 170,000 reports as the rows that it counts."""
    people = cast()
    for hours in (1, 30, 300):
        received(here(people), hours=hours, due_at=at(1))
    closed(people, days_left=3)
    client = at_desk(head_of(people))
    with CaptureQueriesContext(
        connection,
    ) as seen:
        client.get("/unit/")

    walked = [
        (line, one["sql"][:200])
        for one in seen.captured_queries
        if one["sql"].startswith("SELECT")
        for line in plan_of(one["sql"])
        if re.match(r"SCAN desk_(report|event|trace|exposure)\b", line)
    ]

    assert walked == []
    assert len(seen.captured_queries) < 120


def test_it_asks_as_often_whatever_there_is() -> None:
    """No question for each row."""
    people = cast()
    client = at_desk(head_of(people))
    client.get("/unit/")
    with CaptureQueriesContext(connection) as few:
        client.get("/unit/")
    for _ in range(12):
        received(here(people), due_at=at(1), assigned_to=people.bob.person)
    with CaptureQueriesContext(connection) as many:
        client.get("/unit/")

    assert len(many.captured_queries) == len(few.captured_queries)
