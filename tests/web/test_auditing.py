"""The audit of a site: whole sites have no fault, and every change behind the triggers is found and named."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from rempart.evidence.keys import recipient_of
from rempart.evidence.ledger.notes import Signer, new_signer
from rempart.evidence.ledger.tiles import TileLog
from rempart.evidence.vault import Exhibit, Vault
from rempart.intake.receipt import lookup_of
from rempart.intake.report import Kind, Report, ReporterKind
from rempart.web.auditing import audit_site
from rempart.web.config import Site
from rempart.web.door import actions
from rempart.web.door.actions import Door, Lane, Means, Sender
from rempart.web.door.models import ExhibitRow, Status
from rempart.web.signing import sign_new_leaves
from tests.web.conftest import INTAKE, NOON
from tests.web.test_signing import ED25519, tamper

pytestmark = pytest.mark.usefixtures("rows")


@pytest.fixture
def signer() -> Signer:
    """A key of the test."""
    return new_signer("example.org/door", kind=ED25519, seed=bytes(range(32)))


@pytest.fixture
def kept(site: Site, tmp_path: Path, signer: Signer) -> Site:
    """A site with two reports, a file, a message and a status, all signed."""
    own = replace(site, folder=tmp_path)
    exhibit = Vault(own.exhibits).put(io.BytesIO(b"lines of a chat"), recipients=[recipient_of(INTAKE)])
    receive(1, exhibit)
    code = receive(2)
    actions.post_message(code, "one more thing", means=means(3))
    actions.change_status(lookup_of(code), Status.READ, means=means(4), actor="alice")
    with TileLog(own.ledger, vkey=signer.vkey) as log:
        sign_new_leaves(log, signer=signer)
    return own


def means(number: int) -> Means:
    """Noon, and bytes that repeat in each run."""
    draws = iter(bytes([number, place]) * 16 for place in range(100))
    return Means(recipients=(recipient_of(INTAKE),), at=NOON, draw=lambda count: next(draws)[:count])


def receive(number: int, *exhibits: Exhibit) -> str:
    """Keeps a report and gives its code."""
    report = Report(kind=Kind.SITUATION, reporter=ReporterKind.PARENT, language="fr", narrative=f"report {number}")
    sender = Sender(door=Door.FORM, lane=Lane.PLAIN)
    token = bytes([number]) * 16
    return actions.receive_report(report, token=token, sender=sender, means=means(number), exhibits=exhibits).code


def test_a_whole_site_has_no_fault(kept: Site) -> None:
    """Everything was looked at: five leaves, one file, nothing waiting."""
    audit = audit_site(kept)

    assert audit.faults == ()
    assert (audit.leaves, audit.exhibits, audit.unsigned) == (5, 1, 0)


def test_what_waits_for_its_signature_is_no_fault(kept: Site) -> None:
    """A report of this second is counted as unsigned."""
    receive(5)

    audit = audit_site(kept)

    assert (audit.faults, audit.unsigned) == ((), 1)


@pytest.mark.parametrize(
    ("statement", "place", "words"),
    [
        ("UPDATE door_deposit SET sealed = x'01' WHERE rowid = 1", "leaf 0", "sealed bytes"),
        ("UPDATE door_deposit SET lookup = x'01' WHERE rowid = 2", "leaf 2", "code"),
        ("DELETE FROM door_deposit WHERE rowid = 2", "leaf 2", "missing"),
        ("DELETE FROM door_message", "leaf 3", "missing"),
        ("UPDATE door_exhibit SET salt = x'00'", "leaf 1", "salt"),
        ("DELETE FROM door_leaf WHERE seq = 3", "leaf 3", "missing from the database"),
        ("UPDATE door_leaf SET data = x'7b7d' WHERE seq = 0", "leaf 0", "differs"),
        ("UPDATE door_leaf SET data = (SELECT data FROM door_leaf WHERE seq = 2) WHERE seq = 0", "leaf 0", "says that"),
        ("INSERT INTO door_leaf SELECT 9, data, subject FROM door_leaf WHERE seq = 0", "leaf 9", "behind the counter"),
        ("UPDATE door_head SET size = 4", "leaf 4", "set back"),
        (
            "INSERT INTO door_status VALUES ('00000000000000000000000000000001', x'00', 'read', x'00', '2026-11-22')",
            "door_status",
            "No leaf",
        ),
    ],
)
def test_every_change_is_found_and_named(kept: Site, statement: str, place: str, words: str) -> None:
    """Whoever changes the database behind its triggers is told on, with the place."""
    tamper(statement)

    faults = audit_site(kept).faults

    assert any(fault.place.startswith(place) and words in fault.sentence() for fault in faults), faults


@pytest.mark.parametrize(("change", "words"), [("flip", "was changed"), ("remove", "is missing")])
def test_a_changed_or_lost_file_is_found(kept: Site, change: str, words: str) -> None:
    """Sealed files are hashed again."""
    address = ExhibitRow.objects.get().address
    path = kept.exhibits / address[:2] / address[2:]
    if change == "remove":
        path.unlink()
    else:
        data = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))

    faults = audit_site(kept).faults

    assert [fault.place for fault in faults] == [f"exhibit {address[:12]}"]
    assert words in faults[0].sentence()
