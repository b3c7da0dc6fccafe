"""The search over opened reports: which of them hold the words, never the words; what was asked for is sealed in the journal.

Nobody to ask is not the same as nothing found, and both are not the same as not all of it searched yet: the page tells which.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rempart.errors import BadInput
from rempart.web.cases.events import Act, of_person, record
from rempart.web.cases.models import Report
from rempart.web.cases.reports import By
from rempart.web.config import Site
from rempart.web.desk.acting import by_of, see_other
from rempart.web.desk.declaring import actor, page, sentence
from rempart.web.desk.motives import keep_motive, motive_for, read_motive
from rempart.web.desk.queries.queue import rows_of
from rempart.web.desk.queue_rows import queue_row
from rempart.web.desk.rows import QueueRow
from rempart.web.desk.words import MOTIVES, choices
from rempart.web.people.access import NotKnown, access_report, visible_among
from rempart.web.people.roles import Permission
from rempart.web.public.languages import language
from rempart.web.searching import client
from rempart.web.searching.client import NotReached, Why
from rempart.web.searching.index import Field
from rempart.web.searching.wire import Found
from rempart.wording import wording

SHOWN, ASKED = 50, 500  # shown; asked for, so that what the reader may not know of leaves enough
_NUMBER = re.compile(r"\s*[rR]-?0*([1-9][0-9]{0,11})\s*")
_FOUND_IN: dict[Field, str | Promise] = {
    Field.NUMBER: gettext_lazy("its number"),
    Field.REFERENCE: gettext_lazy("the partner's reference"),
    Field.ACCOUNTS: gettext_lazy("an account"),
    Field.ADDRESSES: gettext_lazy("an address"),
    Field.CONTACT: gettext_lazy("contact details"),
    Field.FILES: gettext_lazy("the name of a file"),
    Field.WORDS: gettext_lazy("the words"),
    Field.MESSAGES: gettext_lazy("a message of the reporter"),
    Field.SEVERAL: gettext_lazy("several of these together"),
}
_AWAY: dict[Why, str | Promise] = {
    Why.AWAY: gettext_lazy("The search does not answer: the worker is not running, or it is just starting."),
    Why.SLOW: gettext_lazy("The search did not answer in time. Try again in a moment."),
    Why.BROKEN: gettext_lazy("The search could not answer. It begins again by itself; the reports are intact."),
}


class NoMotiveTold(BadInput):
    """A search is a consultation, and says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the page tells. hits: pairs (row, where it was found). away: why nobody could be asked; "" when somebody was.

    hidden: reports that hold it in contact details, which this reader may not see.
    """

    hits: tuple[tuple[QueueRow, str], ...] = ()
    told: str = ""
    away: str = ""
    problem: str = ""
    searched: str = ""
    hidden: str = ""


@page(Permission.SEARCH, methods=("GET", "POST"))
def search(request: HttpRequest) -> HttpResponse:
    """Asks for words and a motive; answers on the same page. What was typed travels in the form only."""
    if request.method != "POST":
        return _page(request, Answer())
    by, query = by_of(request), request.POST.get("q", "").strip()
    number = _NUMBER.fullmatch(query)
    if number and (url := _known_url(by, int(number[1]))):
        return see_other(url)
    try:
        return _page(request, _answer(request, by, query), is_answer=True)
    except BadInput as error:
        return _page(request, Answer(problem=sentence(error)), status=400)


def _answer(request: HttpRequest, by: By, query: str) -> Answer:
    me = of_person(by.person)
    motive = read_motive(request)
    if motive is None or me.id is None:
        raise NoMotiveTold("Choose why you search. Nothing was searched.")
    found = client.search(_site(), query=query, limit=ASKED)
    keep_motive(request, me.id, motive=motive, now=by.at)
    said = {"query": query}
    record(Act(action="searched", actor=by.actor.pseudonym, at=by.at, motive=str(motive), payload=said), subject=me)
    if isinstance(found, NotReached):
        return Answer(away=str(_AWAY[found.why]))
    return _told(found, by)


def _told(found: Found, by: By) -> Answer:
    may_contact = by.actor.may(Permission.READ_CONTACT)
    places = {hit.report: hit.found_in for hit in found.hits}
    seen = visible_among(by.actor, places)
    kept = [key for key in places if key in seen and (may_contact or places[key] is not Field.CONTACT)]
    hidden = 0 if may_contact else sum(key in seen and place is Field.CONTACT for key, place in places.items())
    rows = {row.pk: row for row in _rows(kept[:SHOWN])}
    hits = tuple(
        (queue_row(rows[key], actor=by.actor, now=by.at), str(_FOUND_IN[places[key]]))
        for key in kept[:SHOWN]
        if key in rows
    )
    return Answer(
        hits=hits,
        told=_count(len(kept), is_cut=found.is_cut),
        searched=_searched(found),
        hidden=_hidden(hidden),
    )


def _rows(keys: list[UUID]) -> list[Report]:
    numbers = list(Report.objects.filter(pk__in=keys).values_list("number", flat=True))
    return list(rows_of(numbers))


def _count(count: int, *, is_cut: bool) -> str:
    number = wording(language()).number(count)
    if is_cut:
        return _(
            "Very many reports hold this; the first {count} that you may know of were looked at. Add a word."
        ).format(count=number)
    if not count:
        return _("Nothing was found.")
    told = ngettext("{count} report holds this.", "{count} reports hold this.", count).format(count=number)
    return told if count <= SHOWN else told + " " + _("The first {count} are shown.").format(count=SHOWN)


def _searched(found: Found) -> str:
    numbers = wording(language())
    if found.indexed >= found.total:
        return ngettext(
            "{count} opened report was searched.", "{count} opened reports were searched.", found.total
        ).format(count=numbers.number(found.total))
    return _("Only {count} of {total} opened reports could be searched so far; ask again in a while.").format(
        count=numbers.number(found.indexed), total=numbers.number(found.total)
    )


def _hidden(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "{count} report holds it in contact details; ask the custodian of identities.",
        "{count} reports hold it in contact details; ask the custodian of identities.",
        count,
    ).format(count=count)


def _known_url(by: By, number: int) -> str:
    """The page of the report of this number, when the reader may know of it; whether there is one else, nobody is told."""
    if not by.actor.may(Permission.READ_REPORT):
        return ""
    try:
        access_report(by.actor, number, need=Permission.READ_REPORT)
    except NotKnown:
        return ""
    return reverse("report", args=[number])


def _page(request: HttpRequest, answer: Answer, *, is_answer: bool = False, status: int = 200) -> HttpResponse:
    reader = actor(request)
    me = of_person(reader.person).id
    told = read_motive(request) or (motive_for(request, me, now=by_of(request).at) if me else None)
    context = {
        "answer": answer,
        "is_answer": is_answer,
        "query": request.POST.get("q", ""),
        "motives": choices(MOTIVES, chosen=str(told or "")),
    }
    return render(request, "desk/search.html", context, status=status)


def _site() -> Site:
    from rempart.web.settings import SITE  # noqa: PLC0415 - settings exist once Django runs

    return SITE
