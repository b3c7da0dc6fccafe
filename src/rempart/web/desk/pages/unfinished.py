"""Forms that people agreed to be kept and left unfinished: listed without a word of them, each asked why first, then taken in or left."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rempart.errors import BadInput
from rempart.evidence.vault import Vault
from rempart.intake.report import Report as Words
from rempart.intake.report import triage_of
from rempart.web.cases import care, drafts
from rempart.web.cases.drafts import Outcome, of_draft
from rempart.web.desk.acting import NoMotive, ask_motive, by_of, done, see_other, take_motive
from rempart.web.desk.declaring import act, actor, page, sentence
from rempart.web.desk.motives import motive_for
from rempart.web.desk.queries import unfinished as queries
from rempart.web.desk.queries.unfinished import MOST, Found
from rempart.web.desk.rows import Verb, told_wait
from rempart.web.desk.showing import hide_all, keep_shown, shown_for
from rempart.web.desk.shown_report import Pairs, files_of, words_of
from rempart.web.desk.words import AGES, ANSWERS, CATEGORIES, FAILURES, KINDS, LANGUAGES, REPORTERS, URGENCIES, word
from rempart.web.door.models import Draft
from rempart.web.door.unfinished import Unfinished
from rempart.web.people.access import access_draft
from rempart.web.people.roles import Permission
from rempart.web.public.languages import language
from rempart.web.public.means import means, this_site
from rempart.wording import wording

WORDS = "words"
_P = Permission
_LOG = logging.getLogger("rempart.desk")


class NothingAsked(BadInput):
    """A demand to be shown something that there is not."""


class NotKept(BadInput):
    """The report could not be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A form in the list: clear answers in words, none of them where it cannot be opened; then failure says why."""

    url: str
    title: str
    saved_at: datetime
    waits: str
    steps: int
    kind: str = ""
    category: str = ""
    age: str = ""
    urgency: str = ""
    language: str = ""
    failure: str = ""


@page(_P.TRIAGE_REPORT)
def show_list(request: HttpRequest) -> HttpResponse:
    """The oldest hundred on which nobody has decided, or of those that were left."""
    reader, now = actor(request), datetime.now(UTC)
    is_left = request.GET.get("left") == "1"
    waiting = queries.waiting_forms(reader, now=now)
    forms = waiting.left if is_left else waiting.open
    context = {
        "lines": [_line(found, now) for found in queries.opened_forms(forms[:MOST])],
        "total": len(forms),
        "is_cut": len(forms) > MOST,
        "most": MOST,
        "is_left": is_left,
        "left": len(waiting.left),
    }
    return render(request, "desk/unfinished.html", context)


@page(_P.TRIAGE_REPORT)
def show_form(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Asks why, or shows the form and writes that somebody looked."""
    by = by_of(request)
    kept = access_draft(by.actor, draft, need=_P.TRIAGE_REPORT, now=by.at)
    row = kept.name
    motive = motive_for(request, row.pk, now=by.at)
    if motive is None:
        return ask_motive(request, number=title_of(row), url=reverse("unfinished_motive", args=[row.pk]))
    drafts.look(row, motive=motive, by=by)
    shown = shown_for(request, row.pk, now=by.at)
    is_shown = WORDS in shown and not care.beat(by.person, now=by.at).is_used_up
    found = queries.opened_form(kept)
    return render(request, "desk/unfinished_form.html", _context(found, row, now=by.at, is_shown=is_shown))


