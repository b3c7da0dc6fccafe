"""Sealed pieces of what an analysis found over all messages together: known files, identities, network; never deleted."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SENTENCE = "What was done at the desk is never changed or deleted."


def forward(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Rows stay, as those of the chunks do."""
    if editor.connection.vendor == "postgresql":
        editor.execute(
            "CREATE TRIGGER desk_part_stays BEFORE DELETE OR TRUNCATE ON desk_part "
            "FOR EACH STATEMENT EXECUTE FUNCTION desk_refuse()"
        )
    else:
        editor.execute(
            "CREATE TRIGGER desk_part_no_delete BEFORE DELETE ON desk_part "
            f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        )


def backward(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Only an empty desk may be taken down."""
    is_postgresql = editor.connection.vendor == "postgresql"
    editor.execute("DROP TRIGGER desk_part_stays ON desk_part" if is_postgresql else "DROP TRIGGER desk_part_no_delete")


class Migration(migrations.Migration):
    """A table of its own; analyses made before have no row in it."""

    dependencies = [("cases", "0011_proposed_by_people")]

    operations = [
        migrations.CreateModel(
            name="AnalysisPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=16)),
                ("sealed", models.BinaryField()),
                (
                    "analysis",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="cases.analysis"
                    ),
                ),
            ],
            options={
                "db_table": "desk_part",
                "constraints": [models.UniqueConstraint(fields=("analysis", "name"), name="desk_part_once")],
            },
        ),
        migrations.RunPython(forward, backward),
    ]
