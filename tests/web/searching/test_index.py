"""The index: it finds what was said and nothing else, forgets what it is told to, and writes no file."""

import gc
import os
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart.intake.report import Account, Contact, Kind, Report, ReporterKind
from rempart.web.searching.expression import BadQuery
from rempart.web.searching.forms import Document, document_of
from rempart.web.searching.index import MOST_HITS, Field, Index

REPORT = Report(
    kind=Kind.SITUATION,
    reporter=ReporterKind.PARENT,
    language="fr",
    narrative="Il a demandé le secret à l’école de Lyon, puis un rendez-vous au parc. Appel du 06 12 34 56 78.",
    addresses=("https://www.exemple.fr/u/lea?x=1", "wa.exemple.org/32470123456"),
    accounts=(Account(service="Parc", name="léa_martin"),),
    contact=Contact(name="Alice", email="alice.dupont@exemple.org", phone="+33 7 11 22 33 44"),
    reference="P-77/b",
)


@pytest.fixture
def index() -> Iterator[Index]:
    """With one French and one English report."""
    with closing(Index()) as index:
        index.add([document_of(REPORT, number=123, report_id=UUID(int=123)), words("the meeting near the lake", 124)])
        yield index


def words(text: str, number: int) -> Document:
    """A report with nothing but words."""
    return Document(number=number, report=UUID(int=number), words=text)


def found(index: Index, query: str, limit: int = 10) -> list[int]:
    """The numbers of what is found, in order."""
    return [hit.report.int for hit in index.find(query, limit=limit).first]


@pytest.mark.parametrize(
    "query",
    [
        "rencontre",
        '"lyon école"',
        '"secret école"',
        "secr et",
        "lac",
        "secret lake",
        "0612345679",
        "R-000125",
        "124 secret",
        "exemple.fr/u/autre",
        "dupont@autre.org",
        "martine",
        "secret NOT lyon",
        "secret OR lake",
        "words:secret",
    ],
)
def test_what_was_not_said_is_not_found(index: Index, query: str) -> None:
    """Neither other words, nor the words in another order, nor half of what was asked."""
    assert found(index, query) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("ecole", Field.WORDS),
        ("ÉCOLE", Field.WORDS),
        ("l'école", Field.WORDS),
        ('"école de lyon"', Field.WORDS),
        ("secr", Field.WORDS),
        ("lyon secret", Field.WORDS),
        ("secret dupont", Field.CONTACT),  # not without what few may know
        ("secret leamartin", Field.SEVERAL),
        ("rendez-vous", Field.WORDS),
        ("06.12.34.56.78", Field.WORDS),
        ("+33 6 12 34 56 78", Field.WORDS),
        ("345678", Field.WORDS),
        ("0612", Field.WORDS),
        ("07 11 22 33 44", Field.CONTACT),
        ("+33711223344", Field.CONTACT),
        ("alice.dupont@exemple.org", Field.CONTACT),
        ("dupont", Field.CONTACT),
        ("lea_martin", Field.ACCOUNTS),
        ("@Léa_Martin", Field.ACCOUNTS),
        ("leamartin", Field.ACCOUNTS),
        ("martin", Field.ACCOUNTS),
        ("http://exemple.fr/u/", Field.ADDRESSES),
        ("exemple.fr/u/lea?x=1", Field.ADDRESSES),
        ("0470 12 34 56", Field.ADDRESSES),
        ("P-77", Field.REFERENCE),
        ("dupont leamartin", Field.CONTACT),
        ("parc martin", Field.ACCOUNTS),
        ("R-000123", Field.NUMBER),
        ("r123", Field.NUMBER),
        ("123", Field.NUMBER),
    ],
)
def test_what_was_said_is_found_where_it_stands(index: Index, query: str, field: Field) -> None:
    """With or without accents, whole and by part, in the spellings that people use."""
    hits = index.find(query, limit=10)

    assert [(hit.report.int, hit.rank, hit.found_in) for hit in hits.first] == [(123, 1, field)]
    assert not hits.is_cut


def test_names_stand_before_words_and_the_newest_first(index: Index) -> None:
    """The same name in a text may be another one's."""
    index.add([words("martin", 200), words("martin", 201)])

    assert found(index, "martin") == [123, 201, 200]


def test_whole_words_stand_before_beginnings(index: Index) -> None:
    """A search for “mart” is first one for mart."""
    index.add([words("mart", 200)])

    assert found(index, "mart") == [200, 123]


def test_an_answer_is_cut_where_it_was_asked_and_says_so(index: Index) -> None:
    """More was found than is told."""
    index.add(words("ordinaire", number) for number in range(300, 310))

    cut, whole = index.find("ordinaire", limit=9), index.find("ordinaire", limit=10)

    assert ([hit.report.int for hit in cut.first], cut.is_cut) == (list(range(309, 300, -1)), True)
    assert (len(whole.first), whole.is_cut) == (10, False)


