"""Rows of the table IDENTIFIERS and small conversation tables of invented accounts, for the tests of identities."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from rempart.conversations.store import TableWriter
from rempart.conversations.tables import TABLES
from rempart.fictional.people import Planted, Said
from rempart.identities.gather import IDENTIFIERS

EXHIBIT = "e" * 64
START = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: int) -> datetime:
    """An instant, so many days after the start."""
    return START + timedelta(days=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What an account shows; `days`: first and last, None where the export has no instants."""

    account: str
    names: tuple[str, ...] = ()
    phone: str | None = None
    email: str | None = None
    handle: str | None = None
    days: tuple[int, int] | None = (0, 10)
    basis: str = "export"
    claim: str = "own"  # where the number or e-mail is stated


def identify(*shown: Shown) -> pa.Table:
    """The table IDENTIFIERS of these accounts."""
    rows: list[dict[str, object]] = []
    for item in shown:
        told = [("platform_id", item.account), *(("name", name) for name in item.names)]
        told += [(kind, value) for kind, value in (("phone", item.phone), ("email", item.email)) if value]
        told += [("handle", f"{item.account.partition(':')[0]}:{item.handle}")] if item.handle else []
        rows += [_row(item, kind, value, place) for place, (kind, value) in enumerate(told)]
    return pa.Table.from_pylist(rows, schema=IDENTIFIERS)


def identify_planted(accounts: Iterable[Planted]) -> pa.Table:
    """The table IDENTIFIERS of planted accounts, with their own periods, and what they state."""
    first = datetime(2024, 1, 1, tzinfo=UTC)
    told = list(accounts)
    stated = [_said(item.account_id, said) for item in told for said in item.says]
    fields = identify(
        *(
            Shown(
                account=item.account_id,
                names=item.names,
                phone=item.phone,
                email=item.email,
                handle=item.handle,
                days=((item.first_at - first).days, (item.last_at - first).days),
            )
            for item in told
        )
    )
    return pa.concat_tables([fields, pa.Table.from_pylist(stated, schema=IDENTIFIERS)])


def _said(account: str, said: Said) -> dict[str, object]:
    plain = {
        "source": "messages.text",
        "exhibit_sha256": EXHIBIT,
        "row": 1,
        "position": 0,
        "times": 1,
        "basis": "stated",
    }
    return {**plain, "account_id": account, "kind": said.kind, "value": said.value, "claim": said.claim}


def _row(item: Shown, kind: str, value: str, place: int) -> dict[str, object]:
    basis = item.basis if kind in ("phone", "email") else "export"
    return {
        "account_id": item.account,
        "kind": kind,
        "value": value,
        "basis": basis,
        "source": "messages.text" if basis == "stated" else "accounts",
        "exhibit_sha256": EXHIBIT,
        "row": 1 if basis == "stated" else None,
        "claim": item.claim if basis == "stated" else None,
        "position": place,
        "times": 1,
        "first_seen": day(item.days[0]) if item.days else None,
        "last_seen": day(item.days[1]) if item.days else None,
    }


def write_tables(
    folder: Path,
    *,
    accounts: Sequence[Mapping[str, object]] = (),
    messages: Sequence[Mapping[str, object]] = (),
    memberships: Sequence[Mapping[str, object]] = (),
) -> Path:
    """Conversation tables with these rows; what is not told has a harmless value."""
    plain: dict[str, object] = {
        "exhibit_sha256": EXHIBIT, "conversation_id": "telegram:e/1", "platform": "telegram", "id_kind": "platform",
        "native_id": "1", "names": [], "kind": "message", "text": "", "zone": "utc", "mentions": [], "part": "",
        "byte_start": 0, "byte_end": 1, "sequence": 1, "basis": "wrote", "messages": 1,
    }  # fmt: skip
    with TableWriter(folder) as writer:
        for name, rows in (("accounts", accounts), ("messages", messages), ("memberships", memberships)):
            told = [{"row": place, **plain, **row} for place, row in enumerate(rows, start=1)]
            for batch in (told[start : start + 3] for start in range(0, len(told), 3)):
                writer.append(name, {field.name: [row.get(field.name) for row in batch] for field in TABLES[name]})
    return folder
