"""What the network page shows: members as a table, the drawing as numbers for the script, and one member with every measure and its messages.

Each measure stands alone, with what it says and what it does not; none is added to another, and none says anything of a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rempart.analysis.sections import MemberLine, MemberSpots, NetworkSection, Spots
from rempart.network.measures import Measure, load_measures
from rempart.web.desk.network_filters import UNKNOWN, Filters
from rempart.web.desk.rows import Option
from rempart.web.public.languages import language
from rempart.wording import wording

PAGE = 50  # members in the table and in the list beside the drawing
COLUMNS = ("child_contact", "introduced_unlisted", "introduced", "files", "reach", "messages")
_DIGITS = {"share": 3}
CHILD, FRESH, ACTOR = 1, 2, 4  # what the drawing tells of a member, added up


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the table. url: sorts by it; "" where the table is sorted so."""

    code: str
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """A line of the table. numbers: (title, value), in the order of the columns."""

    place: int
    name: str
    account: str
    actor: str
    url: str
    numbers: tuple[tuple[str, str], ...]
    country: str
    community: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureShown:
    """A measure of one member. spots: (place, place as people count) of its first messages; more: how many besides."""

    code: str
    title: str
    value: str
    means: str
    does_not_mean: str
    source: str
    spots: tuple[tuple[int, int], ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberShown:
    """One member. measures: those that are not 0; nothing: titles of those that are; not_examined: titles of the rest."""

    place: int
    name: str
    account: str
    names: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    measures: tuple[MeasureShown, ...]
    nothing: tuple[str, ...]
    not_examined: tuple[str, ...]

    @property
    def findings(self) -> tuple[Option, ...]:
        """The measures with messages, as options of a form: the places of these messages, parted by blanks."""
        return tuple(
            Option(value=" ".join(str(at) for at, _shown in one.spots), label=f"{one.title}: {one.value}")
            for one in self.measures
            if one.spots
        )


def columns_of(filters: Filters) -> tuple[Column, ...]:
    """The columns of numbers, each with the address that sorts by it."""
    return tuple(
        Column(
            code=code,
            title=_measures()[code].title(language()),
            url="" if filters.sort == code else f"?{_sorted(filters, code)}",
        )
        for code in COLUMNS
    )


def rows_of(
    section: NetworkSection, places: Sequence[int], *, filters: Filters, who: int | None
) -> tuple[MemberRow, ...]:
    """Members as lines of the table."""
    countries = country_names(section)
    return tuple(_row(section, place, filters, countries=countries, who=who) for place in places)


def options_of(section: NetworkSection, filters: Filters) -> dict[str, tuple[Option, ...]]:
    """What can be chosen: communities and countries, those with most members first."""
    communities = tuple(
        Option(
            value=str(one.number),
            label=ngettext("%(n)s: %(count)s member", "%(n)s: %(count)s members", one.members)
            % {"n": one.number, "count": wording(language()).number(one.members)},
            is_chosen=filters.community == one.number,
        )
        for one in section.told.communities
    )
    countries = tuple(
        Option(value=one.code, label=f"{one.name} ({one.accounts})", is_chosen=filters.country == one.code)
        for one in section.told.countries.by_phone
    )
    unknown = Option(value=UNKNOWN, label=_("not known"), is_chosen=filters.country == UNKNOWN)
    return {"communities": communities, "countries": (*countries, unknown)}


def totals_of_network(section: NetworkSection) -> tuple[tuple[str, str], ...]:
    """What was looked at: pairs (term, value)."""
    lang, told = wording(language()), section.told
    return (
        (_("Accounts"), lang.number(told.members)),
        (_("Accounts that sent a file"), lang.number(told.sharers)),
        (_("Different files"), lang.number(told.files)),
        (_("Sendings"), lang.number(told.sendings)),
        (_("Communities"), lang.number(told.communities_total)),
    )


def drawing_of(section: NetworkSection, found: Sequence[int]) -> dict[str, object]:
    """The drawing for the script. nodes: member, x, y, size, community (0 none), what is told of it; on: whether it is asked for."""
    wanted = frozenset(found)
    codes = _codes(section)
    child, fresh = codes.index("child_contact"), codes.index("unlisted_files")
    nodes = []
    for dot in section.dots:
        member = section.members[dot.member]
        told = (
            CHILD * bool(member.values[child]) + FRESH * bool(member.values[fresh]) + ACTOR * (member.actor is not None)
        )
        on = int(dot.member in wanted)
        nodes.append([dot.member, dot.x, dot.y, dot.size, member.community or 0, told, on])
    return {
        "nodes": nodes,
        "names": [section.members[dot.member].name for dot in section.dots],
        "lines": section.lines,
    }


def member_shown(section: NetworkSection, place: int, *, spots: MemberSpots | None) -> MemberShown:
    """Every measure of a member, with what it does and does not mean, and its messages."""
    member, codes = section.members[place], _codes(section)
    behind = spots.spots if spots is not None else (Spots(),) * len(codes)
    told = list(zip(codes, member.values, behind, strict=True))
    titles = {code: _measures()[code].title(language()) for code in codes}
    return MemberShown(
        place=place,
        name=member.name,
        account=member.account,
        names=tuple(dict.fromkeys(member.names)),
        facts=_facts(section, member),
        measures=tuple(_measure(code, value, spots) for code, value, spots in told if value),
        nothing=tuple(titles[code] for code, value, _ in told if value == 0),
        not_examined=tuple(titles[code] for code, value, _ in told if value is None),
    )


def country_names(section: NetworkSection) -> Mapping[str, str]:
    """Countries by their codes, in the language of the analysis."""
    return {one.code: one.name for one in section.told.countries.by_phone}


def value_told(code: str, value: float | None) -> str:
    """A value of a measure in words; a dash where it was not examined."""
    if value is None:
        return "–"
    if _measures()[code].unit == "flag":
        return _("yes") if value else _("no")
    return wording(language()).number(value, digits=_DIGITS.get(_measures()[code].unit, 0))


def _row(
    section: NetworkSection, place: int, filters: Filters, *, countries: Mapping[str, str], who: int | None
) -> MemberRow:
    member, codes = section.members[place], _codes(section)
    return MemberRow(
        place=place,
        name=member.name,
        account=member.account,
        actor=member.actor or "",
        url=f"?{filters.query(who=place)}#who",
        numbers=tuple(
            (_measures()[code].title(language()), value_told(code, member.values[codes.index(code)]))
            for code in COLUMNS
        ),
        country=countries.get(member.country or "", member.country or ""),
        community=str(member.community or ""),
        is_chosen=place == who,
    )


def _facts(section: NetworkSection, member: MemberLine) -> tuple[tuple[str, str], ...]:
    """What is told beside the measures, with its basis: pairs (term, value)."""
    told = [(_("Account"), member.account)]
    if len(set(member.names)) > 1:
        told.append((_("Names shown, in order"), ", ".join(dict.fromkeys(member.names))))
    if member.roles:
        told.append((_("Roles in groups, from service lines"), ", ".join(member.roles)))
    if member.community is not None:
        held = wording(language()).percent(member.held, digits=0)
        told.append((_("Community"), _("{number} (in {held} of the runs)").format(number=member.community, held=held)))
    known = country_names(section).get(member.country or "", member.country)
    told.append((_("Country of the telephone prefix"), known or _("not known")))
    told.append((_("Language of the messages"), member.language or _("not known")))
    if member.zone is not None:
        told.append((_("Likeliest hours east of UTC, by activity"), f"{member.zone:+d}"))
    return tuple(told)


def _measure(code: str, value: float | None, spots: Spots) -> MeasureShown:
    measure = _measures()[code]
    return MeasureShown(
        code=code,
        title=measure.title(language()),
        value=value_told(code, value),
        means=measure.means(language()),
        does_not_mean=measure.does_not_mean(language()),
        source=measure.source,
        spots=tuple((at, at + 1) for at in spots.first),
        more=max(0, spots.total - len(spots.first)),
    )


def _sorted(filters: Filters, code: str) -> str:
    return replace(filters, sort=code).query()


def _codes(section: NetworkSection) -> list[str]:
    return [measure.code for measure in section.told.measures]


def _measures() -> Mapping[str, Measure]:
    return {measure.code: measure for measure in load_measures()}
