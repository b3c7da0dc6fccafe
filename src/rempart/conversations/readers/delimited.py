"""Any table of messages: CSV (comma, semicolon, tab, bar) with a header, or JSON Lines, one object per line.

The columns are told by a person (`with_map`), or guessed from obvious names in French and English (`READER`), and then
only when both the text and the author are found. Every column without a meaning is kept in `extra`.
Author ids hold within the exhibit only, as names do: nobody says which platform they are of. Without a column for
the conversation, the file is one conversation, or one per pair of people when there is a column for the recipient.

Source: RFC 4180 (October 2005); jsonlines.org; the names of the columns are our own list (`columns`).
Tier: unexercised: written from descriptions; the fixtures are invented.
Not covered: tables without a header, several recipients in one cell, JSON arrays, spreadsheets, reactions and edits.
Traps: `Date` and `Time` may be two columns; `dd/mm` and `mm/dd` are told apart by the whole column or not at all;
a file cut inside an unquoted last cell cannot be told from a whole one; Excel writes `sep=;` before the header.
"""

import io
import re
from collections.abc import Iterator, Mapping

from rempart.conversations.forms.column_dates import ColumnDates, is_local_date
from rempart.conversations.forms.columns import ColumnMap, fold, parse_column_map
from rempart.conversations.forms.entries import Entry, Layout, find_layout, read_entries
from rempart.conversations.forms.fields import clean_text, file_kind, is_newest_first, json_of, object_of
from rempart.conversations.parts import Bundle, Part
from rempart.conversations.reader import Reader
from rempart.conversations.rows import Account, Conversation, Media, Member, Message, Row, Structure, Unread, UnreadCode
from rempart.records import Tier

__all__ = ["READER", "ColumnMap", "parse_column_map", "with_map"]
_BETWEEN_FILES = re.compile(r"[;|\n]|[, ](?=https?://)")
_SERVICE_WORDS = frozenset(["service", "system", "systeme", "notification", "event", "evenement", "info"])
_KNOWN_WORDS = _SERVICE_WORDS | frozenset(["", *["message", "messages", "text", "texte", "msg", "chat"]])


# -- reading ----------------------------------------------------------------------------------------


def _read(part: Part, bundle: Bundle, wanted: ColumnMap | None) -> Iterator[Row]:
    layout = find_layout(part.head(), wanted)
    if layout is None:
        yield Unread(
            byte_start=0, byte_end=part.size_bytes, code="unknown_format", reason="the table lacks the columns"
        )
        return
    dates = _dates(part, layout)
    if dates.is_ambiguous:
        reason = "the order of day and month cannot be told from the column; its dates are kept as written"
        yield Unread(byte_start=0, byte_end=0, code="ambiguous_dates", reason=reason, loss=False)
    table = _Table(part, bundle, layout.columns, dates)
    table.newest_first = is_newest_first(table.instants(_sample(part, layout)))
    with part.open() as file:
        for number, entry in enumerate(read_entries(file, layout, part.size_bytes), 1):
            if entry.fault:
                code, reason = entry.fault
                yield _unread(entry, number, code, reason)
            elif entry.fields is None:
                yield Structure(byte_start=entry.start, byte_end=entry.end)
            else:
                yield from table.rows(entry, entry.fields, number)


def _unread(entry: Entry, number: int, code: UnreadCode, reason: str) -> Unread:
    return Unread(byte_start=entry.start, byte_end=entry.end, code=code, reason=reason, locator=f"record {number}")


def _sample(part: Part, layout: Layout) -> Iterator[Mapping[str, object]]:
    """The fields of the entries in the head."""
    raw = part.head().raw
    return (entry.fields for entry in read_entries(io.BytesIO(raw), layout, len(raw)) if entry.fields)


def _dates(part: Part, layout: Layout) -> ColumnDates:
    """The manner of the dates; the whole column is looked at only where its first dates are local ones."""
    column = layout.columns.sent_at
    dates = ColumnDates(date_format=layout.columns.date_format)
    if column is None or layout.columns.date_format:
        return dates
    if any(is_local_date(_text(_value(fields, column))) for fields in _sample(part, layout)):
        with part.open() as file:
            for entry in read_entries(file, layout, part.size_bytes):
                if entry.fields:
                    dates.show(_text(_value(entry.fields, column)))
    return dates


