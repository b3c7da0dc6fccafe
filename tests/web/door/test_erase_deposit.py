"""Erasing by a rule: the words and the files go, the row, its leaves and the ledger stay; only a rule can do it, and only once."""

import hashlib
import io
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from rempart.evidence.keys import recipient_of
from rempart.evidence.ledger.leaves import decode
from rempart.evidence.ledger.notes import LOG_KEY, Signer, new_signer
from rempart.evidence.ledger.tiles import TileLog
from rempart.evidence.sealing import BrokenSeal, unseal
from rempart.evidence.vault import Exhibit, Vault
from rempart.intake.receipt import lookup_of
from rempart.intake.report import Kind, Report, ReporterKind
from rempart.web.auditing import audit_site
from rempart.web.config import Site
from rempart.web.door import actions
from rempart.web.door.actions import Door, Lane, Means, Sender
from rempart.web.door.erasing import AlreadyErased, NoSuchDeposit, discard_erased, erased_addresses
from rempart.web.door.models import Deposit, Leaf, Mailbox, Message, Status, StatusChange, Tombstone
from rempart.web.door.queries import read_mailbox
from rempart.web.logs import LEDGER
from rempart.web.signing import RefusedToSign, sign_new_leaves
from tests.web.conftest import INTAKE, NOON
from tests.web.test_signing import tamper

pytestmark = pytest.mark.usefixtures("rows")
ROOT = Path(__file__).parents[3]


def counting() -> Iterator[bytes]:
    """Different bytes at each draw, the same in each run."""
    number = 0
    while True:
        number += 1
        yield hashlib.sha256(number.to_bytes(8, "big")).digest()


@pytest.fixture
def means() -> Means:
    """Noon, and a source of numbers that repeats."""
    source = counting()
    return Means(recipients=(recipient_of(INTAKE),), at=NOON, draw=lambda count: next(source)[:count])


@pytest.fixture
def own(site: Site, tmp_path: Path) -> Site:
    """A site with a vault and a ledger of its own."""
    return replace(site, folder=tmp_path)


@pytest.fixture
def exhibit(own: Site) -> Exhibit:
    """A sealed file."""
    return Vault(own.exhibits).put(io.BytesIO(b"lines of a chat"), recipients=[recipient_of(INTAKE)])


@pytest.fixture
def signer() -> Signer:
    """A key of the test."""
    return new_signer("example.org/door", kind=LOG_KEY, seed=bytes(range(32)))


def receive(means: Means, number: int, *exhibits: Exhibit, token: int | None = None) -> str:
    """Keeps a report and gives its code."""
    report = Report(kind=Kind.SITUATION, reporter=ReporterKind.PARENT, language="fr", narrative=f"report {number}")
    sender = Sender(door=Door.FORM, lane=Lane.PLAIN)
    form = bytes([token or number]) * 16
    return actions.receive_report(report, token=form, sender=sender, means=means, exhibits=exhibits).code


def id_of(code: str) -> UUID:
    """The number of the first report under a code."""
    return Deposit.objects.filter(lookup=lookup_of(code)).order_by("received_at", "id")[0].id


def erase(deposit: UUID, means: Means) -> None:
    """As the rule of a term asks."""
    actions.erase_deposit(deposit, ground="term", means=means, actor="p-abcdefgh")


def test_a_report_that_is_not_there_is_refused(means: Means) -> None:
    """Nothing is said to be erased that was not."""
    with pytest.raises(NoSuchDeposit):
        erase(UUID(int=7), means)

    assert not Tombstone.objects.exists()


def test_a_report_is_erased_once(means: Means) -> None:
    """The second time nothing is written."""
    deposit = id_of(receive(means, 1))
    erase(deposit, means)
    before = Leaf.objects.count()

    with pytest.raises(AlreadyErased):
        erase(deposit, means)

    assert Leaf.objects.count() == before


def test_what_was_erased_cannot_be_opened(means: Means) -> None:
    """Neither the words nor what would tie a leaf to them are there; what was counted stays."""
    code = receive(means, 1)
    actions.post_message(code, "one more thing", means=means)
    deposit = Deposit.objects.get()

    erase(deposit.id, means)

    row, message, box = Deposit.objects.get(), Message.objects.get(), Mailbox.objects.get()
    held = [bytes(one) for one in (row.sealed, row.salt, message.sealed, message.salt, box.salt)]
    assert held == [b""] * 5
    assert (row.lookup, row.category, row.received_at) == (deposit.lookup, deposit.category, deposit.received_at)
    with pytest.raises(BrokenSeal):
        unseal(bytes(row.sealed), identities=[INTAKE])


