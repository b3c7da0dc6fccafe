"""One row per account with what is compared between accounts: name, earlier name, handle, number, e-mail, hour of activity.

A number or an e-mail is of the export or, where no field gives one that another account has too, stated in a message; `phone_as` and
`email_as` say which. One of each is compared: one that another account has before one that none has, the export's before a stated one.
A value that too many accounts share is no evidence and makes n² pairs; it is left out of the row, and the row says of which.
Invariant: rows are ordered by account, so that the same tables give the same suggestions.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from rempart.engine.queries import Engine, Query
from rempart.identities.gather import claimed_rows, own_rows
from rempart.identities.hard import MAX_HOLDERS
from rempart.identities.names import fold_words, skeleton
from rempart.records import NotExamined

MAX_BLOCK = 100  # accounts of one skeleton or stem that are still compared in pairs
MIN_HOURS = 20  # messages at a known hour, below which the hour of activity says nothing
MIN_CONCENTRATION = (
    0.3  # mean resultant length of the hours, 0 even to 1 all at one hour; below, there is no usual hour
)
WHOLE_NAME_CHARS = 8  # a single word that is shorter is a first name or a nickname that many have
HELD = ("phone", "email")
BASES = ("export", "own", "unclear")
Place = tuple[str, int]
_DECORATION = re.compile(r"[\W\d_]+")
FEATURES = pa.schema(
    [
        pa.field("unique_id", pa.string(), nullable=False),  # account_id, under the name that Splink wants
        pa.field("name", pa.string()),  # latest, folded; null where no letter can be said
        pa.field("short", pa.bool_(), nullable=False),  # one short word
        pa.field("former", pa.string()),  # the whole name before the latest
        pa.field("bones", pa.string()),  # skeleton of the latest name, for candidates
        pa.field("handle", pa.string()),  # without its platform
        pa.field("stem", pa.string()),  # letters of the handle alone, for candidates
        pa.field("phone", pa.string()),
        pa.field("phone_as", pa.string()),  # export, own (stated as one's own), unclear (stated; not said whose)
        pa.field("email", pa.string()),
        pa.field("email_as", pa.string()),
        pa.field("hour", pa.int32()),  # UTC, at which the account writes most, on the circle of the day
        pa.field("platform", pa.string(), nullable=False),
        pa.field("first_us", pa.int64()),
        pa.field("last_us", pa.int64()),
    ]
)
HOURS = """
SELECT account_id, epoch_us(sent_at) // 3600000000 % 24 AS hour, COUNT(*) AS messages
FROM messages
WHERE account_id IS NOT NULL AND sent_at IS NOT NULL AND zone <> 'unknown'
GROUP BY account_id, epoch_us(sent_at) // 3600000000 % 24
ORDER BY account_id, hour
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """rows: the table FEATURES. crowded: accounts whose name or handle is borne by too many to be compared by it.

    places: (account, phone or email) -> (exhibit, row) of the first message that states the value compared.
    """

    rows: pa.Table
    crowded: int
    places: Mapping[tuple[str, str], Place] = field(default_factory=dict)

    @property
    def not_examined(self) -> tuple[NotExamined, ...]:
        """What was not compared."""
        if not self.crowded:
            return ()
        return (
            NotExamined(
                one="{count} account by its name or handle",
                many="{count} accounts by their name or handle",
                number=self.crowded,
                reason="more than 100 accounts look alike by it; they are compared by number, e-mail and exact handle only",
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A number or an e-mail of an account. basis: one of BASES; order: the latest first; place: None for a field of the export."""

    value: str
    basis: str
    order: int
    place: Place | None = None


@dataclass(slots=True, kw_only=True)
class _Account:
    names: list[str] = field(default_factory=list)
    values: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    stated: dict[str, list[_Told]] = field(default_factory=dict)
    platform: str = ""
    first_us: int | None = None
    last_us: int | None = None


def activity_hours(messages: pa.Table | Path, *, engine: Engine) -> dict[str, int]:
    """The hour, UTC, around which an account writes, for accounts with enough messages and a usual hour.

    Circular mean over the hours of the day. Source: Mardia and Jupp 2000, Directional Statistics, §2.2.
    """
    counts: dict[str, list[tuple[int, int]]] = {}
    for row in engine.query(HOURS, {"messages": messages}).to_pylist():
        counts.setdefault(row["account_id"], []).append((int(row["hour"]), row["messages"]))
    hours = {account: _usual_hour(told) for account, told in counts.items()}
    return {account: hour for account, hour in hours.items() if hour is not None}


def make_features(
    identifiers: pa.Table, *, hours: Mapping[str, int], shared: Set[tuple[str, str]] = frozenset()
) -> Features:
    """The rows to compare, from the table IDENTIFIERS.

    shared: (kind, value) that too many hold at once (`hard`); stating one of these as one's own says no more than naming it.
    """
    accounts: dict[str, _Account] = {}
    for row in own_rows(identifiers):
        _take(accounts.setdefault(str(row["account_id"]), _Account()), row)
    for row in claimed_rows(identifiers):
        if str(row["account_id"]) in accounts:
            _take_stated(accounts[str(row["account_id"])], row, shared)
    holders = Counter(
        (kind, value)
        for account in accounts.values()
        for kind in HELD
        for value in {told.value for told in _all_told(kind, account)}
    )
    held = {
        (name, kind): told
        for name, account in accounts.items()
        for kind in HELD
        if (told := _held(kind, account, holders)) is not None
    }
    rows = [_row(name, accounts[name], held, hours) for name in sorted(accounts)]
    crowded = {place for column in ("bones", "stem") for place in _empty_crowds(rows, column)}
    places = {key: told.place for key, told in held.items() if told.place is not None}
    return Features(rows=pa.Table.from_pylist(rows, schema=FEATURES), crowded=len(crowded), places=places)


def _usual_hour(told: Sequence[tuple[int, int]]) -> int | None:
    total = sum(count for _, count in told)
    if total < MIN_HOURS:
        return None
    turn = [(hour + 0.5) * math.pi / 12 for hour, _ in told]
    x = sum(count * math.cos(angle) for angle, (_, count) in zip(turn, told, strict=True)) / total
    y = sum(count * math.sin(angle) for angle, (_, count) in zip(turn, told, strict=True)) / total
    return int(math.atan2(y, x) * 12 / math.pi % 24) if math.hypot(x, y) >= MIN_CONCENTRATION else None


def _take(account: _Account, row: Mapping[str, object]) -> None:
    kind, value = str(row["kind"]), str(row["value"])
    account.platform = account.platform or str(row["account_id"]).partition(":")[0]
    first, last = row["first_seen"], row["last_seen"]
    if isinstance(first, int):
        account.first_us = first if account.first_us is None else min(account.first_us, first)
    if isinstance(last, int):
        account.last_us = last if account.last_us is None else max(account.last_us, last)
    if kind == "name":
        account.names.append(value)
    else:
        account.values.setdefault(kind, []).append((-last if isinstance(last, int) else 0, value))


def _take_stated(account: _Account, row: Mapping[str, object], shared: Set[tuple[str, str]]) -> None:
    kind, value, last = str(row["kind"]), str(row["value"]), row["last_seen"]
    told = _Told(
        value=value,
        basis="unclear" if (kind, value) in shared else str(row["claim"]),
        order=-last if isinstance(last, int) else 0,
        place=(str(row["exhibit_sha256"]), int(str(row["row"]))),
    )
    account.stated.setdefault(kind, []).append(told)


def _row(
    account_id: str, account: _Account, held: Mapping[tuple[str, str], _Told], hours: Mapping[str, int]
) -> dict[str, object]:
    names = [form for form in dict.fromkeys(map(fold_words, account.names)) if form]
    former = [name for name in names[:-1] if not _is_short(name)]
    handle = _latest(account.values.get("handle", ()))
    plain = handle.partition(":")[2] if handle else None
    stem = _DECORATION.sub("", plain) if plain else ""
    phone, email = held.get((account_id, "phone")), held.get((account_id, "email"))
    return {
        "unique_id": account_id,
        "name": names[-1] if names else None,
        "short": bool(names) and _is_short(names[-1]),
        "former": former[-1] if former else None,
        "bones": skeleton(names[-1]) if names and not _is_short(names[-1]) else None,
        "handle": plain,
        "stem": stem if len(stem) >= 4 else None,
        "phone": phone.value if phone else None,
        "phone_as": phone.basis if phone else None,
        "email": email.value if email else None,
        "email_as": email.basis if email else None,
        "hour": hours.get(account_id),
        "platform": account.platform,
        "first_us": account.first_us,
        "last_us": account.last_us,
    }


def _all_told(kind: str, account: _Account) -> Iterator[_Told]:
    yield from (_Told(value=value, basis="export", order=order) for order, value in account.values.get(kind, ()))
    yield from account.stated.get(kind, ())


def _held(kind: str, account: _Account, holders: Mapping[tuple[str, str], int]) -> _Told | None:
    """The number or e-mail that another account has too, if any; else the export's, else the latest; none that a crowd has."""
    kept = [told for told in _all_told(kind, account) if holders[kind, told.value] <= MAX_HOLDERS]
    return min(
        kept,
        key=lambda told: (holders[kind, told.value] < 2, BASES.index(told.basis), told.order, told.value),
        default=None,
    )


def _empty_crowds(rows: Sequence[dict[str, object]], column: str) -> list[int]:
    """Empties the values that more than MAX_BLOCK rows share; gives the places of those rows."""
    counts = Counter(row[column] for row in rows if row[column] is not None)
    places = [place for place, row in enumerate(rows) if counts[row[column]] > MAX_BLOCK]
    for place in places:
        rows[place][column] = None
    return places


def _latest(values: Iterable[tuple[int, str]]) -> str | None:
    ordered = sorted(values)
    return ordered[0][1] if ordered else None


def _is_short(folded: str) -> bool:
    return " " not in folded and len(folded) < WHOLE_NAME_CHARS


def _example() -> Mapping[str, pa.Table]:
    rows = [
        {"account_id": account, "sent_at": datetime(2026, 1, 1, hour, tzinfo=UTC) if hour else None, "zone": zone}
        for account, hour, zone in (("a", 5, "utc"), ("a", 5, "utc"), ("a", 0, "utc"), ("b", 23, "unknown"),
                                    ("b", 7, "offset"), (None, 9, "utc"))
    ]  # fmt: skip
    kinds = pa.schema([("account_id", pa.string()), ("sent_at", pa.timestamp("us", tz="UTC")), ("zone", pa.string())])
    return {"messages": pa.Table.from_pylist(rows, schema=kinds)}


QUERIES = (Query(name="hours", sql=HOURS, example=_example),)
