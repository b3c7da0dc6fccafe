"""Which members of a network are asked for, in which order; read from an address that holds no name. A searched name comes in a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from rempart.analysis.sections import MemberLine, NetworkSection
from rempart.identities.normal import fold_name

MAX_NEEDLE = 100  # letters of a name
_MOST_DIGITS = 9
UNKNOWN = "unknown"  # of a country


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """community, country: "" for any; least: files sent at least; sort: code of a measure, "" for the told order. needle: of names."""

    community: int | None = None
    country: str = ""
    is_unlisted: bool = False
    is_child: bool = False
    least: int = 0
    sort: str = ""
    needle: str = ""

    @property
    def is_any(self) -> bool:
        """Whether anything is left out."""
        return replace(self, sort="") != Filters()

    def query(self, **more: str | int) -> str:
        """The filters as the query of an address; `more` beside them. Never the name that was searched."""
        told: dict[str, str | int] = {}
        if self.community is not None:
            told["community"] = self.community
        if self.country:
            told["country"] = self.country
        told |= {name: 1 for name, is_on in (("unlisted", self.is_unlisted), ("child", self.is_child)) if is_on}
        told |= {"least": self.least} if self.least else {}
        told |= {"sort": self.sort} if self.sort else {}
        return urlencode({**told, **more})


def read_filters(given: Mapping[str, str], *, needle: str, codes: Sequence[str]) -> Filters:
    """What an address asks for; what it cannot mean is passed over."""
    sort, country = given.get("sort", ""), given.get("country", "")
    return Filters(
        community=number_in(given, "community"),
        country=country
        if country == UNKNOWN or (country.isascii() and country.isalpha() and len(country) <= 3)
        else "",
        is_unlisted=given.get("unlisted") == "1",
        is_child=given.get("child") == "1",
        least=number_in(given, "least") or 0,
        sort=sort if sort in codes else "",
        needle=needle.strip()[:MAX_NEEDLE],
    )


def number_in(given: Mapping[str, str], name: str) -> int | None:
    """A number of an address; None when it is none."""
    told = given.get(name, "").strip()
    return int(told) if told.isascii() and told.isdecimal() and len(told) <= _MOST_DIGITS else None


def chosen(section: NetworkSection, filters: Filters) -> list[int]:
    """Places of the members that are asked for, in the order asked for."""
    codes = [measure.code for measure in section.told.measures]
    fits = _Fits(filters, codes)
    found = [place for place, member in enumerate(section.members) if fits(member)]
    if filters.sort:
        column = codes.index(filters.sort)
        found.sort(key=lambda place: -_number(section.members[place].values, column, none=-1.0))
    return found


class _Fits:
    """Whether a member is asked for."""

    def __init__(self, filters: Filters, codes: Sequence[str]) -> None:
        self._filters, self._needle = filters, fold_name(filters.needle)
        self._child, self._fresh, self._files = (
            codes.index(code) for code in ("child_contact", "unlisted_files", "files")
        )

    def __call__(self, member: MemberLine) -> bool:
        filters, values = self._filters, member.values
        return (
            (filters.community is None or member.community == filters.community)
            and (not filters.country or (member.country or UNKNOWN) == filters.country)
            and (not filters.is_unlisted or _number(values, self._fresh) > 0)
            and (not filters.is_child or _number(values, self._child) > 0)
            and (not filters.least or _number(values, self._files) >= filters.least)
            and (not filters.needle or self._is_named(member))
        )

    def _is_named(self, member: MemberLine) -> bool:
        plain = self._filters.needle.casefold()
        return any(plain in name.casefold() for name in (*member.names, member.account)) or bool(
            self._needle and any(self._needle in fold_name(name) for name in member.names)
        )


def _number(values: Sequence[float | None], column: int, *, none: float = 0.0) -> float:
    value = values[column]
    return none if value is None else value
