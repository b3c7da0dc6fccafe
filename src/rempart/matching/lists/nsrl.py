"""NSRL RDS: files of known software. It sets aside, and never says that a file is harmless.

RDS 2: NSRLFile.txt, a table in ISO 8859-1; rows with a SpecialCode (malicious, special) set nothing aside. RDS 3: SQLite, the table
or view FILE with sha256, sha1, md5; opened read-only, without its own functions. Names of files are not kept.
Source: NIST, NSRL RDS 2 and 3 (columns: sleuthkit nsrl_index, IPED HashDBTool). Tier: source-verified.
Not covered: a delta of RDS 3 (SQL statements); a digest that has a SpecialCode in one row and none in another.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from rempart.conversations.parts import Head, Part
from rempart.errors import BadInput
from rempart.matching.listing import NotRead
from rempart.matching.lists.form import BATCH_ROWS, Edition, Given, ListForm, RawBatch, Yielded, in_part

_MAGIC = b"SQLite format 3\0"
_COLUMNS = {"SHA-256": "sha256", "SHA-1": "sha1", "MD5": "md5"}
_SPECIAL = "SpecialCode"
_VERSION = "version"  # the column of RDS 3
_BLOCK_BYTES = 8 << 20


class NoRds(BadInput):
    """The SQLite file is no RDS, or is not there as a file."""


# -- RDS 2 ----------------------------------------------------------------------------------------------


def _recognises_table(head: Head) -> bool:
    first = head.text.lstrip().partition("\n")[0]
    return '"SHA-1"' in first and '"FileName"' in first and '"ProductCode"' in first


def _read_table(given: Given) -> Iterator[Yielded]:
    for part in given.parts:
        yield from _table(part)


def _table(part: Part) -> Iterator[Yielded]:
    headings = [cell.strip().strip('"') for cell in part.head().text.lstrip().partition("\n")[0].split(",")]
    wanted = [name for name in (*_COLUMNS, _SPECIAL) if name in headings]
    broken: list[NotRead] = []

    def skip(row: pv.InvalidRow) -> str:
        broken.append(NotRead(place=in_part(part, f"line {row.number or '?'}").format(), code="damaged"))
        return "skip"

    line = 2
    try:
        for batch in _batches(part, wanted, skip):
            yield from _batch(part, pa.table([batch.column(i) for i in range(len(wanted))], names=wanted), line)
            line += batch.num_rows
    except pa.ArrowInvalid:
        broken.append(NotRead(place=in_part(part, f"line {line}").format(), code="damaged"))
    yield from broken


def _batches(part: Part, wanted: list[str], skip: Callable[[pv.InvalidRow], str]) -> Iterator[pa.RecordBatch]:
    """Columns of some lines at a time; a row with too many or too few cells goes to `skip`."""
    with part.open() as file:
        yield from pv.open_csv(
            file,
            read_options=pv.ReadOptions(encoding="latin1", block_size=_BLOCK_BYTES, use_threads=False),
            parse_options=pv.ParseOptions(invalid_row_handler=skip),
            convert_options=pv.ConvertOptions(
                include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string()), strings_can_be_null=False
            ),
        )


def _batch(part: Part, table: pa.Table, line: int) -> Iterator[Yielded]:
    """Rows that say the same as the row before are left out: a file stands there once for every product."""
    table = table.append_column("line", pa.array(range(line, line + table.num_rows), pa.int64()))
    if _SPECIAL in table.column_names:
        is_special = pc.not_equal(pc.utf8_trim_whitespace(table[_SPECIAL]), "")
        place = in_part(part, "line {number}")
        special = table["line"].filter(is_special).to_pylist()
        yield from (NotRead(place=place.format(number=number), code="special") for number in special)
        table = table.filter(pc.invert(is_special))
    table = _without_repeats(table.combine_chunks(), [name for name in _COLUMNS if name in table.column_names])
    columns = {kind: table[name].combine_chunks() for name, kind in _COLUMNS.items() if name in table.column_names}
    yield RawBatch(numbers=table["line"].to_pylist(), place=in_part(part, "line {number}"), columns=columns)


def _without_repeats(table: pa.Table, names: list[str]) -> pa.Table:
    if table.num_rows < 2:
        return table
    fresh = pa.array([False] * (table.num_rows - 1))
    for name in names:
        fresh = pc.or_(fresh, pc.not_equal(table[name].slice(1), table[name].slice(0, table.num_rows - 1)))
    return table.filter(pa.concat_arrays([pa.array([True]), pa.array(fresh.to_pylist())]))


# -- RDS 3 ----------------------------------------------------------------------------------------------


def _recognises_base(head: Head) -> bool:
    return head.raw.startswith(_MAGIC)


def _read_base(given: Given) -> Iterator[Yielded]:
    for part in given.parts:
        path = given.file_of(part)
        if path is None:
            raise NoRds("An RDS 3 inside an archive cannot be opened: take it out and give the .db file itself.")
        try:
            with closing(_open(path)) as base:
                yield from _base(base, part)
        except sqlite3.Error as error:
            raise NoRds("{name} is an SQLite file, but no RDS 3: it has no readable FILE with sha1 and md5.", name=path.name) from error  # fmt: skip


def _open(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    for pragma in ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON"):
        base.execute(f"PRAGMA {pragma}")
    return base


def _base(base: sqlite3.Connection, part: Part) -> Iterator[Yielded]:
    names = {row[1].lower() for row in base.execute("PRAGMA table_info('FILE')")}
    wanted = [kind for kind in ("sha256", "sha1", "md5") if kind in names]
    cursor = base.execute(f"SELECT {', '.join(wanted) or 'sha1'} FROM FILE")  # noqa: S608 - names of a fixed list
    number, before = 1, None
    while rows := cursor.fetchmany(BATCH_ROWS):
        kept = []
        for offset, row in enumerate(rows):
            if row != before:
                kept.append((number + offset, row))
            before = row
        values = {kind: [_text(row[place]) for _, row in kept] for place, kind in enumerate(wanted)}
        yield RawBatch(numbers=[at for at, _ in kept], place=in_part(part, "row {number}"), columns=dict(values))
        number += len(rows)
    if edition := _edition(base):
        yield Edition(edition)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _edition(base: sqlite3.Connection) -> str | None:
    try:
        row = base.execute(f"SELECT {_VERSION} FROM VERSION ORDER BY release_date DESC LIMIT 1").fetchone()  # noqa: S608 - a constant
    except sqlite3.Error:
        return None  # older ones have no such table
    return str(row[0]) if row and row[0] else None


TABLE = ListForm(
    name="nsrl",
    looked_for='NSRL RDS 2: NSRLFile.txt, "SHA-1","MD5","CRC32","FileName" …',
    source="NIST NSRL, RDS 2",
    recognises=_recognises_table,
    read=_read_table,
    standing="known_good",
)
BASE = ListForm(
    name="nsrl3",
    looked_for="NSRL RDS 3: an SQLite file with FILE (sha256, sha1, md5)",
    source="NIST NSRL, RDS 3",
    recognises=_recognises_base,
    read=_read_base,
    standing="known_good",
)
