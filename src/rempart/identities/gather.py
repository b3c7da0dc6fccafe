"""All identifiers of the accounts in one table: from the export's own fields, and as stated in messages, each with its period.

`export`: a field of the export says it of the account. `stated`: a message of the account holds it. `service`: a service line of the
account holds it. A stated identifier never joins accounts by itself; it is shown beside, with the message. `claim` tells whose a stated
number or e-mail is said to be (`claims`): the strongest of all messages, and the place is then of the first that says so.
Not covered: identifiers in the bytes of media, in shared contact cards, in fields kept as JSON.
Source: reference, Identities §2 (design). Tier: source-verified; no seized export has exercised it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from rempart.conversations.store import load_table
from rempart.conversations.tables import INSTANT
from rempart.engine.columns import column
from rempart.engine.queries import Engine
from rempart.identities.claims import Claim
from rempart.identities.known import Known, load_known
from rempart.identities.normal import Reason, fold_name, normal_email, normal_phone
from rempart.identities.stated import Statement, find_statements
from rempart.records import NotExamined

_TEXT = pa.string()
KINDS = ("platform_id", "phone", "email", "handle", "crypto", "url", "ip", "name")
_CLAIMS = (*Claim, None)  # the first that any message makes is kept
_PHONE_PLATFORMS = frozenset({"whatsapp", "signal"})  # where an account is known by its number
IDENTIFIERS = pa.schema(
    [
        column("account_id", _TEXT, "as in accounts"),
        column("kind", _TEXT, "platform_id, phone, email, handle, crypto, url, ip or name"),
        column("value", _TEXT, "normal form; names as first written"),
        column("basis", _TEXT, "export: a field of the export gives it; service: a line of the service; stated: a message of the account"),
        column("source", _TEXT, "table and column"),
        column("exhibit_sha256", _TEXT, "exhibit of the first place"),
        column("row", pa.int64(), "message of the first place, as in messages; null for a field of the account", required=False),
        column("position", pa.int32(), "order in which the export shows it, from 0"),
        column("times", pa.int64(), "places that hold it"),
        column("first_seen", INSTANT, "earliest instant; null where none is certain", required=False),
        column("last_seen", INSTANT, "latest instant; null where none is certain", required=False),
        column("claim", _TEXT, "whose a stated number or e-mail is said to be: own, unclear or others; null for everything else", required=False),
    ]
)  # fmt: skip
GAPS = (  # the third answer, in the order of `_gaps`; `number` is filled in there
    NotExamined(
        one="{count} message or service line with an identifier and no author",
        many="{count} messages or service lines with an identifier and no author",
        number=0,
        reason="nobody is told as their author, so the identifier belongs to no account",
    ),
    NotExamined(
        one="{count} very long text, for identifiers",
        many="{count} very long texts, for identifiers",
        number=0,
        reason="looked at up to 20,000 characters",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """identifiers: the table IDENTIFIERS, by account, kind, basis, position; accounts: how many there are in the tables."""

    identifiers: pa.Table
    accounts: int
    not_examined: tuple[NotExamined, ...]


@dataclass(slots=True, kw_only=True)
class _Entry:
    account_id: str
    kind: str
    value: str
    basis: str
    source: str
    exhibit_sha256: str
    row: int | None = None
    position: int = 0
    times: int = 1
    first_us: int | None = None
    last_us: int | None = None
    claim: str | None = None


_Period = tuple[int | None, int | None]
_Key = tuple[str, str, str, str]


def gather(folder: Path, *, engine: Engine, jobs: int = 1) -> Gathered:
    """The identifiers of every account of the tables in `folder`; an account in two exhibits is one account.

    jobs: processes at most for reading messages. Raises: OSError when a table is missing.
    """
    entries: dict[_Key, _Entry] = {}
    accounts = load_table(folder, "accounts")
    for entry in _own_fields(accounts, _periods(folder)):
        _keep(entries, entry)
    stated = find_statements(folder, engine=engine, jobs=jobs)
    for entry in map(_of_statement, stated.statements):
        _keep(entries, entry)
    return Gathered(
        identifiers=_table(entries.values()),
        accounts=pc.count_distinct(accounts["account_id"]).as_py(),
        not_examined=_gaps(stated.nobody, stated.cut),
    )


def own_rows(identifiers: pa.Table) -> list[dict[str, object]]:
    """The rows of IDENTIFIERS that fields of the export give, with instants as microseconds, which is many times faster to read."""
    wanted = ("account_id", "kind", "value", "exhibit_sha256", "first_seen", "last_seen")
    return _quick_rows(identifiers.filter(pc.equal(identifiers["basis"], "export")), wanted)


def claimed_rows(identifiers: pa.Table) -> list[dict[str, object]]:
    """The numbers and e-mails of IDENTIFIERS that accounts stated, but for those said to be somebody else's."""
    claims = pa.array([str(Claim.OWN), str(Claim.UNCLEAR)])
    stated = pc.and_(pc.equal(identifiers["basis"], "stated"), pc.is_in(identifiers["claim"], value_set=claims))
    wanted = ("account_id", "kind", "value", "claim", "exhibit_sha256", "row", "last_seen")
    return _quick_rows(identifiers.filter(stated), wanted)


