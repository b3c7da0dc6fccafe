"""The sharing graph stays two-sided, and says who introduced a file only where the instants settle it."""

from pathlib import Path

import numpy as np
import pytest

from rempart.network.files import identify_files
from rempart.network.graph import Sharing, build_sharing
from tests.network.planted import Planted
from tests.network.small import ENGINE, FIRST, HOUR_US, MONDAY_US, SECOND, Row, shared, tables_of


def sharing_of(folder: Path, *pairs: tuple[Row, Row]) -> Sharing:
    """The sharing graph of messages that carry a file each."""
    tables_of(folder, messages=[one for one, _ in pairs], media=[other for _, other in pairs])
    return build_sharing(identify_files(folder, engine=ENGINE))


def introduced(sharing: Sharing) -> list[str | None]:
    """Who introduced each file."""
    names = sharing.members.to_pylist()
    return [names[code] if code >= 0 else None for code in sharing.introducer.tolist()]


def elsewhere(pair: tuple[Row, Row], **more: object) -> tuple[Row, Row]:
    """The same in the second exhibit, in a group of its own."""
    there = {"exhibit_sha256": SECOND, "conversation_id": f"telegram:{SECOND[:8]}/88"}
    return pair[0] | there | more, pair[1] | {"exhibit_sha256": SECOND}


def test_equal_instants_settle_nobody(tmp_path: Path) -> None:
    """Two members at the same microsecond: none is named."""
    pairs = [shared(1, "user1", "a"), shared(2, "user2", "a", sent_at=MONDAY_US + HOUR_US)]

    assert introduced(sharing_of(tmp_path, *pairs)) == [None]


def test_a_share_without_an_instant_introduces_nothing(tmp_path: Path) -> None:
    """Unknown is not first."""
    assert introduced(sharing_of(tmp_path, shared(1, "user1", "a", sent_at=None))) == [None]


def test_a_local_time_of_another_exhibit_settles_nothing_within_a_day(tmp_path: Path) -> None:
    """A zone that is unknown may be wrong by many hours."""
    pairs = [shared(1, "user1", "a"), elsewhere(shared(9, "user2", "a"), zone="unknown")]

    assert introduced(sharing_of(tmp_path, *pairs)) == [None]


def test_a_deleted_account_shares_nothing(tmp_path: Path) -> None:
    """A share without an author stands behind no member."""
    sharing = sharing_of(tmp_path, shared(1, None, "a"), shared(2, "user2", "b"))

    assert sharing.members.to_pylist() == ["telegram:user2"]


def test_the_earliest_sender_introduces(tmp_path: Path) -> None:
    """One microsecond earlier is earlier where the zones are known."""
    pairs = [shared(2, "user2", "a"), shared(1, "user1", "a", sent_at=MONDAY_US + 2 * HOUR_US - 1)]

    assert introduced(sharing_of(tmp_path, *pairs)) == ["telegram:user1"]


def test_one_clock_of_unknown_zone_settles_within_its_exhibit(tmp_path: Path) -> None:
    """Local times of one export are ordered among themselves."""
    pairs = [shared(1, "user1", "a", zone="unknown"), shared(2, "user2", "a", zone="unknown")]

    assert introduced(sharing_of(tmp_path, *pairs)) == ["telegram:user1"]


def test_days_apart_settle_whatever_the_zone(tmp_path: Path) -> None:
    """26 hours are more than two clocks of the world can differ."""
    pairs = [shared(1, "user1", "a"), elsewhere(shared(29, "user2", "a"), zone="unknown")]

    assert introduced(sharing_of(tmp_path, *pairs)) == ["telegram:user1"]


def test_a_member_who_sends_again_is_one_edge(tmp_path: Path) -> None:
    """Edges count members and files; acts are counted behind them."""
    sharing = sharing_of(tmp_path, shared(1, "user1", "a"), shared(2, "user1", "a"), shared(3, "user2", "a"))

    assert sharing.edge_shares.tolist() == [2, 1]
    assert sharing.sharers.tolist() == [2]
    assert sharing.refs(np.array([0, 1])) == ((FIRST, 1), (FIRST, 2))


@pytest.mark.usefixtures("network")
def test_every_planted_first_sharer_is_found(planted: Planted) -> None:
    """On the planted network the introducer of each file is the one who was planted."""
    sharing = build_sharing(identify_files(planted.folder, engine=ENGINE))
    files = [int(name.removeprefix("sha256:"), 16) for name in sharing.files.to_pylist()]

    assert introduced(sharing) == [planted.account(planted.introducer[file]) for file in files]
