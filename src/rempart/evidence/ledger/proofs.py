"""Proofs that can be checked years later without a network: `.tlog-proof` files.

A proof holds the place of an entry, the way from it to a root, and the checkpoint with that root. Whoever has the
entry and the log's key needs nothing else.
Source: C2SP tlog-proof, commit 0065ea5. Tier: source-verified; no other program has read our proofs yet.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from rempart.errors import BadInput, Damaged
from rempart.evidence.ledger import notes
from rempart.evidence.ledger.checkpoints import Signed, open_checkpoint, parse_number, read_checkpoint
from rempart.evidence.ledger.merkle import MOST_HASHES, leaf_hash, root_from_inclusion
from rempart.evidence.ledger.notes import Vkey

FIRST_LINE = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"
MOST_PROOF_BYTES = 2 << 20


class BadProof(BadInput):
    """The bytes are not a proof."""


class WrongProof(Damaged):
    """The proof does not lead from this entry to the root that the log signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Where an entry stands, and the hashes from its sibling to the root's child. extra: trusted by nobody."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


def encode(proof: Proof) -> bytes:
    """The bytes of the file."""
    lines = [FIRST_LINE]
    if proof.extra is not None:
        lines.append(f"extra {base64.b64encode(proof.extra).decode('ascii')}")
    lines += [f"index {proof.index}", *map(notes.encode_hash, proof.hashes), "", ""]
    return "\n".join(lines).encode() + proof.checkpoint


def parse(untrusted_proof: bytes) -> Proof:
    """The proof of a file, nothing of it verified. Raises: BadProof, BadNote, BadCheckpoint."""
    head, blank, note = untrusted_proof.partition(b"\n\n")
    if not blank or len(untrusted_proof) > MOST_PROOF_BYTES:
        raise _bad_proof()
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise _bad_proof() from error
    if lines.pop(0) != FIRST_LINE:
        raise _bad_proof()
    extra = _extra(lines.pop(0)) if lines and lines[0].startswith("extra ") else None
    told = lines.pop(0) if lines else ""
    index = parse_number(told.removeprefix("index ")) if told.startswith("index ") else None
    hashes = tuple(found for found in map(notes.decode_hash, lines) if found is not None)
    if index is None or len(hashes) != len(lines) or len(hashes) > MOST_HASHES:
        raise _bad_proof()
    read_checkpoint(note)
    return Proof(index=index, hashes=hashes, checkpoint=note, extra=extra)


def _extra(line: str) -> bytes:
    try:
        return base64.b64decode(line.removeprefix("extra "), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _bad_proof() from error


def check(proof: Proof, entry: bytes, *, vkey: Vkey, witness_keys: Sequence[Vkey] = ()) -> Signed:
    """The checkpoint that holds the entry, signed by the log; its `witnesses` are those that cosigned it.

    Raises: WrongProof, WrongSignature, BadNote, BadCheckpoint.
    """
    signed = open_checkpoint(proof.checkpoint, vkey=vkey, witness_keys=witness_keys)
    checkpoint = signed.checkpoint
    found = root_from_inclusion(leaf_hash(entry), index=proof.index, size=checkpoint.size, proof=proof.hashes)
    if found != checkpoint.root:
        raise WrongProof(
            "The proof does not lead from this entry to the root that was signed: the entry, or the proof, was altered."
        )
    return signed


def _bad_proof() -> BadProof:
    return BadProof("This is not a proof of a ledger; its first line is c2sp.org/tlog-proof@v1.")
