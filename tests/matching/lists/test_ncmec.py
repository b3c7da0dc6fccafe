"""NCMEC hash sharing: pages in order, tombstones, and no XML that reaches outside."""

import json
from pathlib import Path

import pytest

from rempart.matching.lists.ncmec import UnsafeXml
from tests.matching.known_lists import SPACE, entry, md5, not_read, page, read_bytes, read_list, tombstone, write


def test_reads_pages_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    """Page 10 stands behind page 2, and only the last may have no other behind it."""
    folder = write(
        tmp_path / "pages",
        {
            "page10.xml": page(entry("c", item="3")),
            "page2.xml": page(entry("b", item="2"), more=True),
            "page1.xml": page(entry("a", item="1"), more=True),
        },
    )

    rows, reading = read_list(folder)

    assert [row["item_id"] for row in rows] == ["1", "2", "3"]
    assert (reading.tally.is_complete, reading.edition, reading.form.replacing) == (True, "2020-03-04T15:00:00Z", True)


def test_keeps_member_classification_day_and_what_members_answered(tmp_path: Path) -> None:
    """The provenance of a row is part of it."""
    feedback = '<feedback><negativeFeedback type="Sha1"><reasons><reason name="Example"/><members><member id="9">N</member></members></reasons></negativeFeedback></feedback>'
    (row,), _ = read_bytes(tmp_path, page(entry("a", item="x").replace("</image>", f"{feedback}</image>")))

    assert (row["member_id"], row["member"], row["code"]) == ("42", "Member 42", "A1")
    assert (row["scheme"], str(row["listed_on"]), row["media_kind"]) == ("NCMEC hash sharing v2", "2020-01-02", "image")
    assert json.loads(row["feedback"]) == [
        {"kind": "negativeFeedback", "type": "Sha1", "reason": ["Example"], "member": ["9"]}
    ]


def test_a_tombstone_is_a_row_without_digest(tmp_path: Path) -> None:
    """It is kept, so that what it takes back is known later too; one that names nothing is told."""
    rows, reading = read_bytes(tmp_path, page(entry("a", item="x"), tombstone("x"), tombstone("")))

    assert [(row["item_id"], row["tombstone"], row["md5"]) for row in rows] == [
        ("x", False, md5("a")),
        ("x", True, None),
    ]
    assert reading.tally.tombstones == 1
    assert set(not_read(reading)) == {"no_item"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (page(entry("a", item="x"), more=True), "more_pages"),
        (page(entry("a", item="x"), count=2), "short_page"),
        (page(entry("a", item="x"))[:-15], "cut"),
        (page(entry("a", item="x"), "<image></video>"), "damaged"),
        (page(entry("a", item="x"), "<image>" + "<a>" * 60 + "</a>" * 60 + "</image>"), "damaged"),
    ],
)
def test_what_is_not_whole_is_said_and_what_was_read_is_kept(tmp_path: Path, data: bytes, code: str) -> None:
    """One of each flaw."""
    rows, reading = read_bytes(tmp_path, data)

    assert [row["item_id"] for row in rows] == ["x"]
    assert list(not_read(reading)) == [code]
    assert not reading.tally.is_complete


@pytest.mark.parametrize(
    "declared",
    ['<!ENTITY a "b">', '<!ENTITY a SYSTEM "file:///etc/hostname">', '<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">'],
)
def test_refuses_a_document_type(tmp_path: Path, declared: str) -> None:
    """No entity is expanded, nothing outside is opened: refused at the first byte of it."""
    data = (
        f'<?xml version="1.0"?><!DOCTYPE q [{declared}]><queryResult xmlns="{SPACE}"><images count="0"/></queryResult>'
    )

    with pytest.raises(UnsafeXml):
        read_bytes(tmp_path, data.encode())


def test_an_entry_without_a_digest_that_is_compared_is_no_loss(tmp_path: Path) -> None:
    """PhotoDNA alone: counted, named, understood."""
    bare = entry("b", item="y").replace(f"<md5>{md5('b')}</md5>", "")

    rows, reading = read_bytes(tmp_path, page(entry("a", item="x"), bare))

    assert [row["item_id"] for row in rows] == ["x"]
    assert (set(not_read(reading)), reading.tally.is_complete) == ({"no_digest"}, True)
