"""Padding: every size falls into a bucket, comes back whole, and nothing else is taken for padded."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.evidence import padding
from rempart.evidence.padding import KIB, MIB


@pytest.mark.parametrize(
    ("size", "bucket"),
    [
        (0, 4 * KIB),
        (4 * KIB - 8, 4 * KIB),
        (4 * KIB - 7, 16 * KIB),
        (16 * KIB, 64 * KIB),
        (256 * KIB, MIB),
        (5 * MIB, 16 * MIB),
        (64 * MIB - 8, 64 * MIB),
        (64 * MIB - 7, 128 * MIB),
        (128 * MIB - 8, 128 * MIB),
        (256 * MIB, 320 * MIB),
        (1 << 40, (1 << 40) + 64 * MIB),
    ],
)
def test_sizes_fall_into_buckets(size: int, bucket: int) -> None:
    """The length of the data counts too."""
    assert padding.bucket_bytes(size) == bucket
    assert size + padding.tail(size)[0] + 8 == bucket


@given(st.binary(max_size=20_000))
def test_data_comes_back(data: bytes) -> None:
    """In memory and in a file, zeros at its end included."""
    data += bytes(len(data) % 7)
    padded = padding.pad(data)
    file = io.BytesIO(padded)

    assert len(padded) == padding.bucket_bytes(len(data))
    assert padding.unpad(padded) == data
    assert padding.unpad_file(file)
    assert file.getvalue() == data


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        bytes(7),
        bytes(8),
        padding.pad(b"abc")[:-1],
        padding.pad(b"abc") + b"\0",
        padding.pad(b"abc")[:-1] + b"\x02",  # a byte of the data taken for padding
        padding.pad(b"abc")[:-8] + b"\xff" * 8,
        padding.pad(b"abc")[:2000] + b"\x01" + padding.pad(b"abc")[2001:],
        bytes(5 * KIB),
    ],
)
def test_refuses_what_is_not_padded(wrong: bytes) -> None:
    """One size, one padding: everything else is refused, and a file is left as it is."""
    file = io.BytesIO(wrong)

    assert padding.unpad(wrong) is None
    assert not padding.unpad_file(file)
    assert file.getvalue() == wrong
