"""An index of the journal: an auditor finds a rare motive without looking at every event."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Nothing of a row is changed."""

    dependencies = [("cases", "0007_forms_left_unfinished")]

    operations = [
        migrations.AddIndex(model_name="event", index=models.Index(fields=["motive", "seq"], name="desk_event_motive")),
    ]
