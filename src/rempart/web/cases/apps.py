"""The Django application “cases”."""

from django.apps import AppConfig


class Cases(AppConfig):
    """Tables of what people do with reports."""

    name = "rempart.web.cases"
    label = "cases"
