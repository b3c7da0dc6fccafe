"""The two logs as the worker reads them, beside the signer that writes them."""

import time
from pathlib import Path

from rempart.evidence.ledger.files import NotKept
from rempart.evidence.ledger.stored import BrokenLog, StoredLog

_TRIES, _PAUSE_S = 5, 0.2


def open_log(folder: Path) -> StoredLog:
    """A log at its checkpoint. The signer may publish a newer one while we read; then it is read again.

    Raises: BrokenLog, NotKept.
    """
    for _ in range(_TRIES - 1):
        try:
            return StoredLog(folder)
        except (BrokenLog, NotKept):
            time.sleep(_PAUSE_S)
    return StoredLog(folder)
