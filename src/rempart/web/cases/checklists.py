"""The exculpatory checklist: what is answered before a dossier leaves the house, as data with its source."""

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal

import msgspec

from rempart.wording import Lang

Answer = Literal["yes", "no", "not_applicable"]
ANSWERS: tuple[Answer, ...] = ("yes", "no", "not_applicable")


class _Title(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fr: str
    en: str


class _Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    title: _Title


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    point: tuple[_Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point. title: in both languages."""

    code: str
    fr: str
    en: str

    def title(self, lang: Lang) -> str:
        """The point in the language of the reader."""
        return self.fr if lang == "fr" else self.en


@lru_cache(maxsize=1)
def review_points() -> tuple[Point, ...]:
    """Every point of the exculpatory review, in the order in which it is answered."""
    data = resources.files(__package__).joinpath("checklists.toml").read_bytes()
    file = msgspec.toml.decode(data, type=_File)
    return tuple(Point(code=point.code, fr=point.title.fr, en=point.title.en) for point in file.point)
