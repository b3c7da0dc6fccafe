"""One throw-away site for all tests of the web package in this process; each test sees its tables empty again.

Django reads its settings once per process: here as the owner, with the tables of both faces. Tests of pages of the public face use
the fixture `public`, which turns on that face's addresses and middleware.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from rempart.evidence.keys import (
    Purpose,
    Recipient,
    Recipients,
    identity_file,
    new_identity,
    recipient_of,
    save_recipients,
)
from rempart.web.config import Face, Site, SiteConfig
from rempart.web.setup import django_as, make_folders, prepare_tables

NOON = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)
INTAKE, ESCROW = new_identity(), new_identity()


def fresh_site(folder: Path, config: SiteConfig | None = None) -> Site:
    """A site with keys, without tables; the private intake key is in keys/."""
    made = make_folders(folder, config or SiteConfig(name="Essai"))
    entries = (
        Recipient(
            name="intake-2026-11", purpose=Purpose.INTAKE, key=recipient_of(INTAKE), created_date=date(2026, 11, 1)
        ),
        Recipient(name="escrow-2026", purpose=Purpose.ESCROW, key=recipient_of(ESCROW), created_date=date(2026, 11, 1)),
    )
    save_recipients(made.recipients, Recipients(entries=entries))
    private = made.keys / "intake-2026-11.key"
    private.write_bytes(identity_file(INTAKE, remark="Intake key of a test"))
    private.chmod(0o600)
    return made


_FOLDER = Path(tempfile.mkdtemp(prefix="rempart-tests-"))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
_SITE = fresh_site(_FOLDER)
django_as(_SITE, Face.OWNER)
prepare_tables(_SITE)
os.environ.pop("REMPART_FACE")


@pytest.fixture
def site() -> Site:
    """The site of this process."""
    return _SITE


@pytest.fixture
def rows() -> Iterator[None]:
    """Tables that are empty again after the test."""
    from django.db import connections, transaction

    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(transaction.atomic(using=alias))
            stack.callback(transaction.set_rollback, True, using=alias)
        yield


@pytest.fixture
def public(rows: None) -> Iterator[None]:
    """Addresses and middleware of the public face, as its own process has them."""
    from django.test.utils import override_settings

    from rempart.web import settings

    with override_settings(ROOT_URLCONF="rempart.web.urls_public", MIDDLEWARE=settings.middleware(Face.PUBLIC)):
        yield
