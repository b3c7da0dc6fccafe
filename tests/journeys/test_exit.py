"""Leaving quickly: at once, by any means, and going back shows nothing of what was written."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.journeys.conftest import CHROMIUM, FLAGS, Start, new_walk
from tests.journeys.house import House, unlikely_words
from tests.journeys.walking import Walk

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

MOST_BACK, PATIENCE_S = 20, 20.0
_SHOWN = """() => [location.href, document.title, document.documentElement.outerHTML,
  ...[...document.querySelectorAll('input, textarea')].map(field => field.value)].join(' ')"""


def with_words(start: Start, words: str, *, javascript: bool = True) -> Walk:
    """A child who has written words, sent them on to the next screen, and has begun to write again."""
    child = start("/fr/", javascript=javascript, width=360, height=740)
    child.tab.get_by_role("link", name="J’ai moins de 18 ans").click()
    child.to("account")
    child.type(account=words)
    child.press("Suivant")
    child.type(words=words)
    return child


def ask(walk: Walk, question: str) -> Any:
    """Asks the page itself, again while it is being changed: Playwright loses count of revived pages."""
    from playwright.sync_api import Error

    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return walk.tab.evaluate(question)
        except Error as error:
            if "context was destroyed" not in error.message or time.monotonic() > until:
                raise
            time.sleep(0.02)


def wait_until(walk: Walk, question: str) -> None:
    """Waits until the page says yes."""
    until = time.monotonic() + PATIENCE_S
    while not ask(walk, question):
        assert time.monotonic() < until, question
        time.sleep(0.02)


def shown(walk: Walk) -> str:
    """All that the window holds and shows, once it is at rest."""
    wait_until(walk, "document.readyState === 'complete'")
    return str(ask(walk, _SHOWN))


def wait_to_be_at(walk: Walk, address: str) -> None:
    """Waits until the window shows an address."""
    wait_until(walk, f"location.href === '{address}'")


def pages_behind(walk: Walk) -> list[str]:
    """Goes back to the beginning; what every page on the way holds."""
    seen: list[str] = []
    while not seen or not seen[-1].startswith("about:blank"):
        assert len(seen) < MOST_BACK
        walk.go_back()
        seen.append(shown(walk))
    return seen


@pytest.fixture
def keeping(driver: "Playwright", house: House) -> "Iterator[Walk]":
    """A window of a browser that keeps pages alive for going back, as it does for people and Playwright else forbids."""
    chromium = driver.chromium.launch(
        executable_path=CHROMIUM, args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield new_walk(chromium, house)
    chromium.close()


def leave_by(walk: Walk, *keys: str) -> None:
    """Presses keys one after the other."""
    for key in keys:
        walk.tab.keyboard.press(key)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_press_leads_elsewhere(start: Start, exit_url: str, javascript: bool) -> None:
    """With and without JavaScript; the other site is not told where one comes from."""
    words = unlikely_words()
    child = with_words(start, words, javascript=javascript)
    referrers: list[str | None] = []
    child.tab.on("request", lambda request: referrers.append(request.headers.get("referer")))

    child.tab.locator("#exit").click()

    child.tab.wait_for_url(exit_url)
    assert set(referrers) == {None}


@pytest.mark.parametrize("keys", [("Shift", "Shift", "Shift"), ("Escape", "Escape")])
def test_the_keys_that_the_page_names_lead_elsewhere(start: Start, exit_url: str, keys: tuple[str, ...]) -> None:
    """Also from inside a field."""
    child = with_words(start, unlikely_words())
    named = child.tab.locator(".foot").inner_text()

    leave_by(child, *keys)

    child.tab.wait_for_url(exit_url)
    assert "trois fois Maj ou deux fois Échap" in named


@pytest.mark.parametrize(
    "keys", [("Shift", "Shift"), ("Escape",), ("Shift", "a", "Shift", "b", "Shift"), ("Control",) * 3]
)
def test_writing_does_not_lead_elsewhere(start: Start, keys: tuple[str, ...]) -> None:
    """Capitals are typed with Shift, and a single Escape closes things."""
    child = with_words(start, "")

    leave_by(child, *keys)

    assert child.at == "words"
    assert child.tab.evaluate("document.documentElement.hidden") is False


@pytest.mark.parametrize("javascript", [True, False])
def test_going_back_shows_nothing_that_was_written(start: Start, exit_url: str, javascript: bool) -> None:
    """Not one page on the way back to the beginning holds the words, although the browser may keep pages alive."""
    words = unlikely_words()
    child = with_words(start, words, javascript=javascript)
    child.tab.locator("#exit").click()
    child.tab.wait_for_url(exit_url)

    behind = pages_behind(child)

    assert len(behind) > 2
    assert not any(words in page for page in behind)


def test_what_is_hidden_would_be_seen_by_this_test(start: Start) -> None:
    """The test above does not pass because it looks in the wrong place."""
    words = unlikely_words()

    assert words in shown(with_words(start, words))


def test_a_page_that_the_browser_kept_alive_is_left_again(keeping: Walk, exit_url: str) -> None:
    """Going back after leaving leads to the other page, also where the page before waits unchanged in the browser."""
    keeping.go("/fr/")
    keeping.go("/fr/h/1/")
    leave_by(keeping, "Escape", "Escape")
    wait_to_be_at(keeping, exit_url)

    keeping.go_back()

    wait_to_be_at(keeping, exit_url)


def test_the_browser_keeps_pages_alive(keeping: Walk) -> None:
    """The test above meets what it is about: going back shows the very page that was left."""
    keeping.go("/fr/")
    keeping.tab.evaluate("window.isTheSame = true")
    keeping.go("/fr/h/1/")

    keeping.go_back()

    assert ask(keeping, "window.isTheSame") is True


def test_a_page_with_answers_is_never_kept_alive(keeping: Walk, exit_url: str) -> None:
    """Each screen behind the first one is the answer to a form: browsers keep no such page, also without our script."""
    words = unlikely_words()
    keeping.go("/fr/b/")
    keeping.to("words")
    keeping.type(words=words)
    keeping.tab.goto(exit_url)

    keeping.go_back()

    assert words not in shown(keeping)


def test_sending_the_form_again_after_leaving_shows_nothing(start: Start, exit_url: str) -> None:
    """Even who goes back and lets the browser send the form once more sees another page."""
    words = unlikely_words()
    child = with_words(start, words)
    child.press("Suivant")
    child.tab.locator("#exit").click()
    child.tab.wait_for_url(exit_url)

    child.go_back()
    wait_until(child, "document.readyState === 'complete' && location.protocol === 'chrome-error:'")
    child.tab.reload()

    wait_to_be_at(child, exit_url)


def test_coming_back_by_the_address_is_possible(start: Start, exit_url: str) -> None:
    """Whoever wants to go on later can."""
    child = with_words(start, unlikely_words())
    leave_by(child, "Escape", "Escape")
    child.tab.wait_for_url(exit_url)

    child.go("/fr/b/")

    assert child.tab.get_by_role("button", name="Autre chose").is_visible()
