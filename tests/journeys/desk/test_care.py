"""Care in a real browser: a page tells that words are looked at only while they are, and what it says when a break is due."""

from collections.abc import Callable

import pytest

from rempart.web.people.roles import Role
from tests.journeys.desk.conftest import SignIn
from tests.journeys.desk.house import Desk
from tests.journeys.desk.matter import NARRATIVE, arrive, furnish, seconds_read, set_limit, set_reading
from tests.journeys.desk.working import open_report, tell_why
from tests.journeys.walking import Walk

pytestmark = pytest.mark.parametrize("desk_house", ["sqlite"], indirect=True)
BEAT_MS = 20_000
NAMES = {Role.ANALYST: "the-analyst", Role.INVESTIGATOR: "the-investigator"}
_TURN_AWAY = "state => Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })"


_COUNT = """() => {
  const ask = window.fetch;
  window.beats = 0;
  window.fetch = (address, ...rest) => { window.beats += String(address).endsWith("/care/beat/"); return ask(address, ...rest); };
}"""


def count_beats(walk: Walk) -> None:
    """Has the page count what it asks, at the instant it asks: the network may tell later."""
    walk.tab.evaluate(_COUNT)


def beats(walk: Walk) -> int:
    """How often the page said so."""
    return int(walk.tab.evaluate("() => window.beats"))


def looks_for(walk: Walk, milliseconds: int) -> int:
    """Lets time pass in the page; how often it said meanwhile that something is looked at."""
    before = beats(walk)
    walk.tab.clock.run_for(milliseconds)
    return beats(walk) - before


def looks_once(walk: Walk) -> dict[str, object]:
    """Lets one beat pass; what the desk answers."""
    with walk.tab.expect_response("**/care/beat/") as answer:
        walk.tab.clock.run_for(BEAT_MS)
    return dict(answer.value.json())


@pytest.fixture
def reading(desk_house: Desk, signed_in: SignIn) -> Walk:
    """An analyst on a report whose words are shown; the clock of the page is ours."""
    walk, (number,) = signed_in(Role.ANALYST), arrive(desk_house, "secrecy")
    walk.tab.clock.install()
    open_report(walk, number)
    walk.tab.locator("#text-words button").click()
    walk.tab.get_by_text(NARRATIVE).wait_for()
    count_beats(walk)
    return walk


def test_nothing_is_told_while_the_words_are_hidden(desk_house: Desk, signed_in: SignIn) -> None:
    """However long the page is open: a number and a level are no reading."""
    walk, (number,) = signed_in(Role.ANALYST), arrive(desk_house, "secrecy")
    walk.tab.clock.install()
    open_report(walk, number)
    count_beats(walk)

    assert looks_for(walk, 10 * BEAT_MS) == 0
    assert walk.said == []


def _cover(walk: Walk) -> None:
    walk.press("Cover")


def _turn_away(walk: Walk) -> None:
    walk.tab.evaluate(_TURN_AWAY, "hidden")


def _scroll_away(walk: Walk) -> None:
    walk.tab.set_viewport_size({"width": 1280, "height": 300})
    walk.tab.locator("#history").scroll_into_view_if_needed()
    walk.tab.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")


def _show_again(walk: Walk) -> None:
    walk.press("Show again")


def _turn_back(walk: Walk) -> None:
    walk.tab.evaluate(_TURN_AWAY, "visible")


def _scroll_back(walk: Walk) -> None:
    walk.tab.locator("#text-words").scroll_into_view_if_needed()


@pytest.mark.parametrize(
    ("away", "back"), [(_cover, _show_again), (_turn_away, _turn_back), (_scroll_away, _scroll_back)]
)
def test_the_page_tells_it_only_while_words_are_looked_at(
    reading: Walk, away: Callable[[Walk], None], back: Callable[[Walk], None]
) -> None:
    """Every twenty seconds while they are on the screen, uncovered, in the tab in front; not otherwise."""
    before = looks_for(reading, 3 * BEAT_MS)
    away(reading)
    meanwhile = looks_for(reading, 3 * BEAT_MS)
    back(reading)

    assert (before, meanwhile, looks_for(reading, BEAT_MS)) == (3, 0, 1)
    assert reading.said == []


