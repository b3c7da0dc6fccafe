"""One report, however often it is sent; and none is lost when the site is busy or fails for a moment."""

import pytest

from rempart.intake.receipt import code_of
from rempart.web import refusals
from tests.journeys.conftest import Start
from tests.journeys.house import House, unlikely_words
from tests.journeys.states import answered_by, without_keys, without_table
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


@pytest.mark.parametrize("javascript", [True, False])
def test_words_sent_at_a_busy_moment_are_not_lost(start: Start, house: House, javascript: bool) -> None:
    """The page says to reload it; that sends the words again, and the form goes on behind them."""
    words = unlikely_words()
    child = start("/fr/b/", javascript=javascript)
    child.to("words")
    child.type(words=words)

    with answered_by(child, refusals.BUSY, at="**/b/"):
        child.press("Suivant")
        told = child.text
    child.tab.reload()
    child.to("review")
    child.send()

    assert "recharger cette page" in told
    assert count(house, words) == 1


def test_a_code_sent_while_the_site_fails_opens_after_a_reload(start: Start, house: House, letters: str) -> None:
    """The page that says that something failed says what helps."""
    person = start("/fr/m/")
    person.type(code=letters)

    with without_table(house, "door_mailbox"):
        person.go_on()
        told = person.text
    person.tab.reload()

    assert "rechargez cette page" in told
    assert person.heading == "Messages"


def test_a_report_that_could_not_be_kept_is_sent_from_the_same_page(start: Start, house: House) -> None:
    """No receipt, the answers still there, and the same button works when the site does."""
    words = unlikely_words()
    person = at_review(start, words)

    with without_keys(house):
        person.choose("send")
        told = person.text
        codes = person.tab.locator(".code").count()
    person.send()

    assert "could not be kept just now" in told
    assert codes == 0
    assert count(house, words) == 1
