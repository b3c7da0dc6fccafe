"""The report in a real browser: Debian's chromium, driven by Playwright. Skipped where there is none."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from rempart.analysis.walk import Options
from tests.analysis.case import analysed
from tests.analysis.sharing import Opener, walked

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: `uv sync --group e2e`")
AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: on Debian, apt install chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """One browser for all tests of the module."""
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: "Browser", tmp_path: Path) -> "Iterator[Page]":
    """The report of the invented chat, with everything that it asks for or complains of."""
    report = analysed(tmp_path, options=Options(lang="en")).folder / "report.html"
    context = browser.new_context(java_script_enabled=True, viewport={"width": 1100, "height": 900})
    tab = context.new_page()
    tab.goto(report.as_uri())
    yield tab
    context.close()


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the invented group that passes files round, with lists."""
    options = Options(lang="en", open_lists=Opener())
    return walked(tmp_path_factory.mktemp("joined"), options=options).folder / "report.html"


def blur_of(tab: "Page") -> str:
    """The filter on the first text of the first alert, once its transition is over."""
    tab.wait_for_timeout(300)
    return str(tab.locator(".text").first.evaluate("element => getComputedStyle(element).filter"))


def test_texts_are_blurred_until_asked_for(page: "Page") -> None:
    """A tick shows the texts of one alert, another hides them again."""
    assert blur_of(page).startswith("blur")

    page.get_by_label("Show the texts of this alert").first.check()
    shown = blur_of(page)
    page.get_by_label("Show the texts of this alert").first.uncheck()

    assert shown == "none"
    assert blur_of(page).startswith("blur")


def test_a_text_can_be_shown_by_keyboard_alone(page: "Page") -> None:
    """Focus reveals one text; the tick box can be reached and worked without a mouse."""
    page.locator(".text").first.focus()
    assert blur_of(page) == "none"

    page.get_by_label("Show the texts of this alert").first.focus()
    page.keyboard.press("Space")
    assert page.get_by_label("Show the texts of this alert").first.is_checked()


def test_asks_nothing_of_any_network_and_breaks_no_policy(browser: "Browser", tmp_path: Path) -> None:
    """The only request is the file itself; the console stays silent."""
    report = analysed(tmp_path).folder / "report.html"
    context = browser.new_context()
    tab = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.goto(report.as_uri())
    context.close()

    assert asked == [report.as_uri()]
    assert said == []


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_fits_the_width_without_sideways_scrolling(page: "Page", width: int) -> None:
    """Wide tables scroll inside their own box, the page does not."""
    page.set_viewport_size({"width": width, "height": 800})

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_tactic_leads_to_its_message(page: "Page") -> None:
    """Following the number of a message brings the message into view."""
    link = page.locator("article li a").first
    target = str(link.get_attribute("href"))
    link.click()

    assert page.url.endswith(target)
    assert page.locator(f"[id='{target[1:]}']").is_visible()


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_chapters_with_drawings_fit_every_width(browser: "Browser", joined: Path, width: int) -> None:
    """Drawings and wide tables scroll inside their own box; the page does not."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    tab = context.new_page()
    tab.goto(joined.as_uri())
    wide = tab.evaluate("document.documentElement.scrollWidth")
    drawn = tab.locator("svg.network, svg.tiles, svg.curves").count()
    context.close()

    assert wide <= width
    assert drawn >= 4


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_who_sees_or_hears_otherwise(
    browser: "Browser", joined: Path, scheme: Literal["light", "dark"]
) -> None:
    """axe finds nothing against WCAG and good practice, by day and by night."""
    context = browser.new_context(
        color_scheme=scheme, bypass_csp=True
    )  # axe is put into the page; the report has no script
    tab = context.new_page()
    tab.goto(joined.as_uri())
    tab.evaluate(AXE.read_text("utf-8"))
    found = tab.evaluate(
        "axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => [v.id, v.nodes[0].html]))"
    )
    context.close()

    assert found == []


def test_a_number_of_a_key_actor_leads_to_its_messages(browser: "Browser", joined: Path) -> None:
    """Following a measure opens the sheet of the actor, where the messages stand with their exhibit."""
    context = browser.new_context()
    tab = context.new_page()
    tab.goto(joined.as_uri())
    link = tab.locator("section[aria-labelledby=actors] td.n a").first
    target = str(link.get_attribute("href"))[1:]
    link.click()
    refs = tab.locator(f"[id='{target}'] .refs a")

    assert tab.locator(f"[id='{target}']").is_visible()
    assert refs.count() > 0
    assert str(refs.first.get_attribute("href")) == "#e-1"
    context.close()
