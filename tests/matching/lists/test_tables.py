"""ICSE, NSRL, bare digests, tables with a map: recognised from their content, and read without guessing."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.matching.lists.form import ListOptions
from rempart.matching.lists.mapped import BadMap, parse_map, read_map
from rempart.matching.lists.nsrl import NoRds
from rempart.matching.lists.plain import UnclearDigest
from rempart.matching.reading import ListReading, UnknownList, load_list
from tests.matching.known_lists import ICSE, NSRL, md5, not_read, rds3, read_bytes, read_list, sha1, sha256, write


def test_reads_icse_and_keeps_its_baseline_as_written(tmp_path: Path) -> None:
    """Its category is a yes or no of its own, not a number of another list."""
    (row,), reading = read_bytes(
        tmp_path, f"{ICSE}\n{md5('a')};{sha1('a')};;77;Yes;No;;Blue;3;Yes;Image;Yes\n".encode()
    )

    assert reading.form.name == "icse"
    assert (row["md5"], row["sha1"], row["item_id"], row["series"]) == (md5("a"), sha1("a"), "77", "Blue")
    assert (row["scheme"], row["code"]) == ("INTERPOL ICSE Baseline", "Yes")
    assert (row["distributed"], row["victim_identified"], row["offender_identified"]) == (True, False, None)


def test_reads_rds_2_in_its_own_encoding_once_a_file(tmp_path: Path) -> None:
    """A file stands there once for each product; a broken line and a special one set nothing aside."""
    line = '"{}","{}","00","caf\xe9.txt",5,{},"WIN","{}"'
    lines = [
        line.format(sha1(t).upper(), md5(t).upper(), n, s) for t, n, s in (("a", 1, ""), ("a", 2, ""), ("b", 1, "M"))
    ]
    data = "\r\n".join([NSRL, *lines, "broken", line.format(sha1("c"), md5("c"), 1, "")]).encode("latin1")

    rows, reading = read_bytes(tmp_path, data)

    assert [row["sha1"] for row in rows] == [sha1("a"), sha1("c")]
    assert reading.standing == "known_good"
    assert not_read(reading) == {"special": ("line 4",), "damaged": ("line 5",)}


def test_reads_rds_3_with_its_version_and_writes_nothing_beside_it(tmp_path: Path) -> None:
    """Read-only, with SHA-256."""
    path = rds3(tmp_path / "any.name", ["a", "a", "b"])

    rows, reading = read_list(path)

    assert [row["sha256"] for row in rows] == [sha256("a"), sha256("b")]
    assert (reading.standing, reading.edition) == ("known_good", "2024.03.1")
    assert list(tmp_path.iterdir()) == [path]


def test_another_database_is_no_rds(tmp_path: Path) -> None:
    """One sentence, without the words of SQLite."""
    path = rds3(tmp_path / "x.db", ["a"])
    path.write_bytes(path.read_bytes().replace(b"FILE", b"LIFE"))

    with pytest.raises(NoRds):
        read_list(path)


@pytest.mark.parametrize(("digest", "kind"), [(md5, "md5"), (sha1, "sha1")])
def test_bare_digests_are_known_by_their_length(tmp_path: Path, digest: object, kind: str) -> None:
    """As md5sum writes them too, with a heading, remarks and blanks; names behind them are not kept."""
    assert callable(digest)
    data = f"# remark\n{kind.upper()}\n{digest('a').upper()}  one.txt\n\n  {digest('b')}\nnot hex\n{digest('c')[:-1]}\n"

    rows, reading = read_bytes(tmp_path, data.encode())

    assert [row[kind] for row in rows] == [digest("a"), digest("b")]
    assert not_read(reading) == {"bad_digest": ("line 6", "line 7")}
    assert "one.txt" not in str(rows)


def test_64_digits_are_not_guessed(tmp_path: Path) -> None:
    """SHA-256 and PDQ look alike, and only a person knows."""
    data = f"{sha256('a')}\n".encode()

    with pytest.raises(UnclearDigest, match="--kind"):
        read_bytes(tmp_path, data)
    for kind in ("sha256", "pdq"):
        (row,), _ = read_bytes(tmp_path, data, options=ListOptions(kind=kind))
        assert {name: row[name] for name in ("sha256", "pdq")} == {"sha256": None, "pdq": None, kind: sha256("a")}


def test_digests_as_another_system_writes_them(tmp_path: Path) -> None:
    """UTF-16 with its mark."""
    rows, _ = read_bytes(tmp_path, f"{md5('a')}\r\n{md5('b')}\r\n".encode("utf-16"))

    assert [row["md5"] for row in rows] == [md5("a"), md5("b")]


def test_a_map_says_which_column_is_which(tmp_path: Path) -> None:
    """From the command or from a file; scheme and country stand where the table has none; a day in another order stays as written."""
    data = f"Hash,Cat,When,Zone\n{sha1('a')},A1,03/04/2021,\n{sha1('b')},A2,2021-04-03,BE\n".encode()
    told = 'scheme = "Case scheme"\ncountry = "FR"\n[columns]\nsha1 = "hash"\ncode = "Cat"\nlisted_on = "When"\ncountry = "Zone"\n'
    (tmp_path / "map.toml").write_text(told, "utf-8")

    first, second = read_bytes(tmp_path, data, options=read_map(tmp_path / "map.toml"))[0]

    assert (first["sha1"], first["code"], first["scheme"], first["country"]) == (sha1("a"), "A1", "Case scheme", "FR")
    assert (first["listed_on"], first["listed_text"]) == (None, "03/04/2021")
    assert (second["country"], str(second["listed_on"]), second["listed_text"]) == ("BE", "2021-04-03", None)


def test_headings_that_spell_a_digest_need_no_map(tmp_path: Path) -> None:
    """Any separator, any case."""
    (row,), reading = read_bytes(tmp_path, f"Category\tSHA-256 hash\nx\t{sha256('a')}\n".encode())

    assert (reading.form.name, row["sha256"], row["code"]) == ("table", sha256("a"), "x")


@pytest.mark.parametrize("told", ["md5", "md5=", "code=Cat", "md5=Hash,shoe=Size", ""])
def test_a_map_that_says_nothing_usable_is_refused(told: str) -> None:
    """With what it should say."""
    with pytest.raises(BadMap):
        parse_map(told)


def test_a_map_with_a_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """It names the column."""
    with pytest.raises(BadMap, match="Nowhere"):
        read_bytes(tmp_path, b"Hash\nx\n", options=ListOptions(columns={"md5": "Nowhere"}))


@pytest.mark.parametrize("data", [b"hello\nworld\n", b"\x00\x01\x02" * 50, b"a,b\n1,2\n", b"<html></html>", b"[1, 2]"])
def test_anything_else_is_refused(tmp_path: Path, data: bytes) -> None:
    """Content decides, not a name."""
    (tmp_path / "NSRLFile.txt").write_bytes(data)

    with pytest.raises(UnknownList):
        ListReading(tmp_path / "NSRLFile.txt")


def test_a_file_of_another_form_beside_the_list_is_told(tmp_path: Path) -> None:
    """It is left aside, not lost."""
    folder = write(tmp_path / "both", {"a.txt": f"{md5('a')}\n".encode(), "readme.html": b"<p>see the list</p>"})

    rows, reading = read_list(folder)

    assert (len(rows), not_read(reading), reading.tally.is_complete) == (1, {"other_form": ("readme.html",)}, True)


def test_a_list_in_an_archive_is_read_in_place(tmp_path: Path) -> None:
    """Nothing is unpacked onto the disk."""
    with zipfile.ZipFile(tmp_path / "list.zip", "w") as archive:
        archive.writestr("deep/md5.txt", f"{md5('a')}\nbad\n")

    rows, reading = read_list(tmp_path / "list.zip")

    assert [row["md5"] for row in rows] == [md5("a")]
    assert not_read(reading) == {"bad_digest": ("deep/md5.txt: line 2",)}
    assert [path.name for path in tmp_path.iterdir()] == ["list.zip"]


@given(st.lists(st.tuples(st.sampled_from(["md5", "sha1", "bad"]), st.integers(0, 50)), min_size=1, max_size=60))
def test_every_line_is_either_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[str, int]]
) -> None:
    """Nothing disappears: rows and places make up the lines."""
    make: dict[str, Callable[[str], str]] = {"md5": md5, "sha1": sha1, "bad": lambda text: f"z{md5(text)[1:]}"}
    known = [("md5", number) for number in range(20)]  # by these the form is recognised
    path = tmp_path_factory.mktemp("list") / "list"
    path.write_text("".join(f"{make[kind](str(number))}\n" for kind, number in [*known, *lines]), "ascii")

    rows, reading = read_list(path)

    assert len(rows) + sum(fault.count for fault in reading.tally.not_read) == len(known) + len(lines)
    assert reading.tally.digests["md5"] == len(known) + sum(kind == "md5" for kind, _ in lines)


def test_progress_comes_to_twice_the_size(tmp_path: Path) -> None:
    """Once to seal what was read, once to read it."""
    path = tmp_path / "list"
    path.write_text(f"{md5('a')}\n" * 1000, "ascii")
    told: list[int] = []

    for _ in ListReading(path, progress=told.append):
        pass

    assert told == sorted(told)
    assert told[-1] == 2 * path.stat().st_size


def test_a_list_in_memory_may_be_looked_up_without_being_kept(tmp_path: Path) -> None:
    """For a test or a demonstration."""
    (tmp_path / "l").write_text(f"{md5('a')}\n", "ascii")

    listing, tally = load_list(tmp_path / "l", name="trial")

    assert (listing.name, listing.standing, tally.rows) == ("trial", "listed", 1)
    assert [part.load().num_rows for part in listing.parts] == [1]
