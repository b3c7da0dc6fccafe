"""The Django application “people”."""

from django.apps import AppConfig


class People(AppConfig):
    """Tables of who works at the desk."""

    name = "rempart.web.people"
    label = "people"
