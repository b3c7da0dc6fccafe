"""A small site whose exhibits are handed over: a vault, a ledger that names them, a witness, and the order for a bag."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rempart.evidence import keys
from rempart.evidence.bag import Order
from rempart.evidence.bag_statements import Statement
from rempart.evidence.ledger import leaves, notes
from rempart.evidence.ledger.checkpoints import sign_checkpoint
from rempart.evidence.ledger.leaves import Leaf
from rempart.evidence.ledger.notes import LOG_KEY, WITNESS_KEY
from rempart.evidence.ledger.tiles import TileLog
from rempart.evidence.vault import Exhibit, Vault

ORIGIN = "alice.example/ledger"
SIGNER = notes.new_signer(ORIGIN, kind=LOG_KEY, seed=b"a" * 32)
WITNESS = notes.new_signer("bob.example/witness", kind=WITNESS_KEY, seed=b"b" * 32)
READER = keys.identity_from_seed(b"r" * 32)
FOR_READER = (keys.recipient_of(READER),)
NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
OBJECT_ID, SALT = b"dossier 7", b"s" * 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where everything is, and what was kept."""

    folder: Path
    exhibits: tuple[Exhibit, ...]
    contents: tuple[bytes, ...]

    def order(self, *, statements: tuple[Statement, ...] = (), witnessed: bool = True) -> Order:
        """An order for all of the exhibits."""
        return Order(
            addresses=tuple(kept.address for kept in self.exhibits),
            vault=Vault(self.folder / "exhibits"),
            ledger=self.folder / "ledger",
            vkey=SIGNER.vkey,
            identities=(READER,),
            made_at=NOON + timedelta(days=1),
            witness_keys=(WITNESS.vkey,) if witnessed else (),
            statements=statements,
        )


def content_of(number: int) -> bytes:
    """An invented file."""
    return hashlib.shake_128(b"exhibit %d" % number).digest(20 + number)


def make_site(folder: Path, *, exhibits: int = 2, others: int = 3, contents: Sequence[bytes] | None = None) -> Site:
    """A site with exhibits, each named by one leaf, and other acts before, between and after them.

    The ledger grew in two steps, so that the first half has a checkpoint of its own (`halfway`).
    """
    vault, made = Vault(folder / "exhibits"), tuple(contents or map(content_of, range(exhibits)))
    kept = tuple(vault.put(io.BytesIO(content), recipients=FOR_READER) for content in made)
    blobs = [blob for one in kept for blob in (*[None] * others, one.address)] + [None] * others
    entries = [_leaf(seq, blob) for seq, blob in enumerate(blobs)]
    with TileLog(folder / "ledger") as log:
        for part in (entries[: halfway(len(entries))], entries[halfway(len(entries)) :]):
            log.append(part)
            note = notes.parse_note(sign_checkpoint(log.head(ORIGIN), signer=SIGNER))
            log.publish(note.adding([WITNESS.cosign(note.text, seen_at=NOON + timedelta(hours=2))]).data)
    return Site(folder=folder, exhibits=kept, contents=made)


def halfway(size: int) -> int:
    """The size of the ledger's first checkpoint."""
    return size // 2 + 1


def _leaf(seq: int, blob: str | None) -> bytes:
    at = NOON + timedelta(seconds=seq)
    action = "file_received" if blob else "report_read"
    object_id = blob.encode() if blob else OBJECT_ID
    return leaves.encode(
        Leaf(seq=seq, at=at, actor="door", action=action, object=leaves.commit(object_id, salt=SALT), blob=blob)
    )
