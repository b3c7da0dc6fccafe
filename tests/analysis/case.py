"""An invented chat with one alert of each level, analysed; and an observer that watches nothing."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rempart.analysis.walk import Options, Outcome, analyse
from tests.detection.chat import Said, export, said

EXTORTION = said(
    "Zoe|hello",
    "Bob|how old are you?",
    "Zoe|13",
    "Bob|don't tell your mum about us",
    "Zoe|why",
    "Bob|I will send the screenshots to everyone at your school",
    "Bob|send me 100 dollars in gift cards, you have one hour",
    "Zoe|please stop",
)
SUBJECT = "telegram:user1"


class Silent:
    """Watches nothing."""

    def stage(self, name: str, total: int) -> None:
        """Not told further."""

    def advance(self, done: int) -> None:
        """Not told further."""


def analysed(work: Path, chat: Sequence[Said] = EXTORTION, *, options: Options | None = None) -> Outcome:
    """The analysis of the chat, written below `work`; without what is joined over all tables, which `sharing` has."""
    work.mkdir(parents=True, exist_ok=True)
    path = work / "chat.json"
    path.write_bytes(export(chat))
    return analyse([path], out=work / "out", options=replace(options or Options(), joins=False), observer=Silent())
