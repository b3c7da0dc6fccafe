"""The Django application “api”."""

from django.apps import AppConfig


class Api(AppConfig):
    """The partners' door."""

    name = "rempart.web.api"
    label = "api"

    def ready(self) -> None:
        """Makes the counters of the day before the processes of the face fork, so that they share them."""
        from rempart.web.api import quota  # noqa: F401, PLC0415 - shared memory is made when it is imported
