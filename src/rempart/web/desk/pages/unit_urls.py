"""Addresses of the page of the unit."""

from django.urls import path

from rempart.web.desk.pages import unit

urlpatterns = [path("unit/", unit.overview, name="unit"), path("unit/<slug:name>.csv", unit.table, name="unit_table")]
