"""Reports by e-mail: kept once, set aside only afterwards, never answered, and without anything that can be seen."""

import hashlib
import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import msgspec
import pytest
from django.db import DatabaseError

from rempart.evidence.keys import recipient_of
from rempart.evidence.sealing import unseal
from rempart.evidence.vault import Vault
from rempart.intake.mail import NotAMail, read_mail
from rempart.intake.receipt import code_of, lookup_of
from rempart.intake.report import Kind, Report, decode
from rempart.web.config import MailConfig, Profile, Site
from rempart.web.door.actions import Lane, Means
from rempart.web.door.models import Deposit, ExhibitRow, Leaf, Mailbox
from rempart.web.doors import mail
from rempart.web.doors.fetching import fetch
from rempart.web.doors.mail import Outcome, Round, receive_folder, receive_mail
from tests.intake.test_mail import SQUARES, a_mail, with_files
from tests.web.conftest import INTAKE, NOON
from tests.web.test_uploads import CHAT

pytestmark = pytest.mark.usefixtures("rows")
Own = Callable[[Profile], Site]


@pytest.fixture
def own(site: Site, tmp_path: Path) -> Own:
    """A site of a profile with a vault of its own."""

    def made(profile: Profile = "hotline") -> Site:
        return replace(site, folder=tmp_path / "site", config=msgspec.structs.replace(site.config, profile=profile))

    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for messages."""
    (tmp_path / "mail").mkdir()
    return tmp_path / "mail"


def means() -> Means:
    """Noon and true randomness."""
    return Means(recipients=(recipient_of(INTAKE),), at=NOON, draw=os.urandom)


def kept() -> Report:
    """The one report that was kept."""
    return decode(unseal(bytes(Deposit.objects.get().sealed), identities=[INTAKE]))


def unsealed(site: Site, address: str, folder: Path) -> bytes:
    """The bytes of an exhibit."""
    Vault(site.exhibits).unseal_to(address, identities=[INTAKE], target=folder / "out")
    return (folder / "out").read_bytes()


def zipped(**members: bytes) -> bytes:
    """An archive; `__` in a name stands for a dot."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return file.getvalue()


def with_export(data: bytes) -> EmailMessage:
    """A message with a file."""
    message = a_mail("l’export est joint")
    message.add_attachment(data, maintype="application", subtype="zip", filename="chat.zip")
    return message


# -- what is refused -------------------------------------------------------------------------------------


