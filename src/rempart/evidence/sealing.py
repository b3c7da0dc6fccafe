"""Sealing: bytes that those who hold a key can open, that nobody can change unseen, and whose size tells little.

A container is one format byte and an age file. Inside stand the data, padded (`padding`).
  0x01  S1: age with X25519 recipients.
  0x02  S2: kept free for age with post-quantum recipients; refused today, with a sentence.
Opened without Rempart: `tail -c +2 FILE | age -d -i KEY`; the last 8 bytes tell how many of the first are the data.
Randomness: drawn by pyrage (`age`); the same bytes sealed twice never give the same container.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from rempart.errors import BadInput
from rempart.evidence import age, durable, padding
from rempart.evidence.age import BrokenSeal, NoRecipient, WrongKey

__all__ = [
    "BrokenSeal",
    "NoRecipient",
    "StreamSeal",
    "UnknownSeal",
    "WrongKey",
    "seal",
    "seal_stream",
    "unseal",
    "unseal_to",
]
S1, S2 = b"\x01", b"\x02"


class UnknownSeal(BadInput):
    """A seal of a later version; it is intact, as far as this version can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSeal:
    """What was read and what was written: SHA-256 (64 hex digits) and size of the data, and of the container."""

    sha256: str
    size_bytes: int
    sealed_sha256: str
    sealed_bytes: int


def seal(data: bytes, *, recipients: Sequence[str]) -> bytes:
    """A container that each of the recipients (`age1…`) can open.

    Raises: NoRecipient.
    """
    return S1 + age.encrypt(padding.pad(data), recipients=recipients)


def unseal(sealed: bytes, *, identities: Sequence[str]) -> bytes:
    """The data of a container, whole and unaltered.

    Raises: WrongKey, UnknownSeal, BrokenSeal.
    """
    _check_start(sealed[: 1 + age.MOST_HEAD_BYTES])
    data = padding.unpad(age.decrypt(sealed[1:], identities=identities))
    if data is None:
        raise BrokenSeal("What was sealed is not as Rempart seals it; nothing was written.")
    return data


def seal_stream(source: BinaryIO, target: BinaryIO, *, recipients: Sequence[str]) -> StreamSeal:
    """Seals what is left in `source` into `target`; memory does not follow the size.

    Raises: NoRecipient, and whatever `source` or `target` raise; what `target` got is then worth nothing.
    """
    reader, writer = _PaddedReader(source), _HashingWriter(target)
    writer.write(S1)
    age.encrypt_stream(cast("BinaryIO", reader), cast("BinaryIO", writer), recipients=recipients)  # read, write, flush
    return StreamSeal(
        sha256=reader.digest.hexdigest(),
        size_bytes=reader.size_bytes,
        sealed_sha256=writer.digest.hexdigest(),
        sealed_bytes=writer.size_bytes,
    )


def unseal_to(source: BinaryIO, *, identities: Sequence[str], target: Path) -> None:
    """Writes the data of a container to `target` (mode 0600), which appears whole or not at all.

    `source` is read to its end. A file already at `target` is replaced, on success only.
    Raises: WrongKey, UnknownSeal, BrokenSeal, OSError.
    """
    start = source.read(1 + age.MOST_HEAD_BYTES)
    _check_start(start)
    with durable.replacing(target) as file:
        age.decrypt_stream(cast("BinaryIO", _Unread(start[1:], source)), file, identities=identities)  # read is enough
        if source.read(1) or not padding.unpad_file(file):
            raise BrokenSeal("What was sealed is not as Rempart seals it; nothing was written.")


def _check_start(start: bytes) -> None:
    """Refuses other format bytes, an age file in its ASCII form (one container, one spelling), and an endless head."""
    if start[:1] == S2:
        raise UnknownSeal("It is sealed with post-quantum keys, which this version cannot open; it is intact.")
    if start[:1] != S1 or not age.has_head(start[1:]):
        raise BrokenSeal("These bytes do not begin like a sealed file; take them from the backup.")


class _PaddedReader:
    """What is left in a file, then its padding, counted and hashed without the padding."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._zeros: int | None = None  # None while the source still gives bytes
        self._length = b""
        self.digest, self.size_bytes = hashlib.sha256(), 0

    def read(self, size: int) -> bytes:
        if self._zeros is None:
            if data := self._source.read(size):
                self.digest.update(data)
                self.size_bytes += len(data)
                return data
            self._zeros, self._length = padding.tail(self.size_bytes)
        if zeros := min(size, self._zeros):
            self._zeros -= zeros
            return bytes(zeros)
        given, self._length = self._length[:size], self._length[size:]
        return given


class _Unread:
    """A file with its first bytes put back."""

    def __init__(self, start: bytes, source: BinaryIO) -> None:
        self._start, self._source = start, source

    def read(self, size: int) -> bytes:
        given, self._start = self._start[:size], self._start[size:]
        return given or self._source.read(size)


class _HashingWriter:
    """A file that is hashed and counted as it is written."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self.digest, self.size_bytes = hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        written = self._target.write(data)
        self.digest.update(data[:written])
        self.size_bytes += written
        return written

    def flush(self) -> None:
        self._target.flush()
