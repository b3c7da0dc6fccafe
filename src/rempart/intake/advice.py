"""Whom to call now: the channels of `advice.toml`, and which of them a situation asks for.

A channel that is not verified is never given out. What is advised depends on the answers of the form alone, never on anything that
is known about anybody.
Source: reference/channels.md §2.1 and §2.2, each entry with its own source and date. Tier: source-verified.
"""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path as File

import msgspec

from rempart.intake.paths import Text
from rempart.intake.report import Report, ReporterKind

__all__ = ["Advice", "Channel", "Situation", "advise", "channel", "situation_of", "strip_channels"]
_FILE = File(__file__).with_name("advice.toml")


class Channel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service that helps. call: a number to call, text: a number for text messages, url: a page; each or none."""

    name: str
    label: Text
    purpose: Text
    source: str
    date: str
    verified: bool
    short: Text | None = None
    call: str | None = None
    text: str | None = None
    url: str | None = None
    strip: bool = False


class _Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Holds when every condition that it names holds."""

    name: str
    text: Text
    channels: tuple[str, ...]
    source: str
    child: Text | None = None  # the words for a child; absent: those for everybody
    urgency: tuple[int, ...] = ()
    category: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    age_band: tuple[str, ...] = ()
    knows: tuple[str, ...] = ()

    def holds(self, situation: "Situation") -> bool:
        return all(
            not wanted or told in wanted
            for wanted, told in (
                (self.urgency, situation.urgency),
                (self.category, situation.category),
                (self.kind, situation.kind),
                (self.age_band, situation.age_band),
                (self.knows, situation.knows),
            )
        )


class _Book(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: str
    date: str
    source: str
    channel: tuple[Channel, ...]
    rule: tuple[_Rule, ...]


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What the form told, as far as advice depends on it; "unknown" stands for no answer too."""

    by_child: bool = False
    urgency: int = 0
    category: str = "unknown"
    kind: str = "situation"
    age_band: str = "unknown"
    knows: str = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One sentence, and the services that it leads to, the first one first."""

    text: Text
    channels: tuple[Channel, ...]


def strip_channels() -> tuple[Channel, ...]:
    """The emergency numbers that stand on every page."""
    return tuple(channel for channel in _book().channel if channel.strip and channel.verified)


def channel(name: str) -> Channel | None:
    """A channel by its name; None when it is not verified."""
    return next((channel for channel in _book().channel if channel.name == name and channel.verified), None)


def situation_of(report: Report) -> Situation:
    """What advice needs to know of a report."""
    return Situation(
        by_child=report.reporter is ReporterKind.CHILD,
        urgency=int(report.urgency),
        category=report.category or "unknown",
        kind=report.kind,
        age_band=report.age_band or "unknown",
        knows=report.knows_person or "unknown",
    )


def advise(situation: Situation) -> tuple[Advice, ...]:
    """Whom to call now, the most urgent first; no channel twice, never empty."""
    told: list[Advice] = []
    used: set[str] = set()
    for rule in _book().rule:
        fresh = [found for name in rule.channels if name not in used and (found := channel(name))]
        if fresh and rule.holds(situation):
            used.update(found.name for found in fresh)
            text = (rule.child if situation.by_child else None) or rule.text
            told.append(Advice(text=text, channels=tuple(fresh)))
    return tuple(told)


@lru_cache(maxsize=1)
def _book() -> _Book:
    book = msgspec.convert(tomllib.loads(_FILE.read_text("utf-8")), _Book)
    names = {channel.name for channel in book.channel}
    if missing := {name for rule in book.rule for name in rule.channels} - names:
        raise ValueError(f"no such channel: {sorted(missing)}")
    return book
