"""Invented accounts with a truth: repeatable, of every planted kind."""

import pytest

from rempart.fictional.dice import Dice
from rempart.fictional.people import people

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
