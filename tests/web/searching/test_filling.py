"""Filling: what was opened is found, what was erased is forgotten, what no key opens is counted and not hidden."""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from rempart.evidence.keys import identity_file, new_identity, recipient_of
from rempart.web.cases.models import Cursor, Tombstone
from rempart.web.cases.opening import CURSOR
from rempart.web.config import Site
from rempart.web.door.actions import Means
from rempart.web.door.erasing import erase_deposit
from rempart.web.door.models import Head
from rempart.web.searching import filling
from rempart.web.searching.filling import COUNT_S, WHOLE_S, Filling
from rempart.web.searching.index import Index
from tests.web.conftest import NOON
from tests.web.searching.opening import open_report, open_row, receive, told

pytestmark = pytest.mark.usefixtures("rows")


@pytest.fixture
def index() -> Iterator[Index]:
    """Empty."""
    with closing(Index()) as index:
        yield index


def fill(filled: Filling, *, now_s: float = 0.0) -> None:
    """Looks once, then takes in all that there is."""
    filled.look(now_s=now_s)
    while filled.step():
        pass


def found(index: Index, query: str) -> list[int]:
    """Numbers of the ids of what is found."""
    return [hit.report.int for hit in index.find(query, limit=10).first]


def test_a_site_without_reports_has_nothing_to_search(site: Site, index: Index) -> None:
    """Nothing of nothing."""
    filled = Filling(site, index)

    fill(filled)

    assert (len(index), filled.total) == (0, 0)


def test_a_report_that_was_not_opened_is_not_searched(site: Site, index: Index) -> None:
    """Nor one that could not be opened."""
    receive(told("secret"), number=1)
    open_row(receive(told("secret"), number=2), number=2, failure="wrong_key")
    filled = Filling(site, index)

    fill(filled)

    assert (found(index, "secret"), filled.total) == ([], 0)


def test_what_was_opened_is_found(site: Site, index: Index) -> None:
    """By its words and by its number."""
    first, second = open_report("un secret", number=1), open_report("un rendez-vous", number=2)
    filled = Filling(site, index)

    fill(filled)

    assert found(index, "secret") == [first.int]
    assert found(index, "R-000002") == [second.int]
    assert (len(index), filled.total) == (2, 2)


