"""What a duty is: a name, how often, and a function."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rempart.web.config import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How a duty ended. notice: what to tell the desk (`work.notices`), "" for nothing; again: earlier than usual."""

    notice: str = ""
    count: int = 0
    again: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One duty. lease: after so long a worker that holds it counts as dead."""

    name: str
    every: timedelta
    run: Callable[[Site, datetime], Told]
    lease: timedelta = timedelta(minutes=10)
