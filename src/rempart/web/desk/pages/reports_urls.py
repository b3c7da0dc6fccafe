"""Addresses of the queue, of a report with its verbs, of links, of the search and of one's own work."""

from django.urls import path

from rempart.web.desk.pages import links, mine, queue, report, report_acts, search

_REPORT = "reports/<int:number>/"
# A name of an address, its end, its view.
_ACTS = (
    ("report_motive", "motive/", report.tell_motive),
    ("report_show", "show/", report.show_words),
    ("report_contact", "contact/", report.show_contact),
    ("report_hide", "hide/", report.hide_words),
    ("report_take", "take/", report_acts.take_this),
    ("report_let_go", "let-go/", report_acts.let_go),
    ("report_assign", "assign/", report_acts.assign),
    ("report_qualify", "qualify/", report_acts.qualify),
    ("report_close", "close/", report_acts.close),
    ("report_hold", "hold/", report_acts.hold),
    ("report_unhold", "unhold/", report_acts.unhold),
    ("report_answer", "answer/", report_acts.answer),
    ("report_close_mailbox", "close-mailbox/", report_acts.close_mailbox),
    ("report_open_mailbox", "open-mailbox/", report_acts.open_mailbox),
    ("report_fact", "facts/", report_acts.state_fact),
    ("report_open_dossier", "open-dossier/", report_acts.open_dossier),
    ("report_attach", "attach/", report_acts.attach),
    ("report_detach", "detach/", report_acts.detach),
    ("report_propose_link", "propose-link/", links.propose),
    *((name, f"{name.removeprefix('report_').replace('_', '-')}/", view) for name, view in report_acts.STEPS.items()),
)

urlpatterns = [
    path("", queue.queue, name="home"),
    path("take/", queue.take, name="take"),
    path("mine/", mine.mine, name="mine"),
    path("search/", search.search, name="search"),
    path(_REPORT, report.show_report, name="report"),
    path(f"{_REPORT}facts/<uuid:entry>/back/", report_acts.take_back_fact, name="report_fact_back"),
    *(path(_REPORT + end, view, name=name) for name, end, view in _ACTS),
    path("links/<uuid:link>/join/", links.join, name="link_join"),
    path("links/<uuid:link>/refuse/", links.refuse, name="link_refuse"),
    path("links/<uuid:link>/undo/", links.undo, name="link_undo"),
    path("links/<uuid:link>/withdraw/", links.withdraw, name="link_withdraw"),
]
