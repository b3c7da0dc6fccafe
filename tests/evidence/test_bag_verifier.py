"""The program in the bag: its Ed25519 agrees with a library, its tree with the ledger, and a forger gets nowhere.

A forger here writes the manifests again after each change, so that only signatures, proofs and names can tell.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.evidence import bag, bag_verifier
from rempart.evidence.bag_statements import Statement
from rempart.evidence.ledger import leaves, merkle, notes
from rempart.evidence.ledger.checkpoints import sign_checkpoint
from rempart.evidence.ledger.stored import StoredLog
from tests.evidence.handover import OBJECT_ID, ORIGIN, SALT, SIGNER, make_site


def library_says(key: bytes, message: bytes, signature: bytes) -> bool:
    """The judgement of cryptography, which is OpenSSL's."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# RFC 8032, 7.1, tests 1, 2, 3.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_accepts_the_vectors_of_the_standard(key: str, message: str, signature: str) -> None:
    """And refuses them for another message."""
    told = bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)

    assert bag_verifier.signature_valable(*told)
    assert not bag_verifier.signature_valable(told[0], told[1] + b"\0", told[2])


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511))
@settings(max_examples=40, deadline=None)
def test_judges_signatures_as_a_library_does(seed: bytes, message: bytes, bit: int) -> None:
    """Right ones, and ones with any bit changed."""
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key, signature = private.public_key().public_bytes_raw(), private.sign(message)
    wrong = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")

    assert bag_verifier.signature_valable(key, message, signature)
    assert not bag_verifier.signature_valable(key, message, wrong)
    assert not library_says(key, message, wrong)


def test_refuses_second_spellings() -> None:
    """S + L, a point not reduced, a wrong length: one signature has one spelling."""
    key, message, signature = (bytes.fromhex(part) for part in VECTORS[2])
    order = 2**252 + 27742317777372353535851937790883648493
    beyond = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    unreduced = (2**255 - 19 + 1).to_bytes(32, "little")  # y = 1, written with p added

    for wrong in (beyond, signature[:-1], signature + b"\0", b"", unreduced + signature[32:]):
        assert not bag_verifier.signature_valable(key, message, wrong)
    assert not bag_verifier.signature_valable(unreduced, message, signature)
    assert bag_verifier.decoder_point(unreduced) is None
    assert bag_verifier.decoder_point(b"\1" + bytes(30) + b"\x80") is None  # x = 0 with a sign


@given(st.integers(1, 40), st.data())
@settings(max_examples=60)
def test_follows_proofs_as_the_ledger_does(size: int, draw: st.DataObject) -> None:
    """Any leaf of any tree; a proof with one hash more, less or other leads nowhere."""
    place = draw.draw(st.integers(0, size - 1))
    told = [{"seq": seq, "v": 1} for seq in range(size)]
    hashes = b"".join(merkle.leaf_hash(_canonical(leaf)) for leaf in told)

    def node(height: int, number: int) -> bytes:
        start = number << height
        return merkle.subtree(hashes[start * 32 : (start + (1 << height)) * 32])

    path = [notes.encode_hash(one) for one in merkle.inclusion_proof(place, size=size, node=node)]
    root = notes.encode_hash(merkle.root(hashes))

    assert bag_verifier.racine_depuis(told[place], size, path) == root
    for wrong in (path[:-1], [*path, root]):
        if wrong != path:
            with pytest.raises(ValueError, match="preuve"):
                bag_verifier.racine_depuis(told[place], size, wrong)
    for at in range(len(path)):
        assert bag_verifier.racine_depuis(told[place], size, [*path[:at], root, *path[at + 1 :]]) != root
    with pytest.raises(ValueError, match="rang"):
        bag_verifier.racine_depuis({"seq": size}, size, [])


def _canonical(leaf: dict[str, int]) -> bytes:
    return json.dumps(leaf, sort_keys=True, separators=(",", ":")).encode()


# -- a forger -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bag of two exhibits, one cited leaf and one statement."""
    folder = tmp_path_factory.mktemp("forger")
    site = make_site(folder / "site")
    told = Statement(at="x", by="Alice", act="read", leaf=0, object_id=OBJECT_ID.hex(), salt=SALT.hex())
    bag.make_bag(site.order(statements=(told,)), target=folder / "bag")
    return folder / "bag"


