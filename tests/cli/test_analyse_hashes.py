"""`rempart analyse --hashes`: sealed lists opened for one walk, with a line in their use log; refusals before anything is read."""

import hashlib
import json
from pathlib import Path

import pytest

from rempart.evidence import keys
from rempart.matching.store import ListStore
from tests.analysis.sharing import LISTED, data_of, write_export
from tests.cli.shell import Ask


@pytest.fixture
def site(tmp_path: Path, ask_here: Ask) -> Path:
    """A site with keys, and a list that names one file of the group."""
    guard = keys.recipient_of(keys.new_identity())
    assert ask_here("keys", "init", "--data", tmp_path / "site", "--escrow-recipient", guard, "--yes").code == 0
    digest = hashlib.sha1(data_of(LISTED), usedforsecurity=False).hexdigest()
    (tmp_path / "list.txt").write_text(f"{digest}\n", "utf-8")
    added = ask_here("hashes", "add", tmp_path / "list.txt", "--name", "Trial list", "--data", tmp_path / "site")
    assert added.code == 0
    return tmp_path / "site"


def test_a_folder_without_lists_is_refused_before_anything_is_read(tmp_path: Path, ask_here: Ask) -> None:
    """One sentence says what to do; no result is written."""
    export = write_export(tmp_path / "export")
    (tmp_path / "empty").mkdir()

    answer = ask_here("analyse", export, "--out", tmp_path / "out", "--hashes", tmp_path / "empty")

    assert (answer.code, answer.out, answer.is_one_line) == (2, "", True)
    assert "rempart hashes add" in answer.err
    assert not (tmp_path / "out").exists()


def test_lists_without_their_key_are_refused_and_no_use_is_written(site: Path, tmp_path: Path, ask_here: Ask) -> None:
    """The key is asked for by name of the option; the log keeps only the adding."""
    export = write_export(tmp_path / "export")
    arguments = ("--hashes", site, "--identity-key", tmp_path / "nowhere.key")

    answer = ask_here("analyse", export, "--out", tmp_path / "out", *arguments)

    assert (answer.code, answer.is_one_line) == (2, True)
    assert "--identity-key" in answer.err
    assert [use.act for use in ListStore(site / "hashlists").uses()] == ["add"]
    assert not (tmp_path / "out").exists()


def test_a_walk_looks_files_up_and_writes_its_use_down(site: Path, tmp_path: Path, ask_here: Ask) -> None:
    """The report tells the listing; the log tells who looked, which exhibit, how many media."""
    export = write_export(tmp_path / "export")
    arguments = ("--profile", "enquete", "--jobs", "1", "--hashes", site, "--by", "Alice Martin")

    answer = ask_here("analyse", export, "--out", tmp_path / "out", *arguments)
    document = json.loads((tmp_path / "out" / "analysis.json").read_text("utf-8"))
    use = ListStore(site / "hashlists").uses()[-1]

    assert answer.code == 0
    assert [file["listed"][0]["list_id"] for file in document["known_files"]["files"]] == ["trial-list"]
    assert (use.by, use.exhibits) == ("Alice Martin", (document["exhibits"][0]["sha256"],))
    assert use.looked_up == document["totals"]["media"]
