"""Sealed words that a search inside an export compares with, never deleted, and an index that finds the analysis to make next."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SENTENCE = "What was done at the desk is never changed or deleted."


def forward(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Rows stay, as those of the chunks do."""
    if editor.connection.vendor == "postgresql":
        editor.execute(
            "CREATE TRIGGER desk_folded_stays BEFORE DELETE OR TRUNCATE ON desk_folded "
            "FOR EACH STATEMENT EXECUTE FUNCTION desk_refuse()"
        )
    else:
        editor.execute(
            "CREATE TRIGGER desk_folded_no_delete BEFORE DELETE ON desk_folded "
            f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        )


def backward(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Only an empty desk may be taken down."""
    is_postgresql = editor.connection.vendor == "postgresql"
    editor.execute(
        "DROP TRIGGER desk_folded_stays ON desk_folded" if is_postgresql else "DROP TRIGGER desk_folded_no_delete"
    )


class Migration(migrations.Migration):
    """After the index that counts by level."""

    dependencies = [("cases", "0004_counted_by_level")]

    operations = [
        migrations.AddIndex(
            model_name="analysis",
            index=models.Index(fields=["state", "asked_at"], name="desk_analysis_next"),
        ),
        migrations.CreateModel(
            name="FoldedChunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                ("sealed", models.BinaryField()),
                (
                    "analysis",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="folded", to="cases.analysis"
                    ),
                ),
            ],
            options={
                "db_table": "desk_folded",
                "constraints": [
                    models.UniqueConstraint(fields=("analysis", "number"), name="desk_folded_once"),
                ],
            },
        ),
        migrations.RunPython(forward, backward),
    ]
