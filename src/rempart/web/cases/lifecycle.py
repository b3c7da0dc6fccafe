"""The lives of a report and of a dossier: which verb leads from which state to which, and why something may be closed.

No verb here is the machine's: a state changes because a person says so, with a reason. “Undetermined” leads nowhere that
illegal content goes. The French names of the states are in docs/terms.md.
Source: reference/workflow.md §5.1, §5.3 (union of SCART, ICCAM, NCMEC, Primero).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from rempart.errors import NotAllowed
from rempart.web.people.roles import Permission


class WrongState(NotAllowed):
    """The verb does not lead anywhere from the state in which the row stands."""


class Status(StrEnum):
    """Where a report stands."""

    TO_TRIAGE = "to_triage"  # a_trier
    MORE_ASKED = "more_asked"  # complement_demande
    TO_CAPTURE = "to_capture"  # a_capturer
    CAPTURE_IMPOSSIBLE = "capture_impossible"
    TO_QUALIFY = "to_qualify"  # a_qualifier
    SECOND_READING = "second_reading"  # seconde_lecture
    QUALIFIED = "qualified"  # qualifie
    POLICE_FIRST = "police_first"  # police_d_abord
    REFERRED = "referred"  # oriente
    FOLLOWED_UP = "followed_up"  # en_suivi
    CLOSED = "closed"  # clos
    DUPLICATE = "duplicate"  # doublon
    OUT_OF_REMIT = "out_of_remit"  # hors_mandat
    WITHDRAWN = "withdrawn"  # retire
    REOPENED = "reopened"  # rouvert
    ANONYMISED = "anonymised"  # anonymise


class Outcome(StrEnum):
    """What a person found when qualifying; UNDETERMINED is an answer of its own and never becomes illegal by itself."""

    BASELINE = "baseline"
    NATIONAL = "national"
    NOT_ILLEGAL = "not_illegal"
    UNDETERMINED = "undetermined"


class Closure(StrEnum):
    """Why a report is closed."""

    REMOVED = "removed"  # CR
    UNAVAILABLE = "unavailable"  # CU
    NOT_ILLEGAL = "not_illegal"  # NI
    INSUFFICIENT = "insufficient"  # nothing could be determined
    OUT_OF_REMIT = "out_of_remit"
    DUPLICATE = "duplicate"
    NO_FOLLOW_UP = "no_follow_up"
    WITHDRAWN = "withdrawn"
    IN_DOSSIER = "in_dossier"  # joined to a dossier, where it goes on


ILLEGAL = frozenset({Outcome.BASELINE, Outcome.NATIONAL})
_S = Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One step. sources: the states from which it leads; to: None when its action decides. needs_reason: words, not blanks."""

    name: str
    sources: frozenset[Status]
    to: Status | None
    permission: Permission
    needs_reason: bool = True


def _verb(name: str, sources: set[Status], to: Status | None, permission: Permission) -> Verb:
    return Verb(name=name, sources=frozenset(sources), to=to, permission=permission)


_WORKING = {_S.TO_TRIAGE, _S.TO_CAPTURE, _S.TO_QUALIFY, _S.CAPTURE_IMPOSSIBLE, _S.REOPENED}
_P = Permission
_VERBS = (
    _verb("capture", {_S.TO_TRIAGE, _S.REOPENED}, _S.TO_CAPTURE, _P.TRIAGE_REPORT),
    _verb("captured", {_S.TO_CAPTURE}, _S.TO_QUALIFY, _P.TRIAGE_REPORT),
    _verb("capture_failed", {_S.TO_CAPTURE}, _S.CAPTURE_IMPOSSIBLE, _P.TRIAGE_REPORT),
    _verb("pass_on", {_S.TO_TRIAGE, _S.REOPENED, _S.CAPTURE_IMPOSSIBLE}, _S.TO_QUALIFY, _P.TRIAGE_REPORT),
    _verb("ask_more", _WORKING, _S.MORE_ASKED, _P.TRIAGE_REPORT),
    _verb("more_received", {_S.MORE_ASKED}, _S.TO_TRIAGE, _P.TRIAGE_REPORT),
    _verb("out_of_remit", _WORKING, _S.OUT_OF_REMIT, _P.TRIAGE_REPORT),
    _verb("withdraw", _WORKING | {_S.MORE_ASKED}, _S.WITHDRAWN, _P.TRIAGE_REPORT),
    _verb("qualify", _WORKING, None, _P.QUALIFY_REPORT),
    _verb("confirm_reading", {_S.SECOND_READING}, _S.QUALIFIED, _P.SECOND_READ),
    _verb("contest_reading", {_S.SECOND_READING}, _S.TO_QUALIFY, _P.SECOND_READ),
    _verb("police_first", {_S.QUALIFIED}, _S.POLICE_FIRST, _P.REFER),
    _verb("police_answered", {_S.POLICE_FIRST}, _S.REFERRED, _P.REFER),
    _verb("refer", {_S.QUALIFIED}, _S.REFERRED, _P.REFER),
    _verb("follow_up", {_S.REFERRED}, _S.FOLLOWED_UP, _P.REFER),
    _verb(
        "close",
        _WORKING | {_S.MORE_ASKED, _S.QUALIFIED, _S.REFERRED, _S.FOLLOWED_UP, _S.CAPTURE_IMPOSSIBLE},
        _S.CLOSED,
        _P.TRIAGE_REPORT,
    ),
    _verb("reopen", {_S.CLOSED, _S.DUPLICATE, _S.OUT_OF_REMIT, _S.WITHDRAWN}, _S.REOPENED, _P.TRIAGE_REPORT),
)
REPORT_VERBS: Mapping[str, Verb] = MappingProxyType({verb.name: verb for verb in _VERBS})
AT_REST = frozenset({_S.CLOSED, _S.DUPLICATE, _S.OUT_OF_REMIT, _S.WITHDRAWN, _S.ANONYMISED})


