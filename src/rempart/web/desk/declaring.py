"""How a page of the desk is declared: which methods it has and which permission it asks for; the rest is refused alike for all.

  @page(Permission.READ_QUEUE)                          GET
  @act(Permission.TRIAGE_REPORT)                        POST; an error of ours becomes a message on the page it came from
  @page(Permission.READ_FIGURES, methods=("GET", "POST"))

403 and 404 are constant bytes for one reader, so that they tell nothing about rows. A view without a declaration is found by
a test of the whole table of addresses.
"""

from collections.abc import Callable
from functools import wraps
from typing import Protocol

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render

from rempart.errors import BadInput, NotAllowed, RempartError
from rempart.web.people.access import Actor, NotForYou, NotKnown, require
from rempart.web.people.roles import Permission
from rempart.web.public.languages import language
from rempart.wording import wording

View = Callable[..., HttpResponse]


class Declared(Protocol):
    """A view that says what it needs."""

    need: Permission
    methods: tuple[str, ...]


def page(need: Permission, *, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """Declares a page: what is refused is refused before anything is read."""

    def declare(view: View) -> View:
        @wraps(view)
        def declared(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            return _answer(lambda: view(request, *args, **kwargs), request, need, methods)

        declared.need, declared.methods = need, methods  # type: ignore[attr-defined]
        return declared

    return declare


def act(need: Permission) -> Callable[[View], View]:
    """Declares a verb: POST only. The view gives where to go; an error of ours is told there instead of a success."""

    def declare(view: View) -> View:
        @wraps(view)
        def told(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except (NotKnown, NotForYou):
                raise
            except (BadInput, NotAllowed) as error:
                messages.error(request, sentence(error))
                return redirect(back(request))

        return page(need, methods=("POST",))(told)

    return declare


def actor(request: HttpRequest) -> Actor:
    """Who acts; a declared view always has one."""
    found = getattr(request, "actor", None)
    if not isinstance(found, Actor):
        raise NotForYou("Your account has no place here yet. Ask the head of your organisation.")
    return found


def sentence(error: RempartError) -> str:
    """What went wrong, in the language of the reader."""
    return wording(language()).error(error)


def back(request: HttpRequest) -> str:
    """The page of ours from which a form was sent (field `back`), else the queue; never an address outside."""
    told = request.POST.get("back", "")
    return told if told.startswith("/") and not told.startswith("//") and "\\" not in told else "/"


def not_known(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same bytes whatever was asked for."""
    return render(request, "desk/not_known.html", status=404)


def not_for_you(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, the same bytes whatever was asked for."""
    return render(request, "desk/not_for_you.html", status=403)


def _answer(
    view: Callable[[], HttpResponse], request: HttpRequest, need: Permission, methods: tuple[str, ...]
) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    try:
        require(actor(request), need)
        if request.method not in (*methods, *(["HEAD"] if "GET" in methods else [])):
            return HttpResponseNotAllowed(methods)
        return view()
    except NotForYou:
        return not_for_you(request)
    except NotKnown:
        return not_known(request)
