"""Somebody at the desk in tests of its pages: signed in, with reports that came through the door and were opened by the worker."""

import itertools
import re
from html import unescape
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.test import Client

from rempart.intake.report import AgeBand, Answer, Category, Contact, Kind, ReporterKind, Urgency
from rempart.intake.report import Report as Words
from rempart.web.cases.models import Event, Report
from rempart.web.cases.opening import open_new
from rempart.web.config import Site
from rempart.web.people.access import Actor
from tests.web.conftest import NOON
from tests.web.entering import HEADERS, let_in
from tests.web.searching.opening import receive

NARRATIVE = "Somebody asks to keep a secret and wants to meet at the station."
PHONE = "the number that nobody reads"
_numbers = itertools.count(1)


def told(**more: Any) -> Words:
    """What somebody reports: with words, a contact and answers."""
    answers: dict[str, Any] = {
        "kind": Kind.SITUATION,
        "reporter": ReporterKind.PARENT,
        "language": "en",
        "category": Category.SECRECY_ASKED,
        "urgency": Urgency.GOING_ON,
        "age_band": AgeBand.FROM_11_TO_14,
        "contact_going_on": Answer.YES,
        "narrative": NARRATIVE,
        "contact": Contact(name="Parent", phone=PHONE),
    }
    return Words(**(answers | more))


def opened(site: Site, *reports: Words) -> list[Report]:
    """Rows of the desk for these reports, through the door and the worker."""
    keys = [receive(report, number=7_000 + next(_numbers)) for report in reports or (told(),)]
    while open_new(site, now=NOON).walked:
        pass
    rows = {row.pk: row for row in Report.objects.filter(pk__in=keys)}
    return [rows[key] for key in keys]


def at_desk(actor: Actor) -> Client:
    """A browser in which this person is signed in, and reads English."""
    client = Client(**HEADERS)
    let_in(client, actor.person.user)
    return client


def open_page(client: Client, report: Report, motive: str = "triage") -> str:
    """Tells why, opens the report, and gives the page."""
    tell_motive(client, report, motive)
    return text_of(client.get(f"/reports/{report.number}/"))


def tell_motive(client: Client, report: Report, motive: str = "triage") -> Any:
    """Says why the report is opened."""
    return client.post(f"/reports/{report.number}/motive/", {"motive": motive})


def press(client: Client, report: Report, verb: str, **fields: Any) -> Any:
    """Sends the form of a verb, with a reason if none is given."""
    return client.post(f"/reports/{report.number}/{verb}/", {"reason": "seen on the page", **fields})


def text_of(answer: Any) -> str:
    """The page as people read it."""
    assert answer.status_code == 200, answer.status_code
    return str(unescape(answer.content.decode()))


def said(client: Client, answer: Any) -> str:
    """The sentences of the page to which a form leads."""
    assert answer.status_code in (302, 303), answer.status_code
    page = client.get(answer["Location"].partition("#")[0]).content.decode()
    return " ".join(unescape(one) for one in re.findall(r'<p class="told [^>]*>(.*?)</p>', page, re.DOTALL))


def actions(report: Report) -> list[str]:
    """What was done on a report by people, in order; the worker's acts are left out."""
    rows = Event.objects.filter(subject=report.pk).exclude(actor="worker").order_by("seq")
    return list(rows.values_list("action", flat=True))


def sign_again(client: Client, actor: Actor) -> None:
    """As if the password of this person had been right a moment ago."""
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, actor.person.user, method="password")
    request.session.save()
