"""`rempart hashes`: lists added, told and looked up; bytes only in the profile enquete; every use written down."""

from pathlib import Path
from typing import Any

import pytest

from rempart.evidence import keys
from rempart.evidence.keyring import Keyring
from tests.cli.shell import Ask, ask
from tests.matching.known_lists import entry, md5, medium, page, rds3, sha1, sha256, vics

NOT_FOUND = "in 1 list, not found"


@pytest.fixture
def site(tmp_path: Path, ask_here: Ask) -> Path:
    """A site with keys."""
    guard = keys.recipient_of(keys.new_identity())
    assert ask_here("keys", "init", "--data", tmp_path / "site", "--escrow-recipient", guard, "--yes").code == 0
    return tmp_path / "site"


@pytest.fixture
def with_list(site: Path, tmp_path: Path, ask_here: Ask) -> Path:
    """A site with a list that names the file `a`."""
    (tmp_path / "list.json").write_bytes(vics([medium("a", DateUpdated="2023-02-03T04:05:06Z")]))
    answer = ask_here("hashes", "add", tmp_path / "list.json", "--name", "Trial list", "--data", site, "--by", "Alice")
    assert answer.code == 0
    assert "Sealed for 2 keys" in answer.out
    return site


def test_a_digest_is_looked_up_in_any_profile(with_list: Path, ask_here: Ask) -> None:
    """Found and not found are both answers; the sentence names the list, not the file."""
    found = ask_here("hashes", "check", md5("a").upper(), sha1("a"), md5("b"), "--data", with_list)
    missing = ask_here("hashes", "check", sha256("b"), "--data", with_list)

    assert (found.code, missing.code) == (0, 0)
    assert found.out.count('listed by Trial list as "1" of Project VIC 2.0 US on 2023-02-03') == 2
    assert f"1 thing: looked up {NOT_FOUND}" in found.out
    assert f"1 thing: looked up {NOT_FOUND}" in missing.out
    assert "listed by" not in missing.out


def test_bytes_are_read_in_the_profile_enquete_only(with_list: Path, tmp_path: Path, ask_here: Ask) -> None:
    """Files and folders; nothing is written beside them."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "one.bin").write_bytes(b"a")
    (folder / "two.bin").write_bytes(b"b")

    refused = ask_here("hashes", "check", folder, "--data", with_list)
    looked = ask_here("hashes", "check", folder, "--profile", "enquete", "--data", with_list)

    assert (refused.code, refused.out, refused.is_one_line) == (2, "", True)
    assert looked.code == 0
    assert looked.out.count("listed by") == 1
    assert str(folder / "one.bin") in looked.out
    assert str(folder / "two.bin") not in looked.out
    assert sorted(path.name for path in folder.iterdir()) == ["one.bin", "two.bin"]


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_looked_up(
    with_list: Path, tmp_path: Path, ask_here: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 1: the findings are not whole."""
    folder = tmp_path / "files"
    folder.mkdir()
    for name in ("a.bin", "b.bin"):
        (folder / name).write_bytes(b"a")
    whole = Path.open

    def refuse(path: Path, *told: Any, **more: Any) -> object:
        if path.name == "b.bin":
            raise PermissionError
        return whole(path, *told, **more)

    monkeypatch.setattr(Path, "open", refuse)

    answer = ask_here("hashes", "check", folder, "--profile", "enquete", "--data", with_list)

    assert answer.code == 1
    assert answer.out.count("listed by") == 1
    assert "b.bin could not be read" in answer.err


@pytest.mark.parametrize("thing", ["nowhere.bin", "abc", "z" * 32, "a" * 41])
def test_what_is_no_digest_and_no_file_is_refused(with_list: Path, ask_here: Ask, thing: str) -> None:
    """One sentence."""
    answer = ask_here("hashes", "check", thing, "--data", with_list)

    assert (answer.code, answer.is_one_line) == (2, True)


def test_a_likeness_is_told_with_its_distance(site: Path, tmp_path: Path, ask_here: Ask) -> None:
    """At 31 bits of 256 it resembles, at 32 it does not; the same 64 digits are looked up as SHA-256 too."""
    pdq = int(sha256("a"), 16)
    (tmp_path / "list").write_text(f"{pdq:064x}\n", "ascii")
    assert ask_here("hashes", "add", tmp_path / "list", "--name", "P", "--kind", "pdq", "--data", site).code == 0

    near = ask_here("hashes", "check", f"{pdq ^ (1 << 31) - 1:064x}", "--data", site)
    far = ask_here("hashes", "check", f"{pdq ^ (1 << 32) - 1:064x}", "--data", site)

    assert "resembles, at 31 bits of 256, a file listed by P" in near.out
    assert NOT_FOUND in far.out


def test_lists_are_told_with_their_counts_and_uses(with_list: Path, tmp_path: Path, ask_here: Ask) -> None:
    """Without any key; each use with who and how many."""
    good = rds3(tmp_path / "rds.db", ["x"])
    assert ask_here("hashes", "add", good, "--name", "RDS", "--data", with_list, "--by", "Alice").code == 0
    ask_here("hashes", "check", md5("a"), md5("b"), "--data", with_list, "--by", "Bob")
    (with_list / "keys/desk.key").unlink()

    answer = ask("hashes", "list", "--uses", "--data", with_list)

    assert answer.code == 0
    assert all(word in answer.out for word in ("Trial list", "RDS", "Project VIC", "2024.03.1", "sets aside", "Alice"))
    assert answer.out.count("Bob: looked up in") == 2
    assert "2 look-ups" in answer.out
    assert md5("a") not in answer.out


