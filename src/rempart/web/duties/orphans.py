"""Removes files of forms that were never sent, a month later, and what is left of reports that a rule erased.

A file that an analysis of the desk names is no orphan, whoever gave it.
"""

from datetime import datetime, timedelta

from rempart.evidence.vault import Vault
from rempart.web.cases.models import Analysis
from rempart.web.config import Site
from rempart.web.door.erasing import settle_erasures
from rempart.web.door.models import ExhibitRow
from rempart.web.duties.drafts import KEPT
from rempart.web.duties.plan import Plan, Told

_UNFINISHED = timedelta(days=1)


def remove_orphans(site: Site, now: datetime) -> Told:
    """Exhibits without a report, older than drafts are kept; what kills left in the middle of writing; files of erased reports."""
    vault = Vault(site.exhibits)
    vault.remove_unfinished(before_at=now - _UNFINISHED)
    settle_erasures(vault)
    named = set(ExhibitRow.objects.values_list("address", flat=True))
    named |= set(Analysis.objects.values_list("exhibit", flat=True))
    orphans = [address for address in vault.kept_before(now - KEPT) if address not in named]
    for address in orphans:
        vault.discard(address)
    return Told(count=len(orphans))


PLAN = Plan(name="orphans", every=timedelta(days=1), run=remove_orphans)
