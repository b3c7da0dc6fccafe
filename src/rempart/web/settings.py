"""Django's settings, built from the site's configuration and from the face that this process is (REMPART_FACE).

The public face has no session, no account, no cookie and no private key; what it lacks cannot be stolen from it.
"""

import os
import secrets
from pathlib import Path
from typing import Any

from rempart.web.config import Face, Site
from rempart.web.databases import databases

SITE = Site.of_environment()
FACE = Face(os.environ.get("REMPART_FACE", Face.OWNER))
_CONFIG = SITE.config
_IS_PUBLIC = FACE is Face.PUBLIC
_FACE_CONFIG = _CONFIG.public if _IS_PUBLIC else _CONFIG.desk

DEBUG = False
# The command line does the worker's work by hand; the signer signs nothing for browsers, and may read nobody's secret.
SECRET_KEY = (
    secrets.token_urlsafe() if FACE is Face.SIGNER else SITE.secret(Face.WORKER if FACE is Face.OWNER else FACE)
)
ALLOWED_HOSTS = list(_FACE_CONFIG.hosts)
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = _CONFIG.language
LANGUAGES = [("fr", "Français"), ("en", "English")]
USE_I18N = True
LOCALE_PATHS = [str(Path(__file__).parent / "locale")]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000  # fields, without files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_MAX_MEMORY_SIZE = 0  # see FILE_UPLOAD_HANDLERS
FILE_UPLOAD_HANDLERS = ["rempart.web.uploads.SealedUploadHandler"]  # nothing that is sent touches the disk unsealed
STATIC_URL = "s/"
STATICFILES_DIRS: list[str] = []
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 86_400
APPEND_SLASH = False
SILENCED_SYSTEM_CHECKS = [
    "security.W003",
    "security.W004",
]  # no cookie to forge on the public face; HSTS is the proxy's

_DOOR_APPS = ["rempart.web.door"]
INSTALLED_APPS = (
    [*_DOOR_APPS, "rempart.web.public", "rempart.web.api", "django.contrib.staticfiles"]
    if _IS_PUBLIC
    else [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "allauth.account",
        "allauth.mfa",
        "allauth.usersessions",
        *_DOOR_APPS,
        "rempart.web.public",
        "rempart.web.api",
        "rempart.web.people",
        "rempart.web.entrance",
        "rempart.web.cases",
        "rempart.web.desk",
        "rempart.web.work",
    ]
)
_WHITENOISE = "whitenoise.middleware.WhiteNoiseMiddleware"
_HEADERS = "rempart.web.headers.Headers"


def middleware(face: Face) -> list[str]:
    """What every request of a face passes, outermost first."""
    if face is Face.PUBLIC:
        return [_HEADERS, _WHITENOISE, "rempart.web.public.languages.Language"]
    return [
        _HEADERS,
        _WHITENOISE,
        "rempart.web.desk.referrer.OwnReferrer",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "rempart.web.people.middleware.Acting",
        "django.contrib.messages.middleware.MessageMiddleware",
        "allauth.account.middleware.AccountMiddleware",
        "rempart.web.entrance.gate.Gate",
    ]


MIDDLEWARE = middleware(FACE)
ROOT_URLCONF = "rempart.web.urls_public" if _IS_PUBLIC else "rempart.web.urls_desk"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.i18n"]
            if _IS_PUBLIC
            else [
                "django.template.context_processors.i18n",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "rempart.web.desk.context.chrome",
            ],
        },
    }
]
SESSION_COOKIE_NAME = "rempart"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _FACE_CONFIG.https
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _FACE_CONFIG.trusted_proxies else None
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 14}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Signing in: name and password, then always a second factor; a passkey alone is both. The limits are counted in a table that all
# processes of the desk share; a flood of names must not push a limit out of it.
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
ACCOUNT_ADAPTER = "rempart.web.people.signing_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]  # nobody signs up; allauth asks all the same
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "reauthenticate": "10/m/user"}
MFA_ADAPTER = "rempart.web.people.signing_in.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_TOLERANCE = 1  # one period either side: clocks differ
MFA_RECOVERY_CODE_DIGITS = 12
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "rempart.web.entrance.forms.SecondFactorForm",
    "authenticate_webauthn": "rempart.web.entrance.forms.PasskeyFactor",
    "login_webauthn": "rempart.web.entrance.forms.PasskeyLogin",
}
if not _IS_PUBLIC:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "desk_cache",
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    }
DATABASE_ROUTERS = ["rempart.web.databases.Router"]
DATABASES = databases(SITE, FACE)
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": True,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {
        # Never a request's fields, address or headers: only that something failed, and its class.
        "django": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "rempart": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
