"""A list of people banned from work with minors, brought by those who may hold it, compared with accounts: candidates, with reasons.

A candidate says which entry resembles which account and by what; a person compares, and the authority that keeps the list confirms.
A name alone is weak, however rare it looks, and always has the rival `homonym`. A number or an address that the account only stated in a
message is weak too: people pass on each other's numbers. A name of one word is not compared at all.
The list is read and given back to the caller in no other form: nothing here writes it. FIJAIS may not be imported: only the authorities
that the law names consult it. Every screening gives a `Use` for the log.
Source: law, 227-31-1 and 706-53-1 and following; OpenSanctions FAQ 158 (names in other scripts have higher error rates).
Tier: source-verified; exercised on invented lists only.
"""

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
from rapidfuzz.distance import Levenshtein

from rempart.errors import BadInput
from rempart.identities.known import load_known
from rempart.identities.names import fold_words, skeleton
from rempart.identities.normal import Reason, fold_name, normal_email, normal_phone, normal_service
from rempart.records import NotExamined, Strength

MAX_ENTRIES = 1_000_000
FIELDS = ("name", "given_name", "family_name", "other_name", "birth_date", "phone", "email", "account")
CLOSE_LETTERS = 2  # names of one skeleton that differ by no more are told as close
SEVERAL = ";"  # between several values of one cell


