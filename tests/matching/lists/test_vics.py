"""Project VIC: both shapes, three versions; the category as written, never translated."""

import json
from datetime import date
from pathlib import Path

import pytest

from rempart.matching.reading import UnknownList
from tests.matching.known_lists import (
    VICS_12,
    VICS_13,
    VICS_20,
    VICS_20_CASES,
    md5,
    medium,
    not_read,
    read_bytes,
    sha1,
    sha256,
    vics,
)


@pytest.mark.parametrize(
    ("model", "scheme", "country"),
    [
        (VICS_20, "Project VIC 2.0 US", "US"),
        (VICS_20.replace("/US/", "/Default/"), "Project VIC 2.0 Default", None),
        (VICS_13, "Project VIC 1.3", None),
        (VICS_12, "Project VIC 1.2", None),
    ],
)
def test_reads_the_versions_and_says_whose_category_it_is(
    tmp_path: Path, model: str, scheme: str, country: str | None
) -> None:
    """The number goes with the model and its country: it means something else elsewhere."""
    rows, reading = read_bytes(tmp_path, vics([medium("a", DateUpdated="2023-02-03T04:05:06Z")], model=model))

    (row,) = rows
    assert (row["md5"], row["sha1"], row["sha256"]) == (md5("a"), sha1("a"), None)
    assert (row["scheme"], row["country"], row["code"], row["item_id"]) == (scheme, country, "1", "7")
    assert row["listed_on"] == date(2023, 2, 3)
    assert (reading.form.name, reading.standing, reading.tally.is_complete) == ("vics", "listed", True)


def test_reads_the_media_of_a_case_behind_a_byte_order_mark(tmp_path: Path) -> None:
    """Some programs write one."""
    case = {
        "@odata.context": VICS_20_CASES,
        "value": [{"CaseID": "x", "Media": [medium("a"), medium("b")], "Extra": [1]}],
    }

    rows, _ = read_bytes(tmp_path, json.dumps(case).encode("utf-8-sig"))

    assert [row["md5"] for row in rows] == [md5("a"), md5("b")]
    assert {row["scheme"] for row in rows} == {"Project VIC 2.0 CUSTOM"}


@pytest.mark.parametrize(("category", "code"), [(0, "0"), (None, None), (5, "5"), ("2", "2")])
def test_a_category_is_carried_as_written(tmp_path: Path, category: object, code: str | None) -> None:
    """Nought and nothing are two values, and neither means harmless."""
    (row,), _ = read_bytes(tmp_path, vics([medium("a", Category=category)]))

    assert row["code"] == code


def test_nested_digests_and_flags_as_words_are_understood(tmp_path: Path) -> None:
    """[{HashName, HashValue}], "true", "false", and what is neither."""
    nested = {
        "AnyName": [
            {"HashName": "SHA256", "HashValue": sha256("a").upper()},
            {"HashName": "PhotoDNA", "HashValue": "AA"},
        ]
    }
    (row,), _ = read_bytes(
        tmp_path, vics([medium("a", VictimIdentified="true", OffenderIdentified="false", IsDistributed="?", **nested)])
    )

    assert row["sha256"] == sha256("a")
    assert (row["victim_identified"], row["offender_identified"], row["distributed"]) == (True, False, None)


def test_damaged_rows_are_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    """A wrong digest beside a right one costs that digest only; a file of no bytes matches nothing."""
    media = [
        medium("a"),
        medium("b", MD5="xyz"),
        {"MediaID": 1, "PhotoDNA": "AAAA"},
        "junk",
        {"MD5": md5(""), "SHA1": ""},
    ]

    rows, reading = read_bytes(tmp_path, vics(media))

    assert [(row["md5"], row["sha1"]) for row in rows] == [(md5("a"), sha1("a")), (None, sha1("b"))]
    assert not_read(reading) == {
        "bad_digest": ("Media[1]",),
        "no_digest": ("Media[2]",),
        "damaged": ("Media[3]",),
        "empty_file": ("Media[4]",),
    }
    assert not reading.tally.is_complete


def test_a_cut_list_keeps_what_stands_before_the_cut(tmp_path: Path) -> None:
    """And says that it is cut."""
    whole = vics([medium("a"), medium("b"), medium("c")])

    rows, reading = read_bytes(tmp_path, whole[:-40])

    assert [row["md5"] for row in rows] == [md5("a"), md5("b")]
    assert set(not_read(reading)) == {"cut"}


@pytest.mark.parametrize(
    "data", [b"", b"{}", b'{"value": []}', b'{"@odata.context": "http://example.org/#Media", "value": []}']
)
def test_other_json_is_no_list(tmp_path: Path, data: bytes) -> None:
    """The refusal says what was looked for."""
    with pytest.raises(UnknownList, match=r"(?s)Looked for:.*Project VIC.*NCMEC.*NSRL"):
        read_bytes(tmp_path, data)
