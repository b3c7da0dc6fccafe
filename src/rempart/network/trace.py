"""The messages behind a number: every measure of every member leads to rows of the tables.

A row is (exhibit_sha256, row), the key of a message; the messages table leads from it to the sealed bytes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa

from rempart.engine.queries import Engine, Query
from rempart.errors import BadInput
from rempart.network import examples
from rempart.network.communities import MIN_BRIDGED_FILES, Communities
from rempart.network.contacts import MessageRef
from rempart.network.graph import LISTED, UNLISTED, Codes, Sharing
from rempart.network.pairs import Pairs

WRITTEN = """
SELECT m.exhibit_sha256, m.row
FROM messages m JOIN wanted w ON w.account_id = m.account_id
LEFT JOIN copies c ON c.exhibit_sha256 = m.exhibit_sha256 AND c.row = m.row
WHERE m.kind = 'message' AND c.row IS NULL
ORDER BY m.exhibit_sha256, m.row
"""


class NoSuchMeasure(BadInput):
    """A measure was asked for that the table does not have."""


@dataclass(frozen=True, kw_only=True)
class Tracks:
    """What is kept so that every number can be followed. flows: by kind, one row a message. contacts, roles: likewise."""

    sharing: Sharing
    communities: Communities
    pairs: Pairs
    flows: Mapping[str, pa.Table]
    roles: pa.Table
    contacts: pa.Table
    copies: pa.Table
    tables: Path

    def rows_of(self, account_id: str, measure: str, *, engine: Engine) -> tuple[MessageRef, ...]:
        """The messages that a measure of an account rests on, in order of time for shares, else of exhibit and row.

        For `reach` they are the later sendings by others; for position in the graph (`core`, `betweenness`, `articulation`)
        the account's sendings of files that others sent too. The first call makes an index; the others cost what they give.
        Raises: NoSuchMeasure.
        """
        if measure in ("messages", "groups"):
            return self._written(account_id, engine)
        if measure in self._index.told:
            return self._index.told[measure].refs_of(account_id)
        return self.sharing.refs(self._index.shares_behind(account_id, measure))

    @cached_property
    def _index(self) -> "_Index":
        return _Index(self)

    def _written(self, account_id: str, engine: Engine) -> tuple[MessageRef, ...]:
        wanted = pa.table({"account_id": [account_id]})
        told = {"messages": self.tables / "messages.parquet", "wanted": wanted, "copies": self.copies}
        rows = engine.query(WRITTEN, told)
        return tuple(sorted(set(zip(rows["exhibit_sha256"].to_pylist(), rows["row"].to_pylist(), strict=True))))


class _Index:
    """Where the shares, edges, pairs and told messages of each account and file are, so that a look-up reads only these."""

    def __init__(self, tracks: Tracks) -> None:
        sharing, pairs = tracks.sharing, tracks.pairs
        members, files = len(sharing.members), len(sharing.files)
        self._tracks = tracks
        self._shares_of_member = _Places(sharing.member, members)
        self._shares_of_file = _Places(sharing.file, files)
        self._edges_of_member = _Places(sharing.edge_member, members)
        self._edges_of_file = _Places(sharing.edge_file, files)
        self._brought_by = _Places(sharing.introducer, members)
        self._pairs_of_one, self._pairs_of_other = _Places(pairs.one, members), _Places(pairs.other, members)
        self._sharers = sharing.sharers
        self.told: Mapping[str, _Told] = {
            "child_contact": _Told(tracks.contacts, "account_id"),
            "roles": _Told(tracks.roles, "account_id"),
            "answers": _Told(tracks.flows["reply"], "target_id"),
            "forwards": _Told(tracks.flows["forward"], "target_id"),
        }

    def shares_behind(self, account_id: str, measure: str) -> Codes:
        """Which shares a measure of the sharing graph rests on, in order of time. Raises: NoSuchMeasure."""
        member = _place(self._tracks.sharing.members, account_id)
        behind = _BEHIND.get(measure)
        if behind is None:
            raise NoSuchMeasure("There is no measure named {measure}.", measure=measure)
        return _NONE if member is None else behind(self, member)

    def mine(self, member: int) -> Codes:
        """All sendings of the member."""
        return self._shares_of_member.of(member)

    def opening(self, member: int) -> Codes:
        """The sendings by which the member introduced a file."""
        return np.sort(self._tracks.sharing.first[self._brought_by.of(member)])

    def standing(self, shares: Codes, standing: int) -> Codes:
        """Those of the shares whose file stands so in the lists."""
        sharing = self._tracks.sharing
        told: Codes = shares[sharing.listed[sharing.file[shares]] == standing]
        return told

    def reached(self, member: int) -> Codes:
        """The sendings by others of files that the member introduced."""
        shares = self._shares_of_file.of_all(self._brought_by.of(member))
        return np.sort(shares[self._tracks.sharing.member[shares] != member])

    def with_others(self, member: int) -> Codes:
        """The sendings of files that others sent too."""
        mine = self.mine(member)
        return mine[self._sharers[self._tracks.sharing.file[mine]] > 1]

    def bridging(self, member: int) -> Codes:
        """The sendings of files of the communities that the member bridges."""
        sharing, of_file = self._tracks.sharing, self._tracks.communities.of_file
        groups = of_file[sharing.edge_file[self._edges_of_member.of(member)]]
        found, counts = np.unique(groups[groups >= 0], return_counts=True)
        mine = self.mine(member)
        return mine[np.isin(of_file[sharing.file[mine]], found[counts >= MIN_BRIDGED_FILES])]

    def in_common(self, member: int) -> Codes:
        """The sendings of files that one of the member's partners sent too."""
        sharing, pairs = self._tracks.sharing, self._tracks.pairs
        partners = np.r_[pairs.other[self._pairs_of_one.of(member)], pairs.one[self._pairs_of_other.of(member)]]
        files = sharing.edge_file[self._edges_of_member.of(member)]
        edges = self._edges_of_file.of_all(files[self._sharers[files] <= pairs.cap])
        common = sharing.edge_file[edges[np.isin(sharing.edge_member[edges], partners)]]
        mine = self.mine(member)
        return mine[np.isin(sharing.file[mine], common)]


