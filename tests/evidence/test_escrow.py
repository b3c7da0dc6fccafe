"""The guard key between three: any two bring it back, one alone gets nothing."""

from itertools import combinations

import pytest

from rempart.evidence import age, escrow, keys
from rempart.evidence.escrow import BadTrustees, MissingTrustee
from rempart.evidence.keys import NotAKey
from rempart.evidence.sealing import BrokenSeal

SECRET = b"an invented secret"
TRUSTEES = [keys.identity_from_seed(bytes([number]) * 32) for number in (1, 2, 3)]
NAMED = [keys.recipient_of(identity) for identity in TRUSTEES]
ZOE = keys.identity_from_seed(bytes([9]) * 32)


def test_any_two_of_three_bring_it_back() -> None:
    """Whatever the order of keys and parts, and with a stranger's key among them."""
    parts = list(escrow.split_between(SECRET, NAMED).values())

    for one, other in combinations(TRUSTEES, 2):
        assert escrow.join(parts, identities=[one, other]) == SECRET
        assert escrow.join(parts[::-1], identities=[ZOE, other, one]) == SECRET


def test_one_alone_gets_nothing() -> None:
    """Not from all parts together; and is told whether a second is missing."""
    parts = escrow.split_between(SECRET, NAMED).values()

    for alone in (TRUSTEES[0], TRUSTEES[1]):
        with pytest.raises(MissingTrustee, match="second one is missing"):
            escrow.join(parts, identities=[alone])
    for stranger in (TRUSTEES[2], ZOE):  # the third is the second of every pair: the outer seal is not theirs
        with pytest.raises(MissingTrustee, match="None of these parts"):
            escrow.join(parts, identities=[stranger])
    with pytest.raises(MissingTrustee):
        escrow.join([], identities=TRUSTEES)


def test_a_part_is_for_its_pair_only() -> None:
    """The part of the first and second does not open for the first and third."""
    parts = escrow.split_between(SECRET, NAMED)

    assert list(parts) == [(1, 2), (1, 3), (2, 3)]
    with pytest.raises(MissingTrustee):
        escrow.join([parts[1, 2]], identities=[TRUSTEES[0], TRUSTEES[2]])
    assert all(SECRET not in part and part.isascii() for part in parts.values())


def test_two_who_never_meet_can_do_it() -> None:
    """What the first sends to the second is still sealed, and plain age opens it."""
    part = escrow.split_between(SECRET, NAMED)[1, 3]

    sent = age.decrypt(part, identities=[TRUSTEES[0]])

    assert SECRET not in sent
    assert age.decrypt(sent, identities=[TRUSTEES[2]]) == SECRET


@pytest.mark.parametrize("named", [[], NAMED[:1], NAMED[:2], [*NAMED, NAMED[0]], [NAMED[0]] * 3])
def test_refuses_too_few_and_the_same_twice(named: list[str]) -> None:
    """With two, the loss of one is the loss of all."""
    with pytest.raises(BadTrustees):
        escrow.split_between(SECRET, named)


def test_refuses_what_is_no_key() -> None:
    """A trustee's private key least of all."""
    with pytest.raises(NotAKey):
        escrow.split_between(SECRET, [*NAMED[:2], ZOE])


def test_a_damaged_part_is_called_damaged() -> None:
    """And the other pairs still do."""
    parts = escrow.split_between(SECRET, NAMED)
    lines = parts[1, 2].split(b"\n")
    lines[-3] = lines[-3][::-1]

    with pytest.raises(BrokenSeal):
        escrow.join([b"\n".join(lines)], identities=TRUSTEES[:2])
    assert escrow.join([b"\n".join(lines), parts[1, 3]], identities=TRUSTEES) == SECRET
