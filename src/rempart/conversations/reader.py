"""What a reader is: it recognises its format from content, and turns one part into rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rempart.conversations.parts import Bundle, Head, Part
from rempart.conversations.rows import Row
from rempart.records import Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One format: `name` (code), `platform`, what a person is told that it looks for, and two functions.

    recognises(head): True when the content is of this format; never asks the name of the file.
    read(part, bundle): the rows of the part in the order of its bytes; `bundle` finds files that belong to it
    (media, a channel description beside the messages). Yields `Unread` instead of raising for what is damaged.
    """

    name: str
    platform: str
    looked_for: str
    tier: Tier
    source: str
    recognises: Callable[[Head], bool] = field(repr=False)
    read: Callable[[Part, Bundle], Iterator[Row]] = field(repr=False)
