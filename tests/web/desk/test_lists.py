"""Lists of known files at the desk: brought in sealed, told without a row, used by the worker with a line each, removed in two steps."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from rempart.web.analysing.giving import give_lists
from rempart.web.analysing.steps import given_lists
from rempart.web.cases import lists
from rempart.web.cases.events import history
from rempart.web.cases.keys import make_keys
from rempart.web.config import Site
from rempart.web.people.roles import Role
from tests.web.conftest import NOON
from tests.web.desk.desk_team import Visitor, text, visitor
from tests.web.team import cast

pytestmark = pytest.mark.usefixtures("rows")
DIGESTS = [hashlib.sha256(f"invented {number}".encode()).hexdigest() for number in range(5)]
NAME, KEY = "Partner, invented", "partner-invented"


@pytest.fixture(autouse=True)
def no_list(site: Site) -> Iterator[None]:
    """No list before, none after."""
    make_keys(site.keys, NOON.date())
    shutil.rmtree(site.folder / lists.FOLDER, ignore_errors=True)
    yield
    shutil.rmtree(site.folder / lists.FOLDER, ignore_errors=True)


def head() -> Visitor:
    """Who may manage lists."""
    return visitor(cast().by_role[Role.HEAD])


def bring(seen: Visitor, data: str = "\n".join(DIGESTS), **fields: object) -> str:
    """Sends a list; the page afterwards."""
    told = {"name": NAME, "mode": "new", "reason": "a delivery came", "kind": "sha256", **fields}
    file = SimpleUploadedFile("digests.txt", data.encode())
    return text(seen.post("list_add", **told, list=file))


def test_a_list_is_kept_sealed_and_told_without_a_row(site: Site) -> None:
    """Name, kinds, rows, who and when; never a digest, neither on the page nor on the disk."""
    seen = head()

    shown = bring(seen, version="7")

    assert "is kept, sealed: 5 rows" in shown
    assert "SHA-256 5" in shown
    kept = b"".join(path.read_bytes() for path in (site.folder / lists.FOLDER).rglob("*") if path.is_file())
    assert not any(digest in shown or digest.encode() in kept for digest in DIGESTS)
    assert [event.action for event in history(lists.of_list(KEY))] == ["list_imported"]


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ("no list at all, a letter", {}),
        ("", {}),
        ("\n".join(DIGESTS), {"reason": ""}),
        ("\n".join(DIGESTS), {"mode": "x"}),
    ],
    ids=["a letter", "empty", "no reason", "no mode"],
)
def test_what_is_no_list_is_refused_with_a_sentence(site: Site, data: str, fields: dict[str, str]) -> None:
    """Nothing is kept of it."""
    shown = bring(head(), data, **fields)

    assert 'class="told error"' in shown
    assert lists.store_of(site).lists() == ()


def test_the_same_list_is_not_taken_twice(site: Site) -> None:
    """A later delivery is said to be one."""
    seen = head()
    bring(seen)

    again = bring(seen)
    more = bring(seen, hashlib.sha256(b"another").hexdigest() + "\n", mode="continue")

    assert "There is a list" in again
    assert "sealed: 1 row" in more
    assert lists.list_of(site, KEY).rows == 6


def test_it_goes_in_two_steps_each_with_a_reason(site: Site) -> None:
    """Its sealed rows are destroyed; what is known of it without them stays."""
    seen = head()
    bring(seen)

    early = text(seen.post("list_remove", KEY, reason="out of date", sure="1"))
    asked = text(seen.post("list_ask", KEY, reason="out of date"))
    unsure = text(seen.post("list_remove", KEY, reason="out of date"))
    gone = text(seen.post("list_remove", KEY, reason="out of date", sure="1"))

    assert "Nobody has asked for the removal" in early
    assert "Removal asked for by" in asked
    assert "Tick that you are sure" in unsure
    assert "was removed, and its rows destroyed" in gone
    assert lists.store_of(site).lists() == ()
    assert [kept.list_id for kept in lists.store_of(site).removed()] == [KEY]
    assert not any(path.is_file() for path in (site.folder / lists.FOLDER / "vault").rglob("*"))
    assert [use.act for use in lists.store_of(site).uses()] == ["add", "remove"]
    assert [event.action for event in history(lists.of_list(KEY))] == [
        "list_imported",
        "list_removal_asked",
        "list_removed",
    ]


def test_after_it_went_the_list_can_be_brought_in_again(site: Site) -> None:
    """A removal is no verdict on the next delivery, and its first step does not count for the next one."""
    seen = head()
    bring(seen)
    seen.post("list_ask", KEY, reason="out of date")
    seen.post("list_remove", KEY, reason="out of date", sure="1")

    shown = bring(seen)

    assert "is kept, sealed: 5 rows" in shown
    assert lists.asked_for(KEY, now=NOON) is None


def test_the_worker_opens_lists_for_an_analysis_and_writes_the_use_down(site: Site, tmp_path: Path) -> None:
    """The confined process finds the rows in its folder; the log names the worker and the exhibit."""
    bring(head())

    give_lists(site, tmp_path, exhibit="ab" * 32, at=NOON)
    give_lists(site, tmp_path, exhibit="ab" * 32, at=NOON)

    (listing,) = given_lists(tmp_path)
    assert listing.parts[0].load()["sha256"].to_pylist() == DIGESTS
    used = lists.store_of(site).uses()[1:]
    assert [(use.by, use.act, use.exhibits) for use in used] == [("worker", "open", ("ab" * 32,))]


def test_without_a_list_nothing_is_given(site: Site, tmp_path: Path) -> None:
    """The analysis then says that no list was looked up."""
    give_lists(site, tmp_path, exhibit="ab" * 32, at=NOON)

    assert given_lists(tmp_path) == []


def test_an_investigator_does_not_manage_lists() -> None:
    """What lists matched is theirs to read; the lists are not theirs to change."""
    seen = visitor(cast().alice)

    assert seen.get("lists").status_code == 403
    assert seen.send("list_ask", KEY, reason="x").status_code == 403
