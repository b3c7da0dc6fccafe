"""Removes drafts that nobody needs any more: those whose report came in, and those that are old; and what the desk wrote about them."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from rempart.web.cases.drafts import erase_gone
from rempart.web.config import Site
from rempart.web.door.models import Deposit, Draft
from rempart.web.duties.plan import Plan, Told

KEPT = timedelta(days=30)


def remove_drafts(_site: Site, now: datetime) -> Told:
    """Drafts are the one thing of the door that goes: their senders agreed to be kept until the end of the form, or KEPT."""
    sent = Exists(Deposit.objects.filter(lookup=OuterRef("lookup")))
    Draft.objects.filter(Q(saved_at__lt=now - KEPT) | sent).delete()
    erase_gone(now=now)
    return Told()


PLAN = Plan(name="drafts", every=timedelta(minutes=15), run=remove_drafts)
