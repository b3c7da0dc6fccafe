"""The parts of an untrusted e-mail, as Python's parser gives them, with its crashes and its slow cases fenced off.

Invariant: whatever the bytes, the answer is parts or NotAMail, within time that grows with their number.
Source: RFC 5322, 2045–2047, 2231, 3834; CPython's email package. Tier: source-verified.
"""

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.policy import EmailPolicy

from rempart.errors import BadInput
from rempart.intake.answers import clean

MAX_BYTES = 64_000_000
MAX_PARTS = 200
MAX_DEPTH = 40
MAX_HEAD_BYTES = 1_000_000
_MAX_HEADER_CHARS = 4_000  # the parser of structured headers takes quadratic time
_MAX_PART_HEADER_CHARS = 1_000
_MAX_WORK = 20_000_000  # lines times boundaries: each line is compared with every boundary that is open; some 4 s
_MAX_DELIMITERS = 10_000  # a part, however small, costs 2 kB of memory and up to 4 ms
_MAX_NAME_CHARS = 200
# What the parser is known to raise on crooked input, against its promise to note defects only.
_FAULTS = (
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RuntimeError,
    MessageError,
)
_CHARSETS = re.compile(
    r"utf_(7|8|8_sig|16|16_le|16_be|32|32_le|32_be)|iso8859_\d+|latin_1|ascii|cp(125\d|437|8\d\d|932|949|950)|koi8_[rtu]"
    r"|mac_\w+|big5(hkscs)?|gb2312|gbk|gb18030|hz|euc_\w+|shift_jis\w*|shift_jisx0213|iso2022_\w+|johab|tis_620"
)
_WORDS = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/rfc822-headers"})
_HEAD_END = re.compile(rb"\r?\n\r?\n")


