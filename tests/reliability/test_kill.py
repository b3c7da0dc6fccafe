"""A kill, a failing disk or a full one at any call that writes: no receipt without its report, and a retry gives the same one."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rempart.intake.receipt import code_of, lookup_of
from rempart.web.config import Site
from tests.reliability.checks import DATABASE, faults_of
from tests.reliability.kills import WRITE_CALLS, Case, Forks
from tests.reliability.sites import make_site
from tests.reliability.writer import token

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace (Debian: apt install strace)")
RARE = {"mkdir"}  # the shelves of the vault are mostly there already
MOST = 400  # calls of one kind for one report; far fewer are made


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """One site for all cases: what a kill left is there for the next one."""
    return make_site(tmp_path_factory.mktemp("kills") / "site")


@pytest.fixture(scope="module")
def forks(site: Site) -> Iterator[Forks]:
    """The receiving process."""
    with Forks(site.folder) as process:
        yield process


def rows_of(site: Site, number: int) -> int:
    """How often report `number` is kept."""
    with closing(sqlite3.connect(site.folder / DATABASE)) as database:
        lookup = lookup_of(code_of(token(number)))
        return int(database.execute("SELECT count(*) FROM door_deposit WHERE lookup = ?", [lookup]).fetchone()[0])


def every_call(forks: Forks, call: str, what: str, numbers: Iterator[int], scratch: Path) -> Iterator[tuple[int, Case]]:
    """One case for each time that the call is made during one report."""
    for when in range(1, MOST):
        number = next(numbers)
        case = forks.receive(number, inject=f"{call}:{what}:when={when}", scratch=scratch)
        if not case.hit:
            return
        yield number, case


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    """A new report for each case."""
    return iter(range(1, 100_000))


@pytest.mark.parametrize("call", WRITE_CALLS)
def test_a_kill_at_any_call_loses_no_receipt(
    site: Site, forks: Forks, numbers: Iterator[int], tmp_path: Path, call: str
) -> None:
    """Killed at each call in turn: what was shown is kept, nothing is half kept, and the retry shows the same receipt once."""
    cases = list(every_call(forks, call, "signal=KILL", numbers, tmp_path))

    assert cases or call in RARE
    for number, case in cases:
        assert faults_of(site.folder, [case.receipt] if case.receipt else []) == []

        again = forks.receive(number, scratch=tmp_path)

        assert (again.status, again.receipt) == (0, code_of(token(number)))
        assert rows_of(site, number) == 1


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("call", ["pwrite64", "fdatasync", "fsync", "ftruncate", "rename"])
def test_a_disk_that_fails_shows_no_receipt(
    site: Site, forks: Forks, numbers: Iterator[int], tmp_path: Path, call: str, error: str
) -> None:
    """Each call fails in turn: either the report is there all the same, or no receipt was shown."""
    cases = list(every_call(forks, call, f"error={error}", numbers, tmp_path))

    assert cases
    for number, case in cases:
        assert faults_of(site.folder, [case.receipt] if case.receipt else []) == []
        assert case.receipt is None or rows_of(site, number) == 1


def test_a_failing_commit_shows_no_receipt(site: Site, forks: Forks, numbers: Iterator[int], tmp_path: Path) -> None:
    """Every synchronisation of the commit fails: the person is told that nothing was kept."""
    case = forks.receive(next(numbers), inject="fdatasync:error=EIO", scratch=tmp_path)

    assert case.hit
    assert (case.receipt, case.status) == (None, 7)


def test_without_an_accident_a_receipt_is_shown(forks: Forks, numbers: Iterator[int], tmp_path: Path) -> None:
    """The same path, nothing injected: the cases above fail for the reason that they say."""
    case = forks.receive(next(numbers), scratch=tmp_path)

    assert case.status == 0
    assert case.receipt is not None
