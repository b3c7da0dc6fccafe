"""Wallets and IP addresses in text: only those that their own check says are whole."""

import hashlib

import pytest

from rempart.identities.wallets import find_ips, find_wallets, keccak256

WHOLE = [  # vectors of the texts that define the forms
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "3P14159f73E4gFr7JterCCQh9QjiTjiZrG",
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359",
]


@pytest.mark.parametrize("wallet", WHOLE)
def test_a_whole_address_is_found_in_a_sentence(wallet: str) -> None:
    """Once, in one form."""
    found = list(find_wallets(f"send it to {wallet}, thanks"))

    assert [value.lower() for value in found] == [wallet.lower()]


@pytest.mark.parametrize(
    "text",
    [
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
        "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA",
        f"0x{'a' * 64}",
        hashlib.sha256(b"a file").hexdigest(),
        "3" + "z" * 30,
        "no wallet at all",
    ],
)
def test_a_broken_address_is_none(text: str) -> None:
    """One letter wrong and it is nobody's."""
    assert list(find_wallets(f"send it to {text} now")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from 8.8.8.8 and 8.8.4.4.", ["8.8.8.8", "8.8.4.4"]),
        ("at home 192.168.1.1 and 10.0.0.1", []),
        ("version 9.9.9.9, v 1.1.1.1", []),
        ("300.1.1.1 or 1.2.3 or 1.1.1.1.1", []),
    ],
)
def test_only_public_ip_addresses_are_found(text: str, found: list[str]) -> None:
    """Own networks, impossible numbers and versions are none."""
    assert list(find_ips(text)) == found


def test_keccak_is_not_sha3() -> None:
    """The padding of before the standard; vectors of the empty text and of one that fills a block."""
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak256(b"abc").hex() == "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"
    assert keccak256(b"a" * 136) != hashlib.sha3_256(b"a" * 136).digest()
