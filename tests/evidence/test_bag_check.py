"""A bag judged on our side: in both languages, with keys from elsewhere, and what was not judged is said."""

import ast
import re
import shutil
from pathlib import Path

import pytest

from rempart.evidence import bag, bag_check, bag_verifier
from rempart.evidence.ledger import notes, stamps
from rempart.evidence.ledger.stamps import Authorities, WrongStamp
from tests.evidence.handover import NOON, SIGNER, WITNESS, make_site

KEYS = (SIGNER.vkey, WITNESS.vkey)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound bag."""
    folder = tmp_path_factory.mktemp("check")
    bag.make_bag(make_site(folder / "site").order(), target=folder / "bag")
    return folder / "bag"


@pytest.fixture
def damaged(made: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copytree(made, tmp_path / "bag"))


def test_a_sound_bag_has_nothing_to_tell(made: Path) -> None:
    """With the keys known from elsewhere all was judged."""
    found = bag.verify_bag(made, vkeys=KEYS)

    assert found.findings == found.not_examined == ()


def test_without_a_key_from_elsewhere_it_says_so(made: Path) -> None:
    """The key of the bag proves the bag to itself only."""
    found = bag.verify_bag(made)

    assert found.findings == ()
    assert [one.code for one in found.not_examined] == ["not_judged_key"]


def test_a_damage_is_told_in_both_languages(damaged: Path) -> None:
    """With the file."""
    piece = next((damaged / "data/pieces").iterdir())
    piece.write_bytes(b"other")

    found = bag.verify_bag(damaged, vkeys=KEYS).findings

    assert [one.code for one in found] == ["changed", "digest_wrong"]
    assert all(f"data/pieces/{piece.name}" in one.sentence(lang) for one in found for lang in ("fr", "en"))
    assert "has changed" in found[0].sentence("en")
    assert "a changé" in found[0].sentence("fr")


def test_a_key_that_is_not_the_bags_is_told(made: Path) -> None:
    """Of the same name too."""
    stranger = notes.new_signer(SIGNER.name, kind=notes.LOG_KEY, seed=b"x" * 32)

    assert [one.code for one in bag.verify_bag(made, vkeys=(stranger.vkey,)).findings] == [
        "key_other",
        "signature_wrong",
    ]


def test_a_witness_known_from_elsewhere_is_judged(damaged: Path) -> None:
    """Though the bag does not carry its key; one that did not sign is passed over."""
    (damaged / "temoins.vkey").write_bytes(b"")
    wrong = WITNESS.cosign("another text\n", seen_at=NOON)
    note = notes.parse_note((damaged / "checkpoint").read_bytes())
    for path in (damaged / "checkpoint", *(damaged / "proofs").iterdir()):
        path.write_bytes(path.read_bytes().replace(note.data, note.adding([wrong]).data))
    for path in damaged.glob("*manifest-*.txt"):
        path.unlink()
    bag._write_manifests(damaged)
    unknown = notes.new_signer("zoe.example", kind=notes.WITNESS_KEY, seed=b"u" * 32)

    found = bag.verify_bag(damaged, vkeys=(*KEYS, unknown.vkey)).findings

    assert [(one.code, one.place) for one in found] == [("signature_wrong", "checkpoint")]


def test_another_program_in_the_bag_is_not_run(damaged: Path) -> None:
    """It may be of another version; it is said, and ours judges."""
    (damaged / "verifier.py").write_bytes(b"raise SystemExit(0)\n")

    found = bag.verify_bag(damaged, vkeys=KEYS)

    assert [one.code for one in found.not_examined] == ["not_judged_program"]
    assert [one.code for one in found.findings] == ["changed"]


def test_time_stamps_are_judged_with_authorities_only(damaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it is said that they were not."""
    (damaged / "stamps").mkdir()
    for name in ("5.tsr", "5.txt"):
        (damaged / "stamps" / name).write_bytes(b"x")
    without = bag.verify_bag(damaged, vkeys=KEYS)

    def refuse(*_: object, **__: object) -> None:
        raise WrongStamp("The authority refused the time stamp.")

    monkeypatch.setattr(stamps, "check", refuse)
    judged = bag.verify_bag(damaged, vkeys=KEYS, authorities=Authorities(roots=()))

    assert [one.code for one in without.not_examined] == ["not_judged_stamps"]
    assert judged.not_examined == ()
    assert [one.place for one in judged.findings if one.code == "stamp_wrong"] == ["stamps/5.tsr"]


def test_an_empty_folder_is_no_bag(tmp_path: Path) -> None:
    """Every part that is missing is told, and nothing fails."""
    assert len(bag.verify_bag(tmp_path).findings) == 5


def test_every_sentence_of_the_program_has_its_english() -> None:
    """A sentence added to the program and forgotten here would be told in French on an English screen."""
    phrases = set(map(_filled, _phrases(ast.parse(Path(bag_verifier.__file__).read_text("utf-8")))))
    told = {phrase: bag_check._told("x", phrase) for phrase in phrases}

    assert len(phrases) == len(bag_check._PHRASES)
    assert {one.code for one in told.values()} == {code for code, _, _ in bag_check._PHRASES}
    assert all(one.english != phrase and "{" not in one.english for phrase, one in told.items())


def _phrases(tree: ast.Module) -> list[ast.expr]:
    """The second half of every fault that the program makes, and what `controler_preuve` returns."""
    pairs = [node.elts[1] for node in ast.walk(tree) if isinstance(node, ast.Tuple) and len(node.elts) == 2]
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "controler_preuve")
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    returned += [node.orelse for node in returned if isinstance(node, ast.IfExp)]
    texts = [node for node in (*pairs, *returned) if isinstance(node, ast.Constant | ast.JoinedStr)]
    return [node for node in texts if " " in _filled(node)]


def _filled(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.JoinedStr)
    return re.sub(
        r"\{[^}]*\}", "7", "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    )
