"""Identifiers inside running text: addresses, e-mails, numbers, hashes, names after an @ or after the name of a service.

Written for few false hits: what could be something else is given as ambiguous or left alone. A domain alone (`example.org`) is not
taken without its scheme, a number must be one that exists, and a date followed by an hour is no number.
Tier: source-verified; measured on invented texts only.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

import phonenumbers

from rempart.identities.known import Known, fold_plain, load_known
from rempart.identities.normal import HOME

_ENDINGS = "com|net|org|fr|be|ch|ca|lu|io|me|gg|tv|co|uk|de|eu|info|app|link|ly|re|ru|cc|xyz|site|online|live|chat|to|es|it|nl|pt|onion"
_URL = re.compile(
    r"(?<![\w@])(?:(?:https?|hxxps?)://[^\s<>\"«»“”]{3,2000}"
    r"|www\.[^\s<>\"«»“”]{3,2000}"
    rf"|(?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?(?:\.|\[\.\])){{1,5}}(?:{_ENDINGS})(?::\d{{1,5}})?/[^\s<>\"«»“”]{{1,2000}})",
    re.IGNORECASE,
)
_EMAIL = re.compile(
    r"(?<![\w.+@-])[a-z0-9_][a-z0-9_.+-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}(?![\w@-])", re.IGNORECASE
)
_HASH = re.compile(r"(?<![0-9a-zA-Z])[0-9a-fA-F]{64}(?![0-9a-zA-Z])")
_HANDLE = re.compile(r"(?<![\w@./=+-])@([a-zA-Z0-9_](?:[\w.-]{0,28}\w)?)(?![\w@])")
_AFTER_SERVICE = re.compile(r"(?<!\w)([^\W\d_]{1,12})\s?:\s?@?([\w.-]{3,32})(?!\w)")
_CLOCK = re.compile(r"\d{1,2}\s?[h:]\s?\d{0,2}", re.IGNORECASE)
_DOMAIN_END = re.compile(r"\.(?:com|net|org|fr|be|ch|ca|eu|de|uk)$", re.IGNORECASE)
_DATE = re.compile(r"\d{1,2}[ ./-]\d{1,2}[ ./-](?:19|20)\d\d(?!\d)")
_LETTER = re.compile(r"[^\W\d_]")
_FRENCH = re.compile(
    r"(?<![\d+])(?:(?:\+|00)33[ .\-\u00a0]?(?:\(0\)[ .\-\u00a0]?)?|0)[1-79]([ .\-\u00a0]?)\d\d(?:\1\d\d){3}(?![.-]?\d)"
)
_MANY_DIGITS = re.compile(r"(?:\d[\s.()/\u00a0-]{0,3}){8}")
_TAIL = ".,;:!?…'’”\"*_"


class Sort(Enum):
    """What a piece of text looks like."""

    ADDRESS = "address"
    EMAIL = "email"
    PHONE = "phone"
    FILE = "file"
    HANDLE = "handle"
    NAMED = "named"  # a name after the name of a service: "Insta: …"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of text as it stands. at: its first character; service: for NAMED; ambiguous: it reads like something else too."""

    sort: Sort
    text: str
    at: int
    service: str = ""
    ambiguous: bool = False


def find_pieces(text: str) -> tuple[Piece, ...]:
    """Every piece of a running text that looks like an identifier, in the order of the text; no part of it is in two."""
    known = load_known()
    found: list[Piece] = []
    for find in (_addresses, _emails, _hashes, _named, _handles, _phones):
        new = list(find(text, known))
        found += new
        text = _blanked(text, new)
    return tuple(sorted(found, key=lambda piece: piece.at))


def _addresses(text: str, known: Known) -> Iterator[Piece]:
    del known
    if "." in text or "://" in text:
        yield from (Piece(sort=Sort.ADDRESS, text=_trimmed(hit[0]), at=hit.start()) for hit in _URL.finditer(text))


def _emails(text: str, known: Known) -> Iterator[Piece]:
    del known
    if "@" in text:
        yield from (Piece(sort=Sort.EMAIL, text=hit[0], at=hit.start()) for hit in _EMAIL.finditer(text))


def _hashes(text: str, known: Known) -> Iterator[Piece]:
    del known
    yield from (Piece(sort=Sort.FILE, text=hit[0], at=hit.start()) for hit in _HASH.finditer(text))


def _named(text: str, known: Known) -> Iterator[Piece]:
    """A name after `Insta:`; only one that no word of a language looks like: with a digit, a dot or a low line inside."""
    for hit in _AFTER_SERVICE.finditer(text) if ":" in text else ():
        service = known.services.get(fold_plain(hit[1]))
        name = hit[2].rstrip(".-")
        looks_made = "@" in hit[0] or any(char.isdigit() or char in "._" for char in name[1:-1] + name[-1:])
        if service is None or service.phone or not looks_made or not _has_letter(name) or _CLOCK.fullmatch(name):
            continue
        yield Piece(sort=Sort.NAMED, text=name, at=hit.start(2), service=service.name)


def _handles(text: str, known: Known) -> Iterator[Piece]:
    for hit in _HANDLE.finditer(text) if "@" in text else ():
        name = hit[1]
        if len(name) < 3 or not _has_letter(name) or _CLOCK.fullmatch(name) or fold_plain(name) in known.not_handles:
            continue
        provider = fold_plain(name.partition(".")[0]) in known.not_handles
        yield Piece(sort=Sort.HANDLE, text=name, at=hit.start(), ambiguous=provider or bool(_DOMAIN_END.search(name)))


def _phones(text: str, known: Known) -> Iterator[Piece]:
    """French numbers by their form, then, where digits are left, those of other countries that exist."""
    del known
    if not _MANY_DIGITS.search(text):
        return
    at_home = [Piece(sort=Sort.PHONE, text=hit[0], at=hit.start()) for hit in _FRENCH.finditer(text)]
    yield from at_home
    rest = _blanked(text, at_home)
    if _MANY_DIGITS.search(rest):
        yield from _foreign(rest)


def _foreign(text: str) -> Iterator[Piece]:
    hits: Iterable[phonenumbers.PhoneNumberMatch] = phonenumbers.PhoneNumberMatcher(text, HOME)
    for hit in hits:
        if not _DATE.search(text, max(0, hit.start - 6), hit.end):
            yield Piece(sort=Sort.PHONE, text=hit.raw_string, at=hit.start)


def _trimmed(address: str) -> str:
    """An address without the punctuation of the sentence around it."""
    while address and (address[-1] in _TAIL or (address[-1] in ")]}" and not _closes(address))):
        address = address[:-1]
    return address


def _closes(address: str) -> bool:
    opening = {")": "(", "]": "[", "}": "{"}[address[-1]]
    return address.count(opening) >= address.count(address[-1])


def _blanked(text: str, pieces: list[Piece]) -> str:
    for piece in pieces:
        text = text[: piece.at] + " " * len(piece.text) + text[piece.at + len(piece.text) :]
    return text


def _has_letter(text: str) -> bool:
    return _LETTER.search(text) is not None
