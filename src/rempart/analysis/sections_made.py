"""From the readings over all tables to what pages open of them (`sections`): made once, beside the outline, from the same tables."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rempart.analysis.document import Analysis
from rempart.analysis.identities_document import IdentitiesShown
from rempart.analysis.joins import Joined
from rempart.analysis.known_document import KnownFiles
from rempart.analysis.member_lines import member_lines, ranked_members
from rempart.analysis.member_spots import spots_of_members
from rempart.analysis.network_document import NetworkShown
from rempart.analysis.positions import NOWHERE, Positions
from rempart.analysis.record import Messages
from rempart.analysis.sections import (
    IDENTITIES,
    KNOWN,
    NETWORK,
    SPOTS,
    Dot,
    HeldIdentifier,
    IdentitiesSection,
    KnownSection,
    NetworkSection,
    Spots,
    encode_section,
    spots_name,
)
from rempart.engine.queries import Engine
from rempart.identities.hard import HARD_KINDS
from rempart.network.build import Network
from rempart.network.picture import lay_out

DRAWN = 1_000  # members of the drawing; the layout takes the square of them
MAX_HELD = 100_000
_TOLD_ROWS = ["account_id", "kind", "value", "basis", "source", "exhibit_sha256", "row", "position", "times", "first_seen", "last_seen"]  # fmt: skip


def make_sections(
    document: Analysis, joined: Joined, positions: Positions, *, engine: Engine
) -> Iterator[tuple[str, bytes]]:
    """Every piece with its name, as JSON; none of a reading that the document does not have."""
    places = _Places(positions)
    if document.known_files is not None:
        yield KNOWN, encode_section(_known(document.known_files, places))
    if document.identities is not None:
        yield IDENTITIES, encode_section(_identities(document.identities, joined.identities.identifiers, places))
    if document.network is not None:
        order = ranked_members(joined.network)
        section = _network(document.network, joined.network, order)
        yield NETWORK, encode_section(section)
        codes = [measure.code for measure in section.told.measures]
        spots = spots_of_members(joined.network, order, codes=codes, positions=positions, engine=engine)
        for first in range(0, len(spots), SPOTS):
            yield spots_name(first), encode_section(spots[first : first + SPOTS])


class _Places:
    """Where messages that the document names (`sha256:<12 digits>/row:N`) stand."""

    def __init__(self, positions: Positions) -> None:
        self._positions = positions
        self._code = {sha256[:12]: code for code, sha256 in enumerate(positions.exhibits)}

    def spots(self, messages: Messages) -> Spots:
        named = [self._named(one) for one in messages.first]
        exhibits, rows = (np.array([one[side] for one in named], np.int64) for side in (0, 1))
        found = self._positions.of_rows(exhibits, rows)
        return Spots(total=messages.total, first=tuple(int(place) for place in found if place != NOWHERE))

    def of_table(self, table: pa.Table) -> list[int | None]:
        """Of the rows of a table; None where it names no message, or one that the tables do not hold."""
        codes = self._positions.exhibit_codes(table["exhibit_sha256"])
        rows = pc.fill_null(table["row"], NOWHERE).to_numpy().astype(np.int64)
        found = self._positions.of_rows(codes, np.maximum(rows, 0))
        return [
            None if NOWHERE in (int(row), int(place)) else int(place) for row, place in zip(rows, found, strict=True)
        ]

    def _named(self, name: str) -> tuple[int, int]:
        exhibit, _, row = name.removeprefix("sha256:").partition("/row:")
        return self._code.get(exhibit, NOWHERE), int(row)


def _known(told: KnownFiles, places: _Places) -> KnownSection:
    return KnownSection(told=told, spots=tuple(places.spots(file.messages) for file in told.files))


def _identities(told: IdentitiesShown, identifiers: pa.Table, places: _Places) -> IdentitiesSection:
    proposed = {side.account for one in told.suggestions for side in (one.left, one.right)}
    proposed |= {side.account for one in told.shared for side in (one.left, one.right)}
    wanted = pc.or_(
        pc.is_in(identifiers["kind"], value_set=pa.array(HARD_KINDS)),
        pc.is_in(identifiers["account_id"], value_set=pa.array(sorted(proposed), pa.string())),
    )
    kept = identifiers.select(_TOLD_ROWS).filter(wanted)
    # What is known of the accounts proposed comes first, so that a limit never cuts what a proposal rests on.
    first = pc.is_in(kept["account_id"], value_set=pa.array(sorted(proposed), pa.string()))
    ordered = pa.concat_tables([kept.filter(first), kept.filter(pc.invert(first))])
    return IdentitiesSection(
        told=told,
        shared=tuple(places.spots(one.messages) for one in told.shared),
        held=tuple(_held(ordered.slice(0, MAX_HELD), places)),
        held_total=ordered.num_rows,
    )


def _held(table: pa.Table, places: _Places) -> Iterable[HeldIdentifier]:
    for row, at in zip(table.to_pylist(), places.of_table(table), strict=True):
        yield HeldIdentifier(
            account=row["account_id"],
            kind=row["kind"],
            value=row["value"],
            basis=row["basis"],
            source=row["source"],
            exhibit=row["exhibit_sha256"],
            order=row["position"],
            times=row["times"],
            first_at=row["first_seen"],
            last_at=row["last_seen"],
            row=row["row"],
            at=at,
        )


def _network(told: NetworkShown, network: Network, order: pa.Table) -> NetworkSection:
    actors = {actor.account: actor for actor in told.actors}
    members = member_lines(network, order, codes=[measure.code for measure in told.measures], actors=actors)
    dots, lines = _drawing(network, {member.account: place for place, member in enumerate(members)})
    return NetworkSection(
        told=msgspec.structs.replace(told, actors=(), bringers=(), bridges=(), picture=None),
        members=members,
        members_total=network.members.num_rows,
        dots=dots,
        lines=lines,
    )


def _drawing(network: Network, place: Mapping[str, int]) -> tuple[tuple[Dot, ...], tuple[tuple[int, int, int], ...]]:
    """At most DRAWN members and what joins them; of two lines between the same two the stronger."""
    if not len(network.sharing.members):
        return (), ()
    laid = lay_out(network, shown=DRAWN)
    kept = [at for at, dot in enumerate(laid.dots) if dot.account_id in place]
    number = {at: new for new, at in enumerate(kept)}
    dots = tuple(
        Dot(place[dot.account_id], round(dot.x, 4), round(dot.y, 4), round(dot.size, 3))
        for dot in (laid.dots[at] for at in kept)
    )
    weights: dict[tuple[int, int], int] = {}
    for line in laid.lines:
        if line.one in number and line.other in number:
            one, other = sorted((number[line.one], number[line.other]))
            weights[one, other] = max(weights.get((one, other), 0), line.weight)
    return dots, tuple((one, other, weight) for (one, other), weight in sorted(weights.items()))
