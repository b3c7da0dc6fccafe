"""Verbs towards the person who reported: an answer under their code, and how far they are told that the report is.

The answer is sealed at the door so that only the code opens it; the event keeps our copy, sealed to the key of the report. The event is
written first and the door last, in one go: when the door cannot keep it, no event says that it was sent.
Nothing here leaves the house: the person comes back with the code. Notes and reasons of the desk never come here.
"""

import secrets

from django.db import router, transaction

from rempart.errors import BadInput, NotAllowed
from rempart.web.cases.events import Act, of_report, record
from rempart.web.cases.models import Event, Report
from rempart.web.cases.reports import By, required_reason
from rempart.web.door.actions import MAX_MESSAGE_CHARS, NothingToSend, answer_reporter, change_status
from rempart.web.door.acts import Means
from rempart.web.door.models import Mailbox, Status


class NoMailbox(BadInput):
    """The report has no mailbox, or no longer."""


class MailboxClosed(NotAllowed):
    """The reporter's code opens nothing at present."""


class TooLongAnswer(BadInput):
    """An answer is longer than a message may be."""


class ToldAlready(NotAllowed):
    """The mailbox is so already."""


def answer(report: Report, text: str, *, by: By) -> None:
    """Answers the reporter; who had not been told so learns that the report was read.

    Raises: NothingToSend, TooLongAnswer, NoMailbox, MailboxClosed.
    """
    told = text.replace("\r\n", "\n").strip()
    if not told:
        raise NothingToSend("The message is empty. Write something, then send it again.")
    if len(told) > MAX_MESSAGE_CHARS:
        raise TooLongAnswer(
            "This answer is longer than {most} signs. Nothing was sent; shorten it, or send it in two parts.",
            most=MAX_MESSAGE_CHARS,
        )
    box = _mailbox(report)
    if box.status == Status.CLOSED:
        raise MailboxClosed(
            "The mailbox is closed: the person could not read this. Nothing was sent; open the mailbox again first."
        )
    with transaction.atomic(using=_alias()):
        record(
            Act(action="answered", actor=by.actor.pseudonym, at=by.at, payload={"text": told}),
            subject=of_report(report),
        )
        answer_reporter(bytes(box.lookup), told, means=_means(by), actor=by.actor.pseudonym)
    tell_read(report, by=by)


def tell_read(report: Report, *, by: By) -> bool:
    """Tells the reporter that somebody has read the report, once; False when there is nothing to tell or nobody to tell it to."""
    box = Mailbox.objects.filter(lookup=bytes(report.lookup)).first()
    if box is None or box.status != Status.RECEIVED:
        return False
    change_status(bytes(box.lookup), Status.READ, means=_means(by), actor=by.actor.pseudonym)
    return True


def close_mailbox(report: Report, *, by: By) -> None:
    """From now on the code opens nothing, with a reason; answers that were not read yet cannot be read. Raises: NoReason, NoMailbox, ToldAlready."""
    _turn(report, Status.CLOSED, action="mailbox_closed", by=by)


def open_mailbox(report: Report, *, by: By) -> None:
    """The code opens the mailbox again. Raises: NoReason, NoMailbox, ToldAlready."""
    _turn(report, Status.READ, action="mailbox_opened", by=by)


def _turn(report: Report, status: Status, *, action: str, by: By) -> None:
    reason, box = required_reason(by), _mailbox(report)
    if (box.status == Status.CLOSED) is (status is Status.CLOSED):
        raise ToldAlready("The mailbox is so already. Nothing was changed.")
    with transaction.atomic(using=_alias()):
        record(
            Act(action=action, actor=by.actor.pseudonym, at=by.at, payload={"reason": reason}),
            subject=of_report(report),
        )
        change_status(bytes(box.lookup), status, means=_means(by), actor=by.actor.pseudonym)


def _mailbox(report: Report) -> Mailbox:
    box = Mailbox.objects.filter(lookup=bytes(report.lookup)).first()
    if box is None:
        raise NoMailbox("This report has no mailbox. Nothing was sent.")
    return box


def _means(by: By) -> Means:
    return Means(recipients=(), at=by.at, draw=secrets.token_bytes)  # an answer is sealed to the key of its mailbox


def _alias() -> str:
    return router.db_for_write(Event)
