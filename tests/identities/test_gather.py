"""What identifies accounts, from the export's own fields and from messages, with periods and places."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.engine.queries import DuckEngine
from rempart.identities.gather import Gathered, gather
from rempart.identities.stated import _cue, _values
from tests.identities.rows import day, write_tables

ENGINE = DuckEngine(threads=1)
Found = set[tuple[str, str, str, str]]


def told(gathered: Gathered) -> Found:
    """(account, kind, value, basis) of every row."""
    return {(row["account_id"], row["kind"], row["value"], row["basis"]) for row in gathered.identifiers.to_pylist()}


def test_the_fields_of_an_account_are_its_identifiers(tmp_path: Path) -> None:
    """Each in its normal form, names as written."""
    account = {"account_id": "telegram:user1", "names": ["Zoé"], "handle": "Zoe_Blue", "phone": "06 39 98 12 34"}
    found = told(gather(write_tables(tmp_path, accounts=[account]), engine=ENGINE))

    assert found == {
        ("telegram:user1", "platform_id", "telegram:user1", "export"),
        ("telegram:user1", "phone", "+33639981234", "export"),
        ("telegram:user1", "handle", "telegram:zoe_blue", "export"),
        ("telegram:user1", "name", "Zoé", "export"),
    }


def test_a_number_that_stands_for_a_name_is_a_number(tmp_path: Path) -> None:
    """An unsaved contact of WhatsApp is known by its number; a name alone is no id."""
    account = {
        "account_id": "whatsapp:e/x", "platform": "whatsapp", "id_kind": "name", "native_id": "+33 6 39 98 12 34",
        "names": ["+33 6 39 98 12 34"],
    }  # fmt: skip
    found = told(gather(write_tables(tmp_path, accounts=[account]), engine=ENGINE))

    assert ("whatsapp:e/x", "phone", "+33639981234", "export") in found
    assert not any(kind == "platform_id" for _, kind, _, _ in found)


@pytest.mark.parametrize("phone", ["12", "not a number", "3018", "0000000000"])
def test_what_is_no_number_is_left_out(tmp_path: Path, phone: str) -> None:
    """Numbers of help too."""
    account = {"account_id": "telegram:user1", "phone": phone}

    found = told(gather(write_tables(tmp_path, accounts=[account]), engine=ENGINE))

    assert [kind for _, kind, _, _ in found] == ["platform_id"]


def test_a_number_in_a_message_is_a_statement_with_its_place_and_period(tmp_path: Path) -> None:
    """It is never mixed with the export's own fields."""
    text = "call me, 06 39 98 12 34"
    messages: list[dict[str, object]] = [
        {"account_id": "telegram:user1", "text": "hello"},
        {"account_id": "telegram:user1", "text": text, "sent_at": day(3)},
        {"account_id": "telegram:user1", "text": text, "sent_at": day(9)},
        {"account_id": "telegram:user1", "text": text, "sent_at": day(1), "zone": "unknown"},
    ]
    (row,) = gather(write_tables(tmp_path, messages=messages), engine=ENGINE).identifiers.to_pylist()

    assert (row["kind"], row["value"], row["basis"], row["row"], row["times"]) == (
        "phone",
        "+33639981234",
        "stated",
        2,
        3,
    )
    assert (row["first_seen"], row["last_seen"]) == (day(3), day(9))


def test_the_strongest_claim_of_all_messages_is_kept_with_its_message(tmp_path: Path) -> None:
    """What is forwarded is somebody else's words."""
    own = "my number is 06 39 98 12 34"
    messages: list[dict[str, object]] = [
        {"account_id": "telegram:user1", "text": "for the car pool: 06 39 98 12 34"},
        {"account_id": "telegram:user1", "text": own},
        {"account_id": "telegram:user2", "text": own, "forwarded_from": "Zoé"},
        {"account_id": "telegram:user3", "text": "insta: zoe_99"},
    ]
    rows = gather(write_tables(tmp_path, messages=messages), engine=ENGINE).identifiers.to_pylist()

    assert [(row["account_id"], row["kind"], row["claim"], row["row"], row["times"]) for row in rows[:2]] == [
        ("telegram:user1", "phone", "own", 2, 2),
        ("telegram:user2", "phone", "others", 3, 1),
    ]
    assert {row["claim"] for row in rows[2:]} == {None}


def test_a_service_line_is_its_own_basis(tmp_path: Path) -> None:
    """What the service says is not what the account stated."""
    messages = [{"account_id": "whatsapp:e/x", "kind": "service", "text": "changed to +33 6 39 98 12 34"}]

    found = told(gather(write_tables(tmp_path, messages=messages), engine=ENGINE))

    assert found == {("whatsapp:e/x", "phone", "+33639981234", "service")}


def test_an_identifier_without_an_author_is_counted(tmp_path: Path) -> None:
    """It belongs to nobody, and is told as not examined."""
    messages = [{"account_id": None, "text": "write to zoe@example.org"}, {"account_id": None, "text": "hello"}]

    gathered = gather(write_tables(tmp_path, messages=messages), engine=ENGINE)

    assert gathered.identifiers.num_rows == 0
    assert [gap.number for gap in gathered.not_examined] == [1]


def test_an_account_in_two_exhibits_is_one_with_one_period(tmp_path: Path) -> None:
    """The platform's own id holds over exhibits."""
    places = [{"account_id": "telegram:user1", "exhibit_sha256": letter * 64, "phone": "0639981234"} for letter in "ab"]
    seen = [
        {**place, "first_at": day(first), "last_at": day(first + 2)}
        for place, first in zip(places, (5, 1), strict=True)
    ]
    gathered = gather(write_tables(tmp_path, accounts=places, memberships=seen), engine=ENGINE)
    phones = [row for row in gathered.identifiers.to_pylist() if row["kind"] == "phone"]

    assert gathered.accounts == 1
    assert [(row["first_seen"], row["last_seen"], row["times"]) for row in phones] == [(day(1), day(7), 2)]


def test_empty_tables_give_an_empty_table(tmp_path: Path) -> None:
    """Nothing is an answer."""
    gathered = gather(write_tables(tmp_path), engine=ENGINE)

    assert (gathered.identifiers.num_rows, gathered.accounts, gathered.not_examined) == (0, 0, ())


_PIECES = ("06 39 98 12 34", "zoe@example.org", "@zoe_blue", "https://example.org/a", "example.org/a", "insta: zoe.b",
           "Instagram : zoe_9", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "8.8.8.8", "+44 20 7946 0958", "hello", "12 h 30",
           "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "t[.]me/zoe_b", "www.example.org", "+33(0)6.39.98.12.34")  # fmt: skip


@settings(max_examples=150)
@given(st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=8)), max_size=4))
def test_the_cheap_look_never_misses_what_the_exact_one_finds(parts: list[str]) -> None:
    """A text that holds an identifier always shows the cue."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = " ".join(parts)
    cue = pc.match_substring_regex(pa.array([text]), pattern=_cue())[0].as_py()

    assert cue or not list(_values(text))
