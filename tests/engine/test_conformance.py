"""Every query that Rempart keeps gives the same rows on DuckDB and on Spark, and no SELECT stands outside the registers."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest
from sqlglot import parse_one

import rempart
from rempart.engine.queries import DuckEngine, Query
from rempart.engine.spark import SparkEngine
from tests.engine.rows import rows_of

ROOT = Path(rempart.__path__[0])
PACKAGES = ("analysis", "conversations", "detection", "identities", "matching", "network", "priority")
_HOLE = re.compile(r"\{[^{}]*\}")
_SELECT = re.compile(r"\bSELECT\b.*\bFROM\b", re.DOTALL)


def modules() -> Iterator[ModuleType]:
    """Every module of the packages that join tables."""
    for package in PACKAGES:
        folder = importlib.import_module(f"rempart.{package}")
        for found in pkgutil.walk_packages(folder.__path__, f"rempart.{package}."):
            yield importlib.import_module(found.name)


def registered() -> list[tuple[str, Query]]:
    """(module and name, query) of every register."""
    return [
        (f"{module.__name__.removeprefix('rempart.')}:{query.name}", query)
        for module in modules()
        for query in getattr(module, "QUERIES", ())
    ]


QUERIES = registered()
PARAMETERS = [pytest.param(query, id=name) for name, query in QUERIES]


def selects(path: Path) -> Iterator[str]:
    """The texts of a module that hold a SELECT, or a part of one; docstrings are prose."""
    tree = ast.parse(path.read_text("utf-8"))
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield from [node.value] if _SELECT.search(node.value) else []


def squeezed(text: str) -> str:
    """The text with every run of blanks as one."""
    return re.sub(r"\s+", " ", text).strip()


def unregistered(path: Path, known: Sequence[str]) -> list[str]:
    """The SELECTs of the module that are no part of a registered query; `{...}` in a template stands for anything."""
    told = [(text, ".*?".join(map(re.escape, _HOLE.split(text)))) for text in map(squeezed, selects(path))]
    return [text for text, pattern in told if not any(re.search(pattern, sql) for sql in known)]


def test_notices_a_select_that_no_register_holds(tmp_path: Path) -> None:
    """The search finds a constant and a part of a built text, and leaves prose and registered ones alone."""
    module = tmp_path / "module.py"
    module.write_text(
        '"""SELECT what you need FROM here."""\nA = "SELECT a\\n FROM t"\nB = f"SELECT b FROM u {A}"\nC = "FROM x"\n',
        "utf-8",
    )

    assert unregistered(module, ["SELECT a FROM t7"]) == ["SELECT b FROM u"]


def test_every_select_is_registered() -> None:
    """A query that the conformance test does not run cannot enter the library."""
    known = [squeezed(query.sql) for _, query in QUERIES]
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]

    assert {path.name: found for path in paths if (found := unregistered(path, known))} == {}


def test_names_are_unique_in_a_register() -> None:
    """A query is named once, so that a failing one can be found."""
    names = [name for name, _ in QUERIES]

    assert QUERIES
    assert len(names) == len(set(names))


@pytest.mark.parametrize("query", PARAMETERS)
def test_an_example_gives_rows(duck: DuckEngine, query: Query) -> None:
    """Two empty answers would prove nothing."""
    assert duck.query(query.sql, query.example()).num_rows > 0


@pytest.mark.spark
@pytest.mark.parametrize("query", PARAMETERS)
def test_a_query_gives_the_same_on_both(duck: DuckEngine, spark: SparkEngine, query: Query) -> None:
    """The same types, the same rows, and the same order where one is asked for."""
    here, there = (engine.query(query.sql, query.example()) for engine in (duck, spark))
    ordered = bool(parse_one(query.sql, read="duckdb").args.get("order"))

    assert there.schema == here.schema
    assert rows_of(there, ordered=ordered) == rows_of(here, ordered=ordered)
