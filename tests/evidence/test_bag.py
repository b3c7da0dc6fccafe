"""The bag: whole or not at all, in the form that libraries read, with what a court needs to check it without us."""

import hashlib
import io
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import bagit  # type: ignore[import-untyped]
import pytest

from rempart.evidence import age, bag, bag_verifier, keys
from rempart.evidence.bag import BrokenBag, InTheWay, NotInLedger
from rempart.evidence.bag_statements import BadStatements, Statement, parse_statements
from rempart.evidence.ledger import leaves, notes, proofs, stamps
from rempart.evidence.sealing import BrokenSeal, WrongKey
from rempart.evidence.vault import NotAnAddress, NotKept, Vault
from tests.evidence.handover import FOR_READER, NOON, OBJECT_ID, READER, SALT, SIGNER, WITNESS, Site, halfway, make_site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Two exhibits among nine acts."""
    return make_site(tmp_path / "site")


def names(folder: Path) -> set[str]:
    """Every file below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_hands_over_exhibits_with_their_proofs(site: Site, tmp_path: Path) -> None:
    """Each exhibit as it was received and as it was kept, each leaf that names it, and nothing else."""
    made = bag.make_bag(site.order(), target=tmp_path / "bag")

    for kept, content in zip(site.exhibits, site.contents, strict=True):
        assert (tmp_path / "bag/data/pieces" / hashlib.sha256(content).hexdigest()).read_bytes() == content
        sealed = (tmp_path / "bag/data/scelles" / kept.address).read_bytes()
        assert hashlib.sha256(sealed).hexdigest() == kept.address
    assert {name for name in names(tmp_path / "bag") if not name.startswith("data/")} == {
        "LISEZMOI.txt", "bag-info.txt", "bagit.txt", "checkpoint", "custody.json", "registre.vkey", "temoins.vkey",
        "manifest-sha256.txt", "manifest-sha512.txt", "tagmanifest-sha256.txt", "tagmanifest-sha512.txt", "verifier.py",
        "proofs/3.tlog-proof", "proofs/7.tlog-proof",
    }  # fmt: skip
    assert (made.events, len(made.pieces)) == (2, 2)
    assert made.seal == hashlib.sha256((tmp_path / "bag/tagmanifest-sha256.txt").read_bytes()).hexdigest()


def test_its_own_verifier_finds_nothing(site: Site, tmp_path: Path) -> None:
    """With the key from elsewhere, and without."""
    bag.make_bag(site.order(), target=tmp_path / "bag")

    assert bag_verifier.verifier(tmp_path / "bag") == []
    assert bag_verifier.verifier(tmp_path / "bag", SIGNER.vkey.text) == []


def test_the_library_of_congress_accepts_it(site: Site, tmp_path: Path) -> None:
    """The reference library of BagIt reads it as complete and valid."""
    bag.make_bag(site.order(), target=tmp_path / "bag")

    opened = bagit.Bag(str(tmp_path / "bag"))

    assert opened.validate()
    assert sorted(opened.algorithms) == ["sha256", "sha512"]
    assert opened.info["Bagging-Date"] == "2026-11-02"


def test_sha256sum_accepts_it(site: Site, tmp_path: Path) -> None:
    """What the sheet tells to type works."""
    bag.make_bag(site.order(), target=tmp_path / "bag")

    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = subprocess.run(
            ["/usr/bin/sha256sum", "--check", "--strict", "--quiet", manifest], cwd=tmp_path / "bag", check=False
        )
        assert done.returncode == 0


