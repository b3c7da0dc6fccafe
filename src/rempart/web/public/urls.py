"""Addresses of the public face, each with the language in front or not: one sign, which says nothing."""

from django.urls import path

from rempart.web.public import mailboxes, pages, receipts, wizard

urlpatterns = [
    path("", pages.start),
    path("a/", wizard.adult),
    path("b/", wizard.child),
    path("c/", pages.challenge),
    path("e/", receipts.end),
    path("h/<slug:place>/", pages.advice),
    path("m/", mailboxes.mailbox),
    path("p/", receipts.proof),
    path("z/", receipts.forget),
]