_NONE: Codes = np.zeros(0, np.int64)
_BEHIND: Mapping[str, Callable[[_Index, int], Codes]] = {
    "files": _Index.mine,
    "shares": _Index.mine,
    "introduced": _Index.opening,
    "introduced_unlisted": lambda index, member: index.standing(index.opening(member), UNLISTED),
    "unlisted_files": lambda index, member: index.standing(index.mine(member), UNLISTED),
    "listed_files": lambda index, member: index.standing(index.mine(member), LISTED),
    "reach": _Index.reached,
    "core": _Index.with_others,
    "betweenness": _Index.with_others,
    "articulation": _Index.with_others,
    "bridged": _Index.bridging,
    "partners": _Index.in_common,
}


class _Places:
    """Where each code stands in an array, places ascending; codes below 0 stand for nobody."""

    def __init__(self, codes: Codes, count: int) -> None:
        self._order: Codes = np.argsort(codes, kind="stable").astype(np.int64)
        self._start = np.searchsorted(codes[self._order], np.arange(count + 1))

    def of(self, code: int) -> Codes:
        """The places of one code."""
        return self._order[self._start[code] : self._start[code + 1]]

    def of_all(self, codes: Codes) -> Codes:
        """The places of these codes, one code after the other."""
        return np.concatenate([_NONE, *(self.of(code) for code in codes.tolist())])


class _Told:
    """The messages of a table with one row a message, by account."""

    def __init__(self, table: pa.Table, column: str) -> None:
        ordered = table.select([column, "exhibit_sha256", "row"]).sort_by(column)
        self._rows, self._accounts = ordered, ordered[column].combine_chunks()

    def refs_of(self, account_id: str) -> tuple[MessageRef, ...]:
        """In order of exhibit and row, each once."""
        first, last = (side(self._accounts, account_id) for side in (_before, _behind_last))
        rows = self._rows.slice(first, last - first)
        return tuple(sorted(set(zip(rows["exhibit_sha256"].to_pylist(), rows["row"].to_pylist(), strict=True))))


def _before(names: pa.Array, name: str) -> int:
    return bisect_left(range(len(names)), name, key=lambda place: str(names[place]))


def _behind_last(names: pa.Array, name: str) -> int:
    return bisect_right(range(len(names)), name, key=lambda place: str(names[place]))


def _place(names: pa.Array, name: str) -> int | None:
    """Where the name stands among sorted ones; None where it does not."""
    place = _before(names, name)
    return place if place < len(names) and str(names[place]) == name else None


def _example() -> Mapping[str, pa.Table]:
    return {
        "messages": examples.tables()["messages"],
        "wanted": pa.table({"account_id": ["telegram:user1"]}),
        "copies": pa.table({"exhibit_sha256": [examples.SECOND] * 2, "row": [3, 4]}),
    }


QUERIES = (Query(name="written", sql=WRITTEN, example=_example),)
