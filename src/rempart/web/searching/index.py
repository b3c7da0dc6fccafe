"""The index: SQLite's FTS5 in memory. It gives numbers of reports, never words; what it forgets is gone from its pages too.

A table of postings for each field of names and numbers, which are few and stand first in an answer, and for later messages; and one of
everything, `main`, so that words of different fields are found together. Each is asked for its newest matches only, so that a very common word costs no more than a
rare one. None keeps the texts; what a report's postings were made from is kept packed beside them, because FTS5 needs it to
take them out again.
Invariant: no file. The database is ":memory:", its journal and its temporary tables are too.
"""

import sqlite3
import threading
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from uuid import UUID

import msgspec

from rempart.web.searching import expression
from rempart.web.searching.forms import Document, number_forms

MOST_HITS = 2_000
_MERGED_PAGES = 64  # at a time: questions wait no longer than for so many
_OPTIONS = "content='', columnsize=0, tokenize='unicode61 remove_diacritics 2'"


class Field(StrEnum):
    """Where something was found; in the order in which answers stand."""

    NUMBER = "number"
    REFERENCE = "reference"
    ACCOUNTS = "accounts"
    ADDRESSES = "addresses"
    CONTACT = "contact"  # also where it is needed beside others: not everybody may know what stands there
    FILES = "files"  # their names
    WORDS = "words"
    MESSAGES = "messages"  # that the reporter wrote later
    SEVERAL = "several"  # some of it in one field, the rest in another


