"""DuckDB's words and Spark's: every construct means the same on both, and what would not is refused."""

import pytest
from sqlglot import parse_one

from rempart.engine.dialect import to_spark
from rempart.engine.queries import DuckEngine
from rempart.engine.rewrites import NotPortable
from rempart.engine.spark import SparkEngine
from tests.engine.constructs import CONSTRUCTS, REFUSED, TABLE
from tests.engine.rows import rows_of

TABLES = {"t": TABLE}


@pytest.mark.parametrize("what", REFUSED)
def test_refuses_what_would_mean_something_else(duck: DuckEngine, what: str) -> None:
    """A query that both engines would run, with other rows, is not said at all; the refusal says what to write."""
    _, columns = duck.types('SELECT "row" FROM t', TABLES)

    with pytest.raises(NotPortable, match=r"means another thing on Spark; write \S"):
        to_spark(REFUSED[what], columns=columns)


@pytest.mark.parametrize("what", [what for what in REFUSED if what != "chance"])
def test_refuses_nothing_that_duckdb_does_not_know(duck: DuckEngine, what: str) -> None:
    """Every refusal is of a query that runs here, so that the refusal is needed."""
    duck.query(REFUSED[what], TABLES)


@pytest.mark.spark
@pytest.mark.parametrize("what", CONSTRUCTS)
def test_a_construct_means_the_same_on_both(duck: DuckEngine, spark: SparkEngine, what: str) -> None:
    """The same types, the same rows, and the same order where one is asked for."""
    here, there = (engine.query(CONSTRUCTS[what], TABLES) for engine in (duck, spark))
    ordered = bool(parse_one(CONSTRUCTS[what], read="duckdb").args.get("order"))

    assert there.schema == here.schema
    assert rows_of(there, ordered=ordered) == rows_of(here, ordered=ordered)
