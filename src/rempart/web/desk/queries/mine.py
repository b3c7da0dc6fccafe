"""What one person has to do: what they hold, their tasks, the second readings that wait for them, and what they opened lately."""

from django.db.models import Exists, OuterRef, QuerySet

from rempart.web.cases.lifecycle import Status
from rempart.web.cases.models import Event, Report, Task
from rempart.web.people.access import Actor, visible_dossiers, visible_reports
from rempart.web.people.roles import Permission

MOST = 50
LATELY = 12
_LOOKED_AT = 400  # events of one person that are looked through for what they opened lately


def held_reports(actor: Actor) -> tuple[Report, ...]:
    """The open reports that were taken by or given to this person, the most urgent first."""
    rows = visible_reports(actor).filter(assigned_to=actor.person.pk, is_open__in=(True,))
    return tuple(_whole(rows).order_by("order", "received_at", "number")[:MOST])


def second_readings(actor: Actor) -> tuple[Report, ...]:
    """Reports that wait for a second reading by somebody else than the first reader; none for who may not make one."""
    if not actor.may(Permission.SECOND_READ):
        return ()
    own = Event.objects.filter(subject=OuterRef("pk"), action="qualify", actor=actor.pseudonym)
    rows = visible_reports(actor).filter(is_open__in=(True,), status=Status.SECOND_READING)
    return tuple(_whole(rows.filter(~Exists(own))).order_by("order", "received_at", "number")[:MOST])


def own_tasks(actor: Actor) -> tuple[Task, ...]:
    """Tasks of dossiers that this person knows, given to them and not done, what is due first; their words stay in the dossier."""
    if not actor.may(Permission.READ_DOSSIER):
        return ()
    rows = Task.objects.select_related("dossier").filter(
        assigned_to=actor.person.pk, done_at=None, dossier__in=visible_dossiers(actor).values("pk")
    )
    dated = rows.filter(due_date__isnull=False).order_by("due_date", "pk")[:MOST]
    return (*dated, *rows.filter(due_date=None).order_by("pk")[: MOST - len(dated)])


def lately_opened(actor: Actor) -> tuple[Report, ...]:
    """The reports that this person consulted last, the latest first, as far as they may still know of them."""
    if not actor.may(Permission.READ_REPORT):
        return ()
    events = Event.objects.filter(action="consulted", actor=actor.pseudonym, subject_kind="report")
    looked = events.order_by("-seq").values_list("subject", flat=True)[:_LOOKED_AT]
    keys = list(dict.fromkeys(key for key in looked if key is not None))[:LATELY]
    rows = {row.pk: row for row in _whole(visible_reports(actor).filter(pk__in=keys))}
    return tuple(rows[key] for key in keys if key in rows)


def _whole(rows: QuerySet[Report]) -> QuerySet[Report]:
    return rows.select_related("assigned_to__user", "dossier")
