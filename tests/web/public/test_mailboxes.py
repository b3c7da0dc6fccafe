"""The mailbox: the code opens it, everything else gets one and the same answer."""

import secrets
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError

from rempart.evidence.sealing import unseal
from rempart.intake.receipt import code_of as code_of_token
from rempart.intake.receipt import lookup_of
from rempart.web.door.actions import MAX_MESSAGE_CHARS, Means, answer_reporter, change_status
from rempart.web.door.models import Message, Status
from rempart.web.public import mailboxes
from rempart.web.public.means import means
from tests.web.conftest import INTAKE, NOON
from tests.web.public.browsing import Page, code_of, post, sent_report, visit

pytestmark = pytest.mark.usefixtures("public")


def at_noon() -> Means:
    """What the desk needs to answer."""
    return Means(recipients=means().recipients, at=NOON, draw=secrets.token_bytes)


def answer(code: str, text: str) -> None:
    """The team writes to a reporter."""
    answer_reporter(lookup_of(code), text, means=at_noon(), actor="alice")


def opened(code: str, lang: str = "en") -> Page:
    """The page that a code opens."""
    return visit(f"/{lang}/m/").submit(code=code)


def told(page: Page) -> tuple[int, dict[str, str], bytes]:
    """Everything that a prober could compare."""
    return page.status, page.headers, page.content


def test_unknown_and_closed_codes_and_those_with_a_slip_get_the_same_bytes() -> None:
    """Status, headers, length and content tell nobody whether a report exists, or ever did."""
    closed = code_of(sent_report())
    answer(closed, "an answer that stays inside")
    change_status(lookup_of(closed), Status.CLOSED, means=at_noon(), actor="alice")

    never = [told(opened(code_of_token(secrets.token_bytes(16)))) for _ in range(3)]

    assert told(opened(closed)) == never[0] == never[1] == never[2]
    assert b"opens nothing here" in never[0][2]


def test_writing_to_a_code_that_opens_nothing_gets_the_same_bytes_and_is_not_kept() -> None:
    """Nor does writing tell more than reading."""
    unknown = code_of_token(secrets.token_bytes(16))
    client = visit("/").client

    page = Page(client, post(client, "/en/m/", {"code": unknown, "message": "hello", "go": "write"}))

    assert told(page) == told(opened(unknown))
    assert not Message.objects.exists()


@pytest.mark.parametrize("typed", ["", "ABCD", "0000-0000-0000-0000-0000-000U", "x" * 5_000, "é" * 24])
def test_what_cannot_be_a_code_is_told_so(typed: str) -> None:
    """The check signs need no look into any table: a slip is named at once, and the code is not repeated."""
    page = opened(typed)

    assert page.status == 400
    assert "six groups of four" in page.text
    assert "x" * 50 not in page.text


def test_the_code_is_forgiven_its_form() -> None:
    """Small letters, blanks, O for 0, I and L for 1."""
    code = code_of(sent_report())
    typed = code.lower().replace("-", "  ").replace("0", "o").replace("1", "l")

    assert opened(typed).title == "Your messages"


def test_a_new_report_waits_to_be_read() -> None:
    """Coarse status, by day."""
    page = opened(code_of(sent_report()))

    assert "Nobody has read it yet" in page.text
    assert str(date.today().year) in page.text  # noqa: DTZ011 - the page is made with the real clock
    assert ":" not in page.text.split("Received on")[1].split("<")[0]


def test_read_is_told_by_day() -> None:
    """Who read it, and at which minute, stays inside."""
    code = code_of(sent_report())
    change_status(lookup_of(code), Status.READ, means=at_noon(), actor="alice")

    assert "Read by a person of the team on 22 November 2026." in opened(code).text
    assert "Lu par une personne de l’équipe le 22 novembre 2026." in opened(code, "fr").text
    assert "alice" not in opened(code).text


def test_answers_are_read_with_the_code_as_plain_text() -> None:
    """The words of the team are shown as words, whatever signs are in them."""
    code = code_of(sent_report())
    answer(code, "Hello <b>you</b>\nsecond line")

    page = opened(code)

    assert "Hello &lt;b&gt;you&lt;/b&gt;\nsecond line" in page.text


def test_a_message_is_kept_for_the_team_alone() -> None:
    """The reporter writes, the page says so, and the site itself cannot show it again."""
    page = opened(code_of(sent_report())).press("go", "write", message="Voici la suite.\r\nFin.")

    row = Message.objects.get()
    assert "Your message is kept." in page.text
    assert "Voici la suite" not in page.text
    assert "Only the team can read it." in page.text
    assert unseal(bytes(row.sealed), identities=[INTAKE]).decode() == "Voici la suite.\nFin."


def test_the_same_message_sent_twice_is_kept_once() -> None:
    """A reload does not fill the mailbox."""
    page = opened(code_of(sent_report()))

    page.press("go", "write", message="once")
    page.press("go", "write", message="once")

    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("message", "sentence"), [("  \r\n", "The message is empty"), ("x" * 5_001, "longer than 5000")]
)
def test_a_message_that_cannot_be_sent_is_told_so(message: str, sentence: str) -> None:
    """With what was typed still in the field."""
    page = opened(code_of(sent_report())).press("go", "write", message=message)

    assert page.status == 400
    assert sentence in page.text
    assert page.values["message"].strip() == message.strip()
    assert not Message.objects.exists()


def test_a_message_of_the_longest_kind_is_taken() -> None:
    """The limit that is told is the limit that holds; line ends count once."""
    message = "\r\n".join(["x"] * (MAX_MESSAGE_CHARS // 2))

    assert "Your message is kept." in opened(code_of(sent_report())).press("go", "write", message=message).text


def test_a_message_that_could_not_be_kept_stays_in_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is called kept that is not."""

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(mailboxes, "post_message", fail)

    page = opened(code_of(sent_report())).press("go", "write", message="not lost")

    assert page.status == 503
    assert page.values["message"] == "not lost"
    assert "Your message is kept." not in page.text


def test_the_code_stands_in_no_address() -> None:
    """It travels in forms only."""
    page = opened(code_of(sent_report()))

    assert {form.action for form in page.forms} == {"/en/m/", "/en/p/"}
    assert visit("/en/m/?code=" + page.values["code"]).title == "Come back with a code"
