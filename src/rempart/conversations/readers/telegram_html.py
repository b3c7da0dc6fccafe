"""Telegram Desktop HTML: the pages of a chat (messages.html, messages2.html …), and the lists of an account export.

Source: telegramdesktop/tdesktop, Telegram/SourceFiles/export/output/export_output_html.cpp (2018 to 2026: classes,
1,000 messages per page, sentences of service lines). Tier: source-verified; no real export has exercised it.
Markup is read down to text by `markup.py`; nothing of it is run, fetched or served again.
Not covered: who was invited or removed (a sentence of names joined by commas, which names may hold themselves: it
stays in the text); sizes of files that are not in the export (rounded in the page, kept as written in `extra`).
Traps: no ids of senders, so accounts are weak; a `joined` message has the sender of the one before; a service line
has no time, `sent_text` is then the day row above it; two people of one name are one account here; a name that
ends in ` via @x` cannot be told from a message sent through the bot @x.
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from rempart.conversations.forms.fields import clean_text, json_of
from rempart.conversations.forms.instants import to_us
from rempart.conversations.forms.markup import Block, Element, parse, split_blocks
from rempart.conversations.forms.telegram_page import DELETED, Fields, message_of, photo_of
from rempart.conversations.forms.telegram_sentences import read_sentence
from rempart.conversations.parts import Bundle, Head, Part
from rempart.conversations.reader import Reader
from rempart.conversations.rows import Account, Conversation, Message, Row, Structure, Unread, UnreadCode, Zone
from rempart.records import Tier

_MARK = '<div class="message '
_ENTRY = b'class="entry '
_DATE = re.compile(r"(\d\d\.\d\d\.\d{4}) (\d\d:\d\d:\d\d)(?: (UTC[+-]\d\d:\d\d))?")
_DAY = re.compile(
    r"\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December) \d{4}"
)
_TITLE = re.compile(r'<div class="text bold">([^<]{0,1000})</div>')
_FRAME = frozenset({"Exported Data", "Previous messages", "Next messages", "No exported messages"})
_UNSUPPORTED = "This message is not supported by this version of Telegram Desktop."
_CHAT_KINDS = {"private": "one_to_one", "bot": "one_to_one", "group": "group", "channel": "channel"}


def recognises(head: Head) -> bool:
    """A page whose messages have Telegram's classes, or one with Telegram's title and page frame."""
    text = head.text
    if head.is_binary or not text.lstrip().startswith("<"):
        return False
    classes = ("pull_right date details", "from_name", "body details")
    if _MARK in text and any(f'class="{name}"' in text for name in classes):
        return True
    return "<title>Exported Data</title>" in text and ('class="page_' in text or "js/script.js" in text)


def read(part: Part, bundle: Bundle) -> Iterator[Row]:
    """Rows of the page: a chat's messages, or what a list of an account export says about accounts and chats."""
    head = part.head()
    if _MARK in head.text or ("list_page" not in head.text and 'class="sections' not in head.text):
        encoding = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(head.raw[:2], "utf-8")
        with part.open() as file:
            yield from _Page(part, bundle, encoding).rows(split_blocks(file, mark=_MARK.encode(encoding)))
    else:
        yield from _read_list(part, bundle, head.text)


def _conversation_id(part: Part, title: str | None) -> str:
    """The pages of one folder with one title are one conversation."""
    return "/".join(piece for piece in (part.folder, title) if piece) or "chat"


def _find(part: Part, bundle: Bundle, link: str) -> Part | None:
    """The part that a link of the page means; a path that leaves the exhibit means none."""
    for untrusted in dict.fromkeys((link, unquote(link))):
        inside = posixpath.normpath(posixpath.join(part.folder, untrusted))
        if found := bundle.named(inside) or bundle.beside(part, untrusted):
            return found
    return None


# -- the pages of a chat ----------------------------------------------------------------------------


