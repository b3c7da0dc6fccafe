"""Reminds of the key of the month: what one key opens should be one month, not one year."""

from datetime import datetime, timedelta

from rempart.evidence.keys import Purpose, load_recipients
from rempart.web.config import Site
from rempart.web.duties.plan import Plan, Told

OLD_DAYS = 31


def look_at_intake_key(site: Site, now: datetime) -> Told:
    """Says when the newest intake key is older than OLD_DAYS, or when there is none. It makes none itself: people hold keys."""
    entries = load_recipients(site.recipients).entries
    made = [entry.created_date for entry in entries if entry.purpose == Purpose.INTAKE and entry.retired_date is None]
    if not made:
        return Told(notice="intake_key_none")
    return Told(notice="intake_key_old" if (now.date() - max(made)).days > OLD_DAYS else "")


PLAN = Plan(name="intake_key", every=timedelta(hours=6), run=look_at_intake_key)
