"""Tells WhatsApp's own words from those of people: service lines, attachments, media left out, edits, deletions.

What WhatsApp wrote leaves the text of the message and is kept beside it: in `media`, `action` and `extra`; the text
is what the person wrote. The words are data (`whatsapp_words.toml`); an attachment is known by its shape first.
Source: see `whatsapp_words.toml`. Tier: source-verified. Not covered: service lines in languages other than English,
French, German and Dutch are kept as text without an action; polls and places shared stay text as written.
Trap: people can type these words too; where WhatsApp's mark U+200E is absent (Android) they cannot be told apart.
"""

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import msgspec

from rempart.conversations.forms.fields import file_kind
from rempart.conversations.rows import Media

LRM = "\u200e"
BIDI = "\u200e\u200f\u202a-\u202e\u2066-\u2069"
_SCAN_CHARS = 300  # a service line is one sentence; patterns never run over a whole message
_FILE = r"[^<>/\\\n\r\u200e]{1,200}"
_KIND_BY_ENDING = {"webp": "sticker", "opus": "voice", "vcf": "contact"}
_KIND_BY_MARK = {"PTT": "voice", "STK": "sticker", "STICKER": "sticker", "GIF": "animation"}

Find = Callable[[str], str | None]
"""Name of the part that holds the file of this name; None: the export does not hold it."""


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """A message text without WhatsApp's words, and what they said."""

    text: str
    media: tuple[Media, ...] = ()
    action: str | None = None
    notes: tuple[tuple[str, str], ...] = ()  # for `extra`: edited, notice -> the words as written


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One kind of service line."""

    action: str
    pattern: re.Pattern[str]  # over small letters
    unmarked: re.Pattern[str] | None = None  # whole sentences, known behind a name even without WhatsApp's mark
    holds_colon: bool = False
    is_group: bool = False
    keeps_sender: bool = False


def _load() -> dict[str, Any]:
    return tomllib.loads(files("rempart.conversations.forms").joinpath("whatsapp_words.toml").read_text("utf-8"))


def _listed(table: dict[str, list[str]]) -> list[str]:
    return [word for words in table.values() for word in words]


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def _service(entry: dict[str, Any]) -> Service:
    pieces = [piece for language in ("en", "fr", "de", "nl") for piece in entry[language]]
    flags = {name: bool(entry.get(name, False)) for name in ("holds_colon", "is_group", "keeps_sender")}
    unmarked = re.compile("|".join(entry["unmarked"])) if "unmarked" in entry else None
    pattern = re.compile("|".join(pieces))  # small letters: four times as fast as ignoring the case
    return Service(action=entry["action"], pattern=pattern, unmarked=unmarked, **flags)


_WORDS = _load()
SERVICES: tuple[Service, ...] = tuple(_service(entry) for entry in _WORDS["service"])
_UNMARKED = re.compile("|".join(one.unmarked.pattern for one in SERVICES if one.unmarked))
_OMITTED = frozenset(_listed(_WORDS["omitted"]))
_KINDS = {word: kind for kind, words in _WORDS["kinds"].items() for word in words}
_DELETED = frozenset(words.casefold() for words in _listed(_WORDS["deleted"]) if not words.endswith("*"))
_LAST_WORDS = _OMITTED | {words.rpartition(" ")[2] for words in _DELETED}
_DELETED_BY = tuple(words[:-1] for words in _listed(_WORDS["deleted"]) if words.endswith("*"))
_EDITED = re.compile(rf"[ {LRM}]*<{LRM}?((?:{_alternatives(_listed(_WORDS['edited']))})\.?)>{LRM}?$")
_ATTACHED_IOS = re.compile(rf"( ?{LRM}?)<{LRM}?([^<>:\n]{{3,30}}): ?({_FILE})>{LRM}?")
_IOS_WORDS = frozenset(word.casefold() for word in _listed(_WORDS["attached_ios"]))
_ATTACHED_WORDS = re.compile(rf"{LRM}?({_FILE}) \((?:{_alternatives(_listed(_WORDS['attached_android']))})\)")
_ATTACHED_SHAPE = re.compile(r"\u200e?((?:IMG|VID|AUD|PTT|STK|DOC)-\d{8}-WA\d{1,8}\.\w{1,5}) \([^()\n]{3,40}\)")
_NUMBERED = re.compile(r"\d{8}-(?:(PHOTO|VIDEO|AUDIO|STICKER|GIF)-)?")
_OMITTED_ANDROID = re.compile(r"\u200e?<\u200e?([^<>\n]{3,60})>")
_OMITTED_IOS = re.compile(
    rf"(?:^|[ ]?\u200e|(?<=•) \d{{1,6}} \w{{1,12}} |(?<=\.\w{{3}}) |(?<=\.\w{{4}}) )({_alternatives(_KINDS)}) ({_alternatives(_OMITTED)})\.?$",
    re.IGNORECASE,
)
_PLACE = re.compile(r"[^\s:]{2,30} ?: ?(https://(?:maps\.google\.com/\?q=|foursquare\.com/)[^\s]{1,200})$")
_TITLE = re.compile(r"[“\"«„‘][ \u00a0\u202f]?(.{1,200}?)[ \u00a0\u202f]?[”\"»“’](?: erstellt| (?:aan)?gemaakt)?\.?$")
_BIDI_MARKS = re.compile(f"[{BIDI}]+")


def without_bidi(text: str) -> str:
    """The text without the invisible marks of writing direction."""
    return text if text.isascii() else _BIDI_MARKS.sub("", text)


def service_of(text: str, *, behind_name: bool = False) -> Service | None:
    """The kind of service line that this text is; None: no known one, or people's words.

    behind_name: a name stands before it, so only WhatsApp's mark U+200E or a whole sentence of its own tells it.
    """
    if not behind_name or text.startswith(LRM):
        return _service_of_head(text[:_SCAN_CHARS])
    if _UNMARKED.match(text) is None:
        return None
    return next((one for one in SERVICES if one.unmarked and one.unmarked.match(text)), None)


@lru_cache(maxsize=4096)
def _service_of_head(head: str) -> Service | None:
    plain = without_bidi(head).lower()
    return next((service for service in SERVICES if service.pattern.search(plain)), None)


def group_title(text: str) -> str | None:
    """The quoted name in a line that tells of the creation of a group; None: no name in it."""
    match = _TITLE.search(without_bidi(text[:_SCAN_CHARS]).rstrip())
    return match[1] if match else None


def read_marks(text: str, find: Find) -> Marks:
    """Takes WhatsApp's words off the text of a message that has a sender."""
    notes: tuple[tuple[str, str], ...] = ()
    if text.endswith((">", ">" + LRM)) and (edited := _EDITED.search(text, max(0, len(text) - 120))):
        notes = (("edited", edited[1]),)
        text = text[: edited.start()]
    last_word = text.rpartition(" ")[2].rstrip("." + LRM).casefold()
    if len(text) < 200 and _is_deleted(text, last_word):
        return Marks(text="", action="message_deleted", notes=(*notes, ("notice", text.strip(" " + LRM))))
    rest, media = _take_media(text, find, last_word)
    return Marks(text=rest.lstrip(LRM), media=media, notes=notes)


