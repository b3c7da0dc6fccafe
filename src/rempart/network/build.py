"""The network of a case, from its conversation tables: files, sharing, communities, key actors, what-if, zones and countries.

Everything is a proposal with its rows: `Network.rows_of` leads from any measure of any account to the messages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rempart.engine.queries import Engine, Query
from rempart.network.actors import Actor, build_members, choose_actors, measure_members
from rempart.network.communities import Communities, find_communities
from rempart.network.concentration import Concentration, measure_concentration
from rempart.network.contacts import ChildAccount, MessageRef, find_contacts
from rempart.network.countries import Countries, find_countries
from rempart.network.departments import Departments, find_departments
from rempart.network.files import identify_files
from rempart.network.flows import BELONGING, VOLUME, find_flows, find_roles, sum_flow
from rempart.network.graph import Sharing, build_sharing
from rempart.network.pairs import Pairs, find_pairs
from rempart.network.place import Zones, find_zones
from rempart.network.trace import Tracks
from rempart.network.what_if import Step, best_stops
from rempart.records import NotExamined

GROUPS_WRITTEN = """
SELECT account_id, COUNT(*) AS groups FROM belonging
WHERE messages > 0 AND kind IN ('group', 'channel') GROUP BY account_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What the tables tell of who shares with whom.

    members: one row an account, every measure (see `measures.toml`); files: one row a file: file_id, basis, listed (1 listed,
    0 by no list, -1 not compared, 2 set aside), sharers, sendings, introducer (null: not settled). flows: by kind, one row a pair.
    belonging: one row an account and group. sharing, pairs, communities, curve: codes stand for `sharing.members`.
    """

    members: pa.Table
    files: pa.Table
    belonging: pa.Table
    flows: Mapping[str, pa.Table]
    sharing: Sharing
    pairs: Pairs
    communities: Communities
    actors: tuple[Actor, ...]
    curve: tuple[Step, ...]
    concentration: Concentration
    zones: Zones
    countries: Countries
    departments: Departments
    tracks: Tracks
    engine: str
    seed: int
    not_examined: tuple[NotExamined, ...]

    def rows_of(self, account_id: str, measure: str, *, engine: Engine) -> tuple[MessageRef, ...]:
        """The messages, as (exhibit_sha256, row), that a measure of an account rests on. Raises: NoSuchMeasure."""
        return self.tracks.rows_of(account_id, measure, engine=engine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What other steps know of the same tables.

    matches: MATCHES of `matching/known.py`; None: no list was asked, and what lists would tell is null. likeness: cluster, with sha256
    or (exhibit_sha256, row); None: pictures were not compared. children: accounts said to be children's, with the messages.
    """

    matches: pa.Table | None = None
    likeness: pa.Table | None = None
    children: Sequence[ChildAccount] = ()


NOTHING_KNOWN = Known()


def build(tables: Path, *, engine: Engine, seed: int = 1, known: Known = NOTHING_KNOWN) -> Network:
    """The network of the conversation tables in the folder `tables`.

    The same tables, knowledge, seed and versions give the same network, whatever the engine. Raises: EngineStopped.
    """
    files = identify_files(tables, engine=engine, likeness=known.likeness, matches=known.matches)
    sharing = build_sharing(files)
    flows = find_flows(tables, engine=engine, copies=files.copies)
    tracks = Tracks(
        sharing=sharing,
        communities=find_communities(sharing, seed=seed),
        pairs=find_pairs(sharing, engine=engine),
        flows=flows,
        roles=find_roles(tables, engine=engine, groups=files.groups, copies=files.copies),
        contacts=find_contacts(tables, known.children, engine=engine, flows=flows, copies=files.copies),
        copies=files.copies,
        tables=tables,
    )
    return _network(tracks, engine=engine, groups=files.groups, seed=seed, not_examined=files.not_examined)


