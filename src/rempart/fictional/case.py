"""The fictional case: groups, private chats and whole accounts, as Telegram Desktop would export them, with the whole truth.

Scale 1 has 10,000 members, 73,000 messages, 23,000 references to 8,000 files and 50 countries: the size of the network that the
office for minors took six months to take apart. Everything is invented. `truth.jsonl` says in which private chat which of the
scenes of `plots.toml` stands, in the form that `rempart evaluate alerts` reads; `truth/` says who belongs together.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rempart.errors import BadInput
from rempart.fictional.communities import plan_bridges, plan_communities
from rempart.fictional.files import Shelf
from rempart.fictional.groups import Cast, Extent, Groups
from rempart.fictional.hashlists import write_lists
from rempart.fictional.members import Member, gather_members
from rempart.fictional.owners import LINES, write_account
from rempart.fictional.planned import plan_groups
from rempart.fictional.scenes import LENGTH, write_scene
from rempart.fictional.truth import README as TRUTH_README
from rempart.fictional.truth import write_truth
from rempart.fictional.words import load_words

MEMBERS, MESSAGES, MEDIA, FILES = 10_000, 73_000, 23_000, 8_000
PRIVATE_SHARE = 0.1  # of the messages; the rest stands in the groups
OWNERS = 4  # whole accounts at scale 1
DEMO_SCALE = 0.02
SMALLEST_SCALE = 0.02  # below, the private chats leave no room for joins and media in the groups


class BadScale(BadInput):
    """The case cannot be made so small."""


class Observer(Protocol):
    """Who watches the writing; the same two calls as the walk's observer."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins."""

    def advance(self, done: int) -> None:
        """How much of it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The files go with the exports, and hash lists that know some; `known`: rows of the largest list at least."""

    known: int = 0


def write_case(
    folder: Path, *, scale: float, observer: Observer, stage: str = "fictional case", files: Files | None = None
) -> None:
    """Writes `exports/` (one folder an export), `truth.jsonl`, `truth/`, `members.csv` and `README.txt` below `folder`.

    stage: what the observer is told that this is. files: None leaves them out, as most exports do; else `lists/` is written too.
    Raises: BadScale below SMALLEST_SCALE; nothing is written.
    """
    if scale < SMALLEST_SCALE:
        raise BadScale("The scale must be at least {smallest}; nothing was written.", smallest=SMALLEST_SCALE)
    case = _Case(folder, scale)
    observer.stage(stage, case.messages)
    case.write_apart()
    case.write_groups(observer, Shelf() if files else None)
    if files:
        write_lists(folder / "lists", case.told.files, case.printed, rows=files.known)
    case.write_about(scale)
    observer.advance(case.messages)


class _Case:
    """The people of a case and what is written of them."""

    def __init__(self, folder: Path, scale: float) -> None:
        self._folder, self._scale, self._words = folder, scale, load_words()
        self.messages = round(MESSAGES * scale)
        self._chats = max(8, round(self.messages * PRIVATE_SHARE / LENGTH))
        self._owners = max(1, round(OWNERS * scale))
        first = 2 * self._chats + self._owners
        members = gather_members(round(MEMBERS * scale), words=self._words, first_planted=first)
        communities = plan_communities(members, scale=scale, words=self._words)
        self._cast = Cast(members=members, communities=communities, words=self._words)

    @property
    def _members(self) -> Sequence[Member]:
        return self._cast.members

    def write_apart(self) -> None:
        """The private chats with their truth, and the whole accounts."""
        exports = self._folder / "exports"
        truths = [
            write_scene(exports, number, members=self._members, words=self._words) for number in range(self._chats)
        ]
        text = "".join(json.dumps(truth, ensure_ascii=False) + "\n" for truth in truths)
        (self._folder / "truth.jsonl").write_text(text, "utf-8")
        for number in range(self._owners):
            owner = self._members[2 * self._chats + number]
            write_account(exports, number, owner=owner, members=self._members, words=self._words)

    def write_groups(self, observer: Observer, shelf: Shelf | None) -> None:
        """The groups, with the files where they are not left out."""
        before = self._chats * LENGTH + self._owners * LINES
        references, files = round(MEDIA * self._scale), round(FILES * self._scale)
        extent = Extent(lines=self.messages - before, references=references, files=files)
        groups = Groups(self._folder / "exports", self._cast, extent=extent, shelf=shelf)
        plan_groups(groups)
        groups.write(advance=lambda done: observer.advance(before + done))
        self.told, self.printed = groups.told, shelf.printed if shelf else {}

    def write_about(self, scale: float) -> None:
        """The truth of the groups, the list of members, and what stands where."""
        bridges = plan_bridges(self._cast.communities)
        write_truth(self._folder / "truth", self._cast, self.told, bridges=bridges, printed=self.printed)
        rows = [f"{member.id},{member.name},{member.country}\n" for member in self._members]
        (self._folder / "members.csv").write_text("account,name,country\n" + "".join(rows), "utf-8")
        about = _README.format(scale=scale, lists=_LISTS if self.printed else "") + TRUTH_README.lstrip("\n") + _CHECK
        (self._folder / "README.txt").write_text(about, "utf-8")


_README = """Fictional case of Rempart, scale {scale}. Every name, message, number, picture and place is invented and harmless.
exports/                 Telegram-style exports: the large group, the groups of the communities, private chats, whole accounts
{lists}truth.jsonl              per private chat: level, speaker, 0-based index of the message that completes the evidence
members.csv              the invented members and their countries
"""
_LISTS = "lists/                   invented hash lists that know some of the files; no row comes from a real list\n"
_CHECK = "Check: rempart evaluate alerts exports truth.jsonl\n"
