"""The groups of the case: one large group that everybody joins, and one of each community that meets.

One clock runs over all of them. At every tick one thing happens: what was planned for that time (a group opens, somebody invites,
pins, renames, states a number), somebody joins, somebody shares a file, or somebody talks.
"""

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rempart.fictional.communities import Community, plan_bridges
from rempart.fictional.dice import Dice
from rempart.fictional.files import SharedFile, Shelf
from rempart.fictional.members import JOINED_BY, SEED, Member
from rempart.fictional.sharing import Crowd, Moment, Share, Sharing
from rempart.fictional.telegram import ChatFile, Fields, message, service
from rempart.fictional.words import Words

START_S = int(datetime(2025, 10, 27, 7, 0, tzinfo=UTC).timestamp())
GROUP_ID = 1_900_000_001
TITLE = "Terrasse des collectionneurs"
_LINES = 73_000  # over which the steps below fill 186 days
_REPLY, _AT_HOME = 250, 500  # per thousand
_LAST_LINES = 10  # left to catch up with references that joins put off


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """Where a file was seen first."""

    member: Member
    chat: int
    message: int
    at_s: int


@dataclass(slots=True, kw_only=True)
class Told:
    """What happened in the groups, for the truth; members by place. roles: lines by (member, chat id, role).

    titles: of the groups by chat id.
    """

    messages: Counter[int] = field(default_factory=Counter)
    shares: Counter[tuple[int, int | None]] = field(default_factory=Counter)  # by community of the file
    references: Counter[int] = field(default_factory=Counter)
    firsts: dict[int, First] = field(default_factory=dict)
    roles: Counter[tuple[int, int, str]] = field(default_factory=Counter)
    files: Sequence[SharedFile] = ()
    titles: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who takes part, and the words they use."""

    members: tuple[Member, ...]
    communities: tuple[Community, ...]
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is told in the groups: lines in all, references to files, files."""

    lines: int
    references: int
    files: int


@dataclass(slots=True, kw_only=True)
class Group:
    """A group while it is written. places: where a file lies below the export."""

    id: int
    title: str
    chat: ChatFile
    lines: int = 0
    last: deque[int] = field(default_factory=lambda: deque(maxlen=20))
    places: dict[int, str] = field(default_factory=dict)
    files: int = 0

    def number(self) -> int:
        """The number of the next line."""
        self.lines += 1
        return self.lines


Plan = Callable[["Groups", Moment], None]


