"""What people establish: gates and factors of the priority, stated with reason and evidence; every statement orders the work anew.

Machine findings are never facts: they suggest, and a person states (reference/priority.md C3).
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import router, transaction

from rempart.priority.vocabulary import FACTOR_CODES, GATE_CODES, STATES
from rempart.web.cases.dossiers import NotThere, contents, rank_all, require_item, tell, wrong_value
from rempart.web.cases.events import Act, of_report, record, words
from rempart.web.cases.folding import TAKEN_BACK
from rempart.web.cases.models import Dossier, Report
from rempart.web.cases.ranking import rank_dossier, rank_report
from rempart.web.cases.reports import By, required_reason


def state_fact(dossier: Dossier, *, by: By, words_told: Mapping[str, object]) -> UUID:
    """A gate or factor that a person states of somebody in the dossier, with reason and evidence; then the order is made anew.

    words_told: subject (id of a person of the dossier, or "" for the dossier), code, state, event_at, at_least, evidence.
    Raises: NoReason, NotWritten, NotThere.
    """
    reason = required_reason(by)
    said = _fact_words(dossier, words_told)
    with transaction.atomic(using=_alias()):
        event = tell(dossier, "fact_stated", by, {**said, "reason": reason})
        rank_all(dossier, by.at)
    return event


def state_fact_on_report(report: Report, *, by: By, words_told: Mapping[str, object]) -> UUID:
    """The same, of a report that is in no dossier yet. Raises: NoReason, NotWritten."""
    reason = required_reason(by)
    said = _fact_words(None, words_told)
    with transaction.atomic(using=_alias()):
        event = record(
            Act(action="fact_stated", actor=by.actor.pseudonym, at=by.at, payload={**said, "reason": reason}),
            subject=of_report(report),
        )
        rank_report(report, now=by.at)
        if report.dossier is not None:
            rank_dossier(report.dossier, now=by.at)
    return event.id


def take_back_on_report(report: Report, entry: UUID, *, by: By) -> None:
    """Takes a statement on a report back, with a reason; the history keeps both, and the order is made anew. Raises: NoReason, NotThere."""
    reason = required_reason(by)
    subject = of_report(report)
    told = words(subject, actions=frozenset({"fact_stated", TAKEN_BACK}))
    is_gone = any(event.supersedes == entry for event in told)
    if is_gone or entry not in {event.id for event in told if event.action == "fact_stated"}:
        raise NotThere("This statement is not on this report, or was taken back already. Nothing was changed.")
    with transaction.atomic(using=_alias()):
        record(
            Act(action=TAKEN_BACK, actor=by.actor.pseudonym, at=by.at, payload={"reason": reason}, supersedes=entry),
            subject=subject,
        )
        rank_report(report, now=by.at)
        if report.dossier is not None:
            rank_dossier(report.dossier, now=by.at)


def _fact_words(dossier: Dossier | None, told: Mapping[str, object]) -> dict[str, object]:
    code, state = told.get("code"), told.get("state")
    if code not in (*GATE_CODES, *FACTOR_CODES):
        raise wrong_value("code")
    if state not in STATES:
        raise wrong_value("state")
    subject = str(told.get("subject") or "")
    if subject and dossier is not None:
        require_item(contents(dossier).people, _uuid(subject))
    evidence = told.get("evidence")
    return {
        "subject": subject,
        "code": code,
        "state": state,
        "event_at": _instant(told.get("event_at")),
        "at_least": told.get("at_least") if isinstance(told.get("at_least"), int) else None,
        "evidence": [str(item)[:500] for item in evidence] if isinstance(evidence, (list, tuple)) else [],
    }


def _instant(value: object) -> str | None:
    """An aware instant as ISO text, or None when it was not told. Raises: NotWritten."""
    if value in (None, ""):
        return None
    try:
        told = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise wrong_value("event_at") from None
    if told.tzinfo is None:
        raise wrong_value("event_at")
    return told.isoformat()


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise wrong_value("subject") from None


def _alias() -> str:
    return router.db_for_write(Report)
