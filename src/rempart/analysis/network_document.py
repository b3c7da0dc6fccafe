"""The section of `analysis.json` on the network: who shares with whom, communities, key actors, what-if, places.

Every number leads to messages or accounts. Belonging to a community or standing in the middle says nothing of a person.
"""

from datetime import datetime

from rempart.analysis.identities_document import AccountNamed
from rempart.analysis.record import Document, Messages, Unexamined


class MeasureTold(Document, frozen=True, kw_only=True):
    """A measure of the key-actor table: what it says, what it does not say, who uses it. unit: share is in [0, 1]."""

    code: str
    unit: str
    title: str
    means: str
    does_not_mean: str
    source: str


class ActorValue(Document, frozen=True, kw_only=True):
    """A measure of a member and the messages that it rests on. value null: not examined."""

    code: str
    value: float | None
    messages: Messages


class ActorShown(Document, frozen=True, kw_only=True):
    """A key actor: a member whom one measure puts forward; no measure is added to another.

    roles: sentences of the service lines. community: from 1, null for none; held: share of the runs that place them there.
    share: part of all sendings, in [0, 1]; cumulative: of the members who sent as much or more, with this one.
    """

    id: str
    account: str
    name: str
    names: tuple[str, ...]
    values: tuple[ActorValue, ...]
    roles: tuple[str, ...]
    community: int | None
    held: float
    share: float
    cumulative: float


class Bringer(Document, frozen=True, kw_only=True):
    """A member whose sending of a file that no list knows is the earliest. files: how many; messages: those sendings."""

    account: str
    name: str
    files: int
    messages: Messages


class CommunityShown(Document, frozen=True, kw_only=True):
    """Members who pass on the same files. stability: mean Jaccard index over the other runs, in [0, 1].

    first: the members who sent most files; tables/members.parquet holds them all.
    """

    number: int
    members: int
    files: int
    stability: float
    first: tuple[AccountNamed, ...]


class Bridge(Document, frozen=True, kw_only=True):
    """A member who sent files of several communities. cut: without them a part of the sharing graph is cut off."""

    account: str
    name: str
    communities: int
    cut: bool
    messages: Messages


class WhatIf(Document, frozen=True, kw_only=True):
    """What would have stopped with the first `members` of the list, as shares of all sendings, in [0, 1].

    joined: who is added here. own: sent by them; reach: at most, with later sendings of files that they brought first; upper: no set of so
    many has more; best_own, best_new: the most that any set of so many has. new: of files no list knows; null: not examined.
    """

    members: int
    joined: AccountNamed
    own: float
    reach: float
    upper: float
    best_own: float
    new: float | None
    best_new: float | None


class Top(Document, frozen=True, kw_only=True):
    """The `members` who sent most have this share of all sendings, in [0, 1]."""

    members: int
    share: float


class Concentrated(Document, frozen=True, kw_only=True):
    """How much rests on few. gini: 0 all alike, towards 1 one does everything; null for nobody. curve: (share of members, of sendings)."""

    members: int
    gini: float | None
    tops: tuple[Top, ...]
    curve: tuple[tuple[float, float], ...]


class ZonesShown(Document, frozen=True, kw_only=True):
    """Hours of activity. examined, unknown: accounts. crowd: (hours east of UTC, mean likelihood); empty: nobody was examined."""

    examined: int
    unknown: int
    crowd: tuple[tuple[int, float], ...]


class Country(Document, frozen=True, kw_only=True):
    """A country or a language, and how many accounts stand for it. first: of these accounts; candidates: countries of a language."""

    code: str
    name: str
    accounts: int
    first: tuple[AccountNamed, ...]
    candidates: tuple[str, ...]


class CountriesShown(Document, frozen=True, kw_only=True):
    """By the prefix of a phone number, and by language; of `accounts` in all so many are unknown."""

    accounts: int
    by_phone: tuple[Country, ...]
    phone_unknown: int
    by_language: tuple[Country, ...]
    language_unknown: int


class Department(Document, frozen=True, kw_only=True):
    """A French department, and the accounts that said to be in it, with the messages that say so."""

    code: str
    name: str
    accounts: int
    messages: Messages


class DepartmentsShown(Document, frozen=True, kw_only=True):
    """Departments that accounts stated. unknown: accounts of `accounts` that stated none."""

    accounts: int
    stated: tuple[Department, ...]
    unknown: int


class PlacedMember(Document, frozen=True, kw_only=True):
    """A member of the drawing, at x, y in [0, 1], y downwards; size in [0, 1] grows with the sendings. actor: its id in `actors`."""

    account: str
    name: str
    x: float
    y: float
    size: float
    community: int | None
    actor: str | None


class PictureShown(Document, frozen=True, kw_only=True):
    """The drawing of the network. rule: which members were chosen; left_out: how many are not shown; edges: places in `members`."""

    rule: str
    left_out: int
    members: tuple[PlacedMember, ...]
    edges: tuple[tuple[int, int], ...]


class Method(Document, frozen=True, kw_only=True):
    """How the network was made. runs: of the search for communities; sources: members from which betweenness was sampled."""

    engine: str
    library: str
    seed: int
    runs: int
    sources: int


class NetworkShown(Document, frozen=True, kw_only=True):
    """The network of the exhibits. sharers: members who sent a file; lists_asked: without lists nothing is known or unknown to them."""

    members: int
    sharers: int
    files: int
    sendings: int
    lists_asked: bool
    first_at: datetime | None
    last_at: datetime | None
    measures: tuple[MeasureTold, ...]
    actors: tuple[ActorShown, ...]
    bringers: tuple[Bringer, ...]
    bringers_total: int
    communities: tuple[CommunityShown, ...]
    communities_total: int
    bridges: tuple[Bridge, ...]
    bridges_total: int
    what_if: tuple[WhatIf, ...]
    concentration: Concentrated
    zones: ZonesShown
    countries: CountriesShown
    departments: DepartmentsShown
    picture: PictureShown | None
    method: Method
    not_examined: tuple[Unexamined, ...]
