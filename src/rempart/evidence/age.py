"""Age files: the one place that calls pyrage. Bytes in, bytes out; keys are texts that `keys` has checked.

Randomness: pyrage draws the file key and its ephemeral keys itself from the system, and adds a stanza of random
size ("grease"), so the same bytes sealed twice differ in every byte and by some bytes of length.
The head of a file is bounded before rage parses it: its time grows with the square of the size, to an hour at 2 MB.
A reader or writer that fails is told of by pyrage as a text; here its own exception comes out again.
Source: C2SP age v1; rage 0.12 through pyrage 1.4.
"""

from collections.abc import Sequence
from typing import BinaryIO, cast

import pyrage  # type: ignore[import-untyped]

from rempart.errors import BadInput, Damaged

MAGIC = b"age-encryption.org/v1\n"
MOST_RECIPIENTS = 100
MOST_HEAD_BYTES = 1 << 14  # 160 recipients; a fifth of a second
_MOST_ARMORED_BYTES = 1 << 16  # armor hides the head; only parts of keys come so
_END_OF_HEAD = b"\n--- "
_NO_KEY = "No matching keys found"  # the text of rage 0.12; a test holds it


class WrongKey(BadInput):
    """None of the keys opens it."""


class BrokenSeal(Damaged):
    """The bytes are not those that were sealed."""


class NoRecipient(BadInput):
    """Sealing for nobody would be losing."""


class TooManyRecipients(BadInput):
    """A head that long would not be read again."""


class _Watched:
    """A file for pyrage that remembers what it raised."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.error: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            return self._file.read(size)
        except BaseException as error:
            self.error = error
            raise

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except BaseException as error:
            self.error = error
            raise

    def flush(self) -> None:
        try:
            self._file.flush()
        except BaseException as error:
            self.error = error
            raise


def new_identity() -> str:
    """A new private key, `AGE-SECRET-KEY-1…`, from the randomness of the system."""
    return str(pyrage.x25519.Identity.generate())


def public_half(identity: str) -> str:
    """The recipient, `age1…`, of a checked identity."""
    return str(pyrage.x25519.Identity.from_str(identity).to_public())


def has_head(start: bytes) -> bool:
    """True for the first MOST_HEAD_BYTES of an age file whose head ends among them; rage may parse it then."""
    return start.startswith(MAGIC) and _END_OF_HEAD in start


def encrypt(data: bytes, *, recipients: Sequence[str], armored: bool = False) -> bytes:
    """An age file for all of the recipients; `armored`: as lines of ASCII.

    Raises: NoRecipient.
    """
    return cast("bytes", pyrage.encrypt(data, _recipients(recipients), armored))  # pyrage ships no types


def decrypt(sealed: bytes, *, identities: Sequence[str]) -> bytes:
    """What an age file holds, armored or not.

    Raises: WrongKey, BrokenSeal.
    """
    if not (has_head(sealed[:MOST_HEAD_BYTES]) if sealed.startswith(MAGIC) else len(sealed) <= _MOST_ARMORED_BYTES):
        raise _broken()
    try:
        return cast("bytes", pyrage.decrypt(sealed, _identities(identities)))  # pyrage ships no types
    except pyrage.DecryptError as error:
        raise _told(error) from error


def encrypt_stream(source: BinaryIO, target: BinaryIO, *, recipients: Sequence[str]) -> None:
    """Writes an age file of what is left in `source`, 64 KiB at a time.

    Raises: NoRecipient, and whatever `source` or `target` raise; what `target` got is then worth nothing.
    """
    watched = _Watched(source), _Watched(target)
    try:
        pyrage.encrypt_io(*watched, _recipients(recipients))
    except (pyrage.EncryptError, OSError) as error:
        if own := _own_error(watched):
            raise own from error
        raise


def decrypt_stream(source: BinaryIO, target: BinaryIO, *, identities: Sequence[str]) -> None:
    """Writes what an age file holds, and leaves `source` behind its last chunk; `has_head` is the caller's to ask.

    Until this returns, what `target` got is not to be believed: a cut is only seen at the end.
    Raises: WrongKey, BrokenSeal, and whatever `source` or `target` raise.
    """
    watched = _Watched(source), _Watched(target)
    try:
        pyrage.decrypt_io(*watched, _identities(identities))
    except (pyrage.DecryptError, OSError) as error:  # a chunk that does not open is an OSError without number
        raise _own_error(watched) or _told(error) from error


def _own_error(files: tuple[_Watched, _Watched]) -> BaseException | None:
    return next((file.error for file in files if file.error), None)


def _told(error: Exception) -> WrongKey | BrokenSeal:
    if str(error) == _NO_KEY:
        return WrongKey("None of these keys opens it: it was sealed for others, or its head is damaged.")
    return _broken()


def _broken() -> BrokenSeal:
    return BrokenSeal("These bytes are not those that were sealed; take them from the backup.")


def _recipients(texts: Sequence[str]) -> list[object]:
    if not texts:
        raise NoRecipient("There is no key to seal for; nothing was kept. Run `rempart keys check`.")
    if len(texts) > MOST_RECIPIENTS:
        raise TooManyRecipients("Nothing is sealed for more than {most} keys; nothing was kept.", most=MOST_RECIPIENTS)
    return [pyrage.x25519.Recipient.from_str(text) for text in dict.fromkeys(texts)]


def _identities(texts: Sequence[str]) -> list[object]:
    return [pyrage.x25519.Identity.from_str(text) for text in texts]
