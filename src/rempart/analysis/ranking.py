"""From alerts and facts to the ranking that the documents show.

Alerts only order the reading and suggest gates and factors; points and levels come from facts with a named author.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from rempart.analysis.alerts_shown import Sources
from rempart.analysis.document import (
    AlertShown,
    AnswerShown,
    Enquiry,
    FactorShown,
    GateShown,
    Interval,
    RankedSubject,
)
from rempart.analysis.proposals import NOTHING, Proposed
from rempart.priority.exploitability import Exploitability, read_exploitability
from rempart.priority.facts import Facts
from rempart.priority.rank import rank
from rempart.priority.ranked import FactorRow, GateRow, Ranked, Reading, Subject, Suggested, Suggestion
from rempart.priority.sample import sample_low
from rempart.priority.weights import Weights, Wording

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MEETING = Wording(
    fr="rencontre avec lieu et heure, la personne visée par les messages étant indiquée comme mineure",
    en="a meeting with place and time, the addressee being indicated to be a minor",
)
_EXTORTION = Wording(
    fr="menace avec exigence de paiement ou compte à rebours", en="a threat with a demand or countdown"
)
_GROOMING = Wording(
    fr="tactiques fortes envers une personne indiquée comme mineure",
    en="strong tactics towards somebody indicated to be a minor",
)
_SEVERAL = Wording(fr="alertes envers plusieurs personnes", en="alerts towards several people")
_NAMES = Wording(fr="le compte a porté plusieurs noms", en="the account has borne several names")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """What a ranking rests on beside the alerts: statements of people, and the table of weights."""

    facts: Facts
    weights: Weights


def rank_subjects(
    sources: Sources,
    alerts: Sequence[AlertShown],
    *,
    told: Ranking,
    as_of: datetime | None,
    proposed: Proposed = NOTHING,
) -> tuple[tuple[RankedSubject, ...], dict[str, str]]:
    """Everybody with an alert or a fact, or whom `proposed` tells, in the order of reading; and the title of every gate and factor.

    as_of None (no instant in the exhibits): the latest fact, else 1970, so that no gate with a time limit holds.
    """
    facts, weights = told.facts, told.weights
    known = sorted({*subjects_of(sources, alerts, facts), *proposed.told})
    subjects = [_subject(sources, subject, alerts, proposed.of(subject)) for subject in known]
    moment = as_of or max((fact.at for fact in facts.facts), default=EPOCH)
    ranked = rank(subjects, facts=facts, weights=weights, as_of=moment)
    drawn = {item.subject for item in sample_low(ranked, seed=_seed(sources))}
    answers = {
        item.subject: item
        for item in read_exploitability([item.subject for item in ranked], facts=facts, weights=weights)
    }
    shown = tuple(
        _show(item, sources, alerts, weights, answers=answers[item.subject], always_read=item.subject in drawn)
        for item in ranked
    )
    lang = sources.words.lang
    titles = {gate.code: gate.title.text(lang) for gate in weights.gates}
    titles |= {factor.code: factor.title.text(lang) for factor in weights.factors}
    return shown, titles


def subjects_of(sources: Sources, alerts: Sequence[AlertShown], facts: Facts) -> list[str]:
    """Accounts with an alert, and those of the exhibits of which people stated something; by id."""
    stated = [fact.subject for fact in (*facts.facts, *facts.answers) if sources.names.is_known(fact.subject)]
    return sorted({alert.speaker for alert in alerts} | set(stated))


def _seed(sources: Sources) -> str:
    """From the evidence itself, so that nobody chooses who is drawn."""
    return hashlib.sha256("\n".join(sources.detection.timeline.conversations).encode()).hexdigest()


def _subject(sources: Sources, subject: str, alerts: Sequence[AlertShown], proposed: Sequence[Suggestion]) -> Subject:
    own = [alert for alert in alerts if alert.speaker == subject]
    strong = {tactic.tactic for alert in own for tactic in alert.tactics if tactic.strength == "strong"}
    reading = Reading(
        level=None if not own else "immediate" if any(a.level == "immediate" for a in own) else "to_read",
        alerts=len(own),
        strong_tactics=len(strong),
        last_at=max((alert.last_at for alert in own if alert.last_at), default=None),
        suggestions=_merged([*_suggestions(sources, subject, own), *proposed]),
    )
    return Subject(id=subject, name=sources.names.account_name(subject), reading=reading)


def _merged(suggestions: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    """Each code once: what the words suggest stands before what the joins suggest, which adds its places."""
    kept: dict[str, Suggestion] = {}
    for one in suggestions:
        known = kept.get(one.code)
        kept[one.code] = replace(known, refs=tuple(dict.fromkeys((*known.refs, *one.refs)))) if known else one
    return tuple(kept.values())


def _suggestions(sources: Sources, subject: str, own: Sequence[AlertShown]) -> Iterable[Suggestion]:
    """Gates and factors that the alerts suggest; a person confirms or contradicts them."""
    meeting = [alert for alert in own if "meeting_minor" in alert.reasons]
    extortion = [alert for alert in own if "threat_payment" in alert.reasons]
    minor = [alert for alert in own if any(age.minor and age.account == alert.addressee for age in alert.ages)]
    if meeting:
        yield Suggestion(code="G2", refs=_refs(meeting, ("meeting",)), why=_MEETING)
    if extortion:
        yield Suggestion(code="G4", refs=_refs(extortion, ("threat", "payment_demand")), why=_EXTORTION)
    if minor:
        yield Suggestion(code="grooming_of_minor", refs=_refs(minor, ()), why=_GROOMING)
    if len({alert.addressee for alert in own if alert.addressee}) > 1:
        yield Suggestion(code="several_victims", refs=tuple(alert.id for alert in own), why=_SEVERAL)
    if own and len(sources.names.all_names(subject)) > 1:
        yield Suggestion(code="changed_identity", refs=(subject,), why=_NAMES)


def _refs(alerts: Sequence[AlertShown], tactics: Sequence[str]) -> tuple[str, ...]:
    """Locators of the messages behind a suggestion: of these tactics, or of every strong one."""
    found = [
        locator
        for alert in alerts
        for tactic in alert.tactics
        if tactic.strength == "strong" and (tactic.tactic in tactics or not tactics)
        for locator in tactic.locators
    ]
    return tuple(dict.fromkeys(found))[:20]


def _show(  # noqa: PLR0913 - puts one row of the document together
    item: Ranked,
    sources: Sources,
    alerts: Sequence[AlertShown],
    weights: Weights,
    *,
    answers: Exploitability,
    always_read: bool,
) -> RankedSubject:
    lang = sources.words.lang
    stated = {row.code for row in item.factors}
    suggested = [s for s in item.suggestions if s.kind == "factor" and s.code not in stated]
    enquiry = item.next_enquiry
    return RankedSubject(
        subject=item.subject,
        name=item.name or item.subject,
        level=item.level,
        level_range=(item.level_range.under_min, item.level_range.under_max),
        gates=tuple(_gate(row, item.suggestions, sources) for row in item.gates),
        points=Interval(min=item.points.min, max=item.points.max),
        factors=(
            *(_factor(row, sources) for row in item.factors),
            *(_suggested(row, sources, weights) for row in suggested),
        ),
        unknown=item.unknown,
        next_enquiry=Enquiry(code=enquiry.code, sentence=enquiry.question.text(lang)) if enquiry else None,
        reading_order=item.reading_order,
        rank_min=item.rank_min,
        rank_max=item.rank_max,
        alerts=tuple(alert.id for alert in alerts if alert.speaker == item.subject),
        confirmed_by=item.confirmed_by,
        always_read=always_read,
        exploitability=tuple(_answer(answers, sources)),
    )


def _gate(row: GateRow, suggestions: Sequence[Suggested], sources: Sources) -> GateShown:
    lang = sources.words.lang
    suggestion = next((item for item in suggestions if item.code == row.code), None)
    sentences = [*(why.text(lang) for why in row.why), *([row.first.text(lang)] if row.first else [])]
    only_suggested = row.by is None and suggestion is not None
    if only_suggested and suggestion is not None:
        sentences.append(suggestion.why.text(lang))
    return GateShown(
        code=row.code,
        title=row.title.text(lang),
        level=row.level,
        state="suggested" if only_suggested else row.state,
        holds=row.holds,
        by=row.by,
        at=row.at,
        evidence=suggestion.refs if only_suggested and suggestion is not None else row.evidence,
        confirm_within_hours=row.confirm_within_hours,
        why=" ".join(_sentences(sentences)),
    )


def _sentences(parts: Iterable[str]) -> Iterable[str]:
    for part in dict.fromkeys(parts):
        yield part[:1].upper() + part[1:] + ("" if part.endswith((".", "!", "?")) else ".")


def _factor(row: FactorRow, sources: Sources) -> FactorShown:
    return FactorShown(
        code=row.code,
        title=row.title.text(sources.words.lang),
        block=row.block,
        state=row.state,
        points=Interval(min=row.points_min, max=row.points_max),
        by=row.by,
        at=row.at,
        evidence=row.evidence,
        why=row.note or "",
    )


def _suggested(row: Suggested, sources: Sources, weights: Weights) -> FactorShown:
    """A factor that only the machine suggests: nothing now, its full points at most once a person has stated it."""
    lang = sources.words.lang
    factor = weights.factor(row.code)
    return FactorShown(
        code=row.code,
        title=row.title.text(lang),
        block=factor.block,
        state="suggested",
        points=Interval(min=0, max=factor.points),
        by=None,
        at=None,
        evidence=row.refs,
        why=" ".join(_sentences([row.why.text(lang), row.question.text(lang)])),
    )


def _answer(answers: Exploitability, sources: Sources) -> Iterable[AnswerShown]:
    lang = sources.words.lang
    for point in answers.points:
        yield AnswerShown(
            code=point.code,
            title=point.title.text(lang),
            known=point.known,
            answer=point.answer,
            deadline_at=point.deadline_at,
            by=point.by,
            at=point.at,
        )


def unplaced(sources: Sources, facts: Facts) -> Mapping[str, int]:
    """Statements about accounts that the exhibits do not hold: id -> how many."""
    counts: dict[str, int] = {}
    for statement in (*facts.facts, *facts.answers):
        if not sources.names.is_known(statement.subject):
            counts[statement.subject] = counts.get(statement.subject, 0) + 1
    return counts