def test_no_list_is_an_answer_and_no_look_up(site: Path, ask_here: Ask) -> None:
    """To tell there is none is not to have looked."""
    assert "No list is kept here" in ask_here("hashes", "list", "--data", site).out
    assert ask_here("hashes", "check", md5("a"), "--data", site).code == 2


def test_a_touched_use_log_is_told(with_list: Path, ask_here: Ask) -> None:
    """By line, and nothing is looked up any more."""
    path = with_list / "hashlists/uses.jsonl"
    ask_here("hashes", "check", md5("a"), "--data", with_list)
    path.write_bytes(path.read_bytes().replace(b"Alice", b"Zoe"))

    answer = ask_here("hashes", "list", "--data", with_list)

    assert (answer.code, answer.is_one_line) == (2, True)
    assert "Line" in answer.err


def test_a_list_with_a_damaged_row_is_kept_and_ends_in_1(site: Path, tmp_path: Path, ask_here: Ask) -> None:
    """The row is named; a row that is understood and set aside costs nothing."""
    (tmp_path / "bad").write_bytes(vics([medium("a"), medium("b", MD5="xyz")]))
    (tmp_path / "fine").write_bytes(
        page(entry("a", item="x"), entry("b", item="y").replace(f"<md5>{md5('b')}</md5>", ""))
    )

    bad = ask_here("hashes", "add", tmp_path / "bad", "--name", "Bad", "--data", site)
    fine = ask_here("hashes", "add", tmp_path / "fine", "--name", "Fine", "--data", site)

    assert (bad.code, fine.code) == (1, 0)
    assert "(Media[1])" in bad.out
    assert "1 place was not read: no digest" in fine.out


@pytest.mark.parametrize(
    "options",
    [
        ["--kind", "crc32"],
        ["--date", "22/11/2026"],
        ["--map", "md5"],
        ["--map", "nowhere.toml"],
        ["--continue"],
        ["--continue", "--replace"],
    ],
)
def test_an_option_that_cannot_be_is_refused(site: Path, tmp_path: Path, ask_here: Ask, options: list[str]) -> None:
    """Nothing is kept then."""
    (tmp_path / "list").write_text(f"{md5('a')}\n", "ascii")

    answer = ask_here("hashes", "add", tmp_path / "list", "--name", "X", "--data", site, *options)

    assert (answer.code, answer.is_one_line) == (2, True)
    assert not list((site / "hashlists").rglob("*.json"))


def test_a_list_needs_a_key_to_be_sealed_for(tmp_path: Path, ask_here: Ask) -> None:
    """It is never kept readable instead."""
    (tmp_path / "list").write_text(f"{md5('a')}\n", "ascii")

    answer = ask_here("hashes", "add", tmp_path / "list", "--name", "X", "--data", tmp_path / "site")

    assert (answer.code, answer.is_one_line) == (2, True)
    assert "rempart keys init" in answer.err
    assert not (tmp_path / "site").exists()


def test_another_key_may_open_the_lists(with_list: Path, tmp_path: Path, ask_here: Ask) -> None:
    """Named by its file; one that does not open them is refused."""
    wrong = tmp_path / "wrong.key"
    wrong.write_bytes(keys.identity_file(keys.new_identity(), remark="another"))
    right = tmp_path / "right.key"
    (with_list / "keys/desk.key").rename(right)

    answers = [
        ask_here("hashes", "check", md5("a"), "--data", with_list, *more)
        for more in ([], ["--identity", wrong], ["--identity", right])
    ]

    assert [answer.code for answer in answers] == [2, 2, 0]
    assert Keyring(with_list / "keys").recipients().active("desk")


def test_a_table_is_added_with_its_map(site: Path, tmp_path: Path, ask_here: Ask) -> None:
    """Scheme and country from the command, and a later delivery."""
    (tmp_path / "one.csv").write_text(f"Hash,Cat\n{md5('a')},A1\n", "utf-8")
    (tmp_path / "two.csv").write_text(f"Hash,Cat\n{md5('b')},A2\n", "utf-8")
    told = ("--name", "T", "--map", "md5=Hash,code=Cat", "--scheme", "Own scheme", "--country", "FR", "--data", site)

    first = ask_here("hashes", "add", tmp_path / "one.csv", *told)
    second = ask_here(
        "hashes", "add", tmp_path / "two.csv", *told, "--continue", "--list-version", "v2", "--date", "2026-01-02"
    )
    answer = ask_here("hashes", "check", md5("a"), md5("b"), "--data", site)

    assert (first.code, second.code, answer.code) == (0, 0, 0)
    assert 'listed by T as "A1" of Own scheme, FR, no date told' in answer.out
    assert 'listed by T v2 as "A2" of Own scheme, FR on 2026-01-02' in answer.out
