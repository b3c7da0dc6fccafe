"""WhatsApp chat exports: `_chat.txt` (iOS), `WhatsApp Chat with ….txt` (Android), with the media that lie beside it.

Read: numeric dates of every country, 12- and 24-hour clocks, with or without seconds; messages of several lines,
service lines, attachments, media left out, deletions, edits. Two passes over the part: the first learns the layout,
the order of day and month, and how many people write.
Source: public exports and parsers (starkdmi/whats_json, Pustur/whatsapp-chat-parser, joweich/chat-miner,
MasterScrat/Chatistics, timelinize/timelinize); dates: Unicode CLDR. Tier: source-verified; public fixtures exercised it.
Not covered: months in letters, Arabic and Asian half-days, the time before the date (copied from the web client),
members that only service lines name, votes of polls (kept as text). The format has no ids, reactions or answers.
Traps: (1) No zone: local time of the exporting phone, taken as if UTC. (2) Names are those of its address book.
(3) A message pasted from another chat looks like one of this chat when its layout is the same; in another layout it
stays text, and a notice says so. (4) A cut inside a text cannot be seen. (5) `[2026-03-12 10:02:11] Name: text` is
what Signal's exporters write too: such a file is taken only with a mark that WhatsApp alone makes.
A 12-hour clock does not make month and day certain: India writes 3/4/26, 9:00 PM as the United States do.
"""

import codecs
import re
from collections.abc import Iterable, Iterator

import msgspec

from rempart.conversations.forms.fields import json_of
from rempart.conversations.forms.instants import Order, OrderFinder, order_of, to_us
from rempart.conversations.forms.lines import Line, read_lines
from rempart.conversations.forms.whatsapp_lines import Start, is_begun, split_sender, start_of
from rempart.conversations.forms.whatsapp_marks import (
    LRM,
    Marks,
    Service,
    group_title,
    read_marks,
    service_of,
    without_bidi,
)
from rempart.conversations.parts import HEAD_BYTES, Bundle, Head, Part
from rempart.conversations.reader import Reader
from rempart.conversations.rows import Account, Conversation, Message, MessageKind, Row, Structure, Unread
from rempart.records import Tier

_LOG = re.compile(  # what server logs write where WhatsApp writes a name: `INFO`, `app.ERROR`, `INFO - started`, `sshd[12]`
    r"(?:[\w.-]{1,60}\.)?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|ALERT|EMERGENCY|SEVERE)(?: -.*)?"
    r"|.{1,60}\[\d{1,8}\]",
    re.IGNORECASE,
)
_MENTION = re.compile(r"@(?:\u2068([^\u2068\u2069\n]{1,80})\u2069|(\+?\d{6,15})\b)")
_PHONE = re.compile(r"\+[\d ().-]{6,24}|0[\d .-]{8,20}")
_MAX_MESSAGE_BYTES = 4 << 20  # WhatsApp allows 65,536 letters; what runs on beyond this is no message
_MAX_SERVICE_CHARS = 300
_HEAD_STARTS = 1000  # a group tells of its creation at its start
_EARLIEST_YEAR = 2009  # WhatsApp's first
_ORDERS: tuple[Order, ...] = ("day_first", "month_first", "year_first")


# -- recognition ------------------------------------------------------------------------------------


def recognises(head: Head) -> bool:
    """Lines that begin messages by their shape, near the top, most of them in one layout and most with a sender.

    Refused: text with more lines before the first message than messages (prose that quotes one); and without a mark
    of WhatsApp's own, server logs (half of the senders are log levels or processes) and ISO dates in brackets (trap 5).
    """
    if head.is_binary:
        return False
    lines = [line.rstrip("\r") for line in head.text.split("\n")]
    if len(lines) > 1 and len(head.raw) == HEAD_BYTES:
        lines.pop()
    starts = [start for line in lines if (start := start_of(line))]
    if not starts:
        return False
    first = next(place for place, line in enumerate(lines) if start_of(line))
    before = sum(1 for line in lines[:first] if line.strip())
    return before <= len(starts) and _is_chat(starts)


