"""The tables on disk: whole or not at all, the same bytes for the same rows."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from rempart.conversations.store import NotWritten, TableWriter, load_table, rows_at, texts_at
from rempart.conversations.tables import TABLES

UNREAD: dict[str, Sequence[object]] = {
    "exhibit_sha256": ["a" * 64],
    "part": [""],
    "byte_start": [0],
    "byte_end": [3],
    "code": ["cut"],
    "reason": ["the file ends"],
    "locator": [None],
    "loss": [True],
}


def write(folder: Path, rows: int) -> None:
    """Tables with so many unread rows."""
    with TableWriter(folder) as writer:
        for _ in range(rows):
            writer.append("unread", UNREAD)


def test_a_failed_run_leaves_the_tables_before_it(tmp_path: Path) -> None:
    """What was kept stays, and no half file lies beside it."""
    write(tmp_path, 2)

    with pytest.raises(KeyError), TableWriter(tmp_path) as writer:
        writer.append("unread", {"part": [""]})
    assert load_table(tmp_path, "unread").num_rows == 2
    assert not list(tmp_path.glob("*.part"))


def test_a_file_in_the_way_is_an_outside_failure(tmp_path: Path) -> None:
    """One sentence, and that a retry can help."""
    (tmp_path / "tables").write_text("here")

    with pytest.raises(NotWritten) as told:
        TableWriter(tmp_path / "tables")
    assert told.value.can_retry


def test_a_row_of_another_type_is_refused(tmp_path: Path) -> None:
    """The schema is fixed."""
    with pytest.raises((TypeError, ValueError)), TableWriter(tmp_path) as writer:
        writer.append("unread", {**UNREAD, "byte_start": ["three"]})


def test_empty_tables_have_every_column(tmp_path: Path) -> None:
    """No row is an answer too."""
    write(tmp_path, 0)

    for name, schema in TABLES.items():
        assert load_table(tmp_path, name).schema.names == schema.names


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    """No clock, no chance."""
    write(tmp_path / "a", 3)
    write(tmp_path / "b", 3)

    for name in TABLES:
        assert (tmp_path / "a" / f"{name}.parquet").read_bytes() == (tmp_path / "b" / f"{name}.parquet").read_bytes()


def test_rows_are_found_across_row_groups(tmp_path: Path) -> None:
    """Positions count over the whole table."""
    columns: dict[str, Sequence[object]] = {field.name: [None] for field in TABLES["messages"]}
    fixed: dict[str, Sequence[object]] = {
        "exhibit_sha256": ["a"],
        "sequence": [1],
        "kind": ["message"],
        "zone": ["utc"],
        "mentions": [[]],
    }
    span: dict[str, Sequence[object]] = {"part": [""], "byte_start": [0], "byte_end": [1], "conversation_id": ["c"]}
    with TableWriter(tmp_path) as writer:
        for number in range(5):
            writer.append("messages", {**columns, **fixed, **span, "row": [number], "text": [f"line {number}"]})

    assert texts_at(tmp_path, [4, 1, 1]) == {1: "line 1", 4: "line 4"}
    assert rows_at(tmp_path, [], columns=("row",)) == {}
