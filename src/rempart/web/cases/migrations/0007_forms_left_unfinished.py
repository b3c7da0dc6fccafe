"""What was decided on forms that somebody left unfinished; the forms themselves stay sealed at the door."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One table; nothing of a row is changed."""

    dependencies = [("cases", "0006_figures_of_the_unit")]

    operations = [
        migrations.CreateModel(
            name="OpenedDraft",
            fields=[
                ("draft", models.UUIDField(primary_key=True, serialize=False)),
                ("lookup", models.BinaryField(max_length=32)),
                ("saved_at", models.DateTimeField()),
                ("outcome", models.CharField(default="", max_length=8)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "desk_draft",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ("", "taken", "left"))), name="desk_draft_outcome"
                    ),
                ],
            },
        ),
    ]
