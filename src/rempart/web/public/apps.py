"""The Django application “public”."""

from django.apps import AppConfig


class Public(AppConfig):
    """Pages for everybody: form, receipt, mailbox, advice."""

    name = "rempart.web.public"
    label = "public"

    def ready(self) -> None:
        """Makes the memory of used proofs before a server forks, so that all processes of the face share it."""
        from rempart.web.public import proof  # noqa: F401, PLC0415 - settings are read by now
