"""Where the accounts may be, by hours, phone prefixes, languages and what they state: always with the basis and the share unknown."""

import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from rempart.analysis.identities_shown import named
from rempart.analysis.names import Names
from rempart.analysis.network_document import (
    CountriesShown,
    Country,
    Department,
    DepartmentsShown,
    ZonesShown,
)
from rempart.analysis.record import MessageRef, name_messages
from rempart.network.countries import Countries, Tally
from rempart.network.departments import Departments, load_departments
from rempart.network.place import OFFSETS, Zones
from rempart.wording import Lang, Wording

MAX_MESSAGES, MAX_ACCOUNTS = 50, 20


def show_zones(zones: Zones) -> ZonesShown:
    """The hours of activity of all, as a likelihood of each zone."""
    return ZonesShown(
        examined=zones.members.num_rows,
        unknown=zones.unknown,
        crowd=tuple((offset, round(part, 4)) for offset, part in zip(OFFSETS, zones.crowd, strict=False)),
    )


def show_countries(countries: Countries, *, names: Names, words: Wording) -> CountriesShown:
    """Countries by phone prefix and by language, most accounts first."""
    languages = _languages(words)
    return CountriesShown(
        accounts=countries.accounts,
        by_phone=tuple(
            _country(tally, country_name(tally.code, words.lang), countries.members, "country", names)
            for tally in countries.by_phone
        ),
        phone_unknown=countries.phone_unknown,
        by_language=tuple(
            _country(tally, languages.get(tally.code, tally.code), countries.members, "language", names)
            for tally in countries.by_language
        ),
        language_unknown=countries.language_unknown,
    )


def show_departments(departments: Departments, *, accounts: int) -> DepartmentsShown:
    """French departments that accounts state of themselves, with the messages that say so; most accounts first."""
    said: dict[str, list[MessageRef]] = defaultdict(list)
    for row in departments.statements.filter(pc.equal(departments.statements["kind"], "own")).to_pylist():
        said[row["code"]].append((row["exhibit_sha256"], row["row"]))
    known = load_departments()
    return DepartmentsShown(
        accounts=accounts,
        stated=tuple(
            Department(
                code=code,
                name=known.get(code, code),
                accounts=count,
                messages=name_messages(said[code], most=MAX_MESSAGES),
            )
            for code, count in sorted(departments.own.items(), key=lambda item: (-item[1], item[0]))
        ),
        unknown=accounts - departments.accounts,
    )


def country_name(code: str, lang: Lang) -> str:
    """The name of a country (ISO 3166) in the language; the code where none is known."""
    known = _country_names().get(code)
    return known[lang] if known else code


@lru_cache(maxsize=1)
def _country_names() -> Mapping[str, Mapping[Lang, str]]:
    raw = tomllib.loads(resources.files("rempart.analysis").joinpath("countries.toml").read_text("utf-8"))
    return MappingProxyType(msgspec.convert(raw["names"], dict[str, dict[Lang, str]]))


def _country(tally: Tally, name: str, members: pa.Table, column: str, names: Names) -> Country:
    mine = members.filter(pc.fill_null(pc.equal(members[column], tally.code), False))["account_id"]
    first: Sequence[str] = mine.slice(0, MAX_ACCOUNTS).to_pylist()
    return Country(
        code=tally.code,
        name=name,
        accounts=tally.accounts,
        first=tuple(named(account, names) for account in first),
        candidates=() if column == "country" else tally.countries,
    )


def _languages(words: Wording) -> Mapping[str, str]:
    return {
        "fr": words.text("French"),
        "en": words.text("English"),
        "de": words.text("German"),
        "nl": words.text("Dutch"),
        "es": words.text("Spanish"),
        "it": words.text("Italian"),
        "pt": words.text("Portuguese"),
        "ru": words.text("Russian"),
        "pl": words.text("Polish"),
        "tr": words.text("Turkish"),
        "ar": words.text("Arabic"),
        "ro": words.text("Romanian"),
        "uk": words.text("Ukrainian"),
    }
