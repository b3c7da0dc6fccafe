"""The invented words and places of the case, loaded once from the files beside this one."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

import msgspec

LANGUAGES = ("fr", "en", "de", "nl", "es")


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """Benign openings, middles and ends of one language."""

    starts: tuple[str, ...]
    middles: tuple[str, ...]
    ends: tuple[str, ...]


class Says(msgspec.Struct, frozen=True, kw_only=True):
    """Statements about oneself in one language, with {phone}, {email} or {department} to fill in."""

    phone: tuple[str, ...]
    email: tuple[str, ...]
    department: tuple[str, ...]


class Phones(msgspec.Struct, frozen=True, kw_only=True):
    """A range of numbers set aside for fiction: `#` stands for a digit of a count from `first` over `many`."""

    country: str
    form: str
    first: int = msgspec.field(name="from")
    many: int


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """A planted scene; lines are `S|text` or `A|text`; complete is a line's number, -1 for a benign one."""

    code: str
    lang: str
    level: str
    complete: int
    lines: tuple[str, ...]


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """All that the case is written with. offsets: of a country from UTC, in minutes; spelt: names in three alphabets."""

    talk: Mapping[str, Talk]
    says: Mapping[str, Says]
    plots: tuple[Plot, ...]
    countries: tuple[str, ...]
    nicknames: tuple[str, ...]
    offsets: Mapping[str, int]
    phones: tuple[Phones, ...]
    given: tuple[tuple[str, str, str], ...]
    surnames: tuple[tuple[str, str, str], ...]
    syllables: tuple[str, ...]
    homonyms: tuple[str, ...]
    titles: tuple[tuple[str, ...], tuple[str, ...]]


@cache
def load_words() -> Words:
    """The words of the case, checked."""
    talk, says, places = (_toml(name) for name in ("talk", "says", "places"))
    told = {
        "talk": {lang: talk[lang] for lang in LANGUAGES},
        "says": {lang: says[lang] for lang in LANGUAGES},
        "plots": _toml("plots")["plot"],
        "countries": talk["countries"],
        "nicknames": talk["nicknames"],
        "offsets": places["offsets"],
        "phones": places["phones"],
        "given": says["spelt"]["given"],
        "surnames": says["spelt"]["surname"],
        "syllables": says["syllables"]["all"],
        "homonyms": says["homonyms"]["names"],
        "titles": (says["titles"]["first"], says["titles"]["second"]),
    }
    return msgspec.convert(told, Words)


def _toml(name: str) -> dict[str, dict[str, object]]:
    return tomllib.loads(resources.files("rempart.fictional").joinpath(f"{name}.toml").read_text("utf-8"))