def _is_chat(starts: list[Start]) -> bool:
    layouts = [start.layout for start in starts]
    most = max(layouts, key=layouts.count)
    split = [split_sender(start.rest) for start in starts]
    named = sum(1 for name, text in split if name or service_of(text))
    logged = sum(1 for start, (name, _) in zip(starts, split, strict=True) if _LOG.fullmatch(name or start.rest[:200]))
    dated = any(to_us(start.date, start.clock, order=order) is not None for start in starts for order in _ORDERS)
    if not dated or layouts.count(most) * 2 <= len(starts) or named * 2 < len(starts):
        return False
    like_signal = most == "]4" and re.match(r"\d{4}-", starts[0].date) and starts[0].clock[-1].isdecimal()
    unsure = like_signal or logged * 2 >= len(starts)
    return not unsure or any(_is_marked(name, text) for name, text in split)


def _is_marked(sender: str | None, text: str) -> bool:
    """WhatsApp's own hand: its invisible mark, a deletion, an edit, a medium attached or left out, a service line."""
    if sender is None:
        return service_of(text) is not None
    marks = read_marks(text, lambda _: None)
    media = any(medium.kind != "location" for medium in marks.media)
    return text.startswith(LRM) or media or bool(marks.action) or bool(marks.notes)


def _service_of(start: Start, sender: str | None, text: str) -> Service | None:
    """The kind of service line; behind a name only iOS writes one, and it is one sentence."""
    if sender is None:
        return service_of(text)
    if len(text) > _MAX_SERVICE_CHARS or "\n" in text:
        return None
    return service_of(text if start.layout.startswith("]") else text.lstrip(LRM), behind_name=True)


# -- first pass -------------------------------------------------------------------------------------


class _Layout:
    """What the first pass learns of the messages of one layout."""

    def __init__(self) -> None:
        self.count = 0
        self.finder = OrderFinder(earliest_year=_EARLIEST_YEAR)
        self.writers: set[str] = set()  # at most three
        self._plain: set[str] = set()  # their names as written
        self.title: str | None = None
        self.is_group = False

    def add(self, start: Start) -> None:
        self.count += 1
        self.finder.add(start.date)
        name, _, text = start.rest.partition(": ")
        if name in self._plain and not text.startswith(LRM):
            return  # the usual line, without another look
        if len(self.writers) > 2 and self.count > _HEAD_STARTS:
            return
        sender, text = split_sender(start.rest)
        service = _service_of(start, sender, text)
        if service is None:
            if sender is not None and len(self.writers) < 3:
                self.writers.add(sender)
                self._plain.add(name)
            return
        if service.is_group and sender in self.writers:
            return  # a person imitating the system, see `_Chat._told`
        self.is_group = self.is_group or service.is_group
        if service.action == "create_group" and self.title is None and self.count <= _HEAD_STARTS:
            self.title = sender or group_title(text)  # iOS puts the group's own name where a sender stands


class _Survey:
    """The part at a glance: which layout is its own, and what it says of all messages."""

    def __init__(self, lines: Iterable[Line]) -> None:
        layouts: dict[str, _Layout] = {}
        for line in lines:
            if start := start_of(line.text):
                if start.layout not in layouts:
                    layouts[start.layout] = _Layout()
                layouts[start.layout].add(start)
        # The first layout met twice: neither a heading nor what a message quotes at length is taken for the file's.
        self.layout = next((name for name, layout in layouts.items() if layout.count > 1), next(iter(layouts), ""))
        self.own = layouts.get(self.layout, _Layout())
        self.order = self.own.finder.order
        self.foreign = sum(layout.count for name, layout in layouts.items() if name != self.layout)

    @property
    def kind(self) -> str:
        return "group" if self.own.is_group or len(self.own.writers) > 2 else "one_to_one"

    def notices(self) -> Iterator[Unread]:
        """What stays unsure for the whole part: rows of no bytes."""
        if self.own.finder.is_ambiguous:
            reason = "the order of day and month cannot be told from the file; its dates are kept as written"
            yield Unread(byte_start=0, byte_end=0, code="ambiguous_dates", reason=reason, loss=False)
        if self.foreign:
            what = "1 line begins" if self.foreign == 1 else f"{self.foreign} lines begin"
            reason = f"{what} like a message, but not in the layout of this file; kept as text, not as a message"
            yield Unread(byte_start=0, byte_end=0, code="other_layout", reason=reason, loss=False)


