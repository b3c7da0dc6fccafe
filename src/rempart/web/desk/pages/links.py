"""The verbs on a proposal that two reports belong together: propose, join, refuse, and take each of them back."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from rempart.errors import BadInput
from rempart.web.cases import links
from rempart.web.cases.models import Link, Report
from rempart.web.cases.reports import By
from rempart.web.desk.acting import by_of, done
from rempart.web.desk.declaring import act
from rempart.web.desk.words import report_number
from rempart.web.people.access import NotKnown, access_link, access_report, require
from rempart.web.people.roles import Permission

_MOST_DIGITS = 12


class NoSuchReport(BadInput):
    """The other report is not there, or not for this person: the same answer for both, and for what is no number."""


@act(Permission.JUDGE_LINK)
def propose(request: HttpRequest, number: int) -> HttpResponse:
    """A person proposes that this report belongs with another one."""
    by = by_of(request)
    report = access_report(by.actor, number, need=Permission.READ_REPORT)
    other = _other(by, request.POST.get("other", ""))
    link = links.propose_link(report, other, kind=request.POST.get("kind", ""), by=by)
    told = _("It is proposed that {first} and {later} belong together. Somebody else judges it.")
    return done(request, _named(told, link), to=reverse("report", args=[number]))


@act(Permission.JUDGE_LINK)
def withdraw(request: HttpRequest, link: UUID) -> HttpResponse:
    """Takes one's own proposal back."""
    return _judge(request, link, links.withdraw_link, _("Your proposal on {first} and {later} is taken back."))


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
    return done(request, _named(told, link))


def _named(told: str, link: Link) -> str:
    return told.format(first=report_number(link.a.number), later=report_number(link.b.number))


def _other(by: By, untrusted: str) -> Report:
    """The report of a number as people write it. Raises: NoSuchReport."""
    digits = untrusted.strip().upper().removeprefix("R").removeprefix("-")
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS
    try:
        return access_report(by.actor, int(digits) if is_number else 0, need=Permission.READ_REPORT)
    except NotKnown:
        raise NoSuchReport("There is no such report, or it is not for you. Nothing was changed.") from None
