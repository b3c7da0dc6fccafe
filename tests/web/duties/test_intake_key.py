"""The key of the month: people are reminded, and nothing is made behind their backs."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from rempart.evidence.keyring import Keyring
from rempart.evidence.keys import new_identity, recipient_of
from rempart.web.config import Site
from rempart.web.duties.intake_key import OLD_DAYS, look_at_intake_key
from tests.web.conftest import NOON


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    """An empty folder of keys."""
    return Keyring(tmp_path / "keys")


@pytest.mark.parametrize(("age_days", "notice"), [(0, ""), (OLD_DAYS, ""), (OLD_DAYS + 1, "intake_key_old")])
def test_an_old_key_is_told(site: Site, ring: Keyring, age_days: int, notice: str) -> None:
    """From the day after its month on."""
    ring.add_intake(NOON.date() - timedelta(days=age_days))

    assert look_at_intake_key(replace(site, folder=ring.folder.parent), NOON).notice == notice


def test_the_newest_key_counts(site: Site, ring: Keyring) -> None:
    """An older one that is retired reminds nobody."""
    ring.add_intake(date(2026, 1, 1))
    ring.add_intake(NOON.date())

    assert look_at_intake_key(replace(site, folder=ring.folder.parent), NOON).notice == ""


def test_no_key_is_told(site: Site, ring: Keyring) -> None:
    """Then nothing can be received."""
    ring.add_guard(recipient_of(new_identity()), day=NOON.date())

    assert look_at_intake_key(replace(site, folder=ring.folder.parent), NOON).notice == "intake_key_none"
