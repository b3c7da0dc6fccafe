"""Digests of streams, read once and never written: SHA-256 to seal by, SHA-1 and MD5 to look up in lists of others."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDigests:
    """Three digests of the same bytes, in lower-case hex digits: 64, 40 and 32.

    Only SHA-256 says that two files are the same: files with the same MD5 or SHA-1 can be made on purpose. Lists of known
    files are written in those two, so they serve to look up, never to seal.
    """

    sha256: str
    sha1: str
    md5: str


def digest_three(file: BinaryIO, *, progress: Callable[[int], None] | None = None) -> FileDigests:
    """SHA-256, SHA-1 and MD5 of what is left in `file`, in one read; `progress` is told the bytes done so far."""
    sha256, done = hashlib.sha256(), 0
    sha1, md5 = hashlib.sha1(usedforsecurity=False), hashlib.md5(usedforsecurity=False)
    while window := file.read(_WINDOW_BYTES):
        for state in (sha256, sha1, md5):
            state.update(window)
        done += len(window)
        if progress:
            progress(done)
    return FileDigests(sha256=sha256.hexdigest(), sha1=sha1.hexdigest(), md5=md5.hexdigest())
