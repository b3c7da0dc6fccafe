"""A person may propose that two reports belong together, and take that back; who proposed is kept, so that somebody else judges it."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_BEFORE = ("proposed", "joined", "refused")
_AFTER = (*_BEFORE, "withdrawn")
_TRIGGER = (
    "CREATE TRIGGER IF NOT EXISTS desk_link_no_delete BEFORE DELETE ON desk_link "
    "BEGIN SELECT RAISE(ABORT, 'What was done at the desk is never changed or deleted.'); END"
)


def keep_links(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """SQLite makes a table anew to change its constraints, and forgets the trigger of 0003 with the old one."""
    if editor.connection.vendor == "sqlite":
        editor.execute(_TRIGGER)


class Migration(migrations.Migration):
    """One column, empty for what the traces found; one more state. It is taken down only while nothing was withdrawn."""

    dependencies = [("people", "0001_who_works"), ("cases", "0010_acts_of_a_period")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, keep_links),  # after everything else, on the way back
        migrations.AddField(
            model_name="link",
            name="proposed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposed_links",
                to="people.person",
            ),
        ),
        migrations.RemoveConstraint(model_name="link", name="desk_link_state"),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(condition=models.Q(("state__in", _AFTER)), name="desk_link_state"),
        ),
        migrations.RunPython(keep_links, migrations.RunPython.noop),
    ]
