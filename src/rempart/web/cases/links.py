"""Verbs on proposals: a person joins two reports or refuses to, says why, and may take it back. What the traces did not find a person
proposes; then somebody else judges it, because nobody confirms their own reading (§5.5), and who proposed may take it back until then.

To join is one of two things: where neither report is in a dossier, the later one is a duplicate of the earlier; where one is, the other
goes there too. A report ranks by what its duplicates tell as well, so that a join never hides an urgency. What stood before is written with the event, sealed, and comes back when somebody undoes it. A judgement holds for
these two reports alone: nothing follows for a third. What was refused is not proposed again.
Source: reference/workflow.md §5.1 (doublon), §5.3; the caller has passed `people.access.access_link`, or `access_report` for both.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db import router, transaction
from django.db.models import Count, Exists, OuterRef
from django.db.models.functions import TruncDate

from rempart.errors import BadInput, NotAllowed
from rempart.web.cases.dossiers import attach_report, detach_report, wrong_value
from rempart.web.cases.events import Act, Told, of_report, record_all, words
from rempart.web.cases.lifecycle import AT_REST, Closure, Status
from rempart.web.cases.models import Event, Link, Report
from rempart.web.cases.ranking import rank_report
from rempart.web.cases.reports import KEEP_CLOSED, By, Held, required_reason
from rempart.web.people.models import Organisation

# What a join changes of the later report; the event keeps how each stood before.
_PLAIN = ("status", "is_open", "closure", "assigned_to_id")
_CHANGED = (*_PLAIN, "closed_at", "erase_date", "duplicate_of_id", "locked_until")
_URGENT = 1  # P0 and P1
_JOINS, _OTHER = "joined", "joined_other"  # of the later report, and of the earlier: one pair counts once
_REFUSES, _UNDOES, _UNDOES_OTHER = "link_refused", "link_undone", "link_undone_other"
_PROPOSES, _WITHDRAWS = "link_proposed", "link_withdrawn"
_JUDGES = frozenset({_JOINS, _OTHER, _REFUSES})
# What two reports may share: the kinds of traces, and what only a person sees.
KINDS = ("address", "account", "handle", "email", "phone", "file", "text", "receipt", "other")


class State(StrEnum):
    """What people made of a proposal."""

    PROPOSED = "proposed"
    JOINED = "joined"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # by who proposed it; it may be proposed again


class JudgedMeanwhile(NotAllowed):
    """Somebody has judged this proposal meanwhile, or nobody has where a judgement is to be taken back."""


class SameReport(BadInput):
    """A report was to be linked with itself."""


class AlreadyLinked(NotAllowed):
    """The pair is proposed or judged already."""


class OwnProposal(NotAllowed):
    """Nobody judges what they proposed."""


class NotProposer(NotAllowed):
    """Only who proposed takes a proposal back."""


class TwoDossiers(NotAllowed):
    """Both reports are in dossiers, and not in the same one."""


class ChangedSince(NotAllowed):
    """What a join made was changed by somebody afterwards."""


class StillUrgent(NotAllowed):
    """An urgent report would leave the queue behind one that is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinsOfDay:
    """How many joins of a day still stand."""

    day_date: date
    joins: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """A link whose rows nobody else changes now; `first` came before `later`."""

    link: Link
    first: Report
    later: Report

    @property
    def both(self) -> tuple[Report, Report]:
        return self.first, self.later


def propose_link(report: Report, other: Report, *, kind: str, by: By) -> Link:
    """A person says that two reports belong together where no trace does; somebody else judges it, like any proposal.

    kind: of KINDS. Raises: NoReason, NotWritten, SameReport, AlreadyLinked, NothingToSeal when the words of one were erased.
    """
    reason = required_reason(by)
    if kind not in KINDS:
        raise wrong_value("kind")
    if report.pk == other.pk:
        raise SameReport("A report is not linked with itself. Nothing was changed.")
    first, later = sorted((report, other), key=lambda row: row.number)
    with transaction.atomic(using=_alias()):
        pair = _Pair(link=_propose(first, later, kind=kind, by=by), first=first, later=later)
        _tell(pair, (_PROPOSES, _PROPOSES), by, {"reason": reason})
    return pair.link


