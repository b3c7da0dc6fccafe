"""Proof of work by ALTCHA, served and checked by us: it sorts reports into lanes and refuses none.

A challenge belongs to one form (the hash of its token): solved for one it is worth nothing for another. Within the form it counts
once; a replay, a lapsed or a foreign one counts as none. The work rises with the challenges asked of this
process, and while the face has more to do than it can.

The server derives one key when it asks and none when it checks; the browser tries counters one by one, at most `LEVELS[n]` of them, so that
a slow telephone is never unlucky. Source: ALTCHA, proof of work version 2, deterministic mode. Tier: data-proven.
"""

import hashlib
import hmac
import json
import mmap
import re
import secrets
import threading
from base64 import b64decode
from datetime import datetime
from functools import lru_cache

from altcha import v2 as altcha
from django.conf import settings

ALGORITHM = "PBKDF2/SHA-256"
ROUNDS = 250  # of PBKDF2 for one try: 0.1 ms for the server, about 0.2 ms in a browser
LEVELS = (64, 512, 4_096, 16_384)  # most tries: 10 ms of a laptop at rest, 3 s (30 s of an old telephone) under a flood
_FROM_PER_10_S = (2_000, 6_000, 20_000)  # challenges of one process that raise the level; one honest France is 0.05
VALID_S = 30 * 60
_WINDOW_S = 10.0
_SLOTS, _NAME_BYTES = 1 << 18, 8  # 2 MB of used proofs; a newer one in the same slot makes an older one forgotten
_MAX_CHARS = 4_096
FORM = re.compile(r"[0-9a-f]{32}")


def form_of(token: str) -> str:
    """The name under which a form asks for its challenge; the token cannot be found from it."""
    return hashlib.sha256(b"rempart form v1\n" + token.encode("ascii", "replace")).hexdigest()[:32]


class Proofs:
    """Challenges of one process, and which were used. Safe for threads; instants are passed in.

    spent: memory of used proofs. Anonymous shared memory made before a server forks is common to all its processes.
    """

    def __init__(self, spent: mmap.mmap | None = None) -> None:
        self._lock = threading.Lock()
        self._window, self._asked, self._before = 0.0, 0, 0
        self._spent = spent or mmap.mmap(-1, _SLOTS * _NAME_BYTES)

    def challenge(self, form: str, *, now: datetime, pressure: int = 0) -> dict[str, object]:
        """A challenge for one form, as the browser's worker wants it; pressure: how much more the face has to do than it can."""
        level = min(max(self._count(now), pressure), len(LEVELS) - 1)
        made = altcha.create_challenge(
            ALGORITHM,
            ROUNDS,
            counter=secrets.randbelow(LEVELS[level]),
            expires_at=int(now.timestamp()) + VALID_S,
            data={"form": form},
            hmac_secret=_secret("challenge"),
            hmac_key_secret=_secret("answer"),
        )
        return made.to_dict()

    def accept(self, untrusted_payload: str, *, form: str) -> bool:
        """True once for a solved, unexpired challenge of this form; the payload is then spent."""
        solved = _solved(untrusted_payload, form)
        if solved is None:
            return False
        digest = hashlib.sha256(solved.encode()).digest()
        place = int.from_bytes(digest[:4], "big") % _SLOTS * _NAME_BYTES
        name = digest[4 : 4 + _NAME_BYTES]
        with self._lock:
            is_new = self._spent[place : place + _NAME_BYTES] != name
            self._spent[place : place + _NAME_BYTES] = name
        return is_new

    def _count(self, now: datetime) -> int:
        """Counts one challenge; the level for the busier of this window and the last."""
        window = now.timestamp() // _WINDOW_S
        with self._lock:
            if window != self._window:
                self._before = self._asked if window == self._window + 1 else 0
                self._window, self._asked = window, 0
            self._asked += 1
            busy = max(self._asked, self._before)
        return sum(busy > limit for limit in _FROM_PER_10_S)


PROOFS = Proofs()


def _solved(untrusted_payload: str, form: str) -> str | None:
    """The signature of a challenge of this form that the payload solves; None for everything else."""
    if not untrusted_payload or len(untrusted_payload) > _MAX_CHARS:
        return None
    try:
        payload = altcha.Payload.from_dict(json.loads(b64decode(untrusted_payload, validate=True)))
        told = altcha.verify_solution(payload, _secret("challenge"), hmac_key_secret=_secret("answer"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    data = payload.challenge.parameters.data
    is_ours = isinstance(data, dict) and hmac.compare_digest(str(data.get("form")).encode(), form.encode())
    return payload.challenge.signature if told.verified and is_ours else None


@lru_cache(maxsize=2)
def _secret(purpose: str) -> bytes:
    """A key for one purpose, the same in all processes of the face; changes with the face's secret."""
    return hmac.digest(settings.SECRET_KEY.encode(), b"rempart altcha v1 " + purpose.encode("ascii"), "sha256")
