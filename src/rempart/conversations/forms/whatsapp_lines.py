"""The lines of a WhatsApp export: whether a line begins a message, in which layout, and who is its sender.

Layouts: `[date time] …` (iOS), `date time - …` (Android), `date time: …` (iOS until 2017, with seconds), each with a
year of two or four digits. An export is written in one layout from end to end.
Heuristic for the sender, which the format does not mark: the name ends at the first `: `; see `split_sender`.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from rempart.conversations.forms.instants import BETWEEN, CLOCK, DATE, SPACE
from rempart.conversations.forms.whatsapp_marks import BIDI, service_of, without_bidi

MAX_NAME_CHARS: Final = 100  # WhatsApp allows 25 for a profile, 100 for a group; address books a little more
_START = re.compile(
    rf"[{BIDI}\ufeff]{{0,8}}(\[?)[{BIDI}]{{0,8}}({DATE}){BETWEEN}({CLOCK})"
    rf"(?:(\])[{BIDI}]{{0,8}}(?:{SPACE}|$)|{SPACE}[-–—](?:{SPACE}|$)|(:){SPACE})"
)
_BEGUN = re.compile(
    rf"[{BIDI}\ufeff]{{0,8}}(?:\[[{BIDI}]{{0,8}}\d{{1,4}}[./-][\w./:, \u00a0\u202f-]{{0,40}}\]?"
    rf"|{DATE}{BETWEEN}\d[\d:. hAaPpMm\u00a0\u202f]{{0,16}}[-–—]?)"
)
_CLOSING = {"“": "”", "«": "»", "„": "“”", "‘": "’'"}


class Start(NamedTuple):
    """The head of a message: its layout, date, clock, both as written together, and the rest of the line."""

    layout: str  # how the stamp ends, and how many digits its year has: `]4`, `-2`
    date: str
    clock: str
    stamp: str
    rest: str


def start_of(text: str) -> Start | None:
    """The head of the message that this line begins; None: the line belongs to the message before it."""
    match = _START.match(text)
    if match is None:
        return None
    opening, date, clock, bracket, colon = match.groups()
    if (opening == "[") != (bracket is not None) or (colon and clock.count(":") < 2):
        return None
    bare = date.rstrip(".")
    year = "4" if bare[-4:].isdecimal() or bare[:4].isdecimal() else "2"
    return Start(
        (bracket or colon or "-") + year, date, clock, text[match.start(2) : match.end(3)], text[match.end() :]
    )


def is_begun(text: str) -> bool:
    """True when the text could be a stamp that the end of the file cut short."""
    return len(text) < 60 and _BEGUN.fullmatch(text) is not None


def split_sender(rest: str) -> tuple[str | None, str]:
    """(sender, text) of what stands behind the stamp; sender None: the system speaks.

    The name ends at the first `: `; where there is none, at the first colon (`Name:` of an empty message), unless a
    digit stands before it or `//` behind it. It is no name when it is longer than MAX_NAME_CHARS, when a quotation
    mark in it is opened and not closed, or when it holds a piece of a service line in which people's own words stand
    (the name of a group, a subject): known phrases first.
    """
    at = rest.find(": ", 0, MAX_NAME_CHARS + 40)
    if at >= 0:
        return (name, rest[at + 2 :]) if (name := _name_of(rest[:at])) else (None, rest)
    at = rest.find(":", 0, MAX_NAME_CHARS)
    if at < 0 or rest.startswith("//", at + 1) or rest[at - 1 : at].isdecimal() or service_of(rest):
        return None, rest
    return (name, rest[at + 1 :]) if (name := _name_of(rest[:at])) else (None, rest)


@lru_cache(maxsize=4096)
def _name_of(words: str) -> str | None:
    """The words as a name: without marks of writing direction, with plain spaces; None: they are none."""
    name = without_bidi(words).replace("\u00a0", " ").replace("\u202f", " ").strip()
    if not name or len(name) > MAX_NAME_CHARS or name.count('"') % 2:
        return None
    if any(mark in name and not any(end in name for end in ends) for mark, ends in _CLOSING.items()):
        return None
    service = service_of(name)
    return None if service and service.holds_colon else name
