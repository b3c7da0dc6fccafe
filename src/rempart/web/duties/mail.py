"""Fetches reports that came by e-mail, where a mailbox or a folder is configured."""

from datetime import datetime, timedelta

from rempart.errors import OutsideFailure
from rempart.web.config import Site
from rempart.web.duties.plan import Plan, Told


def fetch_mail(site: Site, _now: datetime) -> Told:
    """Takes what is there. A mailbox that does not answer is asked again; messages that could not be read wait for a person."""
    mail = site.config.mail
    if not (mail.folder or mail.imap_host):
        return Told()
    from rempart.web.doors.fetching import fetch  # noqa: PLC0415 - only sites with mail load it
    from rempart.web.doors.mail import REFUSED  # noqa: PLC0415 - the same

    try:
        fetched = fetch(site)
    except (OutsideFailure, OSError):
        return Told(notice="mail_away")
    set_aside = site.folder / mail.folder / REFUSED
    waiting = len(list(set_aside.iterdir())) if mail.folder and set_aside.is_dir() else len(fetched.refused)
    return Told(notice="mail_refused" if waiting else "", count=waiting)


PLAN = Plan(name="mail", every=timedelta(minutes=2), run=fetch_mail)
