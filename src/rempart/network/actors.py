"""The key-actor table: every measure of every member beside the others, and the rule by which some are shown first.

No measure is added to another. The order is told: contact with a child's account first, always; then files that no list knows
and that the account brought first; then files brought first; then different files sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rempart.network.communities import Communities
from rempart.network.graph import LISTED, NOBODY, UNLISTED, Codes, Sharing
from rempart.network.pairs import Pairs

TOP_EACH = 20
TOPPED = ("introduced_unlisted", "introduced", "reach", "files", "answers", "bridged", "betweenness")
ORDER = ("child_contact", "introduced_unlisted", "introduced", "files", "shares")
Number = int | float | None
Values = npt.NDArray[np.int64] | npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One member of the key-actor table.

    names: display names met. values: by code of the measure; None: not examined (no list was asked). roles: codes of
    `roles.toml`. community: number of the published community, None for none; held: share of runs that place them there.
    share: part of all sendings, 0..1; cumulative: of the members who sent as much or more, up to and with this one.
    """

    account_id: str
    names: tuple[str, ...]
    values: Mapping[str, Number]
    roles: tuple[str, ...]
    community: int | None
    held: float
    share: float
    cumulative: float


def measure_members(sharing: Sharing, communities: Communities, pairs: Pairs) -> Mapping[str, Values]:
    """The measures that the sharing graph gives, one value for each member code."""
    count = len(sharing.members)
    introducer = sharing.introducer
    known = introducer[introducer != NOBODY]
    told: dict[str, Values] = {
        "introduced": np.bincount(known, minlength=count),
        "reach": _reach(sharing),
        "files": np.bincount(sharing.edge_member, minlength=count),
        "shares": np.bincount(sharing.member, minlength=count),
        "bridged": communities.bridged,
        "articulation": communities.articulation.astype(np.int64),
        "core": communities.core,
        "betweenness": communities.betweenness,
        "partners": np.bincount(np.r_[pairs.one, pairs.other], minlength=count),
    }
    if sharing.lists_asked:
        fresh = introducer[(sharing.listed == UNLISTED) & (introducer != NOBODY)]
        told["introduced_unlisted"] = np.bincount(fresh, minlength=count)
        for code, state in (("unlisted_files", UNLISTED), ("listed_files", LISTED)):
            held = sharing.listed[sharing.edge_file] == state
            told[code] = np.bincount(sharing.edge_member[held], minlength=count)
    return told


