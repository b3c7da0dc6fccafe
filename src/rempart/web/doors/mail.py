"""Reports by e-mail: from a folder of .eml files or an IMAP mailbox, kept as every other report; nobody is ever answered.

A message is set aside (moved, marked as read) only after its report is on the disk; a second copy of it gives no second report.
In the profiles association and hotline nothing that can be seen or heard is kept: of such files the report tells name, size and SHA-256.
"""

import io
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import TypeVar

from django.utils.crypto import salted_hmac

from rempart.evidence.vault import Exhibit, Vault
from rempart.intake.mail import Mail, MailFile, NotAMail, Told, read_mail, report_of, text_only
from rempart.intake.mail_parts import MAX_BYTES
from rempart.intake.receipt import code_of, lookup_of
from rempart.intake.report import MAX_ITEMS, Attachment
from rempart.web.config import Site
from rempart.web.door.actions import AnotherReport, Door, Lane, Means, Sender, receive_report
from rempart.web.door.models import Mailbox
from rempart.web.uploads import Accepted, HeldUpload, RefusedUpload, accept_exports

DONE, REFUSED = "done", "refused"
_SALT = "rempart.mail"
_SENDER = Sender(door=Door.MAIL, lane=Lane.PLAIN, actor="mail", is_single=True)
_LOG = logging.getLogger("rempart.mail")
MeansNow = Callable[[], Means]
Place = TypeVar("Place")  # of a message: a path, a number


class Outcome(StrEnum):
    """Whether a message made a report."""

    RECEIVED = "received"
    REPEATED = "repeated"  # it had come before


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A message that is none. name: of its file, or its number in the mailbox; for the screen of who asked, never for a log."""

    name: str
    error: NotAMail


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What became of the messages that were there."""

    received: int = 0
    repeated: int = 0
    refused: tuple[Refused, ...] = ()

    def __add__(self, other: "Round") -> "Round":
        return Round(
            received=self.received + other.received,
            repeated=self.repeated + other.repeated,
            refused=self.refused + other.refused,
        )


def receive_folder(folder: Path, *, site: Site, means: MeansNow) -> Round:
    """Every .eml file of a folder, by name; each is moved to `done/` or `refused/` in it when its report is on the disk.

    Raises: what stopped a message, once the others are done; it stays where it was.
    """
    paths = [path for path in sorted(folder.iterdir()) if _is_message(path)]
    return receive_each(paths, lambda path: _take_file(path, site=site, means=means))


def receive_each(places: Iterable[Place], take: Callable[[Place], Round]) -> Round:
    """One message after the other; one that fails does not keep the others waiting. Raises: the first failure, at the end."""
    told, failures = Round(), []
    for place in places:
        try:
            told += take(place)
        except Exception as error:  # noqa: BLE001 - the last door of a message; raised again below
            _LOG.error("mail=kept_waiting failed=%s", type(error).__name__)
            failures.append(error)
    if failures:
        raise failures[0]
    return told


def receive_one(untrusted_mail: bytes, *, name: str, site: Site, means: Means) -> Round:
    """A message as a round of one. Raises: django.db.Error, OSError when it could not be kept."""
    try:
        outcome = receive_mail(untrusted_mail, site=site, means=means)
    except NotAMail as error:
        return Round(refused=(Refused(name=name, error=error),))
    return Round(received=1) if outcome is Outcome.RECEIVED else Round(repeated=1)


def receive_mail(untrusted_mail: bytes, *, site: Site, means: Means) -> Outcome:
    """Keeps the report that a message makes. Raises: NotAMail; django.db.Error, OSError when it could not be kept."""
    mail = read_mail(untrusted_mail)
    token = salted_hmac(
        _SALT, mail.key, algorithm="sha256"
    ).digest()  # with the site's secret: who has the mail has no code
    if Mailbox.objects.filter(lookup=lookup_of(code_of(token))).exists():
        return Outcome.REPEATED
    exports, told = _sort_files(mail, site=site, means=means)
    exhibit, attachment = _seal_message(untrusted_mail, mail, told=told, site=site, means=means)
    report = report_of(mail, language=site.config.language, told=replace(told, exports=(attachment, *told.exports)))
    try:
        receipt = receive_report(
            report, token=token, sender=_SENDER, means=means, exhibits=(exhibit, *exports.exhibits)
        )
    except AnotherReport:  # another worker was quicker, and sealed the files anew
        return Outcome.REPEATED
    return Outcome.REPEATED if receipt.repeated else Outcome.RECEIVED


