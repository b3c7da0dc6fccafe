"""`--engine`: the names it takes, and what it says where Spark cannot be had."""

import importlib.util
from pathlib import Path

import pytest

from rempart.cli.engines import open_engine
from rempart.errors import BadInput
from tests.cli.shell import Ask, quiet_chat


@pytest.mark.parametrize("told", ["", "Spark", "duck", "http://host:7077", "spark//host"])
def test_refuses_another_name(told: str) -> None:
    """A slip of the pen is told, and does not become the other engine."""
    with pytest.raises(BadInput, match="duckdb, spark"), open_engine(told):
        pass


def test_says_what_to_install_for_spark(tmp_path: Path, ask_here: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pyspark: one sentence, 3, and nothing is written."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    answer = ask_here("analyse", quiet_chat(tmp_path), "--out", tmp_path / "out", "--engine", "spark")

    assert answer.code == 3
    assert answer.is_one_line
    assert "rempart[spark]" in answer.err
    assert not (tmp_path / "out").exists()


def test_opens_the_engine_of_this_machine() -> None:
    """The name in the documents is the name that was asked for."""
    with open_engine("duckdb") as engine:
        assert engine.name == "duckdb"
