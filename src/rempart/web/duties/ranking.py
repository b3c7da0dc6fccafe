"""Places reports and dossiers anew where time alone has changed their place: the window of a gate has begun or ended."""

from datetime import datetime, timedelta

from rempart.web.cases.ranking import rank_lapsed
from rempart.web.config import Site
from rempart.web.duties.plan import Plan, Told

AT_ONCE = 500


def rank_again(_site: Site, now: datetime) -> Told:
    """What is due; the rest a moment later."""
    return Told(again=timedelta(seconds=1) if rank_lapsed(now=now, limit=AT_ONCE) >= AT_ONCE else None)


PLAN = Plan(name="ranking", every=timedelta(minutes=1), run=rank_again)
