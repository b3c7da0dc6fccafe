"""Repeatable choices: a counter-based generator, so that the same seed gives the same case on every machine.

Source: SplitMix64, Steele, Lea and Flood 2014, OOPSLA. Not for anything secret.
"""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
_MASK = (1 << 64) - 1


class Dice:
    """A stream of choices from one seed."""

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def number(self, below: int) -> int:
        """A whole number in [0, below)."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return (mixed ^ (mixed >> 31)) % below

    def pick(self, things: Sequence[T]) -> T:
        """One of the things."""
        return things[self.number(len(things))]

    def skewed(self, below: int) -> int:
        """A whole number in [0, below), small ones far more often: few people write most messages."""
        return min(self.number(below), self.number(below), self.number(below))

    def chance(self, per_thousand: int) -> bool:
        """True that many times in a thousand."""
        return self.number(1000) < per_thousand
