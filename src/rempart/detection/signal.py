"""What a signal is: one tactic, its definition, public sources, phrases, and examples that prove it."""

import tomllib
from importlib import resources

import msgspec

from rempart.records import Strength, Tier


class Signal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One tactic, read from `signals/<code>.toml`. Texts are told per language code, `fr` and `en`.

    Investigators read `title` and `definition`: they are product text. version: of the file.
    strength: what the tactic may do when its words are found (`strong` may count towards an alert).
    strong_when: for a weak tactic, what makes it strong, as a sentence; "" when nothing does.
    phrases: lines of the phrase language (see phrases.py). unless: lines that silence the signal on that message.
    hits, non_hits: examples that the signal must and must not find; tests run them.
    """

    code: str
    version: str
    aliases: tuple[str, ...] = ()
    strength: Strength
    strong_when: str = ""
    title: dict[str, str]
    definition: dict[str, str]
    sources: tuple[str, ...]
    tier: Tier
    phrases: dict[str, str]
    unless: dict[str, str]
    hits: dict[str, tuple[str, ...]]
    non_hits: dict[str, tuple[str, ...]]


def load_signal(code: str) -> Signal:
    """The signal of `signals/<code>.toml`. Raises: msgspec.ValidationError when the file is not of the form."""
    raw = resources.files("rempart.detection").joinpath("signals", f"{code}.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(raw), Signal)
