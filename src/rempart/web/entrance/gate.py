"""Middleware: who gave a password sees only the page of the next step, until the desk is open; and eight hours later the way begins anew."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import ResolverMatch

from rempart.web.entrance.steps import Step, next_step

ENTERED_AT = "entrance_at"  # in the session: seconds since 1970
_ALWAYS = frozenset({"logout"})
# Pages that belong to a step. To confirm who one is belongs to all: setting up takes longer than five minutes for some.
_OF_STEP = {
    Step.PASSWORD: frozenset({"account_password", "account_confirm"}),
    Step.FACTOR: frozenset({"account_factors", "account_app", "account_passkey", "account_confirm", "account_without"}),
    Step.CODES: frozenset({"account_codes", "account_confirm"}),
    Step.PROOF: frozenset[str](),
}


class Gate:
    """After authentication and allauth's middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer."""
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """Where to go instead; None when the page may be seen."""
        match = request.resolver_match
        if not request.user.is_authenticated or match is None or _is_open(match):
            return None
        if time.time() - request.session.setdefault(ENTERED_AT, time.time()) > settings.SESSION_COOKIE_AGE:
            return _enter_again(request)
        step = next_step(request)
        if step is None:
            return None
        request.actor = None  # type: ignore[attr-defined]  # whoever is still on the way in has no role yet
        if match.url_name in _OF_STEP[step]:
            return None
        return _enter_again(request) if step is Step.PROOF else redirect(step)


def _is_open(match: ResolverMatch) -> bool:
    return match.url_name in _ALWAYS


def _enter_again(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect_to_login(request.get_full_path() if request.method in {"GET", "HEAD"} else "/")
