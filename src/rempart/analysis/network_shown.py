"""From the network to what the documents tell of it: key actors with their messages, communities, bridges, what-if, places."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rempart.analysis.identities_shown import named, tell_gaps
from rempart.analysis.names import Names
from rempart.analysis.network_document import (
    ActorShown,
    ActorValue,
    Bridge,
    Bringer,
    CommunityShown,
    Concentrated,
    MeasureTold,
    Method,
    NetworkShown,
    Top,
    WhatIf,
)
from rempart.analysis.network_drawn import show_picture
from rempart.analysis.places_shown import show_countries, show_departments, show_zones
from rempart.analysis.record import MessageRef, Messages, name_messages
from rempart.engine.queries import Engine, Query
from rempart.network import examples
from rempart.network.actors import Actor
from rempart.network.build import Network
from rempart.network.flows import load_roles
from rempart.network.measures import load_measures
from rempart.network.what_if import Step
from rempart.wording import Wording

MAX_MESSAGES = 20  # named of each measure; all stand in the tables
MAX_BRINGERS, MAX_BRIDGES, MAX_COMMUNITIES, FIRST_MEMBERS = 200, 200, 200, 10
NO_MESSAGES = Messages(total=0, first=())
WRITTEN_MEASURES = ("messages", "groups")  # both rest on all that the account wrote
WRITTEN = f"""
WITH told AS (
  SELECT m.account_id, m.exhibit_sha256, m."row",
    COUNT(*) OVER (PARTITION BY m.account_id) AS total,
    ROW_NUMBER() OVER (PARTITION BY m.account_id ORDER BY m.exhibit_sha256, m."row") AS place
  FROM messages m JOIN wanted w ON w.account_id = m.account_id
  LEFT JOIN copies c ON c.exhibit_sha256 = m.exhibit_sha256 AND c."row" = m."row"
  WHERE m.kind = 'message' AND c."row" IS NULL)
SELECT account_id, exhibit_sha256, "row", total FROM told WHERE place <= {MAX_MESSAGES}
ORDER BY account_id, place
"""  # noqa: S608 - a constant of this module


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the parts of the section are made from."""

    network: Network
    names: Names
    engine: Engine
    words: Wording


def show_network(shown: Shown) -> NetworkShown:
    """The section on the network."""
    network, sharing = shown.network, shown.network.sharing
    communities = network.communities
    known = sharing.at_us[sharing.at_us < np.iinfo(np.int64).max]
    written = _written(shown)
    actors = tuple(
        _actor(shown, number, actor, written.get(actor.account_id, NO_MESSAGES))
        for number, actor in enumerate(network.actors, 1)
    )
    bringers, bringers_total = _bringers(shown)
    bridges, bridges_total = _bridges(shown)
    return NetworkShown(
        members=network.members.num_rows,
        sharers=len(sharing.members),
        files=len(sharing.files),
        sendings=len(sharing.member),
        lists_asked=sharing.lists_asked,
        first_at=_instant(int(known.min())) if len(known) else None,
        last_at=_instant(int(known.max())) if len(known) else None,
        measures=_measures(shown.words),
        actors=actors,
        bringers=bringers,
        bringers_total=bringers_total,
        communities=tuple(_communities(shown)),
        communities_total=len(communities.published),
        bridges=bridges,
        bridges_total=bridges_total,
        what_if=tuple(_what_if(shown, step) for step in network.curve),
        concentration=_concentration(network),
        zones=show_zones(network.zones),
        countries=show_countries(network.countries, names=shown.names, words=shown.words),
        departments=show_departments(network.departments, accounts=network.members.num_rows),
        picture=show_picture(network, actors=actors, names=shown.names, words=shown.words),
        method=Method(
            engine=network.engine,
            library=communities.library,
            seed=network.seed,
            runs=communities.runs,
            sources=communities.sources,
        ),
        not_examined=tell_gaps(network.not_examined, shown.words),
    )


def _measures(words: Wording) -> tuple[MeasureTold, ...]:
    return tuple(
        MeasureTold(
            code=measure.code,
            unit=measure.unit,
            title=measure.title(words.lang),
            means=measure.means(words.lang),
            does_not_mean=measure.does_not_mean(words.lang),
            source=measure.source,
        )
        for measure in load_measures()
    )


def _actor(shown: Shown, number: int, actor: Actor, written: Messages) -> ActorShown:
    roles = {role.code: role.fr if shown.words.lang == "fr" else role.en for role in load_roles()}
    return ActorShown(
        id=f"K{number}",
        account=actor.account_id,
        name=shown.names.shown_name(actor.account_id),
        names=actor.names,
        values=tuple(_values(shown, actor, written)),
        roles=tuple(roles[code] for code in actor.roles),
        community=None if actor.community is None else actor.community + 1,
        held=round(actor.held, 3),
        share=round(actor.share, 6),
        cumulative=round(actor.cumulative, 6),
    )


def _values(shown: Shown, actor: Actor, written: Messages) -> Iterator[ActorValue]:
    """The measures in their order; those that are 0 or not examined rest on no message. written: by this account."""
    for measure in load_measures():
        value = len(actor.roles) if measure.code == "roles" else actor.values.get(measure.code)
        yield ActorValue(
            code=measure.code,
            value=None if value is None else round(float(value), 6),
            messages=_of_value(shown, actor, measure.code, written) if value else NO_MESSAGES,
        )


