"""The mailbox: messages both ways with the code; anything else gets one and the same answer."""

import secrets

from rempart.intake.receipt import code_of
from tests.journeys.conftest import Start
from tests.journeys.house import House, unlikely_words
from tests.journeys.walking import Walk


def reported(start: Start) -> tuple[Walk, str]:
    """A person who has just reported, and the code."""
    person = start("/fr/b/", javascript=False)
    person.to("review")
    return person, person.send()


def test_messages_go_both_ways(start: Start, house: House) -> None:
    """The team's words are read with the code, as text; the reporter's reach the team, and are not shown again."""
    words = unlikely_words()
    person, code = reported(start)
    house.team("read", code)
    house.team("answer", code, "Bonjour <b>vous</b>,\nmerci.")

    person.open_mailbox(code)
    read = person.text
    person.type(message=words)
    person.press("Envoyer")

    assert "Lu par une personne de l’équipe" in read
    assert "Bonjour <b>vous</b>,\nmerci." in read
    assert words not in person.tab.content()
    assert "Le message est gardé." in person.text
    assert house.messages()[-1] == words


def test_a_message_sent_twice_is_kept_once(start: Start, house: House) -> None:
    """Reloading the page that answers changes nothing."""
    words = unlikely_words()
    person, code = reported(start)
    person.open_mailbox(code)
    person.type(message=words)
    with person.tab.expect_navigation():
        person.press("Envoyer")

    person.tab.reload()

    assert house.messages().count(words) == 1


def test_a_closed_code_looks_like_one_that_never_was(start: Start, house: House) -> None:
    """The two pages are the same to the last byte."""
    person, code = reported(start)
    house.team("answer", code, "une réponse qui reste dedans")
    house.team("close", code)

    person.open_mailbox(code)
    closed = person.tab.content()
    person.open_mailbox(code_of(secrets.token_bytes(16)))

    assert person.tab.content() == closed
    assert person.tab.locator(".problems").is_visible()


def test_a_proof_of_filing_holds_neither_words_nor_code(start: Start) -> None:
    """A file with a name that says nothing."""
    words = unlikely_words()
    person = start("/fr/b/")
    person.to("words")
    person.type(words=words)
    person.press("Suivant")
    person.to("review")
    code = person.send()

    with person.tab.expect_download() as download:
        person.press("Enregistrer la preuve")

    held = download.value.path().read_text("utf-8")
    assert download.value.suggested_filename == "document.txt"
    assert "sha256(code)" in held
    assert not any(text in held for text in (words, code, code.replace("-", "")))
