"""Addresses of the pages of care."""

from django.urls import path

from rempart.web.desk.pages import care

urlpatterns = [
    path("care/", care.overview, name="care"),
    path("care/beat/", care.beat, name="care_beat"),
    path("care/lift/<int:number>/", care.lift, name="care_lift"),
]
