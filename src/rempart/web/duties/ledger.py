"""The ledger as the worker reads it, beside the signer that writes it."""

import time

from rempart.evidence.ledger.files import NotKept
from rempart.evidence.ledger.stored import BrokenLog, StoredLog
from rempart.web.config import Site

_TRIES, _PAUSE_S = 5, 0.2


def open_ledger(site: Site) -> StoredLog:
    """The ledger at its checkpoint. The signer may publish a newer one while we read; then it is read again.

    Raises: BrokenLog, NotKept.
    """
    for _ in range(_TRIES - 1):
        try:
            return StoredLog(site.ledger)
        except (BrokenLog, NotKept):
            time.sleep(_PAUSE_S)
    return StoredLog(site.ledger)
