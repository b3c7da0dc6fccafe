"""Says a query, written in DuckDB's dialect, in Spark's words, and refuses what would run there and mean something else.

`sqlglot` translates; before it, names and types are resolved against the tables, and what it would change in silence is put
in words that keep the meaning (`rewrites.py`). docs/engine.md tells what to write and what not;
tests/engine/test_dialect.py runs every construct on both engines.
"""

from collections.abc import Mapping

from sqlglot import exp, parse_one
from sqlglot.errors import ErrorLevel
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from rempart.engine.rewrites import NotPortable, rewrite

Columns = Mapping[str, Mapping[str, str]]  # table -> column -> DuckDB's word for its type
_UNLIKE_NODES: Mapping[type[exp.Expr], str] = {
    exp.ArrayConcat: "a UNION ALL of rows (Spark has null beside a null list)",
    exp.ArrayDistinct: "list(DISTINCT …) over rows (Spark keeps a null)",
    exp.CurrentDate: "an instant passed in as a table",
    exp.CurrentTimestamp: "an instant passed in as a table",
    exp.DateDiff: "a difference of epoch_us",
    exp.DayOfWeek: "(epoch_us(x) // 86400000000 + 3) % 7, which is 0 on Mondays",
    exp.DayOfWeekIso: "(epoch_us(x) // 86400000000 + 3) % 7, which is 0 on Mondays",
    exp.Extract: "year(x), month(x), day(x) or hour(x)",
    exp.First: "arg_min(x, what orders it)",
    exp.Last: "arg_max(x, what orders it)",
    exp.Format: "||",
    exp.IsNan: "x = 'nan', which is null for null",
    exp.Levenshtein: "a function over Arrow columns (DuckDB counts bytes)",
    exp.Log: "ln(x), divided by ln of the base",
    exp.Mode: "a count and arg_max",
    exp.Rand: "numbers passed in as a table",
    exp.TableSample: "numbers passed in as a table",
    exp.TimeToUnix: "epoch_us(x) // 1000000",
    exp.Upper: "lower(x) (Java writes ß as SS)",
    exp.Uuid: "numbers passed in as a table",
}
_UNLIKE_FUNCTIONS: Mapping[str, str] = {
    "date_part": "year(x), month(x), day(x) or hour(x)",
    "date_sub": "a difference of epoch_us",
    "hash": "md5 of the text",
    "format": "||",
    "printf": "lpad(CAST(x AS VARCHAR), n, '0') and ||",
    "now": "an instant passed in as a table",
}


def to_spark(sql: str, *, columns: Columns) -> str:
    """The SELECT in Spark's dialect; `columns` are those of every table that it names.

    Raises: NotPortable; the errors of sqlglot for what is no SELECT over these tables.
    """
    schema: dict[str, object] = {table: dict(kinds) for table, kinds in columns.items()}
    tree = parse_one(sql, read="duckdb")
    refuse_unlike(tree)
    tree = qualify(tree, schema=schema, dialect="duckdb", quote_identifiers=True)
    tree = rewrite(annotate_types(tree, schema=schema, dialect="duckdb"))
    return tree.sql("spark", identify=True, unsupported_level=ErrorLevel.RAISE)


def refuse_unlike(tree: exp.Expr) -> None:
    """Raises NotPortable for the first construct that both engines have, with another meaning."""
    for node in tree.walk():
        name = node.name.lower() if isinstance(node, exp.Anonymous) else ""
        advice = _UNLIKE_FUNCTIONS.get(name) or _UNLIKE_NODES.get(type(node))
        if advice:
            raise NotPortable(node.sql("duckdb"), advice)
        if isinstance(node, exp.Distinct) and node.args.get("on"):
            raise NotPortable("DISTINCT ON", "QUALIFY row_number() OVER (PARTITION BY … ORDER BY …) = 1")
        if isinstance(node, exp.RegexpReplace) and node.text("modifiers") != "g":
            raise NotPortable("regexp_replace without 'g'", "regexp_replace(x, pattern, text, 'g')")
        if isinstance(node, exp.Table) and isinstance(node.this, exp.GenerateSeries):
            raise NotPortable("a series as a table", "SELECT unnest(range(0, n)) AS i")
