"""An untrusted e-mail becomes a Report: its words, the addresses in them, and what is told of its files.

Nothing is rendered, fetched or answered. HTML gives its text only, and only where there is no plain text beside it. Files are handed on as
bytes: the door decides which are exports and which may not be kept; what it decides is told under the words, apart from them.
Invariant: `Mail.key` depends on what the sender wrote, not on the way that the message took, so that a second copy is recognised.
Source: RFC 5322, RFC 3834 (automatic messages). Tier: source-verified.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path as File

import msgspec

from rempart.intake.mail_parts import Head, NotAMail, Part, Parts, head_of, take_apart, text_of
from rempart.intake.markup import read_markup
from rempart.intake.paths import Text
from rempart.intake.report import (
    MAX_ITEMS,
    MAX_LINE_CHARS,
    MAX_NARRATIVE_CHARS,
    Attachment,
    Contact,
    Kind,
    Report,
    ReporterKind,
)
from rempart.wording import Lang

_FILE = File(__file__).with_name("mail.toml")
_ADDRESS = re.compile(
    r"(?:\bh(?:tt|xx)ps?://|\bwww\.)[^\s<>\"“”«»]+|\b[a-z2-7]{56}\.onion[^\s<>\"“”«»]*", re.IGNORECASE
)
_AFTER_ADDRESS = ".,;:!?…'’*_|`"
_MAILBOX = re.compile(r"[^\s<>@,;:\"()\[\]]+@[^\s<>@,;:\"()\[\]]+")
_MACHINES = re.compile(r"(?:mailer-daemon|postmaster)@", re.IGNORECASE)
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_MARKS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "List-Id")
_INNER = re.compile(
    r"data:(?:image|audio|video|application)/[^,\"'()<>\s]{0,300},[^\"'()<>\s]*"
    r"|data:[^,\"'()<>\s]{0,300};base64,[^\"'()<>\s]*"
    r"|^begin(?:-base64)? [0-7]{3,4} \S.*(?:\n[^\n]+)*",  # uuencode
    re.IGNORECASE | re.MULTILINE,
)
_CONTROLS = bytes(set(range(32)) - {9, 10, 12, 13, 27})
_PICTURES = (b"{\\rtf", b"<svg", b"%!ps")  # texts that draw
_REMARKS_CHARS = MAX_NARRATIVE_CHARS // 2
__all__ = ["Mail", "MailFile", "NotAMail", "Told", "read_mail", "report_of", "text_only"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFile:
    """A file of a message. name: outside, as text only."""

    name: str
    content_type: str
    data: bytes

    @property
    def is_text(self) -> bool:
        """True when the bytes are words and nothing that can be seen or heard."""
        media = self.content_type.startswith(("image/", "audio/", "video/"))
        return not media and _is_text(self.data) and not self.data[:4_096].lower().lstrip().startswith(_PICTURES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message taken apart. bodies: its texts in order, as they stand; text: the words for people, without markup.

    words_are_text: nothing in it, its files aside, can be seen or heard. key: 32 bytes. unlooked: parts beyond the limit.
    """

    head: str
    subject: str
    text: str
    bodies: tuple[str, ...]
    files: tuple[MailFile, ...]
    sender: Contact | None
    message_id: str | None
    sent: str | None
    language: str | None
    addresses: tuple[str, ...]
    is_automatic: bool
    words_are_text: bool
    unlooked: int
    key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the door did: files that are in the vault as exports, the others, and whether the message itself was sealed whole."""

    exports: tuple[Attachment, ...] = ()
    kept: tuple[MailFile, ...] = ()
    dropped: tuple[MailFile, ...] = ()
    is_whole: bool = True


def read_mail(untrusted_mail: bytes) -> Mail:
    """The message. Raises: NotAMail, when it is none, or is built to take too long."""
    parts = take_apart(untrusted_mail)
    head, bodies = parts.heads[0], [part for part in parts.leaves if part.is_body]
    files = tuple(
        MailFile(name=part.name, content_type=part.content_type, data=part.data)
        for part in parts.leaves
        if not part.is_body
    )
    text, links = _words(bodies, parts.heads[1:])
    texts = tuple(map(text_of, bodies))
    return Mail(
        head=head_of(untrusted_mail),
        subject=head["Subject"][:MAX_LINE_CHARS],
        text=text,
        bodies=texts,
        files=files,
        sender=_sender(head["From"]),
        message_id=head["Message-ID"].strip("<> ")[:MAX_LINE_CHARS] or None,
        sent=head["Date"][:100] or None,
        language=_language(head["Content-Language"]),
        addresses=_addresses([*_ADDRESS.findall(f"{head['Subject']}\n{text}"), *links]),
        is_automatic=_is_automatic(head, untrusted_mail),
        words_are_text=_is_text(untrusted_mail) and not parts.unlooked and not any(map(_INNER.search, texts)),
        unlooked=parts.unlooked,
        key=_key(head, parts),
    )


def report_of(mail: Mail, *, language: Lang, told: Told) -> Report:
    """The report that a message makes. language: of the remarks, and of the report when the message tells none."""
    remarks = _remarks(mail, language, told)[:_REMARKS_CHARS]
    words = "\n\n".join(filter(None, (mail.subject, mail.text)))
    room = MAX_NARRATIVE_CHARS - len(remarks) - 200
    if len(words) > room:
        words = f"{words[:room]}…\n\n[{_notes()['cut'].told_in(language)}]"  # 200 signs are kept free for it
    kind = Kind.CONTENT if mail.addresses else Kind.CONVERSATION if told.exports else Kind.SITUATION
    return Report(
        kind=kind,
        reporter=ReporterKind.UNKNOWN,
        language=mail.language or language,
        narrative=f"{words}\n\n{remarks}".strip(),
        addresses=mail.addresses[:MAX_ITEMS],
        attachments=told.exports[:MAX_ITEMS],
        contact=mail.sender,
        reference=mail.message_id,
    )


def text_only(mail: Mail, *, language: Lang, told: Told) -> bytes:
    """The header and the words of a message, its files that are words, and all remarks; nothing that can be seen or heard."""
    bodies = [f"---\n\n{_INNER.sub('[…]', body)}" for body in mail.bodies]
    files = [f"--- {file.name}\n\n{file.data.decode('utf-8', 'replace')}" for file in told.kept if file.is_text]
    return "\n\n".join([mail.head, *bodies, *files, "---", _remarks(mail, language, told)]).encode("utf-8", "replace")


# -- words ----------------------------------------------------------------------------------------------


def _words(bodies: Iterable[Part], inside: Iterable[Head]) -> tuple[str, list[str]]:
    """The words for people, and where links of HTML lead; of two versions of one text only the plain one."""
    bodies = list(bodies)
    plain = {part.alternative for part in bodies if part.content_type == "text/plain" and part.data.strip()} - {None}
    told: list[str] = []
    links: list[str] = []
    for part in bodies:
        words = _INNER.sub("[…]", text_of(part))
        if part.content_type != "text/html":
            told.append(words)
        elif part.alternative not in plain:
            markup = read_markup(words)
            told.append(markup.text)
            links += [link for link in markup.links if _ADDRESS.match(link)]
    told += [" · ".join(filter(None, (head["From"], head["Date"], head["Subject"]))) for head in inside]
    return "\n\n".join(filter(None, told)), links


def _addresses(found: Iterable[str]) -> tuple[str, ...]:
    """Each address once, in order, without the signs that end a sentence."""
    trimmed = (_trim(address) for address in found)
    return tuple(dict.fromkeys(address for address in trimmed if 8 < len(address) <= MAX_LINE_CHARS))


def _trim(address: str) -> str:
    address = address.rstrip(_AFTER_ADDRESS)
    for opening, closing in ("()", "[]", "{}"):
        while address.endswith(closing) and address.count(closing) > address.count(opening):
            address = address[:-1].rstrip(_AFTER_ADDRESS)
    return address


def _sender(told: str) -> Contact | None:
    found = _MAILBOX.findall(told)
    if not found:
        return None
    name = told.split("<", 1)[0].strip(" \"'") if "<" in told else ""
    return Contact(name=name[:200] or None, email=found[-1][:320])


def _language(told: str) -> str | None:
    found = re.match(r"[A-Za-z]{2}(?![A-Za-z])", told)
    return found[0].lower() if found else None


def _is_automatic(head: Head, mail: bytes) -> bool:
    """True when the message says that a machine sent it. Source: RFC 3834 §5, and the marks that programs used before it."""
    return (
        head["Auto-Submitted"].lower() not in {"", "no"}
        or head["Precedence"].lower() in _BULK
        or any(mark in head for mark in _MARKS)
        or head["Return-Path"] == "<>"
        or head["Content-Type"].lower().startswith("multipart/report")
        or bool(_MACHINES.search(head["From"]))
    )


def _key(head: Head, parts: Parts) -> bytes:
    told = [head[name] for name in ("Message-ID", "From", "Date", "Subject")]
    hashes = [hashlib.sha256(part.data.replace(b"\r\n", b"\n").rstrip()).hexdigest() for part in parts.leaves]
    return hashlib.sha256(msgspec.json.encode([told, hashes, parts.unlooked])).digest()


def _is_text(data: bytes) -> bool:
    """True for bytes without the control signs that every picture, film, sound and program has."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "\0" not in data.decode("utf-16", "replace")
    return len(data.translate(None, _CONTROLS)) == len(data)


