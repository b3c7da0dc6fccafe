"""From a number to its messages: what the index gives is what a look at every sending gives."""

from pathlib import Path

import numpy as np
import pytest

from rempart.network.build import Network
from rempart.network.communities import MIN_BRIDGED_FILES
from rempart.network.graph import LISTED, UNLISTED, Codes, Flags
from tests.network.small import ENGINE, network_of, shared

MEASURES = (
    "files", "shares", "introduced", "introduced_unlisted", "unlisted_files", "listed_files", "reach", "core",
    "betweenness", "articulation", "bridged", "partners",
)  # fmt: skip


def slowly(network: Network, member: int, measure: str) -> Flags:
    """Which sendings a measure rests on, by a look at each."""
    tracks, sharing = network.tracks, network.sharing
    mine: Flags = sharing.member == member
    brought: Flags = sharing.introducer == member
    opening = np.isin(np.arange(len(mine)), sharing.first[brought])
    listed = sharing.listed[sharing.file]
    of_file = tracks.communities.of_file
    groups = of_file[np.unique(sharing.file[mine])]
    bridged = [group for group in set(groups.tolist()) - {-1} if (groups == group).sum() >= MIN_BRIDGED_FILES]
    pairs = zip(tracks.pairs.one.tolist(), tracks.pairs.other.tolist(), strict=True)
    partners = [one + other - member for one, other in pairs if member in (one, other)]
    theirs: Codes = sharing.file[np.isin(sharing.member, partners)]
    common = np.isin(sharing.file, theirs) & (sharing.sharers[sharing.file] <= tracks.pairs.cap)
    told: dict[str, Flags] = {
        "introduced": opening,
        "introduced_unlisted": opening & (listed == UNLISTED),
        "unlisted_files": mine & (listed == UNLISTED),
        "listed_files": mine & (listed == LISTED),
        "reach": brought[sharing.file] & ~mine,
        "bridged": mine & np.isin(of_file[sharing.file], bridged),
        "partners": mine & common,
    }
    whole = mine if measure in ("files", "shares") else mine & (sharing.sharers[sharing.file] > 1)
    return told.get(measure, whole)


@pytest.mark.parametrize("measure", MEASURES)
def test_every_member_leads_to_the_sendings_that_a_look_at_all_finds(network: Network, measure: str) -> None:
    """In the same order, none more, none less."""
    found, wanted = {}, {}
    for member, account in enumerate(network.sharing.members.to_pylist()):
        found[account] = network.rows_of(account, measure, engine=ENGINE)
        wanted[account] = network.sharing.refs(np.flatnonzero(slowly(network, member, measure)))

    assert found == wanted
    assert sum(map(len, found.values())) > 0 or measure == "partners"


def test_partners_lead_to_what_both_sent(tmp_path: Path) -> None:
    """Two who share ten rare files; thirty others with two files each of their own, one of them everybody's."""
    told = [shared(row, who, f"{row % 10:x}") for row, who in enumerate(["user1"] * 10 + ["user2"] * 10, 1)]
    told += [shared(20 + other, f"user{other}", "f") for other in range(1, 33)]
    told += [shared(60 + other, f"user{other}", f"{other:02x}"[::-1] + "e") for other in range(3, 33)]
    made = network_of(tmp_path, *told)

    assert len(made.pairs.one) == 1
    for member, account in enumerate(made.sharing.members.to_pylist()):
        wanted = made.sharing.refs(np.flatnonzero(slowly(made, member, "partners")))
        assert made.rows_of(account, "partners", engine=ENGINE) == wanted
        assert bool(wanted) == account.endswith(("user1", "user2"))


@pytest.mark.parametrize("measure", [*MEASURES, "child_contact", "roles", "answers", "forwards", "messages", "groups"])
@pytest.mark.parametrize("account", ["", "telegram:", "telegram:user1x", "zzz"])
def test_an_account_that_is_none_leads_nowhere(network: Network, account: str, measure: str) -> None:
    """Before the first, between two, behind the last."""
    assert network.rows_of(account, measure, engine=ENGINE) == ()


@pytest.mark.parametrize(("measure", "kind"), [("answers", "reply"), ("forwards", "forward")])
def test_flows_lead_to_the_messages_of_their_table(network: Network, measure: str, kind: str) -> None:
    """Of every account, the first and the last in the order of names too."""
    flow = network.tracks.flows[kind].to_pylist()
    for account in network.members["account_id"].to_pylist():
        told = sorted({(row["exhibit_sha256"], row["row"]) for row in flow if row["target_id"] == account})
        assert list(network.rows_of(account, measure, engine=ENGINE)) == told
