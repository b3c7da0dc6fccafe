"""Tables: the models and the migrations say the same, and the database keeps what they promise."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections

from rempart.web.door.models import Head
from rempart.web.setup import DOOR_GRANTS


def test_no_migration_is_missing() -> None:
    """A model that changed without its migration fails here."""
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)])
def test_sqlite_keeps_what_it_says_it_kept(rows: None, pragma: str, value: object) -> None:
    """Write-ahead log and full synchronisation: a commit that returned is on the disk."""
    with connections["door"].cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
        assert cursor.fetchone()[0] == value


def test_the_ledger_begins_empty(rows: None) -> None:
    """One row of Head, at zero."""
    assert list(Head.objects.values_list("id", "size")) == [(1, 0)]


def test_the_public_role_may_not_read_reports() -> None:
    """On PostgreSQL the door inserts and cannot select; every table of the door is named."""
    with connections["door"].cursor() as cursor:
        tables = {name for name in connections["door"].introspection.table_names(cursor) if name.startswith("door_")}

    assert DOOR_GRANTS["door_deposit"] == DOOR_GRANTS["door_exhibit"] == DOOR_GRANTS["door_draft"] == "INSERT"
    assert set(DOOR_GRANTS) | {"door_status", "door_tombstone"} == tables
    assert not any("DELETE" in rights or "TRUNCATE" in rights for rights in DOOR_GRANTS.values())