def test_the_code_opens_nothing_any_more(means: Means) -> None:
    """As after any report that was closed; the ledger says so."""
    code = receive(means, 1)

    erase(id_of(code), means)

    assert read_mailbox(code) is None
    assert [change.status for change in StatusChange.objects.all()] == [Status.CLOSED]


def test_a_leaf_says_who_erased_when_and_why(means: Means) -> None:
    """One for each row that was emptied."""
    code = receive(means, 1)
    actions.post_message(code, "one more thing", means=means)

    erase(id_of(code), means)

    entries = [decode(bytes(leaf.data)) for leaf in Leaf.objects.order_by("seq")]
    erased = [entry for entry in entries if entry.action == "erased"]
    assert [(entry.actor, entry.motive, entry.at) for entry in erased] == [("p-abcdefgh", "term", NOON)] * 2
    assert entries[-1].action == "status_closed"
    assert {stone.ground for stone in Tombstone.objects.all()} == {"term"}


def test_another_report_under_the_same_code_keeps_what_is_its_own_too(means: Means, exhibit: Exhibit) -> None:
    """A corrected form has the code of the first one: mailbox, messages and files stay until both are erased."""
    code = receive(means, 1, exhibit)
    receive(means, 2, exhibit, token=1)
    actions.post_message(code, "one more thing", means=means)
    first, second = Deposit.objects.filter(lookup=lookup_of(code)).order_by("id").values_list("id", flat=True)

    erase(first, means)
    kept = (read_mailbox(code) is not None, bytes(Message.objects.get().sealed) != b"", list(erased_addresses()))
    erase(second, means)

    assert kept == (True, True, [])
    assert read_mailbox(code) is None
    assert bytes(Message.objects.get().sealed) == b""
    assert list(erased_addresses()) == [exhibit.address]


def test_the_files_of_an_erased_report_go(own: Site, means: Means, exhibit: Exhibit) -> None:
    """As often as it is asked; those of others stay."""
    vault = Vault(own.exhibits)
    other = vault.put(io.BytesIO(b"another chat"), recipients=[recipient_of(INTAKE)])
    code = receive(means, 1, exhibit)
    receive(means, 2, other)
    erase(id_of(code), means)

    assert [discard_erased(vault), discard_erased(vault)] == [1, 0]
    assert (vault.has(exhibit.address), vault.check(other.address)) == (False, True)


# -- the ledger -----------------------------------------------------------------------------------------


@pytest.fixture
def erased(own: Site, means: Means, exhibit: Exhibit, signer: Signer) -> Site:
    """A site with a report that was signed and erased, and one that was not."""
    code = receive(means, 1, exhibit)
    receive(means, 2)
    actions.post_message(code, "one more thing", means=means)
    with TileLog(own.ledger, vkey=signer.vkey) as log:
        sign_new_leaves(log, signer=signer)
        erase(id_of(code), means)
        discard_erased(Vault(own.exhibits))
        sign_new_leaves(log, signer=signer)
    return own


def test_the_ledger_still_verifies_and_says_what_was_erased(erased: Site) -> None:
    """No fault; two rows are told as erased by a rule."""
    audit = audit_site(erased)

    assert audit.faults == ()
    assert (audit.erased, audit.unsigned) == (2, 0)


def test_what_was_erased_before_it_was_signed_is_signed(own: Site, means: Means, signer: Signer) -> None:
    """The signer was away meanwhile."""
    erase(id_of(receive(means, 1)), means)

    with TileLog(own.ledger, vkey=signer.vkey) as log:
        assert sign_new_leaves(log, signer=signer) == Leaf.objects.count()

    assert audit_site(own).faults == ()


