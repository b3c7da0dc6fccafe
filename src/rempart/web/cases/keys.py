"""Keys of the desk: every report and dossier has one of its own, under the desk's; who destroys it, destroys all that it sealed.

keys/desk.key    private age identity, mode 0600, for desk and worker; its public half is in recipients.toml
keys/blind.key   32 random bytes, for the blind index; the door has neither
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from rempart.errors import Damaged, NotAllowed
from rempart.evidence.keyring import Keyring
from rempart.evidence.keys import Purpose, load_recipients, new_identity, read_identities, recipient_of
from rempart.evidence.sealing import seal, unseal
from rempart.web.cases.models import SubjectKey, Tombstone

DESK_KEY, BLIND_KEY = "desk.key", "blind.key"
_MAC_BYTES = 16


class Erased(Damaged):
    """The words of this subject were erased, and their key with them."""


class NothingToSeal(NotAllowed):
    """The words of this subject were erased; none is ever added to it again."""


def make_keys(folder: Path, day: date) -> None:
    """The keys of the desk in the folder of keys; what is there is left as it is. Raises: OSError, DamagedRecipients."""
    Keyring(folder).add_desk(day)
    Keyring(folder).add_blind(seed=secrets.token_bytes(32))


def recipient_for(subject: UUID) -> str:
    """To whom words of this subject are sealed; the first call makes the key. Inside a transaction. Raises: NothingToSeal."""
    row = SubjectKey.objects.filter(subject=subject).first()
    if row is None:
        if Tombstone.objects.filter(subject=subject).exists():  # a new key would seal what no rule erases again
            raise NothingToSeal("The words of this were erased, and nothing can be added to it. Nothing was changed.")
        identity = new_identity()
        wrapped = seal(identity.encode("ascii"), recipients=_wrappers(_keys()))
        row = SubjectKey.objects.create(subject=subject, recipient=recipient_of(identity), wrapped=wrapped)
    return row.recipient


def identity_for(subject: UUID) -> str:
    """What opens words of this subject. Raises: Erased."""
    row = SubjectKey.objects.filter(subject=subject).first()
    if row is None:
        raise _erased()
    return unseal(bytes(row.wrapped), identities=read_identities(_keys() / DESK_KEY)).decode("ascii")


def identities_for(subjects: Iterable[UUID]) -> dict[UUID, str]:
    """What opens words of each of these subjects, in one question; those that were erased are left out."""
    own = read_identities(_keys() / DESK_KEY)
    rows = SubjectKey.objects.filter(subject__in=list(subjects)).order_by("subject")
    return {row.subject: unseal(bytes(row.wrapped), identities=own).decode("ascii") for row in rows}


def blind(kind: str, value: bytes) -> bytes:
    """16 bytes that are the same for the same value, and tell nothing without the key of this site."""
    return hmac.new(_blind_key(_keys()), kind.encode("ascii") + b"\0" + value, hashlib.sha256).digest()[:_MAC_BYTES]


def _erased() -> Erased:
    return Erased("These words were erased, with the key that opened them. The ledger still shows that they were here.")


def _keys() -> Path:
    from rempart.web.settings import SITE  # noqa: PLC0415 - settings exist once Django runs

    return SITE.keys


def _wrappers(folder: Path) -> tuple[str, ...]:
    return load_recipients(folder / "recipients.toml").active(Purpose.DESK, Purpose.ESCROW)


@lru_cache(maxsize=4)
def _blind_key(folder: Path) -> bytes:
    return bytes.fromhex((folder / BLIND_KEY).read_text("ascii").strip())
