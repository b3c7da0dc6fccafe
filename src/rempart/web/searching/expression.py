"""What a person types, as an expression of SQLite's full-text search: any text is safe, and none of its signs is an operator.

Words in quotes are a phrase; an address, a name or a number is a phrase of its parts; the last word may be the beginning of one.
Source: https://www.sqlite.org/fts5.html#full_text_query_syntax. Tier: data-proven.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rempart.errors import BadInput
from rempart.web.searching.forms import LEAST_PHONE_DIGITS, PHONE, national, significant

MOST_CHARS, MOST_TERMS = 300, 16
_LEAST_LETTERS, _LEAST_DIGITS = 3, 4  # a shorter last word is a word, not the beginning of very many
_TERM = re.compile(r'"([^"]*)"?|([^\s"]+)')
_QUOTES = str.maketrans({"«": '"', "»": '"', "“": '"', "”": '"', "„": '"'})
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_NUMBER = re.compile(r"[rR]-?0*([0-9]{1,9})")
_START = re.compile(r"[a-z][a-z0-9+.-]*://|www\.", re.IGNORECASE)


class BadQuery(BadInput):
    """What was typed cannot be searched for."""


class TooLong(BadQuery):
    """More characters or words than a search takes."""


class NothingToFind(BadQuery):
    """No letter and no digit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One thing that must occur, in any of its forms. is_start: it may go on."""

    forms: tuple[str, ...]
    is_start: bool = False

    def text(self, *, is_whole: bool = False) -> str:
        """In the language of FTS5. is_whole: as it stands, even where it may go on."""
        star = "*" if self.is_start and not is_whole else ""
        return "(" + " OR ".join(f'"{form}"{star}' for form in self.forms) + ")"


def read_query(untrusted_query: str) -> tuple[Term, ...]:
    """What must occur, in the order in which it was typed.

    Raises: TooLong, NothingToFind.
    """
    if len(untrusted_query) > MOST_CHARS:
        raise TooLong("A search takes at most {most} characters. Search for fewer words.", most=MOST_CHARS)
    text = _UNWRITABLE.sub(" ", untrusted_query).translate(_QUOTES)
    terms = tuple(_terms(text))
    if not terms:
        raise NothingToFind(
            "There is no letter and no digit to search for. Type a word, a name, an address or a number."
        )
    if len(terms) > MOST_TERMS:
        raise TooLong("A search takes at most {most} words. Search for fewer words.", most=MOST_TERMS)
    return terms


def all_of(terms: tuple[Term, ...], *, is_whole: bool = False) -> str:
    """Everything occurs."""
    return " AND ".join(term.text(is_whole=is_whole) for term in terms)


def _terms(text: str) -> Iterator[Term]:
    """Quoted phrases, then among the rest phone numbers, then words."""
    for found in _pieces(text):
        is_last = not text[found.end() :].strip()
        if found.re is PHONE:
            yield _phone(found[0], is_last=is_last)
        elif found[1] is not None:
            if _has_token(found[1]):
                yield Term(forms=(found[1],))
        elif _has_token(found[2]):
            yield _word(found[2], is_last=is_last)


def _pieces(text: str) -> Iterator[re.Match[str]]:
    place = 0
    while found := _TERM.search(text, place):
        phone = PHONE.match(text, found.start()) if found[1] is None else None
        if phone and len(significant(phone[0])) >= LEAST_PHONE_DIGITS:
            found = phone
        yield found
        place = found.end()


def _phone(text: str, *, is_last: bool) -> Term:
    """By its digits, which the index has of every number; eight of them may be a day, and are looked for as they stand too."""
    digits = significant(text)
    asked = (text if len(digits) == LEAST_PHONE_DIGITS else None, digits, national(text))
    return Term(forms=tuple(dict.fromkeys(filter(None, asked))), is_start=is_last)


def _word(text: str, *, is_last: bool) -> Term:
    if number := _NUMBER.fullmatch(text):
        return Term(forms=(text, f"R{int(number[1]):06}"))
    stripped = _START.sub("", text, count=2)
    word = stripped if _has_token(stripped) else text
    tail = "".join(filter(str.isalnum, word))
    if tail.isdigit():
        zeroless = word.lstrip("0")
        forms = (word, zeroless) if len(zeroless) >= _LEAST_DIGITS - 1 and zeroless != word else (word,)
        return Term(forms=forms, is_start=is_last and len(tail) >= _LEAST_DIGITS)
    return Term(forms=(word,), is_start=is_last and word[-1].isalnum() and len(tail) >= _LEAST_LETTERS)


def _has_token(text: str) -> bool:
    return any(map(str.isalnum, text))