@pytest.fixture
def forged(made: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    return Path(shutil.copytree(made, tmp_path / "bag"))


def rewrite_manifests(folder: Path) -> None:
    """What anybody who changes a bag can do."""
    for path in folder.glob("*manifest-*.txt"):
        path.unlink()
    bag._write_manifests(folder)


def change_register(folder: Path, change: Callable[[Any], None]) -> None:
    """Writes custody.json again with a change."""
    register = json.loads((folder / "custody.json").read_bytes())
    change(register)
    (folder / "custody.json").write_text(json.dumps(register), "utf-8")


def places(folder: Path) -> set[str]:
    """Where faults are found, after the manifests were written again."""
    rewrite_manifests(folder)
    return {place for place, _ in bag_verifier.verifier(folder)}


def test_manifests_written_again_change_nothing(forged: Path) -> None:
    """The set-up of the tests below: an unchanged bag still stands."""
    assert places(forged) == set()


def test_an_exchanged_exhibit_is_found(forged: Path) -> None:
    """Its name is its digest."""
    path = next((forged / "data/pieces").iterdir())
    path.write_bytes(b"other")

    assert places(forged) == {f"data/pieces/{path.name}"}


def test_an_exhibit_slipped_in_is_found(forged: Path) -> None:
    """Under its right digest: the register does not know it, or no leaf names it."""
    shutil.copy(forged / "bagit.txt", forged / "data/pieces" / bag_verifier.empreintes(forged / "bagit.txt")[0])
    name = f"data/pieces/{bag_verifier.empreintes(forged / 'bagit.txt')[0]}"
    assert places(forged) == {name}

    def slip(register: Any) -> None:
        digest = name.rpartition("/")[2]
        shutil.copy(forged / name, forged / "data/scelles" / digest)
        register["exhibits"].append(
            {
                **register["exhibits"][0],
                "sha256": digest,
                "file": name,
                "address": digest,
                "sealed_file": f"data/scelles/{digest}",
            }
        )

    change_register(forged, slip)
    assert places(forged) == {f"data/scelles/{name.rpartition('/')[2]}"}


@pytest.mark.parametrize("field", ["at", "actor", "action", "object", "blob", "motive"])
def test_a_leaf_told_otherwise_is_found(forged: Path, field: str) -> None:
    """Each field of each leaf is held by its proof."""
    change_register(forged, lambda register: register["events"][1]["leaf"].update({field: "0" * 64}))

    assert "proofs/3.tlog-proof" in places(forged)


def test_a_leaf_in_another_place_is_found(forged: Path) -> None:
    """Its number is held too, and a proof belongs to its number."""
    change_register(forged, lambda register: register["events"][1]["leaf"].update(seq=4))
    assert "proofs/3.tlog-proof" in places(forged)


def test_exchanged_proofs_are_found(forged: Path) -> None:
    """Both of them."""
    one, other = (forged / f"proofs/{number}.tlog-proof" for number in (3, 7))
    one_data, other_data = one.read_bytes(), other.read_bytes()
    one.write_bytes(other_data)
    other.write_bytes(one_data)

    assert places(forged) == {"proofs/3.tlog-proof", "proofs/7.tlog-proof"}


def test_a_leaf_left_out_is_found(forged: Path) -> None:
    """Its exhibit has no leaf, its proof no act."""
    change_register(forged, lambda register: register["events"].pop())

    found = places(forged)
    assert "proofs/7.tlog-proof" in found
    assert any(place.startswith("data/scelles/") for place in found)


def test_a_statement_told_of_another_object_is_found(forged: Path) -> None:
    """What a person says is not proven; of which leaf and object is."""
    change_register(forged, lambda register: register["statements"][0].update(object_id="00"))
    assert places(forged) == {"custody.json"}

    change_register(forged, lambda register: register["statements"][0].update(leaf=5, salt=None))
    assert places(forged) == {"custody.json"}


def test_a_name_told_twice_is_found(forged: Path) -> None:
    """A register has one reading."""
    text = (forged / "custody.json").read_text("utf-8")
    (forged / "custody.json").write_text(text.replace('"version"', '"made_at": "x",\n "version"'), "utf-8")

    assert places(forged) == {"custody.json"}


def test_a_ledger_signed_by_a_stranger_is_found_with_the_key(forged: Path, made: Path, tmp_path: Path) -> None:
    """A whole bag forged under another key stands by itself: only the right key, from elsewhere, tells. It is told so."""
    stranger = notes.new_signer(ORIGIN, kind=notes.LOG_KEY, seed=b"x" * 32)
    log = StoredLog(made.parent / "site" / "ledger")
    note = sign_checkpoint(log.head(ORIGIN), signer=stranger)
    old = (forged / "checkpoint").read_bytes()
    (forged / "registre.vkey").write_text(stranger.vkey.text + "\n", "utf-8")
    (forged / "temoins.vkey").write_bytes(b"")
    for path in (forged / "checkpoint", *(forged / "proofs").iterdir()):
        path.write_bytes(path.read_bytes().replace(old, note))
    rewrite_manifests(forged)

    assert bag_verifier.verifier(forged) == []
    assert {place for place, _ in bag_verifier.verifier(forged, SIGNER.vkey.text)} == {"registre.vkey", "checkpoint"}


def test_a_cosignature_taken_away_is_found(forged: Path) -> None:
    """As long as its key is there."""
    for path in (forged / "checkpoint", *(forged / "proofs").iterdir()):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if "bob.example" not in line), "utf-8")

    assert places(forged) == {"checkpoint"}


