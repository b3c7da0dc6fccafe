"""The messages behind a number: every measure of every member leads to rows of the tables.

A row is (exhibit_sha256, row), the key of a message; the messages table leads from it to the sealed bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rempart.engine.queries import Engine, Query
from rempart.errors import BadInput
from rempart.network import examples
from rempart.network.communities import MIN_BRIDGED_FILES, Communities
from rempart.network.contacts import MessageRef
from rempart.network.graph import LISTED, NOBODY, UNLISTED, Codes, Flags, Sharing
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


@dataclass(frozen=True, slots=True, kw_only=True)
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
        the account's sendings of files that others sent too. Raises: NoSuchMeasure.
        """
        if measure == "child_contact":
            return _refs(self.contacts.filter(pc.equal(self.contacts["account_id"], account_id)))
        if measure == "roles":
            return _refs(self.roles.filter(pc.equal(self.roles["account_id"], account_id)))
        if measure in ("answers", "forwards"):
            flow = self.flows["reply" if measure == "answers" else "forward"]
            return _refs(flow.filter(pc.equal(flow["target_id"], account_id)))
        if measure in ("messages", "groups"):
            return self._written(account_id, engine)
        member = pc.index_in(pa.scalar(account_id), value_set=self.sharing.members).as_py()
        wanted = _shares_behind(self, NOBODY if member is None else int(member), measure)
        return self.sharing.refs(np.flatnonzero(wanted))

    def _written(self, account_id: str, engine: Engine) -> tuple[MessageRef, ...]:
        wanted = pa.table({"account_id": [account_id]})
        told = {"messages": self.tables / "messages.parquet", "wanted": wanted, "copies": self.copies}
        return _refs(engine.query(WRITTEN, told))


def _refs(table: pa.Table) -> tuple[MessageRef, ...]:
    pairs = zip(table["exhibit_sha256"].to_pylist(), table["row"].to_pylist(), strict=True)
    return tuple(sorted(set(pairs)))


def _shares_behind(tracks: Tracks, member: int, measure: str) -> Flags:
    """Which shares a measure of the sharing graph rests on."""
    sharing = tracks.sharing
    mine: Flags = sharing.member == member
    brought: Flags = (sharing.introducer == member) & (member != NOBODY)
    opening: Flags = np.zeros(len(mine), np.bool_)
    opening[sharing.first[brought]] = True
    listed = sharing.listed[sharing.file]
    told: Flags | None = None
    if measure in ("files", "shares"):
        told = mine
    elif measure == "introduced":
        told = opening
    elif measure == "introduced_unlisted":
        told = opening & (listed == UNLISTED)
    elif measure in ("unlisted_files", "listed_files"):
        told = mine & (listed == (UNLISTED if measure == "unlisted_files" else LISTED))
    elif measure == "reach":
        told = brought[sharing.file] & ~mine
    elif measure in ("core", "betweenness", "articulation"):
        told = mine & (sharing.sharers[sharing.file] > 1)
    elif measure == "bridged":
        told = mine & _bridging(tracks, member)[sharing.file]
    elif measure == "partners":
        told = mine & _in_common(tracks, member)[sharing.file]
    if told is None:
        raise NoSuchMeasure("There is no measure named {measure}.", measure=measure)
    return told


def _bridging(tracks: Tracks, member: int) -> Flags:
    """The files of the communities that the member bridges."""
    of_file = tracks.communities.of_file
    mine = of_file[_files_of(tracks.sharing, member)]
    counts = np.bincount(mine[mine >= 0], minlength=int(of_file.max(initial=0)) + 1)
    bridging: Flags = (of_file >= 0) & (counts[np.maximum(of_file, 0)] >= MIN_BRIDGED_FILES)
    return bridging


def _in_common(tracks: Tracks, member: int) -> Flags:
    """The files that one of the member's partners sent too."""
    pairs, sharing = tracks.pairs, tracks.sharing
    partners = np.r_[pairs.other[pairs.one == member], pairs.one[pairs.other == member]]
    common: Flags = np.zeros(len(sharing.files), np.bool_)
    common[sharing.edge_file[np.isin(sharing.edge_member, partners)]] = True
    common &= sharing.sharers <= pairs.cap
    return common


def _files_of(sharing: Sharing, member: int) -> Codes:
    files: Codes = sharing.edge_file[sharing.edge_member == member]
    return files


def _example() -> Mapping[str, pa.Table]:
    return {
        "messages": examples.tables()["messages"],
        "wanted": pa.table({"account_id": ["telegram:user1"]}),
        "copies": pa.table({"exhibit_sha256": [examples.SECOND] * 2, "row": [3, 4]}),
    }


QUERIES = (Query(name="written", sql=WRITTEN, example=_example),)
