"""An index that counts unfinished forms without touching what is sealed in them: the queue of the desk tells how many there are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One index; nothing of a row is changed."""

    dependencies = [("door", "0003_erased_by_a_rule")]

    operations = [
        migrations.AddIndex(
            model_name="draft", index=models.Index(fields=["lookup", "saved_at"], name="door_draft_forms")
        ),
    ]
