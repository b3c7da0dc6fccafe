"""The sharing graph: members on one side, files on the other, an edge where a member sent a file. It stays two-sided.

Members, files and groups are codes: places in sorted arrays of names, so that the same tables give the same codes.
Shares are ordered by instant, then exhibit, then row; a share without an instant stands last and introduces nothing.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rempart.network.files import BASES, Files

Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
NOBODY = -1
LISTED, UNLISTED, NOT_COMPARED, SET_ASIDE = 1, 0, -1, 2
_NEVER = np.iinfo(np.int64).max
UNKNOWN_ZONE_US = (
    26 * 3_600_000_000
)  # the zones of the world span UTC-12 to UTC+14: two local times may be so far apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """Every share as parallel arrays, and the names behind the codes.

    at_us: microseconds UTC, the largest number where unknown. zoned: the zone of the instant is known. basis: index in BASES.
    listed: per file LISTED, UNLISTED, SET_ASIDE (a list of known software names it) or NOT_COMPARED (bytes not read, no list
    asked, or the match is in doubt).
    first: per file the share that introduced it, NOBODY where the instants do not settle who did.
    edge_member, edge_file: each (member, file) once, ordered; edge_shares: how many shares stand behind it.
    """

    members: pa.Array
    files: pa.Array
    groups: pa.Array
    exhibits: pa.Array
    member: Codes
    file: Codes
    group: Codes
    exhibit: Codes
    row: Codes
    at_us: Codes
    zoned: Flags
    basis: Codes
    listed: Codes
    lists_asked: bool
    first: Codes
    edge_member: Codes
    edge_file: Codes
    edge_shares: Codes

    @property
    def sharers(self) -> Codes:
        """Per file, how many members sent it."""
        return np.bincount(self.edge_file, minlength=len(self.files))

    @property
    def introducer(self) -> Codes:
        """Per file, the member who introduced it, or NOBODY."""
        found = np.full(len(self.files), NOBODY, np.int64)
        settled = self.first >= 0
        found[settled] = self.member[self.first[settled]]
        return found

    def refs(self, places: Codes) -> tuple[tuple[str, int], ...]:
        """(exhibit_sha256, row) of the shares at these places, each once, in order of the places."""
        exhibits = self.exhibits.take(pa.array(self.exhibit[places])).to_pylist()
        return tuple(dict.fromkeys(zip(exhibits, self.row[places].tolist(), strict=True)))


def build_sharing(files: Files) -> Sharing:
    """The sharing graph of what `identify_files` found."""
    table = files.shares
    member, members = _coded(table["account_id"])
    file, names = _coded(table["file_id"])
    group, groups = _coded(table["group_id"])
    exhibit, exhibits = _coded(table["exhibit_sha256"])
    row = table["row"].to_numpy().astype(np.int64)
    at_us = pc.fill_null(table["sent_at"].cast(pa.int64()), _NEVER).to_numpy().astype(np.int64)
    order = np.lexsort((file, row, exhibit, at_us))
    basis = pc.index_in(table["basis"], value_set=pa.array(BASES)).to_numpy().astype(np.int64)
    zoned = pc.not_equal(table["zone"], "unknown").to_numpy(zero_copy_only=False).astype(np.bool_)
    member, file, at_us, zoned = member[order], file[order], at_us[order], zoned[order]
    exhibit, basis = exhibit[order], basis[order]
    pairs, counts = np.unique(member * max(len(names), 1) + file, return_counts=True)
    return Sharing(
        members=members,
        files=names,
        groups=groups,
        exhibits=exhibits,
        member=member,
        file=file,
        group=group[order],
        exhibit=exhibit,
        row=row[order],
        at_us=at_us,
        zoned=zoned,
        basis=basis,
        listed=_listed(names, file, basis, files.listed),
        lists_asked=files.listed is not None,
        first=_first_shares(member, file, at_us, exhibit * 2 + zoned, len(names)),
        edge_member=pairs // max(len(names), 1),
        edge_file=pairs % max(len(names), 1),
        edge_shares=counts.astype(np.int64),
    )


def _coded(column: pa.ChunkedArray) -> tuple[Codes, pa.Array]:
    """(code per row, names in order)."""
    encoded = pa.chunked_array([column.combine_chunks()] if column.num_chunks != 1 else column.chunks, pa.string())
    names = pc.unique(encoded)
    names = names.take(pc.sort_indices(names))
    codes = pc.index_in(encoded, value_set=names).to_numpy().astype(np.int64)
    return codes, names


def _listed(names: pa.Array, file: Codes, basis: Codes, listed: pa.Table | None) -> Codes:
    """The state of each file; a file is compared when any of its shares rests on bytes."""
    state = np.full(len(names), NOT_COMPARED, np.int64)
    if listed is None:
        return state
    state[np.unique(file[basis != BASES.index("name")])] = UNLISTED
    places = pc.index_in(listed["file_id"], value_set=names)
    inside = pc.is_valid(places).to_numpy(zero_copy_only=False).astype(np.bool_)
    place = pc.fill_null(places, 0).to_numpy().astype(np.int64)[inside]
    sure, good = (listed[name].to_numpy().astype(np.int64)[inside] for name in ("sure", "good"))
    state[place] = np.where(sure == 1, LISTED, np.where(good == 1, SET_ASIDE, NOT_COMPARED))
    return state


def _first_shares(member: Codes, file: Codes, at_us: Codes, clock: Codes, files: int) -> Codes:
    """The share that introduced each file; shares come in order of time.

    clock: odd where the zone is known; equal for shares whose instants one clock of unknown zone told.
    Settled when nobody else sent the file before the order could be mistaken: later is later where both zones are known or one
    clock told both; else another member must come more than UNKNOWN_ZONE_US later.
    """
    first = np.full(files, NOBODY, np.int64)
    if not len(file):
        return first
    order = np.argsort(file, kind="stable")
    ends = np.r_[True, np.diff(file[order]) != 0]
    start = np.maximum.accumulate(np.where(ends, np.arange(len(order)), 0))
    opening = order[start]  # for each share, the earliest share of its file
    other = member[order] != member[opening]
    sure = (clock[order] == clock[opening]) | ((clock[order] % 2 == 1) & (clock[opening] % 2 == 1))
    margin = np.where(sure, 0, UNKNOWN_ZONE_US)
    doubted = other & (at_us[order] <= at_us[opening] + np.minimum(margin, _NEVER - at_us[opening]))
    known = at_us[order[ends]] < _NEVER
    kept = order[ends]
    in_doubt = np.bincount(file[order], weights=doubted, minlength=files) > 0
    kept = kept[known & ~in_doubt[file[kept]]]
    first[file[kept]] = kept
    return first
