"""One server and one browser for all journeys of a test process; both end with the last journey."""

import itertools
import shutil
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.journeys.house import House, elsewhere, running_house
from tests.journeys.walking import Walk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--hide-scrollbars",
         "--disable-component-update", "--disable-sync", "--lang=fr"]  # fmt: skip

LETTER = "Bonjour, merci pour ton message.\nUne personne de l’équipe te répondra ici."

_people = (str(IPv4Address("10.200.0.0") + number) for number in itertools.count(1))  # each window is another person


class Start(Protocol):
    """Opens the site in a browser window of its own, which knows nothing of the others."""

    def __call__(
        self,
        address: str = "/",
        /,
        *,
        javascript: bool = True,
        width: int = 1280,
        height: int = 900,
        zoom: float = 1,
    ) -> Walk:
        """The window, at an address of the site. width, height: in the pixels that a page sees."""


@pytest.fixture(scope="package")
def exit_url() -> Iterator[str]:
    """An everyday page of another site, where the quick exit leads."""
    with elsewhere() as address:
        yield address


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory, exit_url: str) -> Iterator[House]:
    """The public face, running."""
    with running_house(tmp_path_factory.mktemp("house"), exit_url=exit_url) as running:
        yield running


@pytest.fixture(scope="package")
def driver() -> "Iterator[Playwright]":
    """Playwright; skips where it or the browser is absent."""
    if CHROMIUM is None:
        pytest.skip("no chromium here: on Debian, apt install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: `uv sync --group e2e`")
    with playwright.sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(driver: "Playwright") -> "Iterator[Browser]":
    """Debian's chromium."""
    chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield chromium
    chromium.close()


@pytest.fixture
def start(browser: "Browser", house: House) -> Iterator[Start]:
    """Opens windows; they are closed after the test."""
    opened: list[Walk] = []

    def begin(
        address: str = "/",
        /,
        *,
        javascript: bool = True,
        width: int = 1280,
        height: int = 900,
        zoom: float = 1,
    ) -> Walk:
        walk = new_walk(browser, house, javascript=javascript, size=(width, height), zoom=zoom)
        opened.append(walk)
        walk.go(address)
        return walk

    yield begin
    for walk in opened:
        walk.close()


@pytest.fixture(scope="package")
def letters(browser: "Browser", house: House) -> str:
    """The code of a mailbox that holds an answer of the team."""
    walk = new_walk(browser, house, javascript=False, size=(360, 740))
    walk.go("/fr/b/")
    walk.to("review")
    code = walk.send()
    walk.close()
    house.team("answer", code, LETTER)
    house.team("read", code)
    return code


def new_walk(
    browser: "Browser", house: House, *, javascript: bool = True, size: tuple[int, int] = (1280, 900), zoom: float = 1
) -> Walk:
    """A window of its own."""
    context = browser.new_context(
        java_script_enabled=javascript,
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=zoom,
        locale="fr-FR",
        extra_http_headers={
            "X-Forwarded-For": f"10.200.0.{next(_people)}"
        },  # as a proxy says: each window is another person
        reduced_motion="reduce",  # colours change at once: a contrast is measured when it is final
    )
    context.set_default_timeout(30_000)
    return Walk(tab=context.new_page(), url=house.url)
