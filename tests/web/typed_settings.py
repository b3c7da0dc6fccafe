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
    "rempart.web.desk",
    "rempart.web.work",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
