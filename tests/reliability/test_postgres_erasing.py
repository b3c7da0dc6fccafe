"""The end of a term on PostgreSQL: door and desk are one database there, so that what is erased is erased in one transaction."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rempart.evidence.keyring import Keyring
from rempart.web.config import SiteConfig
from tests.reliability.postgres import Cluster, can_run, cluster
from tests.reliability.sites import ROOT, make_site

pytestmark = pytest.mark.skipif(not can_run(), reason="needs PostgreSQL (Debian: apt install postgresql)")

LIFE = """
import io, secrets, sys
from datetime import UTC, datetime
from pathlib import Path
from rempart.evidence.vault import Vault
from rempart.intake.report import Kind, Report, ReporterKind
from rempart.web.config import Face, Site
from rempart.web.setup import django_as

site = Site.at(Path(sys.argv[1]))
django_as(site, Face.OWNER)
from django.contrib.auth.models import User
from rempart.evidence.keyring import Keyring
from rempart.evidence.keys import Purpose
from rempart.web.auditing import audit_site
from rempart.web.cases import dossiers, facts, models, reports, retention
from rempart.web.cases.lifecycle import Closure
from rempart.web.cases.opening import open_new
from rempart.web.cases.reports import KEEP_CLOSED, By
from rempart.web.door import actions
from rempart.web.door.exhibits import keep_exhibit
from rempart.web.door.models import Deposit, Tombstone
from rempart.web.duties.retention import erase
from rempart.web.people.access import actor_of
from rempart.web.people.accounts import OWNER, grant_role, person_of
from rempart.web.people.roles import Role
from rempart.web.signing import sign_all

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
alice = person_of(User.objects.create(username="alice"), organisation="Essai", by=OWNER, at=NOON)
for role in (Role.INVESTIGATOR, Role.ANALYST):
    grant_role(alice, role=role, by=OWNER, at=NOON)
by = By(actor=actor_of(alice), at=NOON, reason="because it must be so")
means = actions.Means(
    recipients=Keyring(site.keys).recipients().active(Purpose.INTAKE, Purpose.ESCROW), at=NOON, draw=secrets.token_bytes
)
vault = Vault(site.exhibits)
for number in range(4):
    told = Report(kind=Kind.SITUATION, reporter=ReporterKind.PARENT, language="fr", narrative=f"mot {number}")
    sender = actions.Sender(door=actions.Door.FORM, lane=actions.Lane.PLAIN)
    file = vault.put(io.BytesIO(b"lines"), recipients=means.recipients)
    actions.receive_report(told, token=secrets.token_bytes(16), sender=sender, means=means, exhibits=[file])
while open_new(site, now=NOON).walked:
    pass
rows = list(models.Report.objects.order_by("number"))
for row in rows:
    facts.state_fact_on_report(row, by=by, words_told={"code": "lives_with_child", "state": "established"})
case = dossiers.open_dossier(title="Affaire", purpose="essai", by=by, reports=(rows[0],))
given = vault.put(io.BytesIO(b"of the desk"), recipients=means.recipients)
keep_exhibit(given, owner=case.pk, means=means, actor=alice.pseudonym)
for row in rows[:3]:
    reports.close(row, closure=Closure.NO_FOLLOW_UP, by=by)
reports.hold(rows[2], is_held=True, by=by)
dossiers.step(case, "close", by=by)


def told():
    keys = models.SubjectKey.objects.filter(subject__in=[*(row.pk for row in rows), case.pk]).count()
    emptied = sum(not bytes(row.sealed) for row in Deposit.objects.all())
    gone = models.Report.objects.filter(status="anonymised").count() + models.Dossier.objects.filter(status="archived").count()
    return keys, emptied, gone, Tombstone.objects.count(), len(list(vault.addresses()))


class Killed(BaseException):
    pass


def die(*_):
    raise Killed


print("before", *told())
bury, retention._bury = retention._bury, die
try:
    erase(site, NOON + KEEP_CLOSED)
except Killed:
    print("killed", *told())
retention._bury = bury
erase(site, NOON + KEEP_CLOSED)
print("after", *told())
sign_all(site)
print("faults", *audit_site(site).faults)
"""


@contextmanager
def served() -> Iterator[Cluster]:
    """A cluster in a folder that its own account can reach."""
    folder = Path(tempfile.mkdtemp(prefix="rp-"))
    folder.chmod(0o755)
    with cluster(folder / "pg") as made:
        yield made
    shutil.rmtree(folder, ignore_errors=True)


def test_what_is_past_its_term_goes_in_one_transaction(tmp_path: Path) -> None:
    """A kill in the middle leaves everything as it was; then keys, words and files go, and both logs verify."""
    # Of four reports one is held, one open; one of the others is in a dossier with a file of its own.
    with served() as server:
        site = make_site(tmp_path / "site", SiteConfig(database=server.config))
        ring = Keyring(site.keys)
        ring.add_signer("example.org/ledger", seed=b"s" * 32)
        ring.add_journal(seed=b"j" * 32)
        done = subprocess.run(
            [sys.executable, "-c", LIFE, str(site.folder)], check=False, cwd=ROOT, capture_output=True, text=True
        )

    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        ["before 5 0 0 0 5", "killed 5 0 0 0 5", "after 2 2 3 3 2", "faults"],
    ), done.stderr[-900:]
