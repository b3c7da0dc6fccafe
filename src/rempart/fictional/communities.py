"""Who belongs together in the case: communities that share mostly inside, the few who share in two, who brings new files.

The last community never meets: its members talk to nobody, have no group of their own, and share the same files all over. The
others have a group each. The first of a community's sharers to join opens its group; the next invites; a third looks after it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rempart.fictional.dice import Dice
from rempart.fictional.members import SEED, Member
from rempart.fictional.words import Words

UNSEEN = 80  # members at scale 1 of the community that never meets
_SHARER_PER_THOUSAND = 300
_ALWAYS_SHARERS = 8  # the first of every community, so that its roles are held


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """Members and sharers by their place among the members, ascending; `meets` is False where there is no group.

    creator, inviter, keeper: who opens the group, invites, and pins and renames. producers: who brings files that nobody had.
    """

    number: int
    title: str
    members: tuple[int, ...]
    sharers: tuple[int, ...]
    producers: tuple[int, ...]
    meets: bool = True

    @property
    def creator(self) -> int:
        """Who opens the group."""
        return self.sharers[0]

    @property
    def inviter(self) -> int:
        """Who invites."""
        return self.sharers[1]

    @property
    def keeper(self) -> int:
        """Who pins messages and changes the title."""
        return self.sharers[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """A member of the community `home` who shares in `other` as much."""

    member: int
    home: int
    other: int


def plan_communities(members: Sequence[Member], *, scale: float, words: Words) -> tuple[Community, ...]:
    """Every member in one community; large ones first, the one that never meets last."""
    dice = Dice(SEED + 3)
    count = max(4, round(20 * math.sqrt(scale)))
    unseen = frozenset(range(7, len(members), max(1, len(members) // max(8, round(UNSEEN * scale)))))
    places: list[list[int]] = [[] for _ in range(count + 1)]
    for member in members:
        at = count if member.place in unseen and not member.plant else min(dice.number(count), dice.number(count))
        places[at].append(member.place)
    return tuple(
        _community(number, held, words, dice, meets=number < count) for number, held in enumerate(places) if held
    )


def plan_bridges(communities: Sequence[Community]) -> tuple[Bridge, ...]:
    """One for each community with a group, to another one: one of its first sharers, who brings nothing new."""
    dice = Dice(SEED + 4)
    meeting = [community for community in communities if community.meets]
    found: list[Bridge] = []
    for community in meeting:
        other = (community.number + 1 + dice.number(len(meeting) - 1)) % len(meeting)
        found.append(Bridge(member=community.sharers[5], home=community.number, other=other))
    return tuple(found)


def _community(number: int, places: list[int], words: Words, dice: Dice, *, meets: bool) -> Community:
    first, second = words.titles
    title = f"{first[number % len(first)]} {second[number // len(first) % len(second)]} {number + 1}"
    sharers = tuple(
        place
        for at, place in enumerate(places)
        if not meets or at < _ALWAYS_SHARERS or dice.chance(_SHARER_PER_THOUSAND)
    )
    producers = sharers[3:5] if meets else sharers[:1]
    return Community(
        number=number, title=title, members=tuple(places), sharers=sharers, producers=producers, meets=meets
    )
