"""From compared accounts to what the documents tell of identities: shared identifiers, suggestions with reasons and rivals, names."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib.metadata import version

import pyarrow as pa
import pyarrow.compute as pc

from rempart.analysis.identities_document import (
    AccountNamed,
    Comparison,
    IdentitiesShown,
    IdentitySuggestion,
    NamesBorne,
    Reason,
    SharedIdentifier,
)
from rempart.analysis.names import Names
from rempart.analysis.record import MessageRef, Unexamined, name_messages
from rempart.identities.compare import Identities
from rempart.identities.hard import Edge, components
from rempart.identities.sentences import RIVALS, tell_reason
from rempart.identities.suggest import THRESHOLD, Suggestion
from rempart.records import NotExamined
from rempart.wording import Wording

MAX_SHOWN = 1_000  # of each list in analysis.json
MAX_MESSAGES = 20
_STATED = ("stated", "service")
Stated = Mapping[tuple[str, str, str], list[MessageRef]]  # account, kind, value -> messages


def show_identities(found: Identities, *, names: Names, seed: int, words: Wording) -> IdentitiesShown:
    """The section on identities; suggestions that a person has judged are not in it."""
    edges = sorted(found.hard.edges, key=_urgency)
    groups = components(found.hard.edges)
    stated = _stated(found.identifiers, edges[:MAX_SHOWN])
    suggested = found.suggestions.open
    return IdentitiesShown(
        accounts=found.accounts,
        identifiers=found.identifiers.num_rows,
        comparison=Comparison(
            library=f"splink {version('splink')}",
            seed=seed,
            threshold=THRESHOLD,
            measured=found.model.measured,
            trained=found.model.trained,
        ),
        shared=tuple(_edge(number, edge, names, stated, words) for number, edge in enumerate(edges[:MAX_SHOWN], 1)),
        shared_total=len(edges),
        groups=tuple(tuple(named(account, names) for account in group) for group in groups[:MAX_SHOWN]),
        groups_total=len(groups),
        suggestions=tuple(
            _suggestion(number, item, names, words) for number, item in enumerate(suggested[:MAX_SHOWN], 1)
        ),
        suggestions_total=len(suggested),
        names=tuple(
            NamesBorne(account=history.account_id, names=tuple(name.name for name in history.worn))
            for history in found.histories[:MAX_SHOWN]
        ),
        names_total=len(found.histories),
        not_examined=tell_gaps(found.not_examined, words),
    )


def named(account: str, names: Names) -> AccountNamed:
    """The account with its last display name."""
    return AccountNamed(account=account, name=names.shown_name(account))


def tell_gaps(gaps: Sequence[NotExamined], words: Wording) -> tuple[Unexamined, ...]:
    """What was not looked at, in the language of the words."""
    return tuple(
        Unexamined(what=words.count(gap.one, gap.many, gap.number), reason=words.text(gap.reason)) for gap in gaps
    )


def _urgency(edge: Edge) -> tuple[bool, bool, int, str, str]:
    """What the exports give of both accounts first, and what few hold first."""
    return (not edge.own, edge.shared or edge.time == "apart", edge.holders, edge.left, edge.right)


def _stated(identifiers: pa.Table, edges: Sequence[Edge]) -> Stated:
    """The messages that state the identifiers of these edges."""
    wanted = pa.array(sorted({edge.value for edge in edges}), pa.string())
    kept = identifiers.filter(
        pc.and_(
            pc.is_in(identifiers["value"], value_set=wanted),
            pc.is_in(identifiers["basis"], value_set=pa.array(_STATED)),
        )
    )
    told: dict[tuple[str, str, str], list[MessageRef]] = defaultdict(list)
    for row in kept.to_pylist():
        if row["row"] is not None:
            told[row["account_id"], row["kind"], row["value"]].append((row["exhibit_sha256"], row["row"]))
    return told


def _edge(number: int, edge: Edge, names: Names, stated: Stated, words: Wording) -> SharedIdentifier:
    refs = [ref for account in (edge.left, edge.right) for ref in stated.get((account, edge.kind, edge.value), ())]
    return SharedIdentifier(
        id=f"H{number}",
        left=named(edge.left, names),
        right=named(edge.right, names),
        kind=edge.kind,
        value=edge.value,
        basis=edge.bases,
        time=edge.time,
        from_at=edge.from_at,
        to_at=edge.to_at,
        gap_days=edge.gap_days,
        holders=edge.holders,
        shared=edge.shared,
        sentence=" ".join(_sentences(edge, words)),
        messages=name_messages(refs, most=MAX_MESSAGES),
    )


def edge_sentence(edge: Edge, words: Wording) -> str:
    """What two accounts share, with the basis and the period, for people."""
    return " ".join(_sentences(edge, words))


def _sentences(edge: Edge, words: Wording) -> Sequence[str]:
    kinds = {
        "phone": words.text("Both accounts have the phone number {value}.", value=edge.value),
        "email": words.text("Both accounts have the e-mail address {value}.", value=edge.value),
        "crypto": words.text("Both accounts have the wallet {value}.", value=edge.value),
        "platform_id": words.text("Both accounts have the platform's id {value}.", value=edge.value),
    }
    times = {
        "same_time": words.text("Both were seen with it at the same time."),
        "close": _close(edge.gap_days or 0, words),
        "apart": words.count("{count} day lies between the two: the number may have gone to somebody else.", "{count} days lie between the two: the number may have gone to somebody else.", edge.gap_days or 0),
        "unknown": words.text("When each was seen with it is not known."),
    }  # fmt: skip
    told = [kinds[edge.kind], times[edge.time]]
    if not edge.own:
        told.append(words.text("At least one of them only states it in messages, which does not say whose it is."))
    if edge.shared:
        told.append(words.text("So many accounts hold it at the same time that a family or an office is likelier."))
    return told


def _close(days: int, words: Wording) -> str:
    if not days:
        return words.text("The one stops and the other begins less than a day apart.")
    return words.count(
        "The one stops and the other begins {count} day apart.",
        "The one stops and the other begins {count} days apart.",
        days,
    )


def _suggestion(number: int, item: Suggestion, names: Names, words: Wording) -> IdentitySuggestion:
    return IdentitySuggestion(
        id=f"I{number}",
        left=named(item.left, names),
        right=named(item.right, names),
        probability=item.probability,
        bits=item.bits,
        reasons=tuple(
            Reason(
                comparison=weight.comparison,
                level=weight.level,
                bits=weight.bits,
                sentence=tell_reason(weight, words),
            )
            for weight in item.weights
        ),
        rivals=tuple(words.text(RIVALS[rival]) for rival in item.rivals),
    )
