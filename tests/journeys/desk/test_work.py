"""A day at the desk in a real browser, on both databases: the most urgent first, an export, a duplicate, a second reading, and care."""

from datetime import UTC, datetime, timedelta

import pytest

from rempart.web.people.roles import Role
from tests.analysis.case import EXTORTION
from tests.detection.chat import export
from tests.journeys.desk.conftest import SignIn, Window
from tests.journeys.desk.house import Desk
from tests.journeys.desk.matter import NARRATIVE, arrive, leave_alone, set_limit
from tests.journeys.desk.test_passkey import choose_password, enter, keep_codes, leave, virtual_key
from tests.journeys.desk.test_passkey import press as press_form
from tests.journeys.desk.working import do, level, open_report, press, tell_why, told, unfold, wait_for_analysis
from tests.journeys.keyboard import Keyboard
from tests.journeys.walking import Walk


def badge_in_queue(walk: Walk, number: int) -> str:
    """The level of a report in the queue."""
    row = walk.tab.locator("tr", has=walk.tab.get_by_role("link", name=f"R-{number:06d}", exact=True))
    return row.locator(".badge").first.inner_text().strip()


def state_gate(walk: Walk, code: str, *, reason: str, form: str = "#verb-fact form") -> None:
    """States that a gate holds, tomorrow."""
    part = walk.tab.locator(form)
    part.locator("[name=code]").select_option(code)
    part.locator("[name=state]").select_option("established")
    part.locator("[name=event_at]").fill(f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M}")
    part.locator("[name=reason]").fill(reason)
    with walk.tab.expect_navigation():
        part.locator("button[type=submit]").click()


def test_passkey_the_most_urgent_its_words_and_a_fact_that_moves_it(desk_house: Desk, window: Window) -> None:
    """From the first entry to P2 → P0 with the reason, and first in the queue."""
    walk, (quiet, secrecy) = window(), arrive(desk_house, "bullying", "secrecy")
    leave_alone(desk_house, quiet, secrecy)
    name = f"worker-{desk_house.site.config.database.engine}"
    with virtual_key(walk):
        enter(walk, name, desk_house.newcomer(name, Role.ANALYST))
        choose_password(walk)
        walk.go("/account/factors/passkey/")
        press_form(walk, "form[data-passkey]")
        keep_codes(walk)
        leave(walk)
        press_form(walk, "form[data-passkey=login]")

        press(walk, "Take the most urgent")
        opened, before, hidden = walk.heading, level(walk), NARRATIVE not in walk.text
        walk.tab.locator("#text-words button").click()
        walk.tab.get_by_text(NARRATIVE).wait_for()
        unfold(walk, "fact")
        state_gate(walk, "G2", reason="the words name Saturday")
        sentence, after = told(walk), level(walk)
        walk.go("/")

    assert f"R-{secrecy:06d}" in opened
    assert (before, hidden, after) == ("P2", True, "P0")
    assert "P2 → P0" in sentence
    assert "eeting" in sentence
    assert (badge_in_queue(walk, secrecy), badge_in_queue(walk, quiet)) == ("P0", "P3")
    assert walk.said == []


def test_an_export_is_analysed_read_and_confirmed_and_its_dossier_moves(desk_house: Desk, signed_in: SignIn) -> None:
    """From the file to the rank, by the click of a person with a reason; the machine alone moves nothing."""
    walk, (number,) = signed_in(Role.INVESTIGATOR), arrive(desk_house, "bullying")
    open_report(walk, number)
    unfold(walk, "open-dossier")
    walk.tab.locator("#verb-open-dossier [name=title]").fill("The class group")
    press(walk, "Open the dossier")
    walk.tab.locator("#dossier a").first.click()
    tell_why(walk)
    before = level(walk)
    walk.tab.get_by_role("link", name="Exhibits", exact=True).click()
    walk.give(export(EXTORTION), name="result.json")
    press(walk, "Seal and keep")
    press(walk, "Analyse")
    walk.tab.get_by_role("link", name="Analysis", exact=True).first.click()
    wait_for_analysis(walk)
    analysed, unmoved = walk.tab.url, level(walk)

    walk.tab.locator("main a[href*='?at=']").first.click()
    walk.tab.locator("article").first.wait_for()
    hidden = "gift cards" not in walk.text
    walk.tab.locator("#show-page").click()
    walk.tab.get_by_text("gift cards", exact=False).first.wait_for()
    walk.tab.goto(analysed)
    form = walk.tab.locator("form", has=walk.tab.locator("input[name=code][value=G4]")).first
    walk.tab.locator("details", has=form).last.locator("summary").click()
    form.locator("[name=state][value=established]").check()
    form.locator("[name=event_at]").fill(f"{datetime.now(UTC):%Y-%m-%dT%H:%M}")
    form.locator("[name=reason]").fill("read in the messages: money within an hour")
    with walk.tab.expect_navigation():
        form.locator("button[type=submit]").click()

    assert unmoved == before
    assert hidden
    assert f"{before} → P0" in told(walk)
    assert level(walk) == "P0"
    assert walk.said == []