def test_the_newest_are_found_first_and_the_rest_is_counted(
    site: Site, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“N of M” is true after every batch."""
    monkeypatch.setattr(filling, "BATCH", 2)
    for number in range(1, 6):
        open_report(f"secret {number}", number=number)
    filled = Filling(site, index)
    filled.look(now_s=0.0)

    seen = [(sorted(index.numbers()), filled.total)]
    while filled.step():
        seen.append((sorted(index.numbers()), filled.total))

    assert seen[:4] == [([], 5), ([4, 5], 5), ([2, 3, 4, 5], 5), ([1, 2, 3, 4, 5], 5)]


def test_a_new_report_is_found_at_the_next_look(site: Site, index: Index) -> None:
    """Without counting all of them again."""
    open_report("un secret", number=1)
    filled = Filling(site, index)
    fill(filled)

    new = open_report("un rendez-vous", number=2)
    fill(filled, now_s=1.0)

    assert found(index, "rendez") == [new.int]


def test_an_erased_report_is_forgotten_when_it_is_counted(site: Site, index: Index) -> None:
    """And the words of the others are not."""
    erased, kept = open_report("un secret", number=1), open_report("un secret", number=2)
    filled = Filling(site, index)
    fill(filled)

    Tombstone.objects.create(subject=erased, erased_at=NOON, ground="retention")
    fill(filled, now_s=COUNT_S)

    assert found(index, "secret") == [kept.int]
    assert (len(index), filled.total) == (1, 1)


def test_the_words_of_an_erased_report_leave_the_memory_of_the_index(site: Site, index: Index) -> None:
    """Not only its number."""
    erased = open_report("zanzibarine", number=1)
    open_report("un secret", number=2)
    filled = Filling(site, index)
    fill(filled)
    assert b"zanzibarine" in index._rows.serialize()

    Tombstone.objects.create(subject=erased, erased_at=NOON, ground="retention")
    fill(filled, now_s=COUNT_S)

    assert b"zanzibarine" not in index._rows.serialize()


def test_many_batches_are_merged_into_one(site: Site, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question then looks into one place, not into hundreds."""
    monkeypatch.setattr(filling, "BATCH", 1)
    monkeypatch.setattr(filling, "MOST_LOOSE", 3)
    for number in range(1, 4):
        open_report("un secret", number=number)

    fill(Filling(site, index))

    assert not index.tidy(begin=True)
    assert len(found(index, "secret")) == 3


def test_an_erased_report_is_forgotten_even_if_another_comes_back(site: Site, index: Index) -> None:
    """The count is the same then: all numbers are compared from time to time."""
    erased = open_report("un secret", number=2)
    filled = Filling(site, index)
    fill(filled)

    Tombstone.objects.create(subject=erased, erased_at=NOON, ground="retention")
    late = open_report("un rendez-vous", number=1)
    fill(filled, now_s=COUNT_S)
    assert found(index, "secret") == [erased.int]

    fill(filled, now_s=WHOLE_S)

    assert (found(index, "secret"), found(index, "rendez")) == ([], [late.int])


def test_a_report_emptied_at_the_door_is_forgotten_before_the_desk_says_so(site: Site, index: Index) -> None:
    """Its words are gone there; the desk counts it until it has its tombstone."""
    erased, kept = open_report("un secret", number=1), open_report("un secret", number=2)
    filled = Filling(site, index)
    fill(filled)
    assert len(index) == 2

    now = datetime.now(UTC)
    means = Means(recipients=(), at=now, draw=lambda count: hashlib.sha256(b"erasing").digest()[:count])
    erase_deposit(erased, ground="retention", means=means, actor="worker")
    fill(filled, now_s=COUNT_S)
    between = found(index, "secret"), len(index), filled.total
    Tombstone.objects.create(subject=erased, erased_at=now, ground="retention")
    fill(filled, now_s=2 * COUNT_S)

    assert between == ([kept.int], 1, 2)
    assert (found(index, "secret"), len(index), filled.total) == ([kept.int], 1, 1)


def test_a_report_opened_late_under_a_lower_number_is_found(site: Site, index: Index) -> None:
    """Numbers may be given by two workers at once."""
    open_report("un secret", number=5)
    filled = Filling(site, index)
    fill(filled)

    late = open_report("un rendez-vous", number=4)
    fill(filled, now_s=COUNT_S)

    assert found(index, "rendez") == [late.int]


def test_the_filling_steps_back_while_reports_wait_to_be_opened(site: Site, index: Index) -> None:
    """And no longer."""
    filled = Filling(site, index)
    receive(told("secret"), number=1)
    before = filled.must_step_back

    Cursor.objects.update_or_create(name=CURSOR, defaults={"seq": Head.objects.get(id=1).size, "mark": b""})

    assert (before, filled.must_step_back) == (True, False)


def test_a_report_that_no_key_opens_is_counted_and_tried_when_a_key_comes(site: Site, index: Index) -> None:
    """Nobody is told “nothing found” about it."""
    other = new_identity()
    sealed, opened = open_report("un secret", number=1, identity=other), open_report("un secret", number=2)
    filled = Filling(site, index)
    fill(filled)
    before = (found(index, "secret"), len(index), filled.total)

    path, entry = site.keys / "intake-2026-11.key", recipient_of(other)
    kept = path.read_bytes()
    path.write_bytes(kept + identity_file(other, remark=f"{entry}"))
    try:
        fill(filled, now_s=1.0)
    finally:
        path.write_bytes(kept)

    assert before == ([opened.int], 1, 2)
    assert found(index, "secret") == [opened.int, sealed.int]
    assert (len(index), filled.total) == (2, 2)


def test_an_erased_report_that_no_key_opened_is_counted_no_longer(site: Site, index: Index) -> None:
    """“N of M” comes to its end."""
    sealed = open_report("un secret", number=1, identity=new_identity())
    filled = Filling(site, index)
    fill(filled)
    assert filled.total == 1

    Tombstone.objects.create(subject=sealed, erased_at=NOON, ground="retention")
    fill(filled, now_s=COUNT_S)

    assert filled.total == 0
