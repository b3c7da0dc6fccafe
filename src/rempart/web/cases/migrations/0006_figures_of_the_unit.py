"""Indexes of the figures of the unit and of the journal: each question is one walk along one of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Wider ones replace three; nothing of a row is changed."""

    dependencies = [("cases", "0005_words_to_search_in_an_export")]

    operations = [
        migrations.RemoveIndex(model_name="report", name="desk_report_due"),
        migrations.RemoveIndex(model_name="report", name="desk_report_received"),
        migrations.RemoveIndex(model_name="report", name="desk_report_mine"),
        *(
            migrations.AddIndex(model_name="report", index=models.Index(fields=fields, name=name))
            for name, fields in (
                ("desk_report_late", ["organisation", "is_open", "due_at", "level"]),
                ("desk_report_age", ["organisation", "is_open", "received_at"]),
                ("desk_report_inflow", ["organisation", "received_at", "level"]),
                ("desk_report_opened", ["organisation", "opened_at"]),
                ("desk_report_closed", ["organisation", "closed_at"]),
                ("desk_report_mine_due", ["assigned_to", "is_open", "due_at"]),
            )
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                fields=["organisation", "received_at"],
                condition=models.Q(("is_drawn", True)),
                name="desk_report_drawn",
            ),
        ),
        migrations.AddIndex(model_name="event", index=models.Index(fields=["action", "seq"], name="desk_event_action")),
        migrations.AddIndex(model_name="event", index=models.Index(fields=["at"], name="desk_event_at")),
    ]