class Stage(StrEnum):
    """Where a dossier stands."""

    OPEN = "open"  # ouvert
    CONSOLIDATION = "consolidation"
    REVIEW = "review"  # revue_contradictoire
    READY = "ready"  # pret
    HANDED_OVER = "handed_over"  # transmis
    ACKNOWLEDGED = "acknowledged"  # accuse
    MORE_ASKED = "more_asked"  # complement_demande
    INVESTIGATION = "investigation"  # enquete
    OUTCOME = "outcome"  # suites
    CLOSED = "closed"  # clos
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a dossier. needs_review: only when every point of the exculpatory checklist was answered."""

    name: str
    sources: frozenset[Stage]
    to: Stage
    permission: Permission
    needs_review: bool = False


def _step(name: str, sources: set[Stage], to: Stage, permission: Permission, *, needs_review: bool = False) -> Step:
    return Step(name=name, sources=frozenset(sources), to=to, permission=permission, needs_review=needs_review)


_D = Stage
_STEPS = (
    _step("consolidate", {_D.OPEN, _D.REVIEW, _D.MORE_ASKED}, _D.CONSOLIDATION, _P.WRITE_DOSSIER),
    _step("begin_review", {_D.OPEN, _D.CONSOLIDATION}, _D.REVIEW, _P.WRITE_DOSSIER),
    _step("make_ready", {_D.REVIEW}, _D.READY, _P.REVIEW_DOSSIER, needs_review=True),
    _step("hand_over", {_D.READY}, _D.HANDED_OVER, _P.EXPORT, needs_review=True),
    _step("acknowledge", {_D.HANDED_OVER}, _D.ACKNOWLEDGED, _P.WRITE_DOSSIER),
    _step("more_asked", {_D.HANDED_OVER, _D.ACKNOWLEDGED}, _D.MORE_ASKED, _P.WRITE_DOSSIER),
    _step("investigate", {_D.HANDED_OVER, _D.ACKNOWLEDGED}, _D.INVESTIGATION, _P.WRITE_DOSSIER),
    _step("record_outcome", {_D.HANDED_OVER, _D.ACKNOWLEDGED, _D.INVESTIGATION}, _D.OUTCOME, _P.WRITE_DOSSIER),
    _step("close", {_D.OPEN, _D.CONSOLIDATION, _D.REVIEW, _D.OUTCOME, _D.INVESTIGATION}, _D.CLOSED, _P.REVIEW_DOSSIER),
    _step("reopen", {_D.CLOSED}, _D.CONSOLIDATION, _P.REVIEW_DOSSIER),
)
DOSSIER_STEPS: Mapping[str, Step] = MappingProxyType({step.name: step for step in _STEPS})


def verbs_from(status: str) -> tuple[Verb, ...]:
    """The verbs that lead somewhere from this state, in the order of the table."""
    return tuple(verb for verb in _VERBS if status in verb.sources)


def steps_from(status: str) -> tuple[Step, ...]:
    """The same for a dossier."""
    return tuple(step for step in _STEPS if status in step.sources)


def require_verb(name: str, *, status: str) -> Verb:
    """The verb of this name. Raises: WrongState, when it does not lead anywhere from this state."""
    verb = REPORT_VERBS[name]
    if status not in verb.sources:
        raise WrongState("The report has moved on meanwhile; this step is no longer open. Nothing was changed.")
    return verb


def require_step(name: str, *, status: str) -> Step:
    """The same for a dossier. Raises: WrongState."""
    step = DOSSIER_STEPS[name]
    if status not in step.sources:
        raise WrongState("The dossier has moved on meanwhile; this step is no longer open. Nothing was changed.")
    return step
