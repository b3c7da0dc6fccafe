"""An index of the journal: the page of the unit counts one kind of act in a period without looking at every event."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Nothing of a row is changed."""

    dependencies = [("cases", "0009_found_by_period")]

    operations = [
        migrations.AddIndex(
            model_name="event", index=models.Index(fields=["action", "at"], name="desk_event_act_time")
        ),
    ]
