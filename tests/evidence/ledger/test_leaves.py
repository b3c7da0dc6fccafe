"""Leaves: one act, one byte form, and nothing about anybody."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.evidence.ledger import leaves
from rempart.evidence.ledger.leaves import BadLeaf, Leaf

AT = datetime(2026, 11, 22, 9, 30, 5, tzinfo=UTC)
LEAF = Leaf(seq=3, at=AT, actor="door", action="report_received", object="0" * 64, blob="f" * 64)
BYTES = (
    b'{"action":"report_received","actor":"door","at":"2026-11-22T09:30:05Z","blob":"' + b"f" * 64 + b'",'
    b'"motive":null,"object":"' + b"0" * 64 + b'","seq":3,"v":1}'
)
CODES = st.from_regex(r"[a-z0-9][a-z0-9_.:/-]{0,63}", fullmatch=True)
DIGESTS = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)


def test_a_leaf_has_the_documented_bytes() -> None:
    """Sorted keys, no blanks: what an expert computes again in twenty years."""
    assert leaves.encode(LEAF) == BYTES
    assert leaves.decode(BYTES) == LEAF


@given(
    st.builds(
        Leaf,
        seq=st.integers(0, 2**63 - 1),
        at=st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - hypothesis adds the zone
            lambda at: at.replace(microsecond=0)
        ),
        actor=CODES,
        action=CODES,
        object=DIGESTS,
        motive=st.none() | CODES,
        blob=st.none() | DIGESTS,
    )
)
def test_a_leaf_is_read_as_it_was_written(leaf: Leaf) -> None:
    """Any act."""
    assert leaves.decode(leaves.encode(leaf)) == leaf


def test_instants_are_written_in_utc_to_the_second() -> None:
    """Another zone is the same instant."""
    paris = AT.astimezone(timezone(timedelta(hours=1))).replace(microsecond=999_999)

    assert leaves.encode(Leaf(seq=3, at=paris, actor="door", action="a", object="0" * 64)).count(b"09:30:05Z") == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("actor", "Alice"),
        ("actor", "two words"),
        ("actor", ""),
        ("actor", "a" * 65),
        ("action", "é"),
        ("motive", "because I wanted to"),
        ("object", "0" * 63),
        ("object", "F" * 64),
        ("blob", "somebody"),
        ("seq", -1),
        ("seq", True),
        ("at", AT.replace(tzinfo=None)),
    ],
)
def test_a_field_that_could_name_somebody_is_refused(field: str, value: object) -> None:
    """Codes, digests, a number, an aware instant: nothing else enters a ledger."""
    fields = {"seq": 3, "at": AT, "actor": "door", "action": "a", "object": "0" * 64, field: value}

    with pytest.raises(BadLeaf):
        leaves.encode(Leaf(**fields))  # type: ignore[arg-type] # wrong on purpose


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        BYTES + b" ",
        BYTES.replace(b'"seq":3', b'"seq": 3'),
        BYTES.replace(b'"seq":3', b'"seq":3.0'),
        BYTES.replace(b'"v":1', b'"v":2'),
        BYTES.replace(b',"v":1', b""),
        BYTES.replace(b'"motive":null,', b""),
        BYTES.replace(b'"motive":null', b'"motive":null,"motive":null'),
        BYTES.replace(b'"motive":null', b'"more":null,"motive":null'),
        BYTES.replace(b"05Z", b"05+00:00"),
        BYTES.replace(b"09:30", b"25:30"),
        BYTES.replace(b'"door"', b'"\\u0064oor"'),
        b"[" * 100_000,
    ],
)
def test_bytes_that_no_writer_makes_are_refused(data: bytes) -> None:
    """Other spellings of the same act are other bytes, and no leaf."""
    with pytest.raises(BadLeaf):
        leaves.decode(data)


def test_a_commitment_says_nothing_without_its_salt() -> None:
    """HMAC-SHA-256; another salt gives another commitment, so that destroying it cuts the link."""
    object_id, salt = b"report 17", b"s" * 16

    assert leaves.commit(object_id, salt=salt) == hmac.new(salt, object_id, hashlib.sha256).hexdigest()
    assert leaves.commit(object_id, salt=salt) != leaves.commit(object_id, salt=b"t" * 16)
