"""The four kinds of failure; every error class of Rempart stands under one of them.

The message is a sentence for the person who reads it: what happened, what is intact, what to do.
It never holds evidence text, names or tokens.
Invariant: a sentence is a constant English template, which the catalogue knows, and fields; the faces translate it.
"""

import os
from collections.abc import Callable
from functools import partial
from typing import ClassVar, Self

NO_REASON = "the system gives no reason"


class Phrase(str):
    """A field that is itself a text of the catalogue, and is translated with its sentence."""

    __slots__ = ()


def reason_of(error: OSError) -> Phrase:
    """Why the system refused, in the English words of the system, most of which the catalogue knows."""
    return Phrase(os.strerror(error.errno) if error.errno else NO_REASON)


class RempartError(Exception):
    """Root of the four kinds; never raised itself. `str()` is the English sentence.

    frame: the sentence that stands around what is told, as `{told}`; None where the template is the whole sentence.
    """

    exit_code = 3
    frame: ClassVar[str | None] = None

    def __init__(self, template: str, /, **fields: object) -> None:
        super().__init__(template)
        self.template, self.fields = template, fields

    def __str__(self) -> str:
        return self.sentence()

    def sentence(self, *, translate: Callable[[str], str] = str, fill: Callable[..., str] = str.format) -> str:
        """The sentence; `translate` gives a text of the catalogue in a language, `fill` puts fields into it.

        A template without fields is the sentence itself, braces and all.
        """
        fields = {name: translate(value) if isinstance(value, Phrase) else value for name, value in self.fields.items()}
        told = fill(translate(self.template), **fields) if fields else translate(self.template)
        return fill(translate(self.frame), told=told, **fields) if self.frame else told


class BadInput(RempartError):
    """What was given cannot be used; nothing was kept of it, everything kept before is intact."""

    exit_code = 2


class Damaged(RempartError):
    """Something kept no longer matches its seal, or an exhibit changed while it was read."""

    exit_code = 2


class NotAllowed(RempartError):
    """The named person or profile may not do this."""

    exit_code = 2


class OutsideFailure(RempartError):
    """The world refused: disk, memory, permission of the system. `can_retry` says whether trying again can help."""

    exit_code = 3

    def __init__(self, template: str, /, *, can_retry: bool, **fields: object) -> None:
        super().__init__(template, **fields)
        self.can_retry = can_retry

    def __reduce__(self) -> tuple[partial[Self], tuple[object, ...], dict[str, object]]:
        """Lets the failure of a worker process reach the one that waits, keyword, fields and all."""
        return partial(type(self), can_retry=self.can_retry), self.args, self.__dict__
