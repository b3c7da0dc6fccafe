"""The Django application “entrance”."""

from django.apps import AppConfig


class Entrance(AppConfig):
    """The table of what an account still has to do."""

    name = "rempart.web.entrance"
    label = "entrance"
