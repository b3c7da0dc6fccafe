"""The list of dossiers, and a new one."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rempart.web.cases.dossiers import open_dossier
from rempart.web.cases.events import Motive
from rempart.web.desk.acting import by_of, done
from rempart.web.desk.declaring import act, actor, page
from rempart.web.desk.dossier_words import DONE, STAGES
from rempart.web.desk.histories import name_of
from rempart.web.desk.motives import keep_motive
from rempart.web.desk.queries.dossiers import Listed, Seen, Wanted, read_dossiers
from rempart.web.desk.rows import LEVELS, Filter, Option, Pages, told_due
from rempart.web.desk.words import choices, dossier_number, level_label, level_of, reason_title, word
from rempart.web.people.roles import Permission

_MOST_PAGE_DIGITS = 6


@page(Permission.READ_DOSSIER)
def dossiers(request: HttpRequest) -> HttpResponse:
    """The dossiers that one may know of, the most urgent first."""
    by, wanted = by_of(request), _wanted(request)
    seen = read_dossiers(actor(request), wanted, now=by.at, page=_page_number(request))
    context = {
        "rows": [_row(listed, by.at) for listed in seen.rows],
        "total": seen.total,
        "filters": _filters(wanted),
        "is_filtered": not wanted.is_everything,
        "clear_url": reverse("dossiers"),
        "pages": _pages(request, seen),
        "may_open": actor(request).may(Permission.OPEN_DOSSIER),
    }
    return render(request, "desk/dossiers.html", context)


@act(Permission.OPEN_DOSSIER)
def open_new(request: HttpRequest) -> HttpResponse:
    """A new dossier, led by who opens it; why is told by that."""
    by = by_of(request)
    dossier = open_dossier(title=request.POST.get("title", ""), purpose=request.POST.get("purpose", ""), by=by)
    keep_motive(request, dossier.pk, motive=Motive.FOLLOW_UP, now=by.at)
    said = _("Dossier {number} is open. You lead it.").format(number=dossier_number(dossier.number))
    return done(request, said, to=reverse("dossier", args=[dossier.number]))


def _wanted(request: HttpRequest) -> Wanted:
    told = request.GET
    return Wanted(
        level=told.get("level", "") if told.get("level", "") in {str(place) for place in range(len(LEVELS))} else "",
        status=told.get("status", "") if told.get("status", "") in STAGES else "",
        mine=told.get("mine") == "1",
        overdue=told.get("overdue") == "1",
        held=told.get("held") == "1",
        rest=told.get("rest") == "1",
    )


def _filters(wanted: Wanted) -> tuple[Filter, ...]:
    levels = tuple(
        Option(
            value=str(place),
            label=level_label(name) if name == "unranked" else f"{name} · {level_label(name)}",
            is_chosen=str(place) == wanted.level,
        )
        for place, name in enumerate(LEVELS)
    )
    return (
        Filter(name="level", label=_("Level"), options=levels),
        Filter(name="status", label=_("State"), options=choices(STAGES, chosen=wanted.status)),
        Filter(name="mine", label=_("I lead it"), is_ticked=wanted.mine),
        Filter(name="overdue", label=_("overdue"), is_ticked=wanted.overdue),
        Filter(name="held", label=_("legal hold"), is_ticked=wanted.held),
        Filter(name="rest", label=_("closed ones too"), is_ticked=wanted.rest),
    )


def _row(listed: Listed, at: datetime) -> dict[str, object]:
    row = listed.dossier
    return {
        "url": reverse("dossier", args=[row.number]),
        "number": dossier_number(row.number),
        "title": listed.title,
        "level": level_of(row.level),
        "reasons": [reason_title(code) for code in row.reasons.split()][:3],
        "status": word(STAGES, row.status),
        "lead": name_of(row.lead),
        "due": told_due(row.due_at, as_of=at) if row.due_at else "",
        "is_overdue": row.due_at is not None and row.due_at < at,
        "reports": listed.reports,
        "last_at": listed.last_at,
        "last": word(DONE, listed.last) if listed.last else "",
        "is_held": row.is_held,
        "is_restricted": row.is_restricted,
    }


def _pages(request: HttpRequest, seen: Seen) -> Pages:
    def url(number: int) -> str:
        fields = {**{name: value for name, value in request.GET.items() if value}, "page": str(number)}
        return f"?{urlencode(fields)}"

    return Pages(
        number=seen.page,
        last=seen.pages,
        total=seen.total,
        previous_url=url(seen.page - 1) if seen.page > 1 else "",
        next_url=url(seen.page + 1) if seen.page < seen.pages else "",
    )


def _page_number(request: HttpRequest) -> int:
    told = request.GET.get("page", "")
    return int(told) if told.isascii() and told.isdecimal() and len(told) <= _MOST_PAGE_DIGITS else 1
