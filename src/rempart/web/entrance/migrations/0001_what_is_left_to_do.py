"""The table of what an account still has to do."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """First of its application."""

    initial = True

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("is_password_once", models.BooleanField(default=False)),
                ("codes_kept_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": "desk_entry"},
        ),
    ]
