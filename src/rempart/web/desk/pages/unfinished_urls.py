"""Addresses of the forms that people left unfinished."""

from django.urls import path

from rempart.web.desk.pages import unfinished

_FORM = "unfinished/<uuid:draft>/"
urlpatterns = [
    path("unfinished/", unfinished.show_list, name="unfinished"),
    path(_FORM, unfinished.show_form, name="unfinished_form"),
    path(f"{_FORM}motive/", unfinished.tell_motive, name="unfinished_motive"),
    path(f"{_FORM}show/", unfinished.show_words, name="unfinished_show"),
    path(f"{_FORM}hide/", unfinished.hide_words, name="unfinished_hide"),
    path(f"{_FORM}take-in/", unfinished.take_in, name="unfinished_take_in"),
    path(f"{_FORM}leave/", unfinished.leave, name="unfinished_leave"),
]
