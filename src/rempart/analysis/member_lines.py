"""The members of the network as lines of a table: every measure, and where the basis says they may be; those first whom the told order
of the key actors puts first."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from rempart.analysis.network_document import ActorShown
from rempart.analysis.sections import MemberLine
from rempart.network.actors import ORDER
from rempart.network.build import Network

MAX_MEMBERS = 20_000


def ranked_members(network: Network) -> pa.Table:
    """The table of members in the told order, at most MAX_MEMBERS of it."""
    keys = [(code, "descending") for code in ORDER] + [("account_id", "ascending")]
    members = network.members.append_column("child_first", pc.cast(network.members["child_contact"], pa.int8()))
    keys = [("child_first" if code == "child_contact" else code, order) for code, order in keys]
    return members.take(pc.sort_indices(members, sort_keys=keys)).slice(0, MAX_MEMBERS)


def member_lines(
    network: Network, order: pa.Table, *, codes: Sequence[str], actors: Mapping[str, ActorShown]
) -> tuple[MemberLine, ...]:
    """A line for each member of `order`; codes: of the measures, in their order."""
    ids = order["account_id"].combine_chunks()
    countries, zones = network.countries.members, network.zones.members
    place = _looked_up(countries, ids, ("country", "language"))
    hours = _looked_up(zones, ids, ("best",))
    rows = order.select(["account_id", "names", "roles", "community", "held"]).to_pylist()
    values = zip(*(_values(order, code) for code in codes), strict=True)
    told = zip(rows, values, place["country"], place["language"], hours["best"], strict=True)
    return tuple(
        MemberLine(
            account=row["account_id"],
            names=tuple(row["names"] or ()),
            values=tuple(numbers),
            roles=actors[row["account_id"]].roles if row["account_id"] in actors else (),
            community=None if row["community"] is None else row["community"] + 1,
            held=round(row["held"], 3),
            country=country,
            language=language,
            zone=zone,
            actor=actors[row["account_id"]].id if row["account_id"] in actors else None,
        )
        for row, numbers, country, language, zone in told
    )


def _values(order: pa.Table, code: str) -> list[float | None]:
    """The numbers of a measure; how many roles there are, for the roles."""
    column = order[code]
    if code == "roles":
        return [float(count) for count in pc.fill_null(pc.list_value_length(column), 0).to_pylist()]
    return [None if value is None else round(float(value), 6) for value in column.to_pylist()]


def _looked_up(table: pa.Table, ids: pa.Array, names: Sequence[str]) -> Mapping[str, list[Any]]:
    """Columns of a table by account, in the order of `ids`; None where the table has none. Their types are those of its schema."""
    place = pc.index_in(ids, value_set=table["account_id"].combine_chunks())
    return {name: table[name].combine_chunks().take(place).to_pylist() for name in names}
