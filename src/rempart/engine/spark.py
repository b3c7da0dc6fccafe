"""Spark: the same queries and functions for tables past one machine (`[spark]` extra, Java 17 or newer).

A query is first bound in DuckDB over empty tables, which tells the types of every column, then said in Spark's words
(`dialect.py`); what comes back is cast to the types that DuckDB gives. Times are UTC on both sides.

With a local master nothing leaves the machine: no page is served, every socket is bound to loopback, nothing is downloaded.
With a master of its own, Rempart changes nothing of what the keeper of the cluster set. Tables and results then lie on a disk
that every machine reaches under the same path. One Java machine serves a process; its memory is that of the first engine.
"""

import contextlib
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import metadata, util
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from rempart.engine.dialect import to_spark
from rempart.engine.parquet import write_batches
from rempart.engine.queries import DuckEngine, EngineStopped, Result, Source
from rempart.errors import OutsideFailure, RempartError

LOCAL = "local[*]"
WAVES = 4  # row groups a core gets before results are handed on; more keep cores busy, fewer keep memory low
_SETTINGS: Mapping[str, str] = {
    "spark.log.level": "OFF",
    "spark.sql.ansi.enabled": "true",  # what cannot be computed fails, as in DuckDB, instead of becoming null
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.maxResultSize": "0",
    "spark.driver.extraJavaOptions": "-Duser.timezone=UTC",
}
_LOOPBACK: Mapping[str, str] = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.catalogImplementation": "in-memory",
}


class SparkMissing(OutsideFailure):
    """Spark cannot be started here; nothing was read."""


def is_here() -> bool:
    """True when pyspark and a Java are installed."""
    return util.find_spec("pyspark") is not None and _java() is not None


class SparkEngine:
    """Joins and group-bys on Spark, in this machine or on a cluster; close it, or use it as a context.

    master: `local[2]`, `local[*]`, or the address of a cluster, `spark://host:7077`. memory_mib: what the driver's Java may take.
    spill: folder for what does not fit and for small tables on their way; with a cluster it lies on the shared disk.
    partitions: into how many parts a join is cut at most. quiet: False lets Java's log through.
    Raises: SparkMissing.
    """

    name = "spark"

    def __init__(
        self, *, spill: Path, master: str = LOCAL, memory_mib: int = 2048, partitions: int = 64, quiet: bool = True
    ) -> None:
        _check_installed()
        self.version = metadata.version("pyspark")
        self._binder = DuckEngine(threads=1)
        settings = {
            **_SETTINGS,
            "spark.driver.memory": f"{memory_mib}m",
            "spark.sql.shuffle.partitions": str(partitions),
            "spark.local.dir": str(spill),
            "spark.sql.warehouse.dir": str(spill / "warehouse"),
        }
        if master.startswith("local"):
            settings |= _LOOPBACK
        self._session = _start(master, settings, quiet=quiet)

    @property
    def session(self) -> Any:  # noqa: ANN401 - pyspark may be absent
        """Spark's own session, for a library that brings steps of its own (Splink); names in it are shared."""
        return self._session

    def close(self) -> None:
        """Ends the session; the Java machine ends with the process."""
        self._session.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def query(self, sql: str, tables: Mapping[str, Source]) -> pa.Table:
        """The rows of the SELECT over the named tables, in DuckDB's types. Raises: EngineStopped, NotPortable."""
        with _told():
            schema, frame = self._frame(sql, tables)
            return _as_duck(frame.toArrow(), schema)

    def query_to_parquet(self, sql: str, tables: Mapping[str, Source], path: Path) -> int:
        """Writes the rows to a Parquet file, put in its place when whole, and gives their number.

        The parts that Spark writes lie beside it meanwhile. Raises: EngineStopped, FileNotWritten, NotPortable.
        """
        parts = path.with_name(path.name + ".parts")
        try:
            with _told():
                schema, frame = self._frame(sql, tables)
                names = [f"c{number}" for number in range(len(schema))]  # Parquet knows fewer names than SQL
                frame.toDF(*names).write.mode("overwrite").parquet(str(parts))
            return write_batches(_read_parts(parts, schema), path, schema=schema)
        finally:
            shutil.rmtree(parts, ignore_errors=True)

    def map_row_groups(
        self,
        function: Callable[[Path, int], Result],
        path: Path,
        *,
        jobs: int = 1,
        progress: Callable[[int], None] | None = None,
    ) -> Iterator[Result]:
        """What `function` gives for each row group, in order, computed where Spark has room; `jobs` has no effect.

        Raises: EngineStopped; what the function raised, when it is an error of Rempart.
        """
        groups = pq.read_metadata(path)
        context = self._session.sparkContext
        size, passed = context.defaultParallelism * WAVES, 0
        for first in range(0, groups.num_row_groups, size):
            wave = range(first, min(first + size, groups.num_row_groups))
            with _told():
                places = context.parallelize(wave, len(wave))
                results: Sequence[Result | RempartError] = places.map(_OnPath(function, path)).collect()
            for number, result in zip(wave, results, strict=True):
                if isinstance(result, RempartError):
                    raise result
                passed += groups.row_group(number).num_rows
                if progress:
                    progress(passed)
                yield result

    def _frame(self, sql: str, tables: Mapping[str, Source]) -> tuple[pa.Schema, Any]:
        """(the schema that DuckDB gives, Spark's data frame); a session of its own, so that names of tables never meet."""
        schema, columns = self._binder.types(sql, tables)
        session = self._session.newSession()
        for name, source in tables.items():
            frame = (
                session.read.parquet(str(source))
                if isinstance(source, Path)
                else session.createDataFrame(_plain(source))
            )
            frame.createOrReplaceTempView(name)
        return schema, session.sql(to_spark(sql, columns=columns))


