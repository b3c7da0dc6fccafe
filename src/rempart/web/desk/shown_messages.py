"""What the conversation view shows of a message: everything but its text, which is given only when it is asked for.

Pure: from the rows and the outline of an analysis to words in the reader's language. Media are placeholders.
"""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rempart.analysis.alerts_shown import TITLES
from rempart.analysis.finding import spans_of
from rempart.analysis.outline import MediaRow, Outline, Row
from rempart.conversations.reasons import tell_reason
from rempart.records import Ref
from rempart.wording import Lang, wording

TINTS = 6  # colours of the bar beside a message, by author; the name always stands beside it
_VEIL_LETTERS = 600  # of a hidden text that is longer, the veil shows no more
_MEDIA: Mapping[str, str | Promise] = {
    "photo": gettext_lazy("photo"),
    "video": gettext_lazy("video"),
    "voice": gettext_lazy("voice message"),
    "audio": gettext_lazy("sound"),
    "animation": gettext_lazy("animation"),
    "sticker": gettext_lazy("sticker"),
    "file": gettext_lazy("file"),
    "contact": gettext_lazy("contact"),
    "location": gettext_lazy("location"),
    "unknown": gettext_lazy("medium of unknown kind"),
}
_STATES: Mapping[str, str | Promise] = {
    "in_export": gettext_lazy("in the export"),
    "referenced": gettext_lazy("named only"),
    "missing": gettext_lazy("left out of the export"),
}
_KINDS: Mapping[str, str | Promise] = {
    "service": gettext_lazy("line of the service"),
    "unsupported": gettext_lazy("a kind of message that its program could not export"),
}


class ShownMedium(msgspec.Struct, frozen=True, kw_only=True):
    """A placeholder: what it is, then what is known of it. `sha256` empty: not known."""

    kind: str
    said: tuple[str, ...]
    sha256: str = ""


class ShownMark(msgspec.Struct, frozen=True, kw_only=True):
    """Why an alert quotes the message."""

    alert: str
    label: str
    is_strong: bool


class ShownPiece(msgspec.Struct, frozen=True, kw_only=True):
    """A run of letters of a text; `found`: it holds the words that were searched for."""

    text: str
    found: bool


class ShownMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message. `at`: its position; `chat`: title of the conversation that begins with it, else empty.

    `letters`: length of the text, 0 for none. `answers`: position of the message answered. `when` empty: not told.
    `pieces`: the text, only when it was asked for; None otherwise.
    """

    at: int
    number: str
    who: str
    tint: int
    when: str
    locator: str
    iso: str = ""
    chat: str = ""
    letters: int = 0
    notes: tuple[str, ...] = ()
    answers: int | None = None
    answers_number: str = ""
    media: tuple[ShownMedium, ...] = ()
    marks: tuple[ShownMark, ...] = ()
    pieces: tuple[ShownPiece, ...] | None = None

    @property
    def veil(self) -> str:
        """Letters without meaning, as many as the text has, to stand blurred in its place."""
        return veil(self.letters)

    @property
    def place(self) -> int:
        """Its place for people, from 1."""
        return self.at + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom rows are put into words. marks: of every quoted position; needle: words searched for, or empty."""

    outline: Outline
    lang: Lang
    marks: Mapping[int, tuple[ShownMark, ...]]
    needle: str = ""


