"""Matches: exact, several lists at once, nothing taken back, and a sentence that accuses nobody."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.engine.queries import DuckEngine
from rempart.matching.known import MATCHES, QUERIES, combine, find_known, listed_sentence, set_aside
from rempart.matching.listing import LISTINGS, Listing, ListPart
from rempart.matching.reading import load_list
from rempart.wording import wording
from tests.matching.known_lists import entry, md5, media_of, medium, page, rds3, sha1, sha256, tombstone, vics

ENGINE = DuckEngine(threads=1)
EN, FR = wording("en"), wording("fr")


def _given(table: pa.Table) -> pa.Table:
    return table


def listing_of(*rows: Mapping[str, object], name: str = "One", parts: int = 1, replacing: bool = False) -> Listing:
    """A list of these rows, cut into parts."""
    whole = [{"tombstone": False, "replaces": replacing, "listing_row": n, **row} for n, row in enumerate(rows, 1)]
    size = -(-len(whole) // parts)
    tables = [pa.Table.from_pylist(whole[at : at + size], schema=LISTINGS) for at in range(0, len(whole), size)]
    loaded = [ListPart(load=partial(_given, table), version="v1") for table in tables]
    return Listing(list_id=name.lower(), name=name, parts=tuple(loaded), replacing=replacing)


def found(media: pa.Table, *listings: Listing) -> list[dict[str, object]]:
    """The matches as dicts."""
    return list(find_known(media, listings, engine=ENGINE).to_pylist())


def match(**more: object) -> dict[str, object]:
    """A match as the sentence wants it."""
    empty = dict.fromkeys(MATCHES.names)
    return {
        **empty,
        "standing": "listed",
        "method": "sha1",
        "distance": 0,
        "contradicted": False,
        "list_name": "One",
        **more,
    }


def test_what_no_list_names_is_not_found() -> None:
    """Nor is a medium without digests, nor anything in an empty list."""
    blank = pa.table(
        {"exhibit_sha256": ["e"], "row": [1], **{k: pa.nulls(1, pa.string()) for k in ("sha256", "sha1", "md5")}}
    )

    assert found(media_of("a", "b"), listing_of({"md5": md5("c")}, {"sha1": sha1("d")})) == []
    assert found(blank, listing_of({"md5": md5("c")}, {"sha1": None})) == []
    assert found(media_of("a")) == []


@pytest.mark.parametrize(
    ("row", "method"),
    [
        ({"md5": md5("a")}, "md5"),
        ({"sha1": sha1("a")}, "sha1"),
        ({"md5": md5("a"), "sha1": sha1("a")}, "sha1"),
        ({"md5": md5("a"), "sha1": sha1("a"), "sha256": sha256("a")}, "sha256"),
    ],
)
def test_names_the_strongest_digest_that_agrees(row: dict[str, object], method: str) -> None:
    """One match a row, whatever the number of digests."""
    (one,) = found(media_of("b", "a"), listing_of({"md5": md5("z")}, row))

    assert (one["row"], one["method"], one["distance"], one["contradicted"]) == (2, method, 0, False)
    assert (one["listing_row"], one["file_sha256"], one["list_version"]) == (2, sha256("a"), "v1")


def test_a_digest_that_disagrees_is_told() -> None:
    """Files with the same MD5 can be made on purpose."""
    (one,) = found(media_of("a"), listing_of({"md5": md5("a"), "sha1": sha1("other")}))

    assert (one["method"], one["contradicted"]) == ("md5", True)
    assert "another digest of the same row differs" in listed_sentence(one, EN)


def test_every_statement_of_every_list_is_kept() -> None:
    """Two lists, and two rows of one, name the same file, which was sent twice."""
    media = media_of("a", "b", "a")

    told = found(
        media,
        listing_of({"md5": md5("a"), "code": "1"}, {"sha1": sha1("a"), "code": "2"}),
        listing_of({"md5": md5("a")}, name="Two"),
    )

    assert [(m["row"], m["list_id"], m["code"]) for m in told] == [
        (1, "one", "1"),
        (1, "one", "2"),
        (1, "two", None),
        (3, "one", "1"),
        (3, "one", "2"),
        (3, "two", None),
    ]


@pytest.mark.parametrize("parts", [1, 2, 5])
def test_what_a_list_took_back_is_not_told(tmp_path: Path, parts: int) -> None:
    """By the same member, for the same item, later; and not what stands again after it."""
    rows: tuple[dict[str, object], ...] = (
        {"item_id": "1", "member_id": "42", "md5": md5("a")},
        {"item_id": "2", "member_id": "42", "md5": md5("b")},
        {"item_id": "1", "member_id": "43", "md5": md5("a")},
        {"item_id": "1", "member_id": "42", "tombstone": True},
        {"item_id": "2", "member_id": "42", "tombstone": True},
        {"item_id": "2", "member_id": "42", "md5": md5("b"), "code": "again"},
    )

    told = found(media_of("a", "b"), listing_of(*rows, parts=parts, replacing=True))

    assert [(m["row"], m["listing_row"], m["member_id"]) for m in told] == [(1, 3, "43"), (2, 6, "42")]


def test_a_later_page_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    """From the XML to the match: the new classification, and nothing of what was deleted."""
    (tmp_path / "l").write_bytes(
        page(entry("a", item="x", code="A1"), entry("b", item="y"), entry("a", item="x", code="B2"), tombstone("y"))
    )
    listing, _ = load_list(tmp_path / "l", name="Pages")

    (one,) = found(media_of("a", "b"), listing)

    assert (
        listed_sentence(one, EN)
        == 'listed by Member 42, in Pages 2020-03-04T15:00:00Z as "B2" of NCMEC hash sharing v2 on 2020-01-02'
    )


def test_a_list_that_replaces_nothing_may_repeat_an_id(tmp_path: Path) -> None:
    """Two rows of Project VIC with one id are two statements."""
    (tmp_path / "l").write_bytes(vics([medium("a"), medium("b")]))
    listing, _ = load_list(tmp_path / "l", name="V")

    assert [m["row"] for m in found(media_of("a", "b"), listing)] == [1, 2]


def test_known_software_is_set_aside_only_where_no_list_names_it(tmp_path: Path) -> None:
    """And the sentence says that this is no verdict."""
    good, _ = load_list(rds3(tmp_path / "rds", ["a", "b"]), name="RDS")
    matches = find_known(media_of("a", "b", "c"), [good, listing_of({"md5": md5("b")})], engine=ENGINE)

    assert set_aside(matches).to_pylist() == [{"exhibit_sha256": "e" * 64, "row": 1, "file_sha256": sha256("a")}]
    assert [m["standing"] for m in matches.to_pylist()] == ["known_good", "listed", "known_good"]
    told = listed_sentence(matches.to_pylist()[0], EN)
    assert "set aside" in told
    assert not {"safe", "harmless", "innocent"} & set(told.split())
    assert set_aside(MATCHES.empty_table()).num_rows == 0


def test_a_likeness_yields_to_the_same_bytes_and_to_a_closer_one() -> None:
    """Of one medium and one row; another row of the list is another statement."""
    exact = find_known(media_of("a"), [listing_of({"md5": md5("a")})], engine=ENGINE)
    (row,) = exact.to_pylist()
    likes = [
        {**row, "method": "pdq", "distance": 0},
        {**row, "method": "pdq", "distance": 30, "listing_row": 2, "frame_s": 4.0},
        {**row, "method": "pdq", "distance": 12, "listing_row": 2, "frame_s": 9.0},
    ]
    near = pa.Table.from_pylist(likes, schema=MATCHES)

    told = combine(exact, near).to_pylist()

    assert [(m["listing_row"], m["method"], m["distance"], m["frame_s"]) for m in told] == [
        (1, "md5", 0, None),
        (2, "pdq", 12, 9.0),
    ]
    assert combine(exact, MATCHES.empty_table()) == exact
    assert combine(MATCHES.empty_table(), MATCHES.empty_table()).num_rows == 0


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"code": "1", "scheme": "S 2.0", "country": "FR", "listed_on": date(2024, 1, 2)}, 'listed by One as "1" of S 2.0, FR on 2024-01-02'),
        ({"code": "1", "scheme": "S US", "country": "US", "list_version": "v3"}, 'listed by One v3 as "1" of S US, no date told'),
        ({"listed_text": "03/04/2021", "member": "M"}, "listed by M, in One on 03/04/2021, no category told"),
        ({"issued_on": date(2024, 5, 6), "code": "1"}, 'listed by One as "1", of a scheme that is not told on 2024-05-06'),
        ({}, "listed by One, no category and no date told"),
        ({"method": "pdq", "distance": 9}, "resembles, at 9 bits of 256, a file listed by One, no category and no date told"),
    ],
)  # fmt: skip
def test_the_sentence_states_who_as_what_and_when(more: dict[str, object], sentence: str) -> None:
    """It never says what a file is, in either language."""
    assert listed_sentence(match(**more), EN) == sentence
    assert not {"is", "illegal", "abuse"} & set(sentence.replace("that is not told", "").split())
    assert "One" in listed_sentence(match(**more), FR)


@settings(max_examples=12, deadline=None)  # a query takes a hundredth of a second
@given(st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.booleans()), max_size=25), st.integers(1, 3))
def test_finds_exactly_what_a_plain_loop_finds(rows: list[tuple[int, bool, bool]], parts: int) -> None:
    """Every pair and no other, however the list is cut."""
    told = [{"md5": md5(str(n)) if m else None, "sha1": sha1(str(n)) if s else None} for n, m, s in rows]
    names = [str(number) for number in range(4)]
    expected = [
        (row, at, "sha1" if s else "md5")
        for row, name in enumerate(names, 1)
        for at, (n, m, s) in enumerate(rows, 1)
        if (m or s) and str(n) == name
    ]

    matches = found(media_of(*names), listing_of(*told, parts=parts)) if told else []

    assert [(m["row"], m["listing_row"], m["method"]) for m in matches] == expected


def test_every_query_runs_on_its_example() -> None:
    """What the other engine is compared with holds rows."""
    assert all(ENGINE.query(query.sql, query.example()).num_rows for query in QUERIES)
    assert len({query.name for query in QUERIES}) == len(QUERIES)
