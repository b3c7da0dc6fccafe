"""What the pages of an analysis share: the door, the motive, one event a look, the head of its dossier; and the analysis, opened."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from rempart.errors import RempartError
from rempart.web.cases import dossiers
from rempart.web.cases.analyses import Opened, State, open_analysis
from rempart.web.cases.models import Analysis
from rempart.web.desk.acting import by_of, see_other
from rempart.web.desk.declaring import actor, page, sentence
from rempart.web.desk.dossier_frame import Context, Look, ask_motive, frame_of, pen_of
from rempart.web.desk.motives import motive_for
from rempart.web.desk.queries.dossier import Read, read_words
from rempart.web.people.access import NotForYou, NotKnown, access_analysis, access_dossier
from rempart.web.people.roles import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisLook:
    """A look at a finished analysis that is allowed, has its motive and was written down."""

    row: Analysis
    opened: Opened
    look: Look


Fill = Callable[..., HttpResponse | Context]  # of the request and the look, and of what else the address names


def analysis_page(name: str, *, methods: tuple[str, ...] = ("GET",)) -> Callable[[Fill], Callable[..., HttpResponse]]:
    """Declares a page of an analysis with the template of its name; one that is not done leads to its progress."""

    def declare(fill: Fill) -> Callable[..., HttpResponse]:
        @page(Permission.READ_CONVERSATION, methods=methods)
        @wraps(fill)
        def shown(request: HttpRequest, analysis: UUID, **given: object) -> HttpResponse:
            row = access_analysis(actor(request), analysis, need=Permission.READ_CONVERSATION)
            by = by_of(request)
            motive = motive_for(request, row.dossier_id, now=by.at)
            if motive is None:
                return ask_motive(request, row.dossier)
            dossiers.look(row.dossier, motive=motive, by=by)
            if row.state != State.DONE:
                return see_other(reverse("analysis", args=[row.pk]))
            dossier = access_dossier(actor(request), row.dossier.number, need=Permission.READ_CONVERSATION)
            look = Look(dossier=dossier, read=read_words(dossier), by=by, pen=pen_of(request, dossier))
            return _shown(request, row, look, name=name, fill=lambda told: fill(request, told, **given))

        return shown

    return declare


def exhibit_name(row: Analysis, read: Read) -> str:
    """What the dossier calls the exhibit; the beginning of its address where it has no name there."""
    named = (item.text("name") for item in read.everything.exhibits if item.text("address") == row.exhibit)
    return next(named, row.exhibit[:12])


def _shown(
    request: HttpRequest,
    row: Analysis,
    look: Look,
    *,
    name: str,
    fill: Callable[[AnalysisLook], HttpResponse | Context],
) -> HttpResponse:
    context = {
        **frame_of(look, "dossier_exhibits"),
        "name": exhibit_name(row, look.read),
        "analysis_url": reverse("analysis", args=[row.pk]),
        "messages_url": reverse("conversation", args=[row.pk]),
    }
    try:
        told = fill(AnalysisLook(row=row, opened=open_analysis(row), look=look))
    except (NotKnown, NotForYou):
        raise
    except RempartError as error:
        told = {"problem": sentence(error)}
    if isinstance(told, HttpResponse):
        return told
    return render(request, f"desk/{name}.html", {**context, **told})
