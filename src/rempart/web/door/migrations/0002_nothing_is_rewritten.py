"""The one row of Head, and triggers: what was received is never changed and never deleted, whoever asks.

Source: reference/models.md practice 12 (QuerySet.delete() passes every Python guard; a trigger stops it).
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLES = ("door_deposit", "door_exhibit", "door_leaf", "door_message", "door_status")
SENTENCE = "What was received is never changed or deleted."


def forward(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Makes the row and the triggers, in the words of the database at hand."""
    editor.execute("INSERT INTO door_head (id, size) VALUES (1, 0)")
    if editor.connection.vendor == "postgresql":
        editor.execute(
            "CREATE FUNCTION door_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{SENTENCE}'; END $$"
        )
        for table in TABLES:
            editor.execute(
                f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION door_refuse()"
            )
        return
    for table in TABLES:
        for verb in ("UPDATE", "DELETE"):
            editor.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
            )


def backward(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Takes the triggers away; only an empty door may be taken down."""
    for table in TABLES:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP TRIGGER {table}_kept ON {table}")
        else:
            editor.execute(f"DROP TRIGGER {table}_no_update")
            editor.execute(f"DROP TRIGGER {table}_no_delete")
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION door_refuse()")
    editor.execute("DELETE FROM door_head")


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("door", "0001_what_is_received")]
    operations = [migrations.RunPython(forward, backward)]
