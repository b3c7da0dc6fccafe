"""Addresses of the desk: people with accounts. Of allauth only what is listed here exists; no sign-up, no e-mail, no reset by mail."""

from allauth.account.views import login
from allauth.mfa.base.views import authenticate
from allauth.mfa.webauthn.views import login_webauthn
from django.urls import include, path

from rempart.web.entrance import pages

handler404 = "rempart.web.desk.declaring.not_known"
handler403 = "rempart.web.desk.declaring.not_for_you"
handler429 = "rempart.web.people.signing_in.too_many"  # allauth's refusals

# Pages that nobody needs to be signed in for; every other one is declared (`need`).
ENTRANCE = frozenset({"account_login", "mfa_authenticate", "mfa_login_webauthn", "logout"})

urlpatterns = [
    path("login/", login, name="account_login"),
    path("login/second/", authenticate, name="mfa_authenticate"),
    path("login/passkey/", login_webauthn, name="mfa_login_webauthn"),
    path("logout/", pages.leave, name="logout"),
    path("account/", pages.account, name="account"),
    path("account/password/", pages.password, name="account_password"),
    path("account/factors/", pages.choose_factor, name="account_factors"),
    path("account/factors/app/", pages.add_app, name="account_app"),
    path("account/factors/passkey/", pages.add_passkey, name="account_passkey"),
    path("account/factors/without/", pages.go_without, name="account_without"),
    path("account/factors/<int:number>/name/", pages.rename, name="account_rename"),
    path("account/factors/<int:number>/remove/", pages.remove, name="account_remove"),
    path("account/codes/", pages.codes, name="account_codes"),
    path("account/codes/new/", pages.new_codes, name="account_new_codes"),
    path("account/sessions/end/", pages.end_sessions, name="account_end_sessions"),
    path("account/confirm/", pages.confirm, name="account_confirm"),
    path("", include("rempart.web.desk.urls")),
]
