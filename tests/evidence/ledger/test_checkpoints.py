"""Checkpoints: three lines that a log signs."""

import pytest

from rempart.evidence.ledger import checkpoints, notes
from rempart.evidence.ledger.checkpoints import BadCheckpoint, Checkpoint
from rempart.evidence.ledger.notes import WrongSignature
from tests.evidence.ledger import vectors
from tests.evidence.ledger.made import NOW, ORIGIN, SIGNER, STRANGER, WITNESS, signed

ROOT = bytes(range(32))
LINE = notes.encode_hash(ROOT)
CHECKPOINT = Checkpoint(origin=ORIGIN, size=7, root=ROOT)


def test_a_checkpoint_of_a_public_log_is_opened() -> None:
    """Its size, its root, and the witness whose key is known."""
    keys = notes.parse_vkey(vectors.ARCHE_KEY), notes.parse_vkey(vectors.ARCHE_WITNESS)
    opened = checkpoints.open_checkpoint(vectors.ARCHE.encode(), vkey=keys[0], witness_keys=keys[1:])

    assert opened.checkpoint.size == 1432088532
    assert opened.checkpoint.origin == "arche2025h1.staging.ct.transparency.dev"
    assert [one.vkey for one in opened.witnesses] == [keys[1]]
    assert opened.note.data == vectors.ARCHE.encode()


def test_what_is_signed_is_opened() -> None:
    """With and without extension lines."""
    for extensions in ((), ("one", "two")):
        checkpoint = Checkpoint(origin=ORIGIN, size=7, root=ROOT, extensions=extensions)
        opened = checkpoints.open_checkpoint(signed(checkpoint), vkey=SIGNER.vkey, witness_keys=[WITNESS.vkey])

        assert opened.checkpoint == checkpoint
        assert [one.seen_at for one in opened.witnesses] == [NOW]


def test_a_witness_alone_does_not_make_a_checkpoint() -> None:
    """The log must have signed it, whoever else did."""
    note = notes.Note(text=CHECKPOINT.text, signatures=(WITNESS.cosign(CHECKPOINT.text, seen_at=NOW),))

    with pytest.raises(WrongSignature, match=ORIGIN):
        checkpoints.open_checkpoint(note.data, vkey=SIGNER.vkey, witness_keys=[WITNESS.vkey])


def test_another_key_of_the_same_name_does_not_count() -> None:
    """The name of a ledger is no secret."""
    with pytest.raises(WrongSignature):
        checkpoints.open_checkpoint(signed(CHECKPOINT, signer=STRANGER), vkey=SIGNER.vkey)


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n7\n",
        f"\n7\n{LINE}\n",
        f"{ORIGIN}\n\n{LINE}\n",
        f"{ORIGIN}\n07\n{LINE}\n",
        f"{ORIGIN}\n-7\n{LINE}\n",
        f"{ORIGIN}\n+7\n{LINE}\n",
        f"{ORIGIN}\n7 \n{LINE}\n",
        f"{ORIGIN}\n٧\n{LINE}\n",
        f"{ORIGIN}\n{1 << 63}\n{LINE}\n",
        f"{ORIGIN}\n7\n{LINE[:-4]}\n",
        f"{ORIGIN}\n7\n{LINE[:-1]}\n",
        f"{ORIGIN}\n7\n{LINE}{LINE}\n",
        f"{ORIGIN}\n7\n{LINE} \n",
        f"{ORIGIN}\n7\n{LINE}\nextension",
        f"{ORIGIN}\n7\n{LINE}\n\nafter\n",
    ],
)
def test_what_is_nearly_a_checkpoint_is_refused(text: str) -> None:
    """Missing lines, sizes with signs or zeroes before them, roots of another length."""
    with pytest.raises(BadCheckpoint):
        checkpoints.parse_checkpoint(text)


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("7", 7), (str((1 << 63) - 1), (1 << 63) - 1)])
def test_numbers_are_read_to_the_last(text: str, number: int) -> None:
    """Zero is a number, and the largest tree has one too."""
    assert checkpoints.parse_number(text) == number
