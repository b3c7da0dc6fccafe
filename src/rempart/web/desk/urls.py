"""Pages of the desk."""

from django.urls import include, path

from rempart.web.desk import onbehalf

_PAGES = "rempart.web.desk.pages"
urlpatterns = [
    path("new/", onbehalf.enter, name="onbehalf"),
    path("", include(f"{_PAGES}.reports_urls")),
    path("", include(f"{_PAGES}.unfinished_urls")),
    path("", include(f"{_PAGES}.retention_urls")),
    path("", include(f"{_PAGES}.care_urls")),
    path("", include(f"{_PAGES}.unit_urls")),
    path("", include(f"{_PAGES}.people_urls")),
    path("", include(f"{_PAGES}.journal_urls")),
    path("", include(f"{_PAGES}.lists_urls")),
    path("", include(f"{_PAGES}.help_urls")),
    path("", include(f"{_PAGES}.dossiers_urls")),
]
