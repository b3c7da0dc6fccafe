"""DuckDB in this process: only what it is given, the same rows from any number of threads, files whole or not at all."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart.engine.parquet import FileNotWritten, write_batches
from rempart.engine.queries import DuckEngine, EngineStopped

NUMBERS = pa.table({"n": pa.array([3, 1, 2], pa.int64())})


def numbers_file(folder: Path, name: str = "numbers.parquet") -> Path:
    """Three numbers on disk."""
    pq.write_table(NUMBERS, folder / name)
    return folder / name


def test_refuses_a_file_that_it_was_not_given(tmp_path: Path, duck: DuckEngine) -> None:
    """A query cannot reach past its tables."""
    other, given_file = numbers_file(tmp_path, "other.parquet"), numbers_file(tmp_path)

    with pytest.raises(duckdb.PermissionException):
        duck.query(f"SELECT n FROM read_parquet('{other}')", {"t": given_file})  # noqa: S608 - a path of the test


def test_refuses_to_load_an_extension(duck: DuckEngine) -> None:
    """Nothing is fetched and nothing is loaded."""
    with pytest.raises(duckdb.Error):
        duck.query("SELECT * FROM read_csv('https://example.org/a.csv')", {})


def test_a_name_is_never_a_variable_of_ours(duck: DuckEngine) -> None:
    """A table that was not given is missing, whatever stands in this process under its name."""
    t = NUMBERS

    assert t.num_rows == 3
    with pytest.raises(duckdb.CatalogException):
        duck.query("SELECT n FROM t", {})


def test_nothing_of_one_query_is_seen_by_the_next(duck: DuckEngine) -> None:
    """A table is gone when its query is over."""
    duck.query("SELECT n FROM t", {"t": NUMBERS})

    with pytest.raises(duckdb.CatalogException):
        duck.query("SELECT n FROM t", {})


@pytest.mark.parametrize("to_file", [True, False])
def test_want_of_memory_is_told_as_an_outside_failure(tmp_path: Path, to_file: bool) -> None:
    """One sentence that says what is intact and what to try; nothing is left where the result would stand."""
    engine = DuckEngine(threads=1, memory_mib=20)
    big = {"t": pa.table({"n": np.arange(1_000_000)})}
    sql = "SELECT n, list(n ORDER BY n) AS l FROM t GROUP BY n ORDER BY n"

    with pytest.raises(EngineStopped, match="nothing was lost") as stopped:
        engine.query_to_parquet(sql, big, tmp_path / "out.parquet") if to_file else engine.query(sql, big)
    assert stopped.value.exit_code == 3
    assert list(tmp_path.iterdir()) == []


def test_a_folder_takes_what_does_not_fit(tmp_path: Path) -> None:
    """With a folder the same query ends, in the memory that was too small without one; nothing stays there."""
    big = {"t": pa.table({"n": np.arange(1_000_000)})}
    engine = DuckEngine(threads=1, memory_mib=40, spill=tmp_path)

    assert engine.query_to_parquet("SELECT n FROM t ORDER BY n DESC", big, tmp_path / "out.parquet") == 1_000_000
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]


def test_what_stood_in_the_place_stays_when_writing_fails(tmp_path: Path, duck: DuckEngine) -> None:
    """A result is put in its place when it is whole, and not before."""
    path = numbers_file(tmp_path)

    with pytest.raises(duckdb.ConversionException):
        duck.query_to_parquet("SELECT CAST(s AS INT) AS n FROM t", {"t": pa.table({"s": ["1", "x"]})}, path)
    assert pq.read_table(path).equals(NUMBERS)
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_a_disk_that_refuses_is_told_in_one_sentence(tmp_path: Path) -> None:
    """The failure names the file and the reason, and no row."""
    with pytest.raises(FileNotWritten, match=r"out\.parquet could not be written: No such file"):
        write_batches(NUMBERS.to_batches(), tmp_path / "missing" / "out.parquet", schema=NUMBERS.schema)


def test_instants_are_utc_on_any_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The zone of the machine changes no hour."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    table = pa.table({"t": pa.array([0], pa.timestamp("us", tz="UTC"))})

    told = DuckEngine(threads=1).query("SELECT hour(t) AS h, t FROM i", {"i": table})
    assert told["h"].to_pylist() == [0]
    assert str(told.schema.field("t").type) == "timestamp[us, tz=UTC]"


def test_a_table_and_a_file_are_joined(tmp_path: Path, duck: DuckEngine) -> None:
    """What is in memory and what is on disk are tables alike, also under a path with a quote."""
    folder = tmp_path / "it's"
    folder.mkdir()
    tables = {"a": NUMBERS, "b": numbers_file(folder)}

    assert duck.query("SELECT a.n FROM a JOIN b USING (n) ORDER BY n", tables)["n"].to_pylist() == [1, 2, 3]


def test_threads_do_not_see_each_other_s_tables(duck: DuckEngine) -> None:
    """The same name means another table in another thread."""

    def total(number: int) -> int:
        told: int = duck.query("SELECT CAST(sum(n) AS BIGINT) AS s FROM t", {"t": pa.table({"n": [number]})})["s"][
            0
        ].as_py()
        return told

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(total, range(20))) == list(range(20))


def test_a_written_result_is_the_answer(tmp_path: Path, duck: DuckEngine) -> None:
    """The same types, rows and order, whether it is written or given."""
    sql = "SELECT n, sum(n) OVER (ORDER BY n) AS s FROM t ORDER BY n DESC"
    path = tmp_path / "out.parquet"

    assert duck.query_to_parquet(sql, {"t": NUMBERS}, path) == 3
    assert pq.read_table(path).equals(duck.query(sql, {"t": NUMBERS}))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(cuts=st.lists(st.integers(1, 300_000), max_size=6))
def test_the_same_rows_give_the_same_bytes(tmp_path: Path, cuts: list[int]) -> None:
    """However the rows arrive, the file is the same."""
    table = pa.table({"n": np.arange(300_000)})
    whole, pieces = tmp_path / "whole.parquet", tmp_path / "pieces.parquet"
    edges = sorted({0, *cuts, table.num_rows})
    batches = [batch for first, last in pairwise(edges) for batch in table.slice(first, last - first).to_batches()]

    assert write_batches(table.to_batches(), whole, schema=table.schema) == table.num_rows
    assert write_batches(batches, pieces, schema=table.schema) == table.num_rows
    assert whole.read_bytes() == pieces.read_bytes()
