"""What reporters write later and the names of their files are found with their report, and go with it."""

from collections.abc import Iterator
from contextlib import closing

import msgspec
import pytest

from rempart.evidence.keys import identity_file, new_identity
from rempart.intake.receipt import code_of
from rempart.intake.report import Attachment
from rempart.web.cases.models import Report, Tombstone
from rempart.web.config import Site
from rempart.web.door import actions
from rempart.web.door.erasing import erase_deposit
from rempart.web.door.models import Message
from rempart.web.searching.filling import COUNT_S, Filling
from rempart.web.searching.index import Field, Index
from tests.web.cases.arriving import a_report, arrive, means, open_all, token, write
from tests.web.conftest import NOON

pytestmark = pytest.mark.usefixtures("rows")
FILE = Attachment(name="Capture_piscine 12.PNG", sha256="ab" * 32, size_bytes=10, address="cd" * 32, reader="other")


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


def found(index: Index, query: str) -> list[tuple[object, Field]]:
    """Ids of what is found, and where it stands."""
    return [(hit.report, hit.found_in) for hit in index.find(query, limit=10).first]


def say(site: Site, number: int, text: str, *, draw: int = 1) -> None:
    """The reporter of this number writes, and the worker counts it on the report."""
    write(number, text, draw=draw)
    open_all(site)


# -- not found ----------------------------------------------------------------------------------------------


def test_a_message_that_the_worker_has_not_counted_is_not_found_yet(site: Site, index: Index) -> None:
    """It stands on no report before."""
    arrive(site, a_report())
    write(1, "la zanzibarine", draw=1)

    fill(Filling(site, index))

    assert found(index, "zanzibarine") == []


def test_what_we_answer_is_not_searched(site: Site, index: Index) -> None:
    """Only the words of reporters are; ours stand in the history, sealed."""
    (row,) = arrive(site, a_report())
    actions.answer_reporter(bytes(row.lookup), "merci zanzibarine", means=means(20_000), actor="p-alice")
    open_all(site)

    fill(Filling(site, index))

    assert found(index, "zanzibarine") == []


def test_a_message_is_found_with_no_other_report(site: Site, index: Index) -> None:
    """Who wrote it is not mixed up."""
    arrive(site, a_report(), a_report(narrative="Deux mots."))
    say(site, 2, "la zanzibarine")

    fill(Filling(site, index))

    assert [report for report, _ in found(index, "zanzibarine")] == [Report.objects.get(number=2).pk]


# -- found --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["capture", "piscine", "Capture_piscine 12.PNG", "pisc"])
def test_the_name_of_a_file_finds_its_report(site: Site, index: Index, query: str) -> None:
    """Whole and by its words, whatever stands between them."""
    (row,) = arrive(site, a_report(attachments=(FILE,)))

    fill(Filling(site, index))

    assert found(index, query) == [(row.pk, Field.FILES)]


def test_a_message_that_came_before_the_search_began_is_found(site: Site, index: Index) -> None:
    """The index is made anew at each start, with all that came."""
    (row,) = arrive(site, a_report())
    say(site, 1, "la zanzibarine, du 06 12 34 56 78")

    fill(Filling(site, index))

    assert found(index, "zanzibarine") == [(row.pk, Field.MESSAGES)]
    assert found(index, "+33 6 12 34 56 78") == [(row.pk, Field.MESSAGES)]


def test_a_message_that_comes_later_is_found_at_the_next_look(site: Site, index: Index) -> None:
    """And the next one too; what stood there before is found as before, once, and nothing is counted twice."""
    (row,) = arrive(site, a_report(narrative="Un secret.", attachments=(FILE,)))
    filled = Filling(site, index)
    fill(filled)

    say(site, 1, "la zanzibarine")
    fill(filled, now_s=1.0)
    say(site, 1, "le bibliobus", draw=2)
    fill(filled, now_s=2.0)

    for query, field in (("zanzibarine", Field.MESSAGES), ("bibliobus", Field.MESSAGES), ("secret", Field.WORDS), ("piscine", Field.FILES)):  # fmt: skip
        assert found(index, query) == [(row.pk, field)]
    assert found(index, "secret zanzibarine") == [(row.pk, Field.SEVERAL)]
    assert (len(index), filled.total) == (1, 1)