def test_the_proofs_hold_for_the_library_too(site: Site, tmp_path: Path) -> None:
    """What the small program of the bag accepts, the ledger's own check accepts, witness included."""
    bag.make_bag(site.order(), target=tmp_path / "bag")
    custody = json.loads((tmp_path / "bag/custody.json").read_bytes())

    for event in custody["events"]:
        entry = json.dumps(event["leaf"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        proof = proofs.parse((tmp_path / "bag" / event["proof"]).read_bytes())
        signed = proofs.check(proof, entry, vkey=SIGNER.vkey, witness_keys=[WITNESS.vkey])
        assert leaves.decode(entry).seq == proof.index
        assert [one.vkey for one in signed.witnesses] == [WITNESS.vkey]


def test_the_program_runs_alone(site: Site, tmp_path: Path) -> None:
    """Isolated from Rempart and from the environment; 0, then 1 and the place when a byte changes."""
    made = bag.make_bag(site.order(), target=tmp_path / "bag")
    command = [sys.executable, "-I", "verifier.py"]

    good = subprocess.run(command, cwd=tmp_path / "bag", capture_output=True, encoding="utf-8", check=False)
    keyed = subprocess.run([*command, "--vkey", SIGNER.vkey.text], cwd=tmp_path / "bag", check=False)
    path = tmp_path / "bag" / made.pieces[0].file
    path.chmod(0o600)
    path.write_bytes(b"other")
    bad = subprocess.run(command, cwd=tmp_path / "bag", capture_output=True, encoding="utf-8", check=False)

    assert (good.returncode, keyed.returncode, bad.returncode) == (0, 0, 1)
    assert SIGNER.vkey.text in good.stdout
    assert made.pieces[0].file in bad.stdout
    assert (good.stderr, bad.stderr) == ("", "")


def test_the_program_is_short_and_needs_nothing() -> None:
    """At most 300 lines, the standard library only, no import of anything that reaches outside."""
    text = Path(bag_verifier.__file__).read_text("utf-8")
    imported = set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE))

    assert len(text.splitlines()) <= 300
    assert imported == {"__future__", "base64", "hashlib", "hmac", "json", "pathlib", "sys", "typing"}


def test_the_key_holder_can_show_the_link(site: Site, tmp_path: Path) -> None:
    """As the sheet says: without its first byte the sealed file is an age file that begins with the exhibit."""
    made = bag.make_bag(site.order(), target=tmp_path / "bag")
    piece = made.pieces[0]

    opened = age.decrypt((tmp_path / "bag" / piece.sealed_file).read_bytes()[1:], identities=[READER])

    assert hashlib.sha256(opened[: piece.size_bytes]).hexdigest() == piece.sha256
    assert f"head -c {piece.size_bytes} contenu" in (tmp_path / "bag/LISEZMOI.txt").read_text("utf-8")


def test_the_sheet_says_what_is_proven_and_what_is_not(site: Site, tmp_path: Path) -> None:
    """Names, sizes, the key, the witness; it accuses nobody."""
    bag.make_bag(site.order(), target=tmp_path / "bag")
    sheet = (tmp_path / "bag/LISEZMOI.txt").read_text("utf-8")

    assert all(text in sheet for text in ("CE QUE CE SAC PROUVE", "CE QU'IL NE PROUVE PAS", SIGNER.vkey.text))
    assert "bob.example/witness, qui l'a vu le 1er novembre 2026 à 14 h 00" in sheet
    assert "Aucun horodatage" in sheet
    assert all(kept.address in sheet and kept.sha256 in sheet for kept in site.exhibits)
    assert not re.search(r"coupable|suspect|prédateur|délinquant", sheet)
    assert max(map(len, sheet.splitlines())) <= 120


def test_without_witness_the_sheet_says_so(site: Site, tmp_path: Path) -> None:
    """A cosignature of an unknown key counts for nothing."""
    bag.make_bag(site.order(witnessed=False), target=tmp_path / "bag")

    assert (tmp_path / "bag/temoins.vkey").read_bytes() == b""
    assert "Aucun témoin" in (tmp_path / "bag/LISEZMOI.txt").read_text("utf-8")
    assert bag_verifier.verifier(tmp_path / "bag") == []


def test_the_same_content_twice_is_one_file(tmp_path: Path) -> None:
    """Received twice, sealed twice, one exhibit; both sealed files are there."""
    site = make_site(tmp_path / "site", contents=[b"the same", b"the same"])

    bag.make_bag(site.order(), target=tmp_path / "bag")

    assert len(list((tmp_path / "bag/data/pieces").iterdir())) == 1
    assert len(list((tmp_path / "bag/data/scelles").iterdir())) == 2
    assert bag_verifier.verifier(tmp_path / "bag") == []


