"""Pages of the way in and of one's own account. None asks for a permission of the desk: an account without a role has them too."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps

from allauth.account.utils import get_next_redirect_url
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.internal.auth import begin_registration
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rempart.errors import NotAllowed
from rempart.web.desk.declaring import not_known, sentence
from rempart.web.entrance import factors, journal, steps
from rempart.web.entrance.factors import NoSuchFactor, owner_of
from rempart.web.entrance.forms import NewPassword, PasskeyForm, Renaming
from rempart.web.entrance.models import Entry
from rempart.web.people.signing_in import PASSKEY, PASSWORD, ask_again, has_signed_lately, picture_of, sign_again, sudo

View = Callable[..., HttpResponse]


def own(*methods: str) -> Callable[[View], View]:
    """Declares a page of one's own account: any account, these methods."""

    def declare(view: View) -> View:
        @wraps(view)
        def declared(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.method not in (*methods, *(["HEAD"] if "GET" in methods else [])):
                return HttpResponseNotAllowed(methods)
            return view(request, *args, **kwargs)

        declared.need, declared.methods = None, methods  # type: ignore[attr-defined]  # what `desk.declaring` says of its pages
        return declared

    return declare


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Ends this session; before the second factor it begins the way in again."""
    if request.user.is_authenticated:
        journal.note(journal.LEFT, user=owner_of(request))
    logout(request)
    return redirect("account_login")


@own("GET")
def account(request: HttpRequest) -> HttpResponse:
    """Factors, recovery codes, password, and where one is signed in."""
    sessions = sorted(UserSession.objects.purge_and_list(owner_of(request)), key=lambda one: one.created_at)
    context = {
        "factors": factors.factors_of(owner_of(request)),
        "codes_left": factors.codes_left(owner_of(request)),
        "has_app": factors.has_app(owner_of(request)),
        "sessions": sessions,
    }
    return render(request, "entrance/account.html", context)


@own("GET", "POST")
@sudo
def password(request: HttpRequest) -> HttpResponse:
    """A new password; at the first entry it takes the place of the one-time password."""
    form = NewPassword(owner_of(request), request.POST if "new_password1" in request.POST else None)
    if form.is_valid():
        _change_password(request, form)
        messages.success(request, _("Your password was changed; you are signed in only here."))
        return redirect("account")
    is_first = Entry.objects.filter(user=owner_of(request).pk, is_password_once=True).exists()
    return render(request, "entrance/password.html", {"form": form, "is_first": is_first})


@own("GET")
def choose_factor(request: HttpRequest) -> HttpResponse:
    """Which second factor to add."""
    has_one = factors.has_factor(owner_of(request))
    context = {
        "is_first": not has_one,
        "has_app": factors.has_app(owner_of(request)),
        "may_skip": steps.is_demo() and not has_one,
    }
    return render(request, "entrance/factors.html", context)


@own("POST")
def go_without(request: HttpRequest) -> HttpResponse:
    """No second factor for this session: in a demonstration alone."""
    if not steps.is_demo():
        return not_known(request)
    request.session[steps.SKIPPED] = True
    return redirect("home")


@own("GET", "POST")
@sudo
def add_app(request: HttpRequest) -> HttpResponse:
    """An authenticator app: its secret as a picture and in letters, and a code that shows that it was taken."""
    if factors.has_app(owner_of(request)):
        return redirect("account")
    form = ActivateTOTPForm(user=owner_of(request), data=request.POST if "code" in request.POST else None)
    if form.is_valid():
        factors.add_app(request, secret=form.secret)
        return _after_adding(request)
    url = get_adapter().build_totp_url(owner_of(request), form.secret)
    context = {"form": form, "picture": picture_of(url), "secret": _in_groups(form.secret)}
    return render(request, "entrance/app.html", context)


@own("GET", "POST")
@sudo
def add_passkey(request: HttpRequest) -> HttpResponse:
    """A passkey, made by the browser or a key of one's own."""
    form = PasskeyForm(user=owner_of(request), data=request.POST if "credential" in request.POST else None)
    if form.is_valid():
        try:
            factors.add_passkey(request, name=form.cleaned_data["name"], credential=form.cleaned_data["credential"])
            return _after_adding(request)
        except NotAllowed as error:
            form.add_error(None, sentence(error))
    return render(
        request, "entrance/passkey.html", {"form": form, "options": begin_registration(owner_of(request), True)}
    )


@own("POST")
@sudo
def rename(request: HttpRequest, number: int) -> HttpResponse:
    """Another name of a passkey."""
    form = Renaming(request.POST)
    try:
        if form.is_valid():
            factors.rename_passkey(owner_of(request), number=number, name=form.cleaned_data["name"])
            messages.success(request, _("The passkey has its new name."))
    except NoSuchFactor:
        return not_known(request)
    return redirect("account")


@own("POST")
@sudo
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Takes a factor away, never the last one."""
    try:
        factors.remove_factor(owner_of(request), number=number)
        messages.success(request, _("The second factor was taken away."))
    except NoSuchFactor:
        return not_known(request)
    except NotAllowed as error:
        messages.error(request, sentence(error))
    return redirect("account")


@own("GET", "POST")
@sudo
def codes(request: HttpRequest) -> HttpResponse:
    """The recovery codes, until their owner says that they are kept."""
    if request.method == "POST" and request.POST.get("kept") == "yes":
        factors.keep_codes(owner_of(request), at=datetime.now(UTC))
        return redirect("home")
    if not factors.has_factor(owner_of(request)):
        return redirect("account_factors")
    shown = [_in_groups(code) for code in factors.codes_to_keep(owner_of(request))]
    return render(request, "entrance/codes.html", {"codes": shown}) if shown else redirect("account")


@own("POST")
@sudo
def new_codes(request: HttpRequest) -> HttpResponse:
    """Other recovery codes in the place of the old ones."""
    if factors.has_factor(owner_of(request)):
        factors.renew_codes(owner_of(request))
        steps.begin_again(request)
    return redirect("account_codes")


@own("POST")
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Signs this person out everywhere else."""
    for session in UserSession.objects.filter(user=owner_of(request).pk):
        if not session.is_current():
            session.end()
    journal.note(journal.SESSIONS_ENDED, user=owner_of(request))
    messages.success(request, _("You are signed in only here now."))
    return redirect("account")


@own("GET", "POST")
def confirm(request: HttpRequest) -> HttpResponse:
    """Who one is, asked before a page that `sudo` guards."""
    next_page = get_next_redirect_url(request) or "/"
    if has_signed_lately(request):
        return redirect(next_page)
    problems = sign_again(request) if {PASSWORD, PASSKEY} & set(request.POST) else ()
    return redirect(next_page) if problems is None else ask_again(request, problems, next_page=next_page)


def _change_password(request: HttpRequest, form: NewPassword) -> None:
    user = form.save()
    Entry.objects.filter(user=user.pk).update(is_password_once=False)
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    update_session_auth_hash(request, user)  # every other session held a hash of the old password, and ends
    UserSession.objects.create_from_request(request)
    journal.note(journal.PASSWORD_CHANGED, user=user)


def _after_adding(request: HttpRequest) -> HttpResponse:
    """To the recovery codes the first time, to the account afterwards."""
    messages.success(request, _("Your second factor is ready."))
    return redirect("account_codes" if factors.codes_to_keep(owner_of(request)) else "account")


def _in_groups(text: str) -> str:
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
