"""Indexes of the figures of the unit and of the journal: each question is one walk along one of them."""

from django.db import migrations, models

_REPLACED = ("desk_report_due", "desk_report_level_count", "desk_report_received", "desk_report_mine")
_REPORT = (
    models.Index(fields=["organisation", "is_open", "level", "due_at"], name="desk_report_level_due"),
    models.Index(fields=["organisation", "is_open", "received_at"], name="desk_report_age"),
    models.Index(fields=["organisation", "received_at", "level"], name="desk_report_inflow"),
    models.Index(fields=["organisation", "opened_at"], name="desk_report_opened"),
    models.Index(
        fields=["organisation", "closed_at"],
        condition=models.Q(("closed_at__isnull", False)),
        name="desk_report_closed",
    ),
    models.Index(
        fields=["organisation", "erase_date"],
        condition=models.Q(("erase_date__isnull", False)),
        name="desk_report_term",
    ),
    models.Index(
        fields=["organisation", "received_at"], condition=models.Q(("is_drawn", True)), name="desk_report_drawn"
    ),
    models.Index(fields=["assigned_to", "is_open", "due_at"], name="desk_report_mine_due"),
)
_EVENT = (
    models.Index(fields=["action", "seq"], name="desk_event_action"),
    models.Index(fields=["at"], name="desk_event_at"),
)


class Migration(migrations.Migration):
    """Wider ones replace four; nothing of a row is changed."""

    dependencies = [("cases", "0005_words_to_search_in_an_export")]

    operations = [
        *(migrations.RemoveIndex(model_name="report", name=name) for name in _REPLACED),
        *(migrations.AddIndex(model_name="report", index=index) for index in _REPORT),
        *(migrations.AddIndex(model_name="event", index=index) for index in _EVENT),
    ]
