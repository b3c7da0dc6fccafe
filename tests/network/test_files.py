"""The same file is known again by bytes, likeness or name; what cannot be identified is counted, never guessed."""

from pathlib import Path

import pyarrow as pa
import pytest

from rempart.network.files import Files, identify_files
from rempart.network.graph import LISTED, NOT_COMPARED, SET_ASIDE, UNLISTED, build_sharing
from tests.network.small import ENGINE, FIRST, SECOND, Row, said, shared, shown, tables_of

ONE, TWO = "1" * 64, "2" * 64


def read(folder: Path, **more: pa.Table) -> Files:
    """The files of the tables in the folder."""
    return identify_files(folder, engine=ENGINE, **more)


def known_by(files: Files) -> dict[str, str]:
    """Basis of each file."""
    return dict(zip(files.shares["file_id"].to_pylist(), files.shares["basis"].to_pylist(), strict=True))


def test_two_names_with_other_sizes_are_two_files(tmp_path: Path) -> None:
    """A name alone never makes two media one file."""
    media = [shown(1, size_bytes=10), shown(2, size_bytes=11)]
    tables_of(tmp_path, messages=[said(1, "user1"), said(2, "user2")], media=media)

    assert len(known_by(read(tmp_path))) == 2


@pytest.mark.parametrize(
    "name", ["photo_3@02-01-2026_10-20-30.jpg", "IMG-20260102-WA0003.jpg", "00000012-PHOTO-2026.jpg"]
)
def test_a_name_made_by_the_export_identifies_nothing(tmp_path: Path, name: str) -> None:
    """What the exporting program numbered is no file's own name; it is counted as unknown."""
    name = name.replace("00000012-", "20260102-")
    tables_of(tmp_path, messages=[said(1, "user1")], media=[shown(1, name=name)])

    files = read(tmp_path)

    assert files.shares.num_rows == 0
    assert [gap.number for gap in files.not_examined] == [1]


def test_a_placeholder_is_counted_not_guessed(tmp_path: Path) -> None:
    """Without bytes, name and size, nobody can say who else shared it; the gap says so."""
    tables_of(tmp_path, messages=[said(1, "user1")], media=[shown(1, name=None, state="missing")])

    files = read(tmp_path)

    assert files.shares.num_rows == 0
    assert "cannot be identified" in files.not_examined[0].one


def test_a_sticker_is_no_file_that_goes_round(tmp_path: Path) -> None:
    """Everybody sends the same stickers; they link nobody."""
    tables_of(tmp_path, messages=[said(1, "user1")], media=[shown(1, kind="sticker", sha256=ONE)])

    assert read(tmp_path).shares.num_rows == 0


def test_the_same_bytes_are_one_file_whatever_the_name(tmp_path: Path) -> None:
    """SHA-256 is the strong basis."""
    media = [shown(1, sha256=ONE, name="a"), shown(2, sha256=ONE, name="b")]
    tables_of(tmp_path, messages=[said(1, "user1"), said(2, "user2")], media=media)

    assert known_by(read(tmp_path)) == {f"sha256:{ONE}": "sha256"}


def test_name_size_and_length_are_a_weak_basis_and_said(tmp_path: Path) -> None:
    """Where bytes are missing the same name and size count as one file, with its basis and a gap."""
    tables_of(tmp_path, messages=[said(1, "user1"), said(2, "user2")], media=[shown(1), shown(2)])

    files = read(tmp_path)

    assert known_by(files) == {"name:a.jpg|10|": "name"}
    assert "name and size" in files.not_examined[0].many


def test_pictures_alike_are_one_file_when_a_cluster_says_so(tmp_path: Path) -> None:
    """A cluster joins two digests, and the basis is likeness; a cluster of one digest stays sha256."""
    media = [shown(1, sha256=ONE), shown(2, sha256=TWO), shown(3, sha256="3" * 64)]
    tables_of(tmp_path, messages=[said(row, f"user{row}") for row in (1, 2, 3)], media=media)
    likeness = pa.table({"sha256": [ONE, TWO, "3" * 64], "cluster": ["k", "k", "alone"]})

    assert known_by(read(tmp_path, likeness=likeness)) == {"likeness:k": "likeness", "likeness:alone": "sha256"}


