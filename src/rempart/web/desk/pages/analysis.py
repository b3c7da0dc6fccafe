"""An analysed exhibit: how far it is, what it found to be read, what it suggests, and the conversation view over its messages.

What it suggests counts nothing before a person states it, with a reason (`pages.dossier_acts.stated`).
"""

from collections.abc import Callable, Collection, Sequence
from functools import partial, wraps
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rempart.analysis.outline import Row
from rempart.errors import RempartError
from rempart.web.cases import analyses, assessing, care, dossiers, facts
from rempart.web.cases.analyses import Opened, State, open_analysis
from rempart.web.cases.events import of_dossier
from rempart.web.cases.models import Analysis
from rempart.web.cases.reports import By
from rempart.web.desk.acting import by_of, see_other
from rempart.web.desk.declaring import act, actor, page, sentence
from rempart.web.desk.dossier_frame import Look, answered, ask_motive, frame_of, pen_of
from rempart.web.desk.motives import motive_for
from rempart.web.desk.pages import conversation
from rempart.web.desk.pages.conversation import Place
from rempart.web.desk.pages.dossier_acts import stated
from rempart.web.desk.queries.dossier import Read, read_words
from rempart.web.desk.shown_alerts import shown_alerts
from rempart.web.desk.shown_analysis import progress_of, suggestions_of, totals_of
from rempart.web.desk.shown_dossier import people_options
from rempart.web.desk.shown_exhibits import analysis_shown
from rempart.web.desk.shown_known import known_sentence
from rempart.web.desk.words import FACT_STATES, choices, dossier_number
from rempart.web.people.access import access_analysis, access_dossier
from rempart.web.people.roles import Permission
from rempart.web.public.languages import language

_MOST_RANGES = 40  # of the places that one event names
_REFRESH_S = 20  # how often the page asks again where there is no script

View = Callable[[HttpRequest, Analysis, By], HttpResponse]


def looked(view: View) -> Callable[..., HttpResponse]:
    """Asks for the motive, and writes one event for each look at the analysis."""

    @page(Permission.READ_CONVERSATION)
    @wraps(view)
    def shown(request: HttpRequest, analysis: UUID) -> HttpResponse:
        row = access_analysis(actor(request), analysis, need=Permission.READ_CONVERSATION)
        by = by_of(request)
        motive = motive_for(request, row.dossier_id, now=by.at)
        if motive is None:
            return ask_motive(request, row.dossier)
        dossiers.look(row.dossier, motive=motive, by=by)
        return view(request, row, by)

    return shown


@looked
def analysis(request: HttpRequest, row: Analysis, by: By) -> HttpResponse:
    """Its state; when it is done, its totals, alerts and suggestions."""
    dossier = access_dossier(actor(request), row.dossier.number, need=Permission.READ_CONVERSATION)
    read = read_words(dossier)
    look = Look(dossier=dossier, read=read, by=by, pen=pen_of(request, dossier))
    context = {
        **frame_of(look, "dossier_exhibits"),
        "analysis": analysis_shown(row),
        "progress": progress_of(row),
        "refresh_s": _REFRESH_S,
        "name": _name(row, read),
        "progress_url": reverse("analysis_progress", args=[row.pk]),
        "again_url": reverse("analysis_again", args=[row.pk]) if look.pen.may_analyse else "",
    }
    return render(request, "desk/analysis.html", {**context, **_found(row, look)})


@page(Permission.READ_CONVERSATION)
def progress(request: HttpRequest, analysis: UUID) -> HttpResponse:
    """How far it is, as numbers; nothing of its content, so that no motive is asked and no look is written."""
    row = access_analysis(actor(request), analysis, need=Permission.READ_CONVERSATION)
    told = progress_of(row)
    return JsonResponse({"state": row.state, "said": told.said, "share": told.percent})


@act(Permission.ANALYSE)
def again(request: HttpRequest, analysis: UUID) -> HttpResponse:
    """Begins one that failed again."""
    row = access_analysis(actor(request), analysis, need=Permission.ANALYSE)

    def verb() -> str:
        analyses.again(row, by=by_of(request))
        return _("The analysis was asked for again.")

    return answered(request, verb, to=reverse("analysis", args=[row.pk]))


@act(Permission.STATE_FACT)
def fact(request: HttpRequest, analysis: UUID) -> HttpResponse:
    """A person states what the analysis suggests, or that it is not so; tells what that did to the place of the dossier.

    The messages that it rests on are assessed then: nobody is shown them again without a reason.
    """
    row = access_analysis(actor(request), analysis, need=Permission.STATE_FACT)
    dossier = access_dossier(actor(request), row.dossier.number, need=Permission.STATE_FACT)

    def verb() -> str:
        is_read = row.state == State.DONE
        state = partial(assessing.state_from_analysis, opened=open_analysis(row)) if is_read else facts.state_fact
        return stated(request, dossier, by_of(request), state=state)

    return answered(request, verb, to=reverse("analysis", args=[row.pk]))


@looked
def messages(request: HttpRequest, row: Analysis, by: By) -> HttpResponse:
    """The conversation view."""
    opened = _opened(row)
    if isinstance(opened, HttpResponse):
        return opened
    return conversation.show_page(request, source=opened, place=_place(row))