def test_seconds_rise_and_a_break_is_proposed_when_it_is_due(desk_house: Desk, reading: Walk) -> None:
    """The sentence stands there once it is true, is told to screen readers, and is gone after a rest."""
    banner = reading.tab.locator("[data-break]")
    set_reading(desk_house, NAMES[Role.ANALYST], since_break_s=0, ago_s=25)
    counted, hidden = seconds_read(desk_house, NAMES[Role.ANALYST]), looks_once(reading)
    early = banner.is_visible()
    set_reading(desk_house, NAMES[Role.ANALYST], since_break_s=1_490, ago_s=25)
    due = looks_once(reading)
    banner.wait_for(state="visible")
    set_reading(desk_house, NAMES[Role.ANALYST], since_break_s=1_490, ago_s=700)
    rested = looks_once(reading)
    banner.wait_for(state="hidden")

    assert seconds_read(desk_house, NAMES[Role.ANALYST]) - counted >= 25 + 25 + 40
    assert (hidden["is_break_due"], early) == (False, False)
    assert (due["is_break_due"], rested["is_break_due"]) == (True, False)
    assert reading.tab.locator("[role=status]", has=banner).count() == 1
    assert reading.said == []


def test_at_the_limit_another_sentence_stands_there(desk_house: Desk, reading: Walk) -> None:
    """One of the two, never both; the next page says it without a script."""
    set_reading(desk_house, NAMES[Role.ANALYST], since_break_s=1_490, ago_s=25)
    set_limit(desk_house, NAMES[Role.ANALYST], 1)

    told = looks_once(reading)
    reading.tab.locator("[data-over]").wait_for(state="visible")
    both = [reading.tab.locator(f"[data-{name}]").is_visible() for name in ("over", "break")]
    reading.tab.reload()
    again = [reading.tab.locator(f"[data-{name}]").is_visible() for name in ("over", "break")]
    set_limit(desk_house, NAMES[Role.ANALYST], 120)

    assert told["is_over"]
    assert (both, again) == ([True, False], [True, False])
    assert reading.said == []


def test_whoever_was_signed_out_meanwhile_reads_on_in_peace(reading: Walk) -> None:
    """The beat comes to nothing, without a complaint of the page."""
    reading.tab.context.clear_cookies()
    with reading.tab.expect_response("**/care/beat/"):
        reading.tab.clock.run_for(BEAT_MS)
    reading.tab.clock.run_for(100)

    assert reading.tab.get_by_text(NARRATIVE).is_visible()
    assert [one for one in reading.said if "status of 403" not in one] == []


def test_a_conversation_counts_from_the_first_text_that_is_shown(desk_house: Desk, signed_in: SignIn) -> None:
    """Names, instants and alerts are no reading; a text is, until all are hidden again."""
    walk = signed_in(Role.INVESTIGATOR)
    parts = furnish(desk_house, NAMES[Role.INVESTIGATOR], "same", "same")
    walk.tab.clock.install()
    walk.go(f"/analyses/{parts['analysis']}/messages/")
    tell_why(walk)
    walk.tab.locator("article").first.wait_for()
    count_beats(walk)
    hidden = looks_for(walk, 3 * BEAT_MS)

    walk.tab.locator("article button").first.click()
    walk.tab.locator("article .said:not(:empty)").first.wait_for()
    shown = looks_for(walk, 2 * BEAT_MS)
    walk.tab.locator("#hide-all").click()
    walk.tab.locator("article .said").first.wait_for(state="detached")

    assert (hidden, shown, looks_for(walk, 2 * BEAT_MS)) == (0, 2, 0)
    assert walk.said == []
