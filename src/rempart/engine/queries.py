"""Joins and group-bys, written once as SQL and run where the data are: in this process (DuckDB, all cores) or on Spark.

A query is a SELECT in DuckDB's dialect over named tables (Arrow tables or Parquet files) and gives one Arrow table. It keeps to
what `sqlglot` says in Spark's words, and orders its rows where the order matters; a test runs every query on both engines.
Why SQL and not a layer of expressions above it: docs/decisions.md.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa

Source = pa.Table | Path


class Engine(Protocol):
    """Runs queries. name, version: what a document says of where its figures were joined."""

    @property
    def name(self) -> str:
        """duckdb or spark."""

    @property
    def version(self) -> str:
        """The engine's own version."""

    def query(self, sql: str, tables: Mapping[str, Source]) -> pa.Table:
        """The rows of the SELECT over the named tables."""


class DuckEngine:
    """DuckDB inside this process; reads no file but those it is given, loads no extension, asks no network."""

    name = "duckdb"
    version = duckdb.__version__

    def __init__(self, *, threads: int = 0) -> None:
        """threads: 0 takes all cores."""
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if threads:
            config["threads"] = threads
        self._connection = duckdb.connect(":memory:", config=config)

    def query(self, sql: str, tables: Mapping[str, Source]) -> pa.Table:
        """The rows of the SELECT over the named tables."""
        cursor = self._connection.cursor()
        for name, source in tables.items():
            relation = cursor.read_parquet(str(source)) if isinstance(source, Path) else cursor.from_arrow(source)
            relation.create_view(name)
        try:
            return cursor.sql(sql).to_arrow_table()
        finally:
            for name in tables:
                cursor.execute(f'DROP VIEW IF EXISTS "{name}"')
