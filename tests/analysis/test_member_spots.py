"""The messages behind every measure of every member, made at once, are those that the network gives one by one."""

from pathlib import Path

import pyarrow as pa

from rempart.analysis.member_lines import member_lines, ranked_members
from rempart.analysis.member_spots import MOST, spots_of_members
from rempart.analysis.positions import Positions, find_positions
from rempart.conversations.store import load_table
from rempart.network.build import Known, build
from rempart.network.measures import load_measures
from tests.network.planted import matches_of, plant
from tests.network.small import ENGINE

CODES = [measure.code for measure in load_measures()]


def test_all_at_once_is_what_one_by_one_gives(tmp_path: Path) -> None:
    """Each measure, each member: as many messages, and the same first ones."""
    planted = plant(tmp_path, members=60, files=80, shares=300, messages=500)
    network = build(planted.folder, engine=ENGINE, seed=1, known=Known(matches=matches_of(planted)))
    positions = find_positions(planted.folder)
    order = ranked_members(network)

    found = spots_of_members(network, order, codes=CODES, positions=positions, engine=ENGINE)

    numbers = {(sha, row): place for place, (sha, row) in enumerate(_in_order(planted.folder, positions))}
    compared = 0
    for member, line in zip(found, member_lines(network, order, codes=CODES, actors={}), strict=True):
        for code, value, spots in zip(CODES, line.values, member.spots, strict=True):
            refs = network.rows_of(member.account, code, engine=ENGINE) if value else ()
            places = list(dict.fromkeys(numbers[ref] for ref in refs))
            assert (spots.total, sorted(spots.first)) == (len(places), sorted(places[:MOST])), (member.account, code)
            compared += len(places) > 0
    assert compared > 200


def test_members_come_in_the_told_order(tmp_path: Path) -> None:
    """Contact with a child first, then files that no list knows and that were brought first."""
    planted = plant(tmp_path, members=40, files=60, shares=200, messages=200)
    network = build(planted.folder, engine=ENGINE, seed=1, known=Known(matches=matches_of(planted)))

    lines = member_lines(network, ranked_members(network), codes=CODES, actors={})

    keys = [
        tuple(line.values[CODES.index(code)] or 0 for code in ("child_contact", "introduced_unlisted", "introduced"))
        for line in lines
    ]
    assert keys == sorted(keys, reverse=True)
    assert len(lines) == network.members.num_rows


def _in_order(folder: Path, positions: Positions) -> list[tuple[str, int]]:
    """(exhibit, row) of every message, by position."""
    table = load_table(folder, "messages", columns=["exhibit_sha256", "row"]).take(pa.array(positions.row_at))
    return list(zip(table["exhibit_sha256"].to_pylist(), table["row"].to_pylist(), strict=True))
