"""Receipts: the same token gives the same code, typing slips are noticed, and what is stored opens nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.intake.receipt import SYMBOLS, NoSuchCode, WeakToken, code_of, lookup_of, mailbox_seed, read_code

TOKENS = st.binary(min_size=16, max_size=32)
PLACES = st.integers(min_value=0, max_value=23)


def replace(code: str, place: int, sign: str) -> str:
    """The code with the sign at `place`, dashes not counted, replaced."""
    plain = code.replace("-", "")
    return plain[:place] + sign + plain[place + 1 :]


def test_a_short_token_gives_no_code() -> None:
    """A form without its random number makes no receipt."""
    with pytest.raises(WeakToken):
        code_of(b"fifteen bytes..")


@pytest.mark.parametrize("typed", ["", "7", "É" * 24, "0" * 23, "0" * 25, "U" * 24, "\x00" * 24, "0" * 100_000])
def test_what_is_no_code_is_refused(typed: str) -> None:
    """Empty, short, long and foreign input is refused with one sentence."""
    with pytest.raises(NoSuchCode):
        read_code(typed)


@given(TOKENS, PLACES, st.sampled_from(SYMBOLS))
def test_one_wrong_sign_is_noticed(token: bytes, place: int, sign: str) -> None:
    """Any single slip is refused, wherever it is."""
    code = code_of(token)
    typed = replace(code, place, sign)
    if typed == code.replace("-", ""):
        assert read_code(typed) == code
    else:
        with pytest.raises(NoSuchCode):
            read_code(typed)


@given(TOKENS, PLACES, PLACES)
def test_two_swapped_signs_are_noticed(token: bytes, one: int, other: int) -> None:
    """Two signs in each other's place are refused, neighbours or not."""
    plain = code_of(token).replace("-", "")
    swapped = replace(replace(plain, one, plain[other]), other, plain[one])
    if swapped == plain:
        assert read_code(swapped).replace("-", "") == plain
    else:
        with pytest.raises(NoSuchCode):
            read_code(swapped)


@given(TOKENS)
def test_a_code_survives_the_way_people_type(token: bytes) -> None:
    """Small letters, blanks instead of dashes, O for 0 and l for 1 are forgiven."""
    code = code_of(token)

    typed = "  " + code.lower().replace("-", " ").replace("0", "o").replace("1", "l") + " "

    assert read_code(typed) == code


@given(TOKENS)
def test_the_same_token_gives_the_same_code(token: bytes) -> None:
    """A form sent twice shows one receipt."""
    assert code_of(token) == code_of(token)
    assert len(code_of(token)) == 29


def times(a: int, b: int) -> int:
    """The product in GF(32) as schoolbooks make it: multiply as polynomials, then divide by x^5 + x^2 + 1."""
    product = 0
    for place in range(5):
        product ^= (a << place) * (b >> place & 1)
    for place in range(9, 4, -1):
        product ^= (0b100101 << place - 5) * (product >> place & 1)
    return product


def checks_by_trial(data: list[int]) -> list[tuple[int, int]]:
    """Every pair of check signs that makes both sums zero: the slow way, which needs no algebra."""
    weights = [1]
    while len(weights) < 24:
        weights.append(times(weights[-1], 2))
    plain = weighed = 0
    for value, weight in zip(data, weights, strict=False):
        plain ^= value
        weighed ^= times(value, weight)
    return [
        (first, second)
        for first in range(32)
        for second in range(32)
        if plain ^ first ^ second == 0 == weighed ^ times(first, weights[22]) ^ times(second, weights[23])
    ]


@given(TOKENS)
def test_the_check_signs_are_those_that_trying_finds(token: bytes) -> None:
    """One pair fits, and the code has it."""
    values = [SYMBOLS.index(sign) for sign in code_of(token).replace("-", "")]

    assert checks_by_trial(values[:22]) == [(values[22], values[23])]


@pytest.mark.parametrize(
    ("token", "code"),
    [(bytes(16), "PQ8Z-NR7E-NR3H-VPQW-QQVK-H5CV"), (bytes(range(16)), "5H6T-WJQQ-3DWZ-45N4-G0PV-8W9V")],
)
def test_codes_are_those_of_the_first_release(token: bytes, code: str) -> None:
    """A code that somebody wrote down opens the mailbox for ever."""
    assert code_of(token) == code


def test_codes_spread_over_all_signs() -> None:
    """Every data place takes every sign: no bit of the 110 stands still."""
    codes = [code_of(number.to_bytes(16, "big")).replace("-", "") for number in range(2_000)]

    assert all(len({code[place] for code in codes}) == 32 for place in range(22))


def test_what_is_stored_and_what_opens_differ() -> None:
    """The stored hash, the mailbox key and the code are three unrelated values."""
    code = code_of(bytes(16))

    assert lookup_of(code) != mailbox_seed(code)
    assert code.encode() not in lookup_of(code) + mailbox_seed(code)
    assert len(lookup_of(code)) == len(mailbox_seed(code)) == 32
