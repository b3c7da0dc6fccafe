"""How people sign in: what allauth does here our way, and `sudo`, for what asks that it be shown again who one is.

  @page(Permission.EXPORT, methods=("GET", "POST"))
  @sudo
  def export(request, …)

A signature older than five minutes is asked for again, by password or passkey. Words that were typed are not kept on the server
meanwhile: the page that asks repeats them as hidden fields, and what was asked for goes on with them.
"""

import base64
import time
from collections.abc import Callable
from functools import lru_cache, wraps
from io import BytesIO

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.forms import ReauthenticateForm
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.webauthn.internal.auth import begin_authentication
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from rempart.web.entrance import factors, journal
from rempart.web.entrance.forms import PasskeyAgain
from rempart.web.entrance.gate import ENTERED_AT

View = Callable[..., HttpResponse]
AGAIN_AFTER_S = 300
PASSWORD, PASSKEY = "again_password", "again_credential"
_OWN_FIELDS = frozenset({PASSWORD, PASSKEY, "csrfmiddlewaretoken"})
_TOO_MANY = _("Too many attempts. Nothing was changed; wait five minutes, then try again.")
_WRONG = _("This code or passkey does not open the desk. Try again; each code works once.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts of the desk: no sign-up, no e-mail, every entry in the journal."""

    error_messages = {  # noqa: RUF012 - allauth's own form
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _TOO_MANY,
        "rate_limited": _TOO_MANY,
        "username_password_mismatch": _("The name or the password is not right. Nothing was changed; try again."),
        "incorrect_password": _("The password is not right. Nothing was changed; try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: accounts are made at the terminal."""
        return False

    def get_login_stages(self) -> list[str]:
        """The second factor, and nothing by mail or telephone."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Opens a session with a new key."""
        super().login(request, user)
        request.session[ENTERED_AT] = time.time()
        journal.note(journal.ENTERED, user=user)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Back to the beginning; nothing tells whether there is such an account."""
        messages.error(request, str(self.error_messages["username_password_mismatch"]))
        return redirect("account_login")

    def add_message(
        self, request: HttpRequest, level: int, *_args: object, message: str = "", **_kwargs: object
    ) -> None:
        """Only sentences of ours."""
        if message:
            messages.add_message(request, level, message)

    def send_notification_mail(self, *_args: object, **_kwargs: object) -> None:
        """Nothing is mailed."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """The pseudonym of the day (`desk_edge`); no address is kept."""
        return request.META.get("REMOTE_ADDR") or "::"


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the same
    """Second factors: sealed at rest, named after the site, drawn here."""

    error_messages = {**DefaultMFAAdapter.error_messages, "incorrect_code": _WRONG}  # noqa: RUF012 - the same

    def encrypt(self, text: str) -> str:
        """What a row may hold of a secret."""
        return _cipher(settings.SECRET_KEY).encrypt(text.encode("utf-8")).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Raises: ValidationError when the secret of the desk is another one by now."""
        try:
            return _cipher(settings.SECRET_KEY).decrypt(encrypted_text).decode("utf-8")
        except InvalidToken:
            raise ValidationError(
                _("Your second factor cannot be read any more. Ask for a new one-time password; nothing is lost.")
            ) from None

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002 - allauth's signature
        """What a passkey is called until its owner says otherwise."""
        count = sum(factor.is_passkey for factor in factors.factors_of(user))
        return _("Passkey {number}").format(number=count + 1)

    def get_totp_issuer(self) -> str:
        """What the app shows."""
        return _name_of_site()

    def build_totp_svg(self, url: str) -> str:
        """The address of the app's secret as a picture: dark on white in every theme, made by this process."""
        drawn = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage, box_size=12).save(drawn)
        return drawn.getvalue().decode("utf-8")

    def _get_site_name(self) -> str:
        return _name_of_site()


def picture_of(url: str) -> str:
    """The QR code of an address, as a data: address for <img>."""
    drawn = FactorAdapter().build_totp_svg(url).encode("utf-8")
    return "data:image/svg+xml;base64," + base64.b64encode(drawn).decode("ascii")


def sudo(view: View) -> View:
    """Asks that the person show again who they are, unless they did within five minutes. Inside `@page`, outside the view.

    A form with files is not repeated: the person is asked first, and sends it again.
    """

    @wraps(view)
    def asked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if has_signed_lately(request):
            return view(request, *args, **kwargs)
        if request.method != "POST" or request.FILES:
            return redirect(f"{reverse('account_confirm')}?{urlencode({'next': request.get_full_path()})}")
        problems = sign_again(request) if {PASSWORD, PASSKEY} & set(request.POST) else ()
        return ask_again(request, problems) if problems is not None else view(request, *args, **kwargs)

    return asked


def has_signed_lately(request: HttpRequest) -> bool:
    """Whether a password, a passkey or a code was right within five minutes."""
    told = get_authentication_records(request, request.user)
    return bool(told) and 0 <= time.time() - told[-1]["at"] < AGAIN_AFTER_S


def sign_again(request: HttpRequest) -> tuple[str, ...] | None:
    """Reads the password or the passkey of a form; None when it is right, else the sentences to show."""
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        return (str(_TOO_MANY),)
    if request.POST.get(PASSKEY):
        form: Form = PasskeyAgain(user=request.user, data={"credential": request.POST[PASSKEY]})  # type: ignore[call-arg]  # the same
    else:
        form = ReauthenticateForm(user=request.user, data={"password": request.POST.get(PASSWORD, "")})
    if not form.is_valid():
        return _sentences(form)
    form.save() if isinstance(form, PasskeyAgain) else reauthenticate_by_password(request)
    return None


def ask_again(request: HttpRequest, problems: tuple[str, ...], *, next_page: str = "") -> HttpResponse:
    """The page that asks who one is; it repeats what was sent, and sends it to the same address."""
    repeated = [
        (name, value) for name in request.POST if name not in _OWN_FIELDS for value in request.POST.getlist(name)
    ]
    context = {
        "problems": problems,
        "repeated": [("next", next_page)] if next_page else repeated,
        "password_field": PASSWORD,
        "passkey_field": PASSKEY,
        "has_passkey": any(factor.is_passkey for factor in factors.factors_of(factors.owner_of(request))),
        "options": begin_authentication(request.user),
    }
    return render(request, "entrance/again.html", context)


def too_many(request: HttpRequest) -> HttpResponse:
    """429: one sentence."""
    return render(request, "entrance/too_many.html", {"sentence": _TOO_MANY}, status=429)


def _name_of_site() -> str:
    from rempart.web.settings import SITE  # noqa: PLC0415 - settings exist once Django runs

    return SITE.config.name


def _sentences(form: Form) -> tuple[str, ...]:
    return tuple(str(told) for of_field in form.errors.values() for told in of_field)


@lru_cache(maxsize=2)
def _cipher(secret: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"rempart second factors v1").derive(
        secret.encode("utf-8")
    )
    return Fernet(base64.urlsafe_b64encode(key))