def test_a_file_that_is_left_of_an_erased_report_is_told(own: Site, means: Means, exhibit: Exhibit) -> None:
    """Until the worker has removed it."""
    erase(id_of(receive(means, 1, exhibit)), means)

    assert [fault.code for fault in audit_site(own).faults] == ["exhibit_left"]


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        ("UPDATE door_deposit SET sealed = x'', salt = x'' WHERE length(sealed) > 0", {"row_bytes_altered"}),
        ("DELETE FROM door_tombstone", {"row_bytes_altered", "row_missing", "exhibit_missing"}),
        ("UPDATE door_tombstone SET ground = 'other'", {"row_altered"}),
        ("UPDATE door_tombstone SET salt = x'00'", {"row_altered"}),
        (
            "INSERT INTO door_tombstone SELECT id, '00000000000000000000000000000009', received_at, 'term', x'00' "
            "FROM door_deposit WHERE length(sealed) > 0; "
            "UPDATE door_deposit SET sealed = x'', salt = x'' WHERE length(sealed) > 0",
            {"row_bytes_altered", "row_unproved"},
        ),
    ],
)
def test_an_erasure_without_its_proof_is_a_fault(erased: Site, statement: str, codes: set[str]) -> None:
    """Emptied behind the triggers, a tombstone taken away, altered, or made without a leaf."""
    for one in statement.split("; "):
        tamper(one)

    assert {fault.code for fault in audit_site(erased).faults} == codes


def test_an_emptied_row_without_a_tombstone_is_not_signed(own: Site, means: Means, signer: Signer) -> None:
    """An intruder cannot have a report forgotten before it was signed."""
    receive(means, 1)
    tamper("UPDATE door_deposit SET sealed = x'', salt = x''")

    with TileLog(own.ledger, vkey=signer.vkey) as log, pytest.raises(RefusedToSign):
        sign_new_leaves(log, signer=signer, of=LEDGER)


# -- the triggers ---------------------------------------------------------------------------------------


def refused(change: Callable[[], object]) -> bool:
    """Whether the database itself refuses."""
    try:
        with transaction.atomic(using="door"):
            change()
    except DatabaseError:
        return True
    return False


def bury(row: Deposit | Message) -> None:
    """A tombstone, made by hand."""
    Tombstone(subject=row.id, proof=row.id, erased_at=NOON, ground="term", salt=b"s").save(force_insert=True)


@pytest.mark.parametrize("model", [Deposit, Message])
def test_without_a_tombstone_nothing_is_emptied(means: Means, model: type[Deposit] | type[Message]) -> None:
    """Nor with the tombstone of another row."""
    for number in (1, 2):
        actions.post_message(receive(means, number), "one more thing", means=means)
    first, second = model.objects.order_by("id")
    bury(first)

    assert refused(partial(model.objects.filter(id=second.id).update, sealed=b"", salt=b""))
    assert not refused(partial(model.objects.filter(id=first.id).update, sealed=b"", salt=b""))


@pytest.mark.parametrize(
    "change",
    [
        {"sealed": b"", "salt": b"", "category": "other_one"},
        {"sealed": b"", "salt": b"", "lookup": b"x"},
        {"sealed": b"", "salt": b"", "urgency": 4},
        {"sealed": b"", "salt": b"", "content_mac": b""},
        {"sealed": b""},
        {"salt": b""},
        {"sealed": b"other", "salt": b""},
        {"sealed": b"other", "salt": b"other"},
    ],
)
def test_nothing_else_is_changed_with_a_tombstone(means: Means, change: dict[str, object]) -> None:
    """Emptied as a whole, and of the two alone."""
    receive(means, 1)
    row = Deposit.objects.get()
    bury(row)

    assert refused(partial(Deposit.objects.update, **change))
    assert bytes(Deposit.objects.get().sealed) == bytes(row.sealed)


def test_an_emptied_row_is_not_filled_again(means: Means) -> None:
    """Once, and never back."""
    receive(means, 1)
    row = Deposit.objects.get()
    bury(row)
    Deposit.objects.update(sealed=b"", salt=b"")

    assert refused(partial(Deposit.objects.update, sealed=bytes(row.sealed), salt=bytes(row.salt)))
    assert refused(partial(Deposit.objects.update, sealed=b"", salt=b""))
    assert refused(Deposit.objects.all().delete)


def test_a_tombstone_stays_as_it_is(means: Means) -> None:
    """Neither changed nor taken away."""
    receive(means, 1)
    bury(Deposit.objects.get())

    assert refused(partial(Tombstone.objects.update, ground="other"))
    assert refused(Tombstone.objects.all().delete)


# -- on the disk ----------------------------------------------------------------------------------------

