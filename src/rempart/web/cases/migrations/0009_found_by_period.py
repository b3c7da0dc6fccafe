"""An index of the journal: the numbers of a period are found without looking at its events."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A wider index replaces one; nothing of a row is changed."""

    dependencies = [("cases", "0008_found_by_motive")]

    operations = [
        migrations.RemoveIndex(model_name="event", name="desk_event_at"),
        migrations.AddIndex(model_name="event", index=models.Index(fields=["at", "seq"], name="desk_event_time")),
    ]