_MAIN = "main"
_NAMES = (Field.NUMBER, Field.REFERENCE, Field.ACCOUNTS, Field.ADDRESSES, Field.CONTACT, Field.FILES)
_APART = (*_NAMES, Field.MESSAGES)  # each with a table of its own; messages have theirs because few reports have any
_COLUMNS: dict[str, tuple[str, ...]] = {_MAIN: ("words", "rest", "contact"), **dict.fromkeys(_APART, ("said",))}
_PREPARE = "PRAGMA temp_store=MEMORY; PRAGMA journal_mode=MEMORY; PRAGMA secure_delete=ON;"
_REPORT = "CREATE TABLE report (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, packed BLOB NOT NULL)"
_CREATE = (
    "CREATE VIRTUAL TABLE {table} USING fts5 ({columns}, content='', columnsize=0, "
    "tokenize='unicode61 remove_diacritics 2')"
)
_ADD = "INSERT INTO {table} (rowid, {columns}) VALUES (?, {marks})"
_REMOVE = "INSERT INTO {table} ({table}, rowid, {columns}) VALUES ('delete', ?, {marks})"
_MERGE = "INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)"
_FIND = "SELECT rowid FROM {table} WHERE {table} MATCH ? ORDER BY rowid DESC LIMIT ?"


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A report in which everything occurs. rank: its place in the answer, from 1; found_in: the first such field."""

    report: UUID
    rank: int
    found_in: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """An answer. is_cut: there are more."""

    first: tuple[Hit, ...]
    is_cut: bool


class Index:
    """All that can be found now. Several threads may use it; one at a time does."""

    def __init__(self) -> None:
        self._lock, self._size = threading.Lock(), 0
        self._rows = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._rows.executescript(_PREPARE)
        self._rows.execute(_REPORT)
        for table in _COLUMNS:
            self._rows.execute(_sql(_CREATE, table))

    def __len__(self) -> int:
        """How many reports can be found."""
        return self._size

    def numbers(self) -> set[int]:
        """The numbers of the reports that can be found."""
        with self._lock:
            return {number for (number,) in self._rows.execute("SELECT number FROM report")}

    def add(self, documents: Iterable[Document]) -> None:
        """Takes reports in; those it has already stay as they are."""
        with self._lock, self._rows:
            self._rows.execute("BEGIN")
            for document in sorted(documents, key=lambda one: one.number):  # FTS5 is fast upwards only
                self._add(document)

    def renew(self, documents: Iterable[Document]) -> None:
        """Takes reports in as they are now, in the place of what they were; those it does not have are passed over."""
        with self._lock, self._rows:
            self._rows.execute("BEGIN")
            for document in sorted(documents, key=lambda one: one.number):
                if self._remove(document.number):
                    self._add(document)

    def remove(self, numbers: Iterable[int]) -> None:
        """Forgets reports; unknown ones are passed over. `tidy` frees the pages where they stood."""
        with self._lock, self._rows:
            self._rows.execute("BEGIN")
            for number in sorted(numbers):
                self._remove(number)

    def find(self, untrusted_query: str, *, limit: int) -> Hits:
        """Reports in which everything occurs, as whole words first, in the order of Field, then the newest first.

        limit: from 1 to MOST_HITS. Raises: TooLong, NothingToFind.
        """
        terms = expression.read_query(untrusted_query)
        wanted = min(max(limit, 1), MOST_HITS)
        found: dict[int, Field] = {}
        with self._lock:
            for match in dict.fromkeys((expression.all_of(terms, is_whole=True), expression.all_of(terms))):
                self._find(match, wanted + 1, found)
            hits = [self._hit(number, found[number], rank) for rank, number in enumerate(list(found)[:wanted], start=1)]
        return Hits(first=tuple(hits), is_cut=len(found) > wanted)

    def tidy(self, *, begin: bool = False) -> bool:
        """Merges a little; True when there is more to merge. begin: everything is to become one, without what was removed."""
        with self._lock:
            pages = -_MERGED_PAGES if begin else _MERGED_PAGES
            return sum(self._merge(table, pages) for table in _COLUMNS) > 0

    def close(self) -> None:
        """Gives the memory back."""
        with self._lock:
            self._rows.close()

    def _add(self, document: Document) -> None:
        parts = _parts(document)
        packed = zlib.compress(msgspec.msgpack.encode(parts), level=1)
        row = [document.number, document.report.bytes, packed]
        if self._rows.execute("INSERT OR IGNORE INTO report VALUES (?, ?, ?)", row).rowcount:
            self._write(_ADD, document.number, parts)
            self._size += 1

    def _remove(self, number: int) -> bool:
        """False when it was not there."""
        row = self._rows.execute("SELECT packed FROM report WHERE number = ?", [number]).fetchone()
        if row is None:
            return False
        self._write(_REMOVE, number, msgspec.msgpack.decode(zlib.decompress(row[0]), type=dict[str, str]))
        self._rows.execute("DELETE FROM report WHERE number = ?", [number])
        self._size -= 1
        return True

    def _write(self, statement: str, number: int, parts: Mapping[str, str]) -> None:
        """Into the tables, or out of them; fields without text are in none."""
        rest = "\n".join(parts[field] for field in _APART if parts[field] and field is not Field.CONTACT)
        self._rows.execute(_sql(statement, _MAIN), [number, parts[Field.WORDS], rest, parts[Field.CONTACT]])
        for field in _APART:
            if parts[field]:
                self._rows.execute(_sql(statement, field), [number, parts[field]])

    def _find(self, match: str, most: int, found: dict[int, Field]) -> None:
        """Adds the newest matches of each field, until there are enough."""
        for field in _NAMES:
            if len(found) < most:
                for number in self._numbers(field, match, most):
                    found.setdefault(number, field)
        if len(found) < most:
            in_messages = dict.fromkeys(self._numbers(Field.MESSAGES, match, most), Field.MESSAGES)
            in_words = dict.fromkeys(self._numbers(_MAIN, f"{{words}} : ({match})", most), Field.WORDS)
            without_contact = dict.fromkeys(self._numbers(_MAIN, f"{{words rest}} : ({match})", most), Field.SEVERAL)
            whole = {**without_contact, **in_messages, **in_words}
            for number in self._numbers(_MAIN, match, most):
                found.setdefault(number, whole.get(number, Field.CONTACT))

    def _numbers(self, table: str, match: str, most: int) -> list[int]:
        return [number for (number,) in self._rows.execute(_sql(_FIND, table), [match, most])]

    def _hit(self, number: int, field: Field, rank: int) -> Hit:
        (report,) = self._rows.execute("SELECT id FROM report WHERE number = ?", [number]).fetchone()
        return Hit(report=UUID(bytes=report), rank=rank, found_in=field)

    def _merge(self, table: str, pages: int) -> bool:
        """Source: https://www.sqlite.org/fts5.html#the_merge_command, which says how to see that nothing is left."""
        before = self._rows.total_changes
        self._rows.execute(_sql(_MERGE, table), [pages])
        return self._rows.total_changes - before >= 2


@cache
def _sql(statement: str, table: str) -> str:
    """A statement for one of our tables: names of ours, never a text of anybody."""
    columns = _COLUMNS[table]
    return statement.format(table=table, columns=", ".join(columns), marks=", ".join("?" * len(columns)))


def _parts(document: Document) -> dict[str, str]:
    """The text of each field, as FTS5 reads it."""
    return {
        Field.WORDS: document.words,
        Field.NUMBER: number_forms(document.number),
        Field.REFERENCE: document.reference,
        Field.ACCOUNTS: document.accounts,
        Field.ADDRESSES: document.addresses,
        Field.CONTACT: document.contact,
        Field.FILES: document.files,
        Field.MESSAGES: document.messages,
    }
