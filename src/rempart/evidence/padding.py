"""Padding to size buckets, so that the length of a sealed file tells a bucket and not a size.

Padded bytes are: the data, zeros, and the length of the data as 8 bytes, big-endian, at the very end.
The length stands last so that a stream whose size nobody knows yet can be padded as it passes.
"""

from typing import BinaryIO

KIB, MIB = 1 << 10, 1 << 20
BUCKETS = (4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB, 16 * MIB, 64 * MIB)
LENGTH_BYTES = 8
_WINDOW_BYTES = MIB


def bucket_bytes(size_bytes: int) -> int:
    """Size of the padded bytes for data of this size: the next bucket, or the next multiple of 64 MiB."""
    needed = size_bytes + LENGTH_BYTES
    return next((bucket for bucket in BUCKETS if needed <= bucket), -(-needed // BUCKETS[-1]) * BUCKETS[-1])


def tail(size_bytes: int) -> tuple[int, bytes]:
    """(zeros that follow data of this size, the length that follows them)."""
    zeros = bucket_bytes(size_bytes) - size_bytes - LENGTH_BYTES
    return zeros, size_bytes.to_bytes(LENGTH_BYTES, "big")


def pad(data: bytes) -> bytes:
    """The data in its bucket."""
    zeros, length = tail(len(data))
    return b"".join((data, bytes(zeros), length))


def unpad(padded: bytes) -> bytes | None:
    """The data of a bucket; None when the bytes are not a padded whole."""
    size = int.from_bytes(padded[-LENGTH_BYTES:], "big")
    if len(padded) < LENGTH_BYTES or bucket_bytes(size) != len(padded) or not _is_zero(padded[size:-LENGTH_BYTES]):
        return None
    return padded[:size]


def unpad_file(file: BinaryIO) -> bool:
    """Cuts a file that can be read and written down to its data; False, and nothing cut, when it is no padded whole."""
    total = file.seek(0, 2)
    if total < LENGTH_BYTES:
        return False
    file.seek(total - LENGTH_BYTES)
    size = int.from_bytes(file.read(LENGTH_BYTES), "big")
    if bucket_bytes(size) != total:
        return False
    left = total - LENGTH_BYTES - file.seek(size)
    while left:
        window = file.read(min(left, _WINDOW_BYTES))
        if not window or not _is_zero(window):
            return False
        left -= len(window)
    file.truncate(size)
    return True


def _is_zero(data: bytes) -> bool:
    return data.count(0) == len(data)