def _sort_files(mail: Mail, *, site: Site, means: Means) -> tuple[Accepted, Told]:
    """The exports, sealed; and what is told of all files."""
    exports, others = Accepted(), []
    for file in mail.files:
        accepted = _accept(file, site=site, means=means) if len(exports.exhibits) < MAX_ITEMS - 1 else None
        if accepted is None:
            others.append(file)
        else:
            exports = Accepted(
                exhibits=(*exports.exhibits, *accepted.exhibits),
                attachments=(*exports.attachments, *accepted.attachments),
            )
    is_whole = site.config.profile == "enquete" or _holds_only_text(mail, others)
    kept = [file for file in others if is_whole or file.is_text]
    dropped = [file for file in others if not (is_whole or file.is_text)]
    return exports, Told(exports=exports.attachments, kept=tuple(kept), dropped=tuple(dropped), is_whole=is_whole)


def _holds_only_text(mail: Mail, others: Sequence[MailFile]) -> bool:
    """True when neither the words nor the files that are no exports can be seen or heard; the gate looked into the exports."""
    return mail.words_are_text and all(file.is_text for file in others)


def _accept(file: MailFile, *, site: Site, means: Means) -> Accepted | None:
    """The file in the vault; None when it is no export, or holds media that the profile does not take."""
    with _held(file) as upload:
        try:
            return accept_exports(
                [upload], profile=site.config.profile, vault=Vault(site.exhibits), recipients=means.recipients
            )
        except RefusedUpload:
            return None


@contextmanager
def _held(file: MailFile) -> Iterator[HeldUpload]:
    """The bytes in anonymous memory, as an upload."""
    with os.fdopen(os.memfd_create("mail", os.MFD_CLOEXEC), "w+b", buffering=0) as memory:
        memory.write(file.data)
        memory.seek(0)
        yield HeldUpload(memory, name=file.name, size_bytes=len(file.data))


def _seal_message(
    untrusted_mail: bytes, mail: Mail, *, told: Told, site: Site, means: Means
) -> tuple[Exhibit, Attachment]:
    """The message itself in the vault: whole, or its words only."""
    words = b"" if told.is_whole else text_only(mail, language=site.config.language, told=told)
    exhibit = Vault(site.exhibits).put(io.BytesIO(words or untrusted_mail), recipients=means.recipients)
    attachment = Attachment(
        name="message.eml" if told.is_whole else "message.txt",
        sha256=exhibit.sha256,
        size_bytes=exhibit.size_bytes,
        address=exhibit.address,
        reader="mail",
    )
    return exhibit, attachment


# -- files ----------------------------------------------------------------------------------------------


def _is_message(path: Path) -> bool:
    return path.suffix.lower() == ".eml" and not path.name.startswith(".") and path.is_file() and not path.is_symlink()


def _take_file(path: Path, *, site: Site, means: MeansNow) -> Round:
    """Receives a file, then moves it. Who still writes into it is waited for: the longer message is another report."""
    with path.open("rb") as file:
        before = os.fstat(file.fileno())
        told = receive_one(file.read(MAX_BYTES + 1), name=path.name, site=site, means=means())
        after = os.fstat(file.fileno())
    if (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns):
        _set_aside(path, REFUSED if told.refused else DONE)
    return told


def _set_aside(path: Path, folder_name: str) -> None:
    """Moves a file under a name that is free there; nothing is written over."""
    folder = path.parent / folder_name
    folder.mkdir(mode=0o700, exist_ok=True)
    for number in count():
        target = folder / (f"{path.stem}.{number}{path.suffix}" if number else path.name)
        if not target.exists():
            with suppress(FileNotFoundError):  # another process was quicker
                path.rename(target)
            return
