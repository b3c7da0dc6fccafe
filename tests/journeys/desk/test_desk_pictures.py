"""The pictures of the desk for the documentation: REMPART_PICTURES=1 pytest tests/journeys/desk/test_desk_pictures.py."""

import os
from pathlib import Path

import pytest

from rempart.web.people.roles import Role
from tests.journeys.desk.conftest import Window
from tests.journeys.desk.house import Desk
from tests.journeys.desk.matter import demonstrate, furnish
from tests.journeys.desk.working import press, tell_why
from tests.journeys.test_pictures import PICTURES

MOST_BYTES = 200_000
pytestmark = [
    pytest.mark.skipif(not os.environ.get("REMPART_PICTURES"), reason="set REMPART_PICTURES=1 to take the pictures"),
    pytest.mark.parametrize("desk_house", ["sqlite"], indirect=True),
]


def test_takes_the_pictures_of_the_desk(desk_house: Desk, window: Window) -> None:
    """Each page as people see it, with the reports of the demonstration, and small enough to be kept."""
    demonstrate(desk_house)
    walk, roles = window(), (Role.ANALYST, Role.INVESTIGATOR, Role.HEAD)
    key = str(desk_house.act("session", "Alice", *roles))
    walk.tab.context.add_cookies([{"name": "rempart", "value": key, "url": desk_house.url}])
    walk.tab.set_viewport_size({"width": 1280, "height": 800})
    parts = furnish(desk_house, "Alice", "same", "same")
    taken: list[Path] = []

    def take(name: str) -> None:
        walk.tab.evaluate("() => document.activeElement.blur()")
        taken.append(PICTURES / f"{name}.png")
        walk.tab.screenshot(path=taken[-1])

    walk.go("/")
    take("desk-queue")
    press(walk, "Take the most urgent")
    walk.go(walk.tab.url.removeprefix(walk.url))  # without the sentence of what was done
    take("desk-report")
    walk.tab.emulate_media(color_scheme="dark")
    walk.go(f"/dossiers/{parts['dossier']}/")
    tell_why(walk)
    take("desk-dossier-dark")
    walk.tab.emulate_media(color_scheme="light")
    walk.go(f"/analyses/{parts['analysis']}/messages/")
    walk.tab.locator("article").first.wait_for()
    walk.tab.locator("article button").first.click()
    walk.tab.locator("article .said:not(:empty)").first.wait_for()
    take("desk-conversation")
    walk.go("/unit/")
    take("desk-unit")

    assert [path.name for path in taken if path.stat().st_size > MOST_BYTES] == []
