"""The fictional case: one large group and many private chats, as Telegram Desktop would export them.

Scale 1 has 10,000 members, 73,000 messages, 23,000 media references and 50 countries: the size of the network that the
office for minors took six months to take apart. Everything is invented; the planted scenes are in `plots.toml`, and
`truth.jsonl` says in which file which of them stands, in the form that `rempart evaluate alerts` reads.
"""

import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Protocol, TextIO

import msgspec

from rempart.errors import BadInput
from rempart.fictional.dice import Dice

MEMBERS, MESSAGES, MEDIA = 10_000, 73_000, 23_000
PRIVATE_SHARE = 0.1  # of the messages; the rest stands in the group
PRIVATE_LENGTH = 60  # messages of a private chat
DEMO_SCALE = 0.02
SMALLEST_SCALE = 0.02  # below, the private chats leave no room for joins and media in the group
SEED = 20_261_121
START = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
GROUP_ID = 1_900_000_001


class BadScale(BadInput):
    """The case cannot be made so small."""


class Observer(Protocol):
    """Who watches the writing; the same two calls as the walk's observer."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins."""

    def advance(self, done: int) -> None:
        """How much of it is done."""


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """A planted scene; lines are `S|text` or `A|text`; complete is a line's number, -1 for a benign one."""

    code: str
    lang: str
    level: str
    complete: int
    lines: tuple[str, ...]


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """Benign openings, middles and ends of one language."""

    starts: tuple[str, ...]
    middles: tuple[str, ...]
    ends: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An invented member of the network."""

    id: str
    name: str
    country: str
    lang: str


def write_case(folder: Path, *, scale: float, observer: Observer, stage: str = "fictional case") -> None:
    """Writes `exports/` (one folder a chat), `truth.jsonl`, `members.csv` and `README.txt` below `folder`.

    stage: what the observer is told that this is. Raises: BadScale below SMALLEST_SCALE; nothing is written.
    """
    if scale < SMALLEST_SCALE:
        raise BadScale("The scale must be at least {smallest}; nothing was written.", smallest=SMALLEST_SCALE)
    case = _Case(scale)
    observer.stage(stage, case.messages)
    truths: list[dict[str, object]] = []
    done = 0
    for number in range(case.chats):
        name, truth, written = case.write_private(folder / "exports", number)
        truths.append({"file": name, **truth})
        done += written
        observer.advance(done)
    case.write_group(folder / "exports" / "group", case.messages - done)
    observer.advance(case.messages)
    text = "".join(json.dumps(truth, ensure_ascii=False) + "\n" for truth in truths)
    (folder / "truth.jsonl").write_text(text, "utf-8")
    rows = [f"{member.id},{member.name},{member.country}\n" for member in case.members]
    (folder / "members.csv").write_text("account,name,country\n" + "".join(rows), "utf-8")
    (folder / "README.txt").write_text(_README.format(scale=scale), "utf-8")


_README = """Fictional case of Rempart, scale {scale}. Every name, message and place is invented and harmless.
exports/      Telegram-style exports: the group and the private chats
truth.jsonl   per private chat: level, speaker, 0-based index of the message that completes the evidence
members.csv   the invented members and their countries
Check: rempart evaluate alerts exports truth.jsonl
"""


class _Case:
    """The people and the talk of a case."""

    def __init__(self, scale: float) -> None:
        raw = resources.files("rempart.fictional")
        talk = tomllib.loads(raw.joinpath("talk.toml").read_text("utf-8"))
        self._talk = {lang: msgspec.convert(talk[lang], Talk) for lang in ("fr", "en", "de", "nl", "es")}
        plots = tomllib.loads(raw.joinpath("plots.toml").read_text("utf-8"))["plot"]
        self._plots = msgspec.convert(plots, tuple[Plot, ...])
        self.messages = round(MESSAGES * scale)
        self._media = round(MEDIA * scale)
        self.chats = max(8, round(self.messages * PRIVATE_SHARE / PRIVATE_LENGTH))
        self.members = _members(round(MEMBERS * scale), talk["countries"], talk["nicknames"])

    def write_private(self, folder: Path, number: int) -> tuple[str, dict[str, object], int]:
        """(path below exports, truth, messages) of one private chat, with a scene planted among benign talk."""
        dice = Dice(SEED + 7919 * (number + 1))
        plot = self._plots[number % len(self._plots)]
        speaker, other = (
            self.members[2 * number % len(self.members)],
            self.members[(2 * number + 1) % len(self.members)],
        )
        lines = list(self._scene(dice, plot, speaker, other))
        name = f"chat_{number + 1:04d}/result.json"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("w", encoding="utf-8", newline="\n") as file:
            _write_chat(file, other.name, "personal_chat", 2_000_000 + number, _dated(lines, dice, START, 240))
        planted = next(at for at, line in enumerate(lines) if line[1] == plot.lines[0][2:])
        truth: dict[str, object] = {
            "level": plot.level,
            "speaker": None if plot.level == "none" else speaker.name,
            "earliest_index": None if plot.level == "none" else planted + plot.complete,
            "plot": plot.code,
        }
        return name, truth, len(lines)

    def _scene(self, dice: Dice, plot: Plot, speaker: Member, other: Member) -> Iterator[tuple[Member, str]]:
        before = dice.number(PRIVATE_LENGTH - len(plot.lines))
        for place in range(PRIVATE_LENGTH - len(plot.lines) + 1):
            if place == before:
                for line in plot.lines:
                    yield (speaker if line[0] == "S" else other), line[2:]
            else:
                yield dice.pick((speaker, other)), self._benign(dice, plot.lang)

    def write_group(self, folder: Path, count: int) -> None:
        """The large group: benign talk in five languages, replies, media references, joins."""
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "result.json").open("w", encoding="utf-8", newline="\n") as file:
            _write_chat(file, "Terrasse des collectionneurs", "private_supergroup", GROUP_ID, self._group(count))

    def _group(self, count: int) -> Iterator[dict[str, object]]:
        """Every member joins once; between the joins, people talk, reply and name media until all are told."""
        dice, moment, joined, media = Dice(SEED), START, 0, 0
        for number in range(1, count + 1):
            moment += timedelta(seconds=20 + dice.number(400))
            if joined < len(self.members) and number * len(self.members) // (count - 1) > joined:
                yield _join(number, moment, self.members[joined])
                joined += 1
                continue
            member = self.members[dice.skewed(max(joined, 1))]
            message = _message(number, moment, member, self._benign(dice, member.lang))
            if number > 3 and dice.chance(250):
                message["reply_to_message_id"] = number - 1 - dice.number(min(number - 2, 20))
            if number * self._media // count > media:
                message |= _medium(dice.skewed(self._media))
                media += 1
            yield message

    def _benign(self, dice: Dice, lang: str) -> str:
        talk = self._talk[lang]
        end = dice.pick(talk.ends)
        return f"{dice.pick(talk.starts)} {dice.pick(talk.middles)}{', ' + end if end else ''}"


def _members(count: int, countries: Sequence[str], nicknames: Sequence[str]) -> tuple[Member, ...]:
    dice = Dice(SEED + 1)
    languages = {"DE": "de", "AT": "de", "NL": "nl", "ES": "es", "AR": "es", "CL": "es", "MX": "es", "CO": "es"}
    french = {"FR", "BE", "CH", "LU", "CA", "MA", "DZ", "TN", "SN", "CI", "CM"}
    members: list[Member] = []
    for number in range(count):
        country = countries[number % len(countries)] if number < len(countries) else dice.pick(countries)
        lang = languages.get(country, "fr" if country in french else "en")
        name = f"{dice.pick(nicknames)}_{number:05d}"
        members.append(Member(id=f"user{5_000_000_000 + number}", name=name, country=country, lang=lang))
    return tuple(members)


def _dated(lines: Sequence[tuple[Member, str]], dice: Dice, start: datetime, gap_s: int) -> Iterator[dict[str, object]]:
    moment = start + timedelta(days=dice.number(60), hours=dice.number(12))
    for number, (member, text) in enumerate(lines, start=1):
        moment += timedelta(seconds=10 + dice.number(gap_s))
        yield _message(number, moment, member, text)


def _message(number: int, moment: datetime, member: Member, text: str) -> dict[str, object]:
    return {
        "id": number,
        "type": "message",
        "date": moment.strftime("%Y-%m-%dT%H:%M:%S"),
        "date_unixtime": str(int(moment.timestamp())),
        "from": member.name,
        "from_id": member.id,
        "text": text,
        "text_entities": [{"type": "plain", "text": text}],
    }


def _medium(file: int) -> dict[str, object]:
    """A reference to one of the files that go round: the same come back, which is what links people later."""
    if file % 3:
        return {"photo": f"photos/photo_{file:06d}.jpg", "photo_file_size": 40_000 + file * 17}
    return {"file": f"files/file_{file:06d}.bin", "file_name": f"file_{file:06d}.bin", "file_size": 90_000 + file * 31}


def _join(number: int, moment: datetime, member: Member) -> dict[str, object]:
    return {
        "id": number,
        "type": "service",
        "date": moment.strftime("%Y-%m-%dT%H:%M:%S"),
        "date_unixtime": str(int(moment.timestamp())),
        "actor": member.name,
        "actor_id": member.id,
        "action": "join_group_by_link",
        "inviter": "Group",
        "text": "",
        "text_entities": [],
    }


def _write_chat(file: TextIO, name: str, kind: str, number: int, messages: Iterator[dict[str, object]]) -> None:
    """One chat in the layout of Telegram Desktop, message by message."""
    head = f'{{\n "name": {json.dumps(name, ensure_ascii=False)},\n "type": "{kind}",\n "id": {number},\n "messages": ['
    file.write(head)
    for place, message in enumerate(messages):
        body = json.dumps(message, ensure_ascii=False, indent=1).replace("\n", "\n  ")
        file.write(("," if place else "") + "\n  " + body)
    file.write("\n ]\n}\n")
