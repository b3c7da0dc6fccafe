"""Identifiers that stand in messages: what an account stated, message by message, kept apart from the export's own fields.

A number in a message is a statement about it, not the writer's own number: people give each other the numbers of third persons. The words
around a number or an e-mail tell whose it is said to be (`claims`); what is forwarded is said by somebody else.
A cheap look over all texts at once leaves the few that may hold an identifier, which are then read exactly.
Tier: source-verified; measured on invented messages only: 70,000 without identifiers in under a second of one core.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rempart.engine.queries import Engine
from rempart.identities.claims import Claim, claim_of
from rempart.identities.identifiers import IdentifierKind, identifiers_in
from rempart.identities.known import load_known
from rempart.identities.wallets import find_ips, find_wallets

MAX_TEXT_CHARS = 20_000  # as in detection: a longer text is looked at up to here, and told
COLUMNS = ("exhibit_sha256", "row", "kind", "account_id", "text", "sent_at", "zone", "forwarded_from")
KINDS = {
    IdentifierKind.ADDRESS: "url",
    IdentifierKind.ACCOUNT: "handle",
    IdentifierKind.HANDLE: "handle",
    IdentifierKind.EMAIL: "email",
    IdentifierKind.PHONE: "phone",
}
CLAIMED = frozenset({IdentifierKind.EMAIL, IdentifierKind.PHONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An identifier in one message. at_us: microseconds UTC, None where the export gives no certain instant.

    claim: of a number or an e-mail, whose it is said to be; None for others.
    """

    exhibit_sha256: str
    row: int
    account_id: str
    service: bool
    kind: str
    value: str
    at_us: int | None
    claim: Claim | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """The statements in the order of the table, and how many texts were not looked at whole or had no author."""

    statements: tuple[Statement, ...]
    nobody: int
    cut: int


def find_statements(folder: Path, *, engine: Engine, jobs: int = 1) -> Stated:
    """Every identifier in the messages of the tables in `folder`; jobs: processes at most, which never change the outcome."""
    found: list[Statement] = []
    nobody = cut = 0
    for statements, without, long in engine.map_row_groups(look_at_group, folder / "messages.parquet", jobs=jobs):
        found += statements
        nobody, cut = nobody + without, cut + long
    return Stated(statements=tuple(found), nobody=nobody, cut=cut)


def look_at_group(path: Path, group: int) -> tuple[list[Statement], int, int]:
    """The statements of one row group; how many texts with an identifier had no author, how many texts were cut."""
    table = pq.ParquetFile(path).read_row_group(group, columns=list(COLUMNS))
    long = pc.sum(pc.greater(pc.utf8_length(table["text"]), MAX_TEXT_CHARS)).as_py() or 0
    hits = table.filter(pc.match_substring_regex(table["text"], pattern=_cue()))
    statements: list[Statement] = []
    nobody = 0
    for message in _rows(hits):
        values = list(dict.fromkeys(_values(str(message["text"])[:MAX_TEXT_CHARS])))
        if message["account_id"] is None:
            nobody += bool(values)
            continue
        statements += [_statement(message, kind, value, claim) for kind, value, claim in values]
    return statements, nobody, int(long)


def _rows(table: pa.Table) -> Iterator[dict[str, object]]:
    at = table["sent_at"].cast(pa.int64())
    known = pc.if_else(pc.equal(table["zone"], "unknown"), pa.scalar(None, pa.int64()), at)
    yield from table.set_column(table.schema.get_field_index("sent_at"), "sent_at", known).to_pylist()


def _values(text: str) -> Iterator[tuple[str, str, Claim | None]]:
    for item in identifiers_in(text):
        if item.kind in CLAIMED:
            claims = [claim_of(text, start=place.index) for place in item.places]
            yield KINDS[item.kind], item.value, min(claims, key=list(Claim).index)
        elif item.kind in KINDS:
            yield KINDS[item.kind], item.value, None
    yield from (("crypto", wallet, None) for wallet in find_wallets(text))
    yield from (("ip", number, None) for number in find_ips(text))


def _statement(message: dict[str, object], kind: str, value: str, claim: Claim | None) -> Statement:
    at_us = message["sent_at"]
    return Statement(
        exhibit_sha256=str(message["exhibit_sha256"]),
        row=int(str(message["row"])),
        account_id=str(message["account_id"]),
        service=message["kind"] == "service",
        kind=kind,
        value=value,
        at_us=at_us if isinstance(at_us, int) else None,
        claim=Claim.OTHERS if claim and message["forwarded_from"] else claim,
    )


@lru_cache(maxsize=1)
def _cue() -> str:
    """What a text must hold to be read exactly: never narrower than the exact reading (a test compares them)."""
    services = "|".join(sorted({re.escape(name) for name in load_known().services}))
    return (
        r"(?i)@|://|www\.|[a-z0-9](?:\.|\[\.\])[a-z]{2,6}(?::\d{1,5})?/"  # addresses, e-mails, handles
        r"|(?:\d[\s.()/\x{a0}\x{202f}-]{0,3}){8}"  # numbers
        rf"|(?:{services})\s?:"
        r"|[13][1-9A-Za-z]{25}|bc1[a-z0-9]{11}|0x[0-9a-f]{40}|\d\.\d{1,3}\.\d{1,3}\.\d"
    )
