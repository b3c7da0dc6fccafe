"""Settings for the type checker alone: which applications there are. Nothing runs with them."""

SECRET_KEY = "types only"
USE_TZ = True
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rempart.web.door",
    "rempart.web.public",
    "rempart.web.api",
    "rempart.web.people",
    "rempart.web.cases",
    "rempart.web.desk",
    "rempart.web.work",
    "rempart.web.entrance",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]  # allauth insists
