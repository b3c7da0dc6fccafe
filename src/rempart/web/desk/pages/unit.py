"""The page of the head of a unit: inflow, ages, what waits too long, load, time saved, exposure; and the same as CSV."""

import csv
import io
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rempart.web.desk.declaring import actor, page
from rempart.web.desk.histories import name_of, names_of
from rempart.web.desk.picture import show_chart
from rempart.web.desk.queries import unit as queries
from rempart.web.desk.rows import told_due
from rempart.web.desk.unit_charts import DAYS, charts_of, first_day, level_name
from rempart.web.desk.unit_tables import SOON, TABLES, holder_of, safe, saved_by
from rempart.web.desk.words import GROUNDS, dossier_number, level_of, report_number, word
from rempart.web.people.access import Actor, NotKnown
from rempart.web.people.roles import Permission
from rempart.web.public.languages import language


@page(Permission.READ_FIGURES)
def overview(request: HttpRequest) -> HttpResponse:
    """Everything at a glance; each picture has its table."""
    who, now = actor(request), datetime.now(UTC)
    here = who.person.organisation_id
    judged = queries.judgements(here, now=now)
    context = {
        "charts": [show_chart(chart, lang=language()) for chart in charts_of(who, now)],
        **_waiting(who, now),
        "saved": saved_by(who, judged, now),
        **_erasing(who, now),
        "loads": [(row, name_of(row.person)) for row in queries.loads(here, judged=judged, now=now)],
        "drawn": queries.drawn_reports(here, since_at=first_day(now)),
        "days": DAYS,
        "may_read": who.may(Permission.READ_REPORT),
        "tables": [(name, label()) for name, (label, _rows) in TABLES.items()],
    }
    return render(request, "desk/unit.html", context)


@page(Permission.READ_FIGURES)
def table(request: HttpRequest, name: str) -> HttpResponse:
    """A table as CSV, UTF-8, one header line; no cell can be taken for a formula."""
    found = TABLES.get(name)
    if found is None:
        raise NotKnown("There is no such page, or it is not for you.")
    written = io.StringIO()
    # Texts stand in quotes: a sign in a name never begins a cell, by whatever sign the reader's program parts cells.
    writer = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows([safe(cell) for cell in row] for row in found[1](actor(request), datetime.now(UTC)))
    answer = HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _waiting(who: Actor, now: datetime) -> dict[str, object]:
    late = queries.late_by_level(who.person.organisation_id, now=now)
    worst = queries.late_reports(who, now=now)
    return {
        "late": sum(late),
        "late_levels": [(level_of(level), level_name(level), count) for level, count in enumerate(late) if count],
        "worst": [
            (row, report_number(row.number), level_of(row.level), told_due(row.due_at, as_of=now), holder_of(row))
            for row in worst
        ],
    }


def _erasing(who: Actor, now: datetime) -> dict[str, object]:
    """What the rule erases soon, for who may see reports; what waits for a second person, for who may be that."""
    until = now.date() + SOON
    reports, dossiers = queries.erased_soon(who.person.organisation_id, until_date=until)
    context: dict[str, object] = {"erased_reports": reports, "erased_dossiers": dossiers, "soon_days": SOON.days}
    if who.may(Permission.READ_REPORT):
        first, cases = queries.next_erased(who, until_date=until)
        context["next_reports"] = [(row, report_number(row.number)) for row in first]
        context["next_dossiers"] = [(row, dossier_number(row.number)) for row in cases]
    if who.may(Permission.ERASE):
        found = queries.demands(who, now=now)
        names = names_of(one.actor for one in found)
        context["demands"] = [
            {
                "number": one.report.number,
                "told": report_number(one.report.number),
                "who": names.get(one.actor, one.actor),
                "is_own": one.actor == who.pseudonym,
                "ground": word(GROUNDS, one.ground),
                "at": one.at,
                "until_at": one.until_at,
            }
            for one in found
        ]
    return context
