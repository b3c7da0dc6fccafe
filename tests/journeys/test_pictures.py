"""The pictures of the documentation, taken from the running site: REMPART_PICTURES=1 pytest tests/journeys/test_pictures.py."""

import os
from pathlib import Path

import pytest

from tests.journeys.conftest import Start
from tests.journeys.house import House

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
MOST_BYTES = 120_000
SMALL, LARGE = (360, 740), (1280, 800)
pytestmark = pytest.mark.skipif(
    not os.environ.get("REMPART_PICTURES"), reason="set REMPART_PICTURES=1 to take the pictures of the documentation"
)


def test_takes_the_pictures(start: Start, house: House) -> None:
    """Five pictures, each of a page as people see it, and small enough to be kept."""
    walk = start("/en/")
    taken: list[Path] = []

    def take(name: str, size: tuple[int, int]) -> None:
        walk.tab.set_viewport_size({"width": size[0], "height": size[1]})
        walk.tab.evaluate("() => { scrollTo(0, 0); document.activeElement.blur() }")
        taken.append(PICTURES / f"{name}.png")
        walk.tab.screenshot(path=taken[-1])

    walk.tab.emulate_media(color_scheme="dark")
    take("first-page-dark", LARGE)
    walk.tab.emulate_media(color_scheme="light")
    walk.go("/en/a/")
    take("adult-question", LARGE)
    walk.go("/fr/b/")
    walk.choose("unknown")
    take("child-question", SMALL)
    walk.go("/en/a/")
    walk.to("review")
    code = walk.send()
    take("receipt", SMALL)
    house.team("read", code)
    house.team("answer", code, "Good morning, and thank you for writing.\nWhat is the account called on that network?")
    walk.open_mailbox(code, lang="en")
    take("mailbox", SMALL)

    assert [path.name for path in taken if path.stat().st_size > MOST_BYTES] == []
