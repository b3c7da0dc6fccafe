"""Addresses of crypto-currencies and public IP addresses in running text, kept only where their own check says that they are whole.

Bitcoin: base58check (P2PKH, P2SH) and bech32 / bech32m of the main network; Ethereum: EIP-55, or one case throughout, which carries
no check. Everything else is left alone: a mistyped address is nobody's.
Not covered: other currencies, test networks, addresses broken over lines; four numbers with dots may be a version and are taken only
where they do not follow a word for one.
Source: BIP 173, BIP 350, EIP-55, FIPS 202 before padding (Keccak). Tier: source-verified, on the vectors of those texts.
"""

import hashlib
import ipaddress
import re
from collections.abc import Iterator
from functools import reduce
from operator import xor

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_OLD = re.compile(r"(?<![0-9A-Za-z])[13][1-9A-HJ-NP-Za-km-z]{25,34}(?![0-9A-Za-z])")
_NEW = re.compile(r"(?<![0-9A-Za-z])(?:bc1[02-9ac-hj-np-z]{11,87}|BC1[02-9AC-HJ-NP-Z]{11,87})(?![0-9A-Za-z])")
_ETHEREUM = re.compile(r"(?<![0-9A-Za-z])0x[0-9a-fA-F]{40}(?![0-9A-Za-z])")
_IP = re.compile(r"(?<![\w.:])(?:\d{1,3}\.){3}\d{1,3}(?![\w:]|\.\d)")
_VERSION = re.compile(r"(?:\bv|version|release|build)\s*$", re.IGNORECASE)
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_ONE, _BECH32M_ONE = 1, 0x2BC830A3  # witness version 0; 1 and above
_MASK = (1 << 64) - 1
_RATE_BYTES = 136  # Keccak-256


def find_wallets(text: str) -> Iterator[str]:
    """The addresses of Bitcoin and Ethereum in a text, in normal form, in order of kind then place."""
    yield from (hit[0] for hit in _OLD.finditer(text) if _is_base58check(hit[0]))
    yield from (hit[0].lower() for hit in _NEW.finditer(text) if _is_segwit(hit[0].lower()))
    yield from (hit[0].lower() for hit in _ETHEREUM.finditer(text) if _is_ethereum(hit[0][2:]))


def find_ips(text: str) -> Iterator[str]:
    """The public IPv4 addresses of a text; private, reserved and impossible ones are none, nor are numbers of versions."""
    for hit in _IP.finditer(text):
        try:
            number = ipaddress.IPv4Address(hit[0])
        except ValueError:
            continue
        if number.is_global and not _VERSION.search(text, max(0, hit.start() - 12), hit.start()):
            yield str(number)


def _is_base58check(text: str) -> bool:
    number = reduce(lambda total, letter: total * 58 + _BASE58.index(letter), text, 0)
    if number.bit_length() > 200:
        return False
    data = number.to_bytes(25, "big")
    zeros, ones = len(data) - len(data.lstrip(b"\0")), len(text) - len(text.lstrip("1"))
    check = hashlib.sha256(hashlib.sha256(data[:21]).digest()).digest()[:4]
    return data[0] in (0, 5) and zeros == ones and check == data[21:]


def _is_segwit(text: str) -> bool:
    words = [_BECH32.index(letter) for letter in text[3:]]
    version, program = words[0], len(words) - 7
    expected = _BECH32_ONE if version == 0 else _BECH32M_ONE
    size, loose = divmod(program * 5, 8)
    whole = loose < 5 and not words[-7] & ((1 << loose) - 1)
    fits = size in (20, 32) if version == 0 else 2 <= size <= 40
    return (
        version <= 16 and whole and fits and _residue([3, 3, 0, 2, 3, *words]) == expected
    )  # "bc" spread, as BIP 173 says


def _residue(words: list[int]) -> int:
    residue = 1
    for word in words:
        top = residue >> 25
        residue = (residue & 0x1FFFFFF) << 5 ^ word
        residue ^= reduce(xor, (mask for bit, mask in enumerate(_GENERATOR) if top >> bit & 1), 0)
    return residue


def _is_ethereum(digits: str) -> bool:
    if digits in (digits.lower(), digits.upper()):
        return True
    check = keccak256(digits.lower().encode()).hex()
    return all(
        digit == (digit.upper() if nibble >= "8" else digit.lower())
        for digit, nibble in zip(digits, check, strict=False)
        if digit.isalpha()
    )


def keccak256(data: bytes) -> bytes:
    """Keccak-256 as Ethereum has it, which is SHA3-256 with the padding of before the standard; 32 bytes."""
    padded = bytearray(data + b"\x01" + bytes(-(len(data) + 1) % _RATE_BYTES))
    padded[-1] |= 0x80
    lanes = [0] * 25
    for start in range(0, len(padded), _RATE_BYTES):
        for lane in range(_RATE_BYTES // 8):
            lanes[lane] ^= int.from_bytes(padded[start + 8 * lane : start + 8 * lane + 8], "little")
        lanes = _permuted(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def _permuted(lanes: list[int]) -> list[int]:
    """Keccak-f[1600]; lane x + 5y."""
    register = 1
    for _ in range(24):
        columns = [reduce(xor, lanes[x::5]) for x in range(5)]
        lanes = [
            lane ^ columns[(at % 5 - 1) % 5] ^ _turned(columns[(at % 5 + 1) % 5], 1) for at, lane in enumerate(lanes)
        ]
        x, y, moved = 1, 0, lanes[:]
        for step in range(24):
            at = y + 5 * ((2 * x + 3 * y) % 5)
            moved[at] = _turned(lanes[x + 5 * y], (step + 1) * (step + 2) // 2 % 64)
            x, y = y, (2 * x + 3 * y) % 5
        lanes = [
            moved[at] ^ (~moved[at - at % 5 + (at + 1) % 5] & moved[at - at % 5 + (at + 2) % 5]) for at in range(25)
        ]
        for bit in range(7):
            register = (register << 1 ^ (register >> 7) * 0x71) & 0xFF
            lanes[0] ^= (register >> 1 & 1) << ((1 << bit) - 1)
    return lanes


def _turned(lane: int, by: int) -> int:
    return (lane << by | lane >> (64 - by)) & _MASK
