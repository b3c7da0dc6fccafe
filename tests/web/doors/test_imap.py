"""IMAP: over TLS only, marked as read only after the report is on the disk, and nothing else changes on the server."""

import os
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import DatabaseError

from rempart.evidence.keys import recipient_of
from rempart.web.config import MailConfig, Site
from rempart.web.door.actions import Means
from rempart.web.door.models import Deposit
from rempart.web.doors import imap, mail
from rempart.web.doors.imap import Account, MailServerAway, fetch_imap
from rempart.web.doors.mail import Outcome
from tests.intake.test_mail import SQUARES, a_mail
from tests.web.conftest import INTAKE, NOON
from tests.web.mailserver import PASSWORD, Mailbox, make_certificate, serving

pytestmark = pytest.mark.usefixtures("rows")
FILE = "mail.secret"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the server of the test."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def context(certificate: Path) -> ssl.SSLContext:
    """Trusts the server of the test, and nobody else."""
    return ssl.create_default_context(cafile=str(certificate))


@pytest.fixture
def own(site: Site, tmp_path: Path) -> Site:
    """A site with a vault of its own."""
    return replace(site, folder=tmp_path)


@pytest.fixture
def box(certificate: Path) -> Iterator[Mailbox]:
    """A server with two reports and one message that is none between them."""
    messages = {3: a_mail("one").as_bytes(), 5: SQUARES, 9: a_mail("two").as_bytes()}
    imap._KNOWN.clear()
    with serving(messages, certificate=certificate) as served:
        yield served


def means() -> Means:
    """Noon and true randomness."""
    return Means(recipients=(recipient_of(INTAKE),), at=NOON, draw=os.urandom)


def account(box: Mailbox, **changes: str) -> Account:
    """How to enter."""
    told = Account(host="127.0.0.1", port=box.port, user="door", password=PASSWORD, mailbox="INBOX")
    return replace(told, **changes)  # type: ignore[arg-type]  # names of text fields only


@pytest.mark.parametrize("changes", [{"password": "wrong"}, {"mailbox": "None"}])
def test_a_server_that_refuses_is_said_to_be_away(
    box: Mailbox, own: Site, context: ssl.SSLContext, changes: dict[str, str]
) -> None:
    """A retry can help, and the sentence holds no password."""
    with pytest.raises(MailServerAway) as away:
        fetch_imap(account(box, **changes), site=own, means=means, context=context)

    assert away.value.can_retry
    assert "wrong" not in str(away.value)
    assert box.seen == set()


def test_a_server_whose_certificate_is_not_trusted_gets_no_password(box: Mailbox, own: Site) -> None:
    """TLS is checked with the authorities of the system when nobody says otherwise."""
    with pytest.raises(MailServerAway):
        fetch_imap(account(box), site=own, means=means)

    assert box.asked == []


def test_a_server_that_is_not_there_is_away(own: Site, context: ssl.SSLContext, certificate: Path) -> None:
    """No connection, one sentence."""
    with serving({}, certificate=certificate) as gone:
        pass

    with pytest.raises(MailServerAway):
        fetch_imap(account(gone), site=own, means=means, context=context)


def test_reports_are_kept_and_only_then_marked_as_read(box: Mailbox, own: Site, context: ssl.SSLContext) -> None:
    """What is no message stays unread, for people to see."""
    told = fetch_imap(account(box), site=own, means=means, context=context)

    assert (told.received, [refused.name for refused in told.refused]) == (2, ["5"])
    assert box.seen == {3, 9}
    assert Deposit.objects.count() == 2


def test_the_server_is_asked_for_nothing_that_changes_it(box: Mailbox, own: Site, context: ssl.SSLContext) -> None:
    """Bodies are peeked at; the one mark is the one of reading."""
    fetch_imap(account(box), site=own, means=means, context=context)

    changing = [asked for asked in box.asked if asked.split()[0] not in {"CAPABILITY", "LOGIN", "SELECT", "LOGOUT"}]
    assert {" ".join(asked.split()[:2]) for asked in changing} == {"UID SEARCH", "UID FETCH", "UID STORE"}
    assert all("PEEK" in asked for asked in changing if "BODY" in asked)


def test_a_report_that_could_not_be_kept_stays_unread(
    box: Mailbox, own: Site, context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark comes after the commit; the next round takes it."""
    real = mail.receive_mail

    def failing(data: bytes, *, site: Site, means: Means) -> Outcome:
        if b"one" in data:
            raise DatabaseError
        return real(data, site=site, means=means)

    monkeypatch.setattr(mail, "receive_mail", failing)
    with pytest.raises(DatabaseError):
        fetch_imap(account(box), site=own, means=means, context=context)
    assert box.seen == {9}

    monkeypatch.undo()
    fetch_imap(account(box), site=own, means=means, context=context)
    assert box.seen == {3, 9}


def test_a_message_that_is_none_is_fetched_once_and_told_each_time(
    box: Mailbox, own: Site, context: ssl.SSLContext
) -> None:
    """It does not fill the line every two minutes, and nobody forgets it."""
    rounds = [fetch_imap(account(box), site=own, means=means, context=context) for _ in range(2)]

    assert [[refused.name for refused in told.refused] for told in rounds] == [["5"], ["5"]]
    assert sum("FETCH 5 (BODY" in asked for asked in box.asked) == 1


def test_a_mark_that_did_not_arrive_gives_no_second_report(box: Mailbox, own: Site, context: ssl.SSLContext) -> None:
    """A connection that broke after the commit: the message is found again, and known."""
    fetch_imap(account(box), site=own, means=means, context=context)
    box.seen.clear()

    told = fetch_imap(account(box), site=own, means=means, context=context)

    assert (told.received, told.repeated) == (0, 2)
    assert box.seen == {3, 9}
    assert Deposit.objects.count() == 2


def test_a_connection_that_breaks_loses_nothing(box: Mailbox, own: Site, context: ssl.SSLContext) -> None:
    """What was kept is marked, what was not stays for the next round."""
    box.leaves_after = 1

    with pytest.raises(MailServerAway):
        fetch_imap(account(box), site=own, means=means, context=context)

    assert (box.seen, Deposit.objects.count()) == ({3}, 1)
    box.leaves_after = None
    assert fetch_imap(account(box), site=own, means=means, context=context).received == 1


def test_a_message_that_is_too_large_is_not_fetched_whole(
    box: Mailbox, own: Site, context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One byte more than is taken: enough to refuse it."""
    monkeypatch.setattr(imap, "MAX_BYTES", 100)
    monkeypatch.setattr("rempart.intake.mail_parts.MAX_BYTES", 100)

    told = fetch_imap(account(box), site=own, means=means, context=context)

    assert len(told.refused) == 3
    assert any("BODY.PEEK[]<0.101>" in asked for asked in box.asked)


def test_the_account_is_read_from_the_configuration(tmp_path: Path) -> None:
    """The password from its file; the port of IMAP over TLS when none is told."""
    (tmp_path / FILE).write_text(f"{PASSWORD}\n")
    config = MailConfig(imap_host="mail.exemple.test", imap_user="door", imap_password_file=FILE)

    told = Account.of(config, folder=tmp_path)

    assert (told.host, told.port, told.password, told.mailbox) == ("mail.exemple.test", 993, PASSWORD, "INBOX")
    assert PASSWORD not in repr(told)
    assert Account.of(MailConfig(imap_host="m.test:1993", imap_password_file=FILE), folder=tmp_path).port == 1993
