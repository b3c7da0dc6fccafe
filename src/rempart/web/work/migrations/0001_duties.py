"""The table of duties."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """First of its application."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Duty",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("due_at", models.DateTimeField()),
                ("running_until", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("notice", models.CharField(default="", max_length=40)),
                ("count", models.IntegerField(default=0)),
            ],
            options={
                "db_table": "work_duty",
            },
        ),
    ]
