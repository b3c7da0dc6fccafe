"""Bech32, the letters in which age writes its keys: a name, 32 bytes, and a check of six letters.

Source: BIP 173 (checksum and alphabet), without its limit of 90 letters, as C2SP age v1 says.
"""

from functools import reduce
from operator import xor

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {letter: value for value, letter in enumerate(_LETTERS)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_MASKS = tuple(
    reduce(xor, (mask for bit, mask in enumerate(_GENERATOR) if top >> bit & 1), 0) for top in range(32)
)  # what the five bits that leave the residue put back into it
_CHECK_LETTERS = 6


def encode(name: str, data: bytes) -> str:
    """The data in lower case, behind its name."""
    count = -(-len(data) * 8 // 5)
    number = int.from_bytes(data, "big") << (count * 5 - len(data) * 8)
    words = [number >> 5 * (count - 1 - place) & 31 for place in range(count)]
    check = _residue(name, [*words, *[0] * _CHECK_LETTERS]) ^ 1
    words += [check >> 5 * (_CHECK_LETTERS - 1 - place) & 31 for place in range(_CHECK_LETTERS)]
    return f"{name}1{''.join(_LETTERS[word] for word in words)}"


def decode(untrusted_text: str, *, name: str) -> bytes | None:
    """The data of a lower-case text with this name; None for another name, a wrong check or loose bits at the end."""
    start, separator, body = untrusted_text.rpartition("1")
    if start != name or not separator or len(body) < _CHECK_LETTERS or not set(body) <= _VALUES.keys():
        return None
    words = [_VALUES[letter] for letter in body]
    if _residue(name, words) != 1:
        return None
    number = 0
    for word in words[:-_CHECK_LETTERS]:
        number = number << 5 | word
    size, loose_bits = divmod(5 * (len(words) - _CHECK_LETTERS), 8)
    if loose_bits >= 5 or number & ((1 << loose_bits) - 1):
        return None
    return (number >> loose_bits).to_bytes(size, "big")


def _residue(name: str, words: list[int]) -> int:
    letters = [ord(letter) for letter in name]
    residue = 1
    for word in (*(code >> 5 for code in letters), 0, *(code & 31 for code in letters), *words):
        top = residue >> 25
        residue = (residue & 0x1FFFFFF) << 5 ^ word
        residue ^= _MASKS[top]
    return residue
