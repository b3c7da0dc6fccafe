"""Addresses of the journal."""

from django.urls import path

from rempart.web.desk.pages import journal

urlpatterns = [
    path("journal/", journal.overview, name="journal"),
    path("journal/<int:number>.tlog-proof", journal.proof, name="journal_proof"),
]
