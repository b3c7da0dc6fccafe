"""Tombstones, and triggers that let a report or message be emptied once, with its tombstone, and changed in nothing else.

Source: reference/security.md §4 P12 (nothing is kept beyond its term), §6 (the tree still verifies without the salt).
"""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SENTENCE = "What was received is never changed or deleted."
# Every column that stays as it is when a row is emptied.
EMPTIED = {
    "door_deposit": (
        "id", "received_at", "lookup", "content_mac", "door", "lane", "kind", "reporter", "category", "urgency",
        "age_band", "contact_going_on", "language", "files",
    ),
    "door_message": ("id", "lookup", "from_reporter", "content_mac", "sent_at"),
}  # fmt: skip


def forward(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Other triggers in the place of those that refuse every change, in the words of the database at hand."""
    for statement in _postgresql() if editor.connection.vendor == "postgresql" else _sqlite():
        editor.execute(statement)


def backward(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """The triggers of before; what was erased stays erased."""
    for statement in _postgresql_before() if editor.connection.vendor == "postgresql" else _sqlite_before():
        editor.execute(statement)


def _is_emptied(table: str, same: str) -> str:
    """When a change of a row is allowed."""
    old, new = (", ".join(f"{row}.{name}" for name in EMPTIED[table]) for row in ("OLD", "NEW"))
    return (
        "EXISTS (SELECT 1 FROM door_tombstone WHERE subject = OLD.id) AND length(OLD.sealed) > 0 "  # noqa: S608 - names of columns above
        f"AND length(NEW.sealed) = 0 AND length(NEW.salt) = 0 AND ({new}) {same} ({old})"
    )


def _sqlite() -> list[str]:
    return [
        *(
            f"CREATE TRIGGER door_tombstone_no_{verb.lower()} BEFORE {verb} ON door_tombstone "
            f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
            for verb in ("UPDATE", "DELETE")
        ),
        *(f"DROP TRIGGER {table}_no_update" for table in EMPTIED),
        *(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN NOT ({_is_emptied(table, 'IS')}) "
            f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
            for table in EMPTIED
        ),
    ]


def _sqlite_before() -> list[str]:
    return [
        *(f"DROP TRIGGER door_tombstone_no_{verb}" for verb in ("update", "delete")),
        *(f"DROP TRIGGER {table}_no_update" for table in EMPTIED),
        *(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
            for table in EMPTIED
        ),
    ]


def _postgresql() -> list[str]:
    return [
        "CREATE TRIGGER door_tombstone_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON door_tombstone "
        "FOR EACH STATEMENT EXECUTE FUNCTION door_refuse()",
        *(statement for table in EMPTIED for statement in _postgresql_of(table)),
    ]


def _postgresql_of(table: str) -> list[str]:
    return [
        f"CREATE FUNCTION {table}_emptied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {_is_emptied(table, 'IS NOT DISTINCT FROM')} THEN RETURN NEW; END IF; "
        f"RAISE EXCEPTION '{SENTENCE}'; END $$",
        f"DROP TRIGGER {table}_kept ON {table}",
        f"CREATE TRIGGER {table}_kept BEFORE DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION door_refuse()",
        f"CREATE TRIGGER {table}_emptied BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_emptied()",
    ]


def _postgresql_before() -> list[str]:
    return [
        "DROP TRIGGER door_tombstone_kept ON door_tombstone",
        *(
            statement
            for table in EMPTIED
            for statement in (
                f"DROP TRIGGER {table}_emptied ON {table}",
                f"DROP FUNCTION {table}_emptied()",
                f"DROP TRIGGER {table}_kept ON {table}",
                f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION door_refuse()",
            )
        ),
    ]


class Migration(migrations.Migration):
    """After the triggers that refuse every change."""

    dependencies = [("door", "0002_nothing_is_rewritten")]
    operations = [
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("subject", models.UUIDField(primary_key=True, serialize=False)),
                ("proof", models.UUIDField(unique=True)),
                ("erased_at", models.DateTimeField()),
                ("ground", models.CharField(max_length=24)),
                ("salt", models.BinaryField(max_length=16)),
            ],
            options={"db_table": "door_tombstone"},
        ),
        migrations.RunPython(forward, backward),
    ]
