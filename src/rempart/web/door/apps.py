"""The Django application “door”."""

from django.apps import AppConfig


class Door(AppConfig):
    """Tables of what is received."""

    name = "rempart.web.door"
    label = "door"
