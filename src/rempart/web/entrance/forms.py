"""Forms of the entrance: allauth's, with what we ask beyond them."""

from typing import TYPE_CHECKING, Any

from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils.translation import gettext as _
from fido2.utils import websafe_decode
from fido2.webauthn import CollectedClientData

from rempart.web.entrance.factors import NAME_SIGNS

# A code of an app is good for three periods (one either side, for clocks that differ); allauth remembers it for one.
_REMEMBER_S = 4 * 30


class SecondFactorForm(AuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """A code of the app, or a recovery code. Each opens once."""

    def clean_code(self) -> str:
        """Raises: ValidationError."""
        code = str(super().clean_code())
        if not cache.add(f"entrance:code:{self.user.pk}:{normalize_user_code(code)}", "used", timeout=_REMEMBER_S):
            raise get_adapter().validation_error("incorrect_code")
        return code


if TYPE_CHECKING:
    _Passwords = SetPasswordForm[User]
else:
    _Passwords = SetPasswordForm


class NewPassword(_Passwords):
    """A new password, typed twice; not the old one again."""

    def clean(self) -> dict[str, Any]:
        """The fields; a problem is told beside the second one."""
        fields = dict(super().clean() or {})
        password = fields.get("new_password2")
        if password and self.user.check_password(password):
            self.add_error("new_password2", _("This is the password that you have now. Choose another one."))
        return fields


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # the same
    """A new passkey: always one that is found without a name, and asks its owner for a finger or a PIN."""

    name = forms.CharField(required=False, max_length=NAME_SIGNS)
    passwordless = None  # no choice: every passkey here opens without a password

    def clean(self) -> dict[str, Any]:
        """Raises: ValidationError, told as an error of the form."""
        _require_own_origin(self.cleaned_data.get("credential"))
        self.cleaned_data["passwordless"] = True
        return dict(super().clean())


class _OwnOrigin(forms.Form):
    """fido2 accepts every port of localhost and every name below ours; we do not."""

    def clean_credential(self) -> object:
        """Raises: ValidationError."""
        _require_own_origin(self.cleaned_data["credential"])
        return super().clean_credential()  # type: ignore[misc]  # of the class beside it


class PasskeyLogin(_OwnOrigin, LoginWebAuthnForm):  # type: ignore[misc]  # the same
    """Entering with a passkey alone."""


class PasskeyFactor(_OwnOrigin, AuthenticateWebAuthnForm):  # type: ignore[misc]  # the same
    """A passkey after the password."""


class PasskeyAgain(_OwnOrigin, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # the same
    """A passkey, to show that it is still the same person."""


class Renaming(forms.Form):
    """Another name of a passkey."""

    name = forms.CharField(max_length=NAME_SIGNS)


def _require_own_origin(untrusted_credential: object) -> None:
    try:
        told = CollectedClientData(websafe_decode(untrusted_credential["response"]["clientDataJSON"]))  # type: ignore[index]
        origin = told.origin
    except (TypeError, KeyError, ValueError):
        raise get_adapter().validation_error("incorrect_code") from None
    scheme = "https" if settings.SESSION_COOKIE_SECURE else "http"
    if origin != f"{scheme}://{context.request.get_host()}":
        raise get_adapter().validation_error("incorrect_code")