def test_a_likeness_told_by_message_never_speaks_of_one_of_two_media(tmp_path: Path) -> None:
    """Where a message carries two files, its likeness could be of either: neither is joined."""
    media = [shown(1, sha256=ONE), shown(1, sha256=TWO)]
    tables_of(tmp_path, messages=[said(1, "user1")], media=media)
    likeness = pa.table({"exhibit_sha256": [FIRST], "row": [1], "cluster": ["k"]})

    assert set(known_by(read(tmp_path, likeness=likeness))) == {f"sha256:{ONE}", f"sha256:{TWO}"}


def test_a_message_that_two_exhibits_tell_counts_once_with_its_bytes(tmp_path: Path) -> None:
    """The copy whose bytes were read stands for both."""
    other = {"exhibit_sha256": SECOND, "conversation_id": f"telegram:{SECOND[:8]}/77"}
    media = [shown(4, name=None, size_bytes=None), shown(4, sha256=ONE, exhibit_sha256=SECOND)]
    tables_of(tmp_path, messages=[said(4, "user1"), said(4, "user1", **other)], media=media)

    files = read(tmp_path)

    assert files.shares["exhibit_sha256"].to_pylist() == [SECOND]
    assert files.copies.num_rows == 1


def test_a_private_chat_of_two_exhibits_is_never_merged(tmp_path: Path) -> None:
    """The number of a chat of two is the other person's; the same number elsewhere is another chat."""
    other = {"exhibit_sha256": SECOND, "conversation_id": f"telegram:{SECOND[:8]}/77"}
    messages = [said(4, "user1"), said(4, "user1", **other)]
    rooms: list[Row] = [
        {
            "exhibit_sha256": one,
            "conversation_id": f"telegram:{one[:8]}/77",
            "kind": "one_to_one",
            "native_kind": "personal_chat",
        }
        for one in (FIRST, SECOND)
    ]
    tables_of(tmp_path, messages=messages, media=[shown(4, sha256=ONE)], conversations=rooms)

    assert read(tmp_path).copies.num_rows == 0


def states(folder: Path, **columns: object) -> list[int]:
    """What the lists say of files 1, 2 and of one known by name only."""
    pairs = [shared(1, "user1", "1"), shared(2, "user2", "2")]
    tables_of(
        folder,
        messages=[*(one for one, _ in pairs), said(3, "user3")],
        media=[*(other for _, other in pairs), shown(3)],
    )
    matches = pa.table({"exhibit_sha256": [FIRST], "row": [1], **columns})
    sharing = build_sharing(read(folder, matches=matches))
    names = [f"sha256:{ONE}", f"sha256:{TWO}", "name:a.jpg|10|"]
    return [int(sharing.listed[sharing.files.index(name).as_py()]) for name in names]


def test_listed_unlisted_and_not_compared_are_three_answers(tmp_path: Path) -> None:
    """A file is unlisted only when its bytes were compared."""
    assert states(tmp_path) == [LISTED, UNLISTED, NOT_COMPARED]


def test_a_list_of_known_software_sets_aside_and_says_no_more(tmp_path: Path) -> None:
    """Such a file is neither listed nor unknown to every list."""
    assert states(tmp_path, standing=["known_good"]) == [SET_ASIDE, UNLISTED, NOT_COMPARED]


def test_a_match_that_another_digest_gainsays_settles_nothing(tmp_path: Path) -> None:
    """In doubt is not compared."""
    assert states(tmp_path, contradicted=[True])[0] == NOT_COMPARED


def test_without_lists_nothing_is_unlisted(tmp_path: Path) -> None:
    """No list asked is not the same as on no list."""
    one, other = shared(1, "user1", "1")
    tables_of(tmp_path, messages=[one], media=[other])

    sharing = build_sharing(read(tmp_path))

    assert not sharing.lists_asked
    assert sharing.listed.tolist() == [NOT_COMPARED]