def test_a_message_on_a_report_that_waits_to_be_taken_in_is_found_with_it(site: Site, index: Index) -> None:
    """However many reports wait before it."""
    rows = arrive(site, *[a_report(narrative=f"Mot {number}.") for number in range(3)])
    filled = Filling(site, index)
    filled.look(now_s=0.0)
    say(site, 1, "la zanzibarine")

    fill(filled, now_s=1.0)

    assert found(index, "zanzibarine") == [(rows[0].pk, Field.MESSAGES)]
    assert len(index) == 3


def test_a_message_that_no_key_opens_is_tried_when_a_key_comes(site: Site, index: Index) -> None:
    """The report itself is found meanwhile."""
    (row,) = arrive(site, a_report(narrative="Un secret."))
    other = new_identity()
    actions.post_message(code_of(token(1)), "la zanzibarine", means=means(30_000, identity=other))
    open_all(site)
    filled = Filling(site, index)
    fill(filled)
    before = found(index, "secret"), found(index, "zanzibarine")

    path = site.keys / "intake-2026-11.key"
    kept = path.read_bytes()
    path.write_bytes(kept + identity_file(other, remark="a key that came back"))
    try:
        fill(filled, now_s=1.0)
    finally:
        path.write_bytes(kept)

    assert before == ([(row.pk, Field.WORDS)], [])
    assert found(index, "zanzibarine") == [(row.pk, Field.MESSAGES)]


# -- erased -------------------------------------------------------------------------------------------------


def test_messages_and_names_of_files_are_forgotten_with_their_report(site: Site, index: Index) -> None:
    """Also from the memory of the index; those of others stay."""
    erased, kept = arrive(site, a_report(attachments=(FILE,)), a_report(narrative="Deux mots."))
    say(site, 1, "la zanzibarine")
    say(site, 2, "le bibliobus", draw=2)
    filled = Filling(site, index)
    fill(filled)
    assert b"zanzibarine" in index._rows.serialize()

    erase_deposit(erased.pk, ground="retention", means=means(40_000), actor="worker")
    Tombstone.objects.create(subject=erased.pk, erased_at=NOON, ground="retention")
    fill(filled, now_s=COUNT_S)

    assert (found(index, "zanzibarine"), found(index, "piscine")) == ([], [])
    assert found(index, "bibliobus") == [(kept.pk, Field.MESSAGES)]
    assert b"zanzibarine" not in index._rows.serialize()
    assert b"piscine" not in index._rows.serialize()


def test_a_search_that_begins_after_the_erasure_finds_nothing_of_it(site: Site, index: Index) -> None:
    """The bytes of the message are gone at the door, and its row is passed over."""
    erased, _ = arrive(site, a_report(attachments=(FILE,)), a_report(narrative="Deux mots."))
    say(site, 1, "la zanzibarine")
    erase_deposit(erased.pk, ground="retention", means=means(40_000), actor="worker")
    Tombstone.objects.create(subject=erased.pk, erased_at=NOON, ground="retention")

    fill(Filling(site, index))

    assert bytes(Message.objects.get().sealed) == b""
    assert (found(index, "zanzibarine"), len(index)) == ([], 1)


def test_no_word_of_a_message_reaches_the_disk(site: Site, index: Index) -> None:
    """The whole data folder is read for canaries once they can be found."""
    (row,) = arrive(site, a_report(attachments=(msgspec.structs.replace(FILE, name="coquelicotine.png"),)))
    say(site, 1, "zanzibarine " * 300)
    fill(Filling(site, index))

    assert found(index, "zanzibarine coquelicotine") == [(row.pk, Field.SEVERAL)]
    held = [path.read_bytes().lower() for path in site.folder.rglob("*") if path.is_file()]
    assert [name for name in (b"zanzibarine", b"coquelicotine") if any(name in data for data in held)] == []
