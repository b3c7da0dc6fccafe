"""A worker may be killed at any stage of an analysis: the next one ends it, the result is the same, and no word is left in clear."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from rempart.web.config import SiteConfig
from tests.reliability.analysing import Life
from tests.reliability.postgres import can_run, cluster
from tests.reliability.sites import ROOT, make_site

PLACES = ("unsealing:0", "checking", "reading:0", "looking:0", "looking", "placing", "sealing:500", "ending")
ON_POSTGRESQL = ("looking", "sealing:500", "ending")


def lives(site: Path, database: Path, places: tuple[str, ...]) -> list[Life]:
    """What came of the analyses, the one that nobody killed first."""
    command = [sys.executable, "-m", "tests.reliability.analysing", str(site), str(database), ",".join(places)]
    said = subprocess.run(command, check=True, cwd=ROOT, capture_output=True).stdout
    return [msgspec.json.decode(line, type=Life) for line in said.splitlines()]


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Life]:
    """All lives on SQLite, by place."""
    site = make_site(tmp_path_factory.mktemp("sqlite") / "site")
    return {life.place: life for life in lives(site.folder, site.folder, PLACES)}


@pytest.fixture(scope="module")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Life]]:
    """Some of them on PostgreSQL."""
    if not can_run():
        pytest.skip("needs PostgreSQL (Debian: apt install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="rp-"))
    folder.chmod(0o755)
    with cluster(folder / "pg") as server:
        site = make_site(tmp_path_factory.mktemp("pg") / "site", SiteConfig(database=server.config))
        yield {life.place: life for life in lives(site.folder, server.folder / "data", ON_POSTGRESQL)}
    shutil.rmtree(folder, ignore_errors=True)


def check(told: dict[str, Life], place: str) -> None:
    """The promise for one place."""
    whole, life = told["nobody"], told[place]
    assert life.status == -9, "the kill did not fall"
    assert (life.state, life.tries) == ("done", 2)
    assert life.is_whole
    assert life.made == whole.made
    assert life.events == ("analysis_asked", "analysis_done")
    assert life.left == 0


@pytest.mark.parametrize("place", PLACES)
def test_a_killed_worker_loses_and_doubles_no_message(on_sqlite: dict[str, Life], place: str) -> None:
    """Outline, messages and words are the same bytes as without a kill, told once."""
    check(on_sqlite, place)


@pytest.mark.parametrize("place", ON_POSTGRESQL)
def test_the_same_on_postgresql(on_postgresql: dict[str, Life], place: str) -> None:
    """The promise does not depend on the database."""
    check(on_postgresql, place)


@pytest.mark.parametrize(
    ("place", "again"),
    [
        ("reading:0", ("checking", "reading", "looking", "lists", "accounts", "network", "placing", "sealing")),
        ("looking:0", ("looking", "lists", "accounts", "network", "placing", "sealing")),
        ("placing", ("placing", "sealing")),
        ("ending", ("placing",)),
    ],
)
def test_the_next_worker_goes_on_at_the_stage(on_sqlite: dict[str, Life], place: str, again: tuple[str, ...]) -> None:
    """What was done before the kill is not done again."""
    assert on_sqlite[place].stages == again


def test_no_text_is_left_in_clear(on_sqlite: dict[str, Life]) -> None:
    """After all of it, no file of the site, the database, its log or the memory holds a text of the export."""
    assert on_sqlite["nobody"].clear == ()


def test_no_text_is_left_in_clear_on_postgresql(on_postgresql: dict[str, Life]) -> None:
    """The same with the files of the server."""
    assert on_postgresql["nobody"].clear == ()
