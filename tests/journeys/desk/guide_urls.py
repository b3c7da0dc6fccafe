"""The addresses that the parts of the desk name; the guide needs no others, and no pages behind them."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def nothing(_request: HttpRequest) -> HttpResponse:
    """Never asked: the guide is made of files."""
    return HttpResponse(status=404)


urlpatterns = [path(f"{name}/" if name != "home" else "", nothing, name=name) for name in ("home", "logout", "help")]