# -- remarks --------------------------------------------------------------------------------------------


def _remarks(mail: Mail, lang: Lang, told: Told) -> str:
    """What the door tells under the words; "" when there is nothing to tell."""
    notes = _notes()

    def say(note: str, /, **fields: object) -> str:
        return notes[note].told_in(lang).format(**fields)

    more = len(mail.addresses) - MAX_ITEMS
    lines = [
        say("sent", sent=mail.sent) if mail.sent else "",
        say("automatic") if mail.is_automatic else "",
        say("many", count=more) if more > 0 else "",
        say("inner") if not told.is_whole and any(map(_INNER.search, mail.bodies)) else "",
        say("unlooked", count=mail.unlooked) if not told.is_whole and mail.unlooked else "",
    ]
    for note, files in (("kept", told.kept), ("dropped", told.dropped)):
        for file in files:
            digest = hashlib.sha256(file.data).hexdigest()
            lines.append(say(note, name=file.name, size=len(file.data), sha256=digest))
    return "\n".join([say("heading"), *(f"- {line}" for line in lines if line)]) if any(lines) else ""


@lru_cache(maxsize=1)
def _notes() -> dict[str, Text]:
    notes: dict[str, dict[str, str]] = tomllib.loads(_FILE.read_text("utf-8"))["notes"]
    return msgspec.convert(notes, dict[str, Text])