@act(_P.TRIAGE_REPORT)
def tell_motive(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Keeps why somebody opens a form, and opens it."""
    row = _draft(request, draft)
    try:
        drafts.begin(row, at=by_of(request).at)
        take_motive(request, of_draft(row))
    except NoMotive as error:
        messages.error(request, sentence(error))
    return see_other(_url(row))


@act(_P.TRIAGE_REPORT)
def show_words(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Counts the words that are asked for, and shows them."""
    by, row = by_of(request), _draft(request, draft)
    if request.POST.get("show", "") != WORDS:
        raise NothingAsked("There is nothing of this name to show.")
    if motive_for(request, row.pk, now=by.at) is None:
        return see_other(_url(row))  # why comes first
    drafts.begin(row, at=by.at)
    care.count_item(by, what=WORDS, subject=of_draft(row))
    keep_shown(request, row.pk, WORDS, now=by.at)
    return see_other(f"{_url(row)}#text-{WORDS}")


@act(_P.TRIAGE_REPORT)
def hide_words(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Hides them again."""
    row = _draft(request, draft)
    hide_all(request, row.pk)
    return see_other(_url(row))


@act(_P.TRIAGE_REPORT)
def take_in(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Makes a report of the form, with a reason; to whom it cannot be answered."""
    by = by_of(request)
    kept = access_draft(by.actor, draft, need=_P.TRIAGE_REPORT, now=by.at)
    words = queries.read_form(kept)
    try:
        exhibits = drafts.exhibits_of(words, vault=Vault(this_site().exhibits))
        drafts.take_in(kept.name, words=words, exhibits=exhibits, by=by, means=means())
    except (DatabaseError, OSError) as error:
        _LOG.error("draft not taken in: %s", type(error).__name__)
        raise NotKept("The report could not be kept just now. The form is as it was; try again in a minute.") from error
    told = _(
        "Taken in as a report: it stands in the queue within seconds. Nobody holds a code for it, so nobody can be answered."
    )
    return done(request, told, to=reverse("unfinished"))


@act(_P.TRIAGE_REPORT)
def leave(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Leaves the form as it is, with a reason: it is listed no more."""
    by, row = by_of(request), _draft(request, draft)
    drafts.leave(row, by=by)
    return done(request, _("Left as it is. It is removed at the end of its thirty days."), to=reverse("unfinished"))


def title_of(draft: Draft | Found) -> str:
    """What a form is called at the desk: it has no number, only the instant of its last step."""
    saved_at = draft.form.saved_at if isinstance(draft, Found) else draft.saved_at
    told = _("Unfinished form of {day}, {hour} UTC")
    return told.format(day=date_format(saved_at, "j M Y"), hour=date_format(saved_at, "H:i"))


def _line(found: Found, now: datetime) -> Line:
    form = found.form
    told = triage_of(found.words) if found.words else None
    return Line(
        url=reverse("unfinished_form", args=[found.draft]),
        title=title_of(found),
        saved_at=form.saved_at,
        waits=told_wait(form.saved_at, as_of=now),
        steps=form.steps,
        kind=word(KINDS, told.kind) if told else "",
        category=word(CATEGORIES, told.category) if told else "",
        age=word(AGES, told.age_band) if told else "",
        urgency=str(URGENCIES.get(int(told.urgency), "")) if told else "",
        language=word(LANGUAGES, told.language) if told else "",
        failure=word(FAILURES, found.failure) if found.failure else "",
    )


def _context(found: Found, draft: Draft, *, now: datetime, is_shown: bool) -> dict[str, object]:
    words, decision = found.words, queries.decision_on(draft.pk)
    return {
        "draft": draft,
        "title": title_of(draft),
        "back": _url(draft),
        "items": _facts(found.form, words, now=now),
        "failure": word(FAILURES, found.failure) if found.failure else "",
        "words_shown": is_shown and words is not None,
        "narrative": (words.narrative or "") if words and is_shown else "",
        "narrative_signs": len(words.narrative or "") if words else 0,
        "words_items": words_of(words) if words and is_shown else (),
        "files": files_of(words, assessed={}) if words and is_shown else (),
        "text_lang": words.language if words else "",
        "has_contact": words is not None and words.contact is not None,
        "is_taken": decision is not None and decision.outcome == Outcome.TAKEN,
        "is_left": decision is not None and decision.outcome == Outcome.LEFT,
        "earlier": queries.earlier_decision(found.form),
        "verbs": _verbs(draft, is_readable=words is not None, outcome=decision.outcome if decision else ""),
    }


def _facts(form: Unfinished, words: Words | None, *, now: datetime) -> Pairs:
    """The answers that a report has in clear, and how far the form came."""
    pairs: Pairs = [
        (_("Last step"), _("{time} ago").format(time=told_wait(form.saved_at, as_of=now))),
        (_("Steps kept"), wording(language()).number(form.steps)),
    ]
    if words is None:
        return pairs
    told = triage_of(words)
    return [
        *pairs,
        (_("What"), word(KINDS, told.kind)),
        (_("About"), _known(word(CATEGORIES, told.category), told.category)),
        (_("Urgency, as declared"), str(URGENCIES.get(int(told.urgency), ""))),
        (_("Age of the child"), _known(word(AGES, told.age_band), told.age_band)),
        (_("The contact goes on"), _known(word(ANSWERS, told.contact_going_on), told.contact_going_on)),
        (_("From"), word(REPORTERS, told.reporter)),
        (_("Language"), word(LANGUAGES, told.language)),
        (_("Files"), wording(language()).number(told.files)),
    ]


def _verbs(draft: Draft, *, is_readable: bool, outcome: str) -> tuple[Verb, ...]:
    """What is open: a form that was left can still be taken in; one that cannot be opened can only be left."""
    taking = Verb(
        key="take-in",
        url=reverse("unfinished_take_in", args=[draft.pk]),
        label=_("Take it in as a report"),
        lead=_(
            "It comes into the queue like any other, under your name. The person was given no code: nobody can be "
            "answered, unless a contact is in it."
        ),
    )
    leaving = Verb(
        key="leave",
        url=reverse("unfinished_leave", args=[draft.pk]),
        label=_("Leave it as it is"),
        lead=_(
            "It is listed no more, and removed at the end of its thirty days. If the person goes on, it comes back."
        ),
    )
    takes = (taking,) if is_readable and outcome != Outcome.TAKEN else ()
    return (*takes, leaving) if not outcome else takes


def _draft(request: HttpRequest, draft: UUID) -> Draft:
    by = by_of(request)
    return access_draft(by.actor, draft, need=_P.TRIAGE_REPORT, now=by.at).name


def _known(told: str, value: str) -> str:
    return "" if value == "unknown" else told


def _url(draft: Draft) -> str:
    return reverse("unfinished_form", args=[draft.pk])
