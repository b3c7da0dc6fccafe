"""Proofs in a file: made, read, checked, and refused when anything differs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import RempartError
from rempart.evidence.ledger import proofs
from rempart.evidence.ledger.checkpoints import BadCheckpoint
from rempart.evidence.ledger.notes import BadNote, WrongSignature
from rempart.evidence.ledger.proofs import BadProof, Proof, WrongProof
from tests.evidence.ledger.made import NOW, SIGNER, STRANGER, WITNESS, make_log

EXAMPLE = """c2sp.org/tlog-proof@v1
extra YWdl
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""


@pytest.fixture(scope="module")
def log_proofs(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Proof, bytes]]:
    """The proofs and entries of a log of 300."""
    log = make_log(tmp_path_factory.mktemp("log"), 300)
    note = log.resource("checkpoint")
    assert note
    return [(Proof(index=i, hashes=log.inclusion(i), checkpoint=note), log.entry(i)) for i in range(300)]


def test_a_proof_of_every_entry_survives_its_file(log_proofs: list[tuple[Proof, bytes]]) -> None:
    """Written, read, checked with nothing but the entry and the keys."""
    for proof, entry in log_proofs:
        read = proofs.parse(proofs.encode(proof))
        opened = proofs.check(read, entry, vkey=SIGNER.vkey, witness_keys=[WITNESS.vkey])

        assert read == proof
        assert opened.checkpoint.size == 300
        assert [one.seen_at for one in opened.witnesses] == [NOW]


def test_a_proof_is_of_its_entry_alone(log_proofs: list[tuple[Proof, bytes]]) -> None:
    """The neighbour's proof, the neighbour's entry, one byte."""
    (proof, entry), (other, _) = log_proofs[17], log_proofs[18]

    for wrong, data in ((other, entry), (proof, entry + b"x"), (proof, b"")):
        with pytest.raises(WrongProof):
            proofs.check(wrong, data, vkey=SIGNER.vkey)


def test_a_proof_of_another_ledger_is_refused(log_proofs: list[tuple[Proof, bytes]]) -> None:
    """Whoever signs under the same name needs the same key."""
    proof, entry = log_proofs[0]

    with pytest.raises(WrongSignature):
        proofs.check(proof, entry, vkey=STRANGER.vkey)


def test_the_example_of_the_specification_is_read() -> None:
    """Its first lines, with the checkpoint of the neighbouring specification; written back as it was."""
    proof = proofs.parse(EXAMPLE.encode())

    assert (proof.index, len(proof.hashes), proof.extra) == (73894, 2, b"age")
    assert proofs.encode(proof) == EXAMPLE.encode()


@given(st.data())
def test_no_flipped_bit_is_accepted(log_proofs: list[tuple[Proof, bytes]], data: st.DataObject) -> None:
    """Anywhere in the file but in the witness's line, whose key is given too."""
    proof, entry = data.draw(st.sampled_from(log_proofs))
    file = bytearray(proofs.encode(proof))
    at = data.draw(st.integers(0, len(file) * 8 - 1))
    file[at // 8] ^= 1 << at % 8

    try:
        opened = proofs.check(proofs.parse(bytes(file)), entry, vkey=SIGNER.vkey, witness_keys=[WITNESS.vkey])
    except RempartError:
        return
    assert not opened.witnesses  # the line was no longer the witness's: it proves nothing, and is not counted


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("tlog-proof@v1", "tlog-proof@v2", BadProof),
        ("extra YWdl", "extra !!", BadProof),
        ("index 73894", "index 073894", BadProof),
        ("index 73894", "index -1", BadProof),
        ("index 73894\n", "", BadProof),
        ("extra YWdl\nindex 73894\n", "index 73894\nextra YWdl\n", BadProof),
        ("gSKyXoYZ", "gSKyXoY", BadProof),
        (
            "B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n",
            "B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n" * 63,
            BadProof,
        ),
        ("\n\nexample", "\nexample", BadProof),
        ("\n20852163", "\n-1", BadCheckpoint),
        ("\n— ", "\n- ", BadNote),
    ],
)
def test_what_is_nearly_a_proof_is_refused(old: str, new: str, kind: type[RempartError]) -> None:
    """Another version, another order, numbers and hashes that are none, no checkpoint."""
    with pytest.raises(kind):
        proofs.parse(EXAMPLE.replace(old, new, 1).encode())


def test_bytes_that_are_no_text_are_refused() -> None:
    """Before anything is believed."""
    with pytest.raises(BadProof):
        proofs.parse(b"\xff" + EXAMPLE.encode())