class _OnPath:
    """The function with its path, for a process of Spark; an error of ours comes back as a value, whole."""

    def __init__(self, function: Callable[[Path, int], Result], path: Path) -> None:
        self._function, self._path = function, path

    def __call__(self, group: int) -> object:
        try:
            return self._function(self._path, group)
        except RempartError as error:
            return error


def _plain(table: pa.Table) -> pa.Table:
    """The table without codes for values, which Spark does not read."""
    fields = [
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def _as_duck(table: pa.Table, schema: pa.Schema) -> pa.Table:
    return (
        table.rename_columns([f"c{number}" for number in range(len(schema))]).rename_columns(schema.names).cast(schema)
    )


def _read_parts(folder: Path, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The batches of Spark's parts, in the order of their numbers, which is the order of the rows."""
    for part in sorted(folder.glob("part-*.parquet")):
        with pq.ParquetFile(part) as file:
            for batch in file.iter_batches():
                yield from _as_duck(pa.Table.from_batches([batch]), schema).to_batches()


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")


def _check_installed() -> None:
    if util.find_spec("pyspark") is None:
        raise SparkMissing(
            "Spark is not installed: pip install 'rempart[spark]'. DuckDB needs nothing more, --engine duckdb.",
            can_retry=False,
        )
    if _java() is None:
        raise SparkMissing(
            "Spark needs Java 17 or newer, which is not here. On Debian: apt install default-jre-headless.",
            can_retry=False,
        )


def _start(master: str, settings: Mapping[str, str], *, quiet: bool) -> Any:  # noqa: ANN401 - pyspark may be absent
    """The session. Java's words go nowhere when quiet."""
    from pyspark import SparkConf, SparkContext  # noqa: PLC0415
    from pyspark.errors import PySparkRuntimeError  # noqa: PLC0415
    from pyspark.java_gateway import launch_gateway  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    logging.getLogger("SQLQueryContextLogger").disabled = True  # it would write values of the evidence into a log
    conf = SparkConf(loadDefaults=False).setMaster(master).setAppName("rempart").setAll(list(settings.items()))
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} if quiet else {}
    try:
        with _environment(local=master.startswith("local")):
            gateway = SparkContext._gateway or launch_gateway(conf, popen_kwargs=streams)
            return SparkSession(SparkContext(conf=conf, gateway=gateway))
    except (PySparkRuntimeError, *_java_errors()) as error:
        raise SparkMissing(
            "Spark did not start. It needs Java 17 or newer, and as much memory as it was given; `java -version` tells which Java is here.",
            can_retry=True,
        ) from error


@contextlib.contextmanager
def _environment(*, local: bool) -> Iterator[None]:
    """What Spark takes from the environment: this Python for its processes, and no look-up of the machine's name."""
    ours = {"PYSPARK_PYTHON": sys.executable, **({"SPARK_LOCAL_IP": "127.0.0.1"} if local else {})}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _java_errors() -> tuple[type[Exception], ...]:
    from py4j.protocol import Py4JError  # noqa: PLC0415
    from pyspark.errors import UnknownException  # noqa: PLC0415

    return (Py4JError, UnknownException)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except _java_errors() as error:
        raise EngineStopped(
            "Spark stopped before the end; nothing was lost. Give it more memory, or try --engine duckdb.",
            can_retry=True,
        ) from error
