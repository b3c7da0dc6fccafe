"""Erasing a report before its term, two people together: one asks with a ground and a reason, another one confirms within a week."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from rempart.web.cases import retention
from rempart.web.cases.retention import Ground
from rempart.web.desk.acting import by_of, done, require_sure
from rempart.web.desk.declaring import act
from rempart.web.desk.pages.report_acts import NotChosen
from rempart.web.desk.words import report_number
from rempart.web.people.access import access_report
from rempart.web.people.roles import Permission
from rempart.web.people.signing_in import sudo


@act(Permission.ERASE)
@sudo
def ask(request: HttpRequest, number: int) -> HttpResponse:
    """The first person asks."""
    by = by_of(request)
    report = access_report(by.actor, number, need=Permission.ERASE)
    ground = next((one for one in Ground if one == request.POST.get("choice")), None)
    if ground is None:
        raise NotChosen("Choose why it is erased before its term. Nothing was changed.")
    require_sure(request)
    retention.ask_erasure(report, ground=ground, by=by)
    told = _(
        "{number}: asked for. It is erased when another person confirms within {days} days; nothing was erased yet."
    )
    return done(
        request,
        told.format(number=report_number(number), days=retention.ASKED_FOR.days),
        to=reverse("report", args=[number]),
    )


@act(Permission.ERASE)
@sudo
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """The second person confirms."""
    by = by_of(request)
    report = access_report(by.actor, number, need=Permission.ERASE)
    require_sure(request)
    retention.confirm_erasure(report, by=by)
    told = _("{number}: its words are erased. Its number, its answers and the journal stay.")
    return done(request, told.format(number=report_number(number)), to=reverse("unit"))
