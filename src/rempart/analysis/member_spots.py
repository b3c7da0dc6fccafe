"""The messages behind every measure of every member, at once: what `Network.rows_of` gives for one, for all, the first of each.

A test compares the two, measure by measure.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rempart.analysis.positions import NOWHERE, Codes, Positions
from rempart.analysis.sections import MemberSpots, Spots
from rempart.engine.queries import Engine, Query
from rempart.network import examples
from rempart.network.build import Network
from rempart.network.communities import MIN_BRIDGED_FILES
from rempart.network.graph import LISTED, NOBODY, UNLISTED, Flags, Sharing
from rempart.network.trace import Tracks

MOST = 5  # messages named of each measure of a member
WRITTEN = f"""
WITH told AS (
  SELECT m.account_id, m.exhibit_sha256, m."row",
    COUNT(*) OVER (PARTITION BY m.account_id) AS total,
    ROW_NUMBER() OVER (PARTITION BY m.account_id ORDER BY m.exhibit_sha256, m."row") AS place
  FROM messages m LEFT JOIN copies c ON c.exhibit_sha256 = m.exhibit_sha256 AND c."row" = m."row"
  WHERE m.kind = 'message' AND m.account_id IS NOT NULL AND c."row" IS NULL)
SELECT account_id, exhibit_sha256, "row", total FROM told WHERE place <= {MOST} ORDER BY account_id, place
"""  # noqa: S608 - a constant of this module
IN_COMMON = """
SELECT DISTINCT e.member, e.file FROM edges e
JOIN edges o ON o.file = e.file
JOIN (SELECT one, other FROM pairs UNION ALL SELECT other AS one, one AS other FROM pairs) p ON p.one = e.member AND p.other = o.member
ORDER BY member, file
"""
Table = Mapping[str, Spots]  # by account


def spots_of_members(
    network: Network, order: pa.Table, *, codes: Sequence[str], positions: Positions, engine: Engine
) -> list[MemberSpots]:
    """For each member of `order`, the messages behind each of the measures `codes`; numbers that are 0 or None have none."""
    made = _Maker(network, positions, engine)
    tables = [made.table(code) for code in codes]
    accounts = order["account_id"].to_pylist()
    has = [_has(order[code]) for code in codes]
    return [
        MemberSpots(
            account=account,
            spots=tuple(
                table.get(account, Spots()) if flags[number] else Spots()
                for table, flags in zip(tables, has, strict=True)
            ),
        )
        for number, account in enumerate(accounts)
    ]


def _has(column: pa.ChunkedArray) -> list[bool]:
    if pa.types.is_list(column.type):
        return [bool(value) for value in column.to_pylist()]
    return [bool(value) for value in pc.fill_null(pc.cast(column, pa.float64()), 0.0).to_pylist()]


class _Maker:
    """Makes the tables of the measures; those that rest on the same messages share one."""

    def __init__(self, network: Network, positions: Positions, engine: Engine) -> None:
        self._network, self._positions, self._engine = network, positions, engine
        sharing = network.sharing
        codes = positions.exhibit_codes(pa.chunked_array([sharing.exhibits], pa.string()))
        self._places = positions.of_rows(codes[sharing.exhibit] if len(codes) else sharing.exhibit, sharing.row)
        self._names = sharing.members.to_pylist()
        self._known: dict[str, Table] = {}

    def table(self, code: str) -> Table:
        """The messages behind a measure, by account."""
        kind = _SAME.get(code, code)
        if kind not in self._known:
            self._known[kind] = self._make(kind)
        return self._known[kind]

    def _make(self, kind: str) -> Table:
        tracks = self._network.tracks
        flows: Mapping[str, tuple[pa.Table, str]] = {
            "child_contact": (tracks.contacts, "account_id"),
            "roles": (tracks.roles, "account_id"),
            "answers": (tracks.flows["reply"], "target_id"),
            "forwards": (tracks.flows["forward"], "target_id"),
        }
        if kind in flows:
            return self._of_rows(*flows[kind])
        if kind == "messages":
            return self._written()
        if kind == "partners":
            return self._of_shares(self._in_common(tracks))
        return self._of_shares(_BEHIND[kind](tracks))

    def _of_shares(self, owned: "tuple[Codes, Codes]") -> Table:
        owner, share = owned
        return _grouped(owner, self._places[share], self._names)

    def _of_rows(self, table: pa.Table, column: str) -> Table:
        """Of a table with a row for each message, in the order of exhibit and row."""
        ordered = table.sort_by([("exhibit_sha256", "ascending"), ("row", "ascending")])
        names = pc.unique(ordered[column].combine_chunks())
        owner = pc.index_in(ordered[column].combine_chunks(), value_set=names).to_numpy().astype(np.int64)
        places = self._positions.of_rows(
            self._positions.exhibit_codes(ordered["exhibit_sha256"]), ordered["row"].to_numpy().astype(np.int64)
        )
        return _grouped(owner, places, names.to_pylist())

    def _written(self) -> Table:
        tracks = self._network.tracks
        told = {"messages": tracks.tables / "messages.parquet", "copies": tracks.copies}
        rows = self._engine.query(WRITTEN, told)
        table = self._of_rows(rows, "account_id")
        totals = dict(zip(rows["account_id"].to_pylist(), rows["total"].to_pylist(), strict=True))
        return {account: Spots(total=totals[account], first=spots.first) for account, spots in table.items()}

    def _in_common(self, tracks: Tracks) -> tuple[Codes, Codes]:
        """The sendings of files that one of the member's partners sent too."""
        sharing, pairs = tracks.sharing, tracks.pairs
        kept = sharing.sharers[sharing.edge_file] <= pairs.cap
        edges = pa.table({"member": sharing.edge_member[kept], "file": sharing.edge_file[kept]})
        found = self._engine.query(
            IN_COMMON, {"edges": edges, "pairs": pa.table({"one": pairs.one, "other": pairs.other})}
        )
        common = _keys(found["member"].to_numpy(), found["file"].to_numpy(), sharing)
        return _mine(sharing, np.isin(_keys(sharing.member, sharing.file, sharing), common))