def test_a_checkpoint_with_another_root_is_found(forged: Path) -> None:
    """The signatures do not fit, nor do the proofs' own copies."""
    text = (forged / "checkpoint").read_text("utf-8").split("\n")
    text[1] = str(int(text[1]) + 1)
    (forged / "checkpoint").write_text("\n".join(text), "utf-8")

    assert {"checkpoint", "proofs/3.tlog-proof"} <= places(forged)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("custody.json", b""),
        ("custody.json", b"[]"),
        ("custody.json", b'{"events": 1}'),
        ("custody.json", b"[" * 100_000),
        ("custody.json", b'{"events": [{"leaf": {"seq": 0, "blob": null}, "proof": "/dev/zero", "stamps": []}], "exhibits": [], "statements": []}'),
        ("checkpoint", b""),
        ("checkpoint", b"\xff\xff"),
        ("checkpoint", b"a\nb\nc\n\nx\n"),
        ("registre.vkey", b""),
        ("registre.vkey", b"a+b+c\n"),
        ("temoins.vkey", b"\n"),
        ("proofs/3.tlog-proof", b""),
        ("proofs/3.tlog-proof", b"c2sp.org/tlog-proof@v1\nindex 3\n\n"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_fault_there(forged: Path, name: str, content: bytes) -> None:
    """Never a crash, and never a file outside the bag."""
    (forged / name).write_bytes(content)

    found = places(forged)
    assert name in found or "/dev/zero" in found


def test_names_do_not_command_the_screen(
    forged: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file whose name holds terminal sequences is told in plain letters."""
    (forged / "a\x1b[2J\u202e.txt").write_bytes(b"")
    monkeypatch.setattr(bag_verifier, "__file__", str(forged / "verifier.py"))

    assert bag_verifier.principal([]) == 1
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "\\x1b[2J\\u202e.txt" in told


def test_refuses_other_arguments() -> None:
    """With a sentence."""
    for wrong in (["x"], ["--vkey"], ["--vkey", "a", "b"]):
        with pytest.raises(SystemExit, match="Emploi"):
            bag_verifier.principal(wrong)


def test_leaves_are_written_alike() -> None:
    """The ledger and the program of the bag write a leaf the same way, whatever its values."""
    leaf = json.loads(
        leaves.encode(
            leaves.decode(
                b'{"action":"read","actor":"a","at":"2026-11-21T10:00:00Z","blob":null,"motive":"check","object":"'
                + b"0" * 64
                + b'","seq":0,"v":1}'
            )
        )
    )

    root = bag_verifier.racine_depuis(leaf, 1, [])

    assert root == notes.encode_hash(merkle.leaf_hash(leaves.encode(leaves.decode(_canonical(leaf)))))