def withdraw_link(link: Link, *, by: By) -> Link:
    """Who proposed it takes it back before it is judged; it may be proposed again. Raises: NoReason, JudgedMeanwhile, NotProposer."""
    reason = required_reason(by)
    with transaction.atomic(using=_alias()):
        pair = _locked(link, State.PROPOSED)
        if pair.link.proposed_by_id != by.person.pk:
            raise NotProposer("You did not propose this. Nothing was changed; judge it instead.")
        proposals = [_latest(report, pair.link, frozenset({_PROPOSES})) for report in pair.both]
        _set(pair, State.WITHDRAWN, by)
        _tell(pair, (_WITHDRAWS, _WITHDRAWS), by, {"reason": reason}, supersedes=[told.id for told in proposals])
    return pair.link


def join_reports(link: Link, *, by: By) -> Link:
    """These two belong together.

    Raises: NoReason, JudgedMeanwhile, OwnProposal, TwoDossiers, StillUrgent, Held when a colleague works on what would be closed.
    """
    reason = required_reason(by)
    with transaction.atomic(using=_alias()):
        pair = _to_judge(link, by)
        said = _join(pair, by)
        _set(pair, State.JOINED, by)
        _tell(pair, (_OTHER, _JOINS), by, {"reason": reason, **said})
    return pair.link


def refuse_link(link: Link, *, by: By) -> Link:
    """These two do not belong together; they are not proposed again. Raises: NoReason, JudgedMeanwhile, OwnProposal."""
    reason = required_reason(by)
    with transaction.atomic(using=_alias()):
        pair = _to_judge(link, by)
        _set(pair, State.REFUSED, by)
        _tell(pair, (_REFUSES, _REFUSES), by, {"reason": reason})
    return pair.link


def undo_link(link: Link, *, by: By) -> Link:
    """Takes a join or a refusal back: the proposal waits again, and the reports stand as they stood before.

    Raises: NoReason, JudgedMeanwhile when nothing was judged, ChangedSince when somebody went on from the join.
    """
    reason = required_reason(by)
    with transaction.atomic(using=_alias()):
        pair = _locked(link, State.JOINED, State.REFUSED)
        judgements = [_latest(report, pair.link, _JUDGES) for report in pair.both]
        if pair.link.state == State.JOINED:
            _restore(pair, judgements[1], by)
        _set(pair, State.PROPOSED, by)
        _tell(pair, (_UNDOES_OTHER, _UNDOES), by, {"reason": reason}, supersedes=[told.id for told in judgements])
    return pair.link


def joins_per_day(organisation: Organisation, *, since_at: datetime, until_at: datetime) -> tuple[JoinsOfDay, ...]:
    """Joins of each day (UTC) that were not undone, the first day first; a day without any is not listed.

    What a join saves is a second full reading; how many minutes that is, the page says, not this count.
    """
    own = Report.objects.filter(pk=OuterRef("subject"), organisation=organisation)
    undone = Event.objects.filter(supersedes=OuterRef("pk"), action=_UNDOES)
    joins = Event.objects.filter(action=_JOINS, at__gte=since_at, at__lt=until_at)
    rows = (
        joins.filter(Exists(own), ~Exists(undone))
        .annotate(day=TruncDate("at"))
        .values_list("day")
        .annotate(Count("id"))
        .order_by("day")
    )
    return tuple(JoinsOfDay(day_date=day, joins=joins) for day, joins in rows)


# -- proposing ------------------------------------------------------------------------------------------


