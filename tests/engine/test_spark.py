"""Spark: what it refuses, what it keeps to itself, and that detection and files come out as they do here."""

import importlib.util
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rempart.analysis.walk import Options
from rempart.detection.run import run
from rempart.engine import spark as spark_module
from rempart.engine.queries import DuckEngine
from rempart.engine.spark import SparkEngine, SparkMissing
from rempart.errors import OutsideFailure
from tests.analysis.case import analysed
from tests.engine.test_batches import numbers, table

SECRET = "the-blue-umbrella"


def refuse(path: Path, group: int) -> int:
    """Fails as a reader would."""
    raise OutsideFailure("Group {group} said no.", can_retry=True, group=group)


@pytest.mark.parametrize(("missing", "told"), [("pyspark", r"rempart\[spark\]"), ("java", "default-jre-headless")])
def test_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str, told: str) -> None:
    """Without pyspark or Java one sentence says what to install."""
    if missing == "pyspark":
        monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    else:
        monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
        monkeypatch.setattr(spark_module, "_java", lambda: None)

    assert not spark_module.is_here()
    with pytest.raises(SparkMissing, match=told) as refused:
        SparkEngine(spill=tmp_path)
    assert refused.value.exit_code == 3


@pytest.mark.spark
def test_writes_no_value_of_the_evidence_into_a_log(
    spark: SparkEngine, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A query that fails on a value does not print it, neither from Java nor from Python."""
    with pytest.raises(Exception, match="CAST_INVALID_INPUT"):
        spark.query("SELECT CAST(s AS INT) AS n FROM t", {"t": pa.table({"s": [SECRET]})})

    told = capfd.readouterr()
    assert SECRET not in told.out + told.err + caplog.text


@pytest.mark.spark
def test_serves_no_page_and_listens_on_loopback(spark: SparkEngine) -> None:
    """In one machine nothing listens where others could ask."""
    settings = spark._session.sparkContext.getConf()

    assert spark._session.sparkContext.uiWebUrl is None
    assert {settings.get(f"spark.driver.{name}") for name in ("host", "bindAddress")} == {"127.0.0.1"}


@pytest.mark.spark
def test_leaves_the_environment_as_it_was(spark: SparkEngine) -> None:
    """What Spark needs to know is not left for others to trip over."""
    assert spark.name == "spark"
    assert not {"PYSPARK_PYTHON", "SPARK_LOCAL_IP"} & set(os.environ)


@pytest.mark.spark
def test_a_failure_of_the_function_comes_through(tmp_path: Path, spark: SparkEngine) -> None:
    """An error of ours keeps its sentence on its way back from Spark."""
    with pytest.raises(OutsideFailure, match="Group 0 said no"):
        list(spark.map_row_groups(refuse, table(tmp_path, rows=30, in_group=10)))


@pytest.mark.spark
@pytest.mark.parametrize("rows", [0, 95])
def test_row_groups_come_in_order(tmp_path: Path, spark: SparkEngine, duck: DuckEngine, rows: int) -> None:
    """Wave after wave, the order and the progress are those of this machine."""
    path = table(tmp_path, rows=rows, in_group=7)
    told: dict[str, list[int]] = {"duckdb": [], "spark": []}
    found = {
        engine.name: list(engine.map_row_groups(numbers, path, progress=told[engine.name].append))
        for engine in (duck, spark)
    }

    assert found["spark"] == found["duckdb"]
    assert told["spark"] == told["duckdb"]
    assert [number for group in found["spark"] for number in group] == list(range(rows))


@pytest.mark.spark
def test_a_written_result_is_the_same_file(tmp_path: Path, spark: SparkEngine, duck: DuckEngine) -> None:
    """The same bytes from both engines, with names that Parquet would not take from Spark; no part is left."""
    source = table(tmp_path, rows=95, in_group=7)
    sql = 'SELECT number AS "a b", sum(number) AS s FROM t GROUP BY number ORDER BY number DESC'
    written = [
        engine.query_to_parquet(sql, {"t": source}, tmp_path / f"{engine.name}.parquet") for engine in (duck, spark)
    ]

    assert written == [95, 95]
    assert (tmp_path / "spark.parquet").read_bytes() == (tmp_path / "duckdb.parquet").read_bytes()
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.spark
def test_threads_do_not_see_each_other_s_tables(spark: SparkEngine) -> None:
    """The same name means another table in another thread."""

    def total(number: int) -> int:
        told: int = spark.query("SELECT sum(n) AS s FROM t", {"t": pa.table({"n": [number]})})["s"][0].as_py()
        return told

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(total, range(4))) == list(range(4))


@pytest.mark.spark
def test_detection_is_the_same_on_both(tmp_path: Path, spark: SparkEngine) -> None:
    """Every alert, sight and count of the messages, looked at in row groups on Spark, is that of this machine."""
    folder = analysed(tmp_path).folder / "tables"
    messages = folder / "messages.parquet"
    pq.write_table(pq.read_table(messages), messages, row_group_size=3)
    here, there = run(folder), run(folder, engine=spark)

    assert here.alerts
    assert there.alerts == here.alerts
    assert dict(there.sights) == dict(here.sights)
    assert (there.examined, there.not_examined) == (here.examined, here.not_examined)


@pytest.mark.spark
def test_an_analysis_is_the_same_on_both(tmp_path: Path, spark: SparkEngine) -> None:
    """The document does not tell the engines apart."""
    here, there = analysed(tmp_path / "here"), analysed(tmp_path / "there", options=Options(engine=spark))

    assert (there.folder / "analysis.json").read_bytes() == (here.folder / "analysis.json").read_bytes()