# -- second pass ------------------------------------------------------------------------------------


def read(part: Part, bundle: Bundle) -> Iterator[Row]:
    """Rows of the part: one conversation."""
    survey = _Survey(_lines(part))
    chat = _Chat(part, bundle, survey)
    yield Conversation(id=chat.id, title=survey.own.title, kind=survey.kind)
    yield from survey.notices()
    yield from chat.rows(_lines(part))


def _lines(part: Part) -> Iterator[Line]:
    """The lines of the part; the last one without a letter that the end of the file cut in two."""
    last: Line | None = None
    repaired = False
    with part.open() as file:
        for line in read_lines(file):
            if last is not None:
                repaired = repaired or last.repair is not None
                yield last
            last = line
    if last is not None:
        yield last if repaired or last.repair is None else _mended(part, last)


def _mended(part: Part, line: Line) -> Line:
    """The line without its last letter, if that is broken and only that made it look like another encoding."""
    encoding = "utf-8" if line.repair == "encoding: windows-1252" else str(line.repair).rpartition(" ")[2]
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        text = decoder.decode(_bytes_of(part, line.start, line.end))
    except UnicodeDecodeError:
        return line
    return Line(line.number, text.removeprefix("\ufeff"), line.start, line.end - len(decoder.getstate()[0]))


def _bytes_of(part: Part, start: int, end: int) -> bytes:
    """Bytes [start, end) of the part; members of archives are passed over, not sought in."""
    with part.open() as file:
        left = start
        while left > 0 and (passed := len(file.read(min(left, 1 << 20)))):
            left -= passed
        return file.read(end - start)


def _conversation_id(part: Part, bundle: Bundle) -> str:
    """The folder of the part, `chat` at the top; the whole path where another text file lies in the same folder."""
    texts = sum(1 for other in bundle.parts if other.folder == part.folder and other.base.lower().endswith(".txt"))
    return part.name if texts > 1 and part.name else part.folder or "chat"


class _Open(msgspec.Struct):
    """A message whose lines are still coming in."""

    start: Start
    byte_start: int
    byte_end: int
    lines: list[str]
    repair: str | None
    refused_end: int = 0  # end of the lines beyond _MAX_MESSAGE_BYTES


