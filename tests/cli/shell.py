"""Runs `rempart` as a person would: its exit code, its two streams; in a process of its own, or in this one."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import rempart
from tests.detection.chat import export, said

SECRET = "the-blue-umbrella-is-under-the-stairs"
QUIET = said("Ann|see you at the match", f"Bob|yes, {SECRET}", "Ann|great")
LOUD = said(
    "Zoe|hello",
    "Bob|how old are you?",
    "Zoe|13",
    "Bob|I will send the screenshots to everyone at your school",
    "Bob|send me 100 dollars in gift cards, you have one hour",
    f"Zoe|please stop, {SECRET}",
)
SOURCES = Path(rempart.__path__[0]).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the command answered."""

    code: int
    out: str
    err: str

    @property
    def is_one_line(self) -> bool:
        """True when exactly one line, and no traceback, stands on the error stream."""
        return len(self.err.strip().splitlines()) == 1 and "Traceback" not in self.err


Ask = Callable[..., Answer]


def ask(*arguments: str | Path, lang: str = "en", environment: Mapping[str, str] | None = None) -> Answer:
    """The answer of `rempart <arguments>` in a process of its own; warnings are errors there too."""
    kept = {name: value for name, value in os.environ.items() if name not in {"LC_ALL", "LC_MESSAGES", "LANG"}}
    told = {"REMPART_LANG": lang, "PYTHONPATH": str(SOURCES), "PYTHONUTF8": "1", "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "rempart.cli.main", *map(str, arguments)],
        env={**kept, **told, **(environment or {})},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return Answer(code=done.returncode, out=done.stdout, err=done.stderr)


def quiet_chat(folder: Path, name: str = "quiet.json") -> Path:
    """A harmless chat, written below `folder`."""
    (folder / name).write_bytes(export(QUIET))
    return folder / name


def loud_chat(folder: Path, name: str = "loud.json") -> Path:
    """A chat with an immediate alert, written below `folder`."""
    (folder / name).write_bytes(export(LOUD))
    return folder / name
