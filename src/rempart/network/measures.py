"""The measures of the key-actor table, read once from `measures.toml`: what each says, what it does not say, who uses it."""

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Annotated, Literal

import msgspec

Text = Annotated[str, msgspec.Meta(min_length=1)]
Lang = Literal["fr", "en"]


class Measure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One measure. unit: flag, files, accounts, acts, messages, roles, groups, communities, k or share (0..1)."""

    code: Text
    unit: Text
    en: Text
    fr: Text
    means_en: Text
    means_fr: Text
    not_en: Text
    not_fr: Text
    source: Text

    def title(self, lang: Lang) -> str:
        """Its name in the language."""
        return self.fr if lang == "fr" else self.en

    def means(self, lang: Lang) -> str:
        """What it says."""
        return self.means_fr if lang == "fr" else self.means_en

    def does_not_mean(self, lang: Lang) -> str:
        """What it does not say."""
        return self.not_fr if lang == "fr" else self.not_en


@lru_cache(maxsize=1)
def load_measures() -> tuple[Measure, ...]:
    """The measures in the order in which a table shows them; contact with a child first."""
    raw = tomllib.loads(resources.files("rempart.network").joinpath("measures.toml").read_text("utf-8"))
    return msgspec.convert(raw["measure"], tuple[Measure, ...])