class NotAMail(BadInput):
    """The bytes are no e-mail that can be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One leaf of a message. name: "" for words of the body. alternative: which group of versions it is one of."""

    name: str
    content_type: str
    data: bytes
    charset: str
    is_body: bool
    alternative: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A message taken apart. heads: its own header, then those of messages inside it. unlooked: leaves beyond MAX_PARTS."""

    heads: tuple["Head", ...]
    leaves: tuple[Part, ...]
    unlooked: int


class Head:
    """The header of a message: decoded values, "" for what is absent or cannot be read."""

    def __init__(self, message: Message) -> None:
        self._message = message

    def __getitem__(self, name: str) -> str:
        try:
            return clean(str(self._message.get(name, "")))[:_MAX_HEADER_CHARS]
        except _FAULTS:
            return ""

    def __contains__(self, name: str) -> bool:
        return name in self._message


class _Careful(EmailPolicy):
    """`policy.default`, but a header that breaks its parser is a plain text, and a long one is cut.

    Headers of parts (Content-…) stay plain texts: there may be thousands, and each is asked for several times.
    """

    def header_fetch_parse(self, name: str, value: str) -> str:
        """The value of a header."""
        if name.lower().startswith("content-"):
            return clean(value[:_MAX_PART_HEADER_CHARS])
        try:
            parsed: str = super().header_fetch_parse(name, value[:_MAX_HEADER_CHARS])
            str(parsed)
        except _FAULTS:
            return clean(value[:_MAX_HEADER_CHARS])
        return parsed


def take_apart(untrusted_mail: bytes) -> Parts:
    """The header and the leaves of a message, in order. Raises: NotAMail."""
    _check_size(untrusted_mail)
    try:
        message = message_from_bytes(untrusted_mail, _class=EmailMessage, policy=_Careful())
        leaves = list(_leaves(message))
    except _FAULTS:
        raise NotAMail("This file cannot be read as an e-mail. It was left as it is; nothing was kept of it.") from None
    heads = [Head(message), *(leaf for leaf in leaves if isinstance(leaf, Head))]
    parts = [leaf for leaf in leaves if isinstance(leaf, Part)]
    if not any(name in heads[0] for name in ("From", "To", "Date", "Subject", "Message-ID", "Received")):
        raise NotAMail("This file is not an e-mail: it has no header. It was left as it is; nothing was kept of it.")
    return Parts(heads=tuple(heads), leaves=tuple(parts[:MAX_PARTS]), unlooked=len(parts[MAX_PARTS:]))


def text_of(part: Part) -> str:
    """The words of a text part: by its charset when that is known and true, else UTF-8, else Windows Western Europe."""
    for charset in (_codec(part.charset), "utf-8", "cp1252"):
        try:
            if charset:
                return clean(part.data.decode(charset))
        except (UnicodeError, ValueError):
            continue
    return clean(part.data.decode("latin-1"))


def head_of(untrusted_mail: bytes) -> str:
    """The header of a message as it stands, readable."""
    end = _HEAD_END.search(untrusted_mail)
    return clean(untrusted_mail[: end.start() if end else MAX_HEAD_BYTES].decode("utf-8", "replace"))


def _check_size(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise NotAMail(
            "This e-mail is larger than {most} bytes. It was left as it is; nothing was kept of it.", most=MAX_BYTES
        )
    end = _HEAD_END.search(data)
    boundaries = len(re.findall(rb"(?i)boundary", data))
    too_long = (end.start() if end else len(data)) > MAX_HEAD_BYTES
    if too_long or data.count(b"\n") * (boundaries + 1) > _MAX_WORK or data.count(b"\n--") > _MAX_DELIMITERS:
        raise NotAMail(
            "This e-mail is built in a way that would take too long to read. It was left as it is; nothing was kept of it."
        )


def _leaves(message: Message, *, depth: int = 0, alternative: int | None = None) -> Iterator[Part | Head]:
    """Leaves in order, and the header of each message inside. Raises: RecursionError past MAX_DEPTH."""
    if depth > MAX_DEPTH:
        raise RecursionError
    inside = message.get_payload() if message.is_multipart() else None
    if not isinstance(inside, list):
        yield _leaf(message, alternative)
        return
    content_type = message.get_content_type()
    for child in inside:
        if not isinstance(child, Message):
            continue
        if content_type == "message/delivery-status":
            yield _status(child)
            continue
        if content_type == "message/rfc822":
            yield Head(child)
        group = id(message) if content_type == "multipart/alternative" else alternative
        yield from _leaves(child, depth=depth + 1, alternative=group)


def _status(group: Message) -> Part:
    """A group of fields of a delivery notice, as words."""
    told = "\n".join(f"{name}: {value}" for name, value in group.raw_items())
    data = told.encode("utf-8", "surrogateescape")
    return Part(name="", content_type="text/plain", data=data, charset="", is_body=True, alternative=None)


def _leaf(message: Message, alternative: int | None) -> Part:
    name = _name(message)
    content_type = message.get_content_type()
    is_words = content_type in _WORDS or content_type.startswith("multipart/")  # a multipart without its boundary
    is_body = is_words and not name and message.get_content_disposition() != "attachment"
    charset = message.get_content_charset("") or ""
    return Part(
        name="" if is_body else name or content_type.replace("/", "."),
        content_type=content_type,
        data=_data(message),
        charset=charset,
        is_body=is_body,
        alternative=alternative,
    )


def _name(message: Message) -> str:
    """The outside name of a part, as text: no folder, no control sign."""
    try:
        told = str(make_header(decode_header(message.get_filename("") or "")))
    except _FAULTS:
        told = "file"
    plain = clean(told.replace("\\", "/").rsplit("/", 1)[-1])
    return "".join(char if char.isprintable() else "_" for char in plain)[:_MAX_NAME_CHARS]


def _data(message: Message) -> bytes:
    """The bytes of a leaf, its transfer encoding undone; as they stand when that is broken. Takes the types off the leaf."""
    with suppress(*_FAULTS):
        return _payload(message)
    del message["Content-Type"]  # a charset that no text has breaks the parser
    with suppress(*_FAULTS):
        return _payload(message)
    del message["Content-Transfer-Encoding"]
    return _payload(message)


def _payload(message: Message) -> bytes:
    data = message.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _codec(charset: str) -> str | None:
    """A codec of texts of people; None for the others (idna, unicode_escape …) and for unknown names."""
    try:
        name = codecs.lookup(charset).name.replace("-", "_").lower()
    except (LookupError, ValueError):
        return None
    return charset if _CHARSETS.fullmatch(name) else None
