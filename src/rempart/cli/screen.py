"""What every command shows on the terminal by: language, progress bars, text that cannot command the terminal."""

import os
import sys
import unicodedata
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from rempart.wording import Lang

out = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
errors = Console(stderr=True, highlight=False, soft_wrap=True)
_KEPT = "\n\u200c\u200d"  # the line end, and the joiners that scripts and emoji need


def language_of_environment() -> Lang:
    """French when REMPART_LANG, LC_ALL, LC_MESSAGES or LANG says so, first told first; English otherwise."""
    told = (os.environ.get(name, "") for name in ("REMPART_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    first = next((value for value in told if value), "")
    return "fr" if first.lower().startswith("fr") else "en"


def shown(text: str) -> Text:
    """The text as the terminal may show it: names from exhibits could hold sequences that command the terminal,
    or turn the direction of writing; their characters become U+FFFD.
    """
    unsafe = {char for char in set(text) - set(_KEPT) if unicodedata.category(char) in {"Cc", "Cf", "Cs"}}
    return Text("".join("\ufffd" if char in unsafe else char for char in text))


class Bars:
    """Progress bars of a long walk on the error stream; silent when it is not a terminal."""

    def __init__(self) -> None:
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=errors,
            disable=not errors.is_terminal,
        )
        self._task: TaskID | None = None
        self._total = 0

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def stage(self, name: str, total: int) -> None:
        """Finishes the bar before, and begins one."""
        self._finish()
        self._total = max(total, 1)
        self._task = self._bars.add_task(escape(shown(name).plain), total=self._total)

    def advance(self, done: int) -> None:
        """Moves the bar."""
        if self._task is not None:
            self._bars.update(self._task, completed=min(done, self._total))

    def _finish(self) -> None:
        if self._task is not None:
            self._bars.update(self._task, completed=self._total)
