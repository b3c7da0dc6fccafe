"""The exchange with the person who reported: sealed to their code, read when asked for, and closed only by name."""

import secrets

import pytest

from rempart.evidence.keys import recipient_of
from rempart.intake.receipt import lookup_of
from rempart.web.cases import answering
from rempart.web.cases.events import of_report, words
from rempart.web.cases.models import Event, Report
from rempart.web.cases.opening import open_new
from rempart.web.config import Site
from rempart.web.door import actions as door
from rempart.web.door.acts import Means
from rempart.web.door.models import Leaf, Message
from rempart.web.door.queries import read_mailbox
from rempart.web.people.roles import Role
from tests.web.conftest import INTAKE, NOON
from tests.web.desk.desking import actions, at_desk, open_page, press, said, tell_motive, text_of, told
from tests.web.team import cast, report

pytestmark = pytest.mark.usefixtures("rows")
QUESTION, ANSWER = "Should I keep the messages?", "Yes, keep them; tell an adult whom you trust."


def written(site: Site, *messages: str) -> tuple[Report, str]:
    """A report with messages of its reporter, opened; and the code."""
    means = Means(recipients=(recipient_of(INTAKE),), at=NOON, draw=secrets.token_bytes)
    sender = door.Sender(door=door.Door.FORM, lane=door.Lane.PLAIN)
    code = door.receive_report(told(), token=secrets.token_bytes(16), sender=sender, means=means).code
    for message in messages:
        door.post_message(code, message, means=means)
    while open_new(site, now=NOON).walked:
        pass
    return Report.objects.get(lookup=lookup_of(code)), code


def test_an_answer_can_be_read_with_the_code_and_by_colleagues(site: Site) -> None:
    """Sealed to the mailbox; our copy is sealed to the report; the ledger of the door says who sent it."""
    people = cast()
    row, code = written(site)
    bob = at_desk(people.bob)
    tell_motive(bob, row)

    sentence = said(bob, press(bob, row, "answer", text=ANSWER))

    view = read_mailbox(code)
    assert view is not None
    assert [line.text for line in view.lines] == [ANSWER]
    assert view.status == "read"
    assert "when they come back with their code" in sentence
    assert [one.payload for one in words(of_report(row)) if one.action == "answered"] == [{"text": ANSWER}]
    assert people.bob.pseudonym.encode() in bytes(Leaf.objects.order_by("-seq")[1].data)


def test_messages_are_hidden_until_asked_for_and_then_no_longer_new(site: Site) -> None:
    """Counted as one shown item; the mark on the queue goes."""
    people = cast()
    row, _ = written(site, QUESTION)
    bob = at_desk(people.bob)

    before = open_page(bob, row)
    press(bob, row, "answer", text=ANSWER)
    press(bob, row, "show", show="messages")
    after = text_of(bob.get(f"/reports/{row.number}/"))

    assert "1 new message" in before
    assert QUESTION not in before
    assert QUESTION in after
    assert ANSWER in after
    assert "1 new message" not in after


def test_who_only_supervises_leaves_messages_new(site: Site) -> None:
    """The people who answer still see that there is something to answer."""
    people = cast()
    row, _ = written(site, QUESTION)
    head = at_desk(people.by_role[Role.HEAD])
    tell_motive(head, row, "supervision")

    press(head, row, "show", show="messages")

    row.refresh_from_db()
    assert row.messages == 1


@pytest.mark.parametrize(
    ("text", "sentence"), [("  ", "The message is empty"), ("x" * 5_001, "longer than 5,000 signs")]
)
def test_an_answer_that_cannot_be_kept_is_refused(site: Site, text: str, sentence: str) -> None:
    """Nothing is cut in silence, and no event says that it was sent."""
    people = cast()
    row, code = written(site)
    bob = at_desk(people.bob)
    tell_motive(bob, row)

    told_there = said(bob, press(bob, row, "answer", text=text, back=f"/reports/{row.number}/"))

    view = read_mailbox(code)
    assert sentence in told_there.replace("5000", "5,000")
    assert view is not None
    assert view.lines == ()
    assert "answered" not in actions(row)


def test_when_the_door_cannot_keep_it_no_event_says_that_it_was_sent(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both or neither."""
    people = cast()
    row, _ = written(site)
    bob = at_desk(people.bob)
    bob.raise_request_exception = False
    monkeypatch.setattr(answering, "answer_reporter", _fails)

    answer = press(bob, row, "answer", text=ANSWER)

    assert answer.status_code == 500
    assert not Event.objects.filter(subject=row.pk, action="answered").exists()


def _fails(*_args: object, **_named: object) -> None:
    raise OSError


def test_a_closed_mailbox_opens_nothing_and_is_opened_again(site: Site) -> None:
    """Only by name, with a reason; to close the report leaves it open, so that the last answer can be read."""
    people = cast()
    row, code = written(site)
    bob, back = at_desk(people.bob), f"/reports/{row.number}/"
    tell_motive(bob, row)

    press(bob, row, "close", choice="no_follow_up")
    still_open = read_mailbox(code)
    no_reason = said(bob, press(bob, row, "close-mailbox", reason="", back=back))
    press(bob, row, "close-mailbox")
    closed = read_mailbox(code)
    refused = said(bob, press(bob, row, "answer", text=ANSWER, back=back))
    press(bob, row, "open-mailbox")

    assert still_open is not None
    assert "Say why" in no_reason
    assert closed is None
    assert "could not read this" in refused
    assert read_mailbox(code) is not None


def test_a_report_without_a_mailbox_says_so() -> None:
    """No failure, and no form."""
    people = cast()
    row = report(people.bob.person.organisation)
    bob = at_desk(people.bob)

    page = open_page(bob, row)
    sentence = said(bob, press(bob, row, "answer", text=ANSWER, back=f"/reports/{row.number}/"))

    assert "There is no mailbox." in page
    assert "Nothing was sent" in sentence


def test_only_who_answers_may_answer(site: Site) -> None:
    """The investigator reads the exchange and sends nothing."""
    people = cast()
    row, _ = written(site, QUESTION)
    alice = at_desk(people.alice)

    page = open_page(alice, row)

    assert "Answer the reporter" not in page
    assert press(alice, row, "answer", text=ANSWER).status_code == 403
    assert Message.objects.filter(from_reporter=False).count() == 0