def _quick_rows(own: pa.Table, wanted: Sequence[str]) -> list[dict[str, object]]:
    for name in ("first_seen", "last_seen"):
        own = own.set_column(own.schema.get_field_index(name), name, own[name].cast(pa.int64()))
    rows: list[dict[str, object]] = own.select(list(wanted)).to_pylist()
    return rows


def _periods(folder: Path) -> dict[tuple[str, str], _Period]:
    """When an account wrote in an exhibit, in microseconds."""
    rows = load_table(folder, "memberships", columns=["exhibit_sha256", "account_id", "first_at", "last_at"])
    met = rows.group_by(["exhibit_sha256", "account_id"]).aggregate([("first_at", "min"), ("last_at", "max")])
    ends = [met[name].cast(pa.int64()).to_pylist() for name in ("first_at_min", "last_at_max")]
    keys = zip(met["exhibit_sha256"].to_pylist(), met["account_id"].to_pylist(), strict=True)
    return dict(zip(keys, zip(*ends, strict=True), strict=True))


def _own_fields(accounts: pa.Table, periods: Mapping[tuple[str, str], _Period]) -> Iterator[_Entry]:
    known = load_known()
    for account in accounts.to_pylist():
        account_id, exhibit = account["account_id"], account["exhibit_sha256"]
        first, last = periods.get((exhibit, account_id), (None, None))
        for position, (kind, value, field) in enumerate(_fields(account, known)):
            yield _Entry(
                account_id=account_id,
                kind=kind,
                value=value,
                basis="export",
                source=f"accounts.{field}",
                exhibit_sha256=exhibit,
                position=position,
                first_us=first,
                last_us=last,
            )


def _fields(account: Mapping[str, object], known: Known) -> Iterator[tuple[str, str, str]]:
    """(kind, value, field) of one row of accounts."""
    native, platform = str(account["native_id"]), str(account["platform"])
    if account["id_kind"] == "platform":
        yield "platform_id", str(account["account_id"]), "native_id"
    names = account["names"]
    shown = [str(name) for name in names] if isinstance(names, list) else []
    yield from (("name", name, "names") for name in shown)
    for told, field in ((account["phone"], "phone"), *_numbers_as_names(native, platform, shown)):
        phone = normal_phone(str(told), known=known) if told else Reason.EMPTY
        if not isinstance(phone, Reason):
            yield "phone", phone, field
    for told, field in ((native, "native_id"), *((name, "names") for name in shown)):
        email = normal_email(told, known=known) if "@" in told else Reason.EMPTY
        if not isinstance(email, Reason):
            yield "email", email, field
    if account["handle"]:
        yield "handle", f"{platform}:{fold_name(str(account['handle'])).removeprefix('@')}", "handle"


def _numbers_as_names(native: str, platform: str, shown: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Where a number stands for a name: the platform's id on some, an unsaved contact on others."""
    if platform in _PHONE_PLATFORMS:
        yield (f"+{native}" if native.isdigit() and len(native) > 10 else native), "native_id"
    yield from ((name, "names") for name in shown if name.lstrip("~ \u202a\u200e").startswith("+"))


def _of_statement(statement: Statement) -> _Entry:
    return _Entry(
        account_id=statement.account_id,
        kind=statement.kind,
        value=statement.value,
        basis="service" if statement.service else "stated",
        source="messages.text",
        exhibit_sha256=statement.exhibit_sha256,
        row=statement.row,
        first_us=statement.at_us,
        last_us=statement.at_us,
        claim=None if statement.service else statement.claim,
    )


def _keep(entries: dict[_Key, _Entry], entry: _Entry) -> None:
    """Adds a place of an identifier; the earliest place that is told stays the reference."""
    key = (entry.account_id, entry.kind, entry.value, entry.basis)
    kept = entries.setdefault(key, entry)
    if kept is entry:
        return
    kept.times += 1
    if entry.claim != kept.claim and _CLAIMS.index(entry.claim) < _CLAIMS.index(kept.claim):
        kept.claim, kept.exhibit_sha256, kept.row = entry.claim, entry.exhibit_sha256, entry.row
    if entry.first_us is not None:
        kept.first_us = entry.first_us if kept.first_us is None else min(kept.first_us, entry.first_us)
    if entry.last_us is not None:
        kept.last_us = entry.last_us if kept.last_us is None else max(kept.last_us, entry.last_us)


def _table(entries: Iterable[_Entry]) -> pa.Table:
    rank = {kind: place for place, kind in enumerate(KINDS)}
    ordered = sorted(
        entries, key=lambda item: (item.account_id, rank[item.kind], item.basis, item.position, item.value)
    )
    columns = {
        field.name: pa.array(
            [getattr(item, field.name.replace("_seen", "_us")) for item in ordered],
            type=pa.int64() if field.type == INSTANT else field.type,
        ).cast(field.type)
        for field in IDENTIFIERS
    }
    return pa.table(columns, schema=IDENTIFIERS)


def _gaps(nobody: int, cut: int) -> tuple[NotExamined, ...]:
    return tuple(
        NotExamined(one=gap.one, many=gap.many, number=number, reason=gap.reason)
        for gap, number in zip(GAPS, (nobody, cut), strict=True)
        if number
    )
