"""An adult gives an export of a conversation; media are refused with a sentence that says what to give instead."""

import io
import zipfile
from pathlib import Path

import pytest

from rempart.evidence.vault import Vault
from tests.journeys.conftest import Start
from tests.journeys.house import House, unlikely_words
from tests.journeys.states import CHAT, PICTURE
from tests.journeys.walking import Walk

NO_MEDIA = "Pictures, films and sounds are not taken here"


def archive(**members: bytes) -> bytes:
    """A zip archive; a double underscore in a name stands for its dot."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name.replace("__", "."), data)
    return held.getvalue()


def at_talk(start: Start, *, javascript: bool = True) -> Walk:
    """An adult at the screen where a conversation can be given."""
    adult = start("/en/", javascript=javascript)
    adult.tab.get_by_role("link", name="I am an adult").click()
    adult.choose("conversation")
    adult.type(service="ChatApp", account="a pseudonym")
    adult.press("Next")
    return adult


@pytest.mark.parametrize("javascript", [True, False])
def test_an_adult_gives_an_export_and_is_told_whom_to_call(
    start: Start, house: House, tmp_path: Path, javascript: bool
) -> None:
    """From the first page to the advice; the team reads the words and the very bytes of the export."""
    words = unlikely_words()
    adult = at_talk(start, javascript=javascript)

    adult.type(words=words)
    adult.give(CHAT, name="WhatsApp Chat.txt")
    adult.press("Next")
    adult.choose("11_14")
    adult.choose("yes")
    adult.choose("2")
    adult.choose("blackmail_money")
    adult.choose("parent")
    adult.press("Next")
    review = adult.text
    adult.send()
    receipt = adult.text
    adult.press("I have kept it")

    report = house.reports()[-1]
    file = report.attachments[0]
    kept = tmp_path / "export"
    Vault(house.site.exhibits).unseal_to(file.address, identities=[house.identity], target=kept)
    assert words in review
    assert "WhatsApp Chat.txt" in review
    assert "Received and kept" in receipt
    assert (report.narrative, report.category) == (words, "blackmail_money")
    assert kept.read_bytes() == CHAT
    assert adult.heading == "Whom to call now"
    assert all(name in adult.text for name in ("Thésée", "3018"))
    assert adult.said == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("photo.png", PICTURE),
        ("chat.txt", PICTURE),
        ("chat.zip", archive(_chat__txt=CHAT, photo__jpg=PICTURE)),
        ("chat.zip", archive(_chat__txt=CHAT, notes__txt=PICTURE)),
    ],
)
def test_media_are_refused_and_the_words_stay(start: Start, house: House, name: str, data: bytes) -> None:
    """Also under another name, also inside an archive: the sentence says what to give instead, and nothing is kept of it."""
    words = unlikely_words()
    before = set(Vault(house.site.exhibits).addresses())
    adult = at_talk(start)

    adult.type(words=words)
    adult.give(data, name=name)
    adult.press("Next")

    told = adult.tab.locator(".problems").inner_text()
    assert NO_MEDIA in told
    assert "Give the address, the account name, the date and the hour instead" in told
    assert adult.tab.locator("textarea").input_value() == words
    assert set(Vault(house.site.exhibits).addresses()) == before


def test_after_a_refusal_the_form_goes_on_in_words(start: Start, house: House) -> None:
    """Whoever has no export that is taken still reports."""
    words = unlikely_words()
    adult = at_talk(start)
    adult.type(words=words)
    adult.give(PICTURE, name="photo.png")
    adult.press("Next")

    adult.press("Next")
    adult.to("review")
    adult.send()

    report = house.reports()[-1]
    assert (report.narrative, report.attachments) == (words, ())


def test_the_summary_of_problems_has_the_focus_and_leads_to_the_field(start: Start) -> None:
    """Whoever does not see the page hears first what is wrong, and one key goes to where it is mended."""
    adult = at_talk(start)
    adult.give(PICTURE, name="photo.png")
    adult.press("Next")

    focused = adult.tab.evaluate("document.activeElement.className")
    adult.tab.locator(".problems a").click()

    assert focused == "problems"
    assert adult.tab.evaluate("document.activeElement.id") == "export"
    assert adult.tab.title().startswith("To correct")
