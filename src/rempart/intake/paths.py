"""The two ways through the form, adult and child, as data: screens with one question each, in both languages.

`questions.toml` holds every text. Invariants, checked when it is read: names of screens and of fields are unique on a path, every
warning named exists, the child path has no field for a file.
Source: reference/channels.md §2.3, reference/prevention.md §5.4. Tier: source-verified.
"""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from pathlib import Path as File
from typing import Literal

import msgspec

from rempart.intake.report import MAX_LINE_CHARS, MAX_NARRATIVE_CHARS
from rempart.wording import Lang

__all__ = ["UNKNOWN", "Field", "Option", "Path", "Screen", "Text", "path_screens", "refusal", "screens_for", "warning"]
UNKNOWN = "unknown"
FieldType = Literal["choice", "radio", "line", "lines", "words", "file", "tick"]
_FILE = File(__file__).with_name("questions.toml")


class Path(StrEnum):
    """Which form a person fills in."""

    ADULT = "adult"
    CHILD = "child"


class Text(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text in both languages."""

    en: str
    fr: str

    def told_in(self, lang: Lang) -> str:
        """The text in one language."""
        return self.fr if lang == "fr" else self.en


class Option(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer that is offered."""

    value: str
    en: str
    fr: str
    hint: Text | None = None

    def told_in(self, lang: Lang) -> str:
        """What the person reads."""
        return self.fr if lang == "fr" else self.en


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to fill in. A `choice` is answered by one press and has the question for its label."""

    name: str
    type: FieldType
    label: Text | None = None
    hint: Text | None = None
    options: tuple[Option, ...] = ()
    mode: Literal["text", "email", "tel"] = "text"

    @property
    def most_chars(self) -> int:
        """How long an answer may be, in characters."""
        return MAX_NARRATIVE_CHARS if self.type in ("words", "lines") else MAX_LINE_CHARS

    def option_of(self, value: str) -> Option | None:
        """The option that was chosen; None for anything else."""
        return next((option for option in self.options if option.value == value), None)


class Screen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question. kinds: shown for these answers to the first question only; empty is always. unknown: has its own "I don't know"."""

    name: str
    question: Text
    fields: tuple[Field, ...]
    kinds: tuple[str, ...] = ()
    lead: Text | None = None
    warnings: tuple[str, ...] = ()
    unknown: bool = False

    @property
    def takes_file(self) -> bool:
        """True when an export can be given here."""
        return any(field.type == "file" for field in self.fields)


class _Questions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: str
    date: str
    source: str
    warnings: dict[str, Text]
    refusals: dict[str, Text]
    adult: tuple[Screen, ...]
    child: tuple[Screen, ...]


def path_screens(path: Path) -> tuple[Screen, ...]:
    """Every screen of a path, in order, whatever is answered."""
    questions = _questions()
    return questions.child if path is Path.CHILD else questions.adult


def screens_for(path: Path, *, answers: Mapping[str, str]) -> tuple[Screen, ...]:
    """The screens that a person meets, given the answers so far; an open first question counts as "I don't know"."""
    kind = answers.get("kind") or UNKNOWN
    return tuple(screen for screen in path_screens(path) if not screen.kinds or kind in screen.kinds)


def warning(name: str) -> Text:
    """A warning by its name."""
    return _questions().warnings[name]


def refusal(name: str) -> Text:
    """Why an answer is not taken, by its name; may hold the field `{most}`."""
    return _questions().refusals[name]


@lru_cache(maxsize=1)
def _questions() -> _Questions:
    questions = msgspec.convert(tomllib.loads(_FILE.read_text("utf-8")), _Questions)
    for screens in (questions.adult, questions.child):
        _check(screens, questions.warnings)
    if any(screen.takes_file for screen in questions.child):
        raise ValueError("the child path takes no file")
    return questions


def _check(screens: tuple[Screen, ...], warnings: Mapping[str, Text]) -> None:
    names = [screen.name for screen in screens]
    if len(set(names)) != len(names):
        raise ValueError("two screens have one name")
    if missing := set(chain.from_iterable(screen.warnings for screen in screens)) - warnings.keys():
        raise ValueError(f"no such warning: {sorted(missing)}")
    for screen in screens:
        if len({field.name for field in screen.fields}) != len(screen.fields):
            raise ValueError(f"{screen.name}: two fields have one name")
