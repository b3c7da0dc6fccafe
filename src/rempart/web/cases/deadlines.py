"""When a report must have been looked at, by its level. Source: `deadlines.toml`, with version and date."""

import tomllib
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Annotated

import msgspec
from msgspec import Meta

from rempart.errors import Damaged
from rempart.priority.vocabulary import LEVELS

UNRANKED = len(LEVELS)  # the level of a row that nobody's statement has placed
_Hours = Annotated[int, Meta(ge=1, le=24 * 366)]


class DamagedDeadlines(Damaged):
    """The table of deadlines was changed into something else."""


class _Hour(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    P0: _Hours
    P1: _Hours
    P2: _Hours
    P3: _Hours
    unranked: _Hours

    def each(self) -> tuple[timedelta, ...]:
        """By level, 0 to UNRANKED."""
        return tuple(timedelta(hours=hours) for hours in (self.P0, self.P1, self.P2, self.P3, self.unranked))


class _Deadlines(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: str
    date: date
    source: str
    verified: bool
    hours: _Hour


def due_at(level: int, *, since_at: datetime) -> datetime:
    """Until when a report of this level (0 to UNRANKED) is to be looked at, counted from an instant."""
    return since_at + parse_deadlines(_text())[level]


def hours_by_level() -> tuple[int, ...]:
    """Within how many hours somebody looks, by level, 0 to UNRANKED."""
    return tuple(int(span.total_seconds()) // 3600 for span in parse_deadlines(_text()))


@lru_cache(maxsize=2)
def parse_deadlines(text: str) -> tuple[timedelta, ...]:
    """The time for each level, 0 to UNRANKED; a more urgent one never has more. Raises: DamagedDeadlines."""
    try:
        each = msgspec.convert(tomllib.loads(text), _Deadlines).hours.each()
    except ValueError as error:  # of TOML and of msgspec
        raise _damaged() from error
    if list(each) != sorted(each):
        raise _damaged()
    return each


@lru_cache(maxsize=1)
def _text() -> str:
    return resources.files("rempart.web.cases").joinpath("deadlines.toml").read_text("utf-8")


def _damaged() -> DamagedDeadlines:
    return DamagedDeadlines(
        "The table of deadlines (deadlines.toml) is damaged. Install Rempart again; no row was changed."
    )