ON_DISK = """
import io, os, sys
from datetime import UTC, datetime
from pathlib import Path
from rempart.evidence.keyring import Keyring
from rempart.evidence.keys import new_identity, recipient_of
from rempart.evidence.vault import Vault
from rempart.intake.report import Kind, Report, ReporterKind
from rempart.web.config import Face, SiteConfig
from rempart.web.setup import django_as, make_folders, prepare_tables

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
site = make_folders(Path(sys.argv[1]), SiteConfig(name="Essai"))
Keyring(site.keys).add_signer("example.org/ledger", seed=os.urandom(32))
django_as(site, Face.OWNER)
prepare_tables(site)
from rempart.web.door import actions
from rempart.web.door.erasing import settle_erasures
from rempart.web.door.models import Deposit, Message

means = actions.Means(recipients=(recipient_of(new_identity()),), at=NOON, draw=os.urandom)
vault = Vault(site.exhibits)
for number in range(40):
    exhibit = vault.put(io.BytesIO(b"lines"), recipients=means.recipients)
    code = actions.receive_report(
        Report(kind=Kind.SITUATION, reporter=ReporterKind.PARENT, language="fr", narrative="words " * 400 + str(number)),
        token=os.urandom(16),
        sender=actions.Sender(door=actions.Door.FORM, lane=actions.Lane.PLAIN),
        means=means,
        exhibits=[exhibit],
    ).code
    actions.post_message(code, "one more thing " * 200, means=means)
places = [bytes(row.sealed)[at : at + 48] for model in (Deposit, Message) for row in model.objects.all() for at in (200, 900)]
held = lambda: site.door_database.read_bytes() + Path(f"{site.door_database}-wal").read_bytes()
print(len(places), sum(place in held() for place in places), len(list(vault.addresses())))
for row in Deposit.objects.all()[:39]:
    actions.erase_deposit(row.id, ground="term", means=means, actor="worker")
left = list(vault.addresses())
settle_erasures(vault)
print(len(places), sum(place in held() for place in places), len(left))
from rempart.web.signing import sign_all
sign_all(site)
from rempart.web.auditing import audit_site
print(audit_site(site).faults, audit_site(site).erased)
"""


def test_not_a_byte_is_left_on_the_disk(tmp_path: Path) -> None:
    """In a process of its own, with real commits: of forty reports with files and messages, one stays, and the ledger verifies."""
    done = subprocess.run(
        [sys.executable, "-c", ON_DISK, str(tmp_path / "data")], check=True, cwd=ROOT, capture_output=True, text=True
    )

    assert done.stdout.splitlines() == ["160 160 40", "160 4 1", "() 78"]


BEFORE = """
import os, sys
from pathlib import Path
from rempart.web.config import Face, SiteConfig
from rempart.web.setup import django_as, make_folders, prepare_tables

site = make_folders(Path(sys.argv[1]), SiteConfig(name="Essai"))
django_as(site, Face.OWNER)
from django.core.management import call_command

call_command("migrate", "door", sys.argv[2], database="door", verbosity=0, interactive=False)
"""


def migrate(folder: Path, to: str) -> None:
    """Brings the tables of the door to a version."""
    subprocess.run([sys.executable, "-c", BEFORE, str(folder), to], check=True, cwd=ROOT, capture_output=True)


def test_the_migration_keeps_what_was_received(tmp_path: Path) -> None:
    """Rows of the version before are the same after it; then they can be erased, and were not before. Back again too."""
    folder, path = tmp_path / "data", tmp_path / "data/door/door.db"
    migrate(folder, "0002")
    columns = "id, received_at, lookup, content_mac, sealed, salt, door, lane, kind, reporter, category, urgency, age_band, contact_going_on, language, files"
    values = "'01', '2026-11-22', x'01', x'02', x'03', x'04', 'form', 'plain', 'situation', 'parent', 'other', 0, 'unknown', 'no', 'fr', 0"
    rows = f"SELECT {columns} FROM door_deposit"  # noqa: S608 - the same
    empty = "UPDATE door_deposit SET sealed = x'', salt = x''"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"INSERT INTO door_deposit ({columns}) VALUES ({values})")  # noqa: S608 - columns from here
        before = database.execute(rows).fetchall()

    migrate(folder, "0003")

    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        assert database.execute(rows).fetchall() == before
        with pytest.raises(sqlite3.IntegrityError):
            database.execute(empty)
        database.execute("INSERT INTO door_tombstone VALUES ('01', '02', '2026-11-22', 'term', x'00')")
        database.execute(empty)
    migrate(folder, "0002")
    with closing(sqlite3.connect(path)) as database, pytest.raises(sqlite3.IntegrityError):
        database.execute("UPDATE door_deposit SET sealed = x'03'")
