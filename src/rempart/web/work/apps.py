"""The Django application “work”."""

from django.apps import AppConfig


class Work(AppConfig):
    """The table of duties."""

    name = "rempart.web.work"
    label = "work"
