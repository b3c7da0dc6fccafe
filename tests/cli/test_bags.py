"""`rempart bag`: exhibits handed over from the command line, and refused in one line."""

from pathlib import Path

import pytest

from rempart.evidence import bag_verifier, keys
from tests.cli.shell import Answer, Ask
from tests.evidence.handover import READER, SIGNER, WITNESS, Site, make_site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Two exhibits, with the files of keys that the command reads."""
    made = make_site(tmp_path / "site")
    (made.folder / "keys").mkdir()
    (made.folder / "keys/signer.vkey").write_text(SIGNER.vkey.text + "\n", "utf-8")
    (made.folder / "witnesses").write_text(f"# partners\n{WITNESS.vkey.text}\n", "utf-8")
    (made.folder / "reader.key").write_bytes(keys.identity_file(READER, remark="reader"))
    return made


def bag(ask_here: Ask, site: Site, to: Path, *options: str | Path) -> Answer:
    """`rempart bag` for all exhibits of the site."""
    folder = site.folder
    return ask_here(
        "bag", *(kept.address for kept in site.exhibits), "--vault", folder / "exhibits", "--ledger", folder / "ledger",
        "--identity", folder / "reader.key", "--to", to, *options,
    )  # fmt: skip


def test_hands_over_and_tells_the_seal(site: Site, tmp_path: Path, ask_here: Ask) -> None:
    """The key is found beside the ledger; the seal is what goes into the record."""
    (tmp_path / "told.json").write_bytes(
        b'{"version":"1","statements":[{"at":"x","by":"Alice","act":"read","leaf":0}]}'
    )

    answer = bag(ask_here, site, tmp_path / "bag", "--witness-keys", site.folder / "witnesses", "--custody", tmp_path / "told.json")  # fmt: skip

    assert answer.code == 0
    assert bag_verifier.empreintes(tmp_path / "bag/tagmanifest-sha256.txt")[0] in answer.out
    assert bag_verifier.verifier(tmp_path / "bag", SIGNER.vkey.text) == []
    assert (tmp_path / "bag/temoins.vkey").read_text("utf-8") == WITNESS.vkey.text + "\n"


def test_refuses_in_one_line(site: Site, tmp_path: Path, ask_here: Ask) -> None:
    """Something there already, no key of the ledger, a bad file of statements, an address that is none."""
    (tmp_path / "there").mkdir()
    (tmp_path / "told.json").write_bytes(b"{}")

    for answer in (
        bag(ask_here, site, tmp_path / "there"),
        bag(ask_here, site, tmp_path / "bag", "--vkey", tmp_path / "none"),
        bag(ask_here, site, tmp_path / "bag", "--custody", tmp_path / "told.json"),
        bag(ask_here, site, tmp_path / "bag", "../../etc/passwd"),
    ):
        assert answer.code == 2
        assert answer.is_one_line
    assert not (tmp_path / "bag").exists()


def test_verify_judges_a_bag(site: Site, tmp_path: Path, ask_here: Ask) -> None:
    """With the key from elsewhere it is intact; a changed file is named, in the language of the reader."""
    bag(ask_here, site, tmp_path / "bag")

    good = ask_here("verify", tmp_path / "bag", "--vkey", site.folder / "keys/signer.vkey")
    (tmp_path / "bag/LISEZMOI.txt").write_bytes(b"")
    bad = ask_here("verify", tmp_path / "bag", "--vkey", site.folder / "keys/signer.vkey")

    assert (good.code, bad.code) == (0, 1)
    assert "LISEZMOI.txt: has changed" in bad.out
