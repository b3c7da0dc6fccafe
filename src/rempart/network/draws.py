"""Repeatable random numbers for igraph: one seed, one stream, the same on every machine.

igraph keeps one generator for the whole process; `seeded` sets it and gives igraph's own back.
Source: PCG64, O'Neill 2014, as NumPy has it; its raw stream is promised not to change.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain, count

import igraph
import numpy as np

_BLOCK = 8192
BITS = 32  # what igraph asks for, always (_igraph, random.c); a test holds it to that


class Draws:
    """The methods that igraph asks a generator for.

    getrandbits: a whole number of BITS bits. random: a number in [0, 1). Both are streams and no methods, since igraph asks millions of
    times; the argument of getrandbits stands where `next` takes its default, which an endless stream never gives.
    """

    getrandbits: Callable[[int], int]
    random: Callable[[], float]

    def __init__(self, seed: int) -> None:
        words, parts = (np.random.PCG64(child) for child in np.random.SeedSequence(seed).spawn(2))
        whole = ((words.random_raw(_BLOCK) >> np.uint64(64 - BITS)).tolist() for _ in count())
        reals = (((parts.random_raw(_BLOCK) >> np.uint64(11)) * 2.0**-53).tolist() for _ in count())
        self.getrandbits = partial(next, chain.from_iterable(whole))
        self.random = partial(next, chain.from_iterable(reals))

    def randint(self, low: int, high: int) -> int:
        """A whole number in [low, high]; by rejection, so that none is favoured."""
        span = high - low + 1
        fair = (1 << BITS) - (1 << BITS) % span
        while (drawn := self.getrandbits(BITS)) >= fair:
            pass
        return low + drawn % span

    def gauss(self, mean: float, deviation: float) -> float:
        """A normal number, as the sum of twelve uniform ones: igraph asks for it in layouts only."""
        return mean + deviation * (sum(self.random() for _ in range(12)) - 6)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """igraph draws from this seed inside the block."""
    igraph.set_random_number_generator(Draws(seed))
    try:
        yield
    finally:
        igraph.set_random_number_generator(None)