def veil(letters: int) -> str:
    """Words of five blind letters, never more than a few lines."""
    shown = min(letters, _VEIL_LETTERS)
    return ("nnnnn " * (shown // 6) + "n" * (shown % 6)).strip()


def marks_of(outline: Outline, lang: Lang) -> dict[int, tuple[ShownMark, ...]]:
    """The marks of every message that an alert quotes, by position."""
    marks: dict[int, dict[ShownMark, None]] = {}
    for alert in outline.alerts:
        for tactic, places in zip(alert.shown.tactics, alert.tactics, strict=True):
            mark = ShownMark(
                alert=alert.shown.id, label=tactic_title(tactic.tactic, lang), is_strong=tactic.strength == "strong"
            )
            for place in places:
                marks.setdefault(place, {})[mark] = None
    return {place: tuple(found) for place, found in marks.items()}


def tactic_title(code: str, lang: Lang) -> str:
    """The title of a tactic; its code where this version does not know it."""
    return TITLES[code][lang] if code in TITLES else code


def shown_messages(rows: Sequence[Row], reader: Reader, *, shown: Collection[int] = ()) -> list[ShownMessage]:
    """The messages in words; only those at the positions `shown` have their text."""
    return [_shown(row, reader, is_shown=row.position in shown) for row in rows]


def instant(at: datetime, lang: Lang, *, zone: str) -> str:
    """An instant in the order of the language; “UTC” only where the export tells the zone."""
    told = at.strftime("%d/%m/%Y %H:%M:%S" if lang == "fr" else "%Y-%m-%d %H:%M:%S")
    return told if zone == "unknown" else f"{told} UTC"


def chat_title(outline: Outline, code: int) -> str:
    """The title of a conversation; its id where the export gives none."""
    chat = outline.conversations[code]
    return chat.title or chat.id


def chat_at(outline: Outline, position: int) -> int:
    """The code of the conversation that holds a position."""
    return bisect_right(outline.conversations, position, key=lambda chat: chat.first) - 1


def _shown(row: Row, reader: Reader, *, is_shown: bool) -> ShownMessage:
    outline = reader.outline
    return ShownMessage(
        at=row.position,
        number=row.number,
        who=_author(row, outline),
        tint=row.account % TINTS if row.account is not None else 0,
        when=instant(row.sent_at, reader.lang, zone=row.zone) if row.sent_at else _("instant unknown"),
        iso=row.sent_at.isoformat() if row.sent_at else "",
        locator=_locator(row, outline),
        chat=chat_title(outline, row.conversation)
        if outline.conversations[row.conversation].first == row.position
        else "",
        letters=len(row.text),
        notes=tuple(_notes(row, reader.lang)),
        answers=row.reply_to,
        answers_number=row.reply_to_id or "",
        media=tuple(_medium(medium, reader.lang) for medium in row.media),
        marks=reader.marks.get(row.position, ()),
        pieces=tuple(_pieces(row.text, reader.needle)) if is_shown and row.text else None,
    )


def _author(row: Row, outline: Outline) -> str:
    return (
        outline.accounts[row.account].shown
        if row.account is not None
        else _("the system, or an account that was deleted")
    )


def _locator(row: Row, outline: Outline) -> str:
    exhibit = outline.exhibits[row.exhibit].sha256
    return Ref(exhibit_sha256=exhibit, part=row.part, byte_start=row.byte_start, byte_end=row.byte_end).locator


def _notes(row: Row, lang: Lang) -> list[str]:
    """What is particular to a message, each as a few words."""
    told: list[str] = []
    if row.kind in _KINDS:
        told.append(f"{_KINDS[row.kind]}{_(': ')}{row.action}" if row.action else str(_KINDS[row.kind]))
    elif row.action:
        told.append(row.action)
    if row.zone == "unknown" and row.sent_at:
        told.append(_("zone unknown"))
    if row.sent_text and (row.zone == "unknown" or not row.sent_at):
        told.append(_("written “%(date)s”") % {"date": row.sent_text})
    if row.edited_at:
        told.append(_("edited later, %(instant)s") % {"instant": instant(row.edited_at, lang, zone=row.zone)})
    if row.forwarded_from:
        told.append(_("forwarded from %(name)s") % {"name": row.forwarded_from})
    if row.reply_to_id and row.reply_to is None:
        told.append(_("answers message %(number)s, which the export does not hold") % {"number": row.reply_to_id})
    if row.repair:
        told.append(_("repaired to be read: %(repair)s") % {"repair": row.repair})
    return told


def _medium(medium: MediaRow, lang: Lang) -> ShownMedium:
    words = wording(lang)
    told = [
        medium.name or "",
        words.size(medium.size_bytes) if medium.size_bytes is not None else _("size not told"),
        str(_STATES.get(medium.state, medium.state)),
        tell_reason(medium.reason or "", words),
    ]
    return ShownMedium(
        kind=str(_MEDIA.get(medium.kind, medium.kind)),
        said=tuple(part for part in told if part),
        sha256=medium.sha256 or "",
    )


def _pieces(text: str, needle: str) -> list[ShownPiece]:
    """The text, cut where the words searched for begin and end."""
    pieces: list[ShownPiece] = []
    at = 0
    for start, end in spans_of(text, needle):
        pieces += [ShownPiece(text=text[at:start], found=False), ShownPiece(text=text[start:end], found=True)]
        at = end
    pieces.append(ShownPiece(text=text[at:], found=False))
    return [piece for piece in pieces if piece.text]
