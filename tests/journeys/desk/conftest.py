"""A desk on each database, and windows of people on it.

  def test_…(desk_house: Desk, signed_in: SignIn): walk = signed_in(Role.ANALYST); walk.go("/")

A test that takes `desk_house` runs on SQLite and on PostgreSQL; one that needs only one says
@pytest.mark.parametrize("desk_house", ["sqlite"], indirect=True).
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from rempart.web.config import Face
from rempart.web.people.roles import Role
from rempart.wording import Lang
from tests.journeys.desk.house import Desk, running_desk
from tests.journeys.walking import Walk
from tests.reliability import postgres

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Window = Callable[..., Walk]
SignIn = Callable[..., Walk]


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def desk_house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with its worker, running."""
    if request.param == "postgresql" and not postgres.can_run():
        pytest.skip("needs PostgreSQL (Debian: apt install postgresql)")
    folder = tmp_path_factory.mktemp("desk")
    with running_desk(folder, database=request.param, faces=(Face.DESK, Face.WORKER)) as running:
        yield running


@pytest.fixture
def window(browser: "Browser", desk_house: Desk) -> Iterator[Window]:
    """Opens windows on the desk in a language; they are closed after the test."""
    opened: list[Walk] = []

    def begin(*, lang: Lang = "en", javascript: bool = True) -> Walk:
        context = browser.new_context(
            java_script_enabled=javascript,
            viewport={"width": 1280, "height": 900},
            locale={"en": "en-GB", "fr": "fr-FR"}[lang],
            reduced_motion="reduce",
        )
        context.set_default_timeout(30_000)
        opened.append(Walk(tab=context.new_page(), url=desk_house.url))
        return opened[-1]

    yield begin
    for walk in opened:
        walk.close()


@pytest.fixture
def signed_in(window: Window, desk_house: Desk) -> SignIn:
    """Opens the window of somebody with these roles who has just signed in; on no page yet."""

    def begin(role: Role, *more: Role, lang: Lang = "en", javascript: bool = True) -> Walk:
        walk = window(lang=lang, javascript=javascript)
        key = desk_house.session_of(role, *more)
        walk.tab.context.add_cookies([{"name": "rempart", "value": key, "url": desk_house.url}])
        return walk

    return begin