def _is_deleted(text: str, last_word: str) -> bool:
    plain = text.strip(" ." + LRM)
    return (last_word in _LAST_WORDS and plain.casefold() in _DELETED) or plain.startswith(_DELETED_BY)


def _take_media(text: str, find: Find, last_word: str) -> tuple[str, tuple[Media, ...]]:
    """(text without the words on media, the media): attached, left out, or a place."""
    if "<" in text and (taken := _in_angles(text, find)):
        return taken
    if ")" in text and (attached := _ATTACHED_WORDS.match(text) or _ATTACHED_SHAPE.match(text)):
        return _behind(text, attached), (_attached(attached[1], find),)
    if last_word in _OMITTED and (bare := _OMITTED_IOS.search(text, max(0, len(text) - 60))):
        return text[: bare.start()].rstrip(" \n•" + LRM), (_missing(bare[0].strip(" " + LRM), said=bare[1]),)
    if "://" in text and len(text) < 300 and (place := _PLACE.match(text.lstrip(LRM))):
        return text, (Media(kind="location", state="referenced", path=place[1]),)
    return text, ()


def _in_angles(text: str, find: Find) -> tuple[str, tuple[Media, ...]] | None:
    """`<pièce jointe : …>` anywhere, `<Médias omis>` at the start; None: what stands in angles is text."""
    found = [match for match in _ATTACHED_IOS.finditer(text) if _is_attachment(match, find)]
    if found:
        rest = text
        for match in reversed(found):
            rest = rest[: match.start()] + rest[match.end() :]
        return rest.strip("\n"), tuple(_attached(match[3], find) for match in found)
    left_out = _OMITTED_ANDROID.match(text)
    if left_out and not _OMITTED.isdisjoint(left_out[1].casefold().split()):
        return _behind(text, left_out), (_missing(left_out[1], said=left_out[1]),)
    return None


def _is_attachment(match: re.Match[str], find: Find) -> bool:
    """By shape first: WhatsApp's mark before it, or a numbered name; else by the word, or because the file is there."""
    return (
        LRM in match[1]
        or _NUMBERED.match(match[3]) is not None
        or match[2].strip().casefold() in _IOS_WORDS
        or find(match[3]) is not None
    )


def _behind(text: str, match: re.Match[str]) -> str:
    """The caption: it stands on the lines behind the words."""
    return text[match.end() :].lstrip(" \n" + LRM)


def _attached(name: str, find: Find) -> Media:
    held = find(name)
    return Media(
        kind=_kind_of(name), state="in_export" if held is not None else "referenced", name=name, path=held or name
    )


def _missing(words: str, *, said: str) -> Media:
    """A medium that the export left out; `said` begins with the word for its kind, if there is one."""
    known = [word for word in _KINDS if said.casefold().startswith(word)]
    return Media(kind=_KINDS[max(known, key=len)] if known else "unknown", state="missing", reason=words)


def _kind_of(name: str) -> str:
    """By WhatsApp's own mark in the name (`PTT-`, `-STICKER-`), else by the ending."""
    numbered = _NUMBERED.match(name)
    mark = numbered[1] if numbered and numbered[1] else name[:3]
    ending = name.rpartition(".")[2].lower()
    return _KIND_BY_MARK.get(mark) or _KIND_BY_ENDING.get(ending) or file_kind(name)
