"""`rempart network export`: what other programs read, whole or not at all."""

from pathlib import Path

import networkx as nx
import pyarrow.parquet as pq
import pytest

from rempart.matching.known import MATCHES
from tests.cli.shell import Ask
from tests.network.small import shared, tables_of

WRITTEN = {
    "graphml": {"network.graphml"},
    "gexf": {"network.gexf"},
    "i2": {"entities.csv", "links.csv"},
    "ftm": {"network.ftm.jsonl"},
    "case": {"network.case.jsonld"},
}
pytestmark = pytest.mark.filterwarnings("ignore:.*:DeprecationWarning")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An analysed folder: two members, one file that both sent and one that one of them sent."""
    pairs = [shared(1, "telegram:user1", "a"), shared(2, "telegram:user2", "a"), shared(3, "telegram:user2", "b")]
    tables_of(tmp_path / "case" / "tables", messages=[one for one, _ in pairs], media=[other for _, other in pairs])
    return tmp_path / "case"


@pytest.mark.parametrize("form", sorted(WRITTEN))
def test_every_form_is_written_and_the_tables_stay(folder: Path, ask_here: Ask, form: str) -> None:
    """The files are named on the output; the same command gives the same bytes."""
    before = {path.name: path.read_bytes() for path in (folder / "tables").iterdir()}
    first = ask_here("network", "export", folder, "--to", folder / "one", "--format", form)
    again = ask_here("network", "export", folder, "--to", folder / "two", "--format", form)

    assert (first.code, again.code) == (0, 0)
    written = {path.name: path.read_bytes() for path in (folder / "one").iterdir()}
    assert set(written) == WRITTEN[form]
    assert all(name in first.out for name in written)
    assert written == {path.name: path.read_bytes() for path in (folder / "two").iterdir()}
    assert before == {path.name: path.read_bytes() for path in (folder / "tables").iterdir()}


def test_what_the_analysis_knew_is_in_the_export(folder: Path, ask_here: Ask) -> None:
    """Without lists a file is told as not compared; with what was looked up, as in no list."""
    ask_here("network", "export", folder, "--to", folder / "without")
    pq.write_table(MATCHES.empty_table(), folder / "tables" / "matches.parquet")
    ask_here("network", "export", folder, "--to", folder / "with")

    assert _listed(folder / "without") == {"not compared"}
    assert _listed(folder / "with") == {"unlisted"}


def test_a_folder_that_was_not_analysed_is_refused(tmp_path: Path, ask_here: Ask) -> None:
    """One sentence, code 2, and nothing written."""
    refused = ask_here("network", "export", tmp_path, "--to", tmp_path / "out")

    assert refused.code == 2
    assert "holds no tables" in refused.err
    assert refused.is_one_line
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_is_told(folder: Path, ask_here: Ask) -> None:
    """A file stands where the folder should be: code 3, and the file is as it was."""
    (folder / "taken").write_text("mine", "utf-8")

    refused = ask_here("network", "export", folder, "--to", folder / "taken")

    assert refused.code == 3
    assert "could not be written" in refused.err
    assert (folder / "taken").read_text("utf-8") == "mine"


def _listed(folder: Path) -> set[str]:
    """What the export says of its files."""
    graph = nx.read_graphml(folder / "network.graphml")
    return {told["listed"] for _, told in graph.nodes(data=True) if told.get("kind") == "file"}
