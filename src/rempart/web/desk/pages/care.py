"""Care: what somebody looked at, day by day; the beats of pages on which something is shown; and lifting a colleague's limit."""

from datetime import UTC, date, datetime, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from rempart.web.cases import care
from rempart.web.cases.care import policy, today
from rempart.web.desk.acting import by_of, done
from rempart.web.desk.declaring import act, actor, page
from rempart.web.desk.histories import name_of
from rempart.web.desk.picture import Chart, Series, show_chart
from rempart.web.desk.queries.care import colleagues_today, days_of
from rempart.web.people.access import access_colleague
from rempart.web.people.roles import Permission
from rempart.web.public.languages import language

SHOWN_DAYS = 14


@page(Permission.USE_DESK)
def overview(request: HttpRequest) -> HttpResponse:
    """One's own fortnight; for those who may lift limits, the day of the colleagues."""
    who, now = actor(request), datetime.now(UTC)
    told = today(who.person, now=now)
    context: dict[str, object] = {
        "today": told,
        "minutes": told.seconds // 60,
        "limit_minutes": told.limit_s // 60,
        "chart": show_chart(_chart(who.person.pk, now.date()), lang=language()),
        "policy_items": policy().break_after_items,
        "policy_minutes": policy().break_after_s // 60,
        "rest_minutes": policy().break_s // 60,
    }
    if who.may(Permission.LIFT_LIMIT):
        rows = colleagues_today(who.person.organisation_id, day=now.date())
        context["colleagues"] = [(row, name_of(row.person)) for row in rows if row.person.pk != who.person.pk]
        context["most_minutes"] = care.MOST_MORE_MINUTES
    return render(request, "desk/care.html", context)


@page(Permission.USE_DESK, methods=("POST",))
def beat(request: HttpRequest) -> HttpResponse:
    """A page says that something is still looked at; answers how much it is today."""
    told = care.beat(actor(request).person, now=datetime.now(UTC))
    return JsonResponse(
        {
            "minutes": told.seconds // 60,
            "limit_minutes": told.limit_s // 60,
            "is_over": told.is_over,
            "is_break_due": told.is_break_due,
        }
    )


@act(Permission.LIFT_LIMIT)
def lift(request: HttpRequest, number: int) -> HttpResponse:
    """Gives a colleague more time today."""
    by = by_of(request)
    person = access_colleague(by.actor, number, need=Permission.LIFT_LIMIT)
    told = request.POST.get("minutes", "")
    is_number = told.isascii() and told.isdecimal() and len(told) < 5
    care.lift(person, minutes=int(told) if is_number else 0, by=by)
    return done(request, _("{name} can go on today.").format(name=name_of(person)), to="/care/")


def _chart(person: int, day: date) -> Chart:
    days = [day - timedelta(days=ago) for ago in reversed(range(SHOWN_DAYS))]
    found = days_of(person, first=days[0])
    minutes = tuple(found[day].seconds // 60 if day in found else 0 for day in days)
    return Chart(
        key="exposure",
        shape="bar",
        title=_("Minutes of reading, day by day"),
        summary=_("{minutes} minutes in {days} days.").format(minutes=sum(minutes), days=SHOWN_DAYS),
        head=_("Day"),
        labels=tuple(f"{day:%d/%m}" for day in days),
        series=(Series(name=_("minutes"), values=minutes),),
    )
