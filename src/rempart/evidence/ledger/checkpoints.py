"""Checkpoints: the size and the root of a log, as a note signed by the log and cosigned by witnesses.

Source: C2SP tlog-checkpoint, commit 2793893. Tier: source-verified; checkpoints of public logs are in the tests.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rempart.errors import BadInput
from rempart.evidence.ledger import notes
from rempart.evidence.ledger.merkle import Head
from rempart.evidence.ledger.notes import Checked, Note, Signer, Vkey

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_MOST = 1 << 63


class BadCheckpoint(BadInput):
    """The note is not a checkpoint of a log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a log says of itself. extensions: further lines, signed too, that mean nothing here."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def head(self) -> Head:
        """The tree alone."""
        return Head(size=self.size, root=self.root)

    @property
    def text(self) -> str:
        """The text that is signed."""
        return "\n".join([self.origin, str(self.size), notes.encode_hash(self.root), *self.extensions, ""])


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A checkpoint with the note that holds it, and the signatures that were found to hold."""

    checkpoint: Checkpoint
    note: Note
    signatures: tuple[Checked, ...] = ()

    @property
    def witnesses(self) -> tuple[Checked, ...]:
        """The cosignatures among the signatures."""
        return tuple(one for one in self.signatures if one.seen_at is not None)


def parse_number(untrusted_text: str) -> int | None:
    """A size or an index in decimal without leading zeroes, below 2**63; None for any other text."""
    number = int(untrusted_text) if _NUMBER.fullmatch(untrusted_text) else _MOST
    return number if number < _MOST else None


def parse_checkpoint(untrusted_text: str) -> Checkpoint:
    """The checkpoint of a note's text. Raises: BadCheckpoint."""
    lines = untrusted_text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise _bad_checkpoint()
    size, root = parse_number(lines[1]), notes.decode_hash(lines[2])
    if size is None or root is None:
        raise _bad_checkpoint()
    return Checkpoint(origin=lines[0], size=size, root=root, extensions=tuple(lines[3:-1]))


def _bad_checkpoint() -> BadCheckpoint:
    return BadCheckpoint("This is not a checkpoint of a ledger: its name, its size and its root, one a line.")


def read_checkpoint(untrusted_note: bytes) -> Signed:
    """The checkpoint of a note, no signature verified. Raises: BadNote, BadCheckpoint."""
    note = notes.parse_note(untrusted_note)
    return Signed(checkpoint=parse_checkpoint(note.text), note=note)


def open_checkpoint(untrusted_note: bytes, *, vkey: Vkey, witness_keys: Sequence[Vkey] = ()) -> Signed:
    """The checkpoint of a note that the log signed; cosignatures of the witnesses given are verified too.

    Raises: BadNote, BadCheckpoint; WrongSignature when the log did not sign it, or a known signature does not hold.
    """
    signed = read_checkpoint(untrusted_note)
    found = notes.check_note(signed.note, (vkey, *witness_keys))
    if all(one.vkey != vkey for one in found):
        raise notes.WrongSignature("{signer} did not sign this checkpoint.", signer=vkey.name)
    return Signed(checkpoint=signed.checkpoint, note=signed.note, signatures=found)


def sign_checkpoint(checkpoint: Checkpoint, *, signer: Signer) -> bytes:
    """The checkpoint as a note with the log's signature."""
    return Note(text=checkpoint.text, signatures=(signer.sign(checkpoint.text),)).data
