"""Layer 1: accounts that hold the same number, e-mail, wallet or platform id, joined exactly, each edge with its period.

Numbers are given out again and families share them, so an edge says when both were seen with the identifier:
`same_time`, `close` (one after the other, fewer than APART_DAYS between), `apart` (more: possibly given out again), or `unknown` where
an instant is missing. An identifier that more than MAX_AT_ONCE accounts hold at the same time is `shared`: a family's,
an office's, a number of a service. Where an account only states it, it holds it as long as the account is seen, and more than
MAX_STATED_AT_ONCE make it `shared`; those that do not say it is their own are not counted, nor entries of address books, which are never seen. One that more than MAX_HOLDERS accounts hold makes no edges and is told as such.
Names and handles are never here: closed transitively, names put 60,672 of 100,086 invented people into one.
An edge proposes; no edge merges. Only edges between the export's own fields, not `apart` or `unknown`, count for `components`.
Source: reference, Identities §2 (exact number and e-mail: pair precision 0.9992 on 100,086 synthetic rows). Tier: source-verified.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from rempart.engine.queries import Engine, Query
from rempart.identities.gather import IDENTIFIERS
from rempart.records import NotExamined

HARD_KINDS = ("phone", "email", "crypto", "platform_id")
MAX_HOLDERS = 8  # accounts of one identifier that are still joined in pairs
MAX_AT_ONCE = 4  # a person has one number on four services; with more at once, several people are likelier
MAX_STATED_AT_ONCE = (
    2  # three accounts that each say of one number that it is theirs: a household is likelier than one person
)
APART_DAYS = 90  # chosen, not measured: operators let a number rest before another has it; how long differs, and exports have gaps
_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Two accounts with one identifier; left < right.

    bases: of left, of right (`export`, `stated`, `service`). time: same_time, close, apart, unknown. from_at, to_at: when both were
    seen with it; None unless same_time. gap_days: between the one and the other, None unless close or apart. holders: accounts with it.
    shared: more than MAX_AT_ONCE hold it at the same time, or MAX_STATED_AT_ONCE where one of them states it.
    """

    left: str
    right: str
    kind: str
    value: str
    bases: tuple[str, str]
    time: str
    from_at: datetime | None
    to_at: datetime | None
    gap_days: int | None
    holders: int
    shared: bool

    @property
    def own(self) -> bool:
        """Whether both accounts have it in fields of their export, not only in messages."""
        return self.bases == ("export", "export")


_HELD = """
held AS (
    SELECT account_id, kind, value,
        MAX(CASE WHEN basis = 'export' THEN 2 WHEN basis = 'service' THEN 1 ELSE 0 END) AS basis,
        MAX(CASE WHEN basis = 'export' OR claim = 'own' THEN 1 ELSE 0 END) AS claimed,
        MIN(epoch_us(first_seen)) AS first_us, MAX(epoch_us(last_seen)) AS last_us
    FROM identifiers
    WHERE kind IN ('phone', 'email', 'crypto', 'platform_id')
    GROUP BY account_id, kind, value
), seen AS (
    SELECT account_id, MIN(epoch_us(first_seen)) AS from_us, MAX(epoch_us(last_seen)) AS to_us
    FROM identifiers
    WHERE basis = 'export'
    GROUP BY account_id
), counted AS (
    SELECT kind, value, COUNT(*) AS holders FROM held GROUP BY kind, value
)"""
EDGES = f"""
WITH {_HELD}
SELECT l.account_id AS left_id, r.account_id AS right_id, l.kind, l.value, counted.holders,
    l.basis AS left_basis, r.basis AS right_basis, l.claimed AS left_claimed, r.claimed AS right_claimed,
    ls.from_us AS left_from, ls.to_us AS left_to, rs.from_us AS right_from, rs.to_us AS right_to,
    l.first_us AS left_first, l.last_us AS left_last, r.first_us AS right_first, r.last_us AS right_last
FROM held AS l
JOIN held AS r ON l.kind = r.kind AND l.value = r.value AND l.account_id < r.account_id
JOIN counted ON counted.kind = l.kind AND counted.value = l.value
LEFT JOIN seen AS ls ON ls.account_id = l.account_id
LEFT JOIN seen AS rs ON rs.account_id = r.account_id
WHERE counted.holders <= {MAX_HOLDERS}
ORDER BY left_id, right_id, l.kind, l.value
"""  # noqa: S608  a constant, no input
CROWDS = f"""
WITH {_HELD}
SELECT kind, value, holders FROM counted WHERE holders > {MAX_HOLDERS} ORDER BY kind, value
"""  # noqa: S608  a constant, no input
_ALWAYS = (float("-inf"), float("inf"))
_BASES = ("stated", "service", "export")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """An identifier that more than MAX_HOLDERS accounts hold or state; nobody is joined by it."""

    kind: str
    value: str
    holders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """edges: by accounts, kind, value. crowds: by kind and value."""

    edges: tuple[Edge, ...]
    crowds: tuple[Crowd, ...]

    @property
    def not_examined(self) -> tuple[NotExamined, ...]:
        """What was not joined because too many hold it."""
        if not self.crowds:
            return ()
        return (
            NotExamined(
                one="{count} number, e-mail or wallet that many accounts hold",
                many="{count} numbers, e-mails or wallets that many accounts hold",
                number=len(self.crowds),
                reason="held or stated by more than 8 accounts, so it says nothing of one person",
            ),
        )


