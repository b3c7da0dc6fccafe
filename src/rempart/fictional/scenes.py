"""The private chats of the case: a planted scene among benign talk, with the truth of who says what where."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rempart.fictional.dice import Dice
from rempart.fictional.groups import benign
from rempart.fictional.members import SEED, Member
from rempart.fictional.telegram import ChatFile, Fields, message
from rempart.fictional.words import Plot, Words

LENGTH = 60  # messages of a private chat
_START_S = int(datetime(2026, 3, 2, 7, 0, tzinfo=UTC).timestamp())
_GAP_S = 240
_FIRST_ID = 2_000_000

Truth = dict[str, object]


def write_scene(folder: Path, number: int, *, members: Sequence[Member], words: Words) -> Truth:
    """Writes the private chat of that number below the folder; its row of the truth."""
    dice = Dice(SEED + 7919 * (number + 1))
    plot = words.plots[number % len(words.plots)]
    speaker, other = members[2 * number % len(members)], members[(2 * number + 1) % len(members)]
    lines = list(_lines(dice, plot, words, (speaker, other)))
    name = f"chat_{number + 1:04d}/result.json"
    with ChatFile(folder / name, name=other.name, kind="personal_chat", number=_FIRST_ID + number) as chat:
        for fields in _dated(lines, dice):
            chat.write(fields)
    planted = next(at for at, line in enumerate(lines) if line[1] == plot.lines[0][2:])
    is_benign = plot.level == "none"
    return {
        "file": name,
        "level": plot.level,
        "speaker": None if is_benign else speaker.name,
        "earliest_index": None if is_benign else planted + plot.complete,
        "plot": plot.code,
    }


def _lines(dice: Dice, plot: Plot, words: Words, people: tuple[Member, Member]) -> Iterator[tuple[Member, str]]:
    before = dice.number(LENGTH - len(plot.lines))
    for place in range(LENGTH - len(plot.lines) + 1):
        if place == before:
            for line in plot.lines:
                yield people[0] if line[0] == "S" else people[1], line[2:]
        else:
            yield dice.pick(people), benign(words, plot.lang, dice)


def _dated(lines: Sequence[tuple[Member, str]], dice: Dice) -> Iterator[Fields]:
    at_s = _START_S + dice.number(60) * 86_400 + dice.number(12) * 3_600
    for number, (member, text) in enumerate(lines, start=1):
        at_s += 10 + dice.number(_GAP_S)
        yield message(number, at_s, member, text)
