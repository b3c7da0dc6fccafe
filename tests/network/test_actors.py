"""Every number of a key actor leads to the messages; contact with a child's account stands above every measure."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from rempart.network.actors import ORDER
from rempart.network.build import Known, Network, build
from rempart.network.contacts import ChildAccount
from rempart.network.measures import load_measures
from rempart.network.trace import NoSuchMeasure
from tests.network.planted import Planted, matches_of
from tests.network.small import ENGINE, FIRST, Row, network_of, said, shared, tables_of

COUNTED = ("introduced", "introduced_unlisted", "shares", "answers", "forwards", "messages")  # one message for each


def first_of(network: Network, measure: str) -> str:
    """The account that has most of a measure."""
    ranked = network.members.sort_by([(measure, "descending"), ("account_id", "ascending")])
    return str(ranked["account_id"][0].as_py())


def test_a_walk_from_a_key_actor_to_the_messages(network: Network, planted: Planted) -> None:
    """The first key actor's new files: each is a row of the messages table, by that account, with that file, before any other."""
    actor = network.actors[0]
    refs = set(network.rows_of(actor.account_id, "introduced_unlisted", engine=ENGINE))
    messages = pq.read_table(planted.folder / "messages.parquet").to_pylist()
    media = {
        (one["exhibit_sha256"], one["row"]): one["sha256"]
        for one in pq.read_table(planted.folder / "media.parquet").to_pylist()
    }
    behind = [one for one in messages if (one["exhibit_sha256"], one["row"]) in refs]
    files = {media[one["exhibit_sha256"], one["row"]]: one for one in behind}

    assert len(files) == (actor.values["introduced_unlisted"] or 0)
    assert files
    assert {one["account_id"] for one in behind} == {actor.account_id}
    assert all(planted.new[int(file, 16)] for file in files)
    for other in messages:
        file = media.get((other["exhibit_sha256"], other["row"]))
        assert file not in files or other["sent_at"] >= files[file]["sent_at"]


@pytest.mark.parametrize(
    "measure", [one.code for one in load_measures() if one.code not in ("child_contact", "roles", "forwards")]
)
def test_every_measure_has_its_rows(network: Network, measure: str) -> None:
    """Of the account that has most of it; counts that are one message each have as many rows."""
    account = first_of(network, measure if measure != "partners" or network.pairs.one.size else "shares")
    rows = network.rows_of(account, measure, engine=ENGINE)
    row = next(one for one in network.members.to_pylist() if one["account_id"] == account)

    if row[measure]:
        assert rows
    if measure in COUNTED:
        assert len(rows) == row[measure]


def test_who_did_nothing_has_no_row(network: Network) -> None:
    """An unknown account, or one without a share, leads nowhere."""
    assert network.rows_of("telegram:nobody", "introduced", engine=ENGINE) == ()
    assert network.rows_of("telegram:nobody", "child_contact", engine=ENGINE) == ()


def test_a_measure_that_is_none_is_refused(network: Network) -> None:
    """A score made of several does not exist."""
    with pytest.raises(NoSuchMeasure):
        network.rows_of("telegram:user1", "danger", engine=ENGINE)


def test_reach_leads_to_the_messages_of_others(network: Network) -> None:
    """As many different accounts as the measure says, none of them the actor."""
    account = first_of(network, "reach")
    row = next(one for one in network.members.to_pylist() if one["account_id"] == account)
    refs = set(network.rows_of(account, "reach", engine=ENGINE))
    authors = {
        one["account_id"]
        for one in pq.read_table(network.tracks.tables / "messages.parquet").to_pylist()
        if (one["exhibit_sha256"], one["row"]) in refs
    }

    assert len(authors) == row["reach"]
    assert account not in authors


def private(folder: Path) -> Network:
    """Alice wrote to Zoé's account, in a chat of two; Bob sent most files; Zoé's account is said to be a child's."""
    room = {"conversation_id": f"telegram:{FIRST[:8]}/5"}
    talk = [said(1, "user1", **room), said(2, "user3", **room), said(3, "user2", mentions=["telegram:user3"])]
    files = [shared(row, "user2", sign) for row, sign in enumerate("abcdef", start=10)]
    rooms: list[Row] = [
        {"exhibit_sha256": FIRST, "conversation_id": str(room["conversation_id"]), "kind": "one_to_one"},
        {"exhibit_sha256": FIRST, "conversation_id": f"telegram:{FIRST[:8]}/77", "kind": "group"},
    ]
    tables_of(
        folder, messages=[*talk, *(one for one, _ in files)], media=[other for _, other in files], conversations=rooms
    )
    known = Known(children=[ChildAccount(account_id="telegram:user3", refs=((FIRST, 2),))])
    return build(folder, engine=ENGINE, known=known)


def test_contact_with_a_child_stands_above_all_sharing(tmp_path: Path) -> None:
    """Alice, who sent nothing, comes with Bob before any measure; Zoé's own account is no contact."""
    network = private(tmp_path)

    told = [(actor.account_id, actor.values["child_contact"]) for actor in network.actors]

    assert told == [("telegram:user2", 1), ("telegram:user1", 1)]
    assert network.rows_of("telegram:user1", "child_contact", engine=ENGINE) == ((FIRST, 1),)
    assert network.rows_of("telegram:user2", "child_contact", engine=ENGINE) == ((FIRST, 3),)


def test_without_lists_nothing_is_new_and_nothing_is_zero(tmp_path: Path) -> None:
    """What no list was asked about is not examined: the value is missing, not 0."""
    network = network_of(tmp_path, shared(1, "user1", "a"), shared(2, "user2", "a"))

    assert network.actors[0].values["introduced_unlisted"] is None
    assert network.members["introduced_unlisted"].null_count == network.members.num_rows
    assert network.curve[0].best_new is None


def test_the_order_is_the_told_one(network: Network) -> None:
    """By each of ORDER in turn, then by name; never by a sum."""
    keys = [tuple(-float(actor.values[code] or 0) for code in ORDER) for actor in network.actors]

    assert keys == sorted(keys)


def test_the_planted_bringers_of_new_files_come_first(network: Network, planted: Planted) -> None:
    """The account that was planted to introduce most new files leads the table."""
    planted_most = max(
        range(len(planted.community)), key=lambda who: (sum((planted.introducer == who) & planted.new), -who)
    )

    assert network.actors[0].values["introduced_unlisted"] == sum((planted.introducer == planted_most) & planted.new)


def test_the_same_tables_give_the_same_network(planted: Planted, network: Network) -> None:
    """Every table, every actor, every community."""
    again = build(planted.folder, engine=ENGINE, seed=1, known=Known(matches=matches_of(planted)))

    assert again.members.equals(network.members)
    assert again.files.equals(network.files)
    assert again.actors == network.actors
    assert again.curve == network.curve


def test_every_measure_says_what_it_does_not_mean() -> None:
    """In both languages, with its source; none is a sum of others."""
    for measure in load_measures():
        for lang in ("fr", "en"):
            assert measure.title(lang)
            assert measure.means(lang) != measure.does_not_mean(lang)
        assert measure.source
    assert load_measures()[0].code == "child_contact"


def test_the_table_has_the_measures_and_no_other_number(network: Network) -> None:
    """What the file of measures does not explain is not in the table."""
    explained = {measure.code for measure in load_measures()}

    assert set(network.members.column_names) == explained | {"account_id", "names", "community", "held"}
