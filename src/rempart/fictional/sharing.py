"""Who shares which file when: new files enter at a steady pace, the popular ones come back more often, most stay at home.

A file that comes back is drawn from all references so far, so that few files get most of them (Yule's process). People write at
the hours at which people are awake where they live.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from rempart.fictional.communities import Bridge, Community
from rempart.fictional.dice import Dice
from rempart.fictional.files import Fate, SharedFile
from rempart.fictional.members import SEED, Member

KNOWN_SHARE = 0.4  # of the files that are no copies and do not go round everywhere: those that a list knows
AWAKE = (
    35,
    15,
    5,
    2,
    2,
    3,
    8,
    20,
    35,
    40,
    40,
    45,
    60,
    55,
    45,
    45,
    50,
    60,
    75,
    90,
    100,
    100,
    90,
    60,
)  # per hundred, by local hour
_TRIES = 12
_COMMON_EVERY, _COPY_EVERY, _DOCUMENT_EVERY, _WITHDRAWN_EVERY = 100, 12, 5, 31
_COMMON, _BRIDGE, _CARRIED, _STRAY, _FORWARD, _AT_HOME, _PRODUCED = 60, 80, 400, 40, 300, 600, 450  # per thousand


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An instant of the case: seconds from 1970, part of the period in [0, 1], members who joined so far."""

    at_s: int
    share: float
    joined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A member shares a file. community: in whose group; None in the large one. forwarded_from: who shared it last."""

    member: Member
    file: SharedFile
    community: int | None
    forwarded_from: Member | None = None


class Crowd:
    """Picks members who have joined, who write at that part of the period, and who are probably awake."""

    def __init__(self, members: Sequence[Member], dice: Dice) -> None:
        self.members, self._dice = members, dice

    def pick(self, places: Sequence[int], moment: Moment) -> Member | None:
        """One of those at these ascending places, the first to join more often; None when nobody is awake."""
        present = bisect_left(places, moment.joined)
        for _ in range(_TRIES if present else 0):
            member = self.members[places[min(self._dice.number(present), self._dice.number(present))]]
            if member.writes_at(moment.share) and self._dice.number(100) < awake(member, moment.at_s):
                return member
        return None

    def pick_anyway(self, places: Sequence[int], moment: Moment) -> Member:
        """As `pick`; when nobody is awake, somebody is up late."""
        found = self.pick(places, moment)
        if found is None:
            present = max(1, bisect_left(places, moment.joined))
            writing = [place for place in places[:present] if self.members[place].writes_at(moment.share)]
            chosen = [self.members[self._dice.pick(writing or places[:1])] for _ in range(_TRIES)]
            found = max(chosen, key=lambda member: awake(member, moment.at_s))
        return found


class Sharing:
    """The shares, one after the other. files: those that have entered so far, by number."""

    def __init__(self, members: Sequence[Member], communities: Sequence[Community], bridges: Sequence[Bridge]) -> None:
        self.files: list[SharedFile] = []
        self._communities, self._bridges = communities, bridges
        self._dice = Dice(SEED + 5)
        self._crowd = Crowd(members, self._dice)
        self._bridge_places = sorted(bridge.member for bridge in bridges)
        self._by_member = {bridge.member: bridge for bridge in bridges}
        homes = sorted((place, c.number) for c in communities for place in c.sharers)
        self._homes, self._home_of = [place for place, _ in homes], dict(homes)
        self._references: dict[int | None, list[int]] = {c.number: [] for c in communities} | {None: []}
        self._pools: dict[int, list[int]] = {c.number: [] for c in communities}
        self._last: dict[int, Member] = {}
        self._originals = self._known = 0

    def next(self, moment: Moment, *, is_new: bool) -> Share:
        """The next share; is_new: a file enters. The first always does."""
        if is_new or not self.files:
            share = self._enter(moment)
        elif self._dice.chance(_BRIDGE) and (crossing := self._crossing(moment)):
            share = crossing
        else:
            share = self._again(moment)
        self._references[share.file.community].append(share.file.number)
        self._last[share.file.number] = share.member
        return share

    def _community(self, moment: Moment) -> Community:
        """One of those with sharers present, by how many."""
        present = max(1, bisect_left(self._homes, moment.joined))
        return self._communities[self._home_of[self._homes[self._dice.number(present)]]]

    def _place(self, community: Community) -> int | None:
        """Where a member of the community shares: in its group or in the large one; all over where there is none."""
        if community.meets:
            return community.number if self._dice.chance(_AT_HOME) else None
        return self._dice.pick((None, *(other.number for other in self._communities if other.meets)))

    def _enter(self, moment: Moment) -> Share:
        community = self._community(moment)
        producer = self._crowd.pick(community.producers, moment) if self._dice.chance(_PRODUCED) else None
        member = producer or self._crowd.pick_anyway(community.sharers, moment)
        file = self._new_file(community, is_produced=producer is not None)
        self.files.append(file)
        if file.community is not None and file.copy_of is None:
            self._pools[file.community].append(file.number)
        return Share(member=member, file=file, community=self._place(community))

    def _new_file(self, community: Community, *, is_produced: bool) -> SharedFile:
        number = len(self.files)
        if number % _COMMON_EVERY == 5:
            return SharedFile(number=number, community=None, is_photo=True, fate="good")
        pool = self._pools[community.number]
        if number % _COPY_EVERY == 7 and pool and not is_produced:
            model = self._dice.pick([file for file in pool if self.files[file].is_photo] or [0])
            if self.files[model].is_photo and self.files[model].copy_of is None:
                return SharedFile(number=number, community=community.number, is_photo=True, fate="copy", copy_of=model)
        fate = self._fate(number, is_produced=is_produced)
        return SharedFile(number=number, community=community.number, is_photo=number % _DOCUMENT_EVERY != 3, fate=fate)

    def _fate(self, number: int, *, is_produced: bool) -> Fate:
        self._originals += 1
        if not is_produced and number % _WITHDRAWN_EVERY == 0:
            return "withdrawn"
        if is_produced or self._known >= KNOWN_SHARE * self._originals:
            return "unlisted"
        self._known += 1
        return "listed"

    def _crossing(self, moment: Moment) -> Share | None:
        """A bridge shares in one of the two groups, now and then what goes round in the other."""
        member = self._crowd.pick(self._bridge_places, moment)
        if member is None:
            return None
        bridge = self._by_member[member.place]
        here, there = (bridge.home, bridge.other) if self._dice.chance(500) else (bridge.other, bridge.home)
        pool = self._references[there if self._dice.chance(_CARRIED) else here]
        if not pool:
            return None
        file = self.files[self._dice.pick(pool)]
        return Share(member=member, file=file, community=here, forwarded_from=self._source(file, member))

    def _again(self, moment: Moment) -> Share:
        community = self._community(moment)
        member = self._crowd.pick_anyway(community.sharers, moment)
        pool = self._references[community.number]
        if self._references[None] and (self._dice.chance(_COMMON) or not pool):
            pool = self._references[None]
        elif self._dice.chance(_STRAY) or not pool:
            pool = self._references[self._community(moment).number] or pool
        file = self.files[self._dice.pick(pool)] if pool else self.files[-1]
        return Share(
            member=member, file=file, community=self._place(community), forwarded_from=self._source(file, member)
        )

    def _source(self, file: SharedFile, member: Member) -> Member | None:
        """Whom the file is forwarded from, for some; None where it is sent anew."""
        last = self._last[file.number]
        return last if self._dice.chance(_FORWARD) and last is not member else None


def awake(member: Member, at_s: int) -> int:
    """How many in a hundred are awake and writing where the member lives."""
    return AWAKE[(at_s // 60 + member.offset_min) // 60 % 24]
