"""The page of a report: asked why first, then everything that decides, with the words hidden until asked for; one look, one event."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from rempart.errors import BadInput
from rempart.intake.report import Report as Words
from rempart.web.cases import care, reports
from rempart.web.cases.answering import tell_read
from rempart.web.cases.events import Told, of_report
from rempart.web.cases.lifecycle import Status
from rempart.web.cases.models import Report
from rempart.web.cases.ranking import Explained, explain_report
from rempart.web.cases.reports import By
from rempart.web.desk.acting import NoMotive, ask_motive, by_of, see_other, take_motive
from rempart.web.desk.declaring import act, actor, page, sentence
from rempart.web.desk.histories import Names, history_rows, name_of, names_of, others_in
from rempart.web.desk.motives import motive_for
from rempart.web.desk.panels import first_of, is_at_once, is_perhaps_at_once, panel_of, people_of
from rempart.web.desk.queries import report as queries
from rempart.web.desk.queue_rows import holder_of, is_overdue, marks_of
from rempart.web.desk.report_verbs import Situation, may_qualify, other_verbs, steps_open
from rempart.web.desk.showing import hide_all, keep_shown, shown_for
from rempart.web.desk.shown_dossier import fact_options
from rempart.web.desk.shown_report import contact_of, facts_of, files_of, lines_of, link_rows, stated_rows, words_of
from rempart.web.desk.words import (
    FACT_STATES,
    FAILURES,
    LINK_KINDS,
    OUTCOMES,
    choices,
    dossier_number,
    level_of,
    reason_title,
    report_number,
    word,
)
from rempart.web.door.actions import MAX_MESSAGE_CHARS
from rempart.web.people.access import Actor, access_report
from rempart.web.people.roles import Permission

WORDS, MESSAGES, CONTACT = "words", "messages", "contact"
_P = Permission


class NothingAsked(BadInput):
    """A demand to be shown something that there is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One look at a report. told: every event, the oldest first; words: None where they cannot be read; shown: what was asked for."""

    report: Report
    actor: Actor
    now: datetime
    told: tuple[Told, ...]
    explained: Explained
    names: Names
    words: Words | None
    shown: frozenset[str]


@page(_P.READ_REPORT)
def show_report(request: HttpRequest, number: int) -> HttpResponse:
    """Asks why, or shows the report and writes that somebody looked."""
    reader, now = actor(request), by_of(request).at
    report = access_report(reader, number, need=_P.READ_REPORT)
    motive = motive_for(request, report.pk, now=now)
    if motive is None:
        return ask_motive(request, number=report_number(number), url=reverse("report_motive", args=[number]))
    reports.look(report, motive=motive, by=By(actor=reader, at=now))
    told, explained = queries.read_history(report), explain_report(report, now=now)
    look = _Look(
        report=report,
        actor=reader,
        now=now,
        told=told,
        explained=explained,
        names=names_of(_people_in(told) | people_of(explained.assessment)),
        words=queries.read_words(report),
        shown=_shown(request, report, reader, now),
    )
    return render(request, "desk/report.html", _context(look))


@act(_P.READ_REPORT)
def tell_motive(request: HttpRequest, number: int) -> HttpResponse:
    """Keeps why somebody opens a report, and opens it."""
    report = access_report(actor(request), number, need=_P.READ_REPORT)
    try:
        take_motive(request, of_report(report))
    except NoMotive as error:
        messages.error(request, sentence(error))
    return see_other(_url(report))


@act(_P.READ_REPORT)
def show_words(request: HttpRequest, number: int) -> HttpResponse:
    """Counts what is asked for, and shows it: the words, or the messages. Contact details have a verb of their own."""
    reader = actor(request)
    report = access_report(reader, number, need=_P.READ_REPORT)
    key = request.POST.get("show", "")
    if key not in (WORDS, MESSAGES):
        raise NothingAsked("There is nothing of this name to show.")
    return _show(request, report, key)


@act(_P.READ_CONTACT)
def show_contact(request: HttpRequest, number: int) -> HttpResponse:
    """Counts and shows how the person may be reached."""
    return _show(request, access_report(actor(request), number, need=_P.READ_REPORT), CONTACT)


@act(_P.READ_REPORT)
def hide_words(request: HttpRequest, number: int) -> HttpResponse:
    """Hides everything again."""
    report = access_report(actor(request), number, need=_P.READ_REPORT)
    hide_all(request, report.pk)
    return see_other(_url(report))


def _show(request: HttpRequest, report: Report, key: str) -> HttpResponse:
    by = by_of(request)
    if motive_for(request, report.pk, now=by.at) is None:
        return see_other(_url(report))  # why comes first
    care.count_item(by, what=key, subject=of_report(report))
    keep_shown(request, report.pk, key, now=by.at)
    if by.actor.may(_P.TRIAGE_REPORT):
        if key == MESSAGES:
            Report.objects.filter(pk=report.pk).update(messages=0)
        tell_read(report, by=by)
    return see_other(f"{_url(report)}#text-{key}")


def _shown(request: HttpRequest, report: Report, reader: Actor, now: datetime) -> frozenset[str]:
    """What was asked for and may still be seen: time on the page counts, and hides it once the limit and the last item are used up."""
    shown = shown_for(request, report.pk, now=now)
    if not shown or care.beat(reader.person, now=now).is_used_up:
        return frozenset()
    return shown if reader.may(_P.READ_CONTACT) else shown - {CONTACT}


def _context(look: _Look) -> dict[str, object]:
    report, reader, explained = look.report, look.actor, look.explained
    reading = next((one for one in reversed(look.told) if one.action == "qualify"), None)
    situation = Situation(report=report, actor=reader, now=look.now, first_reading=reading)
    return {
        "report": report,
        "number": report_number(report.number),
        "back": _url(report),
        "level": level_of(report.level),
        "marks": marks_of(report, now=look.now),
        "holder": holder_of(report, now=look.now),
        "is_mine": report.assigned_to_id == reader.person.pk,
        "is_overdue": is_overdue(report, now=look.now),
        "items": facts_of(report, look.words, now=look.now),
        "panel": panel_of(explained, names=look.names),
        "reasons": [reason_title(code) for code in explained.place.reasons],
        "is_whole": explained.is_whole,
        "is_at_once": is_at_once(explained),
        "is_perhaps_at_once": is_perhaps_at_once(explained) and report.is_open,
        "first": first_of(explained),
        "failure": word(FAILURES, report.failure) if report.failure else "",
        "verbs": steps_open(situation),
        "others": other_verbs(situation, colleagues=queries.colleagues(reader) if reader.may(_P.TRIAGE_REPORT) else ()),
        "is_held_by_another": situation.is_held_by_another,
        "may_take": reader.may(_P.TRIAGE_REPORT) and report.is_open and report.assigned_to_id != reader.person.pk,
        "outcomes": choices(OUTCOMES) if may_qualify(situation) else (),
        **_reading(look, situation),
        **_texts(look),
        **_statements(look),
        **_around(look),
    }


def _reading(look: _Look, situation: Situation) -> dict[str, object]:
    """The box of the second reading."""
    reading = situation.first_reading
    if look.report.status != "second_reading" or reading is None:
        return {"reading": None}
    return {
        "reading": {
            "by": look.names.get(reading.actor, reading.actor),
            "at": reading.at,
            "outcome": word(OUTCOMES, str(reading.payload.get("outcome", ""))),
            "basis": reading.payload.get("basis", ""),
            "reason": reading.payload.get("reason", ""),
        },
        "is_own_reading": situation.is_own_reading,
    }


def _texts(look: _Look) -> dict[str, object]:
    """The person's words, files, messages and contact: what was asked for; of the rest only how much it is."""
    report, told = look.report, look.words
    is_there = MESSAGES in look.shown
    letters = queries.letters_of(report) if is_there else ()
    has_contact = told is not None and told.contact is not None
    return {
        "has_words": told is not None,
        "words_shown": WORDS in look.shown,
        "narrative": (told.narrative or "") if told is not None and WORDS in look.shown else "",
        "narrative_signs": len(told.narrative or "") if told is not None else 0,
        "words_items": words_of(told) if told is not None and WORDS in look.shown else (),
        "files": files_of(told, assessed=queries.assessed_dates(row.sha256 for row in told.attachments))
        if told
        else (),
        "messages_shown": is_there,
        "lines": lines_of(letters, look.told, names=look.names) if is_there else (),
        "letters": queries.count_letters(report),
        "answers": sum(one.action == "answered" for one in look.told),
        "mailbox": queries.mailbox_status(report),
        "may_answer": look.actor.may(_P.ANSWER_REPORTER),
        "most_chars": MAX_MESSAGE_CHARS,
        "may_contact": look.actor.may(_P.READ_CONTACT),
        "has_contact": has_contact,
        "contact_shown": CONTACT in look.shown,
        "contact_items": contact_of(told) if told is not None and CONTACT in look.shown else (),
        "is_anything_shown": bool(look.shown),
    }


