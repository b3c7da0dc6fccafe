"""The signer: it signs what is true, once, and refuses what contradicts its rows."""

import hashlib
from pathlib import Path

import pytest
from django.db import connections

from rempart.evidence.keys import recipient_of
from rempart.evidence.ledger.leaves import decode
from rempart.evidence.ledger.notes import Signer, new_signer
from rempart.evidence.ledger.tiles import TileLog
from rempart.intake.report import Kind, Report, ReporterKind
from rempart.web.door import actions
from rempart.web.door.actions import Door, Lane, Means, Sender
from rempart.web.signing import RefusedToSign, sign_new_leaves
from tests.web.conftest import INTAKE, NOON

pytestmark = pytest.mark.usefixtures("rows")
ED25519 = 1


@pytest.fixture
def signer() -> Signer:
    """A key of the test."""
    return new_signer("example.org/door", kind=ED25519, seed=bytes(range(32)))


@pytest.fixture
def log(tmp_path: Path, signer: Signer) -> TileLog:
    """An empty ledger."""
    return TileLog(tmp_path / "ledger", vkey=signer.vkey)


def receive(number: int) -> str:
    """Keeps a small report and gives its code."""
    draws = iter(hashlib.sha256(f"{number}/{place}".encode()).digest() for place in range(100))
    means = Means(recipients=(recipient_of(INTAKE),), at=NOON, draw=lambda count: next(draws)[:count])
    report = Report(kind=Kind.SITUATION, reporter=ReporterKind.PARENT, language="fr", narrative=f"report {number}")
    token = hashlib.sha256(number.to_bytes(4, "big")).digest()
    return actions.receive_report(report, token=token, sender=Sender(door=Door.FORM, lane=Lane.PLAIN), means=means).code


def tamper(statement: str) -> None:
    """Changes the door behind its triggers, as an intruder with the database would."""
    with connections["door"].cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement)
        for _, sql in triggers:
            cursor.execute(sql)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE door_deposit SET sealed = x'01' WHERE rowid = 2",
        "DELETE FROM door_deposit WHERE rowid = 2",
        "UPDATE door_deposit SET salt = x'00112233445566778899aabbccddeeff' WHERE rowid = 2",
        "UPDATE door_deposit SET lookup = x'00' WHERE rowid = 2",
        "DELETE FROM door_leaf WHERE seq = 1",
        "UPDATE door_leaf SET subject = (SELECT subject FROM door_leaf WHERE seq = 0) WHERE seq = 1",
        "UPDATE door_leaf SET data = (SELECT data FROM door_leaf WHERE seq = 2) WHERE seq = 1",
        "UPDATE door_head SET size = 1; --",
    ],
)
def test_nothing_is_signed_that_contradicts_its_row(log: TileLog, signer: Signer, statement: str) -> None:
    """Whatever was changed between the door and the signer stops the signing."""
    for number in range(3):
        receive(number)
    if "door_head" in statement:
        sign_new_leaves(log, signer=signer)
    signed_before = log.signed

    tamper(statement)

    with pytest.raises(RefusedToSign):
        sign_new_leaves(log, signer=signer)
    assert log.signed == signed_before


def test_an_empty_ledger_is_signed_once(log: TileLog, signer: Signer) -> None:
    """A witness can hold the ledger from the first day."""
    assert sign_new_leaves(log, signer=signer) == 0
    assert log.signed is not None
    first = log.signed.note.data

    assert sign_new_leaves(log, signer=signer) == 0
    assert log.signed.note.data == first


def test_what_was_received_is_signed_in_order(log: TileLog, signer: Signer) -> None:
    """Every leaf of the database stands in the ledger, at its number."""
    for number in range(5):
        receive(number)

    assert sign_new_leaves(log, signer=signer) == 5
    assert [decode(entry).seq for entry in log.entries(0, 5)] == list(range(5))
    assert sign_new_leaves(log, signer=signer) == 0


def test_signing_goes_on_where_it_stopped(log: TileLog, signer: Signer) -> None:
    """A signer that was away signs what came meanwhile; the new checkpoint continues the old one."""
    receive(0)
    sign_new_leaves(log, signer=signer)
    receive(1)

    again = TileLog(log.folder, vkey=signer.vkey)
    log.close()

    assert sign_new_leaves(again, signer=signer) == 1
    assert again.size == 2
