"""Addresses of the page of people."""

from django.urls import path

from rempart.web.desk.pages import people

urlpatterns = [
    path("people/", people.overview, name="people"),
    path("people/<int:number>/give/", people.give, name="people_give"),
    path("people/<int:number>/end/", people.end, name="people_end"),
]
