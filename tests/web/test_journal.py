"""The journal of the desk: a log of its own, with a key of its own, signed only when each leaf fits its event, and audited with the ledger."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connections

from rempart.evidence.keyring import Keyring
from rempart.evidence.ledger.leaves import decode
from rempart.evidence.ledger.notes import Signer
from rempart.evidence.ledger.tiles import TileLog
from rempart.web import signing
from rempart.web.auditing import audit_site
from rempart.web.cases.events import SITE, Act, Subject, record
from rempart.web.cases.models import Event, Leaf
from rempart.web.config import Site
from rempart.web.logs import JOURNAL, LEDGER
from rempart.web.signing import NoKeyToSign, RefusedToSign, load_signer, sign_all, sign_new_leaves
from tests.web.conftest import NOON
from tests.web.test_signing import receive

pytestmark = pytest.mark.usefixtures("rows")
REPORT = Subject(kind="report", id=UUID(int=7))


@pytest.fixture
def own(site: Site, tmp_path: Path) -> Site:
    """A site with logs and keys of its own."""
    made = replace(site, folder=tmp_path)
    ring = Keyring(made.keys)
    ring.add_signer("example.org/ledger", seed=b"s" * 32)
    ring.add_journal(seed=b"j" * 32)
    return made


@pytest.fixture
def signer(own: Site) -> Signer:
    """The key of the journal."""
    return load_signer(own, of=JOURNAL)


@pytest.fixture
def log(own: Site, signer: Signer) -> Iterator[TileLog]:
    """The journal, empty."""
    with TileLog(own.journal, vkey=signer.vkey) as made:
        yield made


def work(count: int = 3) -> None:
    """Somebody looks, and writes."""
    for number in range(count):
        at = NOON + timedelta(seconds=number, microseconds=1234)
        words = {"text": f"note {number}"} if number % 2 else None
        record(Act(action="noted", actor="p-abcdefgh", at=at, motive="triage", payload=words), subject=REPORT)


def tamper(statement: str) -> None:
    """Changes the desk behind its triggers, as an intruder with the database would. SECOND: the event of leaf 1."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement.replace("SECOND", "(SELECT subject FROM desk_leaf WHERE seq = 1)"))
        for _, sql in triggers:
            cursor.execute(sql)


CHANGES = [
    ("UPDATE desk_event SET actor = 'p-zzzzzzzz' WHERE id = SECOND", "journal leaf 1", "event_altered"),
    ("UPDATE desk_event SET action = 'consulted' WHERE id = SECOND", "journal leaf 1", "event_altered"),
    ("UPDATE desk_event SET motive = 'authority' WHERE id = SECOND", "journal leaf 1", "event_altered"),
    ("UPDATE desk_event SET at = '2026-11-21 12:00:00' WHERE id = SECOND", "journal leaf 1", "event_altered"),
    ("UPDATE desk_event SET at = '2026-11-22 12:00:31.9' WHERE id = SECOND", "journal leaf 1", "event_altered"),
    ("UPDATE desk_event SET subject = NULL WHERE id = SECOND", "journal leaf 1", "event_altered"),
    ("UPDATE desk_event SET subject_kind = 'person' WHERE id = SECOND", "journal leaf 1", "event_altered"),
    ("UPDATE desk_event SET supersedes = id WHERE id = SECOND", "journal leaf 1", "event_altered"),
    ("UPDATE desk_event SET seq = 77 WHERE id = SECOND", "journal leaf 1", "event_altered"),
    ("UPDATE desk_event SET salt = x'00' WHERE id = SECOND", "journal leaf 1", "event_altered"),
    ("UPDATE desk_event SET sealed = x'00' WHERE id = SECOND", "journal leaf 1", "row_bytes_altered"),
    ("UPDATE desk_event SET sealed = NULL WHERE id = SECOND", "journal leaf 1", "row_bytes_altered"),
    ("DELETE FROM desk_event WHERE id = SECOND", "journal leaf 1", "row_missing"),
    ("DELETE FROM desk_leaf WHERE seq = 1", "journal leaf 1", "leaf_missing"),
    ("UPDATE desk_leaf SET data = x'7b7d' WHERE seq = 1", "journal leaf 1", "leaf_broken"),
]


@pytest.mark.parametrize(("statement", "place", "code"), CHANGES)
def test_nothing_is_signed_that_contradicts_its_event(
    log: TileLog, signer: Signer, statement: str, place: str, code: str
) -> None:
    """Whatever was changed between the desk and the signer stops the signing of the journal."""
    work()

    tamper(statement)

    with pytest.raises(RefusedToSign):
        sign_new_leaves(log, signer=signer, of=JOURNAL)
    assert log.signed is None, (place, code)