class BadList(BadInput):
    """The list cannot be used; nothing was kept of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the list. line: in the file, from 1. accounts: `service:name`, or a name alone."""

    line: int
    names: tuple[str, ...]
    births: tuple[date, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchList:
    """The entries in the order of the file. sha256: of its bytes. not_examined: cells that are no identifier."""

    entries: tuple[Entry, ...]
    sha256: str
    not_examined: tuple[NotExamined, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What an entry and an account have in common. what: name, close_name, birth_date, phone, email, account, handle.

    stated: only in a message of the account, not in a field of the export.
    """

    what: str
    value: str
    stated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An entry that resembles an account. line: of the entry; rivals: codes, `homonym`, `recycled_number`, `given_by_another`."""

    line: int
    account_id: str
    strength: Strength
    likenesses: tuple[Likeness, ...]
    rivals: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One screening, for the log: numbers and the fingerprint of the list, no name."""

    list_sha256: str
    entries: int
    accounts: int
    candidates: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """candidates: strong ones first, then by line and account."""

    candidates: tuple[Candidate, ...]
    use: Use
    not_examined: tuple[NotExamined, ...]


@dataclass(slots=True, kw_only=True)
class _Index:
    """The accounts by what may be compared; (account, stated) for each value."""

    exact: dict[tuple[str, str], list[tuple[str, bool]]] = field(default_factory=lambda: defaultdict(list))
    names: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    bones: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    accounts: set[str] = field(default_factory=set)


def read_watchlist(untrusted: bytes, *, columns: Mapping[str, str] | None = None) -> WatchList:
    """The list from CSV (UTF-8, comma or semicolon, a header line). columns: heading -> one of FIELDS; other columns are not read. Without
    it, the headings that are FIELDS themselves.

    Dates are YYYY-MM-DD or DD/MM/YYYY. Raises: BadList.
    """
    reader = _reader(untrusted)
    headings = reader.fieldnames or ()
    columns = {name: name for name in headings if name in FIELDS} if columns is None else columns
    unknown = sorted(set(columns.values()) - set(FIELDS))
    if unknown or not columns:
        raise BadList(
            "The map of columns names no field that can be compared. Fields: {fields}.", fields=", ".join(FIELDS)
        )
    missing = sorted(set(columns) - set(headings))
    if missing:
        raise BadList("The list has no column {name}; nothing was read.", name=missing[0])
    entries: list[Entry] = []
    refused = 0
    for row in reader:
        entry, wrong = _entry(row, columns, line=reader.line_num)
        entries.append(entry)
        refused += wrong
        if len(entries) > MAX_ENTRIES:
            raise BadList("The list has more than {limit} entries; nothing was read.", limit=MAX_ENTRIES)
    return WatchList(
        entries=tuple(entries), sha256=hashlib.sha256(untrusted).hexdigest(), not_examined=_refused(refused)
    )


def screen(
    watchlist: WatchList, *, identifiers: pa.Table, births: Mapping[str, Sequence[date]] | None = None
) -> Screened:
    """The accounts of the table IDENTIFIERS that resemble an entry. births: birth dates of accounts, established by people."""
    index = _index(identifiers)
    found = [candidate for entry in watchlist.entries for candidate in _candidates(entry, index, births or {})]
    found.sort(key=lambda item: (item.strength is not Strength.STRONG, item.line, item.account_id))
    use = Use(
        list_sha256=watchlist.sha256,
        entries=len(watchlist.entries),
        accounts=len(index.accounts),
        candidates=len(found),
    )
    return Screened(candidates=tuple(found), use=use, not_examined=watchlist.not_examined)


def _reader(untrusted: bytes) -> "csv.DictReader[str]":
    try:
        text = untrusted.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadList("The list is not UTF-8 text; nothing was read.") from error
    head = text.partition("\n")[0]
    return csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")


def _entry(row: Mapping[str, str | None], columns: Mapping[str, str], *, line: int) -> tuple[Entry, int]:
    told: dict[str, list[str]] = {name: [] for name in FIELDS}
    for heading, name in columns.items():
        told[name] += [cell.strip() for cell in (row.get(heading) or "").split(SEVERAL) if cell.strip()]
    whole = [f"{given} {family}" for given in told["given_name"] for family in told["family_name"]]
    births = [_birth(cell) for cell in told["birth_date"]]
    phones = [normal_phone(cell, known=load_known()) for cell in told["phone"]]
    emails = [normal_email(cell, known=load_known()) for cell in told["email"]]
    entry = Entry(
        line=line,
        names=tuple(dict.fromkeys((*told["name"], *whole, *told["other_name"]))),
        births=tuple(day for day in births if day),
        phones=tuple(phone for phone in phones if not isinstance(phone, Reason)),
        emails=tuple(email for email in emails if not isinstance(email, Reason)),
        accounts=tuple(map(_account, told["account"])),
    )
    return entry, births.count(None) + sum(isinstance(value, Reason) for value in (*phones, *emails))


def _birth(cell: str) -> date | None:
    parts = cell.split("/")
    try:
        return date.fromisoformat("-".join(reversed(parts)) if len(parts) == 3 else cell)
    except ValueError:
        return None


def _account(cell: str) -> str:
    service, colon, name = cell.partition(":")
    kept = normal_service(service, known=load_known()) if colon else ""
    folded = fold_name(name if colon else service).removeprefix("@")
    return f"{kept}:{folded}" if colon and isinstance(kept, str) else folded


def _index(identifiers: pa.Table) -> _Index:
    index = _Index()
    wanted = identifiers.select(["account_id", "kind", "value", "basis"]).to_pylist()
    for row in wanted:
        account, kind, value, stated = row["account_id"], row["kind"], row["value"], row["basis"] != "export"
        index.accounts.add(account)
        if kind == "name":
            folded = fold_words(value)
            if " " in folded:
                index.names[folded].append((account, value))
                index.bones[skeleton(value) or ""].append((account, folded))
        elif kind in ("phone", "email"):
            index.exact[kind, value].append((account, stated))
        elif kind == "platform_id":
            index.exact["account", fold_name(value)].append((account, False))
        elif kind == "handle" and not stated:
            index.exact["account", value].append((account, False))
            index.exact["handle", value.rpartition(":")[2]].append((account, False))
    return index


def _candidates(entry: Entry, index: _Index, births: Mapping[str, Sequence[date]]) -> Iterator[Candidate]:
    found: dict[str, list[Likeness]] = defaultdict(list)
    for account, likeness in (*_exact(entry, index), *_by_name(entry, index)):
        if likeness not in found[account]:
            found[account].append(likeness)
    for account, likenesses in found.items():
        shared = set(entry.births) & set(births.get(account, ()))
        likenesses += [Likeness(what="birth_date", value=day.isoformat()) for day in sorted(shared)]
        yield Candidate(
            line=entry.line,
            account_id=account,
            strength=_strength(likenesses),
            likenesses=tuple(likenesses),
            rivals=tuple(_rivals(likenesses)),
        )


def _exact(entry: Entry, index: _Index) -> Iterator[tuple[str, Likeness]]:
    keys = [
        *(("phone", value) for value in entry.phones),
        *(("email", value) for value in entry.emails),
        *(("account" if ":" in value else "handle", value) for value in entry.accounts),
    ]
    for what, value in keys:
        for account, stated in index.exact.get((what, value), ()):
            yield account, Likeness(what=what, value=value, stated=stated)


def _by_name(entry: Entry, index: _Index) -> Iterator[tuple[str, Likeness]]:
    for name in entry.names:
        folded = fold_words(name)
        if " " not in folded:
            continue
        exact = {account for account, _ in index.names.get(folded, ())}
        yield from ((account, Likeness(what="name", value=name)) for account in sorted(exact))
        bones = skeleton(name)
        for account, other in index.bones.get(bones, ()) if bones else ():
            if account not in exact and Levenshtein.distance(folded, other) <= CLOSE_LETTERS:
                yield account, Likeness(what="close_name", value=name)


def _strength(likenesses: Iterable[Likeness]) -> Strength:
    """Strong: a number, e-mail or account of the export, or a name with a birth date; everything else is weak."""
    firm = {item.what for item in likenesses if not item.stated}
    named = firm & {"name", "close_name"}
    strong = firm & {"phone", "email", "account"} or (named and "birth_date" in firm)
    return Strength.STRONG if strong else Strength.WEAK


def _rivals(likenesses: Sequence[Likeness]) -> Iterator[str]:
    if any(item.what in ("name", "close_name", "handle") for item in likenesses):
        yield "homonym"
    if any(item.what == "phone" for item in likenesses):
        yield "recycled_number"
    if any(item.stated for item in likenesses):
        yield "given_by_another"


def _refused(number: int) -> tuple[NotExamined, ...]:
    if not number:
        return ()
    return (
        NotExamined(
            one="{count} cell of the list",
            many="{count} cells of the list",
            number=number,
            reason="no date, phone number or e-mail address of a known form",
        ),
    )