def test_more_hits_than_the_most_are_not_given(index: Index) -> None:
    """Whatever limit is asked for."""
    index.add(words("ordinaire", number) for number in range(1_000, 1_001 + MOST_HITS))

    hits = index.find("ordinaire", limit=10**9)

    assert (len(hits.first), hits.is_cut) == (MOST_HITS, True)


def test_a_report_is_taken_in_once(index: Index) -> None:
    """A batch that comes again changes nothing."""
    index.add([words("other", 124)])

    assert len(index) == 2
    assert found(index, "other") == []


def test_what_is_taken_in_anew_replaces_what_was_there(index: Index) -> None:
    """In one step; what the index does not have is not added by it."""
    index.renew([words("the bridge", 124), words("the tower", 125)])

    assert [found(index, query) for query in ("lake", "bridge", "tower", "ecole")] == [[], [124], [], [123]]
    assert (len(index), index.numbers()) == (2, {123, 124})


def test_a_forgotten_report_is_found_by_nothing(index: Index) -> None:
    """Neither by words nor by names; the others stay."""
    index.remove([123, 999])

    queries = ("ecole", "secr", "martin", "dupont", "0612345678", "exemple.fr", "P-77", "R-000123")
    assert [found(index, query) for query in queries] == [[]] * len(queries)
    assert (found(index, "lake"), len(index), index.numbers()) == ([124], 1, {124})


def test_a_forgotten_word_is_gone_from_the_pages_of_the_index(index: Index) -> None:
    """Not only passed over: after tidying the memory of the database does not hold it."""
    index.add([words("zanzibarine", 500)])
    assert b"zanzibarine" in index._rows.serialize()

    index.remove([500])
    is_more = index.tidy(begin=True)
    while is_more:
        is_more = index.tidy()

    assert b"zanzibarine" not in index._rows.serialize()
    assert found(index, "lake") == [124]


def test_a_forgotten_report_can_be_taken_in_again(index: Index) -> None:
    """As after a mistake."""
    index.remove([124])
    index.add([words("the meeting near the lake", 124)])

    assert found(index, "lake") == [124]


def test_reports_come_in_any_order(index: Index) -> None:
    """Newest batches are taken first."""
    for batch in ([900, 902, 901], [700, 701], [800]):
        index.add(words("ordre", number) for number in batch)

    assert found(index, "ordre") == [902, 901, 900, 800, 701, 700]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=200), query=st.text(st.characters(), max_size=310))
def test_any_text_and_any_query_give_hits_or_a_sentence(index: Index, text: str, query: str) -> None:
    """Nothing but the module's own errors ever comes out."""
    index.add([words(text, len(index) + 10_000)])
    try:
        hits = index.find(query, limit=5)
    except BadQuery:
        return
    assert len(hits.first) <= 5


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from("abcdé 12.-@_/+'’"), max_size=60))
def test_a_text_is_found_by_its_own_words(index: Index, text: str) -> None:
    """A search for the whole text finds it, whatever stands between its words."""
    number = len(index) + 10_000
    index.add([words(text, number)])
    try:
        hits = index.find(text, limit=MOST_HITS)
    except BadQuery:
        return
    assert number in {hit.report.int for hit in hits.first}


def test_several_threads_may_ask_while_it_is_filled(index: Index) -> None:
    """Each gets whole answers."""
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            for _ in range(50):
                assert found(index, "ecole") == [123]
        except BaseException as error:  # noqa: BLE001 - told by the thread of the test
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(1_000, 1_200):
        index.add([words("autre chose", number)])
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(index) == 202


def test_an_index_opens_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even a temporary one, however much it holds."""
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    gc.collect()
    before = _open_files()

    with closing(Index()) as index:
        index.add(words(f"canari-{number} " * 200, number) for number in range(1, 500))
        while index.tidy(begin=True):
            pass
        during = _open_files()

    assert during - before == set()
    assert list(tmp_path.iterdir()) == []


def test_what_is_sorted_or_merged_stays_in_memory_too(index: Index) -> None:
    """Temporary tables of the database, its journal, and the bytes of what is deleted."""
    told = [
        index._rows.execute(f"PRAGMA {name}").fetchone()[0] for name in ("temp_store", "journal_mode", "secure_delete")
    ]

    assert told == [2, "memory", 1]


def _open_files() -> set[str]:
    """What this process has open."""
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found.add(str(entry.readlink()))
        except OSError:
            continue  # closed meanwhile, as the listing itself
    return {name for name in found if name.startswith(os.sep) and not name.startswith("/proc")}