class _Page:
    """Reading state of one page: whose turn it is, and under which day row."""

    def __init__(self, part: Part, bundle: Bundle, encoding: str) -> None:
        self._part, self._bundle, self._encoding = part, bundle, encoding
        self._chat = ""
        self._sender: str | None = None
        self._forward: str | None = None
        self._day: str | None = None
        self._known: set[str] = set()

    def rows(self, blocks: Iterator[Block]) -> Iterator[Row]:
        waiting, read_one = next(blocks), self._header
        for block in blocks:
            yield from read_one(waiting, is_last=False)
            waiting, read_one = block, self._block
        yield from read_one(waiting, is_last=True)

    def _find(self, link: str) -> Part | None:
        return _find(self._part, self._bundle, link)

    def _decode(self, block: Block) -> tuple[str, str, str | None]:
        """(text as it stands, the same number of letters clean, what was repaired)."""
        if self._encoding != "utf-8":
            text = block.raw.decode(self._encoding, "replace")
            return text, text, "encoding: damaged" if "\ufffd" in text else None
        text = block.raw.decode("utf-8", "surrogateescape")
        return text, *clean_text(text)

    def _size(self, text: str) -> int:
        return len(text.encode(self._encoding, "surrogateescape"))

    def _header(self, block: Block, *, is_last: bool) -> Iterator[Row]:
        _, text, _ = self._decode(block)
        page = parse(text).first("page_header")
        title = (page.text() or None) if page else None
        self._chat = _conversation_id(self._part, title)
        yield Conversation(id=self._chat, title=title)
        if block.is_whole:
            yield from self._outside(text, block.start, block.end, is_last=is_last, title=title)
        else:
            reason = "no message begins in more than 4 MiB of the page"
            yield Unread(byte_start=block.start, byte_end=block.end, code="too_large", reason=reason)

    def _outside(self, text: str, start: int, end: int, *, is_last: bool, title: str | None = None) -> Iterator[Row]:
        """Bytes that hold no message: the frame of the page, what should not stand there, or a cut."""
        if is_last and "</html>" not in text:
            reason = "the page ends before its closing tag: what followed is missing"
            yield Unread(byte_start=start, byte_end=end, code="cut", reason=reason)
        elif any(piece not in _FRAME and piece != title for piece in _texts(text)):
            reason = "text stands outside of every message of the page"
            yield Unread(byte_start=start, byte_end=end, code="damaged", reason=reason)
        elif end > start:
            yield Structure(byte_start=start, byte_end=end)

    def _block(self, block: Block, *, is_last: bool) -> Iterator[Row]:
        raw, text, repair = self._decode(block)
        root = parse(text)
        node = next((part for part in root.parts if isinstance(part, Element)), root)
        if not block.is_whole or (node.end is None and is_last and "</html>" not in text):
            self._sender = self._forward = None
            code: UnreadCode = "cut" if block.is_whole else "too_large"
            reason = (
                "the page ends in the middle of a message" if block.is_whole else "one message is larger than 4 MiB"
            )
            yield Unread(byte_start=block.start, byte_end=block.end, code=code, reason=reason)
        elif node.end is None:
            yield from self._message(node, block.start, block.end, "markup: the message is not closed")
        elif not is_last and not _texts(text[node.end :]):
            yield from self._message(node, block.start, block.end, repair)
        else:
            end = block.start + self._size(raw[: node.end])
            yield from self._message(node, block.start, end, repair)
            yield from self._outside(text[node.end :], end, block.end, is_last=is_last)

    def _message(self, node: Element, start: int, end: int, repair: str | None) -> Iterator[Row]:
        native = node.attributes.get("id", "").removeprefix("message") or None
        if "service" in node.classes:
            yield from self._service(node, native, start, end, repair)
            return
        fields = Fields(self._find)
        fields.collect(node)
        self._take_turn(node, fields)
        for name in (self._sender, *(reaction.account for reaction in fields.reactions)):
            yield from self._account(name)
        sent_us, zone = _instant(fields.sent)
        yield Message(
            conversation=self._chat,
            byte_start=start,
            byte_end=end,
            kind="service" if fields.action else "message",
            id=native,
            account=self._sender,
            text="\n".join(fields.texts),
            sent_us=sent_us,
            sent_text=fields.sent,
            zone=zone,
            reply_to=fields.reply_to,
            forwarded_from=(self._forward or "(unknown)") if fields.is_forward else None,
            mentions=tuple(fields.mentions),
            action=fields.action,
            repair=repair,
            extra=json_of(fields.extra),
            media=tuple(fields.media),
            reactions=tuple(fields.reactions),
        )

    def _take_turn(self, node: Element, fields: Fields) -> None:
        """A joined message has the sender, and the source of a forward, of the one before where it names none."""
        if "joined" not in node.classes:
            self._sender = self._forward = None
        if fields.name is not None:
            self._sender = None if fields.name == DELETED else fields.name
        if fields.forwarded_from is not None or not fields.is_forward:
            self._forward = fields.forwarded_from

    def _service(self, node: Element, native: str | None, start: int, end: int, repair: str | None) -> Iterator[Row]:
        self._sender = self._forward = None
        body = node.first("body", "details") or node
        text = body.text()
        if _DAY.fullmatch(text) or text in _FRAME:  # rows of the page, with ids below zero; no message
            self._day = text if text not in _FRAME else self._day
            yield Structure(byte_start=start, byte_end=end)
            return
        action, actor = read_sentence(text)
        yield from self._account(actor)
        photo = photo_of(node, self._find)
        yield Message(
            conversation=self._chat,
            byte_start=start,
            byte_end=end,
            kind="unsupported" if text.startswith(_UNSUPPORTED) else "service",
            id=native,
            account=actor,
            text=text,
            sent_text=self._day,
            reply_to=message_of(body.link()),
            action=action,
            repair=repair,
            media=(photo,) if photo else (),
        )

    def _account(self, name: str | None) -> Iterator[Account]:
        if name and name not in self._known:
            self._known.add(name)
            yield Account(id=name, id_kind="name", name=name)