def _of_value(shown: Shown, actor: Actor, code: str, written: Messages) -> Messages:
    return written if code in WRITTEN_MEASURES else _behind(shown, actor.account_id, code)


def _behind(shown: Shown, account: str, code: str) -> Messages:
    return name_messages(shown.network.rows_of(account, code, engine=shown.engine), most=MAX_MESSAGES)


def _written(shown: Shown) -> Mapping[str, Messages]:
    """What each key actor wrote, asked once for all of them: one query instead of two for each."""
    tracks = shown.network.tracks
    wanted = pa.table({"account_id": pa.array([actor.account_id for actor in shown.network.actors], pa.string())})
    told = {"messages": tracks.tables / "messages.parquet", "wanted": wanted, "copies": tracks.copies}
    totals: dict[str, int] = {}
    first: dict[str, list[MessageRef]] = {}
    for row in shown.engine.query(WRITTEN, told).to_pylist():
        totals[row["account_id"]] = row["total"]
        first.setdefault(row["account_id"], []).append((row["exhibit_sha256"], row["row"]))
    return {
        account: Messages(total=totals[account], first=name_messages(refs, most=MAX_MESSAGES).first)
        for account, refs in first.items()
    }


def _bringers(shown: Shown) -> tuple[tuple[Bringer, ...], int]:
    """Members who brought files that no list knows, those with most first; none when no list was asked."""
    code = "introduced_unlisted"
    rows, total = _highest(shown.network.members, code, least=1, most=MAX_BRINGERS)
    return tuple(
        Bringer(
            account=row.account_id,
            name=shown.names.shown_name(row.account_id),
            files=row.value,
            messages=_behind(shown, row.account_id, code),
        )
        for row in rows
    ), total


def _bridges(shown: Shown) -> tuple[tuple[Bridge, ...], int]:
    """Members who sent files of several communities, those with most communities first."""
    code = "bridged"
    rows, total = _highest(shown.network.members, code, least=2, most=MAX_BRIDGES)
    return tuple(
        Bridge(
            account=row.account_id,
            name=shown.names.shown_name(row.account_id),
            communities=row.value,
            cut=row.cut,
            messages=_behind(shown, row.account_id, code),
        )
        for row in rows
    ), total


@dataclass(frozen=True, slots=True, kw_only=True)
class _High:
    account_id: str
    value: int
    cut: bool


def _highest(members: pa.Table, code: str, *, least: int, most: int) -> tuple[list[_High], int]:
    """The members with at least so much of a measure, the highest first; and how many there are."""
    kept = members.filter(pc.fill_null(pc.greater_equal(members[code], least), False))
    ordered = kept.sort_by([(code, "descending"), ("files", "descending"), ("account_id", "ascending")])
    return [
        _High(account_id=row["account_id"], value=int(row[code]), cut=bool(row["articulation"]))
        for row in ordered.slice(0, most).to_pylist()
    ], kept.num_rows


def _communities(shown: Shown) -> Iterator[CommunityShown]:
    """The largest communities; of each the members who sent most files."""
    sharing = shown.network.sharing
    files = np.bincount(sharing.edge_member, minlength=len(sharing.members))
    for community in shown.network.communities.published[:MAX_COMMUNITIES]:
        first = sorted(community.members, key=lambda member: (-int(files[member]), member))[:FIRST_MEMBERS]
        yield CommunityShown(
            number=community.number + 1,
            members=len(community.members),
            files=community.files,
            stability=round(community.stability, 3),
            first=tuple(named(sharing.members[member].as_py(), shown.names) for member in first),
        )


def _what_if(shown: Shown, step: Step) -> WhatIf:
    return WhatIf(
        members=step.k,
        joined=named(shown.network.sharing.members[step.added].as_py(), shown.names),
        own=round(step.stopped.own, 6),
        reach=round(step.stopped.reach, 6),
        upper=round(step.upper, 6),
        best_own=round(step.best_own, 6),
        new=None if step.stopped.new is None else round(step.stopped.new, 6),
        best_new=None if step.best_new is None else round(step.best_new, 6),
    )


def _concentration(network: Network) -> Concentrated:
    told = network.concentration
    return Concentrated(
        members=told.members,
        gini=None if told.gini is None else round(told.gini, 4),
        tops=tuple(Top(members=members, share=round(share, 6)) for members, share in told.tops),
        curve=tuple((round(across, 6), round(up, 6)) for across, up in told.curve),
    )


def _instant(at_us: int) -> datetime:
    return datetime.fromtimestamp(at_us // 1_000_000, UTC)


def _example() -> Mapping[str, pa.Table]:
    return {
        "messages": examples.tables()["messages"],
        "wanted": pa.table({"account_id": ["telegram:user1", "telegram:user2"]}),
        "copies": pa.table({"exhibit_sha256": [examples.SECOND] * 2, "row": [3, 4]}),
    }


QUERIES = (Query(name="written by", sql=WRITTEN, example=_example),)
