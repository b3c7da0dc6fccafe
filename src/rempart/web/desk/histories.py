"""The events of a report or dossier as people read them: who, when, what, why, and the number of the leaf that proves it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rempart.priority.reported import REPORTER
from rempart.web.cases.events import WORKER, Told
from rempart.web.cases.folding import TAKEN_BACK
from rempart.web.desk.rows import HistoryRow
from rempart.web.desk.words import (
    CLOSURES,
    OUTCOMES,
    STATES,
    STATUSES,
    WHY,
    dossier_number,
    level_of,
    reason_title,
    report_number,
    word,
)
from rempart.web.people.accounts import OWNER
from rempart.web.people.models import Person

Names = Mapping[str, str]  # by pseudonym
# What was done, in words; verbs of the life cycle among them.
ACTIONS: Mapping[str, str | Promise] = {
    "opened": gettext_lazy("opened"),
    "not_opened": gettext_lazy("could not be opened"),
    "message_came": gettext_lazy("a message of the reporter came"),
    "report_taken": gettext_lazy("taken"),
    "report_let_go": gettext_lazy("given back to the queue"),
    "report_assigned": gettext_lazy("given to a colleague"),
    "consulted": gettext_lazy("consulted"),
    "motive_told": gettext_lazy("said why it is opened"),
    "shown": gettext_lazy("words were shown"),
    "capture": gettext_lazy("sent to be captured"),
    "captured": gettext_lazy("captured"),
    "capture_failed": gettext_lazy("could not be captured"),
    "pass_on": gettext_lazy("passed on to be qualified"),
    "ask_more": gettext_lazy("asked the reporter for more"),
    "more_received": gettext_lazy("the reporter gave more"),
    "out_of_remit": gettext_lazy("out of remit"),
    "withdraw": gettext_lazy("withdrawn by its author"),
    "qualify": gettext_lazy("qualified"),
    "confirm_reading": gettext_lazy("second reading: confirmed"),
    "contest_reading": gettext_lazy("second reading: contested"),
    "police_first": gettext_lazy("police first"),
    "police_answered": gettext_lazy("the police answered"),
    "refer": gettext_lazy("referred"),
    "follow_up": gettext_lazy("followed up"),
    "close": gettext_lazy("closed"),
    "reopen": gettext_lazy("reopened"),
    "hold_set": gettext_lazy("legal hold placed"),
    "hold_lifted": gettext_lazy("legal hold lifted"),
    "joined": gettext_lazy("joined with another report"),
    "joined_other": gettext_lazy("joined with another report"),
    "link_proposed": gettext_lazy("proposed to belong with another report"),
    "link_withdrawn": gettext_lazy("a proposal on another report was taken back"),
    "link_refused": gettext_lazy("found not to belong with another report"),
    "link_undone": gettext_lazy("a judgement on another report was taken back"),
    "link_undone_other": gettext_lazy("a judgement on another report was taken back"),
    "attached": gettext_lazy("put into a dossier"),
    "detached": gettext_lazy("taken out of a dossier"),
    "fact_stated": gettext_lazy("stated a point of the ranking"),
    TAKEN_BACK: gettext_lazy("took a statement back"),
    "rank_moved": gettext_lazy("level changed"),
    "answered": gettext_lazy("answered the reporter"),
    "mailbox_closed": gettext_lazy("closed the reporter's mailbox"),
    "mailbox_opened": gettext_lazy("opened the reporter's mailbox again"),
    "erasure_asked": gettext_lazy("asked to have it erased before its term"),
    "erased": gettext_lazy("words erased"),
    "draft_taken_in": gettext_lazy("taken in from an unfinished form"),
    "draft_left": gettext_lazy("unfinished form left as it is"),
}
SHOWN: Mapping[str, str | Promise] = {
    "words": gettext_lazy("the person's words"),
    "messages": gettext_lazy("messages"),
    "contact": gettext_lazy("contact details"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event with its words, and the number of its leaf."""

    told: Told
    leaf: int