_SAME = {"groups": "messages", "shares": "files", "betweenness": "core", "articulation": "core"}


def _grouped(owner: Codes, places: Codes, names: Sequence[str]) -> Table:
    """The first MOST places of each owner, each once, in their order, and how many there are."""
    known = places != NOWHERE
    owner, places = owner[known], places[known]
    _, first = np.unique(owner << 40 | places, return_index=True)
    first.sort()
    owner, places = owner[first], places[first]
    order = np.argsort(owner, kind="stable")
    owner, places = owner[order], places[order]
    who, starts, totals = np.unique(owner, return_index=True, return_counts=True)
    return {
        names[int(code)]: Spots(total=int(total), first=tuple(places[start : start + min(total, MOST)].tolist()))
        for code, start, total in zip(who, starts, totals, strict=True)
    }


def _mine(sharing: Sharing, wanted: Flags) -> tuple[Codes, Codes]:
    share: Codes = np.flatnonzero(wanted).astype(np.int64)
    return sharing.member[share], share


def _files(tracks: Tracks) -> tuple[Codes, Codes]:
    return _mine(tracks.sharing, np.ones(len(tracks.sharing.member), np.bool_))


def _introduced(tracks: Tracks) -> tuple[Codes, Codes]:
    first = tracks.sharing.first
    share = np.sort(first[first >= 0])
    return tracks.sharing.member[share], share


def _introduced_unlisted(tracks: Tracks) -> tuple[Codes, Codes]:
    owner, share = _introduced(tracks)
    kept = tracks.sharing.listed[tracks.sharing.file[share]] == UNLISTED
    return owner[kept], share[kept]


def _reach(tracks: Tracks) -> tuple[Codes, Codes]:
    """Later sendings by others, counted for who brought the file."""
    sharing = tracks.sharing
    owner = sharing.introducer[sharing.file]
    share = np.flatnonzero((owner != NOBODY) & (owner != sharing.member)).astype(np.int64)
    return owner[share], share


def _standing(tracks: Tracks, standing: int) -> tuple[Codes, Codes]:
    return _mine(tracks.sharing, tracks.sharing.listed[tracks.sharing.file] == standing)


def _with_others(tracks: Tracks) -> tuple[Codes, Codes]:
    return _mine(tracks.sharing, tracks.sharing.sharers[tracks.sharing.file] > 1)


def _bridged(tracks: Tracks) -> tuple[Codes, Codes]:
    """The sendings of files of the communities that the member bridges."""
    sharing, of_file = tracks.sharing, tracks.communities.of_file
    width = int(of_file.max(initial=0)) + 1
    inside = of_file[sharing.edge_file] >= 0
    pairs, counts = np.unique(
        sharing.edge_member[inside] * width + of_file[sharing.edge_file[inside]], return_counts=True
    )
    bridging = pairs[counts >= MIN_BRIDGED_FILES]
    group = of_file[sharing.file]
    return _mine(sharing, (group >= 0) & np.isin(sharing.member * width + np.maximum(group, 0), bridging))


def _keys(member: Codes, file: Codes, sharing: Sharing) -> Codes:
    keys: Codes = member.astype(np.int64) * max(len(sharing.files), 1) + file
    return keys


_BEHIND: Mapping[str, Callable[[Tracks], tuple[Codes, Codes]]] = {
    "files": _files,
    "introduced": _introduced,
    "introduced_unlisted": _introduced_unlisted,
    "reach": _reach,
    "unlisted_files": lambda tracks: _standing(tracks, UNLISTED),
    "listed_files": lambda tracks: _standing(tracks, LISTED),
    "core": _with_others,
    "bridged": _bridged,
}


def _written_example() -> Mapping[str, pa.Table]:
    return {
        "messages": examples.tables()["messages"],
        "copies": pa.table({"exhibit_sha256": [examples.SECOND] * 2, "row": [3, 4]}),
    }


def _common_example() -> Mapping[str, pa.Table]:
    return {
        "edges": pa.table({"member": [0, 1, 2, 0, 1, 2], "file": [0, 0, 0, 1, 1, 2]}),
        "pairs": pa.table({"one": [0], "other": [1]}),
    }


QUERIES = (
    Query(name="first messages of members", sql=WRITTEN, example=_written_example),
    Query(name="files in common with partners", sql=IN_COMMON, example=_common_example),
)
