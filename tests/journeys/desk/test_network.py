"""From the network to a message, and from a pair to a judgement that is taken back, in a real browser; by keyboard, and without a script."""

from typing import TYPE_CHECKING

import pytest

import tests.web.conftest  # noqa: F401 - sets Django up, once per process
from rempart.web.people.roles import Role
from tests.journeys.desk.conftest import SignIn
from tests.journeys.desk.house import Desk
from tests.journeys.desk.matter import furnish
from tests.journeys.desk.test_every_page import DRIVER, tell_why_in
from tests.journeys.walking import Walk

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.parametrize("desk_house", ["sqlite"], indirect=True)
LEAD = f"the-{Role.INVESTIGATOR}"


def at_network(house: Desk, signed_in: SignIn, *, javascript: bool = True) -> tuple[Walk, dict[str, str]]:
    """The window of who leads a furnished dossier, at its network; the motive is told."""
    walk = signed_in(Role.INVESTIGATOR, javascript=javascript)
    parts = furnish(house, LEAD, "same", "same")
    walk.go(f"/analyses/{parts['analysis']}/network/")
    tell_why_in(walk)
    return walk, parts


def names(walk: Walk) -> list[str]:
    """Names in the table."""
    return walk.tab.locator(".members th[scope=row] a").all_inner_texts()


def filter_by_keyboard(walk: Walk) -> None:
    """Ticks “wrote to a child's account” and sends the form, with keys alone."""
    walk.tab.locator("[name=child]").focus()
    walk.tab.keyboard.press("Space")
    with walk.tab.expect_navigation():
        walk.tab.keyboard.press("Enter")


def answer(walk: Walk, told: str, reason: str) -> None:
    """Answers the first pair."""
    pair: Locator = walk.tab.locator("article.pair").first
    pair.locator("details.verb > summary").click()
    pair.locator(f"[name=answer][value={told}]").check()
    pair.locator("[name=reason]").fill(reason)
    with walk.tab.expect_navigation():
        pair.locator("details.verb button[type=submit]").click()


def take_back(walk: Walk, reason: str) -> None:
    """Takes the latest judgement back."""
    undo = walk.tab.locator("#judged ~ ul details.undo").first
    undo.locator("summary").click()
    undo.locator("[name=reason]").fill(reason)
    with walk.tab.expect_navigation():
        undo.locator("button[type=submit]").click()


def test_the_list_drives_the_drawing_and_a_number_leads_to_its_message(desk_house: Desk, signed_in: SignIn) -> None:
    """Filter, go through the list, open an account, follow a measure: keys alone; nothing is said in the console."""
    walk, parts = at_network(desk_house, signed_in)
    assert names(walk) == ["Bob", "Zoe"]
    filter_by_keyboard(walk)
    assert names(walk) == ["Bob"]

    walk.tab.locator("#list").focus()
    walk.tab.keyboard.press("ArrowDown")
    assert walk.tab.locator("#list [aria-selected=true]").inner_text().endswith("Bob")
    walk.tab.keyboard.press("Enter")
    walk.tab.locator("#who").wait_for()
    assert walk.tab.evaluate("document.activeElement.id") == "who"
    walk.tab.locator("#who .places a").first.focus()
    with walk.tab.expect_navigation():
        walk.tab.keyboard.press("Enter")

    assert f"/analyses/{parts['analysis']}/messages/?at=3" in walk.tab.url
    walk.tab.locator("#m3").wait_for()
    assert [said for said in walk.said if DRIVER not in said] == []


def test_without_a_script_the_same_is_there(desk_house: Desk, signed_in: SignIn) -> None:
    """The table, its filters and an account with its messages; no empty box where a drawing would be."""
    walk, _parts = at_network(desk_house, signed_in, javascript=False)

    filter_by_keyboard(walk)
    walk.tab.locator(".members a", has_text="Bob").click()

    assert not walk.tab.locator("#network").is_visible()
    assert walk.tab.locator("#who .places a").first.get_attribute("href").endswith("?at=3#m3")  # type: ignore[union-attr]


def test_a_pair_is_accepted_refused_and_taken_back(desk_house: Desk, signed_in: SignIn) -> None:
    """Each answer shows what it did; undone, the question is open again."""
    walk, parts = at_network(desk_house, signed_in)
    walk.go(f"/dossiers/{parts['dossier']}/pairs/")

    answer(walk, "positive", "the same number at the same time")
    assert "Presumed the same person, judged by" in walk.text
    take_back(walk, "misread")
    assert "Presumed the same person" not in walk.text
    answer(walk, "negative", "two brothers share a telephone")
    assert walk.tab.locator("article.pair").count() == 0
    assert "1 pair is not asked again" in walk.text
    take_back(walk, "not so sure")

    assert walk.tab.locator("article.pair").count() == 1
    assert walk.said == []