def names_of(pseudonyms: Iterable[str]) -> Names:
    """What people are called at the desk, by pseudonym; one question for all."""
    people = Person.objects.select_related("user").filter(pseudonym__in=set(pseudonyms))
    return {person.pseudonym: name_of(person) for person in people}


def name_of(person: Person) -> str:
    """What somebody is called at the desk."""
    return str(person.user.get_full_name() or person.user.get_username())


def named(pseudonym: str, names: Names) -> str:
    """The name behind a pseudonym; the pseudonym itself when nobody has it here any more."""
    if pseudonym == WORKER:
        return _("the worker")
    if pseudonym == REPORTER:
        return _("the reporter")
    if pseudonym == OWNER:
        return _("whoever runs the machine")
    return names.get(pseudonym, pseudonym)


def history_rows(entries: Iterable[Entry], *, names: Names, numbers: frozenset[int]) -> tuple[HistoryRow, ...]:
    """The entries in words, in the order given. numbers: of other reports that the reader may know of; no other is named."""
    listed = list(entries)
    gone = {entry.told.supersedes for entry in listed if entry.told.supersedes}
    return tuple(_row(entry, names, numbers, is_undone=entry.told.id in gone) for entry in listed)


def others_in(entries: Iterable[Entry]) -> frozenset[int]:
    """Numbers of other reports that the entries speak of."""
    told = (entry.told.payload.get("other") for entry in entries)
    return frozenset(number for number in told if isinstance(number, int))


def _row(entry: Entry, names: Names, numbers: frozenset[int], *, is_undone: bool) -> HistoryRow:
    told = entry.told
    reason = str(told.payload.get("reason") or "")
    return HistoryRow(
        at=told.at,
        actor=named(told.actor, names),
        action=word(ACTIONS, told.action),
        motive=word(WHY, told.motive) if told.motive else reason,
        detail=_("its words were erased") if told.is_erased else " · ".join(_details(told, names, numbers)),
        leaf=entry.leaf,
        is_undone=is_undone,
    )


def _details(told: Told, names: Names, numbers: frozenset[int]) -> list[str]:
    said = told.payload
    found: list[str] = []
    if told.action == "rank_moved":
        found.append(_levels(told))
    elif "from" in said and "to" in said:
        found.append(f"{word(STATUSES, str(said['from']))} → {word(STATUSES, str(said['to']))}")
    if told.action == "report_assigned":
        found.append(named(str(said.get("to", "")), names))
    if told.action == "shown":
        found.append(word(SHOWN, str(said.get("what", ""))))
    if told.action == "fact_stated":
        found.append(f"{reason_title(str(said.get('code', '')))}: {word(STATES, str(said.get('state', '')))}")
    found += [word(OUTCOMES, str(said["outcome"]))] if said.get("outcome") else []
    found += [word(CLOSURES, str(said["closure"]))] if said.get("closure") else []
    found += [str(said[name]) for name in ("basis", "note") if said.get(name)]
    other, dossier = said.get("other"), said.get("dossier")
    if isinstance(other, int) and other in numbers:
        found.append(report_number(other))
    if isinstance(dossier, int) and told.action in ("attached", "detached"):
        found.append(dossier_number(dossier))
    return found


def _levels(told: Told) -> str:
    before, after = (told.payload.get(name) for name in ("from", "to"))
    gained = told.payload.get("gained")
    because = [reason_title(str(code)) for code in gained] if isinstance(gained, (list, tuple)) else []
    return moved_sentence(
        int(before) if isinstance(before, int) else -1, int(after) if isinstance(after, int) else -1, because
    )


def moved_sentence(before: int, after: int, because: Iterable[str]) -> str:
    """P2 → P0 because …; levels as the rows hold them."""
    told = f"{_level(before)} → {_level(after)}"
    reasons = ", ".join(because)
    return _("{levels} because: {reasons}").format(levels=told, reasons=reasons) if reasons else told


def _level(number: int) -> str:
    name = level_of(number)
    return _("not ranked") if name == "unranked" else name
