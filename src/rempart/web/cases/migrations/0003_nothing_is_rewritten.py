"""The one row of Head, and triggers: no event is changed or deleted, no report or dossier disappears, no key without a tombstone.

Source: reference/models.md practice 12 (QuerySet.delete() passes every Python guard; a trigger stops it).
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

KEPT = ("desk_event", "desk_leaf", "desk_tombstone")  # neither changed nor deleted
STAYS = ("desk_report", "desk_dossier", "desk_link", "desk_grant", "desk_member", "desk_chunk")  # never deleted
SENTENCE = "What was done at the desk is never changed or deleted."
KEY = "A key is never changed, and goes only with its tombstone."
_TOMBSTONE = "EXISTS (SELECT 1 FROM desk_tombstone WHERE subject = OLD.subject)"


def forward(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Makes the row and the triggers, in the words of the database at hand."""
    editor.execute("INSERT INTO desk_head (id, size) VALUES (1, 0)")
    for statement in _postgresql() if editor.connection.vendor == "postgresql" else _sqlite():
        editor.execute(statement)


def backward(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Takes the triggers away; only an empty desk may be taken down."""
    for statement in _take_down(is_postgresql=editor.connection.vendor == "postgresql"):
        editor.execute(statement)
    editor.execute("DELETE FROM desk_head")


def _postgresql() -> list[str]:
    return [
        "CREATE FUNCTION desk_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{SENTENCE}'; END $$",
        "CREATE FUNCTION desk_keep_key() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' AND {_TOMBSTONE} "
        f"THEN RETURN OLD; END IF; RAISE EXCEPTION '{KEY}'; END $$",
        *(
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION desk_refuse()"
            for table in KEPT
        ),
        *(
            f"CREATE TRIGGER {table}_stays BEFORE DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION desk_refuse()"
            for table in STAYS
        ),
        "CREATE TRIGGER desk_key_kept BEFORE UPDATE OR DELETE ON desk_key FOR EACH ROW EXECUTE FUNCTION desk_keep_key()",
        "CREATE TRIGGER desk_key_stays BEFORE TRUNCATE ON desk_key FOR EACH STATEMENT EXECUTE FUNCTION desk_refuse()",
    ]


def _sqlite() -> list[str]:
    refused = [(table, verb) for table in KEPT for verb in ("UPDATE", "DELETE")]
    refused += [(table, "DELETE") for table in STAYS]
    return [
        *(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
            for table, verb in refused
        ),
        f"CREATE TRIGGER desk_key_no_update BEFORE UPDATE ON desk_key BEGIN SELECT RAISE(ABORT, '{KEY}'); END",
        "CREATE TRIGGER desk_key_no_delete BEFORE DELETE ON desk_key "
        f"WHEN NOT {_TOMBSTONE} "
        f"BEGIN SELECT RAISE(ABORT, '{KEY}'); END",
    ]


def _take_down(*, is_postgresql: bool) -> list[str]:
    if is_postgresql:
        return [
            *(f"DROP TRIGGER {table}_kept ON {table}" for table in (*KEPT, "desk_key")),
            *(f"DROP TRIGGER {table}_stays ON {table}" for table in (*STAYS, "desk_key")),
            "DROP FUNCTION desk_keep_key()",
            "DROP FUNCTION desk_refuse()",
        ]
    return [
        *(f"DROP TRIGGER {table}_no_{verb}" for table in (*KEPT, "desk_key") for verb in ("update", "delete")),
        *(f"DROP TRIGGER {table}_no_delete" for table in STAYS),
    ]


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("cases", "0002_how_it_belongs_together"), ("people", "0001_who_works")]
    operations = [migrations.RunPython(forward, backward)]
