"""All parts of the desk's pages in a real browser: axe, both themes, three widths, keyboard, without JavaScript."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

import tests.web.conftest  # noqa: F401 - sets Django up, once per process
from rempart.wording import LANGS, Lang
from tests.journeys.desk.styleguide import PAGES, WORDS, served_guide
from tests.journeys.test_axe import violations
from tests.journeys.test_pages import _SIDEWAYS, _SPACED
from tests.journeys.walking import Walk

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDE = (1280, 900)


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages of the guide, served."""
    with served_guide(tmp_path_factory.mktemp("guide")) as url:
        yield url


def window(browser: "Browser", url: str, *, javascript: bool = True, size: tuple[int, int] = WIDE) -> Walk:
    """A window of its own, closed with the browser."""
    context = browser.new_context(
        java_script_enabled=javascript, viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    return Walk(tab=context.new_page(), url=url)


@pytest.fixture
def walk(browser: "Browser", guide: str) -> Iterator[Walk]:
    """A window on the queue."""
    opened = window(browser, guide)
    opened.go("/en/queue.html")
    yield opened
    opened.close()


def focused(walk: Walk) -> str:
    """The words of what has the focus."""
    return str(walk.tab.evaluate("document.activeElement.textContent.trim()"))


@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing_on_any_part(walk: Walk, page: str) -> None:
    """Zero violations in light and dark at 320, 768 and 1280 px, everything unfolded; no complaint of the browser."""
    walk.go(f"/en/{page}.html")
    walk.tab.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")

    assert violations(walk) == []
    assert walk.said == []
    assert [address for address in walk.asked if not address.startswith((walk.url, "data:"))] == []


def test_axe_finds_nothing_in_the_help(walk: Walk) -> None:
    """The help of the keyboard, open over the page."""
    walk.tab.keyboard.press("?")

    assert walk.tab.locator("dialog#keys").is_visible()
    assert violations(walk) == []


@pytest.mark.parametrize("lang", LANGS)
def test_no_part_scrolls_the_page_sideways(browser: "Browser", guide: str, lang: Lang) -> None:
    """At 320 px, which is 400 % of a wide window, also with wide spacing of the text."""
    narrow = window(browser, guide, size=(320, 640))
    told = []
    for page in PAGES:
        narrow.go(f"/{lang}/{page}.html")
        told += [page] * bool(narrow.tab.evaluate(_SIDEWAYS))
        narrow.tab.evaluate(_SPACED)
        told += [f"{page}, spaced"] * bool(narrow.tab.evaluate(_SIDEWAYS))
    narrow.close()

    assert told == []


def test_j_and_k_move_in_the_list_and_enter_opens(walk: Walk) -> None:
    """The focus goes from report to report, stays at both ends, and the link that has it is followed."""
    seen = []
    for key in ("k", "j", "j", "k", *"jjjjjjjjjjjj"):
        walk.tab.keyboard.press(key)
        seen.append(focused(walk))
    walk.tab.keyboard.press("Enter")

    assert seen[:4] == ["R-000123", "R-000101", "R-000152", "R-000101"]
    assert seen[-1] == "R-000160"
    assert walk.heading == "opened"


def test_t_takes_the_most_urgent(walk: Walk) -> None:
    """The button is pressed, as a hand would."""
    walk.tab.keyboard.press("t")
    walk.tab.wait_for_url("**/taken.html")

    assert walk.heading == "taken"


def test_g_and_a_letter_lead_to_a_page_and_a_stroke_to_the_search(walk: Walk) -> None:
    """g d to the dossiers; / to the search page from elsewhere, and into its field there."""
    walk.tab.keyboard.press("g")
    walk.tab.keyboard.press("d")
    walk.tab.wait_for_url("**/dossier.html")
    walk.tab.keyboard.press("/")
    walk.tab.wait_for_url("**/plain.html")
    walk.tab.keyboard.press("/")
    walk.tab.keyboard.type("gd?jt")

    assert walk.tab.locator("#q").input_value() == "gd?jt"
    assert walk.tab.url.endswith("/plain.html")
    assert walk.tab.locator("dialog#keys").is_hidden()


def test_keys_with_a_modifier_or_in_the_help_do_nothing(walk: Walk) -> None:
    """Ctrl and Alt belong to the browser and to screen readers; under the help nothing moves."""
    walk.tab.keyboard.press("Alt+t")
    walk.tab.keyboard.press("Control+j")
    untouched = focused(walk)
    walk.tab.keyboard.press("?")
    walk.tab.keyboard.press("t")
    walk.tab.keyboard.press("Escape")

    assert not untouched.startswith("R-")
    assert walk.heading == "Queue"
    assert walk.tab.locator("dialog#keys").is_hidden()


def test_single_keys_can_be_switched_off_in_this_browser_and_on_the_server(walk: Walk) -> None:
    """WCAG 2.1.4: a tick in the help, kept on the next page; or a preference that the page itself carries."""
    walk.tab.get_by_role("button", name="Keyboard").click()
    walk.tab.locator("[data-keys-off]").check()
    walk.tab.get_by_role("button", name="Close").click()
    walk.go("/en/queue.html")
    walk.tab.keyboard.press("t")
    walk.tab.keyboard.press("j")
    by_tick = (walk.heading, focused(walk).startswith("R-"))
    walk.tab.evaluate("localStorage.clear()")
    walk.go("/en/off.html")
    walk.tab.keyboard.press("j")
    by_server = focused(walk).startswith("R-")
    walk.go("/en/queue.html")
    walk.tab.keyboard.press("j")

    assert by_tick == ("Queue", False)
    assert not by_server
    assert focused(walk) == "R-000123"


def test_words_that_were_asked_for_can_be_covered_again(walk: Walk) -> None:
    """Covered they are blurred, out of reach of keys and of screen readers; a second press shows them."""
    walk.go("/en/report.html")
    words = walk.tab.locator("#text-wishes [data-words]")
    walk.press("Cover")
    covered = words.evaluate("part => [part.inert, part.ariaHidden, getComputedStyle(part).filter.includes('blur')]")
    told = walk.tab.locator("#text-wishes [data-covered]").is_visible()
    walk.press("Show again")

    assert covered == [True, "true", True]
    assert told
    assert words.evaluate("part => [part.inert, part.ariaHidden]") == [False, "false"]
    assert words.inner_text() == WORDS


def test_the_skip_link_is_first_and_leads_to_the_content(walk: Walk) -> None:
    """One Tab and Enter pass the navigation."""
    walk.tab.keyboard.press("Tab")
    first = focused(walk)
    walk.tab.keyboard.press("Enter")

    assert first == "Skip to the content"
    assert walk.tab.evaluate("document.activeElement.id") == "main"


def test_without_javascript_everything_is_there_but_the_keys(browser: "Browser", guide: str) -> None:
    """Forms unfold and send, lists lead on; nothing is offered that could not work."""
    plain = window(browser, guide, javascript=False)
    plain.go("/en/report.html")
    offered = [plain.tab.locator(part).is_visible() for part in ("[data-help]", "[data-cover]")]
    plain.tab.locator("#verb-qualify summary").click()
    plain.tab.locator("#qualify-reason").fill("the words are not clear")
    plain.tab.locator("#verb-qualify button").click()
    plain.close()

    assert offered == [False, False]
    assert plain.asked[-1].endswith("/opened.html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_levels_differ_by_shape_and_letter(walk: Walk, scheme: str) -> None:
    """Whoever sees no colour reads P0 to P3; three outlines differ, and the unranked one is broken."""
    walk.tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    drawn = walk.tab.evaluate("""() => Object.fromEntries(['P0', 'P1', 'P2', 'P3', 'unranked'].map(level => {
      const badge = document.querySelector('.queue .badge.' + level);
      const svg = badge.querySelector('svg');
      return [level, [badge.innerText.trim(), svg.innerHTML + getComputedStyle(svg).strokeDasharray]];
    }))""")

    assert [drawn[level][0] for level in ("P0", "P1", "P2", "P3")] == ["P0", "P1", "P2", "P3"]
    assert len({shape for _, shape in drawn.values()}) == 5