@pytest.mark.parametrize(("statement", "place", "code"), CHANGES)
def test_every_change_after_the_signature_is_found_and_named(
    own: Site, log: TileLog, signer: Signer, statement: str, place: str, code: str
) -> None:
    """Which leaf, and what of its event."""
    work()
    sign_new_leaves(log, signer=signer, of=JOURNAL)

    tamper(statement)

    faults = audit_site(own).faults
    assert (place, code) in [(fault.place, fault.code) for fault in faults]
    assert all(fault.sentence("en").startswith("Journal: ") for fault in faults if fault.entry is not None)


def test_an_event_that_was_added_is_found(own: Site, log: TileLog, signer: Signer) -> None:
    """No leaf proves it; and a leaf behind the counter is found too."""
    work()
    sign_new_leaves(log, signer=signer, of=JOURNAL)
    added = Event.objects.get(seq=0)
    added.id, added.seq = UUID(int=9), 9
    added.save(force_insert=True)
    Leaf(seq=9, data=bytes(Leaf.objects.get(seq=0).data), subject=UUID(int=10)).save(force_insert=True)

    found = {(fault.place, fault.code) for fault in audit_site(own).faults}

    assert (f"desk_event {UUID(int=9)}", "row_unproved") in found
    assert {("journal leaf 9", "leaf_added"), ("journal leaf 9", "row_missing")} <= found


def test_a_journal_that_was_set_back_is_found(own: Site, log: TileLog, signer: Signer) -> None:
    """As after the restore of an older copy of the desk alone: nothing more is signed, and what is lost is named."""
    work()
    sign_new_leaves(log, signer=signer, of=JOURNAL)
    tamper("DELETE FROM desk_event WHERE id = (SELECT subject FROM desk_leaf WHERE seq = 2)")
    tamper("DELETE FROM desk_leaf WHERE seq = 2")
    tamper("UPDATE desk_head SET size = 2")

    with pytest.raises(RefusedToSign, match="signed journal"):
        sign_new_leaves(log, signer=signer, of=JOURNAL)

    assert [(fault.place, fault.code) for fault in audit_site(own).faults] == [("journal leaf 2", "leaf_lost")]


def test_a_whole_site_has_no_fault_in_either_log(own: Site) -> None:
    """Received, looked at, written, signed by one call with two keys."""
    receive(1)
    work(4)

    signed = sign_all(own)

    audit = audit_site(own)
    assert (signed, audit.leaves, audit.events, audit.unsigned, audit.faults) == (5, 1, 4, 0, ())
    with TileLog(own.ledger) as ledger, TileLog(own.journal) as journal:
        assert [head.signed.checkpoint.origin for head in (ledger, journal) if head.signed] == [
            "example.org/ledger",
            "example.org/ledger/journal",
        ]
        assert [decode(leaf).action for leaf in journal.entries(0, 4)] == ["noted"] * 4


def test_what_waits_for_its_signature_is_no_fault(own: Site) -> None:
    """A note of this second is counted as unsigned."""
    sign_all(own)
    work(1)

    audit = audit_site(own)

    assert (audit.faults, audit.unsigned) == ((), 1)


def test_words_that_were_erased_with_their_key_leave_the_journal_whole(own: Site) -> None:
    """The event keeps its sealed bytes; nobody opens them."""
    work(2)
    sign_all(own)
    tamper("DELETE FROM desk_key")

    assert audit_site(own).faults == ()


def test_the_ledger_is_signed_while_the_journal_has_no_key(own: Site, caplog: pytest.LogCaptureFixture) -> None:
    """A site that was not upgraded yet; the log of the machine says what to do."""
    Keyring(own.keys).journal_path.unlink()
    receive(1)
    record(Act(action="noted", actor="p-a", at=NOON), subject=SITE)

    with ExitStack() as stack:
        works = [signing._work(own, of, stack) for of in (LEDGER, JOURNAL)]
        assert [work() for work in works] == [1, 0]

    with pytest.raises(NoKeyToSign, match=r"journal\.key"):
        load_signer(own, of=JOURNAL)


def test_a_contradiction_in_one_log_does_not_stop_the_other(own: Site) -> None:
    """Reports are signed on while somebody looks at the journal."""
    work(1)
    receive(1)
    tamper("UPDATE desk_event SET actor = 'p-zzzzzzzz'")

    with ExitStack() as stack:
        works = [signing._work(own, of, stack) for of in (LEDGER, JOURNAL)]

        assert [signing._sign_or_say(work) for work in works] == [1, 0]
