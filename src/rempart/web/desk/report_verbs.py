"""The verbs on a report that are open from its state, to this person, in words; what is not open is not offered.

The same is asked again when the form comes (`cases.reports`, `people.access`): a button that is missing protects nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rempart.web.cases.events import Told
from rempart.web.cases.lifecycle import ILLEGAL, Closure, verbs_from
from rempart.web.cases.models import Report
from rempart.web.cases.retention import may_be_erased
from rempart.web.desk.histories import name_of
from rempart.web.desk.queue_rows import holder_of
from rempart.web.desk.rows import Option, Verb
from rempart.web.desk.words import CLOSURES, GROUNDS, choices
from rempart.web.people.access import Actor
from rempart.web.people.models import Person
from rempart.web.people.roles import Permission

OWN_FORM = frozenset({"qualify"})  # it asks for more than a reason
_ONLY_ILLEGAL = frozenset({"refer", "police_first"})
# What closing gives by itself elsewhere is no reason to choose by hand.
_NOT_BY_HAND = frozenset({str(Closure.DUPLICATE), str(Closure.OUT_OF_REMIT), str(Closure.WITHDRAWN)})
# verb -> (what the button says, what happens then)
VERBS: Mapping[str, tuple[str | Promise, str | Promise]] = {
    "pass_on": (
        gettext_lazy("Pass on to be qualified"),
        gettext_lazy("It is urgent or in our remit, and enough is known to qualify it."),
    ),
    "capture": (
        gettext_lazy("Send to be captured"),
        gettext_lazy("What is on the net is to be sealed before it disappears. Nothing is fetched by this step."),
    ),
    "captured": (gettext_lazy("It is captured"), gettext_lazy("Say where the sealed capture lies.")),
    "capture_failed": (
        gettext_lazy("It cannot be captured"),
        gettext_lazy("Say what was tried. It can be qualified all the same."),
    ),
    "ask_more": (
        gettext_lazy("Ask the reporter for more"),
        gettext_lazy("It leaves the queue until they answer. Write to them below; this reason is not sent."),
    ),
    "more_received": (
        gettext_lazy("Go on without their answer"),
        gettext_lazy("It comes back to be sorted, as it does by itself when they answer."),
    ),
    "out_of_remit": (
        gettext_lazy("Out of remit"),
        gettext_lazy("Say where the person was sent. It is closed; nothing is sent by this step."),
    ),
    "withdraw": (
        gettext_lazy("Withdrawn by its author"),
        gettext_lazy("The person who reported takes it back. It is closed, and kept for its term."),
    ),
    "confirm_reading": (
        gettext_lazy("Confirm the first reading"),
        gettext_lazy("You have read it yourself and find the same."),
    ),
    "contest_reading": (
        gettext_lazy("Contest the first reading"),
        gettext_lazy("It goes back to be qualified; both readings stay in the history."),
    ),
    "police_first": (
        gettext_lazy("Police first"),
        gettext_lazy("No notice and no contact with anybody before the police have answered."),
    ),
    "police_answered": (gettext_lazy("The police have answered"), gettext_lazy("Say what, and when.")),
    "refer": (
        gettext_lazy("Mark as referred"),
        gettext_lazy("You have sent it yourself, or handed it over. Nothing is sent by this step."),
    ),
    "follow_up": (gettext_lazy("Follow up"), gettext_lazy("A receipt or an answer has come.")),
    "close": (gettext_lazy("Close the report"), gettext_lazy("It leaves the queue. It can be opened again.")),
    "reopen": (
        gettext_lazy("Open again"),
        gettext_lazy("It comes back to the queue and is judged anew; what was found stays in the history."),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What decides which verbs are offered. first_reading: the event of the last qualification; None before one."""

    report: Report
    actor: Actor
    now: datetime
    first_reading: Told | None = None

    @property
    def is_held_by_another(self) -> bool:
        """Whether a colleague works on it at this moment."""
        is_others = self.report.assigned_to_id not in (None, self.actor.person.pk)
        return is_others and bool(holder_of(self.report, now=self.now))

    @property
    def is_own_reading(self) -> bool:
        """Whether this person made the first reading."""
        return self.first_reading is not None and self.first_reading.actor == self.actor.pseudonym


def steps_open(situation: Situation) -> tuple[Verb, ...]:
    """The steps of the life cycle, in the order of its table; none while a colleague works on the report."""
    report, actor = situation.report, situation.actor
    if situation.is_held_by_another:
        return ()
    return tuple(
        _step(verb.name, report)
        for verb in verbs_from(report.status)
        if verb.name not in OWN_FORM
        and actor.may(verb.permission)
        and not (verb.name in _ONLY_ILLEGAL and report.outcome not in ILLEGAL)
        and not (verb.permission is Permission.SECOND_READ and situation.is_own_reading)
    )


def may_qualify(situation: Situation) -> bool:
    """Whether the form of the qualification is offered."""
    is_open = any(verb.name == "qualify" for verb in verbs_from(situation.report.status))
    return is_open and situation.actor.may(Permission.QUALIFY_REPORT) and not situation.is_held_by_another


def other_verbs(situation: Situation, *, colleagues: Sequence[Person]) -> tuple[Verb, ...]:
    """What is no step: give it back, give it to somebody, a legal hold."""
    report, actor = situation.report, situation.actor
    found: list[Verb] = []
    if actor.may(Permission.TRIAGE_REPORT) and report.is_open:
        if report.assigned_to_id == actor.person.pk:
            found.append(Verb(key="let_go", url=_url("report_let_go", report), label=_("Give it back to the queue")))
        if colleagues:
            found.append(
                Verb(
                    key="assign",
                    url=_url("report_assign", report),
                    label=_("Give it to a colleague"),
                    options=tuple(Option(value=str(row.pk), label=name_of(row)) for row in colleagues),
                    options_label=_("To whom"),
                )
            )
    if actor.may(Permission.HOLD):
        found.append(_hold(report))
    if actor.may(Permission.ERASE) and may_be_erased(report):
        found.append(_erase(report))
    return tuple(found)


def _step(name: str, report: Report) -> Verb:
    label, lead = VERBS[name]
    is_close = name == "close"
    return Verb(
        key=name,
        url=_url(f"report_{name}", report),
        label=str(label),
        lead=str(lead),
        options=choices(CLOSURES, without=_NOT_BY_HAND) if is_close else (),
        options_label=_("Because") if is_close else "",
    )


def _hold(report: Report) -> Verb:
    if report.is_held:
        return Verb(
            key="unhold",
            url=_url("report_unhold", report),
            label=_("Lift the legal hold"),
            is_exceptional=True,
            confirm=_("I know that it is erased at the end of its term from then on."),
        )
    return Verb(
        key="hold",
        url=_url("report_hold", report),
        label=_("Place a legal hold"),
        is_exceptional=True,
        confirm=_("I know that nothing is erased until the hold is lifted."),
    )


def _erase(report: Report) -> Verb:
    return Verb(
        key="erase",
        url=_url("report_erase_ask", report),
        label=_("Ask to erase it before its term"),
        lead=_(
            "Another person confirms it on the page “Unit” within a week. The ground stays in the journal, your words do not."
        ),
        options=choices(GROUNDS),
        options_label=_("Because"),
        is_exceptional=True,
        confirm=_("I know that nobody can bring its words back."),
    )


def _url(name: str, report: Report) -> str:
    return reverse(name, args=[report.number])
