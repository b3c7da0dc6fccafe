"""Pages of the desk; each passes the login first."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rempart.web.desk.shown import shown_report
from rempart.web.door.waiting import waiting_reports
from rempart.web.work.notices import current_notices


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What has come in, the urgent first; nothing is unsealed here."""
    waiting = waiting_reports()
    reports = [shown_report(deposit) for deposit in waiting.first]
    context = {"reports": reports, "total": waiting.total, "notices": current_notices()}
    return render(request, "desk/home.html", context)
