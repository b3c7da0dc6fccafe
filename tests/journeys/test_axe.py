"""axe-core finds nothing on any public page: both languages, both themes (the rules on colours in the second), three widths."""

from pathlib import Path
from typing import Literal

import pytest

from rempart.wording import LANGS, Lang
from tests.journeys.conftest import Start
from tests.journeys.house import House
from tests.journeys.states import every_state
from tests.journeys.walking import Walk

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text("utf-8")
WIDTHS = (320, 768, 1280)
FEWEST_STATES = 55  # of the pages; fewer would mean that the walk misses some
ON_COLOURS = ["color-contrast", "link-in-text-block"]  # the rules for which a theme makes a difference
THEMES: tuple[tuple[Literal["light", "dark"], list[str] | None], ...] = (("light", None), ("dark", ON_COLOURS))
RUN = """async rules => {
  const found = await axe.run({ resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) });
  return { tried: found.passes.length, violations: found.violations.map(one => one.id + ' ' + one.nodes[0].html) };
}"""


def violations(walk: Walk) -> list[str]:
    """What axe objects to on this page, at each width in each theme."""
    walk.tab.evaluate(AXE)  # through the debugger: the policy of the page lets no other script in
    told: list[str] = []
    for width in WIDTHS:
        walk.tab.set_viewport_size({"width": width, "height": 900})
        for theme, rules in THEMES:
            walk.tab.emulate_media(color_scheme=theme)
            found = walk.tab.evaluate(RUN, rules)
            assert rules or found["tried"] > 10
            told += [f"{width} {theme}: {one}" for one in found["violations"]]
    return told


@pytest.mark.parametrize("lang", LANGS)
def test_axe_finds_nothing_on_any_page(start: Start, house: House, letters: str, lang: Lang) -> None:
    """Zero violations, best practices included, on every screen, error, receipt, mailbox and page of advice."""
    walk = start(f"/{lang}/")
    told = {name: violations(walk) for name in every_state(walk, house, lang, letters=letters)}

    assert len(told) >= FEWEST_STATES
    assert {name: found for name, found in told.items() if found} == {}


def test_axe_would_find_a_fault(start: Start) -> None:
    """The test above does not pass because axe sees nothing."""
    walk = start("/fr/")
    walk.tab.evaluate("() => document.querySelector('.home').style.color = '#ddd'")
    walk.tab.evaluate("() => document.documentElement.removeAttribute('lang')")

    found = " ".join(violations(walk))

    assert "color-contrast" in found
    assert "html-has-lang" in found
