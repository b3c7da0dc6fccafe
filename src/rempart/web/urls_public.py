"""Addresses of the public face. None says what the site is for; what a person does travels in forms, never in an address."""

from django.urls import include, path

urlpatterns = [
    path("", include("rempart.web.public.urls")),
    path("p/", include("rempart.web.api.urls")),  # behind the pages: `p/` alone is one of them
]
handler400 = "rempart.web.public.pages.bad_request"
handler404 = "rempart.web.public.pages.not_found"
handler500 = "rempart.web.public.pages.failed"