def test_an_empty_file_is_an_exhibit(tmp_path: Path) -> None:
    """Empty and absent are two things."""
    site = make_site(tmp_path / "site", contents=[b""])

    bag.make_bag(site.order(), target=tmp_path / "bag")

    assert bag_verifier.verifier(tmp_path / "bag") == []


# -- statements and stamps ------------------------------------------------------------------------------


def test_statements_stand_beside_the_leaves_they_cite(site: Site, tmp_path: Path) -> None:
    """A leaf that names no exhibit is handed over when a person cites it, and can be opened to show what it speaks of."""
    told = (
        Statement(at="2026-11-01", by="Alice", act="read the report", leaf=0, object_id=OBJECT_ID.hex(), salt=SALT.hex()),
        Statement(at="2026-11-02", by="Bob", act="carried the bag to the court"),
    )  # fmt: skip

    made = bag.make_bag(site.order(statements=told), target=tmp_path / "bag")

    custody = json.loads((tmp_path / "bag/custody.json").read_bytes())
    assert made.events == 3
    assert [event["leaf"]["seq"] for event in custody["events"]] == [0, 3, 7]
    assert [one["by"] for one in custody["statements"]] == ["Alice", "Bob"]


def test_a_statement_that_opens_another_object_stops_the_bag(site: Site, tmp_path: Path) -> None:
    """The bag's own verifier judges before the bag appears."""
    told = Statement(at="x", by="Alice", act="x", leaf=0, object_id=b"dossier 8".hex(), salt=SALT.hex())

    with pytest.raises(BrokenBag):
        bag.make_bag(site.order(statements=(told,)), target=tmp_path / "bag")

    assert {path.name for path in tmp_path.iterdir()} == {"site"}


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b'{"version":"2","statements":[]}',
        b'{"version":"1","statements":[{"at":"x","by":"y"}]}',
        b'{"version":"1","statements":[{"at":"x","by":"y","act":"z","more":1}]}',
        b'{"version":"1","statements":[{"at":"x","by":"y","act":"z","leaf":-1}]}',
        b'{"version":"1","statements":[{"at":"x","by":"y","act":"z","salt":"00"}]}',
        b'{"version":"1","statements":[{"at":"x","by":"y","act":"z","leaf":1,"object_id":"00","salt":"0g"}]}',
        b'{"version":"1","statements":[{"at":"x","by":"y","act":"z","leaf":1,"object_id":"00"}]}',
    ],
)
def test_refuses_other_statements(text: bytes) -> None:
    """A register is not a free form."""
    with pytest.raises(BadStatements):
        parse_statements(text)


def test_reads_statements() -> None:
    """Absent is null."""
    text = b'{"version":"1","statements":[{"at":"x","by":"y","act":"z","leaf":4}]}'

    assert parse_statements(text) == (Statement(at="x", by="y", act="z", leaf=4),)


