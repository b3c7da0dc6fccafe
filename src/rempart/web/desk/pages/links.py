"""The verbs on a proposal that two reports belong together: join, refuse, and take either back."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from rempart.web.cases import links
from rempart.web.cases.models import Link
from rempart.web.cases.reports import By
from rempart.web.desk.acting import by_of, done
from rempart.web.desk.declaring import act
from rempart.web.desk.words import report_number
from rempart.web.people.access import access_link, require
from rempart.web.people.roles import Permission


@act(Permission.JUDGE_LINK)
def join(request: HttpRequest, link: UUID) -> HttpResponse:
    """These two belong together."""
    return _judge(request, link, links.join_reports, _("{first} and {later} are joined."))


@act(Permission.JUDGE_LINK)
def refuse(request: HttpRequest, link: UUID) -> HttpResponse:
    """These two do not."""
    return _judge(request, link, links.refuse_link, _("{first} and {later} stay apart, and are not proposed again."))


@act(Permission.JUDGE_LINK)
def undo(request: HttpRequest, link: UUID) -> HttpResponse:
    """Takes the judgement back: both reports stand as before."""
    return _judge(request, link, links.undo_link, _("What was judged of {first} and {later} is taken back."))


def _judge(request: HttpRequest, key: UUID, verb: Callable[..., Link], told: str) -> HttpResponse:
    by: By = by_of(request)
    require(by.actor, Permission.READ_REPORT)
    link = access_link(by.actor, key, need=Permission.JUDGE_LINK)
    verb(link, by=by)
    return done(request, told.format(first=report_number(link.a.number), later=report_number(link.b.number)))
