"""Second factors of an account: an authenticator app, passkeys, recovery codes. The only module that knows how allauth keeps them.

Invariants: an account that has a factor keeps at least one; recovery codes are shown until their owner says that they are kept, and
never again. Secrets are sealed by `signing_in.FactorAdapter` before they reach a row.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, clear_totp_secret
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from rempart.errors import BadInput, NotAllowed
from rempart.web.entrance import journal
from rempart.web.entrance.models import Entry

APP, PASSKEY, CODES = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES
MOST_PASSKEYS = 10
NAME_SIGNS = 60


class LastFactor(NotAllowed):
    """The only second factor of an account cannot be taken away."""


class NoSuchFactor(BadInput):
    """There is no such factor, as far as this person may know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One second factor. used_at: None when it was never used."""

    number: int
    is_passkey: bool
    name: str
    made_at: datetime
    used_at: datetime | None


def owner_of(request: HttpRequest) -> User:
    """The account that is signed in. Raises: PermissionDenied, when none is."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def factors_of(user: User) -> tuple[Factor, ...]:
    """Apps and passkeys of an account, the oldest first."""
    return tuple(_factor(row) for row in _rows(user))


def has_factor(user: User) -> bool:
    """Whether an account has an app or a passkey."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=(APP, PASSKEY)).exists())


def has_app(user: User) -> bool:
    """Whether an account has an authenticator app; it has one at most."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type=APP).exists())


def add_app(request: HttpRequest, *, secret: str) -> None:
    """Keeps the authenticator app whose code was right."""
    with transaction.atomic():
        made = TOTP.activate(_lock(owner_of(request)), secret).instance
        _after_adding(request, made)
    clear_totp_secret(request)


def add_passkey(request: HttpRequest, *, name: str, credential: dict[str, object]) -> None:
    """Keeps a passkey that was checked. Raises: NotAllowed when there are too many."""
    with transaction.atomic():
        user = _lock(owner_of(request))
        if Authenticator.objects.filter(user=user, type=PASSKEY).count() >= MOST_PASSKEYS:
            raise NotAllowed("An account has {count} passkeys at most. Remove one first.", count=MOST_PASSKEYS)
        _after_adding(request, WebAuthn.add(user, name, credential).instance)


def rename_passkey(user: User, *, number: int, name: str) -> None:
    """Gives a passkey another name. Raises: NoSuchFactor."""
    row = _row(user, number)
    if row.type != PASSKEY:
        raise NoSuchFactor("There is no such passkey.")
    row.data["name"] = name
    row.save(update_fields=["data"])
    journal.note(journal.FACTOR_RENAMED, user=row.user)


def remove_factor(user: User, *, number: int) -> None:
    """Takes a factor away. Raises: LastFactor, NoSuchFactor."""
    with transaction.atomic():
        locked = _lock(user)
        row = _row(user, number)
        if len(_rows(user)) == 1:
            raise LastFactor("This is your only second factor. Add another one first, then remove this one.")
        row.delete()
        journal.note(journal.FACTOR_REMOVED, user=locked)


def codes_to_keep(user: User) -> tuple[str, ...]:
    """The recovery codes as long as nobody said that they are kept; empty afterwards."""
    if Entry.objects.filter(user=user.pk, codes_kept_at__isnull=False).exists():
        return ()
    return tuple(_codes(user).get_unused_codes())


def codes_left(user: User) -> int:
    """How many recovery codes were not used yet."""
    row = Authenticator.objects.filter(user_id=user.pk, type=CODES).first()
    return len(RecoveryCodes(row).get_unused_codes()) if row else 0


def keep_codes(user: User, *, at: datetime) -> None:
    """Their owner has kept them: they are not shown again."""
    with transaction.atomic():
        locked = _lock(user)
        Entry.objects.update_or_create(user=locked, defaults={"codes_kept_at": at})
        journal.note(journal.CODES_KEPT, user=locked)


def renew_codes(user: User) -> None:
    """New recovery codes; the old ones open nothing any more."""
    with transaction.atomic():
        locked = _lock(user)
        Authenticator.objects.filter(user=locked, type=CODES).delete()
        RecoveryCodes.activate(locked)
        Entry.objects.update_or_create(user=locked, defaults={"codes_kept_at": None})
        journal.note(journal.CODES_RENEWED, user=locked)


def _after_adding(request: HttpRequest, made: Authenticator) -> None:
    """The session that makes a factor has proved it."""
    made.last_used_at = datetime.now(UTC)
    made.save(update_fields=["last_used_at"])
    record_authentication(request, request.user, "mfa", id=made.pk, type=made.type)
    journal.note(journal.FACTOR_ADDED, user=made.user)


def _codes(user: User) -> RecoveryCodes:
    with transaction.atomic():
        return RecoveryCodes.activate(_lock(user))


def _rows(user: User) -> list[Authenticator]:
    return list(Authenticator.objects.filter(user_id=user.pk, type__in=(APP, PASSKEY)).order_by("created_at", "pk"))


def _row(user: User, number: int) -> Authenticator:
    row = Authenticator.objects.filter(user_id=user.pk, pk=number, type__in=(APP, PASSKEY)).first()
    if row is None:
        raise NoSuchFactor("There is no such factor.")
    return row


def _lock(user: User) -> User:
    """Two requests at once must not take away the last two factors."""
    return User.objects.select_for_update().get(pk=user.pk)


def _factor(row: Authenticator) -> Factor:
    is_passkey = row.type == PASSKEY
    return Factor(
        number=row.pk,
        is_passkey=is_passkey,
        name=str(row.data["name"]) if is_passkey else _("Authenticator app"),
        made_at=row.created_at,
        used_at=row.last_used_at,
    )
