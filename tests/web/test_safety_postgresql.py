"""What PostgreSQL tells `rempart check`, asked of a real one: what a commit means, and what the public role may do."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from rempart.web.config import Face, Site, SiteConfig, save_config
from rempart.web.safety.database import DoorRole, look_at_database
from tests.cli.shell import ask
from tests.reliability.postgres import Cluster, can_run, cluster

pytestmark = pytest.mark.skipif(not can_run(), reason="PostgreSQL cannot be started here")
SAFE = DoorRole(is_owner=False, is_superuser=False, reads=(), rewrites=())


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Cluster, Site]]:
    """A cluster, and a site made in it by the command."""
    place = Path(tempfile.mkdtemp(prefix="rempart-pg-"))
    place.chmod(0o755)  # the server's user passes
    try:
        with cluster(place / "pg") as made:
            folder = place / "site"
            folder.mkdir()
            save_config(folder, SiteConfig(database=made.config))
            assert ask("site", "init", "--data", folder).code == 0
            yield made, Site.at(folder)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def test_a_site_made_by_the_command_is_safe(running: tuple[Cluster, Site]) -> None:
    """Two roles; the public one inserts and does not read; rows are guarded; commits are durable."""
    found = look_at_database(running[1], Face.OWNER)

    assert found.failure is None
    assert found.door_role == SAFE
    assert (found.unguarded, found.pending) == ((), ())
    assert found.settings == {"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"}


def test_the_public_role_sees_what_it_may(running: tuple[Cluster, Site]) -> None:
    """It may not read the list of migrations: that is not seen, and not safe."""
    found = look_at_database(running[1], Face.PUBLIC)

    assert found.failure is None
    assert found.door_role == SAFE
    assert (found.unguarded, found.pending) == ((), None)


@pytest.mark.parametrize(
    ("change", "back", "role"),
    [
        (
            "GRANT SELECT ON door_deposit TO rempart_door",
            "REVOKE SELECT ON door_deposit FROM rempart_door",
            DoorRole(is_owner=False, is_superuser=False, reads=("door_deposit",), rewrites=()),
        ),
        (
            "GRANT DELETE ON door_leaf TO rempart_door",
            "REVOKE DELETE ON door_leaf FROM rempart_door",
            DoorRole(is_owner=False, is_superuser=False, reads=(), rewrites=("door_leaf",)),
        ),
    ],
)
def test_rights_that_the_public_role_must_not_have_are_found(
    running: tuple[Cluster, Site], change: str, back: str, role: DoorRole
) -> None:
    """Given to the role itself; and `site upgrade` takes them away again."""
    made, site = running
    made.sql(change)
    try:
        assert look_at_database(site, Face.OWNER).door_role == role
        assert ask("site", "upgrade", "--data", site.folder).code == 0
        assert look_at_database(site, Face.OWNER).door_role == SAFE
    finally:
        made.sql(back)


def test_rights_given_to_everybody_are_found(running: tuple[Cluster, Site]) -> None:
    """PUBLIC is a way round the role."""
    made, site = running
    made.sql("GRANT SELECT ON door_draft TO PUBLIC")
    try:
        found = look_at_database(site, Face.OWNER).door_role
    finally:
        made.sql("REVOKE SELECT ON door_draft FROM PUBLIC")

    assert found
    assert found.reads == ("door_draft",)


@pytest.mark.parametrize(
    ("change", "back", "field"),
    [
        ("ALTER ROLE rempart_door SUPERUSER", "ALTER ROLE rempart_door NOSUPERUSER", "is_superuser"),
        ("ALTER ROLE rempart_door BYPASSRLS", "ALTER ROLE rempart_door NOBYPASSRLS", "is_superuser"),
        ("GRANT rempart TO rempart_door", "REVOKE rempart FROM rempart_door", "is_owner"),
    ],
)
def test_a_public_role_that_is_more_than_that_is_found(
    running: tuple[Cluster, Site], change: str, back: str, field: str
) -> None:
    """A superuser, or a member of the owner."""
    made, site = running
    made.sql(change)
    try:
        found = look_at_database(site, Face.OWNER).door_role
    finally:
        made.sql(back)

    assert getattr(found, field) is True


@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
def test_a_server_that_does_not_wait_for_the_disk_is_found(running: tuple[Cluster, Site], name: str) -> None:
    """Set for the whole server."""
    made, site = running
    made.sql(f"ALTER SYSTEM SET {name} = off")
    made.sql("SELECT pg_reload_conf()")
    try:
        found = [look_at_database(site, Face.OWNER).settings[name] for _ in range(50)]
    finally:
        made.sql(f"ALTER SYSTEM RESET {name}")
        made.sql("SELECT pg_reload_conf()")

    assert "off" in found


def test_a_trigger_that_is_switched_off_is_found(running: tuple[Cluster, Site]) -> None:
    """It is still there, and does nothing."""
    made, site = running
    made.sql("ALTER TABLE door_message DISABLE TRIGGER USER")
    try:
        found = look_at_database(site, Face.OWNER).unguarded
    finally:
        made.sql("ALTER TABLE door_message ENABLE TRIGGER USER")

    assert found == ("door_message",)


def test_a_server_that_is_away_is_told(running: tuple[Cluster, Site], tmp_path: Path) -> None:
    """Its kind of failure, and everything else as not seen."""
    database = msgspec.structs.replace(running[1].config.database, host=str(tmp_path))
    away = replace(running[1], config=msgspec.structs.replace(running[1].config, database=database))

    found = look_at_database(away, Face.OWNER)

    assert found.failure == "OperationalError"
    assert (found.door_role, found.unguarded, found.pending) == (None, None, None)