def _network(
    tracks: Tracks, *, engine: Engine, groups: pa.Table, seed: int, not_examined: tuple[NotExamined, ...]
) -> Network:
    tables, sharing = tracks.tables, tracks.sharing
    accounts = _accounts(tables)
    volume = engine.query(VOLUME, {"messages": tables / "messages.parquet", "copies": tracks.copies})
    belonging = engine.query(BELONGING, {"memberships": tables / "memberships.parquet", "groups": groups})
    summed = {kind: sum_flow(flow, engine=engine) for kind, flow in tracks.flows.items()}
    told = {
        "accounts": accounts,
        "volume": volume,
        "groups": engine.query(GROUPS_WRITTEN, {"belonging": belonging}),
        "answers": _received(tracks.flows["reply"]),
        "forwards": _received(tracks.flows["forward"]),
        "roles": tracks.roles,
        "contacts": tracks.contacts,
    }
    measured = measure_members(sharing, tracks.communities, tracks.pairs)
    members = build_members(sharing, measured, communities=tracks.communities, told=told)
    zones = find_zones(tables, engine=engine, copies=tracks.copies, volume=volume)
    countries = find_countries(tables, engine=engine, accounts=members["account_id"])
    departments = find_departments(tables, engine=engine, copies=tracks.copies)
    return Network(
        members=members,
        files=_files(sharing),
        belonging=belonging.sort_by([("group_id", "ascending"), ("account_id", "ascending")]),
        flows=summed,
        sharing=sharing,
        pairs=tracks.pairs,
        communities=tracks.communities,
        actors=choose_actors(members),
        curve=best_stops(sharing),
        concentration=measure_concentration(np.bincount(sharing.member, minlength=len(sharing.members))),
        zones=zones,
        countries=countries,
        departments=departments,
        tracks=tracks,
        engine=f"{engine.name} {engine.version}",
        seed=seed,
        not_examined=(*not_examined, *_gaps(tracks), *zones.not_examined),
    )


def _accounts(tables: Path) -> pa.Table:
    """account_id and names, each account once; the first exhibit that tells it counts."""
    return pq.read_table(tables / "accounts.parquet", columns=["account_id", "names"])


def _received(flow: pa.Table) -> pa.Table:
    counted = flow.group_by("target_id").aggregate([("row", "count")])
    return counted.rename_columns({"row_count": "messages"})


def _files(sharing: Sharing) -> pa.Table:
    """One row for each file, in the order of the codes."""
    introducer = sharing.introducer
    basis = np.full(len(sharing.files), -1, np.int64)
    np.maximum.at(basis, sharing.file, sharing.basis)
    names = pa.array(["sha256", "likeness", "name"])
    return pa.table(
        {
            "file_id": sharing.files,
            "basis": names.take(pa.array(basis)),
            "listed": pa.array(sharing.listed),
            "sharers": pa.array(sharing.sharers),
            "sendings": pa.array(np.bincount(sharing.file, minlength=len(sharing.files))),
            "introducer": sharing.members.take(pa.array(introducer, mask=introducer < 0)),
        }
    )


def _gaps(tracks: Tracks) -> tuple[NotExamined, ...]:
    """What the graph leaves out, in words."""
    sharing, pairs = tracks.sharing, tracks.pairs
    unsettled = int((sharing.first < 0).sum())
    uncompared = int((sharing.listed == -1).sum()) if sharing.lists_asked else 0
    told = (
        NotExamined(
            one="{count} file whose first sender is not settled",
            many="{count} files whose first sender is not settled",
            number=unsettled,
            reason="an instant is missing or equal, or a time zone is unknown and the sendings lie too close together",
        ),
        NotExamined(
            one="{count} file not compared with the lists",
            many="{count} files not compared with the lists",
            number=uncompared,
            reason="its bytes were not read, or the match is in doubt",
        ),
        NotExamined(
            one="{count} file sent by too many members to link them",
            many="{count} files sent by too many members to link them",
            number=pairs.left_out,
            reason="files that so many have say nothing of two of them; they are left out of the pairs only",
        ),
        NotExamined(
            one="{count} community that did not come back with every seed",
            many="{count} communities that did not come back with every seed",
            number=tracks.communities.found - len(tracks.communities.published),
            reason="it is not published: another run of the same method cuts the network elsewhere, or it has fewer than three members",
        ),
    )
    return tuple(one for one in told if one.number)


def _example() -> Mapping[str, pa.Table]:
    columns = {"group_id": ["g", "h", "h"], "account_id": ["a", "a", "b"], "kind": ["group", "channel", "one_to_one"]}
    return {"belonging": pa.table({**columns, "messages": [1, 0, 3]})}


QUERIES = (Query(name="groups_written", sql=GROUPS_WRITTEN, example=_example),)
