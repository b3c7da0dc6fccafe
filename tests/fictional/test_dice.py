"""Repeatable choices."""

from hypothesis import given
from hypothesis import strategies as st

from rempart.fictional.dice import Dice

SEEDS = st.integers(0, 2**64 - 1)


def test_never_and_always_are_kept() -> None:
    """No chance in a thousand never comes; a thousand in a thousand always does."""
    dice = Dice(1)

    assert not any(dice.chance(0) for _ in range(500))
    assert all(dice.chance(1000) for _ in range(500))


def test_the_stream_is_that_of_splitmix64() -> None:
    """The published values for the seed 1234567, so that every machine makes the same case."""
    dice = Dice(1234567)

    assert [dice.number(2**64) for _ in range(5)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


@given(seed=SEEDS, below=st.integers(1, 10**6))
def test_a_choice_stays_in_its_range(seed: int, below: int) -> None:
    """Numbers, skewed numbers and picks are all in [0, below)."""
    dice = Dice(seed)

    assert 0 <= dice.number(below) < below
    assert 0 <= dice.skewed(below) < below
    assert dice.pick(range(below)) in range(below)


@given(seed=SEEDS)
def test_the_same_seed_gives_the_same_choices(seed: int) -> None:
    """Two dice of one seed agree for ever, whatever is asked of them."""
    first, second = Dice(seed), Dice(seed)

    assert [first.skewed(99) for _ in range(20)] == [second.skewed(99) for _ in range(20)]
    assert [first.chance(250) for _ in range(20)] == [second.chance(250) for _ in range(20)]


def test_few_people_write_most_messages() -> None:
    """The first tenth of the skewed range is chosen more than twice as often as its share."""
    dice = Dice(7)
    chosen = [dice.skewed(1000) for _ in range(2000)]

    assert sum(number < 100 for number in chosen) > 0.2 * len(chosen)
