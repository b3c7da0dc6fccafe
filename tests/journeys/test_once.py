"""One report, however often it is sent: reload, double click, going back."""

import pytest

from rempart.intake.receipt import code_of
from tests.journeys.conftest import Start
from tests.journeys.house import House, unlikely_words
from tests.journeys.walking import Walk


def at_review(start: Start, words: str, *, javascript: bool = True) -> Walk:
    """A form that is ready to be sent."""
    person = start("/en/a/", javascript=javascript)
    person.to("words")
    person.type(words=words)
    person.press("Next")
    person.to("review")
    return person


def count(house: House, words: str) -> int:
    """How many reports hold these words."""
    return sum(report.narrative == words for report in house.reports())


@pytest.mark.parametrize("javascript", [True, False])
def test_reloading_the_receipt_shows_the_same_code(start: Start, house: House, javascript: bool) -> None:
    """The browser sends the form again; one report, one code."""
    words = unlikely_words()
    person = at_review(start, words, javascript=javascript)
    code = person.send()

    person.tab.reload()

    assert person.code == code
    assert count(house, words) == 1


@pytest.mark.parametrize("javascript", [True, False])
def test_a_double_click_sends_one_report(start: Start, house: House, javascript: bool) -> None:
    """The page shows the code of the form, and that code opens the mailbox."""
    words = unlikely_words()
    person = at_review(start, words, javascript=javascript)
    token = person.tab.locator("[name=token]").get_attribute("value") or ""

    person.tab.locator("button[value=send]").dblclick()
    code = person.code
    person.open_mailbox(code, lang="en")

    assert code == code_of(bytes.fromhex(token))
    assert count(house, words) == 1
    assert person.heading == "Your messages"


def test_two_windows_send_two_reports(start: Start, house: House) -> None:
    """The tests above do not pass because nothing is kept: another form is another report, with another code."""
    words = unlikely_words()

    codes = {at_review(start, words).send() for _ in range(2)}

    assert len(codes) == 2
    assert count(house, words) == 2
