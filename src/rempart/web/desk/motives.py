"""Why somebody looks: asked once for each report or dossier, kept in the session for a working day, written with every look.

Source: reference/security.md §9 (Directive (EU) 2016/680, article 25: justification of each consultation).
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest

from rempart.web.cases.events import Motive

_KEPT = "motives"
_FOR = timedelta(hours=8)
_MOST = 200  # in one session; the oldest go


def motive_for(request: HttpRequest, subject: UUID, *, now: datetime) -> Motive | None:
    """The motive that was told for this subject today; None when it is still to be asked."""
    told = request.session.get(_KEPT, {}).get(str(subject))
    if not told or datetime.fromisoformat(told[1]) < now:
        return None
    return next((motive for motive in Motive if motive == told[0]), None)


def keep_motive(request: HttpRequest, subject: UUID, *, motive: Motive, now: datetime) -> None:
    """Remembers it in the session."""
    kept = dict(list(request.session.get(_KEPT, {}).items())[-_MOST:])
    kept[str(subject)] = (str(motive), (now + _FOR).isoformat())
    request.session[_KEPT] = kept


def read_motive(request: HttpRequest) -> Motive | None:
    """The motive in a form; None for none or another word."""
    return next((motive for motive in Motive if motive == request.POST.get("motive")), None)
