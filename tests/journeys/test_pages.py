"""What holds on every public page: it fits, it is quiet, it says nothing of itself to the browser, it speaks one language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from rempart.wording import LANGS, Lang
from tests.journeys.conftest import LETTER, Start, new_walk
from tests.journeys.house import House, unlikely_words
from tests.journeys.states import CHAT, every_state
from tests.journeys.walking import Walk

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LONG = 25  # signs: shorter lines may be alike in both languages
_SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }'
    + ' p { margin-bottom: 2em !important }');
  document.adoptedStyleSheets = [sheet];
}"""
_SIDEWAYS = "() => document.documentElement.scrollWidth > innerWidth"
_ADDRESS = re.compile(r"/(fr|en)/([a-z]/([0-9]/)?)?")
_TELLING = re.compile(
    r"rempart|exemple|signal|report|témoin|enfan|child|mineur|minor|abus|violen|agress|sex|dang|polic|chantage|blackmail|"
    r"harc|bully|grooming|pédo|pedo|3018|119",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One page as it was met. sideways: the conditions under which it is wider than the window."""

    name: str
    title: str
    address: str
    lines: frozenset[str]
    sideways: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """All pages of one language, and what the browser was asked, told and given to keep on the way."""

    pages: tuple[Seen, ...]
    walk: Walk
    kept: tuple[object, ...]


@pytest.fixture(scope="module")
def rounds(browser: "Browser", house: House, letters: str) -> Iterator[dict[Lang, Round]]:
    """Both languages, seen at 320 pixels of a screen at 400 %."""
    done = {lang: _round(new_walk(browser, house, size=(320, 256), zoom=4), house, lang, letters) for lang in LANGS}
    yield done
    for one in done.values():
        one.walk.close()


def _round(walk: Walk, house: House, lang: Lang, letters: str) -> Round:
    pages = tuple(_seen(walk, name) for name in every_state(walk, house, lang, letters=letters))
    walk.go(f"/{lang}/")
    stored = walk.tab.evaluate("() => [localStorage.length, sessionStorage.length, document.cookie]")
    return Round(pages=pages, walk=walk, kept=(*stored, *walk.tab.context.cookies()))


def _seen(walk: Walk, name: str) -> Seen:
    text = walk.tab.locator("body").inner_text()
    sideways = []
    for height in (256, 640):
        walk.tab.set_viewport_size({"width": 320, "height": height})
        sideways += [f"{height} high"] * bool(walk.tab.evaluate(_SIDEWAYS))
    walk.tab.evaluate(_SPACED)
    sideways += ["wide spacing"] * bool(walk.tab.evaluate(_SIDEWAYS))
    return Seen(
        name=name,
        title=walk.tab.title(),
        address=walk.tab.url.removeprefix(walk.url),
        lines=frozenset(line.strip() for line in text.splitlines()),
        sideways=tuple(sideways),
    )


@pytest.mark.parametrize("lang", LANGS)
def test_no_page_scrolls_sideways(rounds: dict[Lang, Round], lang: Lang) -> None:
    """At 320 pixels, at 400 % of a 1280 by 1024 screen, and with the wider spacing that some people set."""
    assert {page.name: page.sideways for page in rounds[lang].pages if page.sideways} == {}


@pytest.mark.parametrize("lang", LANGS)
def test_pages_ask_nothing_of_others_and_break_no_policy(rounds: dict[Lang, Round], house: House, lang: Lang) -> None:
    """No request leaves the site and no page complains."""
    walk = rounds[lang].walk

    assert [address for address in walk.asked if not address.startswith(house.url + "/")] == []
    assert len(walk.asked) > 100
    assert walk.said == []


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_is_kept_in_the_browser(rounds: dict[Lang, Round], lang: Lang) -> None:
    """No cookie was ever set, and no storage holds anything."""
    assert set(rounds[lang].walk.cookies_set) == {""}
    assert rounds[lang].kept == (0, 0, "")


@pytest.mark.parametrize("lang", LANGS)
def test_titles_and_addresses_say_nothing(rounds: dict[Lang, Round], lang: Lang) -> None:
    """What stays in the history of the browser does not say what was done, nor on what kind of site."""
    pages = [page for page in rounds[lang].pages if page.name != "not found"]  # that address is the test's own

    assert [page.title for page in pages if not page.title or _TELLING.search(page.title)] == []
    assert [page.address for page in pages if not _ADDRESS.fullmatch(page.address)] == []


def test_no_page_says_a_sentence_of_the_other_language(rounds: dict[Lang, Round]) -> None:
    """A line of the French pages that stands in the English ones was not translated."""
    both = {"busy", "too large"}  # they speak both languages at once
    french, english = (
        frozenset[str]().union(*(page.lines for page in rounds[lang].pages if page.name not in both))
        for lang in ("fr", "en")
    )

    theirs = {line for line in french & english if len(line) > LONG} - set(LETTER.splitlines())
    assert {line for line in theirs if ".txt" not in line} == set()


@pytest.mark.parametrize("javascript", [True, False])
def test_changing_the_language_keeps_the_answers(start: Start, house: House, javascript: bool) -> None:
    """In the middle of a screen, with a file given and words not yet sent on."""
    words = unlikely_words()
    adult = start("/fr/a/", javascript=javascript)
    adult.choose("conversation")
    adult.type(service="ChatApp")
    adult.press("Suivant")
    adult.give(CHAT, name="discussion.txt")
    adult.press("Suivant")
    adult.press("Retour")
    adult.type(words=words)

    adult.press("English")
    heading = adult.heading
    adult.press("Next")
    adult.to("review")
    adult.send()

    report = house.reports()[-1]
    assert heading == "What was said?"
    assert (report.narrative, report.language, report.accounts[0].service) == (words, "en", "ChatApp")
    assert [file.name for file in report.attachments] == ["discussion.txt"]


@pytest.mark.parametrize("page", ["/", "/h/1/", "/m/"])
def test_changing_the_language_stays_on_the_page(start: Start, page: str) -> None:
    """The link leads to the same page in the other language."""
    walk = start(f"/fr{page}")

    walk.tab.get_by_role("link", name="English").click()

    assert urlsplit(walk.tab.url).path == f"/en{page}"
    assert walk.tab.locator("html").get_attribute("lang") == "en"


def test_without_a_wish_the_browser_decides_the_language(start: Start) -> None:
    """The address without a language gives the one that the browser asks for."""
    assert start("/").tab.locator("html").get_attribute("lang") == "fr"
