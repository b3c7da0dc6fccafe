"""The same promises on PostgreSQL: the public role inserts and cannot read, and a killed server loses no receipt."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rempart.intake.receipt import lookup_of
from rempart.web.config import Site, SiteConfig
from tests.reliability.checks import codes_in
from tests.reliability.disk import python
from tests.reliability.postgres import Cluster, can_run, cluster
from tests.reliability.sites import ROOT, make_site

pytestmark = pytest.mark.skipif(not can_run(), reason="needs PostgreSQL (Debian: apt install postgresql)")
ROUNDS = 6
LASTS_S = 0.6  # how long reports come in before the kill


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """A running cluster."""
    folder = Path(tempfile.mkdtemp(prefix="rp-"))
    folder.chmod(0o755)
    with cluster(folder / "pg") as made:
        yield made
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def site(server: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site on the cluster, tables made, rights granted."""
    return make_site(tmp_path_factory.mktemp("pg") / "site", SiteConfig(database=server.config))


def write_reports(site: Site, first: int, count: int) -> "subprocess.Popen[bytes]":
    """A public process that receives reports."""
    command = python("-m", "tests.reliability.writer", str(site.folder), str(first), str(count))
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT)


def kept(server: Cluster) -> set[bytes]:
    """The lookups of all reports."""
    return {bytes.fromhex(line) for line in server.sql("SELECT encode(lookup, 'hex') FROM door_deposit").split()}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT sealed FROM door_deposit",
        "SELECT count(*) FROM door_deposit",
        "SELECT data FROM door_leaf",
        "SELECT address FROM door_exhibit",
        "SELECT sealed FROM door_draft",
        "DELETE FROM door_deposit",
        "UPDATE door_deposit SET urgency = 0",
        "DELETE FROM door_mailbox",
        "UPDATE door_mailbox SET status = 'closed'",
        "UPDATE door_partner SET quota_per_day = 1",
        "TRUNCATE door_leaf",
        "DROP TABLE door_deposit",
        "SELECT * FROM auth_user",
        "CREATE TABLE mine (a int)",
    ],
)
def test_the_public_role_is_refused(site: Site, server: Cluster, statement: str) -> None:
    """What was received cannot be read back, changed or removed by the process that received it."""
    with pytest.raises(subprocess.CalledProcessError):
        server.sql(statement, user="rempart_door")


def test_the_public_role_receives_reports(site: Site, server: Cluster) -> None:
    """The same role, through the door: kept, with a gapless ledger."""
    said, _ = write_reports(site, 0, 10).communicate(timeout=60)

    codes = codes_in(said)
    assert len(codes) == 10
    assert {lookup_of(code) for code in codes} <= kept(server)
    assert server.sql("SELECT size = (SELECT count(*) FROM door_leaf) FROM door_head") == "t"


@pytest.mark.parametrize(
    "statement", ["DELETE FROM door_deposit", "UPDATE door_leaf SET seq = seq", "TRUNCATE door_message"]
)
def test_not_even_the_owner_rewrites_what_was_received(site: Site, server: Cluster, statement: str) -> None:
    """Triggers hold for every role."""
    with pytest.raises(subprocess.CalledProcessError):
        server.sql(statement, user="rempart")


def refused(server: Cluster, statement: str, *, user: str = "rempart") -> bool:
    """Whether the database itself refuses."""
    try:
        server.sql(statement, user=user)
    except subprocess.CalledProcessError:
        return True
    return False


ERASE = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from rempart.evidence.keyring import Keyring
from rempart.web.config import Face, Site
from rempart.web.setup import django_as, prepare_tables

site = Site.at(Path(sys.argv[1]))
Keyring(site.keys).add_signer("example.org/ledger", seed=os.urandom(32))
django_as(site, Face.OWNER)
prepare_tables(site)
from rempart.web.auditing import audit_site
from rempart.web.door import actions
from rempart.web.door.models import Deposit, Tombstone
from rempart.web.people.accounts import home_of
from rempart.web.signing import sign_all

means = actions.Means(recipients=(), at=datetime(2026, 11, 22, 12, tzinfo=UTC), draw=os.urandom)
home_of("Essai", at=means.at)
row = Deposit.objects.exclude(id__in=Tombstone.objects.values("subject"))[0]
actions.erase_deposit(row.id, ground="term", means=means, actor="worker")
sign_all(site)
audit = audit_site(site)
print(audit.events, audit.unsigned, sorted(one.code for one in audit.faults))
"""


def test_a_report_is_erased_and_both_logs_verify(site: Site, server: Cluster) -> None:
    """By the verb of the door; one event of the desk is signed beside what was received."""
    done = subprocess.run(python("-c", ERASE, str(site.folder)), check=True, cwd=ROOT, capture_output=True, text=True)

    events, unsigned, faults = done.stdout.split(maxsplit=2)
    assert (events, unsigned) == ("1", "0")
    assert faults.strip() == "[]"


EMPTY = "UPDATE door_deposit SET sealed = '', salt = '' WHERE id = 'KEY'"
BURY = "INSERT INTO door_tombstone VALUES ('KEY', 'KEY', now(), 'term', 's')"
NEVER = (
    EMPTY,
    "UPDATE door_deposit SET sealed = 'x' WHERE id = 'KEY'",
    "DELETE FROM door_deposit WHERE id = 'KEY'",
    "UPDATE door_tombstone SET ground = 'other'",
    "DELETE FROM door_tombstone",
    "TRUNCATE door_tombstone",
    "TRUNCATE door_deposit",
)


def test_a_report_is_emptied_once_with_its_tombstone(site: Site, server: Cluster) -> None:
    """Not before, in nothing else, not twice, never back; and the public role knows of no tombstone."""
    key = server.sql("SELECT id FROM door_deposit WHERE length(sealed) > 0 ORDER BY id LIMIT 1")
    empty, bury = EMPTY.replace("KEY", key), BURY.replace("KEY", key)
    before = [refused(server, statement) for statement in (empty, f"{empty} OR true")]
    by_the_door = [refused(server, one, user="rempart_door") for one in (bury, "SELECT * FROM door_tombstone")]

    server.sql(bury, user="rempart")

    with_more = empty.replace("SET", "SET urgency = 4,")
    assert (before, by_the_door, refused(server, with_more)) == ([True, True], [True, True], True)
    assert not refused(server, empty)
    assert [refused(server, statement.replace("KEY", key)) for statement in NEVER] == [True] * len(NEVER)


def test_a_killed_server_loses_no_receipt(site: Site, server: Cluster) -> None:
    """Kill -9 of every process of the database in the middle of the work, again and again."""
    shown = 0
    for number in range(ROUNDS):
        writer = write_reports(site, 1_000 * (number + 1), 100_000)
        assert writer.stdout
        said = writer.stdout.readline()
        time.sleep(LASTS_S)
        server.kill()
        said += writer.communicate(timeout=60)[0]
        server.start()

        codes = codes_in(said)
        shown += len(codes)
        assert {lookup_of(code) for code in codes} <= kept(server)
        assert server.sql("SELECT size = (SELECT count(*) FROM door_leaf) FROM door_head") == "t"
        assert (
            server.sql(
                "SELECT count(*) FROM door_deposit d WHERE NOT EXISTS (SELECT FROM door_leaf l WHERE l.subject = d.id)"
            )
            == "0"
        )
    assert shown > ROUNDS