def _statements(look: _Look) -> dict[str, object]:
    """What people stated on the report, and the form for more."""
    may_state = look.actor.may(_P.STATE_FACT)
    stated = queries.stated_facts(look.told)
    return {
        "stated": stated_rows(look.report, stated, names=look.names, may_state=may_state),
        "may_state": may_state,
        "fact_groups": fact_options() if may_state else (),
        "fact_states": choices(FACT_STATES),
    }


def _around(look: _Look) -> dict[str, object]:
    """Links, dossier and history."""
    report, reader = look.report, look.actor
    entries = queries.latest_entries(report, look.told)
    judged = queries.links_of(report, look.told, actor=reader)
    numbers = queries.known_numbers(reader, others_in(entries))
    may_open = reader.may(_P.OPEN_DOSSIER) and report.dossier_id is None
    may_attach = reader.may(_P.WRITE_DOSSIER) and report.dossier_id is None
    return {
        "links": link_rows(judged, names=look.names, reader=reader),
        "link_kinds": choices(LINK_KINDS) if reader.may(_P.JUDGE_LINK) and report.status != Status.ANONYMISED else (),
        "entries": history_rows(entries, names=look.names, numbers=numbers),
        "events": len(look.told),
        "dossier": dossier_number(report.dossier.number) if report.dossier else "",
        "dossier_url": _dossier_url(report, reader),
        "may_open_dossier": may_open,
        "own_dossiers": queries.own_dossiers(reader) if may_attach else (),
        "may_detach": reader.may(_P.WRITE_DOSSIER) and report.dossier_id is not None,
        "assigned": name_of(report.assigned_to) if report.assigned_to else "",
    }


def _people_in(told: tuple[Told, ...]) -> set[str]:
    given = {str(one.payload.get("to", "")) for one in told if one.action == "report_assigned"}
    return {one.actor for one in told} | given


def _dossier_url(report: Report, reader: Actor) -> str:
    is_known = report.dossier is not None and queries.is_known_dossier(reader, report.dossier)
    return reverse("dossier", args=[report.dossier.number]) if is_known and report.dossier else ""


def _url(report: Report) -> str:
    return reverse("report", args=[report.number])
