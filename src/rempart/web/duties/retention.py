"""Erases what has reached its term, every hour."""

from datetime import datetime, timedelta

from rempart.evidence.vault import Vault
from rempart.web.cases.retention import erase_due
from rempart.web.config import Site
from rempart.web.door.erasing import settle_erasures
from rempart.web.duties.plan import Plan, Told

AT_ONCE = 200


def erase(site: Site, now: datetime) -> Told:
    """What is due now; the rest a moment later. What was emptied leaves the disk even when something could not be erased."""
    try:
        count = erase_due(now=now, limit=AT_ONCE)
    finally:
        settle_erasures(Vault(site.exhibits))
    return Told(again=timedelta(seconds=5) if count >= AT_ONCE else None)


PLAN = Plan(name="retention", every=timedelta(hours=1), run=erase)
