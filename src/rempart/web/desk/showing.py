"""Which words of a report were asked for: kept in the session for a short while, so that a page can be loaded again with them.

To show is counted once, when it is asked for (`cases.care`); afterwards the time on the page is, and the daily limit hides everything.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest

_KEPT = "shown"
_FOR = timedelta(minutes=20)  # about the time that a report takes (reference/volumes.md)
_MOST = 20  # reports in one session; the oldest go


def shown_for(request: HttpRequest, subject: UUID, *, now: datetime) -> frozenset[str]:
    """The keys of what was asked for on this subject."""
    told = request.session.get(_KEPT, {}).get(str(subject), {})
    return frozenset(key for key, until in told.items() if datetime.fromisoformat(until) > now)


def keep_shown(request: HttpRequest, subject: UUID, key: str, *, now: datetime) -> None:
    """Remembers that these words were asked for."""
    kept = dict(request.session.get(_KEPT, {}))
    told = {**kept.pop(str(subject), {}), key: (now + _FOR).isoformat()}
    request.session[_KEPT] = {**dict(list(kept.items())[-_MOST + 1 :]), str(subject): told}


def hide_all(request: HttpRequest, subject: UUID) -> None:
    """Hides everything of this subject again."""
    request.session[_KEPT] = {key: told for key, told in request.session.get(_KEPT, {}).items() if key != str(subject)}
