"""Which column of a table holds what: told by a person, or guessed from obvious names in French and English.

Names are compared without case, accents, spaces and punctuation. Nothing is guessed from the content of cells.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from rempart.errors import BadInput

_EXAMPLE = "text=Body,author=From,sent_at=Date"
_NOT_ALNUM = re.compile(r"[^a-z0-9]+")


class NotAColumnMap(BadInput):
    """What was given does not say which column holds what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """Names of the columns of a table; None: the table has no such column, or nobody said which it is.

    `sent_at` may join two columns: `Date+Time`. In JSON Lines a dot steps into an object: `author.name`.
    `date_format`: how `sent_at` is written, in the manner of C's strptime; None: found out from the column.
    """

    text: str
    author: str
    sent_at: str | None = None
    author_id: str | None = None
    recipient: str | None = None
    conversation: str | None = None
    message_id: str | None = None
    reply_to: str | None = None
    kind: str | None = None
    attachments: str | None = None
    date_format: str | None = None

    @property
    def named(self) -> dict[str, str]:
        """What is held -> the column that holds it, without those that are None."""
        pairs = ((key, getattr(self, key)) for key in COLUMN_KEYS)
        return {key: value for key, value in pairs if value is not None}


_KEYS = tuple(field.name for field in fields(ColumnMap))
COLUMN_KEYS = tuple(key for key in _KEYS if key != "date_format")
# In the order of preference; the first that the table has, and that nothing before it took.
_SYNONYMS: Mapping[str, str] = {
    "text": "text message body content contents contenu texte messagetext textmessage messagebody messagecontent corps "
    "contenudumessage textedumessage msg",
    "author_id": "authorid senderid fromid userid idauteur idexpediteur idutilisateur",
    "author": "author from sender authorname sendername fromname user username auteur expediteur de emetteur "
    "nomauteur nomexpediteur utilisateur pseudo name nom",
    "sent_at": "sentat timestamp datetime dateheure dateetheure horodatage senttime sentdate datesent createdat "
    "created dateenvoi datedenvoi ts",
    "recipient": "recipient to receiver recipientname destinataire receveur",
    "conversation": "conversationid conversation chatid chat threadid thread channelid channel roomid room groupid "
    "group discussion salon canal groupe fil",
    "message_id": "messageid msgid idmessage id",
    "reply_to": "replyto replytoid inreplyto replytomessageid replyid reponsea enreponsea",
    "kind": "kind messagetype typemessage typedemessage type",
    "attachments": "attachments attachment attachmenturl media medias files file piecesjointes piecejointe fichiers fichier",
}
_DATES, _CLOCKS = ("date", "jour", "day"), ("time", "heure", "hour")


def parse_column_map(text: str) -> ColumnMap:
    """The map that `text=Body,author=From,sent_at=Date` tells; a comma inside a column's name is allowed.

    Raises: NotAColumnMap, one sentence.
    """
    told: dict[str, str] = {}
    last = ""
    for piece in text.split(","):
        key, equals, column = piece.partition("=")
        if not equals and last:
            told[last] += f",{piece}"  # the comma belongs to the name
            continue
        last = _known_key(key.strip())
        if last in told:
            raise NotAColumnMap(
                "The columns name {key} twice. Give one column for each, as in {example}.", key=last, example=_EXAMPLE
            )
        told[last] = column
    told = {key: column.strip() for key, column in told.items()}
    if empty := [key for key, column in told.items() if not column]:
        raise NotAColumnMap(
            "The columns give no column for {key}. Write for instance {example}.", key=empty[0], example=_EXAMPLE
        )
    if missing := [key for key in ("text", "author") if key not in told]:
        if len(missing) > 1:
            raise NotAColumnMap(
                "The columns do not say which one is text and which is author. Write for instance {example}.",
                example=_EXAMPLE,
            )
        raise NotAColumnMap(
            "The columns do not say which one is {key}. Write for instance {example}.", key=missing[0], example=_EXAMPLE
        )
    _check_date_format(told)
    return ColumnMap(**told)


def _known_key(key: str) -> str:
    if key not in _KEYS:
        known = ", ".join(_KEYS)
        if not key:
            raise NotAColumnMap(
                "An empty name is not something that a column can be told to hold. Known are: {known}.", known=known
            )
        raise NotAColumnMap(
            "“{key}” is not something that a column can be told to hold. Known are: {known}.", key=key[:40], known=known
        )
    return key


def _check_date_format(told: Mapping[str, str]) -> None:
    date_format = told.get("date_format")
    if date_format is None:
        return
    if "sent_at" not in told:
        raise NotAColumnMap("The date format is given without the column sent_at that it is for.")
    moment = dt.datetime(2024, 11, 23, 21, 34, 56, tzinfo=dt.UTC)
    try:
        found = dt.datetime.strptime(moment.strftime(date_format), date_format)  # noqa: DTZ007 (only the day is compared)
    except (ValueError, re.error):
        found = None
    if found is None or found.date() != moment.date():
        raise NotAColumnMap(
            "The date format does not tell day, month and year. Write for instance date_format=%d/%m/%Y %H:%M."
        )


def find_columns(wanted: ColumnMap, names: Iterable[str], *, nested: bool = False) -> ColumnMap | None:
    """The map with the names as the table writes them; None when the table lacks one of the columns.

    nested: fields may hold objects, and a dot steps into them.
    """
    known = tuple(names)
    found: dict[str, str] = {}
    for key, column in wanted.named.items():
        if (place := _find(column, known, nested=nested)) is None:
            return None
        found[key] = place
    return replace(wanted, **found)


def _find(column: str, names: Sequence[str], *, nested: bool) -> str | None:
    """The name in the table: the same, else alike, else joined by `+` or beginning before a dot."""
    if column in names:
        return column
    if (alike := next((name for name in names if fold(name) == fold(column)), None)) is not None and fold(column):
        return alike
    if "+" in column:
        pieces = [_find(piece.strip(), names, nested=nested) for piece in column.split("+")]
        return "+".join(piece for piece in pieces if piece) if all(pieces) else None
    return column if nested and "." in column and column.partition(".")[0] in names else None


def guess_columns(names: Iterable[str]) -> ColumnMap | None:
    """The map that obvious names tell; None unless the text and the author are both found."""
    free = {fold(name): name for name in reversed(tuple(names)) if fold(name)}
    found: dict[str, str] = {}
    for key, synonyms in _SYNONYMS.items():
        if synonym := next((synonym for synonym in synonyms.split() if synonym in free), None):
            found[key] = free.pop(synonym)
    if "sent_at" not in found:
        date = next((name for name in _DATES if name in free), None)
        clock = next((name for name in _CLOCKS if name in free), None)
        if date or clock:
            found["sent_at"] = "+".join(free[name] for name in (date, clock) if name)
    if "text" not in found or "author" not in found:
        return None
    return ColumnMap(**found)


def fold(name: str) -> str:
    """The name without case, accents, spaces and punctuation; "" when nothing Latin is left."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return _NOT_ALNUM.sub("", bare.lower())
