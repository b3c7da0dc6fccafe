"""Address of the help."""

from django.urls import path

from rempart.web.desk.pages import help as helping

urlpatterns = [path("help/", helping.overview, name="help")]
