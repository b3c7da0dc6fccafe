"""What is proposed of the accounts of a dossier: by each of its analyses, and between its exhibits, by identifiers joined exactly.

Only analyses of this dossier are opened. Suggestions of the machine and the judgements of people stay apart; which pair is still a
question, `rempart.identities.judgements` says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pyarrow as pa

from rempart.analysis.identities_document import Reason
from rempart.analysis.identities_shown import edge_sentence
from rempart.analysis.sections import HeldIdentifier, IdentitiesSection, Spots
from rempart.engine.queries import DuckEngine
from rempart.errors import RempartError
from rempart.identities.gather import IDENTIFIERS
from rempart.identities.hard import HARD_KINDS, join_hard
from rempart.identities.judgements import Sorted, sort_suggestions
from rempart.identities.suggest import Suggestion
from rempart.web.cases.analyses import Opened, State, open_analysis
from rempart.web.cases.identities import Statement, judged, statements
from rempart.web.cases.models import Analysis, Dossier
from rempart.web.desk.queries.dossier import analyses_of
from rempart.web.public.languages import language
from rempart.wording import wording

Pair = tuple[str, str]


@dataclass(slots=True, kw_only=True)
class Proposal:
    """Two accounts and what speaks for and against. probability: the model's, None where only an identifier is shared.

    shared: sentences with the messages that state it and the analysis that holds them; across: they stand in two exhibits.
    """

    pair: Pair
    probability: float | None = None
    bits: float = 0.0
    reasons: tuple[Reason, ...] = ()
    rivals: tuple[str, ...] = ()
    shared: list[tuple[str, Spots, UUID | None]] = field(default_factory=list)
    is_across: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """All of it. sorted: which pairs are open, held back or answered; held: rows of each account, each with its analysis.

    before: analyses made before Rempart compared accounts; broken: those that could not be opened; made: those that were. lang: of the sentences that
    the analyses wrote.
    """

    proposals: Mapping[Pair, Proposal]
    sorted: Sorted
    told: tuple[Statement, ...]
    names: Mapping[str, str]
    held: Mapping[str, tuple[tuple[HeldIdentifier, UUID], ...]]
    known: frozenset[str]
    made: int
    before: int
    broken: int
    left_out: int
    lang: str


@dataclass(slots=True, kw_only=True)
class _Gathering:
    """What the analyses hold, while they are opened one by one."""

    proposals: dict[Pair, Proposal] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    held: dict[str, list[tuple[HeldIdentifier, UUID]]] = field(default_factory=dict)
    inside: list[frozenset[str]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    left_out: int = 0
    lang: str = ""

    def pair(self, left: str, right: str) -> Proposal:
        """The proposal on these two accounts, new or there already."""
        key = (left, right) if left < right else (right, left)
        return self.proposals.setdefault(key, Proposal(pair=key))


def proposed_in(dossier: Dossier) -> Proposed:
    """What is proposed in a dossier now, and what people made of it."""
    gathering, before, broken, made = _Gathering(), 0, 0, 0
    for row in latest_of_exhibits(analyses_of(dossier)):
        try:
            opened = open_analysis(row)
            section = opened.identities()
        except RempartError:
            broken += 1
            continue
        if section is None:
            before += 1
        else:
            made += 1
            _take(gathering, section, row, opened)
    _join_across(gathering)
    told = statements(dossier)
    return Proposed(
        proposals=gathering.proposals,
        sorted=sort_suggestions(map(_plain, _ordered(gathering.proposals.values())), judged=judged(told)),
        told=told,
        names=gathering.names,
        held={account: tuple(rows) for account, rows in gathering.held.items()},
        known=frozenset(gathering.known),
        made=made,
        before=before,
        broken=broken,
        left_out=gathering.left_out,
        lang=gathering.lang or language(),
    )


def latest_of_exhibits(rows: Iterable[Analysis]) -> list[Analysis]:
    """The last finished analysis of each exhibit; rows: the latest first."""
    found: dict[str, Analysis] = {}
    for row in rows:
        if row.state == State.DONE:
            found.setdefault(row.exhibit, row)
    return list(found.values())


def _take(gathering: _Gathering, section: IdentitiesSection, row: Analysis, opened: Opened) -> None:
    told = section.told
    for one in told.suggestions:
        found = gathering.pair(one.left.account, one.right.account)
        if found.probability is None or one.probability > found.probability:
            found.probability, found.bits, found.reasons, found.rivals = (
                one.probability,
                one.bits,
                one.reasons,
                one.rivals,
            )
    for edge, spots in zip(told.shared, section.shared, strict=True):
        gathering.pair(edge.left.account, edge.right.account).shared.append((edge.sentence, spots, row.pk))
    sides = [side for one in told.suggestions for side in (one.left, one.right)]
    sides += [side for one in told.shared for side in (one.left, one.right)]
    gathering.names.update({side.account: side.name for side in sides})
    for held in section.held:
        gathering.held.setdefault(held.account, []).append((held, row.pk))
    outline = opened.outline()
    gathering.lang = outline.language
    accounts = frozenset(account.id for account in outline.accounts)
    gathering.inside.append(accounts)
    gathering.known |= accounts | {side.account for side in sides}
    gathering.left_out += told.suggestions_total - len(told.suggestions) + told.shared_total - len(told.shared)


def _join_across(gathering: _Gathering) -> None:
    """Accounts of different exhibits with one identifier; those of one exhibit were joined when it was analysed."""
    if len(gathering.inside) < 2:
        return
    rows = [held for rows in gathering.held.values() for held, _ in rows if held.kind in HARD_KINDS]
    words = wording(language())
    for edge in join_hard(_table(rows), engine=DuckEngine(threads=1)).edges:
        if not any(edge.left in accounts and edge.right in accounts for accounts in gathering.inside):
            found = gathering.pair(edge.left, edge.right)
            found.is_across = True
            found.shared.append((edge_sentence(edge, words), Spots(), None))


def _table(rows: Sequence[HeldIdentifier]) -> pa.Table:
    """The table IDENTIFIERS of these rows."""
    told = [
        {"account_id": row.account, "kind": row.kind, "value": row.value, "basis": row.basis, "source": row.source,
         "exhibit_sha256": row.exhibit, "row": row.row, "position": row.order, "times": row.times, "first_seen": row.first_at,
         "last_seen": row.last_at}
        for row in rows
    ]  # fmt: skip
    return pa.Table.from_pylist(told, schema=IDENTIFIERS)


def _ordered(proposals: Iterable[Proposal]) -> list[Proposal]:
    """The most probable first, then those that only share an identifier."""
    return sorted(proposals, key=lambda one: (one.probability is None, -(one.probability or 0.0), one.pair))


def _plain(one: Proposal) -> Suggestion:
    left, right = one.pair
    return Suggestion(left=left, right=right, probability=one.probability or 0.0, bits=one.bits, weights=(), rivals=())
