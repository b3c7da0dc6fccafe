"""DiscordChatExporter CSV (Tyrrrz): `AuthorID,Author,Date,Content,Attachments,Reactions`, one message per record.

Dates are ISO 8601 with an offset in recent exports; before, the date of the country of the exporting
computer (`1/31/2024 1:33 PM`) or `31-Jan-20 01:33 AM`, local time. Day and month are told apart by all dates of the
file; where they cannot be, the time stays unknown and the text of the date is kept.

Source: Tyrrrz/DiscordChatExporter, DiscordChatExporter.Core/Exporting/CsvMessageWriter.cs (at 73080ec the date is
written with the format "o", at 20a952a with "g", before with one of the user's choice). Tier: source-verified; no export was found to try.
Not covered: what the format does not hold: message ids, replies, edits, the channel, who reacted, and which lines are
system messages ("Pinned a message." is an ordinary message here). Files of one channel, `… [part 2].csv`, are one
conversation, by their name, for want of anything else.
"""

import io
import re
from collections.abc import Iterator

from rempart.conversations.forms.delimited_text import Record, read_records, sniff_delimiter
from rempart.conversations.forms.fields import clean_text, file_kind, is_newest_first, iso_instant_of
from rempart.conversations.forms.instants import BETWEEN, CLOCK, DATE, Order, OrderFinder, order_of, to_us
from rempart.conversations.parts import Bundle, Head, Part
from rempart.conversations.reader import Reader
from rempart.conversations.rows import Account, Conversation, Media, Message, Reaction, Row, Structure, Unread, Zone
from rempart.records import Tier

