"""Gives every request of the desk its `actor`: the person with the roles that hold at this instant, or None."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from rempart.web.people.access import Actor, actor_of
from rempart.web.people.models import Person


class Acting:
    """Middleware, after Django's authentication. An account without a Person has no actor: it may do nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer; the roles are read anew each time, so that an ended one ends at once."""
        request.actor = _actor(request)  # type: ignore[attr-defined]
        return self._get_response(request)


def _actor(request: HttpRequest) -> Actor | None:
    if not request.user.is_authenticated:
        return None
    person = Person.objects.select_related("user", "organisation").filter(user=request.user.pk).first()
    return actor_of(person) if person else None
