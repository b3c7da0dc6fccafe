"""Addresses of the page of lists of known files."""

from django.urls import path

from rempart.web.desk.pages import lists

urlpatterns = [
    path("lists/", lists.lists, name="lists"),
    path("lists/add/", lists.add, name="list_add"),
    path("lists/<slug:name>/ask-removal/", lists.ask, name="list_ask"),
    path("lists/<slug:name>/remove/", lists.remove, name="list_remove"),
]
