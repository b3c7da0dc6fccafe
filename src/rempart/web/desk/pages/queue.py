"""The queue: what waits, the most urgent first, and the button that gives somebody the next one."""

from collections.abc import Mapping
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rempart.web.cases.events import Motive
from rempart.web.cases.reports import take_next
from rempart.web.desk.acting import by_of, done
from rempart.web.desk.declaring import act, actor, page
from rempart.web.desk.motives import keep_motive
from rempart.web.desk.queries.queue import MOST_COUNTED, Place, Seen, Wanted, count_sealed, is_anything_free, read_queue
from rempart.web.desk.queries.unfinished import waiting_forms
from rempart.web.desk.queue_rows import queue_groups
from rempart.web.desk.rows import LEVELS, Filter, Option
from rempart.web.desk.words import CATEGORIES, LANGUAGES, STATUSES, choices, level_label, report_number
from rempart.web.people.access import Actor
from rempart.web.people.roles import Permission
from rempart.web.public.languages import language
from rempart.web.work.notices import current_notices
from rempart.wording import wording

_TICKS = ("mine", "overdue", "drawn", "second", "messages")


@page(Permission.USE_DESK)
def queue(request: HttpRequest) -> HttpResponse:
    """What waits. Who has no queue to read is led to the page of their own work."""
    reader, now = actor(request), datetime.now(UTC)
    if not reader.may(Permission.READ_QUEUE):
        from rempart.web.desk.pages.mine import show_mine  # noqa: PLC0415 - the other first page

        return show_mine(request, reader, now)
    wanted = read_wanted(request.GET)
    after, before = Place.read(request.GET.get("after", "")), Place.read(request.GET.get("before", ""))
    seen = read_queue(reader, wanted, now=now, after=after, before=before)
    context = {
        "groups": queue_groups(seen.reports, totals=dict(seen.totals), actor=reader, now=now),
        "filters": _filters(wanted),
        "is_filtered": not wanted.is_everything,
        "clear_url": reverse("home"),
        "told_total": _told_total(seen),
        "before_url": _url(wanted, before=seen.before) if seen.before else "",
        "after_url": _url(wanted, after=seen.after) if seen.after else "",
        "is_first": after is None and before is None,
        "first_url": _url(wanted),
        "take_url": _take_url(reader, now),
        "may_take": reader.may(Permission.TRIAGE_REPORT),
        "may_enter": reader.may(Permission.ENTER_REPORT),
        "sealed": _told_sealed(count_sealed(reader)),
        "unfinished": _told_unfinished(reader, now),
        "notices": current_notices(),
    }
    return render(request, "desk/queue.html", context)


@act(Permission.TRIAGE_REPORT)
def take(request: HttpRequest) -> HttpResponse:
    """Gives the reader the most urgent report that nobody holds; to sort it is why it is opened."""
    by = by_of(request)
    report = take_next(by)
    keep_motive(request, report.pk, motive=Motive.TRIAGE, now=by.at)
    told = _("{number} is yours now. It is given back by itself when nobody works on it for 20 minutes.")
    return done(request, told.format(number=report_number(report.number)), to=reverse("report", args=[report.number]))


def read_wanted(told: Mapping[str, str]) -> Wanted:
    """The filters of an address; what is none is left out."""
    levels = {str(number) for number in range(len(LEVELS))}
    spoken = told.get("language", "")
    return Wanted(
        level=told.get("level", "") if told.get("level") in levels else "",
        category=told.get("category", "") if told.get("category") in CATEGORIES else "",
        language=spoken if len(spoken) == 2 and spoken.isascii() and spoken.islower() else "",
        status=told.get("status", "") if told.get("status") in STATUSES else "",
        mine=told.get("mine") == "1",
        overdue=told.get("overdue") == "1",
        drawn=told.get("drawn") == "1",
        second=told.get("second") == "1",
        messages=told.get("messages") == "1",
    )


def _filters(wanted: Wanted) -> tuple[Filter, ...]:
    levels = tuple(
        Option(
            value=str(number),
            label=level_label(level) if level == "unranked" else f"{level} · {level_label(level)}",
            is_chosen=str(number) == wanted.level,
        )
        for number, level in enumerate(LEVELS)
    )
    spoken = (
        LANGUAGES
        if not wanted.language
        else {**LANGUAGES, wanted.language: LANGUAGES.get(wanted.language, wanted.language)}
    )
    labels = {
        "mine": _("Mine"),
        "overdue": _("Overdue"),
        "drawn": _("Drawn for reading"),
        "second": _("Second reading"),
        "messages": _("New messages"),
    }
    return (
        Filter(name="level", label=_("Level"), options=levels),
        Filter(name="category", label=_("About"), options=choices(CATEGORIES, chosen=wanted.category)),
        Filter(name="language", label=_("Language"), options=choices(spoken, chosen=wanted.language)),
        Filter(name="status", label=_("State"), options=choices(STATUSES, chosen=wanted.status)),
        *(Filter(name=name, label=labels[name], is_ticked=getattr(wanted, name)) for name in _TICKS),
    )


def _url(wanted: Wanted, *, after: Place | None = None, before: Place | None = None) -> str:
    """The address of a page of this list; the first one without a place."""
    told = {
        name: getattr(wanted, name) for name in ("level", "category", "language", "status") if getattr(wanted, name)
    }
    told |= {name: "1" for name in _TICKS if getattr(wanted, name)}
    told |= {"after": after.written()} if after else {}
    told |= {"before": before.written()} if before else {}
    return f"{reverse('home')}?{urlencode(told)}" if told else reverse("home")


def _take_url(reader: Actor, now: datetime) -> str:
    return reverse("take") if is_anything_free(reader, now=now) else ""


def _told_total(seen: Seen) -> str:
    total = sum(seen.totals.values())
    number = wording(language()).number(total)
    if seen.is_more:
        return _("more than {count} reports").format(count=wording(language()).number(MOST_COUNTED))
    return ngettext("{count} report", "{count} reports", total).format(count=number)


def _told_unfinished(reader: Actor, now: datetime) -> str:
    """Empty where nobody left a form unfinished, and for who may not decide on one."""
    count = len(waiting_forms(reader, now=now).open) if reader.may(Permission.TRIAGE_REPORT) else 0
    if not count:
        return ""
    told = ngettext(
        "{count} form was left unfinished by somebody who agreed to be kept.",
        "{count} forms were left unfinished by people who agreed to be kept.",
        count,
    )
    return told.format(count=wording(language()).number(count))


def _told_sealed(count: int) -> str:
    if not count:
        return ""
    told = ngettext(
        "{count} report has come and is sealed still; the worker is to open it.",
        "{count} reports have come and are sealed still; the worker is to open them.",
        count,
    )
    return told.format(count=wording(language()).number(count))
