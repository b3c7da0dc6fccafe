"""What the statements on one subject amount to: gates, points, level, what is unknown, what to ask next.

Invariant: it is given facts and codes only; no name, no id and no machine measure can reach it.
"""

from collections.abc import Mapping, Set
from datetime import datetime

from rempart.priority.enquiry import Situation, find_next_enquiry
from rempart.priority.facts import Fact
from rempart.priority.gates import show_gate
from rempart.priority.ranked import Assessment, FactorRow
from rempart.priority.scoring import Known, interval_of, known_factors, known_from, score_blocks, total
from rempart.priority.weights import Weights

Histories = Mapping[str, tuple[Fact, ...]]  # code -> facts of one subject, the earliest first


def assess(histories: Histories, *, suggested: Set[str], weights: Weights, as_of: datetime) -> Assessment:
    """The assessment of one subject. suggested: codes that reading suggests; they change no point and no level."""
    current = {code: history[-1] for code, history in histories.items()}
    factors = known_factors(current, weights=weights)
    blocks = score_blocks(factors, weights=weights)
    situation = Situation(
        gates={gate.code: known_from(current.get(gate.code)) for gate in weights.gates},
        factors=factors,
        blocks=blocks,
        weights=weights,
        as_of=as_of,
    )
    levels = situation.levels()
    answered = any(fact.state != "unknown" for fact in current.values())
    return Assessment(
        level=levels.under_min if answered else "unranked",
        level_range=levels,
        gates=tuple(
            show_gate(
                gate,
                history=histories.get(gate.code, ()),
                suggested=gate.code in suggested,
                as_of=as_of,
                why=weights.why,
            )
            for gate in weights.gates
            if gate.code in histories or gate.code in suggested
        ),
        points=total(blocks),
        blocks=blocks,
        factors=_show_factors(factors, histories, suggested, weights),
        unknown=_never_stated(situation),
        next_enquiry=find_next_enquiry(situation, suggested=suggested),
        confirmed_by=tuple(
            sorted({fact.by for fact in current.values() if fact.state in ("established", "contradicted")})
        ),
    )


def _show_factors(
    known: Mapping[str, Known], histories: Histories, suggested: Set[str], weights: Weights
) -> tuple[FactorRow, ...]:
    rows: list[FactorRow] = []
    for factor in weights.factors:
        item = known[factor.code]
        if item.fact is None:
            continue
        points = interval_of(factor, item)
        history = histories.get(factor.code, ())
        rows.append(
            FactorRow(
                code=factor.code,
                title=factor.title,
                block=factor.block,
                state=item.state,
                points_min=points.min,
                points_max=points.max,
                derived_from=item.derived_from,
                by=item.fact.by,
                at=item.fact.at,
                at_least=item.at_least,
                evidence=item.fact.evidence,
                note=item.fact.note,
                suggested=factor.code in suggested,
                source=factor.source,
                verified=factor.verified,
                earlier=history if item.derived_from else history[:-1],
            )
        )
    return tuple(rows)


def _never_stated(situation: Situation) -> tuple[str, ...]:
    every = {**situation.gates, **situation.factors}
    return tuple(code for code, known in every.items() if known.fact is None)
