"""What somebody who gave a password still has to do before the desk opens, in this order; the gate lets them to that page only.

Invariant: the desk is open to a session only when its second factor was proved or made in this session. A demonstration may skip the
second factor; nothing else may.
"""

from enum import StrEnum

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from rempart.web.entrance import factors
from rempart.web.entrance.models import Entry

OPEN, SKIPPED = "entrance_open", "entrance_without_factor"  # in the session
_MFA = "mfa"


class Step(StrEnum):
    """One thing to do; the value is the name of its page."""

    PASSWORD = "account_password"  # noqa: S105 - the name of a page
    FACTOR = "account_factors"
    CODES = "account_codes"
    PROOF = "account_login"  # a factor exists, and this session never showed it


def next_step(request: HttpRequest) -> Step | None:
    """What is to be done next; None when the desk is open."""
    if request.session.get(OPEN) or _may_skip(request):
        return None
    step = _missing(request)
    if step is None:
        request.session[OPEN] = True
    return step


def has_proved_factor(request: HttpRequest) -> bool:
    """Whether this session showed a second factor, or made it."""
    return any(record.get("method") == _MFA for record in get_authentication_records(request, request.user))


def begin_again(request: HttpRequest) -> None:
    """Looks at the steps anew at the next page."""
    request.session.pop(OPEN, None)


def _missing(request: HttpRequest) -> Step | None:
    entry = Entry.objects.filter(user=request.user.pk).first()
    if entry is not None and entry.is_password_once:
        return Step.PASSWORD
    if not factors.has_factor(factors.owner_of(request)):
        return Step.FACTOR
    if not has_proved_factor(request):
        return Step.PROOF
    return None if entry is not None and entry.codes_kept_at is not None else Step.CODES


def _may_skip(request: HttpRequest) -> bool:
    return bool(is_demo() and request.session.get(SKIPPED)) and not factors.has_factor(factors.owner_of(request))


def is_demo() -> bool:
    """Whether this site is a demonstration."""
    from rempart.web.settings import SITE  # noqa: PLC0415 - settings exist once Django runs

    return SITE.config.demo