def test_a_duplicate_is_joined_and_undone(desk_house: Desk, signed_in: SignIn) -> None:
    """Both stand as before afterwards; each step has its reason in the history."""
    walk, (first, later) = signed_in(Role.ANALYST), arrive(desk_house, "same", "same")
    links = walk.tab.locator("#links li", has=walk.tab.get_by_role("link", name=f"R-{first:06d}"))
    open_report(walk, later)
    state = walk.tab.locator("#verbs summary").all_inner_texts()

    links.locator("[name=reason]").fill("the same account, the same week")
    with walk.tab.expect_navigation():
        links.get_by_role("button", name="Join").click()
    open_report(walk, later)
    joined = links.locator(".mark").first.inner_text()
    of_duplicate = walk.tab.locator("#verbs summary").all_inner_texts()
    links.locator("[name=reason]").fill("another child, another matter")
    with walk.tab.expect_navigation():
        links.get_by_role("button", name="Undo").click()
    open_report(walk, later)

    assert joined == "joined"
    assert of_duplicate != state
    assert links.locator(".mark").first.inner_text() == "proposed"
    assert walk.tab.locator("#verbs summary").all_inner_texts() == state
    assert walk.said == []


def test_a_reading_is_confirmed_by_somebody_else(desk_house: Desk, signed_in: SignIn) -> None:
    """Who read first is offered nothing; the second reader finds it among their work and confirms."""
    (number,) = arrive(desk_house, "content")
    first = signed_in(Role.ANALYST, Role.SECOND_READER)
    open_report(first, number)
    unfold(first, "qualify")
    first.tab.locator("#verb-qualify [name=outcome][value=baseline]").check()
    first.tab.locator("#verb-qualify [name=reason]").fill("what the thread says")
    with first.tab.expect_navigation():
        first.tab.locator("#verb-qualify button[type=submit]").click()
    own = first.text, first.tab.locator("#verb-confirm_reading").count()
    second = signed_in(Role.SECOND_READER)
    second.go("/mine/")
    second.tab.get_by_role("link", name=f"R-{number:06d}").first.click()
    tell_why(second, "second_reading")

    do(second, "confirm_reading", "the same, after reading the thread")

    assert "nobody confirms their own reading" in own[0]
    assert own[1] == 0
    assert "It is now" in told(second)
    assert second.tab.locator("#verb-confirm_reading").count() == 0
    assert first.said == second.said == []


def test_the_limit_of_a_day_is_reached_and_lifted_by_another(desk_house: Desk, signed_in: SignIn) -> None:
    """Then nothing more is shown, until the head of the unit gives more time with a reason."""
    one, two = arrive(desk_house, "secrecy", "bullying")
    reader = signed_in(Role.CUSTODIAN)
    set_limit(desk_house, "the-custodian", 1)
    open_report(reader, one)
    reader.tab.locator("#text-words button").click()
    reader.tab.get_by_text(NARRATIVE).wait_for()
    open_report(reader, two)
    reader.tab.locator("#text-words button").click()
    reader.tab.locator("p.told").wait_for()
    refused, shown_before = told(reader), "mocking" in reader.text
    head = signed_in(Role.HEAD)
    head.go("/care/")
    row = head.tab.locator("tr", has=head.tab.get_by_role("rowheader", name="the-custodian", exact=True))
    row.locator("[name=minutes]").fill("30")
    row.locator("[name=reason]").fill("two reports of the same class")
    with head.tab.expect_navigation():
        row.get_by_role("button", name="Lift the limit").click()

    open_report(reader, two)
    reader.tab.locator("#text-words button").click()
    reader.tab.get_by_text("mocking picture").wait_for()

    assert "limit of reading for today is reached" in refused
    assert not shown_before
    assert "can go on today" in told(head)
    assert reader.said == head.said == []


def test_the_queue_is_worked_through_with_keys_alone(desk_house: Desk, signed_in: SignIn) -> None:
    """j, Enter, the motive with Tab and space, then t from the queue: no mouse, and the focus is always seen."""
    (number,) = arrive(desk_house, "now")
    leave_alone(desk_house, number)
    walk = signed_in(Role.ANALYST)
    walk.go("/")
    keys = Keyboard(walk)
    walk.tab.keyboard.press("j")
    with walk.tab.expect_navigation():
        walk.tab.keyboard.press("Enter")
    keys.reach("input")
    walk.tab.keyboard.press("Space")
    keys.press_on("button", "Open")
    opened = walk.tab.locator("#words").count()
    walk.tab.keyboard.press("g")
    with walk.tab.expect_navigation():
        walk.tab.keyboard.press("q")
    with walk.tab.expect_navigation():
        walk.tab.keyboard.press("t")

    assert opened == 1
    assert f"R-{number:06d}" in walk.heading
    assert "yours" in walk.text
    assert keys.faults == []
    assert walk.said == []


@pytest.mark.parametrize("desk_house", ["sqlite"], indirect=True)
def test_a_day_without_javascript(desk_house: Desk, signed_in: SignIn) -> None:
    """Taken, read, stated and closed by forms and links alone."""
    (number,) = arrive(desk_house, "secrecy")
    leave_alone(desk_house, number)
    walk = signed_in(Role.ANALYST, javascript=False)
    walk.go("/")
    press(walk, "Take the most urgent")
    walk.tab.locator("#text-words button").click()
    shown = NARRATIVE in walk.text
    unfold(walk, "fact")
    state_gate(walk, "G2", reason="the words name Saturday")
    moved = told(walk)
    do(walk, "close", "nothing more comes", choice="insufficient")

    assert shown
    assert "P2 → P0" in moved
    assert "is closed" in told(walk)