class _Chat:
    """Reading state: the message at the cursor, who was named, where the file was cut."""

    def __init__(self, part: Part, bundle: Bundle, survey: _Survey) -> None:
        self.id = _conversation_id(part, bundle)
        self._part, self._bundle, self._survey = part, bundle, survey
        self._open: _Open | None = None
        self._before: list[int] = []  # [start, end) of the lines before the first message
        self._names: set[str] = set()
        self._cut: tuple[int, int] | None = None

    def rows(self, lines: Iterable[Line]) -> Iterator[Row]:
        layout = self._survey.layout
        for line in self._until_cut(lines):
            start = start_of(line.text)
            if start is not None and start.layout == layout:
                yield from self._close()
                self._open = _Open(start, line.start, line.end, [], line.repair)
            elif self._open is not None:
                self._go_on(self._open, line)
            elif self._before or without_bidi(line.text).strip(" \t\ufeff"):
                self._before = [self._before[0] if self._before else line.start, line.end]
            else:
                yield Structure(byte_start=line.start, byte_end=line.end)
        yield from self._close()
        if self._cut:
            reason = "the file ends in the middle of a message"
            yield Unread(byte_start=self._cut[0], byte_end=self._cut[1], code="cut", reason=reason)

    def _go_on(self, message: _Open, line: Line) -> None:
        if message.refused_end or line.end - message.byte_start > _MAX_MESSAGE_BYTES:
            message.refused_end = line.end
            return
        message.lines.append(line.text)
        message.byte_end = line.end
        message.repair = message.repair or line.repair

    def _close(self) -> Iterator[Row]:
        """The rows of what came in so far."""
        if self._before:
            reason = "stands before the first message: no sender and no date can be told"
            yield Unread(
                byte_start=self._before[0], byte_end=self._before[1], code="before_first_message", reason=reason
            )
            self._before = []
        message, self._open = self._open, None
        if message is None:
            return
        account, row = self._message(message)
        if account is not None and account not in self._names:
            self._names.add(account)
            phone = account if _PHONE.fullmatch(account) else None
            yield Account(id=account, id_kind="name", name=account, phone=phone)
        yield row
        if message.refused_end:
            reason = "a message of more than 4 MiB; what follows is not read as text"
            yield Unread(byte_start=message.byte_end, byte_end=message.refused_end, code="too_large", reason=reason)

    # -- a message ----------------------------------------------------------------------------------

    def _message(self, message: _Open) -> tuple[str | None, Message]:
        """(account, message)."""
        start = message.start
        sender, text = split_sender(start.rest)
        if message.lines:
            text = "\n".join((text, *message.lines)).rstrip("\n")
        kind, account, marks = self._told(start, sender, text)
        order = order_of(start.date, file_order=self._survey.order)
        row = Message(
            conversation=self.id,
            byte_start=message.byte_start,
            byte_end=message.byte_end,
            kind=kind,
            account=account,
            text=marks.text,
            sent_us=to_us(start.date, start.clock, order=order) if order else None,
            sent_text=start.stamp,
            mentions=_mentions(marks.text),
            action=marks.action,
            repair=message.repair,
            extra=json_of(dict(marks.notes)) if marks.notes else None,
            media=marks.media,
        )
        return account, row

    def _told(self, start: Start, sender: str | None, text: str) -> tuple[MessageKind, str | None, Marks]:
        """(kind, account, what is told): a person speaks, or the system, with or without a name before it."""
        marks = read_marks(text, self._find)
        service = _service_of(start, sender, text)
        if sender is None:
            action = marks.action or (service.action if service else None)
            return "service", None, Marks(text=text.lstrip(LRM), action=action)
        # A group's name never writes: who wrote before and now "tells" of the group is a person imitating the system.
        if service is None or marks.action or marks.media or (service.is_group and sender in self._names):
            return "message", sender, marks
        notes = () if service.keeps_sender else (("sender", sender),)
        told = Marks(text=text.lstrip(LRM), action=service.action, notes=notes)
        return "service", sender if service.keeps_sender else None, told

    def _find(self, name: str) -> str | None:
        held = self._bundle.beside(self._part, name)
        return held.name if held else None

    # -- the end of the file ------------------------------------------------------------------------

    def _until_cut(self, lines: Iterable[Line]) -> Iterator[Line]:
        """The lines; a last one that only begins a message is kept as the cut."""
        last: Line | None = None
        for line in lines:
            if last is not None:
                yield last
            last = line
        if last is None:
            return
        is_head = _is_unended(last) and self._is_cut_head(last.text)
        end = last.start if is_head else last.end
        if end < self._part.size_bytes:
            self._cut = (end, self._part.size_bytes)
        if end > last.start:
            yield last

    def _is_cut_head(self, text: str) -> bool:
        """True when the last line of the file ends inside a stamp, behind it, or inside a name that wrote before."""
        start = start_of(text)
        if start is None:
            return is_begun(text)
        if start.rest and start.layout == self._survey.layout and ":" not in start.rest:
            return any(name.startswith(start.rest.strip(LRM)) for name in self._names)
        return not start.rest


def _is_unended(line: Line) -> bool:
    """True when no newline ends the line: its bytes are those of its text."""
    text = line.text
    sizes = {len(text.encode(encoding, "replace")) for encoding in ("utf-8", "utf-16-le", "cp1252")}
    size = line.end - line.start
    return size in sizes or (line.number == 1 and bool({size - 2, size - 3} & sizes))


def _mentions(text: str) -> tuple[str, ...]:
    return tuple(name or number for name, number in _MENTION.findall(text)) if "@" in text else ()


READER = Reader(
    name="whatsapp",
    platform="whatsapp",
    looked_for="WhatsApp chat: lines like `[12/03/2026 10:02:11] Name: text` or `12/03/2026 10:02 - Name: text`",
    tier=Tier.SOURCE_VERIFIED,
    source="exports of WhatsApp for iOS and Android; starkdmi/whats_json, Pustur/whatsapp-chat-parser",
    recognises=recognises,
    read=read,
)
