"""`--engine`: where joins and texts are worked on, this machine (DuckDB) or Spark."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rempart.engine.queries import DuckEngine, Engine
from rempart.errors import BadInput

CLUSTER = "spark://"
SMALLEST_MIB = 1024  # below, Spark's own Java does not start


@contextlib.contextmanager
def open_engine(told: str) -> Iterator[Engine]:
    """The engine of that name, closed afterwards: `duckdb`, `spark` in this machine, or the address of a cluster.

    Raises: BadInput for another name, SparkMissing.
    """
    if told == "duckdb":
        yield DuckEngine()
    elif told == "spark" or told.startswith(CLUSTER):
        from rempart.engine.spark import LOCAL, SparkEngine  # noqa: PLC0415 - loading the translator takes half a second

        with (
            tempfile.TemporaryDirectory(prefix="rempart-spark-", ignore_cleanup_errors=True) as spill,
            SparkEngine(
                master=LOCAL if told == "spark" else told, spill=Path(spill), memory_mib=_half_of_memory()
            ) as engine,
        ):
            yield engine
    else:
        raise BadInput("--engine takes duckdb, spark, or the address of a cluster such as spark://host:7077.")


def _half_of_memory() -> int:
    """MiB; Python's processes and the system have the other half."""
    try:
        installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    except (AttributeError, ValueError):  # a system that does not tell
        return 2 * SMALLEST_MIB
    return max(SMALLEST_MIB, installed // 2)
