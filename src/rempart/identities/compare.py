"""The one call of this package for tables: what identifies the accounts, which may be one person's, what people have judged."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from rempart.engine.queries import Engine
from rempart.identities.features import activity_hours, make_features
from rempart.identities.gather import gather, own_rows
from rempart.identities.hard import Joined, instant, join_hard
from rempart.identities.judgements import Judged, Judgement, Sorted, fold, sort_suggestions
from rempart.identities.names import NameHistory, Worn, name_history
from rempart.identities.suggest import suggest
from rempart.identities.weights import Model
from rempart.records import NotExamined


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """What is known and proposed of the accounts of some tables.

    identifiers: the table IDENTIFIERS; histories: accounts that showed more than one name; hard: layer 1; suggestions: layer 2, seen
    with the judgements; judged: layer 3, which only judgements make; accounts: how many were compared.
    """

    identifiers: pa.Table
    histories: tuple[NameHistory, ...]
    hard: Joined
    suggestions: Sorted
    judged: Judged
    model: Model
    accounts: int
    not_examined: tuple[NotExamined, ...]


def compare(
    folder: Path, *, engine: Engine, seed: int = 0, judgements: Iterable[Judgement] = (), jobs: int = 1
) -> Identities:
    """Compares the accounts of the conversation tables in `folder`; the same tables, seed and judgements give the same answer.

    seed: of the sample of pairs. jobs: processes at most for reading messages. Raises: BadJudgements.
    """
    judged = fold(judgements)
    gathered = gather(folder, engine=engine, jobs=jobs)
    hard = join_hard(gathered.identifiers, engine=engine)
    hours = activity_hours(folder / "messages.parquet", engine=engine)
    shared = frozenset((edge.kind, edge.value) for edge in hard.edges if edge.shared)
    features = make_features(gathered.identifiers, hours=hours, shared=shared)
    found = suggest(features, edges=hard.edges, engine=engine, seed=seed)
    return Identities(
        identifiers=gathered.identifiers,
        histories=tuple(history for history in histories(gathered.identifiers) if history.changed),
        hard=hard,
        suggestions=sort_suggestions(found.suggestions, judged=judged),
        judged=judged,
        model=found.model,
        accounts=gathered.accounts,
        not_examined=(*gathered.not_examined, *hard.not_examined, *found.not_examined),
    )


def histories(identifiers: pa.Table) -> tuple[NameHistory, ...]:
    """The names of every account of the table IDENTIFIERS, by account; dated by the exhibit only where several exhibits tell them.

    Inside one exhibit names have an order and no dates: an instant of the account is not one of the name.
    """
    worn: dict[str, list[tuple[str, object, object]]] = {}
    exhibits: dict[str, set[object]] = {}
    for row in own_rows(identifiers):
        if row["kind"] == "name":
            account = str(row["account_id"])
            exhibits.setdefault(account, set()).add(row["exhibit_sha256"])
            worn.setdefault(account, []).append((str(row["value"]), row["first_seen"], row["last_seen"]))
    return tuple(
        name_history(account, worn=_dated(worn[account], apart=len(exhibits[account]) == len(worn[account]) > 1))
        for account in sorted(worn)
    )


def _dated(worn: list[tuple[str, object, object]], *, apart: bool) -> list[Worn]:
    """Names keep their instants only where each comes from an exhibit of its own (`apart`)."""
    return [
        Worn(
            name=name,
            first_at=instant(first) if apart and isinstance(first, int) else None,
            last_at=instant(last) if apart and isinstance(last, int) else None,
        )
        for name, first, last in worn
    ]
