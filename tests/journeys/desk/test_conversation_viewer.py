"""The conversation view in a real browser, over 73,000 messages: with the script, without it, by keyboard alone, and axe."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

import tests.web.conftest  # noqa: F401 - sets Django up, once per process
from tests.journeys.desk.viewer import served_viewer
from tests.journeys.test_axe import violations
from tests.journeys.test_pages import _SIDEWAYS
from tests.journeys.walking import Walk
from tests.web.desk.talk import ALERT, GROUP, TOTAL, Talk, invented_talk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

SECRET = "don't tell your mum about us"  # stands at ALERT + 3
_HEIGHT = "() => { const feed = document.getElementById('feed'); return [feed.scrollTop, feed.scrollHeight, feed.clientHeight]; }"
_ORDER = "() => [...document.querySelectorAll('#feed article')].map(one => Number(one.getAttribute('aria-posinset')))"


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    """An analysis of 73,000 messages."""
    return invented_talk(tmp_path_factory.mktemp("talk"))


@pytest.fixture(scope="module")
def viewer(talk: Talk) -> Iterator[str]:
    """The view, served."""
    with served_viewer(talk, talk.reveal) as url:
        yield url


@pytest.fixture
def fresh(talk: Talk) -> Talk:
    """The analysis, of which nothing was read today."""
    talk.revealed.clear()
    talk.assessed.clear()
    talk.reasons.clear()
    talk.limit = None
    return talk


def window(browser: "Browser", url: str, *, javascript: bool = True, size: tuple[int, int] = (1280, 900)) -> Walk:
    """A window of its own."""
    context = browser.new_context(
        java_script_enabled=javascript,
        viewport={"width": size[0], "height": size[1]},
        reduced_motion="reduce",
        locale="en-GB",
    )
    context.set_default_timeout(15_000)
    return Walk(tab=context.new_page(), url=url)


@pytest.fixture
def walk(browser: "Browser", viewer: str, fresh: Talk) -> Iterator[Walk]:
    """A window at the first message, complete."""
    opened = window(browser, viewer)
    opened.go("/talk/")
    message(opened, 0).wait_for()
    yield opened
    opened.close()


@pytest.fixture
def plain(browser: "Browser", viewer: str, fresh: Talk) -> Iterator[Walk]:
    """A window without JavaScript, at the first message."""
    opened = window(browser, viewer, javascript=False)
    opened.go("/talk/")
    yield opened
    opened.close()


def message(walk: Walk, at: int) -> "Locator":
    """A message that has been fetched."""
    return walk.tab.locator(f"#m{at}:not(.waits)")


def text(walk: Walk, at: int) -> "Locator":
    """The text of a message, where it is shown."""
    return walk.tab.locator(f"#m{at} .said")


def focused(walk: Walk) -> str:
    """The id of what has the focus."""
    return str(walk.tab.evaluate("document.activeElement.id"))


def press(walk: Walk, *keys: str) -> None:
    """Keys, from the list of messages."""
    if not walk.tab.evaluate("document.getElementById('feed').contains(document.activeElement)"):
        walk.tab.locator("#feed").focus()
    for key in keys:
        walk.tab.keyboard.press(key)


def is_in_sight(walk: Walk, at: int) -> bool:
    """The message stands wholly in the list's window."""
    box, feed = message(walk, at).bounding_box(), walk.tab.locator("#feed").bounding_box()
    assert box
    assert feed
    return feed["y"] - 1 <= box["y"] and box["y"] + box["height"] <= feed["y"] + feed["height"] + 1


def test_only_what_is_near_is_drawn_and_fetched(walk: Walk, talk: Talk) -> None:
    """Some rows of 73,000; the scroll bar is as long as all of them; no word of a message is on the page."""
    drawn = walk.tab.evaluate(_ORDER)
    _, height, _ = walk.tab.evaluate(_HEIGHT)

    assert drawn == list(range(1, len(drawn) + 1))
    assert len(drawn) < 40
    assert height > TOTAL * 40
    assert "see you after school" not in walk.tab.content()
    assert message(walk, 0).get_attribute("aria-setsize") == str(TOTAL)
    assert talk.revealed == []


