"""Proof of filing: what a reporter can show years later, without the words of the report and without asking us.

A `.tlog-proof` (C2SP) that this leaf stands in the signed ledger; its `extra` line holds what the leaf commits to. Who also
holds the code can show that it is theirs: the commitment covers the SHA-256 that `lookup_of` makes from the code.
"""

import msgspec

from rempart.evidence.ledger.proofs import Proof, encode
from rempart.evidence.ledger.tiles import TileLog
from rempart.intake.receipt import lookup_of
from rempart.web.config import Site
from rempart.web.door.models import Mailbox, Status


def proof_of(code: str, *, site: Site) -> bytes | None:
    """The proof for a code; None while the leaf waits for its signature, and for a code that opens nothing.

    Raises: BrokenLog, NotKept.
    """
    mailbox = Mailbox.objects.filter(lookup=lookup_of(code)).exclude(status=Status.CLOSED).first()
    log = TileLog(site.ledger)
    if mailbox is None or log.signed is None or mailbox.leaf_seq >= log.size:
        return None
    extra = msgspec.json.encode(
        {
            "deposit": mailbox.deposit.hex,
            "leaf": log.entry(mailbox.leaf_seq).decode("utf-8"),
            "lookup": bytes(mailbox.lookup).hex(),
            "salt": bytes(mailbox.salt).hex(),
        },
        order="sorted",
    )
    hashes = log.inclusion(mailbox.leaf_seq)
    return encode(Proof(index=mailbox.leaf_seq, hashes=hashes, checkpoint=log.signed.note.data, extra=extra))


def proof_of_event(number: int, *, site: Site) -> bytes | None:
    """The proof that leaf `number` stands in the signed journal, with the leaf itself; None while it is not signed.

    Raises: BrokenLog, NotKept.
    """
    log = TileLog(site.journal)
    if log.signed is None or not 0 <= number < log.size:
        return None
    extra = msgspec.json.encode({"leaf": log.entry(number).decode("utf-8")}, order="sorted")
    return encode(Proof(index=number, hashes=log.inclusion(number), checkpoint=log.signed.note.data, extra=extra))
