"""The two addresses that every page of the desk names; the guide needs no others, and no pages behind them."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def nothing(_request: HttpRequest) -> HttpResponse:
    """Never asked: the guide is made of files."""
    return HttpResponse(status=404)


urlpatterns = [path("", nothing, name="home"), path("logout/", nothing, name="logout")]
