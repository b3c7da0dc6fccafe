"""SHA-256 of streams, read once and never written."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Self

_WINDOW_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """SHA-256 (64 lower-case hex digits, FIPS 180-4) and size of some bytes."""

    sha256: str
    size_bytes: int

    @classmethod
    def of(cls, data: bytes) -> Self:
        """The digest of bytes at hand."""
        return cls(sha256=hashlib.sha256(data).hexdigest(), size_bytes=len(data))


def digest_stream(file: BinaryIO, *, progress: Callable[[int], None] | None = None) -> Digest:
    """The digest of what is left in `file`, in windows of 1 MiB; `progress` is told the bytes done so far."""
    state, done = hashlib.sha256(), 0
    while window := file.read(_WINDOW_BYTES):
        state.update(window)
        done += len(window)
        if progress:
            progress(done)
    return Digest(sha256=state.hexdigest(), size_bytes=done)
