"""Replies, forwards, mentions, memberships and roles, each with its basis; a name that two bore leads to nobody."""

from pathlib import Path

import pyarrow as pa
import pytest

from rempart.network.files import identify_files
from rempart.network.flows import find_flows, find_roles, load_roles, sum_flow
from tests.network.small import ENGINE, FIRST, Row, said, tables_of

PEOPLE: list[Row] = [
    {"exhibit_sha256": FIRST, "account_id": "telegram:user1", "names": ["Alice"], "handle": "Alice_A"},
    {"exhibit_sha256": FIRST, "account_id": "telegram:user2", "names": ["Bob"], "handle": "bob"},
]
HOMONYM: Row = {"exhibit_sha256": FIRST, "account_id": "telegram:user3", "names": ["Alice"]}
NAMED: Row = {
    "exhibit_sha256": FIRST,
    "account_id": f"telegram:{FIRST[:8]}/Alice",
    "names": ["Alice"],
    "id_kind": "name",
}


def flow_of(folder: Path, kind: str, *messages: Row, people: list[Row] | None = None) -> list[tuple[str, str, int]]:
    """(who, towards whom, row) of one kind."""
    tables_of(folder, messages=messages, accounts=PEOPLE if people is None else people)
    copies = files_of(folder)[1]
    flow = find_flows(folder, engine=ENGINE, copies=copies)[kind]
    rows = flow.select(["source_id", "target_id", "row"]).to_pylist()
    return sorted((row["source_id"][-1], row["target_id"][-1], row["row"]) for row in rows)


def files_of(folder: Path) -> tuple[pa.Table, pa.Table]:
    """(groups, copies) of the tables."""
    files = identify_files(folder, engine=ENGINE)
    return files.groups, files.copies


def test_an_answer_to_oneself_is_no_flow(tmp_path: Path) -> None:
    """Nobody reaches themself."""
    assert flow_of(tmp_path, "reply", said(1, "user1"), said(2, "user1", reply_to="1")) == []


def test_an_answer_to_what_is_not_there_is_no_flow(tmp_path: Path) -> None:
    """The message answered must be in the same conversation of the tables."""
    assert flow_of(tmp_path, "reply", said(2, "user1", reply_to="99")) == []


def test_a_reply_goes_to_the_author(tmp_path: Path) -> None:
    """By the platform's own number of the message."""
    assert flow_of(tmp_path, "reply", said(1, "user1"), said(2, "user2", reply_to="1")) == [("2", "1", 2)]


def test_a_forward_of_a_name_that_two_bore_leads_to_nobody(tmp_path: Path) -> None:
    """A display name is a weak identity."""
    message = said(1, "user2", forwarded_from="Alice")

    assert flow_of(tmp_path, "forward", message, people=[*PEOPLE, HOMONYM]) == []


@pytest.mark.parametrize("people", [PEOPLE, [*PEOPLE, NAMED]], ids=["alone", "and in a service line"])
def test_a_forward_leads_to_the_only_bearer(tmp_path: Path, people: list[Row]) -> None:
    """A name that only a service line wrote without id does not make the bearer doubtful."""
    assert flow_of(tmp_path, "forward", said(1, "user2", forwarded_from="Alice"), people=people) == [("2", "1", 1)]


def test_a_mention_of_an_unknown_handle_leads_to_nobody(tmp_path: Path) -> None:
    """Only accounts of the exhibit are met."""
    assert flow_of(tmp_path, "mention", said(1, "user2", mentions=["@carol", "telegram:user9"])) == []


def test_a_mention_leads_by_id_and_by_handle_in_any_case(tmp_path: Path) -> None:
    """Platforms do not keep the case of handles."""
    messages = (said(1, "user2", mentions=["@ALICE_a"]), said(2, "user2", mentions=["telegram:user1"]))

    assert flow_of(tmp_path, "mention", *messages) == [("2", "1", 1), ("2", "1", 2)]


def test_a_pair_is_summed_with_its_dates(tmp_path: Path) -> None:
    """How many, from when to when."""
    messages = [said(1, "user1"), said(2, "user2", reply_to="1"), said(5, "user2", reply_to="1")]
    tables_of(tmp_path, messages=messages, accounts=PEOPLE)
    flows = find_flows(tmp_path, engine=ENGINE, copies=files_of(tmp_path)[1])

    (row,) = sum_flow(flows["reply"], engine=ENGINE).to_pylist()

    assert (row["messages"], (row["last_at"] - row["first_at"]).total_seconds()) == (2, 3 * 3600)


def roles_of(folder: Path, *lines: Row) -> list[tuple[str, str]]:
    """(who, role) of service lines."""
    tables_of(folder, messages=lines, accounts=PEOPLE)
    groups, copies = files_of(folder)
    rows = find_roles(folder, engine=ENGINE, groups=groups, copies=copies).to_pylist()
    return sorted((row["account_id"][-1], row["role"]) for row in rows)


def test_a_message_that_speaks_of_a_role_gives_none(tmp_path: Path) -> None:
    """Only service lines count, and only those that say who runs a group."""
    lines = [said(1, "user1", action="create_group"), said(2, "user1", kind="service", action="phone_call")]

    assert roles_of(tmp_path, *lines) == []


def test_service_lines_give_roles_to_actor_inviter_and_member(tmp_path: Path) -> None:
    """Creator and inviter act; the owner of a link and a new administrator are named in the line."""
    lines = [
        said(1, "user1", kind="service", action="create_group"),
        said(2, "user2", kind="service", action="join_group_by_link", extra='{"inviter": "Alice"}'),
        said(3, "user1", kind="service", action="promote_member", extra='{"members": ["Bob"]}'),
    ]

    assert roles_of(tmp_path, *lines) == [
        ("1", "creator"),
        ("1", "link_owner"),
        ("1", "promoter"),
        ("2", "administrator"),
    ]


def test_every_role_has_words_in_both_languages() -> None:
    """The table of roles is whole, and no action gives one role twice."""
    roles = load_roles()
    pairs = [(action, role.holder) for role in roles for action in role.actions]

    assert all(role.en and role.fr and role.actions for role in roles)
    assert len(pairs) == len(set(pairs))