@looked
def rows(request: HttpRequest, row: Analysis, by: By) -> HttpResponse:
    """A chunk of messages without their texts, for the script."""
    opened = _opened(row)
    return opened if isinstance(opened, HttpResponse) else conversation.give_rows(request, source=opened)


@act(Permission.READ_CONVERSATION)
def search(request: HttpRequest, analysis: UUID) -> HttpResponse:
    """Where words stand; what was searched for is written down, sealed."""
    row = access_analysis(actor(request), analysis, need=Permission.READ_CONVERSATION)
    opened, by = _opened_after_motive(request, row), by_of(request)
    if isinstance(opened, HttpResponse):
        return opened
    said = {"analysis": str(row.pk), "what": request.POST.get("q", "")[: conversation.MAX_NEEDLE]}
    dossiers.tell(row.dossier, "conversation_searched", by, said)
    return conversation.search_texts(request, source=opened, place=_place(row))


@act(Permission.READ_CONVERSATION)
def show(request: HttpRequest, analysis: UUID) -> HttpResponse:
    """Texts that are asked for: counted as exposure and written down before they leave; what was assessed stays covered without a reason."""
    row = access_analysis(actor(request), analysis, need=Permission.READ_CONVERSATION)
    opened = _opened_after_motive(request, row)
    if isinstance(opened, HttpResponse):
        return opened
    by = by_of(request)

    def reveal(rows: Sequence[Row]) -> Collection[int]:
        assessed = assessing.covered_among(opened.outline(), rows, by=by)
        covered = frozenset() if by.reason.strip() else assessed
        left = [one for one in rows if one.position not in covered]
        if left:
            why = by.reason if assessed else ""
            care.count_shown(_shown(row, left, why=why), by=by)
        return covered

    return conversation.show_texts(request, source=opened, place=_place(row), reveal=reveal)


def _shown(row: Analysis, messages: Sequence[Row], *, why: str) -> care.Shown:
    """What the messages of one demand count: each is an item, with the seconds of its length."""
    return care.Shown(
        what=f"messages {row.pk} {ranges_told([one.position for one in messages])}",
        subject=of_dossier(row.dossier),
        seconds=care.seconds_of(len(one.text) for one in messages),
        items=len(messages),
        why=why,
    )


def ranges_told(positions: Sequence[int]) -> str:
    """Places as ranges: 4-7 9; the first of them when there are very many."""
    ranges: list[list[int]] = []
    for position in sorted(set(positions)):
        if ranges and position == ranges[-1][1] + 1:
            ranges[-1][1] = position
        else:
            ranges.append([position, position])
    told = [str(first) if first == last else f"{first}-{last}" for first, last in ranges[:_MOST_RANGES]]
    return " ".join(told) + (" …" if len(ranges) > _MOST_RANGES else "")


def _found(row: Analysis, look: Look) -> dict[str, object]:
    """What a finished analysis says; why it cannot be opened, when it cannot."""
    if row.state != State.DONE:
        return {}
    try:
        opened = open_analysis(row)
        outline, known = opened.outline(), opened.known()
    except RempartError as error:
        return {"problem": sentence(error)}
    return {
        "known_told": known_sentence(known) if known is not None else "",
        "network_url": reverse("network", args=[row.pk]),
        "files_url": reverse("files", args=[row.pk]),
        "identities_url": reverse("dossier_identities", args=[row.dossier.number]),
        "totals": totals_of(outline),
        "alerts": shown_alerts(outline, language()),
        "alert_lang": outline.language,
        "suggestions": suggestions_of(outline, read=look.read),
        "not_examined": outline.not_examined,
        "messages_url": reverse("conversation", args=[row.pk]),
        "fact_url": reverse("analysis_fact", args=[row.pk]) if look.pen.may_state else "",
        "fact_states": choices(FACT_STATES, without=frozenset({"reported", "unknown"})),
        "fact_people": people_options(look.read),
    }


def _opened_after_motive(request: HttpRequest, row: Analysis) -> Opened | HttpResponse:
    """The opened analysis, when the motive was told on a page before."""
    if motive_for(request, row.dossier_id, now=by_of(request).at) is None:
        return see_other(reverse("conversation", args=[row.pk]))
    return _opened(row)


def _opened(row: Analysis) -> Opened | HttpResponse:
    """The opened analysis; the page that tells its progress when it is not done."""
    return open_analysis(row) if row.state == State.DONE else see_other(reverse("analysis", args=[row.pk]))


def _place(row: Analysis) -> Place:
    number = row.dossier.number
    return Place(
        key=str(row.pk),
        title=_("Messages of an export, dossier {number}").format(number=dossier_number(number)),
        page=reverse("conversation", args=[row.pk]),
        rows=reverse("conversation_rows", args=[row.pk]),
        search=reverse("conversation_search", args=[row.pk]),
        reveal=reverse("conversation_show", args=[row.pk]),
        back=reverse("analysis", args=[row.pk]),
        back_label=_("Analysis and suggestions, {number}").format(number=dossier_number(number)),
    )


def _name(row: Analysis, read: Read) -> str:
    """What the dossier calls the exhibit; its address where it has no name there."""
    named = (item.text("name") for item in read.everything.exhibits if item.text("address") == row.exhibit)
    return next(named, row.exhibit[:12])
