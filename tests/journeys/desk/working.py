"""How somebody works at the desk in a browser: by what they see, unfold, type and press."""

import time

from tests.journeys.walking import Walk

ANALYSIS_S = 120.0


def press(walk: Walk, name: str) -> None:
    """Presses a button by what stands on it, and waits for the next page."""
    with walk.tab.expect_navigation():
        walk.tab.get_by_role("button", name=name).first.click()


def tell_why(walk: Walk, motive: str = "follow_up") -> None:
    """Says why something is opened, where that is asked."""
    if walk.tab.locator("form.motive").count():
        walk.tab.locator(f"[name=motive][value={motive}]").check()
        press(walk, "Open")


def open_report(walk: Walk, number: int, motive: str = "triage") -> None:
    """Opens a report."""
    walk.go(f"/reports/{number}/")
    tell_why(walk, motive)


def unfold(walk: Walk, verb: str) -> None:
    """Unfolds the form of a verb."""
    details = walk.tab.locator(f"#verb-{verb}")
    if details.get_attribute("open") is None:
        details.locator("summary").first.click()


def do(walk: Walk, verb: str, reason: str = "seen on the page", **choices: str) -> None:
    """Sends the form of a verb with a reason and choices, by the names of its fields."""
    unfold(walk, verb)
    form = walk.tab.locator(f"#verb-{verb} form")
    for name, value in choices.items():
        form.locator(f"select[name={name}]").select_option(value)
    form.locator("[name=reason]").fill(reason)
    with walk.tab.expect_navigation():
        form.locator("button[type=submit]").first.click()


def told(walk: Walk) -> str:
    """What the desk says of what was done."""
    return " ".join(walk.tab.locator("p.told").all_inner_texts())


def level(walk: Walk) -> str:
    """The level of the report or dossier that is open."""
    return walk.tab.locator("h1 .badge").inner_text().strip()


def wait_for_analysis(walk: Walk) -> None:
    """Loads the page of an analysis until it has its result, as somebody without scripts does."""
    until = time.monotonic() + ANALYSIS_S
    while not walk.tab.locator("#suggested").count():
        assert time.monotonic() < until, walk.text
        walk.tab.wait_for_timeout(500)
        walk.tab.reload()
