"""Is this site safe to open? Every unsafe configuration has a name, a sentence and a remedy; what could not be seen is said too.

In production the faces refuse to start with any of them; in development they tell. Invariant: three answers, and "not seen" is
never "safe".
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import msgspec

from rempart.errors import NotAllowed
from rempart.web.config import Face, Site
from rempart.web.safety.facts import Facts, gather
from rempart.web.safety.rules import RULES
from rempart.wording import Lang

_WORDS = Path(__file__).with_name("words.toml")
Text = Annotated[str, msgspec.Meta(min_length=1)]


class Unsafe(NotAllowed):
    """A face of a site in production does not start."""


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title_en: Text
    title_fr: Text
    en: Text
    fr: Text
    do_en: Text
    do_fr: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One unsafe configuration. names: what is concerned (files, faces, settings); never what is in them."""

    code: str
    names: tuple[str, ...]

    def sentence(self, lang: Lang) -> str:
        """What is unsafe, and what it means."""
        words = words_of(self.code)
        return (words.fr if lang == "fr" else words.en).replace("{names}", ", ".join(self.names))

    def remedy(self, lang: Lang) -> str:
        """What to do."""
        words = words_of(self.code)
        return words.do_fr if lang == "fr" else words.do_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """What was found; codes that could not be judged."""

    unsafe: tuple[Finding, ...]
    not_examined: tuple[str, ...]


@lru_cache(maxsize=1)
def _all_words() -> dict[str, _Words]:
    told = tomllib.loads(_WORDS.read_text("utf-8"))
    told.pop("version")
    return msgspec.convert(told, dict[str, _Words])


def words_of(code: str) -> _Words:
    """The words of a code. Raises: KeyError."""
    return _all_words()[code]


def title_of(code: str, lang: Lang) -> str:
    """What a rule looks at, in a few words."""
    return words_of(code).title_fr if lang == "fr" else words_of(code).title_en


def judge(facts: Facts) -> Safety:
    """Every rule, asked once."""
    verdicts = {rule.__name__: rule(facts) for rule in RULES}
    return Safety(
        unsafe=tuple(Finding(code=code, names=names) for code, names in verdicts.items() if names),
        not_examined=tuple(code for code, names in verdicts.items() if names is None),
    )


def examine(site: Site, face: Face, *, now: datetime) -> Safety:
    """Looks and judges, as this process may. Django must be set up."""
    return judge(gather(site, face, now=now))


def told(findings: Sequence[Finding], lang: Lang) -> str:
    """One clear list: code, sentence, remedy."""
    return "\n".join(f"✗ {one.code}: {one.sentence(lang)}\n  → {one.remedy(lang)}" for one in findings)