def test_end_shows_the_last_message_and_home_the_first(walk: Walk) -> None:
    """At the very end of the scroll bar, with the focus; and back."""
    press(walk, "End")
    message(walk, TOTAL - 1).wait_for()
    top, height, seen = walk.tab.evaluate(_HEIGHT)

    assert focused(walk) == f"m{TOTAL - 1}"
    assert is_in_sight(walk, TOTAL - 1)
    assert height - top - seen < 2
    assert walk.tab.locator("#where-now").inner_text().endswith("to 73,000 of 73,000")

    press(walk, "Home")
    message(walk, 0).wait_for()
    assert focused(walk) == "m0"
    assert walk.tab.evaluate(_HEIGHT)[0] < 1
    assert walk.said == []


def test_the_scroll_bar_leads_to_its_share_of_the_whole(walk: Walk) -> None:
    """Pulled to the middle it shows the middle of the case, in order, without gap."""
    walk.tab.evaluate("() => { const feed = document.getElementById('feed'); feed.scrollTop = feed.scrollHeight / 2; }")
    message(walk, TOTAL // 2).wait_for()
    drawn = walk.tab.evaluate(_ORDER)

    assert drawn == list(range(drawn[0], drawn[0] + len(drawn)))
    assert abs(drawn[len(drawn) // 2] - TOTAL / 2) < 50
    assert walk.said == []


def test_j_and_k_go_through_the_messages_one_by_one(walk: Walk) -> None:
    """Past what was drawn, back again; each stands wholly in sight and has the focus."""
    for at in range(1, 16):
        press(walk, "j")
        assert focused(walk) == f"m{at}"
        assert is_in_sight(walk, at)
    for at in range(14, 9, -1):
        press(walk, "k")
        assert focused(walk) == f"m{at}"
        assert is_in_sight(walk, at)


def test_page_down_and_page_up_turn_a_screen(walk: Walk) -> None:
    """Nothing is left out between two screens."""
    before = walk.tab.locator("#where-now").inner_text()
    press(walk, "PageDown")
    after = walk.tab.locator("#where-now").inner_text()
    (_, last), (first, _) = (map(int, re.findall(r"\d+", told)[:2]) for told in (before, after))
    press(walk, "PageUp")

    assert 1 < first <= last + 1
    assert walk.tab.evaluate(_HEIGHT)[0] < 1


def test_an_alert_leads_to_its_message(walk: Walk) -> None:
    """The message that raised it comes into sight and has the focus; its tactics stand on it; its text stays hidden."""
    walk.tab.get_by_role("link", name="Go to the message that raised it").first.click()
    raised = message(walk, ALERT + 6)
    raised.wait_for()

    assert focused(walk) == f"m{ALERT + 6}"
    assert is_in_sight(walk, ALERT + 6)
    assert "A1 · Demand for payment · strong" in raised.inner_text()
    assert walk.tab.locator("#chat-now").inner_text() == "Bob & Zoe"
    assert text(walk, ALERT + 6).count() == 0


def test_a_text_is_shown_when_it_is_asked_for_and_counted(walk: Walk, talk: Talk) -> None:
    """By its button; then it stands there as it was typed, and can be hidden again."""
    at = next(at for at in range(9) if "<b>" in talk.row(at).text)
    press(walk, *["j"] * at)
    message(walk, at).get_by_role("button").click()
    text(walk, at).wait_for()

    assert text(walk, at).inner_text() == talk.row(at).text
    assert talk.revealed == [at]
    assert text(walk, 0).count() == 0

    walk.tab.get_by_role("button", name="Hide all texts").click()
    assert text(walk, at).count() == 0
    assert "bus was late" not in walk.tab.content()


def test_a_text_is_shown_by_keyboard_or_by_a_click_on_its_veil(walk: Walk, talk: Talk) -> None:
    """Enter shows the text of the message with the focus, which keeps it."""
    press(walk, "j", "Enter")
    text(walk, 1).wait_for()
    assert focused(walk) == "m1"

    message(walk, 2).locator(".covered-text").click()
    text(walk, 2).wait_for()
    assert talk.revealed == [1, 2]


def test_the_texts_on_the_screen_are_shown_together_and_kept_while_on_the_page(walk: Walk, talk: Talk) -> None:
    """Only those in sight are counted, once, however often one comes back."""
    walk.tab.get_by_role("button", name="Show the texts on the screen").click()
    text(walk, 0).wait_for()
    counted = list(talk.revealed)
    press(walk, "End")
    message(walk, TOTAL - 1).wait_for()
    press(walk, "Home")
    text(walk, 0).wait_for()

    assert 2 <= len(counted) < 15
    assert talk.revealed == counted
    assert "texts are shown" not in text(walk, 0).inner_text()

    walk.go("/talk/")
    message(walk, 0).wait_for()
    assert text(walk, 0).count() == 0


def test_what_the_server_refuses_is_said_and_not_shown(walk: Walk, talk: Talk) -> None:
    """The reason stands in the line that screen readers speak."""
    talk.limit = 0
    message(walk, 0).get_by_role("button").click()
    walk.tab.get_by_text("You have read enough for today.").wait_for()

    assert walk.tab.locator("#said").get_attribute("role") == "status"
    assert text(walk, 0).count() == 0


def test_what_was_assessed_stays_covered_until_it_is_said_why(walk: Walk, talk: Talk) -> None:
    """The rest of the screen is shown; how many were left is told, and a calm field asks why one looks again."""
    talk.assessed = {1, 2}
    walk.tab.get_by_role("button", name="Show the texts on the screen").click()
    text(walk, 0).wait_for()

    assert "2 texts stay covered: somebody has assessed them" in walk.tab.locator("#said").inner_text()
    assert "assessed; left covered" in message(walk, 1).inner_text()
    assert text(walk, 1).count() == 0

    walk.tab.get_by_label("Say why you look again").fill("the judge asks")
    walk.tab.get_by_role("button", name="Show them", exact=True).click()
    text(walk, 2).wait_for()

    assert talk.reasons == ["the judge asks"]
    assert sorted(talk.revealed) == sorted({*talk.revealed})
    assert not walk.tab.locator("#again").is_visible()
    assert "assessed" not in message(walk, 1).inner_text()
    assert walk.said == []


def test_a_covered_message_leads_the_keyboard_to_the_field_and_back(walk: Walk, talk: Talk) -> None:
    """Enter asks for one text; Escape goes back to it, and Enter in the field shows it there."""
    talk.assessed = {1}
    press(walk, "j", "Enter")
    walk.tab.wait_for_function("() => document.activeElement.id === 'why'")
    walk.tab.keyboard.press("Enter")  # without a reason
    walk.tab.keyboard.press("Escape")
    back, before = focused(walk), list(talk.revealed)
    press(walk, "Enter")
    walk.tab.wait_for_function("() => document.activeElement.id === 'why'")
    walk.tab.keyboard.type("the judge asks")
    walk.tab.keyboard.press("Enter")
    text(walk, 1).wait_for()

    assert (back, before) == ("m1", [])
    assert focused(walk) == "m1"
    assert talk.reasons == ["the judge asks"]


def test_words_on_the_screen_stay_when_they_are_assessed_meanwhile(walk: Walk, talk: Talk) -> None:
    """Nothing is taken from under somebody's eyes; what was hidden again asks why."""
    press(walk, "j", "Enter")
    text(walk, 1).wait_for()
    talk.assessed = {1}
    walk.tab.get_by_role("button", name="Show the texts on the screen").click()
    text(walk, 0).wait_for()

    assert text(walk, 1).inner_text() == talk.row(1).text
    assert not walk.tab.locator("#again").is_visible()


def test_a_search_goes_from_place_to_place(walk: Walk, talk: Talk) -> None:
    """By slash, n and N; the place is told; found words are marked only in a text that is shown; none stands in an address."""
    press(walk, "/")
    assert focused(walk) == "needle"
    walk.tab.keyboard.type("TÈLL your mum")
    walk.tab.keyboard.press("Enter")
    message(walk, ALERT + 3).wait_for()

    assert walk.tab.locator("#hits-said").inner_text() == "1 message holds these words."
    assert focused(walk) == f"m{ALERT + 3}"
    assert "holds the words searched for" in message(walk, ALERT + 3).inner_text()
    assert SECRET not in walk.tab.content()

    press(walk, "Enter")
    text(walk, ALERT + 3).wait_for()
    assert text(walk, ALERT + 3).locator("mark").inner_text() == "tell your mum"
    assert [address for address in walk.asked if "mum" in address.lower()] == []
    assert talk.revealed == [ALERT + 3]


def test_the_next_place_comes_after_this_one_and_wraps_around(walk: Walk) -> None:
    """n from the first message leads to the second place, N from there back, and from the first to the last."""
    walk.tab.locator("#needle").fill("homework")
    walk.tab.keyboard.press("Enter")
    message(walk, 1).wait_for()
    walk.tab.wait_for_selector("#m1.here")
    press(walk, "n")
    walk.tab.wait_for_selector("#m7.here")
    press(walk, "N", "N")
    walk.tab.get_by_text(
        "Place 5,000 of 5,000."
    ).wait_for()  # the last that can be gone to, as is said beside the field

    assert "The first 5,000 can be gone to." in walk.tab.locator("#hits-said").inner_text()


def test_a_case_too_long_for_one_scroll_bar_comes_in_parts(browser: "Browser", talk: Talk) -> None:
    """Of 250,000 messages the last is one key away, and each part one button."""
    long = Talk(talk.small, talk.rows, total=250_000)
    with served_viewer(long, long.reveal) as url:
        walk = window(browser, url)
        walk.go("/talk/")
        message(walk, 0).wait_for()
        press(walk, "End")
        message(walk, 249_999).wait_for()
        assert focused(walk) == "m249999"

        walk.tab.get_by_role("button", name="Messages 100,001 to 200,000").click()
        message(walk, 100_000).wait_for()
        assert message(walk, 100_000).get_attribute("aria-setsize") == "250000"
        press(walk, "k")
        message(walk, 99_999).wait_for()
        assert is_in_sight(walk, 99_999)
        walk.close()


def test_the_next_conversation_is_one_choice_away(walk: Walk) -> None:
    """Its title stands above its first message."""
    walk.tab.get_by_label("Go to a conversation").select_option(str(GROUP))
    walk.tab.get_by_role("button", name="Go", exact=True).click()
    message(walk, GROUP).wait_for()

    assert message(walk, GROUP).locator("h3").inner_text() == "Bob & Zoe"
    assert is_in_sight(walk, GROUP)


def test_tab_leaves_the_list(walk: Walk) -> None:
    """From the current message its own button, then out; not through 73,000 messages."""
    press(walk, "j")
    stops = []
    for _ in range(4):
        walk.tab.keyboard.press("Tab")
        stops.append(walk.tab.evaluate("document.getElementById('feed').contains(document.activeElement)"))

    assert stops[0]
    assert not stops[-1]


def test_nothing_foreign_is_asked_for_and_no_medium_is_drawn(walk: Walk) -> None:
    """Placeholders tell name, size and hash; there is no picture, sound or frame on the page."""
    press(walk, "j", "j", "j")

    assert "p.jpg · 48.2 kB · in the export" in message(walk, 3).inner_text().replace("\u00a0", " ")
    assert "ab" * 32 in message(walk, 3).inner_text()
    assert walk.tab.locator("#conversation :is(img, video, audio, object, iframe, canvas)").count() == 0
    assert [address for address in walk.asked if not address.startswith((walk.url, "data:"))] == []
    assert walk.said == []


@pytest.mark.parametrize("javascript", [True, False])
def test_axe_finds_nothing(browser: "Browser", viewer: str, fresh: Talk, *, javascript: bool) -> None:
    """Zero violations in light and dark at three widths, texts hidden and shown, alerts unfolded."""
    opened = window(browser, viewer, javascript=True)
    if not javascript:
        opened.tab.route("**/conversation.js*", lambda route: route.abort())  # axe itself needs the script engine
    fresh.assessed = {ALERT + 1}
    opened.go(f"/talk/?at={ALERT}")
    message(opened, ALERT).wait_for()
    opened.tab.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")
    hidden = violations(opened)
    opened.tab.locator("#show-page").click()
    text(opened, ALERT).wait_for()

    assert hidden == []
    assert opened.tab.get_by_label("Say why you look again").is_visible()
    assert violations(opened) == []
    opened.close()


@pytest.mark.parametrize("javascript", [True, False])
def test_fits_320_pixels(browser: "Browser", viewer: str, fresh: Talk, *, javascript: bool) -> None:
    """Which is 400 % of a wide window; nothing scrolls the page sideways."""
    narrow = window(browser, viewer, javascript=javascript, size=(320, 640))
    narrow.go(f"/talk/?at={ALERT}")
    message(narrow, ALERT).wait_for()

    assert not narrow.tab.evaluate(_SIDEWAYS)
    fresh.assessed = set(range(ALERT, ALERT + 9))
    narrow.tab.locator("#show-page").click()
    narrow.tab.get_by_label("Say why you look again").wait_for()
    assert not narrow.tab.evaluate(_SIDEWAYS)
    narrow.close()


def test_without_script_pages_links_search_and_texts_work(plain: Walk, talk: Talk) -> None:
    """Later messages, an alert, a search and one text: everything by links and forms."""
    plain.tab.get_by_role("link", name="Later messages").click()
    assert plain.tab.locator("article").first.get_attribute("id") == "m100"

    plain.tab.get_by_role("link", name="Go to the message that raised it").first.click()
    message(plain, ALERT + 6).wait_for()

    plain.tab.get_by_label("Search the messages").fill("your mum")
    plain.tab.get_by_role("button", name="Search").click()
    assert "1 message holds these words." in plain.text
    assert "mum" not in plain.tab.url

    message(plain, ALERT + 3).get_by_role("button").click()
    assert text(plain, ALERT + 3).inner_text() == SECRET
    assert text(plain, ALERT + 3).locator("mark").inner_text() == "your mum"
    assert talk.revealed == [ALERT + 3]


def test_without_script_a_reason_shows_what_was_left_covered(plain: Walk, talk: Talk) -> None:
    """The same field, sent as a form."""
    talk.assessed = {1, 2}
    plain.tab.get_by_role("button", name="Show the texts of this page").click()
    told = plain.tab.locator("#said").inner_text()
    plain.tab.wait_for_load_state("domcontentloaded")
    covered = text(plain, 1).count()
    plain.tab.get_by_label("Say why you look again").fill("the judge asks")
    plain.tab.keyboard.press("Enter")
    text(plain, 1).wait_for()

    assert (told[:22], covered) == ("2 texts stay covered: ", 0)
    assert talk.reasons == ["the judge asks"]
    assert text(plain, 0).is_visible()


def test_without_script_the_last_page_is_one_link_away(plain: Walk) -> None:
    """The end of a long case is as near as its beginning."""
    plain.tab.get_by_role("link", name="Last", exact=True).click()

    message(plain, TOTAL - 1).wait_for()
    assert plain.tab.get_by_role("link", name="Later messages").count() == 0
