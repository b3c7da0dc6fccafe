"""The conversation view on loopback: its pages behind the real headers, static files and guard against forged forms; no login, no tables."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.http import HttpRequest, HttpResponse

from rempart.web.desk.pages import conversation
from rempart.web.desk.pages.conversation import ConversationSource, Place

Reveal = Callable[..., Collection[int]]  # of rows, and of the reason in the form (why)
PLACE = Place(key="1", title="Exhibit 1", page="/talk/", rows="/talk/rows", search="/talk/search", reveal="/talk/reveal",
              back="/", back_label="Dossier D-000012")  # fmt: skip
_MIDDLEWARE = [
    "rempart.web.headers.Headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "rempart.web.desk.referrer.OwnReferrer",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
_PROCESSORS = ["django.template.context_processors.i18n", f"{__name__}.chrome"]
_TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": _PROCESSORS},
    }
]


def chrome(_request: HttpRequest) -> dict[str, object]:
    """What stands around every page."""
    from django.utils.translation import get_language

    sheets = ["/s/public/vendor/pico/pico.classless.min.css", "/s/desk/desk.css"]
    return {"lang": get_language(), "name_of_site": "Essai", "sheets": sheets, "scripts": ["/s/desk/keys.js"]}


@contextmanager
def served_viewer(source: ConversationSource, reveal: Reveal) -> Iterator[str]:
    """The address of the view; it ends with the `with` block."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.test.utils import override_settings

    shown = override_settings(
        ROOT_URLCONF=_urls(source, reveal),
        MIDDLEWARE=_MIDDLEWARE,
        TEMPLATES=_TEMPLATES,
        ALLOWED_HOSTS=["*"],
        DEBUG_PROPAGATE_EXCEPTIONS=True,
    )
    with shown, make_server("127.0.0.1", 0, WSGIHandler(), server_class=_Server, handler_class=_Quiet) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _urls(source: ConversationSource, reveal: Reveal) -> object:
    """Addresses of the view, as the desk wires them once it has asked who may see it."""
    from types import ModuleType

    from django.contrib.auth.models import AnonymousUser
    from django.urls import path

    def page(request: HttpRequest) -> HttpResponse:
        return conversation.show_page(request, source=source, place=PLACE)

    def rows(request: HttpRequest) -> HttpResponse:
        return conversation.give_rows(request, source=source)

    def search(request: HttpRequest) -> HttpResponse:
        request.user = AnonymousUser()
        return conversation.search_texts(request, source=source, place=PLACE)

    def texts(request: HttpRequest) -> HttpResponse:
        request.user = AnonymousUser()
        counted = partial(reveal, why=request.POST.get("reason", ""))
        return conversation.show_texts(request, source=source, place=PLACE, reveal=counted)

    def home(_request: HttpRequest) -> HttpResponse:
        return HttpResponse("<!doctype html><html lang='en'><title>Desk</title><h1>Desk</h1></html>")

    views = {"": home, "talk/": page, "talk/rows": rows, "talk/search": search, "talk/reveal": texts, "logout/": home}
    names = {"": "home", "logout/": "logout"}
    module = ModuleType("viewer_urls")
    module.urlpatterns = [path(route, view, name=names.get(route)) for route, view in views.items()]  # type: ignore[attr-defined]
    return module


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A browser that was closed in the middle is no error."""


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing."""