def test_what_is_no_mail_leaves_no_trace(own: Own) -> None:
    """No row, no leaf, no exhibit."""
    with pytest.raises(NotAMail):
        receive_mail(SQUARES, site=own("hotline"), means=means())

    assert (Deposit.objects.count(), Leaf.objects.count(), ExhibitRow.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("profile", ["association", "hotline"])
def test_a_picture_is_never_kept(own: Own, profile: Profile, tmp_path: Path) -> None:
    """Neither as a file nor inside the message, in no encoding; the report tells what it was."""
    site = own(profile)

    receive_mail(with_files().as_bytes(), site=site, means=means())

    (attachment,) = kept().attachments
    words = unsealed(site, attachment.address, tmp_path)
    assert (attachment.name, attachment.reader) == ("message.txt", "mail")
    assert SQUARES[:8] not in words
    assert b"iVBORw0KGgo" not in words
    assert b"more words" in words
    assert hashlib.sha256(SQUARES).hexdigest() in (kept().narrative or "")
    assert len(list(Vault(site.exhibits).addresses())) == ExhibitRow.objects.count() == 1


def test_a_picture_in_an_archive_is_not_kept_either(own: Own, tmp_path: Path) -> None:
    """The gate looks inside; the whole archive stays out."""
    site = own("hotline")

    receive_mail(with_export(zipped(_chat__txt=CHAT, photo__jpg=SQUARES)).as_bytes(), site=site, means=means())

    (attachment,) = kept().attachments
    assert attachment.name == "message.txt"
    assert b"UEsDB" not in unsealed(site, attachment.address, tmp_path)
    assert "chat.zip" in (kept().narrative or "")


def test_a_judicial_site_keeps_the_message_whole(own: Own, tmp_path: Path) -> None:
    """In the profile enquete the very bytes are sealed."""
    site, data = own("enquete"), with_files().as_bytes()

    receive_mail(data, site=site, means=means())

    (attachment,) = kept().attachments
    assert attachment.name == "message.eml"
    assert unsealed(site, attachment.address, tmp_path) == data
    assert "kept inside" in (kept().narrative or "") or "conservé dans" in (kept().narrative or "")


# -- what is kept ----------------------------------------------------------------------------------------


def test_a_mail_of_words_is_kept_whole_and_sealed(own: Own, tmp_path: Path) -> None:
    """The report, and the message as it came, each with its leaf; nobody but the team opens them."""
    site, data = own("hotline"), a_mail().as_bytes()

    outcome = receive_mail(data, site=site, means=means())

    (attachment,) = kept().attachments
    assert outcome is Outcome.RECEIVED
    assert unsealed(site, attachment.address, tmp_path) == data
    assert (Deposit.objects.get().door, Deposit.objects.get().lane) == ("mail", Lane.PLAIN)
    assert Leaf.objects.count() == 2
    assert all(b"mail" in bytes(leaf.data) and b"Zo" not in bytes(leaf.data) for leaf in Leaf.objects.all())


def test_an_export_passes_the_gate_and_is_an_exhibit_of_its_own(own: Own, tmp_path: Path) -> None:
    """The reader that takes it is named, and the message holds nothing that can be seen: it is whole."""
    site, archive = own("hotline"), zipped(_chat__txt=CHAT)

    receive_mail(with_export(archive).as_bytes(), site=site, means=means())

    report = kept()
    assert [(one.name, one.reader) for one in report.attachments] == [("message.eml", "mail"), ("chat.zip", "whatsapp")]
    assert unsealed(site, report.attachments[1].address, tmp_path) == archive
    assert report.kind is Kind.CONVERSATION


def test_the_same_mail_twice_is_one_report(own: Own) -> None:
    """Through another mailbox too; not a byte is sealed again."""
    site, data = own("hotline"), a_mail().as_bytes()
    receive_mail(data, site=site, means=means())

    again = receive_mail(b"Received: from a by b\n" + data, site=site, means=means())

    assert again is Outcome.REPEATED
    assert (Deposit.objects.count(), len(list(Vault(site.exhibits).addresses()))) == (1, 1)


def test_another_mail_of_the_same_number_is_another_report(own: Own) -> None:
    """A forged Message-ID hides nothing."""
    receive_mail(a_mail("one").as_bytes(), site=own("hotline"), means=means())
    receive_mail(a_mail("two").as_bytes(), site=own("hotline"), means=means())

    assert Deposit.objects.count() == 2


def test_a_worker_that_was_slower_finds_the_report_kept(own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers at once keep one report between them."""
    site, data = own("hotline"), a_mail().as_bytes()
    receive_mail(data, site=site, means=means())
    real = Mailbox.objects.filter
    answers = iter([Mailbox.objects.none()])
    monkeypatch.setattr(Mailbox.objects, "filter", lambda **told: next(answers, None) or real(**told))

    assert receive_mail(data, site=site, means=means()) is Outcome.REPEATED
    assert Deposit.objects.count() == 1


def test_who_has_the_mail_has_not_its_code(own: Own) -> None:
    """The code comes from a secret of the site too: nobody can compute it from the message."""
    data = a_mail().as_bytes()
    receive_mail(data, site=own("hotline"), means=means())

    guesses = (data, hashlib.sha256(data).digest(), read_mail(data).key)

    assert not any(Mailbox.objects.filter(lookup=lookup_of(code_of(guess))).exists() for guess in guesses)


@pytest.mark.parametrize("headers", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"Return_Path": "<>"}])
def test_a_mail_of_a_machine_is_kept_in_the_ordinary_lane(own: Own, headers: dict[str, str]) -> None:
    """Loops and notices are recognised, and kept all the same."""
    receive_mail(a_mail(**headers).as_bytes(), site=own("hotline"), means=means())

    assert Deposit.objects.get().lane == Lane.PLAIN


# -- the folder ------------------------------------------------------------------------------------------


def test_files_are_moved_when_their_reports_are_kept(own: Own, folder: Path) -> None:
    """Into done/ or refused/; what is no message stays untouched."""
    (folder / "a.eml").write_bytes(a_mail("one").as_bytes())
    (folder / "b.EML").write_bytes(a_mail("two").as_bytes())
    (folder / "c.eml").write_bytes(SQUARES)
    for name in (".d.eml", "e.txt"):
        (folder / name).write_bytes(a_mail(name).as_bytes())
    (folder / "f.eml").symlink_to(folder / "e.txt")

    told = receive_folder(folder, site=own("hotline"), means=means)

    assert (told.received, told.repeated, [one.name for one in told.refused]) == (2, 0, ["c.eml"])
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == [
        ".d.eml",
        "done/a.eml",
        "done/b.EML",
        "e.txt",
        "f.eml",
        "refused/c.eml",
    ]
    assert (folder / "refused" / "c.eml").read_bytes() == SQUARES


def test_nothing_is_written_over(own: Own, folder: Path) -> None:
    """A second file of the same name gets another one."""
    for text in ("one", "two", "three"):
        (folder / "a.eml").write_bytes(a_mail(text).as_bytes())
        receive_folder(folder, site=own("hotline"), means=means)

    assert sorted(path.name for path in (folder / "done").iterdir()) == ["a.1.eml", "a.2.eml", "a.eml"]
    assert Deposit.objects.count() == 3


def test_a_file_stays_when_its_report_could_not_be_kept(
    own: Own, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others do not wait for it; the failure is told at the end, and the next round asks again."""
    for name in ("a", "b", "c"):
        (folder / f"{name}.eml").write_bytes(a_mail(f"words {name}").as_bytes())
    real = mail.receive_mail

    def failing(data: bytes, *, site: Site, means: Means) -> Outcome:
        if b"words b" in data:
            raise DatabaseError
        return real(data, site=site, means=means)

    monkeypatch.setattr(mail, "receive_mail", failing)
    with pytest.raises(DatabaseError):
        receive_folder(folder, site=own("hotline"), means=means)

    assert [path.name for path in folder.glob("*.eml")] == ["b.eml"]
    monkeypatch.undo()
    assert receive_folder(folder, site=own("hotline"), means=means) == Round(received=1)


def test_a_file_that_is_still_being_written_stays(own: Own, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole of it is another report, taken in the next round; nothing that was written is lost."""
    path = folder / "a.eml"
    path.write_bytes(a_mail("first half").as_bytes())
    real = mail.receive_mail

    def slow(data: bytes, *, site: Site, means: Means) -> Outcome:
        outcome = real(data, site=site, means=means)
        with path.open("ab") as file:
            file.write(b"second half")
        return outcome

    monkeypatch.setattr(mail, "receive_mail", slow)
    receive_folder(folder, site=own("hotline"), means=means)
    monkeypatch.undo()

    assert path.exists()
    assert receive_folder(folder, site=own("hotline"), means=means) == Round(received=1)
    assert not path.exists()


def test_the_worker_fetches_what_is_configured(own: Own, folder: Path) -> None:
    """Nothing where nothing is configured."""
    site = own("hotline")
    (folder / "a.eml").write_bytes(a_mail().as_bytes())
    told = msgspec.structs.replace(site.config, mail=MailConfig(folder=str(folder)))

    assert fetch(site) == Round()
    assert fetch(replace(site, config=told)) == Round(received=1)