def test_a_time_stamp_covers_the_leaves_before_it(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way from the leaf to the root that was stamped is handed over, and checked."""
    size = halfway(11)
    folder = site.folder / "ledger" / stamps.FOLDER
    folder.mkdir()
    (folder / f"{size}.tsr").write_bytes(b"an answer that this test takes for one")
    seen: list[bytes] = []

    def taken(answer: bytes, *, digest: bytes, authorities: None) -> None:
        assert (answer, authorities) == (b"an answer that this test takes for one", None)
        seen.append(digest)

    monkeypatch.setattr(stamps, "check", taken)

    bag.make_bag(site.order(), target=tmp_path / "bag")

    events = json.loads((tmp_path / "bag/custody.json").read_bytes())["events"]
    text = (tmp_path / f"bag/stamps/{size}.txt").read_bytes()
    assert seen == [hashlib.sha256(text).digest()]
    assert [len(event["stamps"]) for event in events] == [1, 0]
    assert f"openssl ts -reply -in stamps/{size}.tsr" in (tmp_path / "bag/LISEZMOI.txt").read_text("utf-8")
    assert bag_verifier.verifier(tmp_path / "bag") == []


def test_a_wrong_time_stamp_stops_the_bag(site: Site, tmp_path: Path) -> None:
    """It is not handed over as if it were one."""
    folder = site.folder / "ledger" / stamps.FOLDER
    folder.mkdir()
    (folder / "5.tsr").write_bytes(b"no answer")

    with pytest.raises(stamps.WrongStamp):
        bag.make_bag(site.order(), target=tmp_path / "bag")

    assert {path.name for path in tmp_path.iterdir()} == {"site"}


# -- refusals -------------------------------------------------------------------------------------------


def test_refuses_what_the_ledger_does_not_name(site: Site, tmp_path: Path) -> None:
    """An exhibit without a leaf, a leaf that is not there, no exhibit at all, no ledger."""
    order = site.order()
    stray = order.vault.put(io.BytesIO(b"x"), recipients=FOR_READER).address
    cited = Statement(at="x", by="y", act="z", leaf=99)

    for wrong in (
        _with(order, addresses=(*order.addresses, stray)),
        _with(order, addresses=()),
        _with(order, statements=(cited,)),
        _with(order, ledger=tmp_path / "none"),
    ):
        with pytest.raises(NotInLedger):
            bag.make_bag(wrong, target=tmp_path / "bag")

    assert {path.name for path in tmp_path.iterdir()} == {"site"}


def test_refuses_a_ledger_of_another_key(site: Site, tmp_path: Path) -> None:
    """Nothing is handed over in the name of a stranger."""
    stranger = notes.new_signer(SIGNER.name, kind=notes.LOG_KEY, seed=b"x" * 32)

    with pytest.raises(notes.WrongSignature):
        bag.make_bag(_with(site.order(), vkey=stranger.vkey), target=tmp_path / "bag")


@pytest.mark.parametrize(
    ("fault", "error"), [("key", WrongKey), ("bytes", BrokenSeal), ("gone", NotKept), ("name", NotAnAddress)]
)
def test_a_failure_leaves_no_half_bag(site: Site, tmp_path: Path, fault: str, error: type[Exception]) -> None:
    """The last exhibit fails; nothing of the first is left, neither sealed nor open."""
    order = site.order()
    path = site.folder / "exhibits" / order.addresses[1][:2] / order.addresses[1][2:]
    if fault == "key":
        order = _with(order, identities=(keys.identity_from_seed(b"z" * 32),))
    elif fault == "bytes":
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[:-1])
    elif fault == "gone":
        path.unlink()
    else:
        order = _with(order, vault=_Hostile(site.folder / "exhibits"))

    with pytest.raises(error):
        bag.make_bag(order, target=tmp_path / "bag")

    assert {path.name for path in tmp_path.iterdir()} == {"site"}


class _Hostile(Vault):
    """A vault that knows no address."""

    def _path(self, address: str) -> Path:
        return super()._path(f"../{address}")


def test_never_writes_over_anything(site: Site, tmp_path: Path) -> None:
    """An empty folder and a dangling link are something too."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")

    for target in (tmp_path / "folder", tmp_path / "link"):
        with pytest.raises(InTheWay):
            bag.make_bag(site.order(), target=target)


def test_the_vault_and_the_ledger_are_as_before(site: Site, tmp_path: Path) -> None:
    """Handing over reads; it changes nothing."""
    before = {name: (site.folder / name).read_bytes() for name in names(site.folder)}

    bag.make_bag(site.order(), target=tmp_path / "bag")

    assert {name: (site.folder / name).read_bytes() for name in names(site.folder)} == before


def test_a_bag_is_the_same_for_the_same_order(site: Site, tmp_path: Path) -> None:
    """The clock is passed in, and nothing else changes."""
    first = bag.make_bag(site.order(), target=tmp_path / "one")
    second = bag.make_bag(site.order(), target=tmp_path / "two")
    later = bag.make_bag(_with(site.order(), made_at=datetime(2027, 1, 1, tzinfo=UTC)), target=tmp_path / "three")

    assert first.seal == second.seal != later.seal
    assert NOON.year == 2026


def _with(order: bag.Order, **changes: object) -> bag.Order:
    """The order with other values."""
    from dataclasses import replace

    return replace(order, **changes)  # type: ignore[arg-type]
