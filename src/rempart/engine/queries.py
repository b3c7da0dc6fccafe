"""Joins and group-bys, written once as SQL and run where the data are: in this process (DuckDB, all cores) or on Spark.

A query is a SELECT in DuckDB's dialect over named tables (Arrow tables or Parquet files) and gives one Arrow table. It keeps to
what `dialect.py` says in Spark's words, and orders its rows where the order matters; a test runs every query on both engines.
Why SQL and not a layer of expressions above it: docs/decisions.md. What to write and what not: docs/engine.md.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias, TypeVar

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from rempart.engine.batches import count_workers, map_row_groups
from rempart.engine.parquet import write_batches
from rempart.errors import OutsideFailure

Source: TypeAlias = pa.Table | Path
ROWS_IN_BATCH = 122_880  # a row group of DuckDB's own
Result = TypeVar("Result")


class EngineStopped(OutsideFailure):
    """The engine could not finish for want of memory or disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A SELECT that a module keeps, listed in its tuple `QUERIES` so that the conformance test runs it on both engines.

    name: one word or two, unique in its module. sql: in DuckDB's dialect; where its outermost SELECT has an ORDER BY, that
    order is total and is compared too. example: gives tiny tables by name that reach every branch of the SELECT.
    """

    name: str
    sql: str
    example: Callable[[], Mapping[str, pa.Table]]


class Engine(Protocol):
    """Runs queries and functions over row groups; the rows do not depend on which engine it is."""

    @property
    def name(self) -> str:
        """duckdb or spark: what a document says of where its figures were joined."""

    @property
    def version(self) -> str:
        """The engine's own version."""

    def query(self, sql: str, tables: Mapping[str, Source]) -> pa.Table:
        """The rows of the SELECT over the named tables, in DuckDB's types. Raises: EngineStopped."""

    def query_to_parquet(self, sql: str, tables: Mapping[str, Source], path: Path) -> int:
        """Writes the rows to a Parquet file, put in its place when whole, without holding them; gives their number.

        Raises: EngineStopped.
        """

    def map_row_groups(
        self,
        function: Callable[[Path, int], Result],
        path: Path,
        *,
        jobs: int = 1,
        progress: Callable[[int], None] | None = None,
    ) -> Iterator[Result]:
        """What `function` gives for each row group of the Parquet file, in order; `progress` is told the rows passed.

        jobs: processes to use at most on this machine. The function is importable. Raises: EngineStopped, WorkerLost.
        """


class DuckEngine:
    """DuckDB inside this process, on all cores; reads no file but those it is given, loads no extension, asks no network.

    Every query has a database of its own, in memory: nothing of one is seen by another, also from several threads.
    threads: 0 takes all cores. memory_mib: what the joins may take; None leaves DuckDB its four fifths of the machine.
    spill: folder for what does not fit; None keeps everything in memory, so that nothing of the evidence is written.
    """

    name = "duckdb"
    version = duckdb.__version__

    def __init__(self, *, threads: int = 0, memory_mib: int | None = None, spill: Path | None = None) -> None:
        self._config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "temp_directory": str(spill) if spill else "",
        }
        if threads:
            self._config["threads"] = threads
        if memory_mib is not None:
            self._config["memory_limit"] = f"{memory_mib}MiB"

    def query(self, sql: str, tables: Mapping[str, Source]) -> pa.Table:
        """The rows of the SELECT over the named tables. Raises: EngineStopped."""
        with self._opened(tables) as connection, _told():
            return connection.sql(sql).to_arrow_table()

    def query_to_parquet(self, sql: str, tables: Mapping[str, Source], path: Path) -> int:
        """Writes the rows to a Parquet file, put in its place when whole, and gives their number.

        Raises: EngineStopped, FileNotWritten.
        """
        with self._opened(tables) as connection, _told():
            reader = connection.sql(sql).to_arrow_reader(ROWS_IN_BATCH)
            return write_batches(reader, path, schema=reader.schema)

    def types(self, sql: str, tables: Mapping[str, Source]) -> tuple[pa.Schema, dict[str, dict[str, str]]]:
        """(the schema of what the SELECT gives, DuckDB's word for the type of every column of every table); reads no row."""
        empty = {name: schema_of(source).empty_table() for name, source in tables.items()}
        with self._opened(empty) as connection:
            schema = connection.sql(sql).to_arrow_table().schema
            kinds = {name: connection.table(name) for name in empty}
            columns = {
                name: dict(zip(table.columns, map(str, table.types), strict=True)) for name, table in kinds.items()
            }
        return schema, columns

    def map_row_groups(
        self,
        function: Callable[[Path, int], Result],
        path: Path,
        *,
        jobs: int = 1,
        progress: Callable[[int], None] | None = None,
    ) -> Iterator[Result]:
        """What `function` gives for each row group, in order, in this process or in several. Raises: WorkerLost."""
        return map_row_groups(function, path, workers=count_workers(path, jobs), progress=progress)

    @contextlib.contextmanager
    def _opened(self, tables: Mapping[str, Source]) -> Iterator[duckdb.DuckDBPyConnection]:
        paths = [str(source) for source in tables.values() if isinstance(source, Path)]
        with duckdb.connect(":memory:", config=self._config) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET python_enable_replacements = false")  # a name is a table, never a variable of ours
            connection.execute("SET allowed_paths = [" + ", ".join(map(_quoted, paths)) + "]")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            for name, source in tables.items():
                if isinstance(source, Path):
                    connection.read_parquet(str(source)).create_view(name)
                else:
                    connection.register(name, source)
            yield connection


def schema_of(source: Source) -> pa.Schema:
    """The columns of a table or of a Parquet file."""
    return pq.read_schema(source) if isinstance(source, Path) else source.schema


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise EngineStopped(
            "The joins need more memory than they may take; nothing was lost. Free some memory, or give a folder for what does not fit.",
            can_retry=True,
        ) from error
