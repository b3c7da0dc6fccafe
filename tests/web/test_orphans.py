"""Files of forms that were never sent go after a month; files of reports stay for ever."""

import io
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth.models import User

from rempart.evidence.keys import recipient_of
from rempart.evidence.vault import Exhibit, Vault
from rempart.web.cases.models import Analysis, Dossier
from rempart.web.config import Site
from rempart.web.door.models import ExhibitRow
from rempart.web.duties.drafts import KEPT
from rempart.web.duties.orphans import remove_orphans
from rempart.web.people.accounts import OWNER, person_of
from tests.web.conftest import INTAKE, NOON

pytestmark = pytest.mark.usefixtures("rows")
Put = Callable[[timedelta], Exhibit]


@pytest.fixture
def own(site: Site, tmp_path: Path) -> Site:
    """A site with a vault of its own."""
    return replace(site, folder=tmp_path)


@pytest.fixture
def put(own: Site) -> Put:
    """Puts a file that is so old."""

    def kept(age: timedelta) -> Exhibit:
        exhibit = Vault(own.exhibits).put(io.BytesIO(b"lines"), recipients=[recipient_of(INTAKE)])
        set_back(own, exhibit.address, at=NOON - age)
        return exhibit

    return kept


def set_back(own: Site, address: str, *, at: datetime) -> None:
    """As if an exhibit had been put then."""
    os.utime(own.exhibits / address[:2] / address[2:], (at.timestamp(), at.timestamp()))


def test_a_file_that_a_report_names_stays_for_ever(own: Site, put: Put) -> None:
    """However old it is."""
    exhibit = put(timedelta(days=4_000))
    ExhibitRow(id="0" * 32, address=exhibit.address, deposit="1" * 32, sealed_bytes=1, salt=b"s").save(
        force_insert=True
    )

    assert remove_orphans(own, NOON).count == 0
    assert Vault(own.exhibits).check(exhibit.address)


def test_a_file_that_an_analysis_names_stays(own: Site, put: Put) -> None:
    """Whoever gave it to the desk: no report names it."""
    exhibit = put(timedelta(days=4_000))
    person = person_of(User.objects.create(username="alice"), organisation="Essai", by=OWNER, at=NOON)
    dossier = Dossier(
        id=UUID(int=1), number=1, organisation=person.organisation, lead=person, status="open", opened_at=NOON,
        level=4, points_min=0, points_max=0, reasons="",
    )  # fmt: skip
    dossier.save(force_insert=True)
    Analysis(id=UUID(int=2), dossier=dossier, exhibit=exhibit.address, state="done", asked_at=NOON).save(
        force_insert=True
    )

    assert remove_orphans(own, NOON).count == 0
    assert Vault(own.exhibits).check(exhibit.address)


def test_a_file_of_an_unfinished_form_stays_a_month(own: Site, put: Put) -> None:
    """Who comes back to the form finds the file still taken."""
    exhibit = put(KEPT - timedelta(hours=1))

    assert remove_orphans(own, NOON).count == 0
    assert Vault(own.exhibits).check(exhibit.address)


def test_a_file_of_a_form_that_was_never_sent_goes(own: Site, put: Put) -> None:
    """Nothing is kept of what nobody reported."""
    exhibit = put(KEPT + timedelta(hours=1))

    assert remove_orphans(own, NOON).count == 1
    assert not Vault(own.exhibits).check(exhibit.address)