def _texts(markup: str) -> list[str]:
    """The texts in a piece of a page that are not blank."""
    root = parse(markup)
    found = (
        piece.strip(" \t\r\n\ufeff")
        for element in (root, *root.all())
        for piece in element.parts
        if isinstance(piece, str)
    )
    return [text for text in found if text]


def _instant(written: str | None) -> tuple[int | None, Zone]:
    """(microseconds UTC, zone) of `dd.mm.yyyy hh:mm:ss UTC+hh:mm`; older exports write no offset: zone unknown."""
    match = _DATE.fullmatch(written or "")
    if not match:
        return None, "unknown"
    instant = to_us(match[1], match[2], order="day_first", offset=match[3] or "")
    return instant, "offset" if match[3] and instant is not None else "unknown"


# -- the lists of an account export -----------------------------------------------------------------


def _read_list(part: Part, bundle: Bundle, text: str) -> Iterator[Row]:
    """Contacts and chats tell of accounts and kinds; the summary tells of the owner; other lists are set aside."""
    title = _title(text)
    if title == "Contacts":
        yield from _entries(part, _contact)
    elif title == "Chats":
        yield from _entries(part, lambda entry: _chat(part, bundle, entry))
    elif 'class="personal_info' in text:
        yield from _owner(parse(text))
        yield Structure(byte_start=0, byte_end=part.size_bytes, kind="account")
    else:
        reason = "a list of an account export that holds no conversation"
        yield Unread(
            byte_start=0,
            byte_end=part.size_bytes,
            code="not_a_conversation",
            reason=reason,
            locator=title,
            loss=False,
        )


def _title(text: str) -> str | None:
    found = _TITLE.search(text)
    return (parse(found[1]).text() or None) if found else None


def _entries(part: Part, rows_of: Callable[[Element], Iterator[Row]]) -> Iterator[Row]:
    """Rows of every entry of a list page; its bytes tell of accounts."""
    text = ""
    with part.open() as file:
        for block in split_blocks(file, mark=_ENTRY):
            text = clean_text(block.raw.decode("utf-8", "surrogateescape"))[0]
            if block.start or text.startswith(_ENTRY.decode()):
                entry = next(parse(f"<a {text}").all())  # the mark stands inside of the tag
                yield from rows_of(entry)
    yield Structure(byte_start=0, byte_end=part.size_bytes, kind="account")
    if "</html>" not in text:
        reason = "the list ends before its closing tag: what followed is missing"
        yield Unread(byte_start=part.size_bytes, byte_end=part.size_bytes, code="cut", reason=reason)


def _contact(entry: Element) -> Iterator[Row]:
    """Somebody in the address book of the exporting account: an account without id, told by name and phone."""
    name, phone = _text_in(entry, "name"), _text_in(entry, "details_entry")
    if name or phone:
        known = None if name == DELETED else name
        yield Account(id=known or phone or DELETED, id_kind="name", name=known, phone=phone)


def _chat(part: Part, bundle: Bundle, entry: Element) -> Iterator[Row]:
    """The kind of a chat of the export, told of the conversation that its pages make."""
    page = _find(part, bundle, entry.link().partition("#")[0])
    native_kind = _text_in(entry, "info")
    if page and native_kind:
        title = _title(page.head().text)
        kind = _CHAT_KINDS.get(native_kind, "unknown")
        yield Conversation(id=_conversation_id(page, title), title=title, kind=kind, native_kind=native_kind)


def _owner(root: Element) -> Iterator[Row]:
    """The exporting account itself: an account without id, told by name, phone and user name."""
    told = {_text_in(row, "label"): _text_in(row, "value") for row in root.all_with("row")}
    name = " ".join(piece for label in ("First name", "Last name") if (piece := told.get(label)))
    phone, handle = told.get("Phone number"), told.get("Username")
    if known := name or phone or handle:
        handle = handle.removeprefix("@") if handle else None
        yield Account(id=known, id_kind="name", name=name or None, handle=handle, phone=phone)


def _text_in(element: Element, name: str) -> str | None:
    found = element.first(name)
    return (found.text() or None) if found and found.end is not None else None


READER = Reader(
    name="telegram-html",
    platform="telegram",
    looked_for="Telegram Desktop HTML: a page of `div.message` with `date details` and `from_name`, or titled “Exported Data”",
    tier=Tier.SOURCE_VERIFIED,
    source="telegramdesktop/tdesktop, export_output_html.cpp",
    recognises=recognises,
    read=read,
)
