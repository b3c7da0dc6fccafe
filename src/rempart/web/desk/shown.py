"""What the list of the desk shows of a sealed report: the few enums that stay in clear, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rempart.web.door.models import Deposit

_URGENCIES: Mapping[int, str | Promise] = {
    4: _("danger now"),
    3: _("within days"),
    2: _("going on"),
    1: _("in the past"),
    0: _("not stated"),
}
_LANES: Mapping[str, str | Promise] = {
    "urgent": _("urgent"),
    "partner": _("partner"),
    "proven": _("with proof of work"),
    "plain": _("ordinary"),
    "flood": _("from a busy source"),
}
_KINDS: Mapping[str, str | Promise] = {
    "content": _("address on the net"),
    "account": _("account"),
    "conversation": _("conversation"),
    "situation": _("situation"),
}
_REPORTERS: Mapping[str, str | Promise] = {
    "child": _("child or teenager"),
    "parent": _("parent"),
    "witness": _("witness"),
    "professional": _("professional"),
    "volunteer": _("volunteer"),
    "platform": _("platform"),
    "unknown": _("does not say"),
}
_AGES: Mapping[str, str | Promise] = {
    "under_11": _("under 11"),
    "11_14": _("11 to 14"),
    "15_17": _("15 to 17"),
    "adult": _("adult"),
    "unknown": _("not known"),
}
_CATEGORIES: Mapping[str, str | Promise] = {
    "stranger_contact": _("contact by a stranger"),
    "secrecy_asked": _("secrecy asked"),
    "images_asked": _("images asked"),
    "images_spread": _("images spread"),
    "blackmail_money": _("blackmail for money"),
    "blackmail_images": _("blackmail for images"),
    "meeting": _("meeting"),
    "threat": _("threat"),
    "bullying": _("bullying"),
    "public_content": _("public content"),
    "at_home": _("at home"),
    "other": _("other"),
    "unknown": _("not known"),
}
_ANSWERS: Mapping[str, str | Promise] = {"yes": _("yes"), "no": _("no"), "unknown": _("not known")}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReport:
    """One line of the list. level: the declared urgency, 0 to 4."""

    received_at: datetime
    level: int
    urgency: str
    lane: str
    kind: str
    category: str
    age: str
    reporter: str
    contact: str
    files: int
    language: str


def shown_report(deposit: Deposit) -> ShownReport:
    """A report in the language of the reader; a value that this version does not know is shown as it is."""
    return ShownReport(
        received_at=deposit.received_at,
        level=deposit.urgency,
        urgency=str(_URGENCIES.get(deposit.urgency, deposit.urgency)),
        lane=_word(_LANES, deposit.lane),
        kind=_word(_KINDS, deposit.kind),
        category=_word(_CATEGORIES, deposit.category),
        age=_word(_AGES, deposit.age_band),
        reporter=_word(_REPORTERS, deposit.reporter),
        contact=_word(_ANSWERS, deposit.contact_going_on),
        files=deposit.files,
        language=deposit.language,
    )


def _word(words: Mapping[str, str | Promise], value: str) -> str:
    return str(words.get(value, value))