_COLUMNS = ("authorid", "author", "date", "content", "attachments", "reactions")
_PART_NUMBER = re.compile(r" \[part \d{1,6}\](?=\.[^.]*$|$)")
_LOCAL = re.compile(rf"({DATE}){BETWEEN}({CLOCK})")
_MONTH_NAMED = re.compile(r"(\d{1,2})-([A-Za-z]{3})-(\d\d) (\d\d:\d\d [AP]M)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NEXT_URL = re.compile(r",(?=https?://)")


def recognises(head: Head) -> bool:
    """The header of the program, and nothing else before it."""
    first = head.text.partition("\n")[0].rstrip("\r")
    return _names(first.split(sniff_delimiter(first))) == _COLUMNS


def read(part: Part, bundle: Bundle) -> Iterator[Row]:
    """Rows of one file of a channel."""
    head = part.head()
    delimiter = sniff_delimiter(head.text.partition("\n")[0])
    order = _order(part, delimiter)
    conversation = _PART_NUMBER.sub("", part.name) or "channel"
    first = (_instant(cells[2], order)[0] for cells in _rows_of(io.BytesIO(head.raw), delimiter))
    newest_first = is_newest_first(instant for instant in first if instant is not None)
    yield Conversation(id=conversation, newest_first=newest_first)
    names: set[tuple[str, str]] = set()
    with part.open() as file:
        for record in read_records(file, delimiter):
            if record.is_blank or record.number == 1:
                yield Structure(byte_start=record.start, byte_end=record.end)
            elif record.cut or len(record.cells) != len(_COLUMNS):
                yield _unread(record, part)
            else:
                if record.cells[:2] not in names:
                    names.add((record.cells[0], record.cells[1]))
                    yield from _account(record)
                yield _message(record, conversation, order, part, bundle)


def _rows_of(file: io.BytesIO, delimiter: str) -> Iterator[tuple[str, ...]]:
    """Cells of the whole records behind the header."""
    for record in read_records(file, delimiter):
        if record.number > 1 and not record.cut and len(record.cells) == len(_COLUMNS):
            yield record.cells


def _order(part: Part, delimiter: str) -> Order | None:
    """The order of day and month in the dates of the file; None when they are ISO or it cannot be told."""
    first = next(_rows_of(io.BytesIO(part.head().raw), delimiter), None)
    if first is None or iso_instant_of(first[2])[0] is not None:
        return None
    finder = OrderFinder(earliest_year=2015)  # Discord opened then
    with part.open() as file:
        for record in read_records(file, delimiter):
            if len(record.cells) == len(_COLUMNS) and (match := _LOCAL.fullmatch(record.cells[2])):
                finder.add(match[1])
    return finder.order


def _names(cells: list[str]) -> tuple[str, ...]:
    return tuple(cell.strip().strip('"').lower() for cell in cells)


def _unread(record: Record, part: Part) -> Unread:
    at_end = record.end == part.size_bytes and (record.cut or len(record.cells) < len(_COLUMNS))
    reason = (
        "the file ends in the middle of a message"
        if at_end
        else "a quote is opened and never closed"
        if record.cut
        else f"the record has {len(record.cells)} cells, a message has {len(_COLUMNS)}"
    )
    return Unread(
        byte_start=record.start,
        byte_end=record.end,
        code="cut" if at_end else "damaged",
        reason=reason,
        locator=f"record {record.number}",
    )


def _account(record: Record) -> Iterator[Account]:
    native, name = (clean_text(cell)[0] for cell in record.cells[:2])
    if native:
        yield Account(id=native, id_kind="platform", name=name or None, handle=name or None)
    elif name:
        yield Account(id=name, id_kind="name", name=name)


def _message(record: Record, conversation: str, order: Order | None, part: Part, bundle: Bundle) -> Message:
    native, name, date, text, attachments, reactions = record.cells
    sent_us, zone = _instant(date, order)
    return Message(
        conversation=conversation,
        byte_start=record.start,
        byte_end=record.end,
        account=clean_text(native or name)[0] or None,
        text=clean_text(text)[0],
        sent_us=sent_us,
        sent_text=clean_text(date)[0] or None,
        zone=zone,
        repair=record.repair,
        media=tuple(_media(clean_text(attachments)[0], part, bundle)),
        reactions=tuple(_reactions(clean_text(reactions)[0])),
    )


def _instant(date: str, order: Order | None) -> tuple[int | None, Zone]:
    """(microseconds UTC, zone) of a date in one of the three manners."""
    told = iso_instant_of(date)
    if told[0] is not None:
        return told
    if (named := _MONTH_NAMED.fullmatch(date)) and named[2].lower() in _MONTHS:
        month = _MONTHS.index(named[2].lower()) + 1
        return to_us(f"20{named[3]}-{month}-{named[1]}", named[4], order="year_first"), "unknown"
    local = _LOCAL.fullmatch(date)
    known = order_of(local[1], file_order=order) if local else None
    return (to_us(local[1], local[2], order=known) if local and known else None), "unknown"


def _media(cell: str, part: Part, bundle: Bundle) -> Iterator[Media]:
    """URLs, or paths when the media were exported too; a comma inside a URL does not part it."""
    for path in filter(None, _NEXT_URL.split(cell) if "://" in cell else cell.split(",")):
        untrusted = path if "://" in path else path.replace("\\", "/")
        held = None if "://" in path else bundle.beside(part, untrusted)
        name = untrusted.partition("?")[0].rpartition("/")[2]
        yield Media(
            kind=file_kind(name),
            state="in_export" if held else "referenced",
            name=name or None,
            path=held.name if held else untrusted,
        )


def _reactions(cell: str) -> Iterator[Reaction]:
    """`👍 (2),wave (1)`; counted, never named."""
    for piece in filter(None, cell.split(",")):
        emoji, _, count = piece.rpartition(" (")
        number = count.removesuffix(")")
        if emoji and number.isascii() and number.isdecimal() and len(number) < 10:
            yield Reaction(emoji=emoji, count=int(number))
        else:
            yield Reaction(emoji=piece)


READER = Reader(
    name="discord-exporter-csv",
    platform="discord",
    looked_for="DiscordChatExporter CSV: the header AuthorID,Author,Date,Content,Attachments,Reactions",
    tier=Tier.SOURCE_VERIFIED,
    source="Tyrrrz/DiscordChatExporter, CsvMessageWriter.cs",
    recognises=recognises,
    read=read,
)
