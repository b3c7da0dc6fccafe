"""Addresses of the API, below a neutral prefix that the public face gives them."""

from django.urls import URLPattern, URLResolver, include, path

from rempart.web.api.views import api, not_here, shaped

_patterns, _app, _namespace = api.urls
for _pattern in _patterns:
    if isinstance(_pattern, URLPattern):
        _pattern.callback = shaped(_pattern.callback)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((_patterns, _app), namespace=_namespace)),
    path("<path:rest>", not_here),
]
