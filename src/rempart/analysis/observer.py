"""Who watches a long walk."""

from typing import Protocol


class Observer(Protocol):
    """Who watches a long walk: told the stage that begins with its size, then how far it is."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins; `total` in bytes, messages, files or steps."""

    def advance(self, done: int) -> None:
        """How much of the stage is done."""
