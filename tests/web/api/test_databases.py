"""The API on both databases, in a public process of its own: idempotent under races, and with no right that the form has not."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rempart.web.config import DatabaseConfig, SiteConfig
from tests.reliability.postgres import can_run, cluster
from tests.reliability.sites import ROOT, make_site
from tests.web.api.calling import TOKEN
from tests.web.api.flow import ROUNDS, SENDERS

ADD = """
import hashlib, sys
from pathlib import Path
from rempart.web.config import Face, Site
from rempart.web.setup import django_as
django_as(Site.at(Path(sys.argv[1])), Face.OWNER)
from rempart.web.door.models import Partner
for name, is_active in ((sys.argv[2], True), ("stopped", False)):
    Partner(name=name, token_hash=hashlib.sha256(name.encode()).digest(), is_active=is_active).save()
"""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[DatabaseConfig]:
    """Either database."""
    if request.param == "sqlite":
        yield DatabaseConfig()
        return
    if not can_run():
        pytest.skip("needs PostgreSQL (Debian: apt install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="rp-"))
    folder.chmod(0o755)
    with cluster(folder / "pg") as made:
        yield made.config
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def told(database: DatabaseConfig, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the flow told."""
    site = make_site(tmp_path_factory.mktemp("api") / "site", SiteConfig(database=database))
    _run("-c", ADD, str(site.folder), TOKEN)
    return json.loads(_run("-m", "tests.web.api.flow", str(site.folder)))


def _run(*words: str) -> str:
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_public_role_answers_partners(told: Any) -> None:
    """Kept, repeated, refused, looked at; a partner that was stopped is nobody."""
    assert told["statuses"] == [201, 200, 409, 200, 401]
    assert told["same"]


def test_of_many_reports_under_one_key_one_is_kept(told: Any) -> None:
    """Eight at once, two of each words: one 201, one 200 for its twin, and 409 for the others, every time."""
    wanted = [200, 201, *[409] * (SENDERS - 2)]

    assert told["races"] == [wanted] * ROUNDS
