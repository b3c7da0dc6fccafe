"""The letters of keys: published vectors, and any wrong letter is seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.evidence import bech32


def test_reads_the_published_vectors() -> None:
    """The lower-case examples of BIP 173 that hold whole bytes."""
    words = bytes.fromhex("00443214c74254b635cf84653a56d7c675be77df")

    assert bech32.decode("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", name="abcdef") == words
    assert bech32.encode("abcdef", words) == "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"
    assert bech32.decode("a12uel5l", name="a") == b""


@given(st.binary(max_size=70))
def test_what_is_written_is_read_again(data: bytes) -> None:
    """Any bytes, any length."""
    assert bech32.decode(bech32.encode("age", data), name="age") == data


@given(st.binary(min_size=32, max_size=32), st.data())
def test_sees_any_wrong_letter(data: bytes, draw: st.DataObject) -> None:
    """One wrong letter anywhere, the name included."""
    text = bech32.encode("age", data)
    place = draw.draw(st.integers(0, len(text) - 1))
    letter = draw.draw(st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7l1AQ é\0"))
    wrong = text[:place] + letter + text[place + 1 :]

    assert wrong == text or bech32.decode(wrong, name="age") is None


@pytest.mark.parametrize("text", ["", "1", "age", "age1", "age1qqqqq", "age1qqqqqqq", "age11", "x" * 9000])
def test_refuses_what_is_none(text: str) -> None:
    """Short and strange texts."""
    assert bech32.decode(text, name="age") is None


def test_refuses_loose_bits() -> None:
    """One key has one spelling: bits that belong to no byte must be zero, and fewer than five."""
    assert bech32.decode(_spelled([0, 0]), name="age") == b"\0"
    assert bech32.decode(_spelled([0, 1]), name="age") is None
    assert bech32.decode(_spelled([0, 0, 0]), name="age") is None


def _spelled(words: list[int]) -> str:
    """A text with a right check around any words."""
    check = bech32._residue("age", [*words, *[0] * 6]) ^ 1
    return "age1" + "".join(bech32._LETTERS[word] for word in [*words, *(check >> 5 * (5 - n) & 31 for n in range(6))])
