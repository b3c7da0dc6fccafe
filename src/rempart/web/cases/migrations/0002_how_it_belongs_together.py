"""What belongs to what, and the order of the queue."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Made by Django from the models."""

    initial = True

    dependencies = [
        ("cases", "0001_what_people_do"),
        ("people", "0001_who_works"),
    ]

    operations = [
        migrations.AddField(
            model_name="assessed",
            name="by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="people.person"),
        ),
        migrations.AddField(
            model_name="chunk",
            name="analysis",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="chunks", to="cases.analysis"
            ),
        ),
        migrations.AddField(
            model_name="dossier",
            name="lead",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="led", to="people.person"
            ),
        ),
        migrations.AddField(
            model_name="dossier",
            name="organisation",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="people.organisation"),
        ),
        migrations.AddField(
            model_name="analysis",
            name="dossier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="analyses", to="cases.dossier"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["subject", "seq"], name="desk_event_subject"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["actor", "seq"], name="desk_event_actor"),
        ),
        migrations.AddField(
            model_name="exposure",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="exposures", to="people.person"
            ),
        ),
        migrations.AddConstraint(
            model_name="head",
            constraint=models.CheckConstraint(condition=models.Q(("id", 1)), name="desk_head_is_one_row"),
        ),
        migrations.AddField(
            model_name="member",
            name="dossier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="members", to="cases.dossier"
            ),
        ),
        migrations.AddField(
            model_name="member",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="people.person"
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="assigned_to",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="assigned", to="people.person"
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="dossier",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="reports", to="cases.dossier"
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="duplicate_of",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="duplicates", to="cases.report"
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="organisation",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="people.organisation"),
        ),
        migrations.AddField(
            model_name="link",
            name="a",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="links_from", to="cases.report"
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="b",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="links_to", to="cases.report"
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="assigned_to",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to="people.person"
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="dossier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to="cases.dossier"
            ),
        ),
        migrations.AddField(
            model_name="trace",
            name="report",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="traces", to="cases.report"
            ),
        ),
        migrations.AddConstraint(
            model_name="chunk",
            constraint=models.UniqueConstraint(fields=("analysis", "number"), name="desk_chunk_once"),
        ),
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(fields=["organisation", "level", "-points_min"], name="desk_dossier_order"),
        ),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__gte", 0), ("level__lte", 4)), name="desk_dossier_level"
            ),
        ),
        migrations.AddConstraint(
            model_name="exposure",
            constraint=models.UniqueConstraint(fields=("person", "day_date"), name="desk_exposure_once"),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until_at__isnull", True)), fields=("dossier", "person"), name="desk_member_once"
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["organisation", "is_open", "order", "received_at"], name="desk_report_queue"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["organisation", "is_open", "due_at"], name="desk_report_due"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["organisation", "received_at"], name="desk_report_received"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["assigned_to", "is_open"], name="desk_report_mine"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["erase_date"], name="desk_report_erase"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["lookup"], name="desk_report_lookup"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__gte", 0), ("level__lte", 4)), name="desk_report_level"
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("urgency__gte", 0), ("urgency__lte", 4)), name="desk_report_urgency"
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "undetermined"), _negated=True),
                    models.Q(("status__in", ("police_first", "referred", "followed_up")), _negated=True),
                    _connector="OR",
                ),
                name="desk_report_undetermined",
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(fields=("a", "b"), name="desk_link_once"),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("proposed", "joined", "refused"))), name="desk_link_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="trace",
            constraint=models.UniqueConstraint(fields=("mac", "report"), name="desk_trace_once"),
        ),
    ]