class _Table:
    """Makes rows of fields; remembers which accounts, conversations and members were told."""

    def __init__(self, part: Part, bundle: Bundle, columns: ColumnMap, dates: ColumnDates) -> None:
        self._part, self._bundle, self._columns, self._dates = part, bundle, columns, dates
        self._told = frozenset(piece for column in columns.named.values() for piece in (column, *column.split("+")))
        self._seen: set[tuple[str, str, str]] = set()
        self.newest_first = False

    def instants(self, sample: Iterator[Mapping[str, object]]) -> Iterator[int]:
        """The instants that can be told of these entries."""
        for fields in sample:
            moment, _ = self._dates.instant(self._cell(fields, self._columns.sent_at))
            if moment is not None:
                yield moment

    def rows(self, entry: Entry, fields: Mapping[str, object], number: int) -> Iterator[Row]:
        """Account, conversation and member when they are new, then the message."""
        name, native = self._author(fields)
        account = native or name or None
        held = _value(fields, self._columns.text)
        if account is None and held is None:
            reason = "this line has neither a text nor an author"
            yield _unread(entry, number, "not_a_conversation", reason)
            return
        if account is not None and self._is_new("account", account, name):
            yield Account(id=account, id_kind="name", name=name or None)
        recipient = self._cell(fields, self._columns.recipient)
        conversation, kind = self._conversation(fields, name or native, recipient)
        if self._is_new("conversation", conversation, ""):
            yield Conversation(id=conversation, kind=kind, newest_first=self.newest_first)
        if recipient and not self._columns.author_id and self._is_new("member", conversation, recipient):
            yield Account(id=recipient, id_kind="name", name=recipient)
            yield Member(conversation=conversation, account=recipient, basis="listed")
        try:
            yield self._message(entry, fields, conversation, account)
        except RecursionError:
            yield _unread(entry, number, "too_deep", "values are nested too deeply in this line")

    def _is_new(self, what: str, first: str, second: str) -> bool:
        key = (what, first, second)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _cell(self, fields: Mapping[str, object], column: str | None) -> str:
        return _text(_value(fields, column)) if column is not None else ""

    def _author(self, fields: Mapping[str, object]) -> tuple[str, str]:
        """(name, id); "" for what is absent. In JSON the author may be an object with a name and an id."""
        value = _value(fields, self._columns.author)
        if isinstance(value, str):
            return _text(value), self._cell(fields, self._columns.author_id)
        inner = object_of(value)
        words = (_text(inner.get(key)) for key in ("name", "display_name", "username", "login"))
        name = next((word for word in words if word), "") if inner else _text(value)
        return name, self._cell(fields, self._columns.author_id) or _text(inner.get("id"))

    def _conversation(self, fields: Mapping[str, object], author: str, recipient: str) -> tuple[str, str]:
        """(id, kind): the column's, else the pair of people, else the file."""
        if told := self._cell(fields, self._columns.conversation):
            return told, "unknown"
        if recipient and author:
            return " / ".join(sorted((author, recipient))), "one_to_one"
        return self._part.name or "table", "unknown"

    def _message(self, entry: Entry, fields: Mapping[str, object], conversation: str, account: str | None) -> Message:
        columns = self._columns
        held = _value(fields, columns.text)
        raw_text = held if isinstance(held, str) else _text(held)
        text, encoding = clean_text(raw_text)
        sent_text = self._cell(fields, columns.sent_at)
        sent_us, zone = self._dates.instant(sent_text)
        word = fold(self._cell(fields, columns.kind))
        return Message(
            conversation=conversation,
            byte_start=entry.start,
            byte_end=entry.end,
            kind="service" if word in _SERVICE_WORDS else "message",
            id=self._cell(fields, columns.message_id) or None,
            account=account,
            text=text,
            sent_us=sent_us,
            sent_text=sent_text or None,
            zone=zone,
            reply_to=self._cell(fields, columns.reply_to) or None,
            repair=entry.repair or encoding,
            extra=self._extra(fields, word),
            media=tuple(self._media(_value(fields, columns.attachments) if columns.attachments else None)),
        )

    def _extra(self, fields: Mapping[str, object], word: str) -> str | None:
        """Every field without a column; also one with a column that is no text there, and an unknown kind."""
        rest: dict[str, object] = {}
        for name, value in fields.items():
            if value is None or (not value and isinstance(value, (str, list, dict))):
                continue
            known = name != self._columns.kind or word in _KNOWN_WORDS
            if known and name in self._told and _is_told(value, files=name == self._columns.attachments):
                continue
            rest[name] = value
        return json_of(rest) if rest else None

    def _media(self, value: object) -> Iterator[Media]:
        pieces = _BETWEEN_FILES.split(value) if isinstance(value, str) else value if isinstance(value, list) else []
        for piece in pieces:
            inner = object_of(piece)
            words = (_text(inner.get(key)) for key in ("path", "url", "uri", "filename", "name"))
            untrusted = next((word for word in words if word), "") if inner else _text(piece)
            if not untrusted:
                continue
            held = None if "://" in untrusted else self._bundle.beside(self._part, untrusted.replace("\\", "/"))
            name = untrusted.partition("?")[0].replace("\\", "/").rpartition("/")[2]
            yield Media(
                kind=file_kind(name),
                state="in_export" if held else "referenced",
                name=name or None,
                path=held.name if held else untrusted,
            )


def _is_told(value: object, *, files: bool) -> bool:
    """True for a value that a column takes in whole: text or a number; a list of texts where files are named."""
    if isinstance(value, list):
        return files and all(isinstance(piece, str) for piece in value)
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _value(fields: Mapping[str, object], column: str | None) -> object:
    """The value of the column; `a+b` joins two with a blank, `a.b` steps into an object; None: absent."""
    if column is None or column in fields:
        return fields.get(column) if column is not None else None
    if "+" in column:
        pieces = [_text(_value(fields, piece)) for piece in column.split("+")]
        return " ".join(piece for piece in pieces if piece)
    outer, dot, inner = column.partition(".")
    return _value(object_of(fields.get(outer)), inner) if dot else None


def _text(value: object) -> str:
    """Text of a cell without blanks around it; numbers as written, "" for what is neither."""
    if isinstance(value, str):
        return clean_text(value)[0].strip()
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


# -- the readers --------------------------------------------------------------------------------------


def with_map(column_map: ColumnMap) -> Reader:
    """The reader of tables that have all the columns of the map; to be asked before `READER`."""
    return Reader(
        name="delimited",
        platform="other",
        looked_for="CSV or JSON Lines with all the columns that --columns names",
        tier=Tier.UNEXERCISED,
        source="RFC 4180; jsonlines.org; the columns that were given",
        recognises=lambda head: find_layout(head, column_map) is not None,
        read=lambda part, bundle: _read(part, bundle, column_map),
    )


READER = Reader(
    name="delimited",
    platform="other",
    looked_for="CSV or JSON Lines with columns named like text and author (others: name them with --columns)",
    tier=Tier.UNEXERCISED,
    source="RFC 4180; jsonlines.org",
    recognises=lambda head: find_layout(head, None) is not None,
    read=lambda part, bundle: _read(part, bundle, None),
)
