"""Digests: three of the same bytes in one read, as everybody else computes them."""

import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.evidence.digest import digest_stream, digest_three

_WINDOW = 1 << 20


@given(st.binary(max_size=300))
def test_three_digests_are_those_of_the_standards(data: bytes) -> None:
    """And the first is the one that seals."""
    found = digest_three(io.BytesIO(data))

    assert found.sha256 == hashlib.sha256(data).hexdigest() == digest_stream(io.BytesIO(data)).sha256
    assert found.sha1 == hashlib.sha1(data, usedforsecurity=False).hexdigest()
    assert found.md5 == hashlib.md5(data, usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("size", [0, 1, _WINDOW - 1, _WINDOW, _WINDOW + 1])
def test_every_byte_is_read_once_and_told(size: int) -> None:
    """Around the edges of the window."""
    data, told = b"x" * size, [0]

    found = digest_three(io.BytesIO(data), progress=told.append)

    assert (found.sha256, told[-1]) == (hashlib.sha256(data).hexdigest(), size)