class Groups:
    """Writes the groups below a folder. shelf: None where the export left the files out. by_number: None is the large one."""

    def __init__(self, folder: Path, cast: Cast, *, extent: Extent, shelf: Shelf | None) -> None:
        self.cast, self._folder, self._extent, self._shelf = cast, folder, extent, shelf
        self.dice = Dice(SEED)
        self._crowd = Crowd(cast.members, self.dice)
        self._sharing = Sharing(cast.members, cast.communities, plan_bridges(cast.communities))
        self._talkers = tuple(sorted(place for c in cast.communities if c.meets for place in c.members))
        self._home = {place: c for c in cast.communities for place in c.members}
        self._planned: dict[int, deque[Plan]] = {}
        self.instants = tuple(_instants(extent.lines))
        self.by_number: dict[int | None, Group] = {}
        self.told = Told(files=self._sharing.files)

    def plan(self, tick: int, plan: Plan) -> None:
        """Has something happen at that tick, or at the next that is free."""
        self._planned.setdefault(min(tick, len(self.instants) - _LAST_LINES * 2), deque()).append(plan)

    def write(self, *, advance: Callable[[int], None]) -> None:
        """Everything, in the order of time; `advance` is told the lines written, now and then."""
        with ExitStack() as opened:
            self._open_group(opened, None, TITLE, "group")
            for community in self.cast.communities:
                if community.meets:
                    self._open_group(opened, community.number, community.title, f"group_{community.number + 2:02d}")
            self._run(advance)

    def _open_group(self, opened: ExitStack, number: int | None, title: str, folder: str) -> None:
        native = GROUP_ID if number is None else GROUP_ID + number + 1
        path = self._folder / folder / "result.json"
        chat = opened.enter_context(ChatFile(path, name=title, kind="private_supergroup", number=native))
        self.told.titles[native] = title
        self.by_number[number] = Group(id=native, title=title, chat=chat)

    def _run(self, advance: Callable[[int], None]) -> None:
        waiting: deque[Plan] = deque()
        joined = shared = 0
        members, extent, count = len(self.cast.members), self._extent, len(self.instants)
        for tick, at_s in enumerate(self.instants):
            moment = Moment(at_s=at_s, share=tick / count, joined=joined)
            waiting.extend(self._planned.pop(tick, ()))
            if waiting:
                waiting.popleft()(self, moment)
            elif joined < members and (tick + 1) * members > joined * count * JOINED_BY:
                self._join(self.cast.members[joined], moment)
                joined += 1
            elif shared < min(extent.references, (tick + 1) * extent.references // (count - _LAST_LINES)):
                is_new = len(self._sharing.files) * extent.references < shared * extent.files
                self._share(self._sharing.next(moment, is_new=is_new), moment)
                shared += 1
            else:
                self._talk(moment)
            if tick % 1000 == 999:
                advance(tick + 1)

    def _join(self, member: Member, moment: Moment) -> None:
        group = self.by_number[None]
        told = {"action": "join_group_by_link", "inviter": "Group"}
        group.chat.write(service(group.number(), moment.at_s, member, told, share=moment.share))

    def do(self, member: Member, group: Group, role: str, told: Fields, moment: Moment) -> None:
        """A service line of a member who holds a role."""
        self.told.roles[member.place, group.id, role] += 1
        group.chat.write(service(group.number(), moment.at_s, member, told, share=moment.share))

    def say(self, member: Member, text: str, moment: Moment, *, group: Group | None = None) -> None:
        """A message in the group; by default in that of the member's community, or in the large one."""
        if group is None:
            home = self._home[member.place]
            group = self.by_number[home.number if home.meets and self.dice.chance(_AT_HOME) else None]
        self._write(group, member, self._message(group, member, text, moment))

    def _message(self, group: Group, member: Member, text: str, moment: Moment) -> Fields:
        fields = message(group.number(), moment.at_s, member, text, share=moment.share)
        if self._home[member.place].meets and group.last and self.dice.chance(_REPLY):
            fields["reply_to_message_id"] = self.dice.pick(group.last)
        return fields

    def _write(self, group: Group, member: Member, fields: Fields) -> None:
        self.told.messages[member.place] += 1
        group.last.append(group.lines)
        group.chat.write(fields)

    def _talk(self, moment: Moment) -> None:
        """Benign talk of somebody who is awake, in the group of the community or in the large one."""
        home = self._home[self._talkers[self.dice.number(max(1, bisect_left(self._talkers, moment.joined)))]]
        member = self._crowd.pick_anyway(home.members, moment)
        self.say(member, benign(self.cast.words, member.lang, self.dice), moment)

    def _share(self, share: Share, moment: Moment) -> None:
        group, member, file = self.by_number[share.community], share.member, share.file
        text = benign(self.cast.words, member.lang, self.dice) if self.dice.chance(300) else ""
        fields = self._message(group, member, text if self._home[member.place].meets else "", moment)
        if share.forwarded_from is not None:
            fields["forwarded_from"] = share.forwarded_from.name_at(moment.share)
        fields |= self._medium(group, file, moment.at_s, is_forward=share.forwarded_from is not None)
        self.told.shares[member.place, file.community] += 1
        self.told.references[file.number] += 1
        first = First(member=member, chat=group.id, message=group.lines, at_s=moment.at_s)
        self.told.firsts.setdefault(file.number, first)
        self._write(group, member, fields)

    def _medium(self, group: Group, file: SharedFile, at_s: int, *, is_forward: bool) -> Fields:
        """The reference; a forward inside one export leads to the file that already lies there."""
        if self._shelf is None:
            return _referenced(file)
        path = group.places.get(file.number) if is_forward else None
        if path is None:
            group.files += 1
            stamp = datetime.fromtimestamp(at_s, UTC).strftime("%d-%m-%Y_%H-%M-%S")
            path = f"photos/photo_{group.files}@{stamp}.png" if file.is_photo else f"files/{group.files}_{file.name}"
            self._shelf.save(file, group.chat.folder / path)
            group.places[file.number] = path
        size = self._shelf.printed[file.number].size_bytes
        if file.is_photo:
            return {"photo": path, "photo_file_size": size}
        return {"file": path, "file_name": file.name, "file_size": size}


def benign(words: Words, lang: str, dice: Dice) -> str:
    """A benign sentence."""
    talk = words.talk[lang]
    end = dice.pick(talk.ends)
    return f"{dice.pick(talk.starts)} {dice.pick(talk.middles)}{', ' + end if end else ''}"


def _referenced(file: SharedFile) -> Fields:
    """A reference to a file that the export left out: its name and size are all that is told."""
    if file.is_photo:
        return {"photo": f"photos/{file.name}", "photo_file_size": 40_000 + file.number * 17}
    return {"file": f"files/{file.name}", "file_name": file.name, "file_size": 90_000 + file.number * 31}


def _instants(count: int) -> Iterator[int]:
    """Seconds from 1970, rising, over the same half year whatever the count."""
    dice, elapsed_ms = Dice(SEED + 6), 0
    for _ in range(count):
        elapsed_ms += (20 + dice.number(400)) * 1000 * _LINES // max(count, 1)
        yield START_S + elapsed_ms // 1000
