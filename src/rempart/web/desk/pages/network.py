"""Who shares with whom in an analysed exhibit: a drawing, the same as a table that is complete without a script, one member at a time.

Names are shown, texts are not; every number leads to its messages. A name that is searched travels in a form, never in an address.
"""

from dataclasses import replace
from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from rempart.analysis.sections import NetworkSection
from rempart.web.cases.analyses import State, open_analysis
from rempart.web.cases.dossiers import NotThere, wrong_value
from rempart.web.cases.findings import state_from_finding
from rempart.web.desk.acting import by_of
from rempart.web.desk.analysis_frame import AnalysisLook, analysis_page
from rempart.web.desk.declaring import act, actor
from rempart.web.desk.dossier_frame import Context, answered
from rempart.web.desk.network_filters import Filters, chosen, number_in, read_filters
from rempart.web.desk.pages.dossier_acts import stated
from rempart.web.desk.pages.known_files import pages_of
from rempart.web.desk.shown_analysis import suggestions_for
from rempart.web.desk.shown_dossier import fact_options, people_options
from rempart.web.desk.shown_network import (
    PAGE,
    columns_of,
    drawing_of,
    member_shown,
    options_of,
    rows_of,
    totals_of_network,
)
from rempart.web.desk.words import FACT_STATES, choices
from rempart.web.people.access import NotKnown, access_analysis, access_dossier
from rempart.web.people.roles import Permission

_MOST_DIGITS = 12
MOST_NAMED = 200  # members whose name was searched, on one page: an address holds no name, so there is no next one


@analysis_page("network", methods=("GET", "POST"))
def network(request: HttpRequest, told: AnalysisLook) -> Context:
    """The drawing and the table of those asked for; who was chosen, with every measure."""
    section = told.opened.network()
    if section is None:
        return {"is_before": True}
    codes = [measure.code for measure in section.told.measures]
    needle = request.POST.get("q", "") if request.method == "POST" else ""
    filters = read_filters(request.GET if request.method == "GET" else request.POST, needle=needle, codes=codes)
    found, who = chosen(section, filters), number_in(request.GET, "who")
    return {
        **_table(section, found, filters=filters, page=number_in(request.GET, "page") or 1, who=who),
        **options_of(section, filters),
        "totals": totals_of_network(section),
        "drawing": drawing_of(section, found),
        "not_examined": section.told.not_examined,
        "told_lang": told.opened.outline().language,
        "page_url": reverse("network", args=[told.row.pk]),
        "member_url": reverse("network_member", args=[told.row.pk, 0]),
        **(_member(told, section, who) if who is not None and who < len(section.members) else {}),
    }


@analysis_page("network_member")
def member(request: HttpRequest, told: AnalysisLook, *, member: int) -> HttpResponse:
    """One member with every measure, as a piece of the page for the script."""
    section = told.opened.network()
    if section is None or member >= len(section.members):
        raise NotKnown("There is no such member.")
    return render(request, "desk/network_member.html", _member(told, section, member))


@act(Permission.STATE_FACT)
def fact(request: HttpRequest, analysis: UUID) -> HttpResponse:
    """A person states a fact from a finding, or that it is not so, with the messages behind it; tells what that did to the place."""
    row = access_analysis(actor(request), analysis, need=Permission.STATE_FACT)
    dossier = access_dossier(actor(request), row.dossier.number, need=Permission.STATE_FACT)
    who = number_in(request.POST, "who")

    def verb() -> str:
        if row.state != State.DONE:
            raise NotThere("This analysis has no result yet. Nothing was changed.")
        places = _places(request.POST.get("places", ""))
        return stated(
            request,
            dossier,
            by_of(request),
            state=partial(state_from_finding, opened=open_analysis(row), places=places),
        )

    to = reverse("network", args=[row.pk]) + f"?who={who}#who" if who is not None else reverse("files", args=[row.pk])
    return answered(request, verb, to=to)


def _table(section: NetworkSection, found: list[int], *, filters: Filters, page: int, who: int | None) -> Context:
    last = 1 if filters.needle else max(1, -(-len(found) // PAGE))
    page = min(max(page, 1), last)
    here = found[:MOST_NAMED] if filters.needle else found[(page - 1) * PAGE : page * PAGE]
    return {
        "filters": filters,
        "columns": columns_of(filters),
        "rows": rows_of(section, here, filters=filters, who=who),
        "found": len(found),
        "not_listed": len(found) - len(here) if filters.needle else 0,
        "left_out": section.members_total - len(section.members),
        "pages": pages_of(page, last, total=len(found), query=filters.query()),
        "default_url": f"?{replace(filters, sort='').query()}" if filters.sort else "",
    }


def _member(told: AnalysisLook, section: NetworkSection, who: int) -> Context:
    shown = member_shown(section, who, spots=told.opened.member_spots(who))
    outline = told.opened.outline()
    return {
        "member": shown,
        "analysis": told.row,
        "messages_url": reverse("conversation", args=[told.row.pk]),
        "suggestions": suggestions_for(outline, shown.account, read=told.look.read),
        "suggestion_lang": outline.language,
        "suggestion_url": reverse("analysis_fact", args=[told.row.pk]) if told.look.pen.may_state else "",
        "finding_url": reverse("finding_fact", args=[told.row.pk]) if told.look.pen.may_state else "",
        "fact_states": choices(FACT_STATES, without=frozenset({"reported", "unknown"})),
        "fact_people": people_options(told.look.read),
        "fact_groups": fact_options(),
        "number": told.look.dossier.number,
    }


def _places(told: str) -> tuple[int, ...]:
    """Places of messages in a form, parted by blanks. Raises: NotWritten."""
    words = told.split()
    if any(not (word.isascii() and word.isdecimal() and len(word) <= _MOST_DIGITS) for word in words):
        raise wrong_value("places")
    return tuple(map(int, words))
