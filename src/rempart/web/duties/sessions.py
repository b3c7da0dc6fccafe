"""Clears sessions whose eight hours are over, and closes one-time passwords that nobody used within two weeks."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session

from rempart.web.config import Site
from rempart.web.duties.plan import Plan, Told

ONCE_DAYS = 14  # a policy: longer, and a slip of paper is a key


def clear(_site: Site, now: datetime) -> Told:
    """Deletes rows of sessions that open nothing any more; an unused one-time password opens nothing either from now on."""
    Session.objects.filter(expire_date__lt=now).delete()
    unused = User.objects.filter(
        entry__is_password_once=True, last_login=None, date_joined__lt=now - timedelta(days=ONCE_DAYS), is_active=True
    )
    unused.update(is_active=False)  # `rempart site user --reset` opens it again
    return Told()


PLAN = Plan(name="sessions", every=timedelta(hours=6), run=clear)
