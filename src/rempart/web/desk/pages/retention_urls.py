"""Addresses of the erasure before a term."""

from django.urls import path

from rempart.web.desk.pages import retention

urlpatterns = [
    path("reports/<int:number>/erase/ask/", retention.ask, name="report_erase_ask"),
    path("reports/<int:number>/erase/confirm/", retention.confirm, name="report_erase_confirm"),
]
