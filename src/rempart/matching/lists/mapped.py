"""Tables (CSV, TSV) whose columns a person names, and those whose headings name a digest.

A map says which column of the file is which column of a listing: `md5=Hash,code=Cat`, or a TOML file with a table `[columns]`,
and `scheme` and `country` beside it. Without a map, headings that spell a digest are taken, and a column of categories.
Source: RFC 4180. Tier: unexercised.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from rempart.conversations.forms.delimited_text import read_records, sniff_delimiter
from rempart.conversations.parts import Head, Part
from rempart.errors import BadInput
from rempart.matching.listing import DIGESTS, NotRead
from rempart.matching.lists.form import Given, ListForm, ListOptions, RawRow, Yielded, flag_of, in_batches, in_part

FLAGS = frozenset({"victim_identified", "offender_identified", "distributed"})
_TEXTS = (
    "item_id",
    "media_kind",
    "member_id",
    "member",
    "scheme",
    "country",
    "code",
    "listed_on",
    "feedback",
    "series",
)
FIELDS = (*DIGESTS, *_TEXTS, *sorted(FLAGS))
_KNOWN = {
    **{f"{kind}{word}": kind for kind in DIGESTS for word in ("", "hash", "digest", "hex")},
    **dict.fromkeys(("category", "classification", "code"), "code"),
}
_HEADS = 20  # lines looked at for the headings


class BadMap(BadInput):
    """A map names no column, an unknown field, or a column that the table has not."""


def parse_map(told: str) -> dict[str, str]:
    """The map of `md5=Hash,code=Cat`. Raises: BadMap."""
    pairs = [pair.partition("=") for pair in told.split(",") if pair.strip()]
    columns = {field.strip(): column.strip() for field, _, column in pairs}
    if any(not sign or not column.strip() for _, sign, column in pairs):
        raise BadMap('A map reads "md5=Hash,code=Category": a field of Rempart, =, a column of the table.')
    return _checked(columns)


def read_map(path: Path) -> ListOptions:
    """The map in a TOML file: `[columns]`, and `scheme` and `country` where they are told. Raises: BadMap."""
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadMap("The map {name} cannot be read as TOML.", name=path.name) from error
    columns = told.get("columns")
    if not isinstance(columns, dict):
        raise BadMap('The map {name} has no table [columns], such as md5 = "Hash".', name=path.name)
    scheme, country = told.get("scheme"), told.get("country")
    named = _checked({str(field): str(column) for field, column in columns.items()})
    return ListOptions(columns=named, scheme=scheme and str(scheme), country=country and str(country))


def with_map(options: ListOptions, more: ListOptions) -> ListOptions:
    """The options of the command, and below them those of a map."""
    return replace(
        options, columns=more.columns, scheme=options.scheme or more.scheme, country=options.country or more.country
    )


def _checked(columns: dict[str, str]) -> dict[str, str]:
    unknown = sorted(set(columns) - set(FIELDS))
    if unknown:
        raise BadMap("A map has no field {field}. Fields: {fields}.", field=unknown[0], fields=", ".join(FIELDS))
    if not set(columns) & set(DIGESTS):
        raise BadMap("A map names at least one digest: {digests}.", digests=", ".join(DIGESTS))
    return columns


def rows_of(part: Part, columns: Mapping[str, str], *, scheme: str | None = None) -> Iterator[RawRow | NotRead]:
    """The rows of a table; `columns`: field -> heading. Raises: BadMap for a heading that the table has not."""
    delimiter = sniff_delimiter(part.head().text)
    with part.open() as file:
        places: dict[str, int] | None = None
        for record in read_records(file, delimiter):
            if record.is_blank:
                continue
            if places is None:
                places = _places(record.cells, columns)
                continue
            if record.cut:
                yield NotRead(place=in_part(part, f"record {record.number}").format(), code="damaged")
            yield _row(record.number, record.cells, places, scheme)


def _places(headings: tuple[str, ...], columns: Mapping[str, str]) -> dict[str, int]:
    known = {heading.strip().casefold(): number for number, heading in reversed(list(enumerate(headings)))}
    missing = [column for column in columns.values() if column.strip().casefold() not in known]
    if missing:
        raise BadMap("The table has no column {column}. Check the map.", column=missing[0])
    return {field: known[column.strip().casefold()] for field, column in columns.items()}


def _row(number: int, cells: tuple[str, ...], places: Mapping[str, int], scheme: str | None) -> RawRow:
    told = {field: cells[place].strip() or None for field, place in places.items() if place < len(cells)}
    told["listed"] = told.pop("listed_on", None)
    flags = {name: flag_of(told.pop(name)) for name in FLAGS & told.keys()}
    if scheme and not told.get("scheme"):
        told["scheme"] = scheme
    return RawRow(number=number, **told, **flags)  # type: ignore[arg-type] # the names are those of FIELDS


def own_columns(head: Head) -> dict[str, str]:
    """Field -> heading, where headings spell a digest; empty where none does."""
    first = next((line for line in head.text.splitlines()[:_HEADS] if line.strip()), "")
    headings = [cell.strip().strip('"') for cell in first.split(sniff_delimiter(first))]
    found: dict[str, str] = {}
    for heading in headings:
        if kind := _KNOWN.get(re.sub(r"[^a-z0-9]", "", heading.casefold())):
            found.setdefault(kind, heading)
    return found if set(found) & set(DIGESTS) else {}


def _recognises(head: Head) -> bool:
    return not head.is_binary and not head.json_kind and bool(own_columns(head))


def _read(given: Given) -> Iterator[Yielded]:
    for part in given.parts:
        columns = given.options.columns or own_columns(part.head())
        yield from in_batches(rows_of(part, columns), place=in_part(part, "record {number}"))


FORM = ListForm(
    name="table",
    looked_for="a table (CSV) with a heading such as MD5, SHA-1, SHA-256 or PDQ, or any table with --map",
    source="RFC 4180",
    recognises=_recognises,
    read=_read,
)
