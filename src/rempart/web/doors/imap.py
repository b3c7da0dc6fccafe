"""Fetches unread messages over IMAP and TLS. The one thing that changes on the server: a message is marked as read once it is kept.

A message that is none stays unread, for people to see; it is told in every round, and not fetched again.
Source: RFC 9051 (IMAP4rev2), as far as imaplib speaks it. Tier: tried against a server of the tests only.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self

from rempart.errors import OutsideFailure
from rempart.intake.mail_parts import MAX_BYTES
from rempart.web.config import MailConfig, Site
from rempart.web.doors.mail import MeansNow, Refused, Round, receive_each, receive_one

TIMEOUT_S = 30
_PORT = 993
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_NUMBER = re.compile(rb"\d{1,10}")
_KNOWN: dict[
    tuple[str, str, str, str], Refused
] = {}  # messages that this process found to be none: host, mailbox, its age, number


class MailServerAway(OutsideFailure):
    """The mail server does not answer, does not let us in, or has no such mailbox; reports that wait there stay there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A mailbox and how to enter it."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    mailbox: str

    @classmethod
    def of(cls, config: MailConfig, *, folder: Path) -> Self:
        """From the configuration; the password from its file, relative to the data folder. Raises: OSError."""
        host, _, port = config.imap_host.partition(":")
        password = (folder / config.imap_password_file).read_text("utf-8").strip()
        return cls(
            host=host,
            port=int(port) if port.isdigit() else _PORT,
            user=config.imap_user,
            password=password,
            mailbox=config.imap_mailbox,
        )


def fetch_imap(account: Account, *, site: Site, means: MeansNow, context: ssl.SSLContext | None = None) -> Round:
    """Receives every unread message. context: whom to trust; the authorities of the system by default.

    Raises: MailServerAway; what stopped a message, once the others are done.
    """
    with _entered(account, context or ssl.create_default_context()) as server:
        box = (account.host, account.mailbox, _validity(server))
        with _asking():
            numbers = _unread(server)
        known = {number: _KNOWN[*box, number] for number in numbers if (*box, number) in _KNOWN}
        fresh = [number for number in numbers if number not in known]
        told = receive_each(fresh, partial(_take, server, site=site, means=means))
        _KNOWN.update({(*box, refused.name): refused for refused in told.refused})
        return told + Round(refused=tuple(known.values()))


def _take(server: imaplib.IMAP4, number: str, *, site: Site, means: MeansNow) -> Round:
    """One message: fetched without a mark, kept, and only then marked as read."""
    with _asking():
        mail = _message(server, number)
    told = receive_one(mail, name=number, site=site, means=means())
    if not told.refused:
        with _asking():
            _ok(server.uid("STORE", number, "+FLAGS.SILENT", r"(\Seen)"))
    return told


@contextmanager
def _asking() -> Iterator[None]:
    """Whatever goes wrong on the way to the server or there. Raises: MailServerAway."""
    try:
        yield
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailServerAway(
            "The mail server did not let us fetch the reports: it does not answer, or refuses the name, the password or the "
            "mailbox. What waits there is unread still; it is asked again.",
            can_retry=True,
        ) from error


@contextmanager
def _entered(account: Account, context: ssl.SSLContext) -> Iterator[imaplib.IMAP4]:
    """The mailbox, open for reading and for its marks."""
    with _asking():
        server = imaplib.IMAP4_SSL(account.host, account.port, ssl_context=context, timeout=TIMEOUT_S)
    try:
        with _asking():
            server.login(account.user, account.password)
            _ok(server.select(f'"{account.mailbox}"'))
        yield server
    finally:
        _leave(server)


def _leave(server: imaplib.IMAP4) -> None:
    try:
        server.logout()
    except (imaplib.IMAP4.error, OSError):
        server.shutdown()


def _validity(server: imaplib.IMAP4) -> str:
    """What makes the numbers of this mailbox last."""
    _, data = server.response("UIDVALIDITY")
    return data[0].decode("ascii", "replace") if data and isinstance(data[0], bytes) else ""


def _unread(server: imaplib.IMAP4) -> list[str]:
    """The numbers of the unread messages, oldest first."""
    data = _ok(server.uid("SEARCH", "UNSEEN"))
    told = b" ".join(line for line in data if isinstance(line, bytes))
    return [number.decode("ascii") for number in _NUMBER.findall(told)]


def _message(server: imaplib.IMAP4, number: str) -> bytes:
    """The bytes of a message; one more than is taken of a message that is too large."""
    size = _SIZE.search(b" ".join(_bytes_in(_ok(server.uid("FETCH", number, "(RFC822.SIZE)")))))
    wanted = "BODY.PEEK[]" if size and int(size[1]) <= MAX_BYTES else f"BODY.PEEK[]<0.{MAX_BYTES + 1}>"
    answer = _ok(server.uid("FETCH", number, f"({wanted})"))
    bodies = [part[1] for part in answer if isinstance(part, tuple) and len(part) > 1]
    if not bodies:
        raise imaplib.IMAP4.error("no such message")
    return bytes(bodies[0])


def _bytes_in(answer: Sequence[object]) -> Iterator[bytes]:
    for part in answer:
        yield from (piece for piece in (part if isinstance(part, tuple) else (part,)) if isinstance(piece, bytes))


def _ok(answer: tuple[str, Sequence[object]]) -> Sequence[object]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(status)
    return data
