"""The guard key among trustees, any two of whom can bring it back, and none of whom can alone.

There is no new cryptography: for each pair of trustees one part, which is the secret sealed with age for the second,
and that sealed again for the first. The parts are no secret by themselves; keep all of them, each trustee a copy.
Brought back without Rempart: `age -d -i FIRST.key PART | age -d -i SECOND.key`; the two need not meet: the first
opens the outer seal and sends what comes out, which is still sealed, to the second.
Randomness: drawn by pyrage (`age`).
"""

from collections.abc import Iterable, Sequence
from itertools import combinations

from rempart.errors import BadInput
from rempart.evidence import age
from rempart.evidence.age import BrokenSeal, WrongKey
from rempart.evidence.keys import parse_recipient

FEWEST, MOST = 3, 7  # with two, the loss of one is the loss of all; beyond seven, parts outnumber what is kept well
Pair = tuple[int, int]  # numbers of two trustees, from 1, in the order in which they were named


class BadTrustees(BadInput):
    """The trustees named cannot keep a secret between them."""


class MissingTrustee(BadInput):
    """The keys at hand are those of fewer than two trustees."""


def split_between(secret: bytes, trustees: Sequence[str]) -> dict[Pair, bytes]:
    """One part for each pair of trustees (`age1…`), as lines of ASCII.

    Raises: BadTrustees for too few, too many, or the same one twice; NotAKey.
    """
    named = [parse_recipient(trustee) for trustee in trustees]
    if not FEWEST <= len(named) <= MOST or len(set(named)) < len(named):
        raise BadTrustees(
            "A guard key is shared between {fewest} to {most} different people; nothing was written.",
            fewest=FEWEST,
            most=MOST,
        )
    return {
        (first, second): age.encrypt(
            age.encrypt(secret, recipients=[named[second - 1]]), recipients=[named[first - 1]], armored=True
        )
        for first, second in combinations(range(1, len(named) + 1), 2)
    }


def join(parts: Iterable[bytes], *, identities: Sequence[str]) -> bytes:
    """The secret, from any part whose two trustees are at hand.

    Raises: MissingTrustee, BrokenSeal when only damaged parts are left.
    """
    opened_one, damage = False, None
    for part in parts:
        try:
            inner = age.decrypt(part, identities=identities)
            opened_one = True
            return age.decrypt(inner, identities=identities)
        except WrongKey:
            continue
        except BrokenSeal as error:
            damage = error
    if damage:
        raise damage
    if opened_one:
        raise MissingTrustee("One trustee's key fits; that of a second one is missing. Nothing was written.")
    raise MissingTrustee("None of these parts is for these keys; two trustees of one part are needed.")
