"""The tables of the door."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The first."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("lookup", models.BinaryField(db_index=True, max_length=32)),
                ("sealed", models.BinaryField()),
                ("saved_at", models.DateTimeField()),
            ],
            options={
                "db_table": "door_draft",
            },
        ),
        migrations.CreateModel(
            name="ExhibitRow",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("address", models.CharField(max_length=64)),
                ("deposit", models.UUIDField(db_index=True)),
                ("sealed_bytes", models.BigIntegerField()),
                ("salt", models.BinaryField(max_length=16)),
            ],
            options={
                "db_table": "door_exhibit",
            },
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("data", models.BinaryField()),
                ("subject", models.UUIDField(db_index=True, null=True)),
            ],
            options={
                "db_table": "door_leaf",
            },
        ),
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                ("lookup", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("deposit", models.UUIDField()),
                ("salt", models.BinaryField(max_length=16)),
                ("leaf_seq", models.BigIntegerField()),
                ("recipient", models.CharField(max_length=80)),
                (
                    "status",
                    models.CharField(
                        choices=[("received", "Received"), ("read", "Read"), ("closed", "Closed")],
                        default="received",
                        max_length=16,
                    ),
                ),
                ("changed_date", models.DateField()),
            ],
            options={
                "db_table": "door_mailbox",
            },
        ),
        migrations.CreateModel(
            name="Partner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                ("token_hash", models.BinaryField(max_length=32, unique=True)),
                ("quota_per_day", models.IntegerField(default=10000)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "db_table": "door_partner",
            },
        ),
        migrations.CreateModel(
            name="StatusChange",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("lookup", models.BinaryField(db_index=True, max_length=32)),
                (
                    "status",
                    models.CharField(
                        choices=[("received", "Received"), ("read", "Read"), ("closed", "Closed")], max_length=16
                    ),
                ),
                ("salt", models.BinaryField(max_length=16)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "door_status",
            },
        ),
        migrations.CreateModel(
            name="Deposit",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("received_at", models.DateTimeField(db_index=True)),
                ("lookup", models.BinaryField(max_length=32)),
                ("content_mac", models.BinaryField(max_length=16)),
                ("sealed", models.BinaryField()),
                ("salt", models.BinaryField(max_length=16)),
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
            ],
            options={
                "db_table": "door_deposit",
                "constraints": [
                    models.UniqueConstraint(fields=("lookup", "content_mac"), name="door_deposit_once"),
                    models.CheckConstraint(
                        condition=models.Q(("urgency__gte", 0), ("urgency__lte", 4)), name="door_deposit_urgency"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
            ],
            options={
                "db_table": "door_head",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="door_head_is_one_row")],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("lookup", models.BinaryField(db_index=True, max_length=32)),
                ("from_reporter", models.BooleanField()),
                ("sealed", models.BinaryField()),
                ("content_mac", models.BinaryField(max_length=16)),
                ("salt", models.BinaryField(max_length=16)),
                ("sent_at", models.DateTimeField()),
            ],
            options={
                "db_table": "door_message",
                "constraints": [models.UniqueConstraint(fields=("lookup", "content_mac"), name="door_message_once")],
            },
        ),
    ]
