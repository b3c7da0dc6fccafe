"""The receipt: a code of 110 bits that opens the reporter's mailbox, and that nobody but the reporter holds.

The page of the form carries a random token; the code is derived from it, so that the same form sent twice shows the same receipt,
and the server, which stores only a hash of the code, can give it back to nobody. 110 bits need no slow hash: guessing 2^40
codes a second against 2^30 mailboxes finds the first one after about 10^4 years on average.

Form: 22 symbols of Crockford's base 32 and 2 check symbols, in six groups of four. Checks are over GF(32): any one
wrong symbol, any two wrong symbols and any two swapped symbols are noticed.
Source: reference/interop.md §4.6, reference/security.md §5.2; RFC 5869 (HKDF). Tier: data-proven.
"""

import hashlib

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rempart.errors import BadInput

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS = 110
GROUP = 4
TOKEN_BYTES = 16  # at least; made by the system's generator with the page of the form
_DATA, _CHECKS = BITS // 5, 2
_FORGIVEN = str.maketrans(
    {"O": "0", "I": "1", "L": "1", "-": None, " ": None, "\u00a0": None, "\u202f": None, ".": None}
)
_PRIMITIVE = 0b100101  # x^5 + x^2 + 1 generates GF(32)


class NoSuchCode(BadInput):
    """What was typed cannot be a receipt code: a sign is missing, too many, or wrong."""


class WeakToken(BadInput):
    """A token shorter than TOKEN_BYTES."""


def _times(a: int, b: int) -> int:
    """Product in GF(32)."""
    product = 0
    while b:
        product ^= a * (b & 1)
        b >>= 1
        a <<= 1
        if a & 32:
            a ^= _PRIMITIVE
    return product


def _powers() -> tuple[int, ...]:
    values, value = [], 1
    for _ in range(31):
        values.append(value)
        value = _times(value, 2)
    return tuple(values)


_POWERS = _powers()


def _sums(values: list[int]) -> tuple[int, int]:
    """The two sums that a valid code makes zero: of all symbols, and of all symbols weighed by their place (Reed-Solomon)."""
    plain = weighed = 0
    for place, value in enumerate(values):
        plain ^= value
        weighed ^= _times(value, _POWERS[place])
    return plain, weighed


def _inverse(value: int) -> int:
    return next(other for other in range(1, 32) if _times(value, other) == 1)


# The checks stand at the places 22 and 23. Both sums are zero when second = plain + first and
# first · (p22 + p23) = weighed + plain · p23, where p is the weight of a place and + is exclusive or.
_FIRST_WEIGHT = _inverse(_POWERS[_DATA] ^ _POWERS[_DATA + 1])


def _checks(values: list[int]) -> tuple[int, int]:
    """The two symbols that complete `values`."""
    plain, weighed = _sums(values)
    first = _times(weighed ^ _times(plain, _POWERS[_DATA + 1]), _FIRST_WEIGHT)
    return first, plain ^ first


def code_of(token: bytes) -> str:
    """The receipt code of a form's token: `XXXX-XXXX-XXXX-XXXX-XXXX-XXXX`; the same token gives the same code.

    Raises: WeakToken if the token is shorter than TOKEN_BYTES.
    """
    if len(token) < TOKEN_BYTES:
        raise WeakToken(
            "The form is incomplete: its hidden number is missing. Please open the form again; nothing was sent."
        )
    number = int.from_bytes(_derive(token, b"rempart receipt code v1", length=14), "big") >> 2
    values = [number >> shift & 31 for shift in range(BITS - 5, -1, -5)]
    symbols = "".join(SYMBOLS[value] for value in [*values, *_checks(values)])
    return "-".join(symbols[place : place + GROUP] for place in range(0, len(symbols), GROUP))


def read_code(untrusted_code: str) -> str:
    """The code as `code_of` writes it, from what a person typed: case, blanks, dashes and O/0, I/L/1 are forgiven.

    Raises: NoSuchCode if a sign is missing, too many, foreign or wrong.
    """
    text = untrusted_code[:200].upper().translate(_FORGIVEN)
    values = [SYMBOLS.find(sign) for sign in text]
    if len(values) != _DATA + _CHECKS or min(values) < 0 or any(_sums(values)):
        raise NoSuchCode("This code is not complete, or one of its signs is wrong. It has six groups of four signs.")
    return "-".join(text[place : place + GROUP] for place in range(0, len(text), GROUP))


def lookup_of(code: str) -> bytes:
    """32 bytes under which a mailbox is stored; the code cannot be found from them."""
    return hashlib.sha256(b"rempart mailbox v1\n" + code.encode("ascii")).digest()


def mailbox_seed(code: str) -> bytes:
    """32 secret bytes from which the reporter's own key is made; they exist only while the code is on the table."""
    return _derive(code.encode("ascii"), b"rempart mailbox key v1", length=32)


def _derive(secret: bytes, purpose: bytes, *, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(secret)
