"""What duties tell the people of the desk, in words; the rows hold only the names."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rempart.web.work.models import Duty

FAILED = "failed"
SENTENCES: dict[str, str | Promise] = {
    FAILED: _("A duty of the worker failed; its log says which kind of failure. It tries again by itself."),
    "intake_key_old": _("The key of the month is old. Make a new one with `rempart keys rotate`."),
    "intake_key_none": _(
        "No key of the month is in use: nothing can be received. Make one with `rempart keys rotate`."
    ),
    "mail_away": _("The mailbox for reports cannot be reached. Nothing is lost there; it is asked again."),
    "mail_refused": _("Messages of the mailbox could not be read as reports. Read them in your mail program."),
    "reports_unread": _(
        "Reports came that cannot be opened here now. They are kept, and stand in the queue by what was declared; "
        "look whether a key of a month is missing."
    ),
    "search_failed": _("The search over reports has failed. It begins again by itself; the reports are intact."),
    "stamps_waiting": _("Time stamps are waiting: no authority has answered. They are asked again."),
    "stamps_wrong": _(
        "An authority of time stamps gave a wrong answer. Compare its certificates with keys/stamps.pem."
    ),
    "witness_away": _("A witness of the ledger has not answered. The checkpoint waits and is sent again."),
    "witness_ahead": _(
        "A witness holds a longer ledger than this one: the ledger was set back. Stop the site, and compare with the backup."
    ),
    "witness_refuses": _("A witness refuses the ledger. Ask its keepers; run `rempart verify`."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One line for the desk."""

    name: str
    sentence: str


def current_notices() -> tuple[Notice, ...]:
    """What duties have to tell now, in the language of the reader, in the order of their names."""
    rows = Duty.objects.exclude(notice="").order_by("name")
    return tuple(Notice(name=row.name, sentence=_sentence(row)) for row in rows if row.notice in SENTENCES)


def _sentence(row: Duty) -> str:
    told = str(SENTENCES[row.notice])
    if not row.count:
        return told
    return told + " " + ngettext("({count} waiting)", "({count} waiting)", row.count).format(count=row.count)