def _reach(sharing: Sharing) -> Codes:
    """Per member, different other members who sent a file that this member had introduced."""
    introducer = sharing.introducer[sharing.edge_file]
    kept = (introducer != NOBODY) & (introducer != sharing.edge_member)
    width = max(len(sharing.members), 1)
    pairs = np.unique(introducer[kept] * width + sharing.edge_member[kept])
    return np.bincount(pairs // width, minlength=len(sharing.members))


def build_members(
    sharing: Sharing, measured: Mapping[str, Values], *, communities: Communities, told: Mapping[str, pa.Table]
) -> pa.Table:
    """One row for each account that wrote, shared or belongs: every measure, roles, community; ordered by account.

    told: `accounts` (account_id, names), `volume`, `answers`, `forwards` (target_id, messages), `groups` (account_id, groups),
    `roles` (account_id, role) and `contacts` (account_id). A measure that was not taken is a column of nulls.
    """
    accounts = pc.unique(_chunked([sharing.members, told["volume"]["account_id"], told["accounts"]["account_id"]]))
    accounts = accounts.take(pc.sort_indices(accounts))
    place = pc.index_in(accounts, value_set=sharing.members)
    columns: dict[str, pa.Array] = {"account_id": accounts}
    columns["names"] = _looked_up(accounts, told["accounts"], "account_id", "names")
    columns["child_contact"] = pc.is_in(accounts, value_set=pc.unique(told["contacts"]["account_id"]))
    for code in ("introduced_unlisted", "unlisted_files", "listed_files"):
        if code not in measured:
            columns[code] = pa.nulls(len(accounts), pa.int64())
    for code, values in measured.items():
        columns[code] = pc.fill_null(pa.array(values).take(place), 0)
    columns["answers"] = _counted(accounts, told["answers"], "target_id", "messages")
    columns["forwards"] = _counted(accounts, told["forwards"], "target_id", "messages")
    columns["messages"] = _counted(accounts, told["volume"], "account_id", "messages")
    columns["groups"] = _counted(accounts, told["groups"], "account_id", "groups")
    columns["roles"] = _roles(accounts, told["roles"])
    numbers = pa.array(communities.of_member, mask=communities.of_member == NOBODY)
    columns["community"] = numbers.take(place)
    held = np.where(communities.of_member == NOBODY, 0.0, communities.held)
    columns["held"] = pc.fill_null(pa.array(held).take(place), 0.0)
    return pa.table(columns)


def choose_actors(members: pa.Table) -> tuple[Actor, ...]:
    """The members shown: all with contact to a child's account, and the TOP_EACH of each of TOPPED; in the told order."""
    ranked = [(code, "descending") for code in ORDER] + [("account_id", "ascending")]
    chosen = set(np.flatnonzero(members["child_contact"].to_numpy(zero_copy_only=False)).tolist())
    for code in TOPPED:
        if members[code].null_count < members.num_rows:
            first = pc.sort_indices(members, sort_keys=[(code, "descending"), *ranked[1:]])[:TOP_EACH]
            above = pc.greater(members[code].take(first), 0)
            chosen.update(first.filter(above.combine_chunks()).to_pylist())
    cumulative = _cumulative(members["shares"].to_numpy())
    shares = members["shares"].to_numpy() / max(int(pc.sum(members["shares"]).as_py() or 0), 1)
    rows = members.append_column("place", pa.array(np.arange(members.num_rows)))
    rows = rows.take(pa.array(sorted(chosen), pa.int64())).sort_by(ranked)
    return tuple(
        _actor(row, share=float(shares[row["place"]]), cumulative=float(cumulative[row["place"]]))
        for row in rows.to_pylist()
    )


def _actor(row: Mapping[str, object], *, share: float, cumulative: float) -> Actor:
    values: dict[str, Number] = {}
    for code, value in row.items():
        if value is None or isinstance(value, (bool, int, float)):
            values[code] = int(value) if isinstance(value, bool) else value
    for other in ("community", "held", "place", "names", "roles"):
        values.pop(other, None)
    names, roles, community, held = row["names"], row["roles"], row["community"], row["held"]
    return Actor(
        account_id=str(row["account_id"]),
        names=tuple(names) if isinstance(names, list) else (),
        values=MappingProxyType(values),
        roles=tuple(roles) if isinstance(roles, list) else (),
        community=community if isinstance(community, int) else None,
        held=held if isinstance(held, float) else 0.0,
        share=share,
        cumulative=cumulative,
    )


def _cumulative(shares: Codes) -> npt.NDArray[np.float64]:
    """For each member, the part of all sendings by those who sent as much or more and come first, and by this one."""
    order = np.argsort(-shares, kind="stable")
    sums = np.empty(len(shares))
    sums[order] = np.cumsum(shares[order]) / max(int(shares.sum()), 1)
    return sums


def _chunked(columns: list[pa.Array | pa.ChunkedArray]) -> pa.ChunkedArray:
    chunks = [chunk for column in columns for chunk in getattr(column, "chunks", [column])]
    return pa.chunked_array(chunks, pa.string())


def _looked_up(accounts: pa.Array, table: pa.Table, key: str, value: str) -> pa.Array:
    """The value of each account, null where the table has none; the first row of an account counts."""
    place = pc.index_in(accounts, value_set=table[key].combine_chunks())
    found = table[value].combine_chunks()
    return found.take(place)


def _counted(accounts: pa.Array, table: pa.Table, key: str, value: str) -> pa.Array:
    return pc.fill_null(_looked_up(accounts, table, key, value).cast(pa.int64()), 0)


def _roles(accounts: pa.Array, roles: pa.Table) -> pa.Array:
    pairs = (
        roles.group_by(["account_id", "role"])
        .aggregate([])
        .sort_by([("account_id", "ascending"), ("role", "ascending")])
    )
    grouped = pairs.group_by("account_id", use_threads=False).aggregate([("role", "list")])
    return _looked_up(accounts, grouped, "account_id", "role_list")
