"""Forms of the desk tell the desk where they come from, and nobody else.

With `no-referrer`, which the public face has, browsers send `Origin: null`, and the guard against forged forms refuses it.
"""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase


class OwnReferrer:
    """Middleware, inside `headers.Headers`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, with the policy of the desk."""
        response = self._get_response(request)
        response.headers["Referrer-Policy"] = "same-origin"
        return response