def _propose(first: Report, later: Report, *, kind: str, by: By) -> Link:
    """The row of the pair, new or withdrawn before. Raises: AlreadyLinked."""
    told = {"kinds": kind, "similarity": None, "state": State.PROPOSED, "at": by.at, "proposed_by": by.person}
    fresh = {"id": UUID(bytes=secrets.token_bytes(16), version=4), **told}
    link, is_new = Link.objects.get_or_create(a=first, b=later, defaults=fresh)  # the worker may be faster
    if is_new:
        return link
    if not Link.objects.filter(pk=link.pk, state=State.WITHDRAWN).update(**told):
        raise _already(State(link.state))
    link.refresh_from_db()
    return link


def _already(state: State) -> AlreadyLinked:
    if state is State.JOINED:
        return AlreadyLinked("These two reports are joined already. Nothing was changed.")
    if state is State.REFUSED:
        return AlreadyLinked(
            "Somebody found that these two reports do not belong together. Nothing was changed; undo that first if it is not so."
        )
    return AlreadyLinked(
        "These two reports are proposed already. Nothing was changed; the proposal waits to be judged."
    )


def _to_judge(link: Link, by: By) -> _Pair:
    """The proposal, for somebody who did not make it. Raises: JudgedMeanwhile, OwnProposal."""
    pair = _locked(link, State.PROPOSED)
    if pair.link.proposed_by_id == by.person.pk:
        raise OwnProposal(
            "You proposed this yourself, so somebody else judges it. Nothing was changed; you may take your proposal back."
        )
    return pair


# -- joining --------------------------------------------------------------------------------------------


def _join(pair: _Pair, by: By) -> dict[str, object]:
    """Makes one of two things of it, and gives what the event must keep to take it back."""
    first, later = pair.both
    if first.dossier_id and later.dossier_id:
        if first.dossier_id != later.dossier_id:
            raise TwoDossiers(
                "The two reports are in two dossiers. Nothing was changed; take one of them out of its dossier first."
            )
        return {"effect": "none"}
    filed = next((report for report in pair.both if report.dossier_id), None)
    if filed is not None and filed.dossier is not None:
        other = later if filed is first else first
        attach_report(filed.dossier, other, by=by)
        return {"effect": "dossier", "moved": other.number, "dossier": filed.dossier.number}
    if later.status in AT_REST or _is_behind(first, later):
        return {"effect": "none"}  # it is at rest already, for a reason of its own, which stays
    _require_free(later, by)
    if later.level <= _URGENT and not _last(first).is_open:
        raise StillUrgent(
            "The earlier report is closed, and the later one is urgent. Nothing was changed; reopen the earlier one first."
        )
    before = _before(later)
    later.status, later.is_open, later.closure = Status.DUPLICATE, False, Closure.DUPLICATE
    later.closed_at, later.erase_date = by.at, (by.at + KEEP_CLOSED).date()
    later.duplicate_of, later.assigned_to, later.locked_until = first, None, None
    later.save(update_fields=_CHANGED)
    rank_report(_last(first), now=by.at)  # what the later one tells must not be less urgent there
    return {"effect": "duplicate", "before": before}


def _is_behind(first: Report, later: Report) -> bool:
    """Whether the earlier one is already a duplicate of the later one, directly or through others: no circle is made."""
    return later.pk in {row.pk for row in _chain(first)}


def _last(report: Report) -> Report:
    """The report that stands for this one in the queue: itself, or that of which it is a duplicate."""
    return _chain(report)[-1]


def _chain(report: Report) -> list[Report]:
    """The report, that of which it is a duplicate, and so on."""
    rows = [report]
    while (row := rows[-1]).status == Status.DUPLICATE and row.duplicate_of and row.duplicate_of not in rows:
        rows.append(row.duplicate_of)
    return rows


