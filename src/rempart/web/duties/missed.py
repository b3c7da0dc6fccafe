"""Compares what the door holds with what the desk has opened, once a day, without the cursor that usually leads there."""

from datetime import datetime, timedelta

from rempart.web.cases.opening import find_missed
from rempart.web.config import Site
from rempart.web.duties.plan import Plan, Told


def open_missed(site: Site, now: datetime) -> Told:
    """Opens what has no row, which only a repaired or restored database can bring about."""
    find_missed(site, now=now)
    return Told()


PLAN = Plan(name="missed", every=timedelta(days=1), run=open_missed)
