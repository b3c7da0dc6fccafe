"""The tables of what people do."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Made by Django from the models."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Analysis",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("exhibit", models.CharField(max_length=64)),
                ("state", models.CharField(max_length=8)),
                ("stage", models.CharField(default="", max_length=16)),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("tries", models.SmallIntegerField(default=0)),
                ("running_until", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("failure", models.CharField(default="", max_length=40)),
                ("messages", models.BigIntegerField(default=0)),
                ("alerts", models.IntegerField(default=0)),
                ("outline", models.BinaryField(null=True)),
            ],
            options={
                "db_table": "desk_analysis",
            },
        ),
        migrations.CreateModel(
            name="Assessed",
            fields=[
                ("mac", models.BinaryField(max_length=16, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "desk_assessed",
            },
        ),
        migrations.CreateModel(
            name="Chunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                ("sealed", models.BinaryField()),
            ],
            options={
                "db_table": "desk_chunk",
            },
        ),
        migrations.CreateModel(
            name="Cursor",
            fields=[
                ("name", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField()),
                ("mark", models.BinaryField(max_length=32)),
            ],
            options={
                "db_table": "desk_cursor",
            },
        ),
        migrations.CreateModel(
            name="Dossier",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(unique=True)),
                ("status", models.CharField(max_length=24)),
                ("opened_at", models.DateTimeField()),
                ("level", models.SmallIntegerField()),
                ("points_min", models.FloatField()),
                ("points_max", models.FloatField()),
                ("reasons", models.CharField(max_length=400)),
                ("due_at", models.DateTimeField(null=True)),
                ("rank_again_at", models.DateTimeField(null=True)),
                ("is_restricted", models.BooleanField(default=False)),
                ("is_held", models.BooleanField(default=False)),
                ("closed_at", models.DateTimeField(null=True)),
                ("erase_date", models.DateField(null=True)),
            ],
            options={
                "db_table": "desk_dossier",
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(unique=True)),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=16)),
                ("action", models.CharField(max_length=40)),
                ("subject_kind", models.CharField(max_length=12)),
                ("subject", models.UUIDField(null=True)),
                ("motive", models.CharField(max_length=24)),
                ("sealed", models.BinaryField(null=True)),
                ("supersedes", models.UUIDField(null=True)),
                ("salt", models.BinaryField(max_length=16)),
            ],
            options={
                "db_table": "desk_event",
            },
        ),
        migrations.CreateModel(
            name="Exposure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day_date", models.DateField()),
                ("seconds", models.IntegerField(default=0)),
                ("items", models.IntegerField(default=0)),
                ("limit_s", models.IntegerField()),
                ("last_at", models.DateTimeField(null=True)),
                ("credit_s", models.IntegerField(default=0)),
                ("since_break_s", models.IntegerField(default=0)),
                ("since_break_items", models.IntegerField(default=0)),
            ],
            options={
                "db_table": "desk_exposure",
            },
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
            ],
            options={
                "db_table": "desk_head",
            },
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("data", models.BinaryField()),
                ("subject", models.UUIDField(unique=True)),
            ],
            options={
                "db_table": "desk_leaf",
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kinds", models.CharField(max_length=80)),
                ("similarity", models.FloatField(null=True)),
                ("state", models.CharField(max_length=12)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "desk_link",
            },
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since_at", models.DateTimeField()),
                ("until_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "desk_member",
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(unique=True)),
                ("received_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField()),
                ("lookup", models.BinaryField(max_length=32)),
                ("door", models.CharField(max_length=16)),
                ("lane", models.CharField(max_length=16)),
                ("kind", models.CharField(max_length=16)),
                ("reporter", models.CharField(max_length=16)),
                ("category", models.CharField(max_length=24)),
                ("urgency", models.SmallIntegerField()),
                ("age_band", models.CharField(max_length=16)),
                ("contact_going_on", models.CharField(max_length=8)),
                ("language", models.CharField(max_length=2)),
                ("files", models.SmallIntegerField()),
                ("failure", models.CharField(default="", max_length=24)),
                ("status", models.CharField(max_length=24)),
                ("outcome", models.CharField(default="", max_length=16)),
                ("closure", models.CharField(default="", max_length=24)),
                ("is_open", models.BooleanField(default=True)),
                ("level", models.SmallIntegerField()),
                ("points_min", models.FloatField()),
                ("points_max", models.FloatField()),
                ("reasons", models.CharField(max_length=400)),
                ("unknown", models.SmallIntegerField(default=0)),
                ("order", models.BigIntegerField()),
                ("is_drawn", models.BooleanField(default=False)),
                ("due_at", models.DateTimeField(null=True)),
                ("rank_again_at", models.DateTimeField(null=True)),
                ("locked_until", models.DateTimeField(null=True)),
                ("messages", models.SmallIntegerField(default=0)),
                ("is_held", models.BooleanField(default=False)),
                ("closed_at", models.DateTimeField(null=True)),
                ("erase_date", models.DateField(null=True)),
            ],
            options={
                "db_table": "desk_report",
            },
        ),
        migrations.CreateModel(
            name="SubjectKey",
            fields=[
                ("subject", models.UUIDField(primary_key=True, serialize=False)),
                ("recipient", models.CharField(max_length=80)),
                ("wrapped", models.BinaryField()),
            ],
            options={
                "db_table": "desk_key",
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("due_date", models.DateField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "desk_task",
            },
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("subject", models.UUIDField(primary_key=True, serialize=False)),
                ("erased_at", models.DateTimeField()),
                ("ground", models.CharField(max_length=24)),
            ],
            options={
                "db_table": "desk_tombstone",
            },
        ),
        migrations.CreateModel(
            name="Trace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("mac", models.BinaryField(max_length=16)),
            ],
            options={
                "db_table": "desk_trace",
            },
        ),
    ]
