"""`rempart keys`: explained before it is made, asked for, never written over, and brought back by two of three."""

import io
import stat
import sys
from pathlib import Path

import pytest

from rempart.evidence import keys, sealing
from rempart.evidence.keyring import Keyring
from tests.cli.shell import Ask, ask

LOSSES = (
    "Lost: the reports of that month",
    "Lost: nothing is lost yet",
    "Lost: what was signed",
    "Lost: the report is kept",
)


@pytest.fixture
def site(tmp_path: Path, ask_here: Ask) -> Path:
    """A site with its keys; the guard key is on the stick beside it."""
    (tmp_path / "stick").mkdir()
    assert (
        ask_here(
            "keys", "init", "--data", tmp_path / "site", "--escrow-out", tmp_path / "stick/guard.key", "--yes"
        ).code
        == 0
    )
    return tmp_path / "site"


def test_explains_before_it_makes(tmp_path: Path, ask_here: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What each loss means stands before the question, and no answer is no."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))

    answer = ask_here("keys", "init", "--data", tmp_path / "site", "--escrow-out", tmp_path / "guard.key")

    assert answer.code == 2
    assert all(loss in answer.out for loss in LOSSES)
    assert answer.out.index(LOSSES[-1]) < answer.out.index("Make these keys now?")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("word", ["y\n", "OUI\n", " o \n", "yes"])
def test_makes_when_the_person_agrees(
    tmp_path: Path, ask_here: Ask, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    """In either language."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(word))

    assert ask_here("keys", "init", "--data", tmp_path / "site", "--escrow-out", tmp_path / "guard.key").code == 0
    assert ask_here("keys", "check", "--data", tmp_path / "site").code == 0


def test_the_guard_key_is_written_once_and_opens_everything(site: Path) -> None:
    """Where the person said, for its owner only, and nowhere on the site."""
    guard = site.parent / "stick/guard.key"
    sealed = sealing.seal(b"x", recipients=Keyring(site / "keys").recipients().active("escrow"))

    assert sealing.unseal(sealed, identities=keys.read_identities(guard)) == b"x"
    assert stat.S_IMODE(guard.stat().st_mode) == 0o600
    secret = keys.read_identities(guard)[0].encode()
    assert all(secret not in path.read_bytes() for path in site.rglob("*") if path.is_file())


def test_a_guard_key_made_elsewhere_is_taken(tmp_path: Path, ask_here: Ask) -> None:
    """By its public half; a misspelt one is refused before anything is made."""
    recipient = keys.recipient_of(keys.new_identity())

    assert ask_here("keys", "init", "--data", tmp_path / "a", "--escrow-recipient", recipient[:-1], "--yes").code == 2
    assert not (tmp_path / "a").exists()
    assert ask_here("keys", "init", "--data", tmp_path / "a", "--escrow-recipient", recipient, "--yes").code == 0
    assert Keyring(tmp_path / "a" / "keys").recipients().active("escrow") == (recipient,)


@pytest.mark.parametrize(
    "options", [[], ["--escrow-out", "site/guard.key"], ["--escrow-out", "g", "--escrow-recipient", "x"]]
)
def test_refuses_to_begin_without_a_guard_key_elsewhere(
    tmp_path: Path, ask_here: Ask, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    """None told, one on the site itself, two told."""
    monkeypatch.chdir(tmp_path)

    answer = ask_here("keys", "init", "--data", "site", *options, "--yes")

    assert answer.code == 2
    assert answer.is_one_line
    assert list(tmp_path.iterdir()) == []


def test_never_writes_over_a_guard_key(tmp_path: Path, ask_here: Ask) -> None:
    """A file that is there is left as it is, and the site gets no keys."""
    (tmp_path / "guard.key").write_bytes(b"another")

    answer = ask_here("keys", "init", "--data", tmp_path / "site", "--escrow-out", tmp_path / "guard.key", "--yes")

    assert answer.code == 2
    assert (tmp_path / "guard.key").read_bytes() == b"another"
    assert not (tmp_path / "site").exists()


def test_a_second_init_is_refused_and_changes_nothing(site: Path, ask_here: Ask) -> None:
    """Keys are there already."""
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}

    answer = ask_here("keys", "init", "--data", site, "--yes")

    assert answer.code == 2
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before


def test_rotates_and_lists(site: Path, ask_here: Ask) -> None:
    """The month has its key; a further one is asked for by name; the list shows all, and public halves whole."""
    refused = ask_here("keys", "rotate", "--data", site)
    rotated = ask_here("keys", "rotate", "--data", site, "--again")
    listed = ask_here("keys", "list", "--data", site)

    entries = Keyring(site / "keys").recipients().entries
    assert (refused.code, rotated.code, listed.code) == (2, 0, 0)
    assert len(entries) == 4
    assert all(f"  {entry.key}\n" in listed.out for entry in entries)
    assert listed.out.count("private half here") == 3
    assert "AGE-SECRET-KEY" not in listed.out + rotated.out


def test_another_guard_key_takes_over(site: Path, ask_here: Ask) -> None:
    """With a word on the one before."""
    answer = ask_here("keys", "rotate", "--data", site, "--escrow-out", site.parent / "stick/second.key", "--yes")

    assert answer.code == 0
    assert "keep it" in answer.out
    active = Keyring(site / "keys").recipients().active("escrow")
    assert active == (keys.recipient_of(keys.read_identities(site.parent / "stick/second.key")[0]),)


def test_two_of_three_bring_the_guard_key_back(site: Path, tmp_path: Path, ask_here: Ask) -> None:
    """The whole way: share, lose, join, open."""
    guard, people = tmp_path / "stick/guard.key", ("alice", "bob", "chloe")
    options: list[str] = []
    for name in people:
        identity = keys.new_identity()
        (tmp_path / f"{name}.key").write_bytes(keys.identity_file(identity, remark=name))
        options += ["--trustee", keys.recipient_of(identity)]
    sealed = sealing.seal(b"x", recipients=Keyring(site / "keys").recipients().active("escrow"))

    shared = ask_here("keys", "escrow", "--data", site, "--guard", guard, *options, "--to", tmp_path / "parts")
    guard.unlink()
    parts = sorted((tmp_path / "parts").glob("*.age"))
    alone = ask_here("keys", "join", *parts, "--identity", tmp_path / "bob.key", "--to", tmp_path / "back.key")
    joined = ask_here("keys", "join", *parts, "--identity", tmp_path / "chloe.key", "--identity", tmp_path / "alice.key", "--to", tmp_path / "back.key")  # fmt: skip

    assert (shared.code, alone.code, joined.code) == (0, 2, 0)
    assert [part.name for part in parts] == ["guard-part-1-2.age", "guard-part-1-3.age", "guard-part-2-3.age"]
    assert "age -d -i" in (tmp_path / "parts/LISEZMOI.txt").read_text("utf-8")
    assert sealing.unseal(sealed, identities=keys.read_identities(tmp_path / "back.key")) == b"x"


def test_shares_only_the_guard_key_in_use(site: Path, tmp_path: Path, ask_here: Ask) -> None:
    """Another key shared by mistake would be found out on the worst day."""
    (tmp_path / "other.key").write_bytes(keys.identity_file(keys.new_identity(), remark="x"))
    trustees = [part for _ in range(3) for part in ("--trustee", keys.recipient_of(keys.new_identity()))]

    wrong = ask_here(
        "keys", "escrow", "--data", site, "--guard", tmp_path / "other.key", *trustees, "--to", tmp_path / "p"
    )
    few = ask_here(
        "keys", "escrow", "--data", site, "--guard", tmp_path / "stick/guard.key", *trustees[:4], "--to", tmp_path / "p"
    )

    assert (wrong.code, few.code) == (2, 2)
    assert not (tmp_path / "p").exists()


def test_check_names_what_is_wrong(site: Path, ask_here: Ask) -> None:
    """One line a flaw, and 1 at the end."""
    path = next((site / "keys").glob("intake-*.key"))
    path.chmod(0o644)
    (site / "keys/signer.key").unlink()

    answer = ask_here("keys", "check", "--data", site)

    assert answer.code == 1
    assert len(answer.err.splitlines()) == 2
    assert path.name in answer.err
    assert "signer.key" in answer.err


def test_explains_in_french() -> None:
    """Before anything is lost, in the language of those who lose it."""
    answer = ask("keys", "explain", lang="fr")

    assert answer.code == 0
    assert answer.out.count("Perdu") >= 4
    assert "Lost" not in answer.out