def _restore(pair: _Pair, told: Told, by: By) -> None:
    effect, first, later = told.payload.get("effect"), pair.first, pair.later
    if effect == "dossier":
        moved = first if told.payload.get("moved") == first.number else later
        dossier = moved.dossier
        if dossier is None or dossier.number != told.payload.get("dossier"):
            raise _changed()
        detach_report(dossier, moved, by=by)
        moved.dossier = None
        rank_report(moved, now=by.at)
    elif effect == "duplicate":
        before = told.payload.get("before")
        if later.status != Status.DUPLICATE or later.duplicate_of_id != first.pk or not isinstance(before, Mapping):
            raise _changed()
        _put_back(later, before)
        rank_report(_last(first), now=by.at)


def _before(row: Report) -> dict[str, object]:
    """How the columns stand, as the event keeps them; the lock is not given back."""
    return {
        **{name: getattr(row, name) for name in _PLAIN},
        "closed_at": row.closed_at.isoformat() if row.closed_at else None,
        "erase_date": row.erase_date.isoformat() if row.erase_date else None,
        "duplicate_of_id": str(row.duplicate_of_id) if row.duplicate_of_id else None,
    }


def _put_back(row: Report, before: Mapping[str, object]) -> None:
    for name in _PLAIN:
        setattr(row, name, before[name])
    closed, erased, duplicate = (before[name] for name in ("closed_at", "erase_date", "duplicate_of_id"))
    row.closed_at = datetime.fromisoformat(str(closed)) if closed else None
    row.erase_date = date.fromisoformat(str(erased)) if erased else None
    row.duplicate_of_id = UUID(str(duplicate)) if duplicate else None
    row.locked_until = None
    row.save(update_fields=_CHANGED)


# -- beside -----------------------------------------------------------------------------------------------


def _latest(report: Report, link: Link, actions: frozenset[str]) -> Told:
    """The last event of these actions on this report that is about this link."""
    found = [told for told in words(of_report(report), actions=actions) if told.payload.get("link") == str(link.pk)]
    if not found:
        raise ChangedSince(
            "The words of this join were erased, and with them how the reports stood before. Nothing was changed."
        )
    return found[-1]


def _locked(link: Link, *states: State) -> _Pair:
    """The link and both reports, always locked in the same order. Raises: JudgedMeanwhile."""
    row = Link.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if row.state not in states:
        raise JudgedMeanwhile("Somebody has judged this meanwhile. Nothing was changed; look at the page again.")
    both = Report.objects.select_for_update(of=("self",)).filter(pk__in=(row.a_id, row.b_id)).order_by("number")
    first, later = both
    return _Pair(link=row, first=first, later=later)


def _set(pair: _Pair, state: State, by: By) -> None:
    pair.link.state, pair.link.at = str(state), by.at
    pair.link.save(update_fields=["state", "at"])


def _tell(
    pair: _Pair,
    actions: tuple[str, str],
    by: By,
    said: Mapping[str, object],
    *,
    supersedes: Sequence[UUID | None] = (None, None),
) -> None:
    """One event on each of the two reports; each names the other by its number."""
    others = (pair.later, pair.first)
    record_all(
        [
            (
                Act(
                    action=action,
                    actor=by.actor.pseudonym,
                    at=by.at,
                    payload={"link": str(pair.link.pk), "other": other.number, "kinds": pair.link.kinds, **said},
                    supersedes=earlier,
                ),
                of_report(report),
            )
            for report, other, action, earlier in zip(pair.both, others, actions, supersedes, strict=True)
        ]
    )


def _require_free(row: Report, by: By) -> None:
    is_others = row.assigned_to_id not in (None, by.person.pk)
    if is_others and row.locked_until is not None and row.locked_until > by.at:
        raise Held(
            "A colleague works on the later report now. Nothing was changed; ask them, or wait until they let it go."
        )


def _changed() -> ChangedSince:
    return ChangedSince("Somebody went on from this join. Nothing was changed; take the later step back first.")


def _alias() -> str:
    return router.db_for_write(Link)