def join_hard(identifiers: pa.Table, *, engine: Engine) -> Joined:
    """The edges of layer 1 over the table IDENTIFIERS."""
    tables = {"identifiers": identifiers}
    rows = engine.query(EDGES, tables).to_pylist()
    shared = _shared(rows)
    crowds = [Crowd(**row) for row in engine.query(CROWDS, tables).to_pylist()]
    return Joined(edges=tuple(_edge(row, shared) for row in rows), crowds=tuple(crowds))


def components(edges: Iterable[Edge]) -> tuple[tuple[str, ...], ...]:
    """Accounts that edges of the export's own fields, at the same or a close time and not shared, join; each of two or more, ordered.

    It proposes where to look; it merges nobody.
    """
    parent: dict[str, str] = {}
    for edge in edges:
        if edge.own and edge.time in ("same_time", "close") and not edge.shared:
            left, right = sorted((root(parent, edge.left), root(parent, edge.right)))
            parent[right] = left
    groups: dict[str, list[str]] = defaultdict(list)
    for account in sorted(parent):
        groups[root(parent, account)].append(account)
    return tuple(tuple(group) for _, group in sorted(groups.items()) if len(group) > 1)


def root(parent: dict[str, str], account: str) -> str:
    """The account that stands for the group of an account; new ones stand for themselves."""
    parent.setdefault(account, account)
    while parent[account] != account:
        parent[account] = parent[parent[account]]
        account = parent[account]
    return account


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holder:
    """An account of one identifier. period: seen with it; life: seen at all; both in microseconds, without an end where not known."""

    stated: bool
    claimed: bool
    period: tuple[float, float]
    life: tuple[float, float]


def _shared(rows: Iterable[Mapping[str, object]]) -> set[tuple[object, object]]:
    """The identifiers that too many hold at one instant."""
    holders: dict[tuple[object, object], dict[object, _Holder]] = defaultdict(dict)
    for row in rows:
        if int(str(row["holders"])) > MAX_STATED_AT_ONCE:
            for side in ("left", "right"):
                holders[row["kind"], row["value"]][row[f"{side}_id"]] = _holder(row, side)
    return {key for key, held in holders.items() if _too_many(tuple(held.values()))}


def _holder(row: Mapping[str, object], side: str) -> _Holder:
    return _Holder(
        stated=row[f"{side}_basis"] == 0,
        claimed=bool(row[f"{side}_claimed"]),
        period=_period(row[f"{side}_first"], row[f"{side}_last"]),
        life=_period(row[f"{side}_from"], row[f"{side}_to"]),
    )


def _too_many(holders: Sequence[_Holder]) -> bool:
    if _at_once([holder.period for holder in holders]) > MAX_AT_ONCE:
        return True
    claimed = [holder for holder in holders if holder.claimed and (holder.stated or holder.life != _ALWAYS)]
    stated = any(holder.stated for holder in claimed)
    return stated and _at_once([holder.life for holder in claimed]) > MAX_STATED_AT_ONCE


def _at_once(periods: Sequence[tuple[float, float]]) -> int:
    """How many periods at most hold one instant; an unknown one holds all."""
    return max((sum(a <= start <= b for a, b in periods) for start, _ in periods), default=0)


def _period(first: object, last: object) -> tuple[float, float]:
    return (
        float(first) if isinstance(first, int) else float("-inf"),
        float(last) if isinstance(last, int) else float("inf"),
    )


def _edge(row: Mapping[str, object], shared: set[tuple[object, object]]) -> Edge:
    time, start_us, end_us = _overlap(row)
    both = time == "same_time"
    return Edge(
        left=str(row["left_id"]),
        right=str(row["right_id"]),
        kind=str(row["kind"]),
        value=str(row["value"]),
        bases=(_BASES[int(str(row["left_basis"]))], _BASES[int(str(row["right_basis"]))]),
        time=time,
        from_at=instant(start_us) if both else None,
        to_at=instant(end_us) if both else None,
        gap_days=(start_us - end_us) // _DAY_US if time in ("close", "apart") else None,
        holders=int(str(row["holders"])),
        shared=(row["kind"], row["value"]) in shared,
    )


def _overlap(row: Mapping[str, object]) -> tuple[str, int, int]:
    """How two periods lie, and the later beginning and the earlier end, in microseconds; 0, 0 where unknown."""
    ends = [row[name] for name in ("left_first", "left_last", "right_first", "right_last")]
    known = [end for end in ends if isinstance(end, int)]
    if len(known) < len(ends):
        return "unknown", 0, 0
    start_us, end_us = max(known[0], known[2]), min(known[1], known[3])
    if start_us <= end_us:
        return "same_time", start_us, end_us
    return ("apart" if start_us - end_us >= APART_DAYS * _DAY_US else "close"), start_us, end_us


def instant(at_us: int) -> datetime:
    """The instant of microseconds since 1970, UTC."""
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).replace(microsecond=at_us % 1_000_000)


def _example() -> Mapping[str, pa.Table]:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        {"account_id": f"a{number}", "kind": kind, "value": value, "basis": basis, "source": "s", "exhibit_sha256": "e",
         "row": None, "position": 0, "times": 1, "first_seen": at if number % 2 else None, "last_seen": at,
         "claim": "own" if basis == "stated" else None}
        for number in range(10)
        for kind, value, basis in (("phone", f"+{number // 3}", "export"), ("email", "all@example.org", "stated"),
                                   ("name", "Alex", "export"))
    ]  # fmt: skip
    return {"identifiers": pa.Table.from_pylist(rows, schema=IDENTIFIERS)}


QUERIES = (
    Query(name="hard edges", sql=EDGES, example=_example),
    Query(name="crowds", sql=CROWDS, example=_example),
)
