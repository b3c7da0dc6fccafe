"""The list of dossiers: those that the reader may know of, the most urgent first, with their titles unsealed for the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from rempart.web.cases.events import LOOKS, Told, of_dossier, some_of
from rempart.web.cases.folding import fold
from rempart.web.cases.lifecycle import Stage
from rempart.web.cases.models import Dossier, Event, Report
from rempart.web.people.access import Actor, visible_dossiers

PAGE = 50
_TITLES = frozenset({"dossier_opened", "dossier_renamed"})
_AT_REST = (Stage.CLOSED, Stage.ARCHIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the reader wants to see; "" and False: all that are not at rest."""

    level: str = ""
    status: str = ""
    mine: bool = False
    overdue: bool = False
    held: bool = False
    rest: bool = False  # those at rest too

    @property
    def is_everything(self) -> bool:
        """Whether nothing is filtered."""
        return self == Wanted()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One dossier of the list. title: "" when its words were erased. last_at, last: the last act that is no consultation."""

    dossier: Dossier
    title: str
    reports: int
    last_at: datetime | None
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A page of the list; pages count from 1."""

    rows: tuple[Listed, ...]
    page: int
    pages: int
    total: int


def read_dossiers(actor: Actor, wanted: Wanted, *, now: datetime, page: int) -> Seen:
    """A page of the dossiers, by level, points, then the oldest first."""
    rows = _filtered(actor, wanted, now)
    total = rows.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    ordered = rows.order_by("level", "-points_min", "opened_at", "number").values_list("pk", flat=True)
    ids = list(ordered[(page - 1) * PAGE : page * PAGE])
    listed = sorted(_told(Dossier.objects.filter(pk__in=ids)).order_by("pk"), key=lambda row: ids.index(row.pk))
    titles = titles_of(listed)
    return Seen(rows=tuple(_listed(row, titles) for row in listed), page=page, pages=pages, total=total)


def titles_of(dossiers: "list[Dossier]") -> Mapping[UUID, str]:
    """The titles, by id, opened in two questions for all; an erased one is not in it."""
    told = some_of([of_dossier(row) for row in dossiers], actions=_TITLES)
    return {subject: title for subject, events in told.items() if (title := _title(events))}


def _title(events: tuple[Told, ...]) -> str:
    return fold(events).title


def _filtered(actor: Actor, wanted: Wanted, now: datetime) -> QuerySet[Dossier]:
    rows = visible_dossiers(actor)
    if wanted.level.isdecimal():
        rows = rows.filter(level=int(wanted.level))
    if wanted.status:
        rows = rows.filter(status=wanted.status)
    elif not wanted.rest:
        rows = rows.exclude(status__in=_AT_REST)
    if wanted.mine:
        rows = rows.filter(lead=actor.person.pk)
    if wanted.overdue:
        rows = rows.filter(due_at__lt=now)
    return rows.filter(is_held=True) if wanted.held else rows


def _told(rows: QuerySet[Dossier]) -> QuerySet[Dossier]:
    """With how many reports each holds, and its last act, both by an index; asked for the rows of one page only."""
    last = Event.objects.filter(subject=OuterRef("pk")).exclude(action__in=LOOKS).order_by("-seq")
    held = (
        Report.objects.filter(dossier=OuterRef("pk")).order_by().values("dossier").annotate(n=Count("pk")).values("n")
    )
    return rows.select_related("lead__user").annotate(
        reports_count=Coalesce(Subquery(held, output_field=IntegerField()), Value(0)),
        last_at=Subquery(last.values("at")[:1]),
        last_action=Subquery(last.values("action")[:1]),
    )


def _listed(row: Dossier, titles: Mapping[UUID, str]) -> Listed:
    return Listed(
        dossier=row,
        title=titles.get(row.pk, ""),
        reports=getattr(row, "reports_count", 0),
        last_at=getattr(row, "last_at", None),
        last=getattr(row, "last_action", None) or "",
    )
