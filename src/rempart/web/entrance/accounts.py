"""Accounts are made and renewed at the terminal of the machine, by whoever may run `rempart site`; nobody signs up, nothing is mailed."""

import secrets
from datetime import UTC, datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db import transaction

from rempart.errors import BadInput, NotAllowed
from rempart.intake.receipt import SYMBOLS
from rempart.web.entrance import journal
from rempart.web.entrance.models import Entry

_GROUPS, _SIGNS = 4, 5  # 100 bits


class AccountThere(NotAllowed):
    """There is an account of this name already."""


class NoSuchAccount(BadInput):
    """There is no account of this name."""


def one_time_password() -> str:
    """A password that can be read out."""
    return "-".join("".join(secrets.choice(SYMBOLS) for _ in range(_SIGNS)) for _ in range(_GROUPS)).lower()


def make_account(name: str) -> str:
    """A new account; its one-time password, which is kept nowhere. Raises: AccountThere."""
    password = one_time_password()
    with transaction.atomic():
        if User.objects.filter(username__iexact=name).exists():
            raise AccountThere(
                "There is an account of this name already; nothing was changed. "
                "For a new one-time password add --reset: it takes the second factors away too."
            )
        user = User.objects.create_user(name, password=password)
        Entry.objects.create(user=user, is_password_once=True)
        journal.note(journal.ACCOUNT_MADE, user=user, actor=journal.OWNER)
    return password


def reset_account(name: str) -> str:
    """A new one-time password for an account, without factors, signed in nowhere. Raises: NoSuchAccount."""
    password = one_time_password()
    with transaction.atomic():
        user = User.objects.select_for_update().filter(username=name).first()
        if user is None:
            raise NoSuchAccount("There is no account of this name; nothing was changed.")
        user.set_password(password)  # every session holds a hash of the old one, and ends
        user.is_active, user.last_login, user.date_joined = True, None, datetime.now(UTC)
        user.save(update_fields=["password", "is_active", "last_login", "date_joined"])
        Authenticator.objects.filter(user=user).delete()
        Entry.objects.update_or_create(user=user, defaults={"is_password_once": True, "codes_kept_at": None})
        journal.note(journal.ACCOUNT_RESET, user=user, actor=journal.OWNER)
    return password
