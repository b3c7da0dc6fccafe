"""The pages of a dossier; each look has a motive and leaves one event (`dossier_frame`)."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from rempart.errors import RempartError
from rempart.web.cases import care
from rempart.web.cases.analyses import State, open_analysis
from rempart.web.cases.checklists import review_points
from rempart.web.cases.dossiers import missing_points
from rempart.web.cases.events import Told, of_dossier
from rempart.web.cases.exhibits import offered_files
from rempart.web.cases.lifecycle import Step, steps_from
from rempart.web.cases.models import Report
from rempart.web.cases.ranking import explain_dossier
from rempart.web.desk.acting import see_other, take_motive
from rempart.web.desk.declaring import act, actor, sentence
from rempart.web.desk.dossier_frame import Context, Look, tab
from rempart.web.desk.dossier_history import history_shown
from rempart.web.desk.dossier_words import IDENTITIES, JUDGEMENTS, ROLES, STEPS
from rempart.web.desk.histories import name_of
from rempart.web.desk.panels import panel_of
from rempart.web.desk.queries.dossier import (
    analyses_of,
    colleagues_for,
    history_of,
    members_of,
    reports_of,
    tasks_of,
)
from rempart.web.desk.rows import Option, Verb, told_due
from rempart.web.desk.shown_dossier import (
    checks_of,
    fact_options,
    facts_of,
    loose_accounts,
    members_shown,
    notes_of,
    people_of,
    people_options,
    tasks_shown,
)
from rempart.web.desk.shown_exhibits import exhibits_of, offered_of
from rempart.web.desk.shown_known import known_of
from rempart.web.desk.shown_timeline import timeline_of
from rempart.web.desk.words import CATEGORIES, FACT_STATES, STATUSES, choices, level_of, report_number, word
from rempart.web.people.access import access_dossier, visible_reports
from rempart.web.people.roles import Permission
from rempart.web.public.languages import language

_MOST_DIGITS = 18


@tab("dossier")
def dossier(request: HttpRequest, look: Look) -> Context:
    """Why it stands where it stands, what people stated, and the steps that are open."""
    explained = explain_dossier(look.dossier, now=look.now)
    return {
        "purpose": look.read.contents.purpose,
        "panel": panel_of(explained, names=look.read.names),
        "facts": facts_of(look.read, pen=look.pen),
        "fact_groups": fact_options(chosen=request.GET.get("code", "")),
        "fact_states": choices(FACT_STATES),
        "fact_people": people_options(look.read),
        "verbs": _verbs(request, look),
        "rename_url": reverse("dossier_rename", args=[look.dossier.number]) if look.pen.may_write else "",
        "may_export": actor(request).may(Permission.EXPORT),
    }


@tab("dossier_reports")
def reports(request: HttpRequest, look: Look) -> Context:
    """What was reported on it; for those who may read reports."""
    may_read = actor(request).may(Permission.READ_REPORT)
    return {
        "may_read": may_read,
        "total": Report.objects.filter(dossier=look.dossier).count(),
        "reports": [_report(row, look) for row in reports_of(look.dossier, actor(request))] if may_read else [],
        "may_attach": may_read and look.pen.may_write,
    }


@tab("dossier_exhibits")
def exhibits(request: HttpRequest, look: Look) -> Context:
    """Its files as rows, never their content, each with its analyses."""
    analyses = analyses_of(look.dossier)
    return {
        "exhibits": exhibits_of(
            look.read,
            pen=look.pen,
            analyses=analyses,
            assessed=_assessed(look),
            known=known_of(analyses) if actor(request).may(Permission.READ_CONVERSATION) else {},
        ),
        "offered": offered_of(look.read, offered=offered_files(look.dossier)),
        "is_under_way": any(row.state in (State.WAITING, State.RUNNING) for row in analyses),
        "may_export": actor(request).may(Permission.EXPORT),
    }


@tab("dossier_people")
def people(request: HttpRequest, look: Look) -> Context:
    """Who it speaks of, under which names, with dates, sources and what was judged."""
    return {
        "people": people_of(look.read, pen=look.pen),
        "accounts": loose_accounts(look.read, pen=look.pen),
        "roles": choices(ROLES),
        "kinds": choices(IDENTITIES),
        "judgements": choices(JUDGEMENTS),
        "people_options": people_options(look.read),
    }


@tab("dossier_timeline")
def timeline(request: HttpRequest, look: Look) -> Context:
    """What happened when, as people wrote it, as the journal has it, and as an analysis read it."""
    analysed = []
    for row in analyses_of(look.dossier):
        if row.state == State.DONE:
            try:
                analysed.append((row, open_analysis(row).outline()))
            except RempartError:
                continue  # its own page says why; the other lines are shown
    return {"lines": timeline_of(look.read, pen=look.pen, analysed=analysed)}


@tab("dossier_work")
def work(request: HttpRequest, look: Look) -> Context:
    """Notes of the team, and what is to be done."""
    members = [member.person for member in members_of(look.dossier) if member.until_at is None]
    return {
        "notes": notes_of(look.read, pen=look.pen),
        "tasks": tasks_shown(look.read, pen=look.pen, rows=tasks_of(look.dossier), today=look.now.date()),
        "members": [Option(value=str(person.pk), label=name_of(person)) for person in members],
    }


@tab("dossier_review")
def review(request: HttpRequest, look: Look) -> Context:
    """What is answered before anything leaves the house."""
    missing = set(missing_points(look.read.contents))
    points = review_points()
    return {
        "checks": checks_of(look.read),
        "answered": len(points) - len(missing),
        "total": len(points),
        "missing": [point.title(language()) for point in points if point.code in missing],
        "check_url": reverse("dossier_check", args=[look.dossier.number]) if look.pen.may_review else "",
    }


@tab("dossier_members")
def members(request: HttpRequest, look: Look) -> Context:
    """Who works on it, and who did."""
    may = look.pen.may_change_members
    colleagues = colleagues_for(look.dossier) if may else []
    return {
        "members": members_shown(members_of(look.dossier), lead=look.dossier.lead_id),
        "colleagues": [Option(value=str(person.pk), label=name_of(person)) for person in colleagues],
        "verbs": _restriction(look) if look.pen.may_restrict else (),
    }


@tab("dossier_history")
def history(request: HttpRequest, look: Look) -> Context:
    """Everything that was done and read, the newest first."""
    told = request.GET.get("before", "")
    before = int(told) if told.isascii() and told.isdecimal() and len(told) <= _MOST_DIGITS else None
    found, is_more = history_of(look.dossier, before=before)
    return {
        "entries": history_shown(found, gone=frozenset(look.read.gone), numbers=_known(request, found)),
        "older": found[-1][0] if is_more else None,
        "is_first": before is None,
    }


@act(Permission.READ_DOSSIER)
def motive(request: HttpRequest, number: int) -> HttpResponse:
    """Keeps why somebody opens the dossier, and goes on to where they wanted to."""
    row = access_dossier(actor(request), number, need=Permission.READ_DOSSIER)
    take_motive(request, of_dossier(row))
    wanted = request.POST.get("next", "")
    is_ours = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    return see_other(wanted if is_ours else reverse("dossier", args=[number]))


def _assessed(look: Look) -> dict[str, str]:
    """Of the exhibits that somebody has assessed, the sentence that says so, by SHA-256."""
    found: dict[str, str] = {}
    for item in look.read.contents.exhibits:
        try:
            care.require_unseen("file", item.text("sha256"), by=replace(look.by, reason=""))
        except care.SeenBefore as error:
            found[item.text("sha256")] = sentence(error)
    return found


def _known(request: HttpRequest, found: list[tuple[int, Told]]) -> frozenset[int]:
    """Numbers of reports in these events that the reader may know of."""
    told = {number for _seq, event in found if isinstance(number := event.payload.get("report"), int)}
    return frozenset(visible_reports(actor(request)).filter(number__in=told).values_list("number", flat=True))


def _report(row: Report, look: Look) -> dict[str, object]:
    return {
        "url": f"/reports/{row.number}/",
        "number": report_number(row.number),
        "level": level_of(row.level),
        "status": word(STATUSES, row.status),
        "category": word(CATEGORIES, row.category),
        "received_at": row.received_at,
        "due": told_due(row.due_at, as_of=look.now) if row.is_open else "",
        "files": row.files,
        "holder": name_of(row.assigned_to) if row.assigned_to else "",
        "plain": row.number,
    }


def _verbs(request: HttpRequest, look: Look) -> tuple[Verb, ...]:
    """The steps that are open to this person from this state, then the legal hold."""
    may, number = actor(request).may, look.dossier.number
    steps = [_step(step, look) for step in steps_from(look.dossier.status) if may(step.permission)]
    if may(Permission.HOLD):
        is_held = look.dossier.is_held
        hold = Verb(
            key="hold",
            url=reverse("dossier_hold", args=[number]),
            label=_("Lift the legal hold") if is_held else _("Place a legal hold"),
            lead=_("While a hold is on, nothing of the dossier is erased, whatever the rules say."),
            is_exceptional=True,
            confirm=_("Yes, lift it: erasure may follow") if is_held else _("Yes, place it"),
        )
        steps.append(hold)
    return tuple(steps)


def _step(step: Step, look: Look) -> Verb:
    missing = missing_points(look.read.contents) if step.needs_review else ()
    lead = ""
    if missing:
        titles = {point.code: point.title(language()) for point in review_points()}
        lead = _("Not open yet. Points of the exculpatory review without an answer: {points}").format(
            points="; ".join(titles[code] for code in missing)
        )
    return Verb(
        key=step.name,
        url=reverse("dossier_step", args=[look.dossier.number, step.name]),
        label=word(STEPS, step.name),
        lead=lead,
    )


def _restriction(look: Look) -> tuple[Verb, ...]:
    is_restricted = look.dossier.is_restricted
    return (
        Verb(
            key="restrict",
            url=reverse("dossier_restrict", args=[look.dossier.number]),
            label=_("Lift the restriction") if is_restricted else _("Restrict it to these colleagues"),
            lead=_(
                "Only they then know that the dossier and its reports exist. If you are not one of them, you no longer see it."
            ),
            is_exceptional=True,
            confirm=_("Yes, others may know of it again") if is_restricted else _("Yes, restrict it"),
        ),
    )
