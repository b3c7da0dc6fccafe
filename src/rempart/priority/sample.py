"""The low-ranked that are read all the same, so that what the order overlooks has a chance to be seen.

Source: reference, Prioritisation C3: a random 5 % of low-ranked dossiers is always read (KIRAT-2 placed 2.4 % of the
high-risk files low).
"""

import hashlib
from collections.abc import Sequence

from rempart.priority.ranked import Ranked

SAMPLE_PERCENT = 5  # reference, Prioritisation C3


def sample_low(ranked: Sequence[Ranked], *, seed: str) -> tuple[Ranked, ...]:
    """5 % of the low-ranked, rounded up, in the order of reading; the same ones for the same seed and subjects.

    Low: P3, or unranked without any alert (an unranked one with an alert is read anyway). Empty only when none is low.
    """
    low = [item for item in ranked if is_low(item)]
    wanted = -(-len(low) * SAMPLE_PERCENT // 100)
    drawn = sorted(low, key=lambda item: (_draw(item.subject, seed), item.subject))[:wanted]
    return tuple(sorted(drawn, key=lambda item: item.reading_order))


def is_low(item: Ranked) -> bool:
    """Whether the order of reading alone would leave it for last."""
    return item.level == "P3" or (item.level == "unranked" and item.reading.level is None)


def is_drawn(subject: str, *, seed: str) -> bool:
    """Whether one that is low is among the drawn, when they come one by one: 5 % in the long run, and for this one always the same."""
    return int.from_bytes(_draw(subject, seed)[:4], "big") * 100 < SAMPLE_PERCENT << 32


def _draw(subject: str, seed: str) -> bytes:
    return hashlib.sha256(f"{len(seed)}:{seed}:{subject}".encode()).digest()
