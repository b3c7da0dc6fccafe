"""Both engines; Spark is started once for all tests that are marked `spark`, which run in one process: `pytest -m spark`.

Without Java or pyspark they are skipped, and a sentence says how to get them.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rempart.engine.queries import DuckEngine
from rempart.engine.spark import SparkEngine, is_here

QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # a third less processor time where Java lives for a minute
WITHOUT_SPARK = (
    "Spark is not here: pip install 'rempart[spark]' and Java 17 or newer (Debian: apt install default-jre-headless)"
)


@pytest.fixture
def duck() -> DuckEngine:
    """DuckDB on one core."""
    return DuckEngine(threads=1)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkEngine]:
    """Spark in this machine, on two cores; joins are cut in two, so that rows meet across parts."""
    if not is_here():
        pytest.skip(WITHOUT_SPARK)
    spill: Path = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JDK_JAVA_OPTIONS", QUICK_JAVA)
        engine = SparkEngine(spill=spill, master="local[2]", memory_mib=1024, partitions=2)
    with engine:
        yield engine
