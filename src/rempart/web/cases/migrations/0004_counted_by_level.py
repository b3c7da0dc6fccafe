"""Indexes of the queue: counted by level, and filtered, without looking at its rows."""

from django.db import migrations, models

_WALK = ["organisation", "is_open", "order", "received_at", "number"]
_FILTERS = ["level", "category", "language", "status", "messages", "is_drawn", "due_at", "assigned_to", "dossier"]


class Migration(migrations.Migration):
    """Made from the models."""

    dependencies = [("cases", "0003_nothing_is_rewritten")]

    operations = [
        migrations.RemoveIndex(model_name="report", name="desk_report_queue"),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=[*_WALK, *_FILTERS], name="desk_report_walk"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["organisation", "is_open", "level"], name="desk_report_level_count"),
        ),
    ]
