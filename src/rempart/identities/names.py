"""Names in any script: one folded form for comparison, a skeleton for finding candidates, and the history of an account's names.

A name is shown as it was written; the forms made here are for comparing only. No nicknames are resolved (Sasha stays Sasha), and no
sound rules are used, because both are right in some languages and wrong in others.
Not covered: names that are pictures or emoji alone, abjads whose vowels differ, the order of parts (parts are sorted on purpose).
Source: Unicode NFKC (UAX 15), anyascii 0.3 for transliteration; reference, Identities §2. Tier: source-verified; measured on
invented names only.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from anyascii import anyascii

from rempart.identities.normal import fold_name

MIN_SKELETON_CHARS = 3  # shorter skeletons stand for too many names
_PART = re.compile(r"[a-z0-9]+")
_GREEK = re.compile(r"[\u0370-\u03ff]")
_GREEK_PAIRS = (("mp", "b"), ("nt", "d"), ("gk", "g"), ("tz", "j"), ("oy", "u"), ("ou", "u"))
_SAME = str.maketrans({"c": "k", "q": "k", "w": "v", "f": "v", "p": "b", "g": "j", "z": "s", "x": "s"})
_PAIRS = (("kh", "h"), ("sh", "s"), ("ch", "s"), ("ph", "v"), ("gh", "g"), ("th", "t"), ("dj", "j"), ("ks", "s"))
_JOINTS = {"'": "", "’": "", "ʼ": ""}
_SILENT = re.compile(r"[aeiouyh]")
_TWICE = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worn:
    """A name that an account showed. first_at, last_at: None where the export does not date names."""

    name: str
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NameHistory:
    """The different names of one account, in the order in which they were met; `dated`: every one has an instant.

    Spellings that fold to one form are one name, told as first written.
    """

    account_id: str
    worn: tuple[Worn, ...]
    dated: bool

    @property
    def changed(self) -> bool:
        """Whether the account showed more than one name."""
        return len(self.worn) > 1


def name_history(account_id: str, *, worn: Iterable[Worn]) -> NameHistory:
    """The history of an account's names: by instant where every name has one, else in the order given."""
    told = list(worn)
    dated = bool(told) and all(name.first_at is not None for name in told)
    if dated:
        told.sort(key=lambda name: (name.first_at.timestamp() if name.first_at else 0.0, name.name))
    kept: dict[str, Worn] = {}
    for name in told:
        form = fold_words(name.name) or name.name
        known = kept.get(form)
        kept[form] = name if known is None else _joined(known, name)
    return NameHistory(account_id=account_id, worn=tuple(kept.values()), dated=dated)


def fold_words(told: str) -> str:
    """A name as Latin words in lower case, sorted, one blank between; empty where no letter or digit can be said."""
    return " ".join(sorted(_words(told)))


def skeleton(told: str) -> str | None:
    """The consonants of a name, alike for most ways to write it in Latin letters; for finding candidates, never for joining.

    None for names whose skeleton is shorter than MIN_SKELETON_CHARS.
    """
    bones = "".join(sorted(filter(None, (_bone(word) for word in _words(told)))))
    return bones if len(bones) >= MIN_SKELETON_CHARS else None


def variants(names: Sequence[str]) -> tuple[str, ...]:
    """The folded forms of several names, each once, in their order."""
    return tuple(dict.fromkeys(form for form in map(fold_words, names) if form))


def _words(told: str) -> list[str]:
    plain = fold_name(told)
    said = "".join(char if unicodedata.category(char)[0] in "LMN" else _JOINTS.get(char, " ") for char in plain)
    latin = anyascii(said).casefold()  # emoji would come out as words
    if _GREEK.search(plain):
        for pair, one in _GREEK_PAIRS:
            latin = latin.replace(pair, one)
    return _PART.findall(latin.replace("'", ""))


def _bone(word: str) -> str:
    for pair, one in _PAIRS:
        word = word.replace(pair, one)
    return _TWICE.sub(r"\1", _SILENT.sub("", word.translate(_SAME)))


def _joined(known: Worn, again: Worn) -> Worn:
    ends = [instant for instant in (known.last_at, again.last_at) if instant is not None]
    starts = [instant for instant in (known.first_at, again.first_at) if instant is not None]
    return Worn(name=known.name, first_at=min(starts, default=None), last_at=max(ends, default=None))
