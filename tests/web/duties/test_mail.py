"""Mail: without a mailbox nothing is done; what cannot be read is told, and what does not answer is asked again."""

from dataclasses import replace
from pathlib import Path

import pytest

from rempart.web.config import MailConfig, Site, SiteConfig
from rempart.web.door.models import Deposit
from rempart.web.duties.mail import fetch_mail
from rempart.web.duties.plan import Told
from tests.web.conftest import NOON

pytestmark = pytest.mark.usefixtures("rows")
LETTER = b"From: ann@example.org\r\nTo: door@example.org\r\nSubject: a report\r\nDate: Sun, 22 Nov 2026 10:00:00 +0100\r\n\r\nSomebody writes to my son.\r\n"


def with_folder(site: Site, folder: Path) -> Site:
    """The site with a folder of messages."""
    return replace(site, config=SiteConfig(mail=MailConfig(folder=str(folder))))


def test_a_site_without_mail_has_nothing_to_fetch(site: Site) -> None:
    """Most sites have none."""
    assert fetch_mail(site, NOON) == Told()


def test_a_letter_in_the_folder_becomes_a_report(site: Site, tmp_path: Path) -> None:
    """Once, and the folder is empty then."""
    (tmp_path / "one.eml").write_bytes(LETTER)

    told = [fetch_mail(with_folder(site, tmp_path), NOON) for _ in range(2)]

    assert told == [Told(), Told()]
    assert Deposit.objects.count() == 1


def test_a_message_that_cannot_be_read_is_told_until_somebody_looked(site: Site, tmp_path: Path) -> None:
    """It is set aside, and the desk says so."""
    (tmp_path / "two.eml").write_bytes(b"")

    told = [fetch_mail(with_folder(site, tmp_path), NOON) for _ in range(2)]

    assert told == [Told(notice="mail_refused", count=1)] * 2


def test_a_folder_that_is_away_is_told(site: Site, tmp_path: Path) -> None:
    """Nothing is lost there; the next round asks again."""
    assert fetch_mail(with_folder(site, tmp_path / "none"), NOON) == Told(notice="mail_away")
