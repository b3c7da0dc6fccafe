"""Invented accounts with a truth: repeatable, of every planted kind."""

import re
from itertools import islice

import pytest

from rempart.fictional.dice import Dice
from rempart.fictional.people import TooManyPeople, _numbers, people
from rempart.identities.claims import claim_of
from rempart.identities.known import load_known
from rempart.identities.normal import Reason, normal_phone

FICTION = re.compile(r"\+33(?:63998|19900|26191|35301|46571|53649)\d{4}|\+1\d{3}55501\d\d")

KINDS = {
    "family phone", "recycled phone", "hot name", "changed name", "changed phone", "typing error", "imitation",
    "arabic letters", "cyrillic letters", "greek letters",
}  # fmt: skip


def test_the_same_dice_give_the_same_people() -> None:
    """And others give others."""
    assert people(300, dice=Dice(1)) == people(300, dice=Dice(1))
    assert people(300, dice=Dice(1)) != people(300, dice=Dice(2))


@pytest.mark.parametrize("count", [1, 2, 50, 999])
def test_there_are_as_many_accounts_as_asked(count: int) -> None:
    """Or a few more, so that nobody is cut in half."""
    assert count <= len(people(count, dice=Dice(4))) <= count + 5


def test_every_kind_is_planted() -> None:
    """With accounts whose ids are their own."""
    accounts = people(4000, dice=Dice(1))

    assert {plant for item in accounts for plant in item.plants} == KINDS
    assert len({item.account_id for item in accounts}) == len(accounts)


def test_a_recycled_number_is_held_at_two_times() -> None:
    """The one who had it before was last seen before."""
    accounts = people(4000, dice=Dice(1))
    later = [item for item in accounts if "recycled phone" in item.plants and item.phone]
    pairs = [(one, item) for item in later for one in accounts if one.phone == item.phone and one.person < item.person]

    assert pairs
    assert all(one.last_at < item.first_at for one, item in pairs if "recycled phone" not in one.plants)


def test_numbers_are_of_the_ranges_set_aside_for_fiction() -> None:
    """And the reading of numbers knows them; those that are stated, too."""
    accounts = people(4000, dice=Dice(1))
    numbers = {item.phone for item in accounts if item.phone}
    numbers |= {said.value for item in accounts for said in item.says if said.kind == "phone"}

    assert len(numbers) > 1000
    assert all(FICTION.fullmatch(number) for number in numbers)
    assert all(normal_phone(number, known=load_known()) == number for number in numbers)


def test_every_number_of_fiction_is_given_once() -> None:
    """French ones first; then there are no more, and that is said."""
    numbers = _numbers()
    given = list(islice(numbers, 63_000))
    with pytest.raises(TooManyPeople):
        next(numbers)

    assert len(given) == len(set(given)) == 63_000
    assert all(FICTION.fullmatch(number) for number in given)
    assert isinstance(normal_phone("+447700900123", known=load_known()), Reason)  # why British ones are not used


def test_what_is_said_reads_as_it_was_meant() -> None:
    """Own, unclear, somebody else's: as the comparison of identities takes the sentence."""
    said = [one for item in people(2000, dice=Dice(1)) for one in item.says]

    assert {(one.kind, one.claim) for one in said} == {
        (kind, claim) for kind in ("phone", "email") for claim in ("own", "unclear", "others")
    }
    assert all(claim_of(one.text, start=one.text.index(one.value)) == one.claim for one in said)
