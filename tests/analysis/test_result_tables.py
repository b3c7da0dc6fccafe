"""The tables that an analysis adds: each as its schema tells it, with nothing left untold."""

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rempart.analysis.result_tables import RESULT_TABLES
from rempart.analysis.walk import Options, Outcome
from rempart.conversations.tables import TABLES
from tests.analysis.sharing import LISTED, NEW, SOFTWARE, Opener, data_of, walked


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The walk with lists."""
    return walked(tmp_path_factory.mktemp("listed"), options=Options(open_lists=Opener()))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The walk without any list."""
    return walked(tmp_path_factory.mktemp("bare"), options=Options())


def names_in(folder: Path) -> set[str]:
    """The tables of an analysis."""
    return {path.stem for path in (folder / "tables").glob("*.parquet")}


def told(schema: pa.Schema) -> list[tuple[object, ...]]:
    """Name, type, whether null may stand, meaning; Parquet has another name for what a list holds."""
    return [(f.name, str(f.type).replace("element", "item"), f.nullable, f.metadata) for f in schema]


def test_every_column_of_every_table_is_told() -> None:
    """A column without a meaning would be guessed."""
    meanings = [field.metadata[b"meaning"] for schema in RESULT_TABLES.values() for field in schema]

    assert all(meanings)


def test_tables_on_the_disk_are_those_of_the_schema(listed: Outcome) -> None:
    """Names, types, meanings; nothing beside them."""
    written = names_in(listed.folder)

    assert written == TABLES.keys() | RESULT_TABLES.keys()
    for name in written - TABLES.keys():
        assert told(pq.read_schema(listed.folder / "tables" / f"{name}.parquet")) == told(RESULT_TABLES[name])


def test_without_a_list_there_is_no_table_of_hits(bare: Outcome) -> None:
    """And a file that was compared with nothing has no standing."""
    files = pq.read_table(bare.folder / "tables" / "network_files.parquet")

    assert "matches" not in names_in(bare.folder)
    assert set(files["standing"].to_pylist()) == {None}
    assert files.num_rows > 0


def test_a_file_stands_as_the_lists_say(listed: Outcome) -> None:
    """Listed, unlisted, or set aside."""
    rows = pq.read_table(listed.folder / "tables" / "network_files.parquet").to_pylist()
    standings = {row["file_id"].split(":")[-1]: row["standing"] for row in rows}

    def standing_of(file: int) -> object:
        return standings[hashlib.sha256(data_of(file)).hexdigest()]

    assert (standing_of(LISTED), standing_of(NEW), standing_of(SOFTWARE)) == ("listed", "unlisted", "set_aside")
