"""The language of a page: the address says it (`/fr/…`, `/en/…`, or `?l=`), else the browser's wish, else the site's. No cookie."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from rempart.wording import LANGS, Lang


class Language:
    """Middleware: turns the language on, and takes its prefix off the path before addresses are resolved."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer in the language of the request."""
        lang, path = prefixed(request.path_info)
        request.path_info = path
        with translation.override(
            lang or _asked(request) or wished(request.headers.get("Accept-Language", "")) or _default()
        ):
            response = self._get_response(request)
            response.headers.setdefault("Content-Language", language())
        if lang is None:
            response.headers["Vary"] = "Accept-Language"
        return response


def language() -> Lang:
    """The language that is on."""
    return _known(translation.get_language() or "") or _default()


def prefixed(path: str) -> tuple[Lang | None, str]:
    """The language in front of a path, and the rest of it."""
    for lang in LANGS:
        if path == f"/{lang}" or path.startswith(f"/{lang}/"):
            return lang, path[3:] or "/"
    return None, path


def _asked(request: HttpRequest) -> Lang | None:
    return _known(request.GET.get("l", ""))


def wished(untrusted_header: str) -> Lang | None:
    """The language that a header Accept-Language asks for before others; None when it asks for none of ours."""
    names = parse_accept_lang_header(untrusted_header[:200])
    return next((lang for name, _ in names if (lang := _known(name[:2]))), None)


def language_before_django(path: str, *, untrusted_header: str) -> Lang:
    """The language of a request that is answered before the middleware sees it, by its address and its Accept-Language."""
    return prefixed(path)[0] or wished(untrusted_header) or (_default() if settings.configured else "fr")


def _default() -> Lang:
    return _known(settings.LANGUAGE_CODE) or "fr"


def _known(name: str) -> Lang | None:
    return next((lang for lang in LANGS if lang == name), None)
